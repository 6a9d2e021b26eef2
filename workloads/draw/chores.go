package draw

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// do makes the request of a task that is due; is false when there is nothing left to do.
func (g *generator) do(t task, at time.Duration) (request workloads.Request, is bool) {
	c := g.lane(t.pool).find(t.round)
	if c == nil {
		return workloads.Request{}, false
	}
	lead := g.lead(t.pool)
	switch t.kind {
	case taskOffice:
		if t.due != c.office || c.stage == stageEnded {
			return workloads.Request{}, false // a later step has taken its place
		}
		return g.goOn(t, at, c)
	case KindSeed, KindReveal:
		agency := (lead + int(t.position)) % g.settings.Agencies
		client := g.author.AnyDesk(agency)
		hash := g.seed(t.pool, t.round, agency)
		if t.kind == KindSeed {
			hash = Commitment(t.pool, t.round, agency, hash)
		}
		return g.tell(at, client, agency, append(g.begin(t.kind, client, at, t.pool, t.round, 32), hash[:]...)), true
	case KindRank:
		agency := int(g.rand.Below(uint64(g.settings.Agencies)))
		client := g.author.AnyDesk(agency)
		return g.ask(at, client, agency, g.begin(KindRank, client, at, t.pool, t.round, 0)), true
	case KindBid:
		client := program.Subject(uint64(t.subject))
		price, nonce := g.bid(t.pool, t.round, t.subject, byte(t.position))
		op := binary.BigEndian.AppendUint64(g.begin(KindBid, client, at, t.pool, t.round, 8+32), price)
		return g.tell(at, client, g.desk(t.subject), append(op, nonce[:]...)), true
	case KindLapse:
		client := g.author.AnyDesk(lead)
		op := binary.BigEndian.AppendUint32(g.begin(KindLapse, client, at, t.pool, t.round, 4), t.position)
		return g.ask(at, client, lead, op), true
	case KindObject:
		return g.object(t, at, c)
	}
	return g.take(t, at), true
}

// take is the answer of somebody who is called.
func (g *generator) take(t task, at time.Duration) workloads.Request {
	client := program.Subject(uint64(t.subject))
	yes := byte(1)
	if g.author.Percent(g.settings.Rule("decline-percent")) {
		yes = 0
	}
	op := binary.BigEndian.AppendUint32(g.begin(KindTake, client, at, t.pool, t.round, 5), t.position)
	if yes == 1 {
		return g.tell(at, client, g.desk(t.subject), append(op, yes))
	}
	return g.ask(at, client, g.desk(t.subject), append(op, yes))
}

// object is an objection of the one who was called before.
func (g *generator) object(t task, at time.Duration, c *course) (workloads.Request, bool) {
	by := c.ranking[0]
	if t.position > 0 && int(t.position) <= len(c.ranking) {
		by = c.ranking[t.position-1]
	}
	if by == t.subject {
		return workloads.Request{}, false
	}
	client := program.Subject(uint64(by))
	op := binary.BigEndian.AppendUint32(g.begin(KindObject, client, at, t.pool, t.round, 10), t.subject)
	op = binary.BigEndian.AppendUint32(op, t.position)
	return g.ask(at, client, g.desk(by), binary.BigEndian.AppendUint16(op, uint16(1+g.rand.Below(9)))), true
}

// goOn is the office's next step of a round. It is repeated until its answer brings the round to the next stage.
func (g *generator) goOn(t task, at time.Duration, c *course) (workloads.Request, bool) {
	if c.tries++; c.tries > officeTries {
		c.stage = stageEnded
		return workloads.Request{}, false
	}
	tries := c.tries
	g.later(t.pool, c, at+time.Duration(tries)*(time.Second/2))
	c.tries = tries
	lead := g.lead(t.pool)
	client := g.author.AnyDesk(lead)
	kind := [...]byte{KindClose, KindDraw, KindRank, KindEnd}[c.stage]
	return g.ask(at, client, lead, g.begin(kind, client, at, t.pool, t.round, 0)), true
}

// closed sets seeders and bidders to reveal, and the office to draw after them.
func (g *generator) closed(pool uint32, c *course, answer []byte, now time.Duration) {
	if c.stage != stageOpen || len(answer) != 9 {
		return
	}
	c.stage, c.revealed = stageClosed, ms(binary.BigEndian.Uint64(answer[1:]))
	withhold := g.settings.Rule("withhold-percent")
	due := now + g.slack()
	switch g.mode {
	case ModeBids:
		for _, b := range c.bids {
			if !g.author.Percent(withhold) {
				g.agenda.add(task{due: now, kind: KindBid, pool: pool, round: c.number, subject: b.subject, position: uint32(b.corrections)})
			}
		}
		c.bids = nil
		due = c.revealed + g.slack()
	case ModeLottery, ModePoints:
		for place := range min(g.settings.Rule("seeders"), int64(g.settings.Agencies)) {
			if g.author.Percent(withhold) {
				due = c.revealed + g.slack()
				continue
			}
			g.agenda.add(task{due: now, kind: KindReveal, pool: pool, round: c.number, position: uint32(place)})
		}
	}
	g.later(pool, c, due)
}

// drawn sets the agencies to rank.
func (g *generator) drawn(pool uint32, c *course, answer []byte, now time.Duration) {
	if c.stage != stageClosed || len(answer) != 5 {
		return
	}
	c.stage, c.units = stageRanking, binary.BigEndian.Uint32(answer[1:])
	for range c.units {
		g.agenda.add(task{due: now, kind: KindRank, pool: pool, round: c.number})
	}
	g.later(pool, c, now+2*time.Second)
	if c.units == 0 {
		g.published(pool, c, now)
	}
}

// ranked takes over what a unit of sorting has answered.
func (g *generator) ranked(pool uint32, c *course, answer []byte, now time.Duration) {
	if len(answer) < 5 {
		return
	}
	c.units = min(c.units, binary.BigEndian.Uint32(answer[1:]))
	if len(answer) >= 9 {
		from := int(binary.BigEndian.Uint32(answer[5:]))
		for i := 9; i+4 <= len(answer); i += 4 {
			for len(c.ranking) <= from {
				c.ranking = append(c.ranking, 0)
			}
			c.ranking[from] = binary.BigEndian.Uint32(answer[i:])
			if c.stage == stageCalled {
				g.call(pool, c, uint32(from), now)
			}
			from++
		}
	}
	if c.units == 0 && c.stage == stageRanking {
		g.published(pool, c, now)
		for position := range c.ranking {
			g.call(pool, c, uint32(position), now)
		}
	}
}

// published begins the time in which places are answered.
func (g *generator) published(pool uint32, c *course, now time.Duration) {
	c.stage = stageCalled
	g.lane(pool).settled = c.number
	g.later(pool, c, now+max(c.confirm, c.objection)+2*g.slack())
}

// call decides how somebody who is called will answer, and whether somebody objects.
func (g *generator) call(pool uint32, c *course, position uint32, now time.Duration) {
	if position >= c.quota || position >= uint32(len(c.ranking)) {
		return
	}
	g.callTo(pool, c, position, c.ranking[position], now)
}

func (g *generator) callTo(pool uint32, c *course, position, subject uint32, now time.Duration) {
	t := task{kind: KindTake, pool: pool, round: c.number, subject: subject, position: position}
	if g.author.Percent(g.settings.Rule("object-percent")) && len(c.ranking) > 0 {
		t.kind, t.due = KindObject, now
		g.agenda.add(t)
	}
	t.kind, t.due = KindTake, now+min(key.Exponential(g.rand, g.settings.ThinkMean), c.confirm*3/4)
	if g.author.Percent(g.settings.Rule("ignore-percent")) {
		t.kind, t.due = KindLapse, now+c.confirm+g.slack()
	}
	g.agenda.add(t)
}
