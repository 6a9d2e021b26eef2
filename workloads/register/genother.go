package register

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// freeze is the court's: an object, also one that is being transferred, or the end of an earlier seizure.
func (g *generator) freeze(at time.Duration, object uint64) workloads.Request {
	client := g.author.AnyDesk(g.agency(roleCourt))
	if len(g.frozen) > 0 && (g.iced.has(object) || g.rand.Below(2) == 0) {
		object, g.frozen = g.frozen[0], g.frozen[1:]
		g.iced.put(object, false)
		return g.alone(client, object, at, g.op(KindUnfreeze, client, at, object, 0))
	}
	if other := g.chooser.Next(); !g.iced.has(other) {
		object = other
	}
	g.iced.put(object, true)
	g.frozen = append(g.frozen, object)
	order := program.Fill(object, uint64(at))
	return g.alone(client, object, at, append(g.op(KindFreeze, client, at, object, 32), order[:]...))
}

func (g *generator) correct(at time.Duration, object uint64) workloads.Request {
	client := g.author.AnyDesk(g.agency(roleRegistry))
	attributes := program.Fill(object, g.author.NewCase())
	return g.alone(client, object, at, append(g.op(KindCorrect, client, at, object, 32), attributes[:]...))
}

// permit begins a case in which a holder lets an agency search and the agency does.
func (g *generator) permit(at time.Duration, object uint64) workloads.Request {
	h := g.holder(object)
	p := g.begin(casePermit, object)
	p.lender = uint16(g.rand.Below(uint64(g.settings.Agencies)))
	client := program.Subject(uint64(h.party))
	op := binary.BigEndian.AppendUint16(g.op(KindPermit, client, at, object, 10), p.lender)
	op = binary.BigEndian.AppendUint64(op, uint64(g.settings.Rule("permit-life")))
	request := g.send(p, client, at, op)
	if !g.settings.LogReads && g.settings.ReadPercent == 0 {
		request.Last = true
		g.over(p)
	}
	return request
}

func (g *generator) searchPermitted(p *plan, now time.Duration) workloads.Request {
	at, agency := g.think(now), int(p.lender)
	request := g.search(at, p.object, agency)
	g.over(p)
	return request
}

// search is a title search by an agency.
func (g *generator) search(at time.Duration, object uint64, agency int) workloads.Request {
	client := g.author.AnyDesk(agency)
	var op []byte
	if g.settings.LogReads {
		op = g.author.End(g.op(KindSearch, client, at, object, 0))
	} else {
		op = binary.BigEndian.AppendUint64(g.author.Query(KindSearch, client, at, 8), object)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// read is a title search or a question for the status.
func (g *generator) read(at time.Duration) workloads.Request {
	object := g.chooser.Next()
	if g.author.Percent(g.share.search) {
		roles := [...]int{roleRegistry, roleTax, roleCourt}
		return g.search(at, object, g.agency(roles[g.rand.Below(3)]))
	}
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	if g.rand.Below(2) == 0 {
		client = program.Subject(uint64(g.holder(object).party))
	}
	op := binary.BigEndian.AppendUint64(g.author.Query(KindStatus, client, at, 8), object)
	request := program.Request(at, client, agency, op)
	request.Read = true
	return request
}

// wrong is a request that is refused, whatever the state.
func (g *generator) wrong(at time.Duration) workloads.Request {
	object := g.chooser.Next()
	party := program.Subject(object)
	p := &plan{id: g.author.NewCase() << 31, object: object, buyer: uint32((object + 1) % uint64(g.settings.Population)), parts: 1, price: priceMin}
	switch g.rand.Below(7) {
	case 0: // nobody holds so much
		p.parts = uint64(g.settings.Rule("parts")) + 1
		return g.alone(party, object, at, g.offer(p, party, at))
	case 1: // for nothing
		p.price = 0
		return g.alone(party, object, at, g.offer(p, party, at))
	case 2: // registration of no case
		client := g.author.AnyDesk(g.agency(roleRegistry))
		return g.alone(client, object, at, g.op(KindRegister, client, at, p.id, 0))
	case 3: // a party plays the court
		return g.alone(party, object, at, append(g.op(KindFreeze, party, at, object, 32), make([]byte, 32)...))
	case 4: // a party plays the registry
		return g.alone(party, object, at, append(g.op(KindCorrect, party, at, object, 32), make([]byte, 32)...))
	case 5: // a lender discharges what never was
		client := g.author.AnyDesk(g.home(object))
		op := binary.BigEndian.AppendUint32(g.op(KindDischarge, client, at, object, 4), 0)
		return g.alone(client, object, at, op)
	}
	request := g.alone(party, object, at, g.offer(p, party, at))
	request.Op = g.author.Spoil(request.Op)
	return request
}
