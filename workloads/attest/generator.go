package attest

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Numbers of the generator.
const (
	knownSlots    = 1 << 15  // attestations that the generator remembers
	tries         = 8        // draws of a subject before something else is done
	recentKept    = 256      // attestations remembered for corrections, a power of two
	visitsKept    = 4096     // check-ins remembered for tracing and purges, about one in a page of them
	takenBackMax  = 4 * hour // assumed: a sample is reported within four hours
	tracePages    = 4        // assumed: pages that one case reads, the newest first
	appealPercent = 10       // assumed: orders that are appealed against
	leavePercent  = 5        // assumed: declarations that are withdrawn, appeals that nobody decides
)

// known is what the generator remembers of a subject's attestations of one kind.
type known struct {
	of      uint64 // subject and kind
	taken   uint64 // of the last, ms and 1
	changes uint64 // attestations and corrections so far: the content's version
	dose    byte   // last dose
}

// issued is an attestation of late.
type issued struct {
	subject     uint64
	what, value byte
}

// visit is a check-in of late.
type visit struct{ venue, at uint64 }

// generator makes the requests of the service.
type generator struct {
	settings *program.Settings
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	subjects key.Chooser
	venues   key.Chooser
	visited  uint64 // number of venues
	labs     uint64
	share    shareTable
	known    []known
	recent   []issued
	visits   []visit         // a queue
	busy     map[uint64]bool // subjects with an open arrival or order, of the generator's doing
	traces   map[uint64]*contact
}

// shareTable holds the shares of the rules, in percent. Rules that the agencies may amend are asked for when they are
// needed, because people learn of an amendment.
type shareTable struct {
	wrong, issue, checkIn, register, recognise int64
	test, dose, positive, observe, guard       int64
	dosed                                      uint64 // percent
}

// contact is a tracing case at work.
type contact struct{ number, venue, next, least, done uint64 }

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	choose := func(n uint64) key.Chooser {
		chooser, err := key.New(settings.KeyChoice, n, rand)
		if err != nil {
			panic(err) // NewSettings and check have checked both
		}
		return chooser
	}
	rule := settings.Rule
	venues := uint64(rule("venues"))
	return &generator{
		settings: settings, rand: rand, visited: venues, labs: uint64(labsOf(settings)),
		subjects: choose(uint64(settings.Population)), venues: choose(venues),
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		known:  make([]known, min(knownSlots, 4*uint64(settings.Population))),
		busy:   make(map[uint64]bool), traces: make(map[uint64]*contact),
		share: shareTable{
			wrong: rule("refused-percent"), issue: rule("issue-percent"), checkIn: rule("checkin-percent"),
			register: rule("register-percent"), recognise: rule("recognise-percent"), test: rule("test-percent"),
			dose: rule("dose-percent"), positive: rule("positive-percent"), observe: rule("observe-percent"),
			guard: rule("guard-percent"), dosed: uint64(rule("vaccinated-percent")),
		},
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	wrong := g.author.Percent(g.share.wrong)
	read := g.mix.Read()
	g.mix.Count(read)
	switch {
	case read && wrong:
		return g.ask(KindGuard, at, g.subjects.Next()+uint64(g.settings.Population), 0)
	case read:
		return g.read(at)
	case wrong:
		return g.wrong(at)
	}
	draw := int64(g.rand.Below(100))
	for _, way := range [...]struct {
		share int64
		do    func(at time.Duration) workloads.Request
	}{{g.share.issue, g.issue}, {g.share.checkIn, g.checkIn}, {g.share.register, g.register}, {g.share.recognise, g.recognise}} {
		if draw < way.share {
			return way.do(at)
		}
		draw -= way.share
	}
	return g.upkeep(at)
}

// read asks for a colour, a verification, a record or a venue's check-ins.
func (g *generator) read(at time.Duration) workloads.Request {
	subject := g.subjects.Next()
	if g.author.Percent(g.share.guard) {
		return g.ask(KindGuard, at, subject, 0)
	}
	switch draw := g.rand.Below(8); {
	case draw < 5:
		return g.ask(KindVerify, at, subject, WhatTest+byte(g.rand.Below(3)))
	case draw < 7 || g.share.checkIn == 0:
		return g.query(KindRecord, program.Subject(subject), at, subject, g.district(subject))
	}
	venue := g.venues.Next()
	return g.query(KindVenue, g.venueClient(venue), at, venue, g.venueAgency(venue))
}

// ask is a check of a colour or a commitment, by a venue, a desk or the subject.
func (g *generator) ask(kind byte, at time.Duration, subject uint64, what byte) workloads.Request {
	client, agency := g.author.AnyDesk(g.district(subject)), g.district(subject)
	switch g.rand.Below(4) {
	case 0, 1:
		venue := g.rand.Below(g.visited)
		client, agency = g.venueClient(venue), g.venueAgency(venue)
	case 2:
		if subject < uint64(g.settings.Population) {
			client = program.Subject(subject)
		}
	}
	const size = 8 + 1 + 32
	var op []byte
	if g.settings.LogReads {
		op = g.author.Begin(kind, client, at, size)
	} else {
		op = g.author.Query(kind, client, at, size)
	}
	op = binary.BigEndian.AppendUint64(op, subject)
	if kind == KindVerify {
		commitment := g.commitment(subject, what)
		op = append(append(op, what), commitment[:]...)
	}
	if g.settings.LogReads {
		op = g.author.End(op)
	}
	r := program.Request(at, client, agency, op)
	r.Read, r.Logged = !g.settings.LogReads, g.settings.LogReads
	return r
}

func (g *generator) query(kind byte, client uint32, at time.Duration, number uint64, agency int) workloads.Request {
	r := program.Request(at, client, agency, binary.BigEndian.AppendUint64(g.author.Query(kind, client, at, 8), number))
	r.Read = true
	return r
}

// rule is the value of a rule as people know it.
func (g *generator) rule(name string) uint64 { return uint64(g.settings.Rule(name)) }

func (g *generator) district(subject uint64) int { return int(subject % uint64(g.settings.Agencies)) }

func (g *generator) venueAgency(venue uint64) int { return int(venue % uint64(g.settings.Agencies)) }

func (g *generator) venueClient(venue uint64) uint32 {
	return program.Subject(uint64(g.settings.Population) + venue)
}

// slot is where an attestation is remembered; another one that was there is forgotten.
func (g *generator) slot(subject uint64, what byte) *known {
	of := subject*4 + uint64(what)
	k := &g.known[of%uint64(len(g.known))]
	if k.of != of {
		*k = known{of: of}
		if what == WhatDose && share(subject, g.share.dosed, 13) {
			k.dose = 1
		}
	}
	return k
}

// commitment is that of the version of an attestation which the generator knows last.
func (g *generator) commitment(subject uint64, what byte) [32]byte {
	of, changes := subject*4+uint64(what), uint64(0)
	if k := &g.known[of%uint64(len(g.known))]; k.of == of {
		changes = k.changes
	}
	return program.Fill(subject, uint64(what)|changes<<8)
}

// transaction is a single request whose body begins with a number.
func (g *generator) transaction(kind byte, client uint32, at time.Duration, agency int, number uint64, rest ...byte) workloads.Request {
	op := binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+len(rest)), number)
	return program.Request(at, client, agency, g.author.End(append(op, rest...)))
}

// bare is a single request of a subject about itself.
func (g *generator) bare(kind byte, subject uint64, at time.Duration, body ...byte) workloads.Request {
	client := program.Subject(subject)
	op := g.author.Begin(kind, client, at, len(body))
	return program.Request(at, client, g.district(subject), g.author.End(append(op, body...)))
}

// open makes the request the first or a middle one of a case.
func open(r workloads.Request, id uint64) workloads.Request {
	r.Case, r.Last = id, false
	return r
}
