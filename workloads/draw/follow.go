package draw

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// curePercent is the share of refused applications that are corrected.
// assumed: 30.
const curePercent = 30

// Follow implements workloads.Generator: the next step of an application, or of an objection; the answers of
// the offices' steps extend the agenda.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	none := workloads.Request{}
	if len(answered.Op) < program.HeaderSize+4 || len(result) == 0 {
		return none, false
	}
	kind, body := answered.Op[1], answered.Op[program.HeaderSize:]
	pool := binary.BigEndian.Uint32(body)
	if uint64(pool) >= uint64(len(g.lanes)) {
		return none, false
	}
	l := g.lane(pool)
	if kind == KindAnnounce {
		g.announced(pool, l, result)
		return none, false
	}
	c := l.find(binary.BigEndian.Uint32(body[4:]))
	if c == nil {
		return none, false
	}
	if reason, refused := workloads.Refused(result); refused {
		g.learn(pool, l, c, kind, reason, now)
		return none, false
	}
	switch kind {
	case KindClose:
		g.closed(pool, c, result, now)
	case KindDraw:
		g.drawn(pool, c, result, now)
	case KindRank:
		g.ranked(pool, c, result, now)
	case KindEnd:
		c.stage = stageEnded
	case KindTake, KindLapse, KindJudge:
		if len(result) == 9 {
			g.callTo(pool, c, binary.BigEndian.Uint32(result[1:]), binary.BigEndian.Uint32(result[5:]), now)
			g.later(pool, c, now+max(c.confirm, c.objection)+2*g.slack())
		}
	case KindApply, KindConfirm, KindRefuse, KindCorrect:
		return g.goes(answered, pool, c, result, now)
	case KindObject:
		return g.judge(answered, pool, c, now), true
	}
	return none, false
}

// announced takes over the terms of the next round, or forgets about one that was refused.
func (g *generator) announced(pool uint32, l *lane, result []byte) {
	if l.next == nil {
		return
	}
	if _, refused := workloads.Refused(result); refused {
		l.next = nil
		return
	}
	l.next.announced(result)
}

// learn draws conclusions from a refusal.
func (g *generator) learn(pool uint32, l *lane, c *course, kind byte, reason string, now time.Duration) {
	switch {
	case kind == KindApply && reason == reasonNoPlaces:
		c.full = true
	case kind == KindApply && reason == reasonNoRound && c == l.now:
		c.deadline = min(c.deadline, now) // its announcement was lost: another one is due
	case kind == KindClose && reason == reasonSeeds:
		g.summon(now, pool, c)
	}
}

// goes is what happens to an application next.
func (g *generator) goes(answered workloads.Request, pool uint32, c *course, result []byte, now time.Duration) (workloads.Request, bool) {
	if len(result) != 8 {
		return workloads.Request{}, false
	}
	kind, state, corrections, confirmed := answered.Op[1], result[1], result[2], result[3]
	var subject uint32
	if who, is := program.SubjectOf(answered.Client); is {
		subject = uint32(who)
	} else {
		subject = binary.BigEndian.Uint32(answered.Op[program.HeaderSize+8:])
	}
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	if kind == KindApply {
		g.remember(pool, c.number, subject)
	}
	request, more := g.next(kind, state, corrections, confirmed, pool, c, subject, at)
	if more {
		request.Case = answered.Case
		g.mix.Count(false)
	} else if state == StateEligible && g.mode == ModeBids && g.settings.Approvals == 0 {
		c.bids = append(c.bids, bidder{subject, corrections})
	}
	return request, more
}

func (g *generator) next(kind, state, corrections, confirmed byte, pool uint32, c *course, subject uint32,
	at time.Duration) (workloads.Request, bool) {
	changes := at < c.deadline && (kind == KindApply || kind == KindRefuse)
	switch {
	case changes && kind == KindApply && g.author.Percent(g.settings.Rule("withdraw-percent")):
		client := program.Subject(uint64(subject))
		request := program.Request(at, client, g.desk(subject), g.author.End(g.begin(KindWithdraw, client, at, pool, c.number, 0)))
		return request, true
	case changes && kind == KindApply && g.author.Percent(g.settings.Rule("correct-percent")),
		changes && kind == KindRefuse && int64(corrections) < g.settings.Rule("corrections-max") && g.author.Percent(curePercent):
		return g.correct(pool, c, subject, corrections+1, at), true
	case at > c.reviewed:
		return workloads.Request{}, false
	case state == StateRefused && g.author.Percent(g.settings.Rule("object-percent")):
		client := program.Subject(uint64(subject))
		op := binary.BigEndian.AppendUint32(g.begin(KindObject, client, at, pool, c.number, 10), subject)
		op = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(op, noPosition), 1)
		request := program.Request(at, client, g.desk(subject), g.author.End(op))
		request.Last = false
		return request, true
	case state == StateApplied && int(confirmed) < g.settings.Approvals:
		return g.examine(pool, c, subject, corrections, int(confirmed), at), true
	}
	return workloads.Request{}, false
}

func (g *generator) correct(pool uint32, c *course, subject uint32, corrections byte, at time.Duration) workloads.Request {
	client := program.Subject(uint64(subject))
	data := g.data(pool, c.number, subject, corrections)
	op := append(g.begin(KindCorrect, client, at, pool, c.number, 32), data[:]...)
	request := program.Request(at, client, g.desk(subject), g.author.End(op))
	request.Last = false
	return request
}

// examine is the visit to the next agency, each applicant beginning at another one.
func (g *generator) examine(pool uint32, c *course, subject uint32, corrections byte, confirmed int, at time.Duration) workloads.Request {
	place := (int(subject%uint32(g.settings.Approvals)) + confirmed) % g.settings.Approvals
	agency := (g.lead(pool) + 1 + place) % g.settings.Agencies
	client := g.author.AnyDesk(agency)
	if g.author.Percent(g.settings.Rule("ineligible-percent")) {
		op := binary.BigEndian.AppendUint32(g.begin(KindRefuse, client, at, pool, c.number, 6), subject)
		request := program.Request(at, client, agency, g.author.End(binary.BigEndian.AppendUint16(op, uint16(1+g.rand.Below(20)))))
		request.Last = false
		return request
	}
	points := uint32(0)
	if g.mode == ModePoints {
		points = uint32(g.rand.Below(uint64(g.settings.Rule("points-max")) + 1))
	}
	data := g.data(pool, c.number, subject, corrections)
	op := binary.BigEndian.AppendUint32(g.begin(KindConfirm, client, at, pool, c.number, 40), subject)
	op = binary.BigEndian.AppendUint32(append(op, data[:]...), points)
	request := program.Request(at, client, agency, g.author.End(op))
	request.Last = confirmed+1 == g.settings.Approvals
	if request.Last && g.mode == ModeBids {
		c.bids = append(c.bids, bidder{subject, corrections})
	}
	return request
}

// judge is the lead's judgement of an objection or an appeal; half are upheld.
func (g *generator) judge(answered workloads.Request, pool uint32, c *course, now time.Duration) workloads.Request {
	lead := g.lead(pool)
	client := g.author.AnyDesk(lead)
	at := now + min(key.Exponential(g.rand, g.settings.ThinkMean), c.objection)
	op := g.begin(KindJudge, client, at, pool, c.number, 5)
	op = append(op, answered.Op[program.HeaderSize+8:program.HeaderSize+12]...)
	request := program.Request(at, client, lead, g.author.End(append(op, byte(g.rand.Below(2)))))
	request.Case, request.Last = answered.Case, false
	g.mix.Count(false)
	return request
}
