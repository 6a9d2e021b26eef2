package draw

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Shares of the generator's choices.
const (
	agendaChance = 4  // of so many writes all but one go to the agenda while something is due
	lookPercent  = 60 // assumed: share of reads about an application, while one is known
	placePercent = 20 // assumed: share of reads about a published ranking
	recentLooks  = 512
)

// generator follows the rounds of every pool it has touched by their times. New requests are applications; what
// the offices, the bidders and the winners do stands in an agenda, which answers extend.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	agenda   agenda
	mode     byte
	turn     uint64 // people who have applied
	lanes    []*lane
	recent   [recentLooks]known
	knowns   uint64
}

// known is an application that was accepted.
type known struct{ pool, round, subject uint32 }

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	pools := uint64(settings.Rule("pools"))
	chooser, err := key.New(settings.KeyChoice, pools, rand)
	if err != nil {
		panic(err) // NewSettings has checked it
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser, mode: byte(settings.Rule("mode")),
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		lanes:  make([]*lane, pools),
		turn:   rand.Below(uint64(settings.Population)),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	pool := uint32(g.chooser.Next())
	if g.mix.Read() {
		g.mix.Count(true)
		return g.read(at, pool)
	}
	g.mix.Count(false)
	for g.agenda.due(at) && g.rand.Below(agendaChance) > 0 {
		if request, is := g.do(g.agenda.take(), at); is {
			return request
		}
	}
	l := g.lane(pool)
	l.advance(at)
	if g.author.Percent(g.settings.Rule("refused-percent")) {
		return g.wrong(at, pool, l.now)
	}
	if l.wants(at) {
		return g.announce(at, pool, l)
	}
	for try := 0; try < 4 && l.now.full; try++ {
		pool = uint32(g.chooser.Next())
		l = g.lane(pool)
		l.advance(at)
	}
	switch {
	case at < l.now.deadline:
		return g.apply(at, pool, l.now)
	case l.next == nil:
		return g.announce(at, pool, l)
	}
	return g.apply(at, pool, l.next)
}

func (g *generator) lane(pool uint32) *lane {
	if g.lanes[pool] == nil {
		g.lanes[pool] = &lane{now: expect(g.settings, 1, 0)}
	}
	return g.lanes[pool]
}

func (g *generator) lead(pool uint32) int { return int(pool % uint32(g.settings.Agencies)) }

// begin starts an operation about a round.
func (g *generator) begin(kind byte, client uint32, at time.Duration, pool, round uint32, size int) []byte {
	op := binary.BigEndian.AppendUint32(g.author.Begin(kind, client, at, 8+size), pool)
	return binary.BigEndian.AppendUint32(op, round)
}

// tell closes an operation whose answer teaches nothing.
func (g *generator) tell(at time.Duration, client uint32, agency int, op []byte) workloads.Request {
	return program.Request(at, client, agency, g.author.End(op))
}

// ask closes an operation, one whose answer the generator learns from.
func (g *generator) ask(at time.Duration, client uint32, agency int, op []byte) workloads.Request {
	request := program.Request(at, client, agency, g.author.End(op))
	request.Case, request.Last = g.author.NewCase(), false
	return request
}

func (g *generator) announce(at time.Duration, pool uint32, l *lane) workloads.Request {
	opens := max(at, l.now.deadline)
	l.next = expect(g.settings, l.now.number+1, opens)
	lead := g.lead(pool)
	client := g.author.AnyDesk(lead)
	op := binary.BigEndian.AppendUint32(g.author.Begin(KindAnnounce, client, at, 4), pool)
	return g.ask(at, client, lead, op)
}

// apply is an application by the next of the people. The first of a round sets its office to work.
func (g *generator) apply(at time.Duration, pool uint32, c *course) workloads.Request {
	subject := uint32(g.turn % uint64(g.settings.Population))
	g.turn++
	if !c.begun {
		c.begun = true
		g.summon(at, pool, c)
		g.later(pool, c, c.reviewed+g.slack())
	}
	client := program.Subject(uint64(subject))
	op := g.begin(KindApply, client, at, pool, c.number, 32)
	data := g.data(pool, c.number, subject, 0)
	return g.ask(at, client, g.desk(subject), append(op, data[:]...))
}

// desk is the agency at whose portal a subject enters.
func (g *generator) desk(subject uint32) int { return int(subject % uint32(g.settings.Agencies)) }

// slack is how long an office waits after a period before it goes on.
// assumed: 50 ms, more than requests of the period need to be ordered in a city.
func (g *generator) slack() time.Duration { return 50 * time.Millisecond }

// summon lets the seeders commit.
func (g *generator) summon(at time.Duration, pool uint32, c *course) {
	if g.mode == ModeBids || g.mode == ModeFirst {
		return
	}
	for place := range min(g.settings.Rule("seeders"), int64(g.settings.Agencies)) {
		g.agenda.add(task{due: at, kind: KindSeed, pool: pool, round: c.number, position: uint32(place)})
	}
}

// later puts the office's next step in the agenda, in place of the one that was there.
func (g *generator) later(pool uint32, c *course, due time.Duration) {
	c.office, c.tries = due, 0
	g.agenda.add(task{due: due, kind: taskOffice, pool: pool, round: c.number})
}

// data is what an application commits to.
func (g *generator) data(pool, round, subject uint32, corrections byte) [32]byte {
	if g.mode == ModeBids {
		price, nonce := g.bid(pool, round, subject, corrections)
		return BidCommitment(pool, round, subject, price, nonce)
	}
	return program.Fill(uint64(pool)<<32|uint64(round), uint64(subject)<<8|uint64(corrections))
}

// bid is a bidder's price, one in 128 of them out of bounds, and nonce.
func (g *generator) bid(pool, round, subject uint32, corrections byte) (price uint64, nonce [32]byte) {
	nonce = program.Fill(uint64(pool)<<32|uint64(round), 1<<60|uint64(subject)<<8|uint64(corrections))
	high := uint64(g.settings.Rule("price-max"))
	low := high * uint64(g.settings.Rule("price-floor")) / 100
	if nonce[0] < 2 {
		return high + 1, nonce
	}
	return low + binary.BigEndian.Uint64(nonce[8:])%(high-low+1), nonce
}

// seed is what an agency contributes to a draw; a real one takes it from a generator of true random numbers.
func (g *generator) seed(pool, round uint32, agency int) [32]byte {
	return program.Fill(uint64(pool)<<32|uint64(round), 1<<61|uint64(agency))
}

// remember keeps an application to be looked at later.
func (g *generator) remember(pool, round, subject uint32) {
	g.recent[g.knowns%recentLooks] = known{pool, round, subject}
	g.knowns++
}

// read is a look at an application, at a ranking or at a round.
func (g *generator) read(at time.Duration, pool uint32) workloads.Request {
	draw := g.rand.Below(100)
	if draw < lookPercent && g.knowns > 0 {
		k := g.recent[g.rand.Below(min(g.knowns, recentLooks))]
		return g.look(at, k)
	}
	subject := uint32(g.rand.Below(uint64(g.settings.Population)))
	client := program.Subject(uint64(subject))
	kind, round, size := KindRound, uint32(0), 0
	if l := g.lanes[pool]; draw >= 100-placePercent && l != nil && l.settled > 0 {
		kind, round, size = KindPlaces, l.settled, 4
	}
	op := binary.BigEndian.AppendUint32(g.author.Query(kind, client, at, 8+size), pool)
	op = binary.BigEndian.AppendUint32(op, round)
	if kind == KindPlaces {
		op = binary.BigEndian.AppendUint32(op, uint32(g.rand.Below(uint64(g.settings.Rule("quota")))))
	}
	request := program.Request(at, client, g.desk(subject), op)
	request.Read = true
	return request
}

// look is the applicant's or, one time in four, an agency's look at an application.
func (g *generator) look(at time.Duration, k known) workloads.Request {
	agency := g.desk(k.subject)
	client := program.Subject(uint64(k.subject))
	if g.rand.Below(4) == 0 {
		client = g.author.AnyDesk(agency)
	}
	if g.settings.LogReads {
		op := binary.BigEndian.AppendUint32(g.begin(KindLook, client, at, k.pool, k.round, 4), k.subject)
		request := program.Request(at, client, agency, g.author.End(op))
		request.Logged = true
		return request
	}
	op := binary.BigEndian.AppendUint32(g.author.Query(KindLook, client, at, 12), k.pool)
	op = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(op, k.round), k.subject)
	request := program.Request(at, client, agency, op)
	request.Read = true
	return request
}
