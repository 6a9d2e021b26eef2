package directory

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Habits of the people.
const (
	tries          = 8      // how often another entry is looked for when one is being worked on
	freshKept      = 256    // new entries remembered
	freshPercent   = 10     // assumed: share of requests that are for a new entry
	liveKept       = 512    // grants that are kept and used again
	keepPercent    = 20     // assumed: share of grants that are kept while there are fewer; the others are given back
	dismissPercent = 20     // assumed: share of complaints that are not justified
	busyMax        = 10_000 // ms after which an owner tries again whose new version was not answered
	purposes       = 100    // assumed: matters that data are asked for
)

// generator makes the requests of the service. An access request with all that follows is a case, and so is a new
// entry or version.
type generator struct {
	settings *program.Settings
	begun    begun
	author   *program.Author
	mix      *program.Mix
	rand     workloads.Rand
	chooser  key.Chooser
	pages    map[uint64]page   // what owners know of the entries that they have changed
	pairs    map[uint64]uint64 // cases of open requests, by entry and agency
	deals    deals
	fresh    []holding // new entries, with their owners
	live     []holding // grants of the run, with their holders
	share    shares
}

// shares are the rules in percent that Begin asks for every time; they are not governed, so they do not change.
type shares struct{ refused, register, update, batch, look int64 }

// page is what the owner knows of an entry.
type page struct {
	version uint32
	busyTo  uint64 // ms; a change is on the way
}

// holding is an entry with its owner, or a grant with its holder.
type holding struct {
	number uint64
	agency uint16
	fields uint32
}

func newGenerator(settings *program.Settings, rand workloads.Rand) *generator {
	chooser, err := key.New(settings.KeyChoice, uint64(settings.Population), rand)
	if err != nil {
		panic(err) // NewSettings and check have looked at both
	}
	return &generator{
		settings: settings, rand: rand, chooser: chooser, begun: newBegun(settings),
		author: program.NewAuthor(settings, settings.Tag(Name, rules()), rand),
		mix:    program.NewMix(settings.ReadPercent, rand),
		share: shares{
			settings.Rule("refused-percent"), settings.Rule("register-percent"), settings.Rule("update-percent"),
			settings.Rule("batch-percent"), settings.Rule("look-percent"),
		},
		pages: make(map[uint64]page), pairs: make(map[uint64]uint64),
	}
}

// Begin implements workloads.Generator.
func (g *generator) Begin(at time.Duration) workloads.Request {
	wrong := g.author.Percent(g.share.refused)
	if g.mix.Read() {
		g.mix.Count(true)
		if wrong && g.settings.LogReads {
			return g.wrong(at, g.chooser.Next())
		}
		return g.read(at)
	}
	g.mix.Count(false)
	if wrong {
		return g.wrong(at, g.chooser.Next())
	}
	draw := int64(g.rand.Below(100))
	switch register, update := g.share.register, g.share.update; {
	case draw < register:
		return g.register(at)
	case draw < register+update:
		if request, free := g.update(at); free {
			return request
		}
	case draw < register+update+g.share.batch && g.begun.districts > 0:
		district := int(g.begun.agencies) - 1 - int(g.rand.Below(uint64(g.begun.districts)))
		return g.batch(at, district, 0)
	}
	if request, free := g.ask(at); free {
		return request
	}
	return g.register(at)
}

// asCase makes a request the first one of a case.
func (g *generator) asCase(request workloads.Request, d deal) workloads.Request {
	request.Case, request.Last = g.author.NewCase(), false
	g.deals.begin(request.Case, d)
	return request
}

// pair is the key of an entry with an agency that asks for it.
func pair(entry uint64, agency uint16) uint64 { return entry*program.AgencyMax + uint64(agency) }

func (g *generator) register(at time.Duration) workloads.Request {
	agency := int(g.rand.Below(g.begun.agencies))
	class := g.begun.class(g.rand.Uint64() >> 16)
	op, client := g.begin(KindRegister, agency, at, 1+1+32)
	op = append(op, byte(g.rand.Below(3)), class)
	hash := program.Fill(g.rand.Uint64(), 0)
	return g.asCase(g.end(at, client, agency, append(op, hash[:]...)), deal{owner: uint16(agency), class: class})
}

// update makes a new version of an entry that is not being changed; free tells whether there was one.
func (g *generator) update(at time.Duration) (request workloads.Request, free bool) {
	now := program.Milliseconds(at)
	for range tries {
		number := g.chooser.Next()
		p := g.page(number)
		if now < p.busyTo {
			continue
		}
		p.busyTo = now + busyMax
		g.pages[number] = p
		e := g.begun.entry(number)
		d := deal{entry: number, owner: e.owner, class: e.class}
		return g.asCase(g.version(at, int(e.owner), number, p.version, e.class), d), true
	}
	return request, false
}

func (g *generator) page(number uint64) page {
	if p, known := g.pages[number]; known {
		return p
	}
	return page{version: 1}
}

// ask begins a case with a request of an agency that has none for the entry; free tells whether there was one.
func (g *generator) ask(at time.Duration) (request workloads.Request, free bool) {
	for range tries {
		e := holding{number: g.chooser.Next()}
		e.agency = uint16(e.number % g.begun.agencies)
		if len(g.fresh) > 0 && g.author.Percent(freshPercent) {
			e = g.fresh[g.rand.Below(uint64(len(g.fresh)))]
		} else if g.begun.class(e.number) == classClosed {
			continue
		}
		// Agencies with a grant from the start stand next to the owner.
		standing := min(g.begun.standing, g.begun.agencies-2)
		after := 1 + standing + g.rand.Below(g.begun.agencies-1-standing)
		agency := uint16((uint64(e.agency) + after) % g.begun.agencies)
		if _, open := g.pairs[pair(e.number, agency)]; open {
			continue
		}
		if _, stands := g.begun.standingOf(e.number, agency); stands {
			continue
		}
		d := deal{entry: e.number, owner: e.agency, agency: agency, fields: uint32(g.rand.Uint64()) | 1}
		d.life = uint64(g.settings.Rule("grant-life"))
		d.life -= g.rand.Below(d.life/2 + 1)
		op, client := g.begin(KindAsk, int(agency), at, 8+2+4+8)
		op = binary.BigEndian.AppendUint64(op, d.entry)
		op = binary.BigEndian.AppendUint16(op, uint16(g.rand.Below(purposes)))
		op = binary.BigEndian.AppendUint32(op, d.fields)
		request = g.asCase(g.end(at, client, int(agency), binary.BigEndian.AppendUint64(op, d.life)), d)
		g.pairs[pair(d.entry, agency)] = request.Case
		return request, true
	}
	return request, false
}

// begin starts a transaction of an agency.
func (g *generator) begin(kind byte, agency int, at time.Duration, size int) (op []byte, client uint32) {
	client = g.author.AnyDesk(agency)
	return g.author.Begin(kind, client, at, size), client
}

func (g *generator) end(at time.Duration, client uint32, agency int, op []byte) workloads.Request {
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *generator) version(at time.Duration, agency int, number uint64, version uint32, class byte) workloads.Request {
	op, client := g.begin(KindUpdate, agency, at, 8+4+1+32)
	op = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(op, number), version)
	hash := program.Fill(number, uint64(version)+1)
	return g.end(at, client, agency, append(append(op, class), hash[:]...))
}

func (g *generator) withdraw(at time.Duration, agency int, number uint64, version uint32) workloads.Request {
	op, client := g.begin(KindWithdraw, agency, at, 8+4+1)
	op = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(op, number), version)
	return g.end(at, client, agency, append(op, byte(g.rand.Below(2))))
}

func (g *generator) batch(at time.Duration, agency int, number uint32) workloads.Request {
	op, client := g.begin(KindBatch, agency, at, 4+4+32)
	op = binary.BigEndian.AppendUint32(op, number)
	op = binary.BigEndian.AppendUint32(op, uint32(1+g.rand.Below(uint64(g.settings.Rule("batch-max")))))
	hash := program.Fill(g.rand.Uint64(), 1)
	return g.end(at, client, agency, append(op, hash[:]...))
}

// step is a transaction about a request or an entry that has the given numbers after it.
func (g *generator) step(kind byte, agency int, at time.Duration, number uint64, tail []byte) workloads.Request {
	op, client := g.begin(kind, agency, at, 8+len(tail))
	op = binary.BigEndian.AppendUint64(op, number)
	return g.end(at, client, agency, append(op, tail...))
}

func (g *generator) decide(at time.Duration, agency int, id uint64, fields uint32, life uint64) workloads.Request {
	var tail [12]byte
	binary.BigEndian.PutUint32(tail[:], fields)
	binary.BigEndian.PutUint64(tail[4:], life)
	return g.step(KindDecide, agency, at, id, tail[:])
}

// read looks an entry up or uses a grant.
func (g *generator) read(at time.Duration) workloads.Request {
	number := g.chooser.Next()
	if g.author.Percent(g.share.look) {
		return g.look(at, number)
	}
	if len(g.live) > 0 && g.rand.Below(4) == 0 {
		h := g.live[g.rand.Below(uint64(len(g.live)))]
		return g.use(at, h)
	}
	for range tries {
		if g.begun.standing > 0 && g.begun.class(number) != classClosed {
			place := g.rand.Below(g.begun.standing)
			return g.use(at, holding{standingBit | number*StandingMax | place, g.begun.holder(number, place), 1<<32 - 1})
		}
		number = g.chooser.Next()
	}
	return g.look(at, number)
}

func (g *generator) look(at time.Duration, number uint64) workloads.Request {
	agency := int(g.rand.Below(g.begun.agencies))
	client := g.author.AnyDesk(agency)
	op := binary.BigEndian.AppendUint64(g.author.Query(KindLook, client, at, 8), number)
	request := program.Request(at, client, agency, op)
	request.Read = true
	return request
}

// use reads some of a grant's fields.
func (g *generator) use(at time.Duration, h holding) workloads.Request {
	fields := uint32(g.rand.Uint64()) & h.fields
	if fields == 0 {
		fields = h.fields
	}
	client := g.author.AnyDesk(int(h.agency))
	var op []byte
	if g.settings.LogReads {
		op = g.author.Begin(KindUse, client, at, 8+4)
	} else {
		op = g.author.Query(KindUse, client, at, 8+4)
	}
	op = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(op, h.number), fields)
	if g.settings.LogReads {
		op = g.author.End(op)
	}
	request := program.Request(at, client, int(h.agency), op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// wrong is a request that is refused: of a stranger, of an old version, beyond a limit or spoilt.
func (g *generator) wrong(at time.Duration, number uint64) workloads.Request {
	owner := int(number % g.begun.agencies)
	stranger := (owner + 1) % int(g.begun.agencies)
	switch g.rand.Below(7) {
	case 0:
		return g.version(at, stranger, number, g.page(number).version, classOpen)
	case 1:
		return g.version(at, owner, number, 0, classOpen)
	case 2:
		return g.batch(at, 0, 0)
	case 3:
		return g.decide(at, stranger, standingBit|number*StandingMax, 1, 1)
	case 4: // the owner needs no grant, and this is too long
		op, client := g.begin(KindAsk, owner, at, 8+2+4+8)
		op = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint64(op, number), 0)
		op = binary.BigEndian.AppendUint32(op, 1)
		op = binary.BigEndian.AppendUint64(op, uint64(g.settings.Rule("grant-life"))+1)
		return g.end(at, client, owner, op)
	case 5:
		var reason [2]byte
		return g.step(KindRevoke, stranger, at, uint64(1)<<40+number, reason[:])
	}
	request := g.version(at, owner, number, 0, classOpen)
	request.Op = g.author.Spoil(request.Op)
	return request
}
