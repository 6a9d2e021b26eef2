package verify

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Shares of the writes that are no checks.
const (
	updatePercent = 50  // assumed: owners change records about as often as subjects consent
	revokePercent = 10  // assumed
	grantsKept    = 256 // consents remembered for revocation
)

// generator makes the requests of the service. Checks go to the standing consents, so that they are
// valid; a consent is a case: the subject grants, then the agency checks.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	updates  map[uint64]uint64 // updates of an entity sent so far
	granted  []pair            // ring of consents that were given
	grants   uint64
}

type pair struct {
	entity  uint64
	grantee int
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and New have checked both
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser,
		author:  program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:     program.NewMix(settings.ReadPercent, rand),
		updates: make(map[uint64]uint64),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	entity := g.chooser.Next()
	wrong := g.author.Percent(g.settings.Rule("refused-percent"))
	if g.mix.Read() {
		g.mix.Count(true)
		if g.author.Percent(g.settings.Rule("trail-percent")) {
			return g.trail(at, entity)
		}
		if wrong {
			return g.wrongCheck(at, entity)
		}
		return g.check(at, entity, g.standing(entity))
	}
	g.mix.Count(false)
	if wrong {
		return g.wrongWrite(at, entity)
	}
	switch draw := g.rand.Below(100); {
	case draw < updatePercent || g.settings.Rule("consent") == 0: // nobody consents to a look at public records
		return g.update(at, entity, g.owner(entity))
	case draw < updatePercent+revokePercent && g.grants > 0:
		return g.revoke(at)
	}
	return g.grant(at, entity)
}

// Follow implements workloads.Generator: after a consent the agency checks.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if _, refused := workloads.Refused(result); refused || len(answered.Op) < program.HeaderSize+10 {
		return workloads.Request{}, false
	}
	body := answered.Op[program.HeaderSize:]
	entity, grantee := binary.BigEndian.Uint64(body), int(binary.BigEndian.Uint16(body[8:]))
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	request := g.check(at, entity, grantee)
	g.mix.Count(true)
	request.Case = answered.Case
	return request, true
}

func (g *generator) owner(entity uint64) int { return int(entity % uint64(g.settings.Agencies)) }

// standing is a random agency among those that hold the entity's consent from the start, or the owner's
// neighbour when there are none.
func (g *generator) standing(entity uint64) int {
	among := min(g.settings.Rule("standing"), int64(g.settings.Agencies))
	after := g.rand.Below(uint64(max(among, 1)))
	return int((entity + 1 + after) % uint64(g.settings.Agencies))
}

// newcomer is a random agency without a standing consent, since a new consent replaces the one before; any
// agency when all have one.
func (g *generator) newcomer(entity uint64) int {
	agencies := uint64(g.settings.Agencies)
	standing := uint64(g.settings.Rule("standing"))
	if standing >= agencies {
		standing = 0
	}
	return int((entity + 1 + standing + g.rand.Below(agencies-standing)) % agencies)
}

func (g *generator) check(at time.Duration, entity uint64, agency int) workloads.Request {
	return g.checkClaim(at, entity, agency, commitmentOf(entity, g.updates[entity]))
}

func (g *generator) checkClaim(at time.Duration, entity uint64, agency int, claim [32]byte) workloads.Request {
	const size = 8 + 1 + 32
	client := g.author.AnyDesk(agency)
	var op []byte
	if g.settings.LogReads {
		op = g.author.Begin(KindCheck, client, at, size)
	} else {
		op = g.author.Query(KindCheck, client, at, size)
	}
	op = binary.BigEndian.AppendUint64(op, entity)
	op = append(op, byte(g.rand.Below(32)))
	op = append(op, claim[:]...)
	if g.settings.LogReads {
		op = g.author.End(op)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

func (g *generator) trail(at time.Duration, entity uint64) workloads.Request {
	client := program.Subject(entity)
	op := g.author.Query(KindTrail, client, at, 8)
	request := program.Request(at, client, g.owner(entity), binary.BigEndian.AppendUint64(op, entity))
	request.Read = true
	return request
}

func (g *generator) update(at time.Duration, entity uint64, agency int) workloads.Request {
	client := g.author.AnyDesk(agency)
	op := g.author.Begin(KindUpdate, client, at, 8+32)
	op = binary.BigEndian.AppendUint64(op, entity)
	next := g.updates[entity] + 1
	if agency == g.owner(entity) {
		g.updates[entity] = next
	}
	commitment := commitmentOf(entity, next)
	op = g.author.End(append(op, commitment[:]...))
	return program.Request(at, client, agency, op)
}

func (g *generator) grant(at time.Duration, entity uint64) workloads.Request {
	client := program.Subject(entity)
	grantee := g.newcomer(entity)
	op := g.author.Begin(KindGrant, client, at, 8+2+4+8+4)
	op = binary.BigEndian.AppendUint64(op, entity)
	op = binary.BigEndian.AppendUint16(op, uint16(grantee))
	op = binary.BigEndian.AppendUint32(op, 1<<32-1)
	op = binary.BigEndian.AppendUint64(op, uint64(g.settings.Rule("grant-life")))
	op = binary.BigEndian.AppendUint32(op, uint32(g.settings.Rule("grant-uses")))
	request := program.Request(at, client, g.owner(entity), g.author.End(op))
	if g.settings.ReadPercent > 0 {
		request.Case, request.Last = g.author.NewCase(), false
	}
	if len(g.granted) < grantsKept {
		g.granted = append(g.granted, pair{entity, grantee})
	} else {
		g.granted[g.grants%grantsKept] = pair{entity, grantee}
	}
	g.grants++
	return request
}

// revoke takes back the oldest consent that is remembered and was not taken back.
func (g *generator) revoke(at time.Duration) workloads.Request {
	p := g.granted[0]
	g.granted = append(g.granted[:0], g.granted[1:]...)
	g.grants = uint64(len(g.granted))
	client := program.Subject(p.entity)
	op := g.author.Begin(KindRevoke, client, at, 8+2)
	op = binary.BigEndian.AppendUint64(op, p.entity)
	op = binary.BigEndian.AppendUint16(op, uint16(p.grantee))
	return program.Request(at, client, g.owner(p.entity), g.author.End(op))
}

// wrongCheck is a check that fails: of an entity that does not exist, or with a false claim.
func (g *generator) wrongCheck(at time.Duration, entity uint64) workloads.Request {
	agency := g.standing(entity)
	if g.rand.Below(2) == 0 {
		return g.check(at, entity+uint64(g.settings.Population), agency)
	}
	return g.checkClaim(at, entity, agency, commitmentOf(entity, 1<<63))
}

// wrongWrite is refused: an update by a stranger or a spoilt operation.
func (g *generator) wrongWrite(at time.Duration, entity uint64) workloads.Request {
	if g.settings.Agencies > 1 && g.rand.Below(2) == 0 {
		return g.update(at, entity, (g.owner(entity)+1)%g.settings.Agencies)
	}
	request := g.update(at, entity+uint64(g.settings.Population), g.owner(entity))
	request.Op = g.author.Spoil(request.Op)
	return request
}
