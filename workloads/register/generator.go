package register

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// weightNames are the rules that share out new cases, in the order of the kinds of case below.
var weightNames = [...]string{"transfer-weight", "mortgage-weight", "freeze-weight", "correct-weight", "permit-weight"}

// Kinds of case.
const (
	caseTransfer = iota
	caseMortgage
	caseFreeze
	caseCorrect
	casePermit
)

// Numbers of the generator.
const (
	objectTries = 8             // assumed: how often an object without an open case is looked for
	loansFew    = 64            // assumed: loans in force from which on half of the mortgage cases discharge one
	priceMin    = 50_000_000    // fen; assumed: half a million yuan
	priceSpan   = 1_000_000_000 // fen; assumed: prices are uniform over ten million yuan
)

// generator keeps a plan for every open case and a picture of what has changed; it learns from the answers.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	docket   docket
	busy     set                  // objects with an open case
	iced     set                  // objects that are frozen
	held     map[uint64][]holding // holders of the objects that were transferred
	loanCnt  map[uint64]byte      // mortgages of an object
	loans    []loan               // in force
	frozen   []uint64             // in the order in which they were frozen
	weights  [len(weightNames)]uint64
	total    uint64 // of the weights
	parts    uint64 // of a whole
	holders  uint64 // of an object at the start
	share    struct{ whole, withdraw, refuse, amend, search, wrong int64 }
}

type loan struct {
	object uint64
	serial uint32
	lender uint16
}

// plan is what the generator knows of one case. There is one for every open case, so it is kept small.
type plan struct {
	id, object    uint64
	parts, price  uint64
	due, tax      uint64
	lenders       []loan // with mortgages in force
	seller, buyer uint32
	serial        uint32 // of the mortgage asked for
	lender        uint16 // of the mortgage, or the agency that searches
	kind          byte
	version       byte // of the documents
	examined      byte // departments that have agreed
	consents      byte // lenders that have
	account       byte // utility accounts moved
	quit          int8 // steps until a side withdraws, below 0: never
	deny          int8 // steps until a department or the registry refuses, below 0: never
	whole         bool
	amended       bool
	deposit       bool // still to be made
	assess, pay   bool // still to be done
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and checkSettings have checked both
	}
	g := &generator{
		settings: settings, rand: rand, chooser: chooser,
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		busy:   newSet(uint64(settings.Population)), iced: newSet(uint64(settings.Population)),
		held: make(map[uint64][]holding), loanCnt: make(map[uint64]byte),
	}
	g.parts, g.holders = uint64(settings.Rule("parts")), uint64(settings.Rule("holders"))
	g.share.whole, g.share.withdraw = settings.Rule("whole-percent"), settings.Rule("withdraw-percent")
	g.share.refuse, g.share.amend = settings.Rule("refuse-percent"), settings.Rule("amend-percent")
	g.share.search, g.share.wrong = settings.Rule("search-percent"), settings.Rule("refused-percent")
	for i, name := range weightNames {
		g.weights[i] = uint64(settings.Rule(name))
		g.total += g.weights[i]
	}
	return g
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	if g.mix.Read() {
		g.mix.Count(true)
		return g.read(at)
	}
	g.mix.Count(false)
	if g.author.Percent(g.share.wrong) {
		return g.wrong(at)
	}
	object := g.idle()
	switch g.draw() {
	case caseMortgage:
		return g.mortgage(at, object)
	case caseFreeze:
		return g.freeze(at, object)
	case caseCorrect:
		return g.correct(at, object)
	case casePermit:
		return g.permit(at, object)
	}
	return g.transfer(at, object)
}

// draw chooses a kind of case in proportion to the weights.
func (g *generator) draw() int {
	at := g.rand.Below(g.total)
	for kind, weight := range g.weights {
		if at < weight {
			return kind
		}
		at -= weight
	}
	return caseTransfer
}

// idle chooses an object that is not being worked on, if one is found soon.
func (g *generator) idle() uint64 {
	object := g.chooser.Next()
	for try := 1; try < objectTries && (g.busy.has(object) || g.iced.has(object)); try++ {
		object = g.chooser.Next()
	}
	return object
}

// holdings are the object's holders as far as the answers have told.
func (g *generator) holdings(object uint64) []holding {
	if list, changed := g.held[object]; changed {
		return list
	}
	var t title
	t.begin(object, g.settings)
	return t.holdings
}

// holder is one of the object's holders.
func (g *generator) holder(object uint64) holding {
	if list, changed := g.held[object]; changed {
		return list[g.rand.Below(uint64(len(list)))]
	}
	whole, holders := g.parts, g.holders
	i := uint64(0)
	if holders > 1 {
		i = g.rand.Below(holders)
	}
	h := holding{uint32((object + i) % uint64(g.settings.Population)), whole / holders}
	if i < whole%holders {
		h.parts++
	}
	return h
}

// think is when a person has done the next step.
func (g *generator) think(now time.Duration) time.Duration {
	return now + key.Exponential(g.rand, g.settings.ThinkMean)
}

func (g *generator) agency(role int) int { return role % g.settings.Agencies }

// home is the agency at which requests about an object enter when a party makes them.
func (g *generator) home(object uint64) int { return int(object % uint64(g.settings.Agencies)) }

// begin opens a plan and marks its object.
func (g *generator) begin(kind byte, object uint64) *plan {
	p := g.docket.open(g.author.NewCase())
	p.kind, p.object, p.quit, p.deny = kind, object, -1, -1
	g.busy.put(object, true)
	return p
}

// over closes a plan and gives its object free.
func (g *generator) over(p *plan) {
	g.busy.put(p.object, false)
	g.docket.close(p)
}

// step starts an operation of an agency or, where who is not negative, of that party.
func (g *generator) op(kind byte, client uint32, at time.Duration, number uint64, size int) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), number)
}

// send makes the request of a case's step.
func (g *generator) send(p *plan, client uint32, at time.Duration, op []byte) workloads.Request {
	agency, desk := program.AgencyOf(client, g.settings.Agencies)
	if !desk {
		agency = g.home(p.object)
	}
	request := program.Request(at, client, agency, g.author.End(op))
	request.Case, request.Last = p.id, false
	return request
}

// alone makes a request of its own.
func (g *generator) alone(client uint32, object uint64, at time.Duration, op []byte) workloads.Request {
	agency, desk := program.AgencyOf(client, g.settings.Agencies)
	if !desk {
		agency = g.home(object)
	}
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *generator) docs(p *plan) [32]byte { return program.Fill(p.id, uint64(p.version)) }

// Follow implements workloads.Generator: the next step of the case.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	p, known := g.docket.find(answered.Case)
	if !known || len(answered.Op) < program.HeaderSize {
		return workloads.Request{}, false
	}
	var next workloads.Request
	var more bool
	reason, refused := workloads.Refused(result)
	switch kind := answered.Op[1]; {
	case p.kind == caseTransfer:
		next, more = g.goOn(p, kind, result, reason, refused, now)
	case p.kind == caseMortgage:
		next, more = g.lend(p, kind, result, refused, now)
	case p.kind == casePermit && !refused && kind == KindPermit:
		next, more = g.searchPermitted(p, now), true
	}
	if !more {
		g.over(p)
		return workloads.Request{}, false
	}
	g.mix.Count(next.Read)
	return next, true
}
