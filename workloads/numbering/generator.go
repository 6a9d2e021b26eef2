package numbering

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Habits of the people.
const (
	billsKept     = 1024  // bills remembered for verification
	learnOneIn    = 8     // assumed: of the bills that need no correction one in eight is shown to the generator
	statusPercent = 5     // assumed: share of reads in which an issuer looks at its totals
	selfPercent   = 10    // assumed: share of issuers' acts that do not go through the platform
	suspendOneIn  = 1000  // assumed: of the writes one in a thousand suspends an issuer
	suspendFrom   = 16    // issuers; with fewer nobody is suspended
	pause         = 3_000 // ms before a request is repeated whose answer did not help
	issuerTries   = 8     // how often another issuer is looked for when one cannot act
)

// generator makes the requests of the service. A bill that is corrected, an application, a closing and a suspension
// are cases.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	plan     plan
	books    *books
	bills    []known
	learned  uint64
	waiting  map[uint64]waiting // cases that wait for a code to be opened
	fate     map[uint64]byte    // cases of bills that are to be corrected: KindVoid or KindRed
}

// waiting is the request that found no code.
type waiting struct {
	issuer uint64
	size   uint32
	kind   byte
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and check have looked at both
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser, plan: newPlan(settings),
		author:  program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:     program.NewMix(settings.ReadPercent, rand),
		books:   newBooks(newPlan(settings)),
		waiting: make(map[uint64]waiting), fate: make(map[uint64]byte),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	if g.mix.Read() {
		g.mix.Count(true)
		if g.author.Percent(statusPercent) {
			return g.status(at, g.chooser.Next())
		}
		return g.verify(at)
	}
	if g.author.Percent(g.settings.Rule("refused-percent")) {
		g.mix.Count(false)
		return g.wrong(at, g.chooser.Next())
	}
	number, able := g.pick(at)
	if !able {
		g.mix.Count(true)
		return g.status(at, number)
	}
	g.mix.Count(false)
	b := g.books.at(number)
	now := program.Milliseconds(at)
	free := now >= b.pausedTo
	if free && b.bills > 0 && now >= b.opened+uint64(g.settings.Rule("period")) {
		b.pausedTo = now + pause
		return g.asCase(g.close(at, number, b.period))
	}
	if free && b.left <= g.low() {
		b.pausedTo = now + pause
		return g.asCase(g.apply(at, number, g.wanted(b)))
	}
	if g.settings.Population >= suspendFrom && g.rand.Below(suspendOneIn) == 0 {
		b.suspended = true
		return g.asCase(g.decide(at, KindSuspend, number, 1))
	}
	return g.issue(at, number, b)
}

// low is how many numbers an issuer has left when it applies for others.
func (g *generator) low() int64 {
	return min(g.settings.Rule("segment-size"), g.settings.Rule("outstanding-max")) / 2
}

// wanted is how many numbers an issuer may and does apply for.
func (g *generator) wanted(b *book) uint32 {
	return uint32(max(1, min(g.settings.Rule("segment-size"), g.settings.Rule("outstanding-max")-max(b.left, 0))))
}

// pick chooses an issuer that can act: one that is not suspended, and has numbers left or may apply for some. Where
// the chosen ones cannot, customers go to any other.
func (g *generator) pick(at time.Duration) (number uint64, able bool) {
	now := program.Milliseconds(at)
	for try := range 2 * issuerTries {
		if try < issuerTries {
			number = g.chooser.Next()
		} else {
			number = g.rand.Below(uint64(g.settings.Population))
		}
		if b := g.books.at(number); !b.suspended && (b.left > 0 || now >= b.pausedTo) {
			return number, true
		}
	}
	return number, false
}

// issue makes a bill; those that are corrected later and some others are learned from the answer.
func (g *generator) issue(at time.Duration, number uint64, b *book) workloads.Request {
	b.left--
	b.bills++
	amount := 1 + g.rand.Below(min(uint64(g.settings.Rule("bill-max")), 100_000))
	request := g.bill(at, g.clerk(number), number, 0, amount)
	switch {
	case g.author.Percent(g.settings.Rule("void-percent")):
		request = g.asCase(request)
		g.fate[request.Case] = KindVoid
	case g.author.Percent(g.settings.Rule("red-percent")):
		request = g.asCase(request)
		g.fate[request.Case] = KindRed
	case g.rand.Below(learnOneIn) == 0:
		request = g.asCase(request)
	}
	return request
}

// asCase makes a request the first one of a case.
func (g *generator) asCase(request workloads.Request) workloads.Request {
	request.Case, request.Last = g.author.NewCase(), false
	return request
}

// clerk is who acts for an issuer.
func (g *generator) clerk(number uint64) uint32 {
	if g.author.Percent(selfPercent) {
		return program.Subject(number)
	}
	return g.author.AnyDesk(homeOf(number, g.settings.Agencies))
}

// from is a transaction of a client; it enters at the client's agency or the issuer's platform.
func (g *generator) from(at time.Duration, client uint32, number uint64, op []byte) workloads.Request {
	agency, desk := program.AgencyOf(client, g.settings.Agencies)
	if !desk {
		agency = homeOf(number, g.settings.Agencies)
	}
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *generator) begin(kind byte, client uint32, at time.Duration, number uint64, size int) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), number)
}

func (g *generator) bill(at time.Duration, client uint32, number, stated, amount uint64) workloads.Request {
	op := g.begin(KindIssue, client, at, number, 8+32+32+8)
	op = binary.BigEndian.AppendUint64(op, stated)
	for range 2 {
		hash := program.Fill(g.rand.Uint64(), stated)
		op = append(op, hash[:]...)
	}
	return g.from(at, client, number, binary.BigEndian.AppendUint64(op, amount))
}

func (g *generator) apply(at time.Duration, number uint64, size uint32) workloads.Request {
	client := g.clerk(number)
	op := g.begin(KindApply, client, at, number, 4)
	return g.from(at, client, number, binary.BigEndian.AppendUint32(op, size))
}

func (g *generator) close(at time.Duration, number uint64, period uint32) workloads.Request {
	client := g.clerk(number)
	op := g.begin(KindClose, client, at, number, 4)
	return g.from(at, client, number, binary.BigEndian.AppendUint32(op, period))
}

// plain is an act of the issuer that says nothing more: a withdrawal or a return.
func (g *generator) plain(at time.Duration, kind byte, number uint64) workloads.Request {
	client := g.clerk(number)
	return g.from(at, client, number, g.begin(kind, client, at, number, 0))
}

// decide is the authority's decision about an issuer: a grant, which has a size, or a suspension.
func (g *generator) decide(at time.Duration, kind byte, number uint64, value uint32) workloads.Request {
	client := g.author.AnyDesk(0)
	op := g.begin(kind, client, at, number, 4)
	if kind == KindSuspend {
		op = append(op, byte(value))
	} else {
		op = binary.BigEndian.AppendUint32(op, value)
	}
	return g.from(at, client, number, op)
}

func (g *generator) open(at time.Duration) workloads.Request {
	client := g.author.AnyDesk(0)
	return program.Request(at, client, 0, g.author.End(g.author.Begin(KindOpen, client, at, 0)))
}

// correct makes a bill void or cancels it.
func (g *generator) correct(at time.Duration, kind byte, number, bill uint64) workloads.Request {
	client := g.clerk(number)
	op := binary.BigEndian.AppendUint64(g.begin(kind, client, at, number, 8+32), bill)
	if kind == KindRed {
		hash := program.Fill(bill, 2)
		op = append(op, hash[:]...)
		g.books.at(number).left--
	}
	return g.from(at, client, number, op)
}

// verify asks for a bill that was issued in the run or before it, or for a forged one.
func (g *generator) verify(at time.Duration) workloads.Request {
	var k known
	issued := g.plan.bills
	switch {
	case len(g.bills) > 0 && (issued == 0 || g.rand.Below(2) == 0):
		k = g.bills[g.rand.Below(uint64(len(g.bills)))]
	default:
		number := g.chooser.Next()
		position := g.plan.first(number)
		if issued > 0 {
			position += g.rand.Below(issued)
		}
		k = known{number, g.plan.bill(position), hashOf(position)}
	}
	if g.author.Percent(g.settings.Rule("forged-percent")) {
		if g.rand.Below(2) == 0 {
			k.hash[0] ^= 1
		} else {
			k.bill = g.plan.bill((codesMax-1)*g.plan.numbers) + g.rand.Below(g.plan.numbers)
		}
	}
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	if g.rand.Below(4) == 0 { // the buyer, or whom the buyer shows the bill
		client = program.Subject(g.rand.Below(uint64(g.settings.Population)))
	}
	var op []byte
	if g.settings.LogReads {
		op = g.author.Begin(KindVerify, client, at, 8+8+32)
	} else {
		op = g.author.Query(KindVerify, client, at, 8+8+32)
	}
	op = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(op, k.issuer), k.bill)
	op = append(op, k.hash[:]...)
	if g.settings.LogReads {
		op = g.author.End(op)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

func (g *generator) status(at time.Duration, number uint64) workloads.Request {
	client := g.clerk(number)
	op := binary.BigEndian.AppendUint64(g.author.Query(KindStatus, client, at, 8), number)
	request := program.Request(at, client, homeOf(number, g.settings.Agencies), op)
	request.Read = true
	return request
}
