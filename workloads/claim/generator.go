package claim

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Numbers of the generator.
const (
	lockedKept    = 64 // claims remembered for duplicates
	giveUpPercent = 20 // assumed: share of disputed instruments that the holder cancels
	showPercent   = 20 // assumed: share of queries that look at an instrument instead of asking whether it is taken
	retriesMax    = 4  // times that a claimant lowers an amount that is above the rate
)

// generator makes the requests of the service: an instrument of the start is claimed, or a new one is registered,
// confirmed and claimed, each in a case that lasts until the money is back.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	docket   *docket
	locked   [lockedKept]pledge // ring of instruments that were claimed lately
	locks    uint64
	single   bool
	issuer   bool
	share    shares
}

// shares are the rules that the generator draws by, read once.
type shares struct {
	fresh, dispute, cancel, split, assign, reject, withdraw, transfer, release, settle, refused int64
	face, term, rate, grace                                                                     int64
}

// pledge is an instrument that is claimed.
type pledge struct {
	number, holder   uint64
	debtor, claimant uint16
}

// plan is what the generator knows of one case.
type plan struct {
	pledge
	claim     uint64
	face, due uint64
	amount    uint64
	reviewer  uint32
	handed    uint32 // contents handed in so far
	offered   uint16
	confirmed uint8 // parties that have confirmed
	retries   uint8
	disposed  bool // it was split or assigned
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // Build has checked both
	}
	rule := settings.Rule
	return &generator{
		settings: settings, rand: rand, chooser: chooser,
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		docket: newDocket(uint64(settings.Population)),
		single: rule("single-use") == 1, issuer: rule("issuer") == 1,
		share: shares{
			fresh: rule("new-percent"), dispute: rule("dispute-percent"), cancel: rule("cancel-percent"),
			split: rule("split-percent"), assign: rule("assign-percent"), reject: rule("reject-percent"),
			withdraw: rule("withdraw-percent"), transfer: rule("transfer-percent"), release: rule("release-percent"),
			settle: rule("settle-percent"), refused: rule("refused-percent"),
			face: rule("face"), term: rule("start-term"), rate: rule("advance-rate"), grace: rule("grace"),
		},
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	wrong := g.author.Percent(g.share.refused)
	if g.mix.Read() {
		g.mix.Count(true)
		return g.ask(at, wrong)
	}
	g.mix.Count(false)
	if wrong {
		return g.wrong(at)
	}
	holder := g.chooser.Next()
	id := g.author.NewCase()
	p := g.docket.open(id)
	if !g.author.Percent(g.share.fresh) && g.docket.take(holder) {
		p.number, p.holder, p.debtor = holder, holder, uint16(holder%uint64(g.settings.Agencies))
		p.face, p.due = spread(g.share.face, holder), dueOf(g.share.term, holder)
		return g.lock(p, id, at)
	}
	p.holder, p.debtor = holder, uint16(g.rand.Below(uint64(g.settings.Agencies)))
	return g.register(p, id, at)
}

// content is what was handed in last.
func (p *plan) content(id uint64) [32]byte {
	content := program.Fill(id, 1<<32+uint64(p.handed))
	content[0] = 0xff // no number of an instrument of the start
	return content
}

// terms draws another content, a face and a due date.
func (g *generator) terms(p *plan, at time.Duration) {
	draw := g.rand.Uint64()
	p.handed++
	p.face = spread(g.share.face, draw>>32)
	term := uint64(g.share.term) * (1 + draw%16) / 16
	p.due = program.Milliseconds(at) + max(term, 1)
}

func (p *plan) appendTerms(op []byte, content [32]byte) []byte {
	op = binary.BigEndian.AppendUint64(op, p.face)
	op = binary.BigEndian.AppendUint64(op, p.due)
	return append(op, content[:]...)
}

// registrar is the client that registers and corrects the instrument.
func (g *generator) registrar(p *plan) uint32 {
	if g.issuer {
		return g.desk(p.debtor)
	}
	return program.Subject(p.holder)
}

func (g *generator) register(p *plan, id uint64, at time.Duration) workloads.Request {
	g.terms(p, at)
	client := g.registrar(p)
	op := g.author.Begin(KindRegister, client, at, 58)
	op = binary.BigEndian.AppendUint64(op, p.holder)
	op = binary.BigEndian.AppendUint16(op, p.debtor)
	return g.request(at, client, p.debtor, id, p.appendTerms(op, p.content(id)))
}

// desk is a random desk of an agency.
func (g *generator) desk(agency uint16) uint32 { return g.author.AnyDesk(int(agency)) }

// about starts an operation about an instrument or a claim.
func (g *generator) about(kind byte, client uint32, at time.Duration, size int, number uint64) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), number)
}

func (g *generator) step(kind byte, client uint32, at time.Duration, agency uint16, id, number uint64) workloads.Request {
	return g.request(at, client, agency, id, g.about(kind, client, at, 0, number))
}

// last is a step that ends the case.
func (g *generator) last(kind byte, client uint32, at time.Duration, agency uint16, id, number uint64) workloads.Request {
	request := g.step(kind, client, at, agency, id, number)
	request.Last = true
	return request
}

func (g *generator) request(at time.Duration, client uint32, agency uint16, id uint64, op []byte) workloads.Request {
	request := program.Request(at, client, int(agency), g.author.End(op))
	request.Case, request.Last = id, false
	return request
}

// touched is an instrument that was claimed lately, or one of the start.
func (g *generator) touched() pledge {
	if g.locks > 0 && g.rand.Below(4) == 0 {
		return g.locked[g.rand.Below(min(g.locks, lockedKept))]
	}
	number := g.chooser.Next()
	debtor := uint16(number % uint64(g.settings.Agencies))
	return pledge{number: number, holder: number, debtor: debtor, claimant: debtor}
}

// show is a look at an instrument by its debtor, its claimant or its holder.
func (g *generator) show(at time.Duration, p *pledge) workloads.Request {
	agency := p.debtor
	client := g.desk(agency)
	switch g.rand.Below(3) {
	case 0:
		client = program.Subject(p.holder)
	case 1:
		agency = p.claimant
		client = g.desk(agency)
	}
	op := binary.BigEndian.AppendUint64(g.author.Query(KindShow, client, at, 8), p.number)
	request := program.Request(at, client, int(agency), op)
	request.Read = true
	return request
}

// ask is the question whether an instrument is taken: of one that was claimed lately, or of one of the start.
func (g *generator) ask(at time.Duration, wrong bool) workloads.Request {
	pledged := g.touched()
	if !g.settings.LogReads && !wrong && g.rand.Below(100) < showPercent {
		return g.show(at, &pledged)
	}
	number := pledged.number
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	content := contentOf(number)
	if wrong && g.rand.Below(2) == 0 {
		client = program.Subject(number)
	} else if wrong {
		number = 1<<63 - 1 - number
	}
	var op []byte
	if g.settings.LogReads {
		op = g.author.Begin(KindAsk, client, at, 40)
	} else {
		op = g.author.Query(KindAsk, client, at, 40)
	}
	op = append(binary.BigEndian.AppendUint64(op, number), content[:]...)
	if g.settings.LogReads {
		op = g.author.End(op)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// wrong is a request that is refused: mostly the second claim on an instrument, which is what the service is
// against; else a stranger's, a premature or a spoilt one.
func (g *generator) wrong(at time.Duration) workloads.Request {
	pledged := pledge{number: g.chooser.Next()}
	pledged.holder, pledged.debtor = pledged.number, uint16(pledged.number%uint64(g.settings.Agencies))
	if g.locks > 0 {
		pledged = g.locked[g.rand.Below(min(g.locks, lockedKept))]
	}
	p := &plan{pledge: pledged, face: 1}
	var request workloads.Request
	switch g.rand.Below(12) {
	case 0: // a stranger's claim
		p.holder += uint64(g.settings.Population)
		request = g.lockAt(p, 0, at, pledged.claimant, 1)
	case 1: // a payment of a claim that nobody made
		request = g.step(KindPay, g.desk(pledged.claimant), at, pledged.claimant, 0, 1<<62)
	case 2: // the same content again
		p.holder = pledged.holder
		p.face, p.due = 1, program.Milliseconds(at)+1
		client := g.registrar(p)
		op := binary.BigEndian.AppendUint64(g.author.Begin(KindRegister, client, at, 58), p.holder)
		op = binary.BigEndian.AppendUint16(op, p.debtor)
		request = g.request(at, client, p.debtor, 0, p.appendTerms(op, contentOf(g.chooser.Next())))
	case 3: // an issuer that is none settles
		agency := g.elsewhere(p.debtor, p.debtor)
		request = g.step(KindSettle, g.desk(agency), at, agency, 0, p.number)
	case 4: // spoilt on the way
		request = g.step(KindSettle, g.desk(p.debtor), at, p.debtor, 0, 1<<62)
		request.Op = g.author.Spoil(request.Op)
	default: // the duplicate
		claimant := g.elsewhere(p.debtor, pledged.claimant)
		if g.locks == 0 {
			p.face = 0
		}
		request = g.lockAt(p, 0, at, claimant, p.face)
	}
	request.Last = true
	return request
}
