package custody

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// weightNames are the rules that share out new cases, in the order of the kinds of case below.
var weightNames = [...]string{"declare-weight", "stock-weight", "quarantine-weight", "recall-weight"}

// Kinds of case.
const (
	caseDeclare = iota
	caseStock
	caseQuarantine
	caseRecall
)

// Numbers of the generator.
const (
	stockTries  = 8  // assumed: how often a consignment without an open case is looked for
	freshKept   = 64 // assumed: new consignments that reads return to
	coldSpan    = 50 // tenths of a degree; assumed: temperatures lie up to 5 degrees below the bound
	releaseLeft = 3  // assumed: times a quarantined consignment is examined before it is destroyed
)

// generator keeps a plan for every open case and a picture of the stock that has changed; it learns from the answers.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	docket   docket
	busy     set              // consignments of the start with an open case
	stock    map[uint64]stock // consignments of the start that have changed
	fresh    [freshKept]uint64
	declared uint64 // consignments that came into being so far
	weights  [len(weightNames)]uint64
	total    uint64 // of the weights
	firms    uint64
	bound    int64 // temperature-max at the start: freezers get no colder by an amendment
}

// stock is what the generator knows of a consignment of the start.
type stock struct {
	holder   uint32
	quantity uint64
	recalled bool
}

// plan is what the generator knows of one case.
type plan struct {
	id, number  uint64 // case and consignment
	kind        byte
	known       bool // the consignment has its number
	released    bool
	corrected   bool
	divided     bool
	single      bool   // one step only
	declarer    uint32 // client
	holder      uint32
	next        uint32
	quarantiner int
	quantity    uint64
	mate        uint64 // the part that was divided off, 0: none
	mateUnits   uint64
	cleared     int
	hops        int // made so far
	events      int // appended by this holder
	lifts       int
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
		busy:   newSet(uint64(settings.Population)), stock: make(map[uint64]stock),
		firms: uint64(settings.Rule("firms")), bound: settings.Rule("temperature-max"),
	}
	for i, name := range weightNames {
		g.weights[i] = uint64(settings.Rule(name))
		g.total += g.weights[i]
	}
	return g
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	wrong := g.author.Percent(g.settings.Rule("refused-percent"))
	if g.mix.Read() {
		g.mix.Count(true)
		return g.look(at, wrong)
	}
	g.mix.Count(false)
	if wrong {
		return g.wrong(at)
	}
	switch kind := g.draw(); kind {
	case caseDeclare:
		return g.declare(at)
	case caseStock:
		return g.onStock(at)
	default:
		return g.authority(at, kind)
	}
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
	return caseDeclare
}

// idle chooses a consignment of the start that nobody is working on, if one is found soon.
func (g *generator) idle() (number uint64, s stock) {
	number = g.chooser.Next()
	for try := 1; try < stockTries && g.busy.has(number); try++ {
		number = g.chooser.Next()
	}
	return number, g.stockOf(number)
}

func (g *generator) stockOf(number uint64) stock {
	if s, changed := g.stock[number]; changed {
		return s
	}
	first := begin(number, g.settings)
	return stock{holder: first.holder, quantity: first.quantity}
}

// begin opens a plan for a consignment of the start.
func (g *generator) begin(kind byte, number uint64, s stock) *plan {
	p := g.docket.open(g.author.NewCase())
	p.kind, p.number, p.known, p.holder, p.quantity, p.released = kind, number, true, s.holder, s.quantity, true
	g.busy.put(number, true)
	return p
}

// over closes a plan and gives its consignment free.
func (g *generator) over(p *plan) {
	if p.kind != caseDeclare {
		g.busy.put(p.number, false)
	}
	g.docket.close(p)
}

// think is when a person has done the next step.
func (g *generator) think(now time.Duration) time.Duration {
	return now + key.Exponential(g.rand, g.settings.ThinkMean)
}

// client acts for a holder: one of the firm's, or a desk of the agency.
func (g *generator) client(who uint32) uint32 {
	if firm, is := program.SubjectOf(who); is {
		return program.Subject(firm + g.firms*g.rand.Below(Terminals))
	}
	return g.author.AnyDesk(int(who))
}

// someone is a random holder other than the given one: a station or, one time in four, a firm.
func (g *generator) someone(but uint32) uint32 {
	who := uint32(g.rand.Below(uint64(g.settings.Agencies)))
	if g.rand.Below(4) == 0 || who == but {
		who = program.Subject(g.rand.Below(g.firms))
	}
	if who == but { // the only firm: then an agency
		who = 0
	}
	return who
}

// agency is where a client's requests enter.
func (g *generator) agency(client uint32) int {
	agency, desk := program.AgencyOf(client, g.settings.Agencies)
	if !desk {
		return int(client % uint32(g.settings.Agencies))
	}
	return agency
}

func (g *generator) op(kind byte, client uint32, at time.Duration, number uint64, size int) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), number)
}

// send makes the request of a case's step.
func (g *generator) send(p *plan, client uint32, at time.Duration, op []byte) workloads.Request {
	request := program.Request(at, client, g.agency(client), g.author.End(op))
	request.Case, request.Last = p.id, false
	return request
}

// Follow implements workloads.Generator: the next step of the case.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	p, known := g.docket.find(answered.Case)
	if !known || len(answered.Op) < program.HeaderSize {
		return workloads.Request{}, false
	}
	var next workloads.Request
	more := false
	if reason, refused := workloads.Refused(result); refused {
		next, more = g.refused(p, answered.Op[1], reason, now)
	} else if len(result) == 10 {
		next, more = g.goOn(p, answered.Op, binary.BigEndian.Uint64(result[1:]), result[9], now)
	}
	if !more {
		g.over(p)
		return workloads.Request{}, false
	}
	g.mix.Count(next.Read)
	return next, true
}
