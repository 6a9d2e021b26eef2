package evidence

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// settled is how many deposits back a query looks, so that the deposit it asks for is in the chain.
// assumed: 10,000, seconds of the largest load.
const settled = 10_000

// generator makes the requests of the service.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser // among the archive
	salt     uint64
	sent     uint64 // deposits
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(max(settings.Population, 1)), rand)
	if err != nil {
		panic(err) // NewSettings has checked it
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser,
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		salt:   rand.Uint64(),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	wrong := g.author.Percent(g.settings.Rule("refused-percent"))
	if g.mix.Read() {
		g.mix.Count(true)
		if g.author.Percent(g.settings.Rule("consistency-percent")) {
			return g.audit(at, agency)
		}
		hash := g.known()
		if wrong {
			hash = program.Fill(g.salt, 1<<63|g.sent)
		}
		return g.verify(at, agency, hash)
	}
	g.mix.Count(false)
	if !wrong {
		g.sent++
		return g.deposit(at, agency, program.Fill(g.salt, g.sent))
	}
	if g.settings.Population+int(min(g.sent, 1)) > 0 && g.rand.Below(2) == 0 {
		return g.deposit(at, agency, g.known()) // already there
	}
	request := g.deposit(at, agency, program.Fill(g.salt, 1<<62|g.sent))
	request.Op = g.author.Spoil(request.Op)
	return request
}

// Follow implements workloads.Generator: every request stands alone.
func (g *generator) Follow(workloads.Request, []byte, time.Duration) (workloads.Request, bool) {
	return workloads.Request{}, false
}

// known is the hash of a document that should be in the log: of the archive, or deposited a while ago.
func (g *generator) known() [32]byte {
	old := g.sent > settled && g.rand.Below(2) == 0
	switch {
	case old:
		return program.Fill(g.salt, 1+g.rand.Below(g.sent-settled))
	case g.settings.Population > 0:
		return archived(g.settings, g.chooser.Next()).hash
	}
	return program.Fill(g.salt, 1+g.rand.Below(max(g.sent, 1)))
}

func (g *generator) deposit(at time.Duration, agency int, hash [32]byte) workloads.Request {
	client := g.author.AnyDesk(agency)
	op := append(g.author.Begin(KindDeposit, client, at, 32+1+8), hash[:]...)
	op = append(op, byte(g.rand.Below(uint64(g.settings.Rule("categories")))))
	op = binary.BigEndian.AppendUint64(op, g.sent)
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *generator) verify(at time.Duration, agency int, hash [32]byte) workloads.Request {
	client := g.author.AnyDesk(agency)
	var op []byte
	if g.settings.LogReads {
		op = g.author.End(append(g.author.Begin(KindVerify, client, at, 32), hash[:]...))
	} else {
		op = append(g.author.Query(KindVerify, client, at, 32), hash[:]...)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// audit asks for the proof that the log still begins as it did.
func (g *generator) audit(at time.Duration, agency int) workloads.Request {
	client := g.author.AnyDesk(agency)
	size := 1 + g.rand.Below(uint64(max(g.settings.Population, 1)))
	op := binary.BigEndian.AppendUint64(g.author.Query(KindConsistency, client, at, 8), size)
	request := program.Request(at, client, agency, op)
	request.Read = true
	return request
}
