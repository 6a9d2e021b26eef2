package register

import (
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the register as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	objects map[uint64]*land
	deals   map[uint64]*deal
	permits map[[2]uint64]uint64
	issued  uint64 // certificates
}

type owner struct{ party, parts uint64 }

type land struct {
	owners     []owner
	payers     []uint64
	accountsTo uint64
	frozen     bool
	deal       *deal
	cert       uint64
	attributes [32]byte
	loans      []*credit // every one ever asked for
	ranking    []*credit // in force
}

type credit struct {
	serial, lender, party uint64
	state                 string
	agreed                *deal
}

type deal struct {
	number, object, seller, buyer, parts, price uint64
	from, until                                 uint64
	docs                                        [32]byte
	state                                       string
	due, tax                                    uint64
	taxed, deposited, assessed, paid            bool
	examined                                    map[int]bool
}

var stateCode = map[string]byte{"offered": 1, "accepted": 2, "registered": 3, "refused": 4, "withdrawn": 5, "expired": 6}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), objects: map[uint64]*land{}, deals: map[uint64]*deal{},
			permits: map[[2]uint64]uint64{}}
		m.Live = true
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return 8, kind == 30 || kind == 29 && !m.Params.LogReads
	}
	sizes := map[byte]int{1: 68, 2: 40, 3: 16, 4: 8, 5: 16, 6: 41, 7: 8, 8: 10, 9: 8, 10: 8, 11: 48, 12: 12,
		20: 9, 21: 40, 22: 18, 23: 12, 24: 12, 25: 12, 26: 40, 27: 8, 28: 18}
	if m.Params.LogReads {
		sizes[29] = 8
	}
	return sizes[kind], sizes[kind] > 0
}

func (m *model) land(number uint64) *land {
	if number >= uint64(m.Params.Population) {
		return nil
	}
	if m.objects[number] == nil {
		l := &land{accountsTo: number, attributes: program.Fill(number, 0)}
		whole, holders := m.Rule("parts"), m.Rule("holders")
		for i := int64(0); i < holders; i++ {
			parts := whole / holders
			if i < whole%holders {
				parts++
			}
			l.owners = append(l.owners, owner{(number + uint64(i)) % uint64(m.Params.Population), uint64(parts)})
		}
		for i := int64(0); i < m.Rule("accounts"); i++ {
			l.payers = append(l.payers, number)
		}
		m.objects[number] = l
	}
	return m.objects[number]
}

func (l *land) owns(party uint64) uint64 {
	for _, o := range l.owners {
		if o.party == party {
			return o.parts
		}
	}
	return 0
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) (data []byte, ok bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	number := binary.BigEndian.Uint64(o.Body)
	rest := o.Body[8:]
	switch {
	case o.Kind == 1:
		data, ok = m.offer(o, number, rest)
	case o.Kind <= 12:
		data, ok = m.step(o, m.deals[number], rest)
	case m.land(number) == nil:
		return nil, false
	case o.Kind >= 29:
		data, ok = m.ask(o, number)
	case o.Kind == 28:
		agency, life := uint64(binary.BigEndian.Uint16(rest)), binary.BigEndian.Uint64(rest[2:])
		ok = m.person(o) && m.land(number).owns(o.Who) > 0 && agency < uint64(m.Params.Agencies) &&
			life > 0 && life <= uint64(m.Rule("permit-life"))
		if ok {
			m.permits[[2]uint64{number, agency}] = o.At + life
		}
	case o.Kind >= 22 && o.Kind <= 25:
		data, ok = m.credit(o, m.land(number), rest)
	default:
		data, ok = m.entry(o, m.land(number), rest)
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

func (m *model) person(o programtest.Op) bool { return !o.Desk && o.Who < uint64(m.Params.Population) }

func (m *model) role(o programtest.Op, role int) bool {
	return o.Desk && o.Agency == role%m.Params.Agencies
}

func (m *model) offer(o programtest.Op, number uint64, b []byte) ([]byte, bool) {
	d := &deal{number: number, object: binary.BigEndian.Uint64(b), seller: o.Who, buyer: uint64(binary.BigEndian.Uint32(b[8:])),
		parts: binary.BigEndian.Uint64(b[12:]), price: binary.BigEndian.Uint64(b[20:]), docs: [32]byte(b[28:]),
		from: o.At, until: o.At + uint64(m.Rule("deadline")), state: "offered", examined: map[int]bool{}}
	l := m.land(d.object)
	if l == nil || !m.person(o) || number == 0 || m.deals[number] != nil || l.deal != nil || l.frozen ||
		d.parts == 0 || l.owns(d.seller) < d.parts || d.buyer == d.seller || d.buyer >= uint64(m.Params.Population) ||
		d.price == 0 || d.price > 1e14 {
		return nil, false
	}
	l.deal, m.deals[number] = d, d
	data := []byte{1, byte(len(l.ranking))}
	for _, c := range l.ranking {
		data = binary.BigEndian.AppendUint32(data, uint32(c.serial))
		data = binary.BigEndian.AppendUint16(data, uint16(c.lender))
	}
	return data, true
}

func (m *model) step(o programtest.Op, d *deal, b []byte) (data []byte, ok bool) {
	if d == nil || d.state != "offered" && d.state != "accepted" || o.At < d.from || (o.At > d.until) != (o.Kind == 10) {
		return nil, false
	}
	l := m.land(d.object)
	seller, buyer := m.person(o) && o.Who == d.seller, m.person(o) && o.Who == d.buyer
	end, extra := "", []byte(nil)
	switch o.Kind {
	case 8:
		ok, end = m.role(o, 0), "refused"
	case 9:
		ok, end = seller || buyer, "withdrawn"
	case 10:
		ok, end = m.role(o, 0), "expired"
	case 11:
		price, docs := binary.BigEndian.Uint64(b), [32]byte(b[8:])
		ok = seller && !d.deposited && !d.paid && price > 0 && price <= 1e14 && docs != d.docs
		if ok {
			*d = deal{number: d.number, object: d.object, seller: d.seller, buyer: d.buyer, parts: d.parts, price: price,
				docs: docs, from: d.from, until: d.until, state: "offered", examined: map[int]bool{}}
			m.disagree(l)
		}
	case 12:
		i := slices.IndexFunc(l.ranking, func(c *credit) bool { return c.serial == uint64(binary.BigEndian.Uint32(b)) })
		ok = i >= 0 && m.role(o, int(l.ranking[i].lender)) && l.ranking[i].agreed != d
		if ok {
			l.ranking[i].agreed = d
		}
	case 2:
		extra, ok = m.accept(d, buyer, b)
	case 7:
		ok, end = m.role(o, 0) && m.ready(d, l), "registered"
		if ok {
			m.move(d, l)
			extra = binary.BigEndian.AppendUint64(nil, l.cert)
		}
	default:
		if d.state == "accepted" {
			extra, end, ok = m.work(o, d, buyer, b)
		}
	}
	if ok && end != "" {
		d.state, l.deal = end, nil
		m.disagree(l)
	}
	return append([]byte{stateCode[d.state]}, extra...), ok
}

func (m *model) disagree(l *land) {
	for _, c := range l.loans {
		c.agreed = nil
	}
}

func (m *model) accept(d *deal, buyer bool, b []byte) ([]byte, bool) {
	if !buyer || d.state != "offered" || d.docs != [32]byte(b) {
		return nil, false
	}
	d.state = "accepted"
	d.due = d.price * uint64(m.Rule("deposit-bp")) / 10000
	d.taxed = m.Rule("tax-bp") > 0 || m.Rule("tax-low-bp") > 0
	data := binary.BigEndian.AppendUint64(nil, d.due)
	if d.taxed {
		return append(data, 1), true
	}
	return append(data, 0), true
}

// work is a deposit, an assessment, a payment or an examination.
func (m *model) work(o programtest.Op, d *deal, buyer bool, b []byte) (extra []byte, end string, ok bool) {
	switch o.Kind {
	case 3:
		ok = m.role(o, 2) && d.due > 0 && !d.deposited && binary.BigEndian.Uint64(b) == d.due
		d.deposited = d.deposited || ok
	case 4:
		ok = m.role(o, 1) && d.taxed && !d.assessed
		if ok {
			rate := m.Rule("tax-bp")
			if d.price <= uint64(m.Rule("tax-threshold")) {
				rate = m.Rule("tax-low-bp")
			}
			d.assessed, d.tax = true, d.price*uint64(rate)/10000
			extra = binary.BigEndian.AppendUint64(nil, d.tax)
		}
	case 5:
		ok = buyer && d.assessed && !d.paid && d.tax > 0 && binary.BigEndian.Uint64(b) == d.tax
		d.paid = d.paid || ok
	case 6:
		department := -1
		for i := range m.Params.Approvals {
			if m.role(o, 1+i) {
				department = i
			}
		}
		ok = department >= 0 && b[0] <= 1 && [32]byte(b[1:]) == d.docs && !d.examined[department]
		if ok && b[0] == 0 {
			end = "refused"
		} else if ok {
			d.examined[department] = true
		}
	}
	return extra, end, ok
}

func (m *model) ready(d *deal, l *land) bool {
	for _, c := range l.ranking {
		if m.Rule("lender-consent") == 1 && c.agreed != d {
			return false
		}
	}
	holders := map[uint64]uint64{}
	for _, o := range l.owners {
		holders[o.party] = o.parts
	}
	holders[d.seller] -= d.parts
	if holders[d.seller] == 0 {
		delete(holders, d.seller)
	}
	holders[d.buyer] += d.parts
	return d.state == "accepted" && (d.due == 0 || d.deposited) && (!d.taxed || d.assessed) && (d.tax == 0 || d.paid) &&
		len(d.examined) == m.Params.Approvals && !l.frozen && int64(len(holders)) <= m.Rule("holders-max")
}

func (m *model) move(d *deal, l *land) {
	at := func(party uint64) int {
		return slices.IndexFunc(l.owners, func(o owner) bool { return o.party == party })
	}
	l.owners[at(d.seller)].parts -= d.parts
	if l.owns(d.seller) == 0 {
		l.owners = slices.Delete(l.owners, at(d.seller), at(d.seller)+1)
	}
	if at(d.buyer) < 0 {
		l.owners = append(l.owners, owner{party: d.buyer})
	}
	l.owners[at(d.buyer)].parts += d.parts
	m.issued++
	l.cert = m.issued
	l.accountsTo = d.buyer
}

// entry is a change of an object outside of transfers and mortgages.
func (m *model) entry(o programtest.Op, l *land, b []byte) ([]byte, bool) {
	switch o.Kind {
	case 20:
		if !m.role(o, 3) || int(b[0]) >= len(l.payers) || l.payers[b[0]] == l.accountsTo {
			return nil, false
		}
		l.payers[b[0]] = l.accountsTo
	case 21:
		if !m.role(o, 0) || l.attributes == [32]byte(b) {
			return nil, false
		}
		l.attributes = [32]byte(b)
		m.issued++
		l.cert = m.issued
		return binary.BigEndian.AppendUint64(nil, l.cert), true
	case 26, 27:
		if !m.role(o, 4) || l.frozen != (o.Kind == 27) {
			return nil, false
		}
		l.frozen = !l.frozen
	}
	return nil, true
}

func (m *model) credit(o programtest.Op, l *land, b []byte) ([]byte, bool) {
	enough := func(party uint64) bool {
		return l.owns(party)*10000 >= uint64(m.Rule("parts"))*uint64(m.Rule("disposal-bp"))
	}
	idle := !l.frozen && l.deal == nil
	if o.Kind == 22 {
		lender, amount, waiting := binary.BigEndian.Uint16(b), binary.BigEndian.Uint64(b[2:]), 0
		for _, c := range l.loans {
			if c.state == "asked" || c.state == "in force" {
				waiting++
			}
		}
		if !m.person(o) || !enough(o.Who) || int(lender) >= m.Params.Agencies || amount == 0 || amount > 1e14 || !idle || waiting >= 16 {
			return nil, false
		}
		c := &credit{serial: uint64(len(l.loans) + 1), lender: uint64(lender), party: o.Who, state: "asked"}
		l.loans = append(l.loans, c)
		return binary.BigEndian.AppendUint32(nil, uint32(c.serial)), true
	}
	serial := int(binary.BigEndian.Uint32(b))
	if serial < 1 || serial > len(l.loans) {
		return nil, false
	}
	c := l.loans[serial-1]
	lender := m.role(o, int(c.lender))
	switch {
	case o.Kind == 23 && lender && c.state == "asked" && idle && enough(c.party) && int64(len(l.ranking)) < m.Rule("mortgages-max"):
		c.state = "in force"
		l.ranking = append(l.ranking, c)
		return []byte{byte(len(l.ranking))}, true
	case o.Kind == 24 && c.state == "asked" && (lender || m.person(o) && o.Who == c.party):
		c.state = "dropped"
		return nil, true
	case o.Kind == 25 && c.state == "in force" && lender:
		c.state = "discharged"
		l.ranking = slices.DeleteFunc(l.ranking, func(other *credit) bool { return other == c })
		return nil, true
	}
	return nil, false
}

// ask is a search or a question for the status.
func (m *model) ask(o programtest.Op, number uint64) ([]byte, bool) {
	l := m.land(number)
	frozen := byte(0)
	if l.frozen {
		frozen = 1
	}
	data := []byte{frozen, byte(len(l.ranking)), byte(len(l.owners))}
	data = binary.BigEndian.AppendUint64(data, l.owners[0].parts)
	data = binary.BigEndian.AppendUint64(data, l.cert)
	if o.Kind == 29 {
		until, permitted := m.permits[[2]uint64{number, uint64(o.Agency)}]
		return data, o.Desk && (m.role(o, 0) || m.role(o, 1) || m.role(o, 4) || permitted && o.At <= until)
	}
	open := uint64(0)
	if l.deal != nil {
		open = l.deal.number
	}
	party := !o.Desk && (l.owns(o.Who) > 0 || l.deal != nil && (l.deal.seller == o.Who || l.deal.buyer == o.Who))
	return binary.BigEndian.AppendUint64(data, open), o.Desk || party
}
