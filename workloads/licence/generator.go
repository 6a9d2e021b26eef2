package licence

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Shares of the changes to existing licences, in percent; the rest suspends.
const (
	renewPercent  = 70 // assumed
	revokePercent = 10 // assumed
	// issueHotPercent is the share of issues when the serial counter or the quota is what requests meet at.
	issueHotPercent = 90 // assumed
	// codeStride walks through all eight-digit codes without repeating one: it has no divisor with 10^8.
	codeStride = 61_803_399
)

// generator makes the requests of the service. It knows the licences from the start and those that it
// learned from answers.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	types    uint64
	issue    int64           // percent
	status   map[uint64]byte // by entity: what it was last changed to
	code     uint64
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and New have checked both
	}
	g := &generator{
		settings: settings, rand: rand, chooser: chooser,
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		types:  uint64(settings.Rule("types")), issue: settings.Rule("issue-percent"),
		status: make(map[uint64]byte),
		code:   rand.Below(CodeMax),
	}
	if g.hot() && !settings.Given("issue-percent") {
		g.issue = issueHotPercent
	}
	return g
}

func (g *generator) hot() bool {
	return g.settings.KeyChoice == key.Seq || g.settings.KeyChoice == key.Quota
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	entity := g.chooser.Next()
	wrong := g.author.Percent(g.settings.Rule("refused-percent"))
	if g.mix.Read() {
		g.mix.Count(true)
		if wrong {
			entity += 1 << 40 // no such licence
		}
		return g.verify(at, g.idOf(entity))
	}
	g.mix.Count(false)
	switch {
	case wrong:
		return g.wrong(at, entity)
	case g.author.Percent(g.settings.Rule("code-percent")) && g.status[entity] <= StatusValid:
		return g.makeCode(at, entity)
	case g.author.Percent(g.issue) || g.status[entity] == StatusRevoked:
		return g.newLicence(at)
	}
	return g.change(at, entity)
}

// Follow implements workloads.Generator: a code is used, a new licence is verified.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if _, refused := workloads.Refused(result); refused || len(result) != 9 || len(answered.Op) < program.HeaderSize+13 {
		return workloads.Request{}, false
	}
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	body := answered.Op[program.HeaderSize:]
	var request workloads.Request
	if answered.Op[1] == KindIssue {
		request = g.verify(at, licenceID{body[0], binary.BigEndian.Uint64(result[1:])})
		g.mix.Count(true)
	} else {
		agency := int(g.rand.Below(uint64(g.settings.Agencies)))
		client := g.author.AnyDesk(agency)
		op := append(g.author.Begin(KindUseCode, client, at, 4), body[9:13]...)
		request = program.Request(at, client, agency, g.author.End(op))
		g.mix.Count(false)
	}
	request.Case = answered.Case
	return request, true
}

func (g *generator) idOf(entity uint64) licenceID {
	return licenceID{byte(entity % g.types), entity/g.types + 1}
}

func (g *generator) issuer(entity uint64) int { return int(entity % uint64(g.settings.Agencies)) }

func (g *generator) verify(at time.Duration, id licenceID) workloads.Request {
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	var op []byte
	if g.settings.LogReads {
		op = g.author.End(id.append(g.author.Begin(KindVerify, client, at, 9)))
	} else {
		op = id.append(g.author.Query(KindVerify, client, at, 9))
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

func (g *generator) newLicence(at time.Duration) workloads.Request {
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	kind := byte(0)
	if g.settings.KeyChoice != key.Seq {
		kind = byte(g.rand.Below(g.types))
	}
	client := g.author.AnyDesk(agency)
	op := append(g.author.Begin(KindIssue, client, at, 1+8), kind)
	op = binary.BigEndian.AppendUint64(op, g.rand.Below(1<<31))
	request := program.Request(at, client, agency, g.author.End(op))
	if g.settings.ReadPercent > 0 {
		request.Case, request.Last = g.author.NewCase(), false
	}
	return request
}

// change renews, suspends, reinstates or revokes a licence from the start.
func (g *generator) change(at time.Duration, entity uint64) workloads.Request {
	kind := KindSuspend
	draw := g.rand.Below(100)
	switch {
	case g.status[entity] == StatusSuspended:
		kind, g.status[entity] = KindReinstate, StatusValid
	case draw < renewPercent:
		kind = KindRenew
	case draw < renewPercent+revokePercent:
		kind, g.status[entity] = KindRevoke, StatusRevoked
	default:
		g.status[entity] = StatusSuspended
	}
	return g.changeBy(at, kind, entity, g.issuer(entity))
}

func (g *generator) changeBy(at time.Duration, kind byte, entity uint64, agency int) workloads.Request {
	client := g.author.AnyDesk(agency)
	op := g.idOf(entity).append(g.author.Begin(kind, client, at, 9))
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *generator) makeCode(at time.Duration, entity uint64) workloads.Request {
	g.code = (g.code + codeStride) % CodeMax
	client := program.Subject(entity)
	op := g.idOf(entity).append(g.author.Begin(KindMakeCode, client, at, 9+4))
	op = binary.BigEndian.AppendUint32(op, uint32(g.code))
	request := program.Request(at, client, g.issuer(entity), g.author.End(op))
	request.Case, request.Last = g.author.NewCase(), false
	return request
}

// wrong is refused: a revocation by a stranger, the use of a code that nobody made, a spoilt change.
func (g *generator) wrong(at time.Duration, entity uint64) workloads.Request {
	issuer := g.issuer(entity)
	switch draw := g.rand.Below(3); {
	case draw == 0 && g.settings.Agencies > 1:
		return g.changeBy(at, KindRevoke, entity, (issuer+1)%g.settings.Agencies)
	case draw == 1:
		client := g.author.AnyDesk(issuer)
		op := binary.BigEndian.AppendUint32(g.author.Begin(KindUseCode, client, at, 4), CodeMax)
		return program.Request(at, client, issuer, g.author.End(op))
	}
	request := g.changeBy(at, KindRenew, entity, issuer)
	request.Op = g.author.Spoil(request.Op)
	return request
}
