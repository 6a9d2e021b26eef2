package fund

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger and no journal.
type model struct {
	*programtest.Guard
	programmes, projects, period, year, price uint64
	purses                                    []*purse          // programmes
	places                                    []*place          // projects
	papers                                    []*paper          // applications
	gifts                                     []gift            // donations
	had                                       map[had]*paper    // who stands for a subject's period
	latest                                    map[uint64]uint64 // by subject: periods below it are over
}

type purse struct{ free, year, appropriated uint64 }

// place is a project: pots of money by source and by what they are for.
type place struct {
	pots   [2]map[string]uint64
	frozen bool
	billed uint64
	atWork int64
}

type had struct{ subject, period uint64 }

type gift struct{ donor, project, amount uint64 }

// paper is an application.
type paper struct {
	kind                 byte // kind of operation that made it
	project, who, amount uint64
	period               uint64
	payees               []uint64
	docs                 [32]byte
	state                string
	source               int
	signers, signed      map[int]bool // agencies
	returns              int64
	paidAt               uint64
}

var stateCode = map[string]byte{"open": 1, "ready": 2, "transit": 3, "paid": 4, "returned": 5, "rejected": 6, "withdrawn": 7,
	"clawed": 8, "refunded": 9}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	value := func(name string) uint64 {
		for _, rule := range rules() {
			if given, ok := params.Rule[rule.Name]; ok && rule.Name == name {
				return uint64(given)
			} else if rule.Name == name {
				return uint64(rule.Default)
			}
		}
		panic(name)
	}
	return func(built workloads.Program) programtest.Model {
		m := &model{
			Guard: programtest.NewGuard(built, params), programmes: value("programmes"), projects: value("projects"),
			period: value("period"), year: value("year"), price: value("contract-price"), had: map[had]*paper{},
			latest: map[uint64]uint64{},
		}
		m.Live = true
		for range m.programmes {
			m.purses = append(m.purses, &purse{free: value("programme-start")})
		}
		for range m.projects {
			m.places = append(m.places, &place{pots: [2]map[string]uint64{{"free": value("project-start")}, {}}})
		}
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return 8, kind == 18 || kind == 19 || kind == 17 && !m.Params.LogReads
	}
	size := map[byte]int{1: 10, 2: 16, 3: 16, 4: 16, 5: 40, 6: 112, 7: 48, 8: 40, 9: 10, 10: 8, 11: 8, 12: 9, 13: 8, 14: 8,
		15: 2, 16: 9, 17: 8}[kind]
	return size, size > 0 && (kind != 17 || m.Params.LogReads)
}

// who is an operation with what it says about who asks.
type who struct {
	programtest.Op
	agency int // -1: no desk that serves people
}

func (w who) is(subject uint64) bool { return !w.Desk && w.Who == subject }

func (w who) number(at int) uint64 { return binary.BigEndian.Uint64(w.Body[at:]) }

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	w := who{o, -1}
	if o.Desk && o.Client%32 != 31 {
		w.agency = o.Agency
	}
	var data []byte
	switch k := o.Kind; {
	case k == 1 || k == 15:
		data, ok = m.budget(w)
	case k <= 4 || k == 16 || k == 17:
		project := w.number(0)
		if project >= m.projects {
			return nil, false
		}
		data, ok = m.purse(w, project, m.places[project])
	case k <= 7:
		data, ok = m.ask(w)
	case k == 18:
		data, ok = m.status(w)
	case k == 19:
		data, ok = m.trace(w)
	default:
		id := w.number(0)
		if id == 0 || id > uint64(len(m.papers)) {
			return nil, false
		}
		p := m.papers[id-1]
		ok = m.step(w, p, m.places[p.project])
		data = []byte{stateCode[p.state]}
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

// manager is the agency that manages a project.
func (m *model) manager(project uint64) int {
	return int(project % m.programmes % uint64(m.Params.Agencies))
}

// fits tells whether the amount is something and the fund may still receive it.
func (m *model) fits(amount uint64) bool { return amount > 0 && amount <= amountMax }

func (m *model) budget(w who) ([]byte, bool) {
	number := uint64(binary.BigEndian.Uint16(w.Body))
	if number >= m.programmes || w.agency != 0 {
		return nil, false
	}
	p := m.purses[number]
	now := w.At / m.year
	if w.Kind == 15 {
		if now <= p.year {
			return nil, false
		}
		returned := p.free
		*p = purse{year: now}
		return binary.BigEndian.AppendUint64(nil, returned), true
	}
	amount := w.number(2)
	if now != p.year || !m.fits(amount) || p.appropriated+amount > uint64(m.Rule("ceiling")) {
		return nil, false
	}
	p.free += amount
	p.appropriated += amount
	return nil, true
}

func (m *model) purse(w who, number uint64, p *place) (data []byte, ok bool) {
	of := m.purses[number%m.programmes]
	managing := w.agency == m.manager(number)
	switch w.Kind {
	case 2:
		amount := w.number(8)
		if !managing || p.frozen || amount == 0 || amount > of.free {
			return nil, false
		}
		of.free -= amount
		p.pots[0]["free"] += amount
	case 3:
		amount := w.number(8)
		if !managing || amount == 0 || amount > p.pots[0]["free"] {
			return nil, false
		}
		of.free += amount
		p.pots[0]["free"] -= amount
	case 4:
		amount := w.number(8)
		if w.Desk || w.Who >= uint64(m.Params.Population) || !m.fits(amount) {
			return nil, false
		}
		p.pots[1]["free"] += amount
		m.gifts = append(m.gifts, gift{w.Who, number, amount})
		return binary.BigEndian.AppendUint64(nil, uint64(len(m.gifts))), true
	case 16:
		if w.agency != 0 || w.Body[8] > 1 || p.frozen == (w.Body[8] == 1) {
			return nil, false
		}
		p.frozen = !p.frozen
	case 17:
		for _, pot := range []string{"free", "reserved", "transit", "paid"} {
			for source := range 2 {
				data = binary.BigEndian.AppendUint64(data, p.pots[source][pot])
			}
		}
		frozen := byte(0)
		if p.frozen {
			frozen = 1
		}
		return append(data, frozen), w.agency >= 0
	}
	return nil, true
}

// ask is an application.
func (m *model) ask(w who) ([]byte, bool) {
	if w.Desk {
		return nil, false
	}
	p := &paper{kind: w.Kind, who: w.Who, period: w.At / m.period, state: "open", signed: map[int]bool{}}
	if w.Kind == 5 {
		p.project = w.Who % m.projects
		p.docs = [32]byte(w.Body[8:])
	} else {
		p.project = w.number(0)
		p.docs = [32]byte(w.Body[16:])
		if p.project >= m.projects || w.Who != uint64(m.Params.Population)+p.project {
			return nil, false
		}
	}
	place := m.places[p.project]
	if place.frozen || !m.worth(w, p, place) {
		return nil, false
	}
	for _, payee := range p.payees {
		if p.period < m.latest[payee] || payee >= uint64(m.Params.Population) {
			return nil, false
		}
	}
	p.signers = map[int]bool{}
	for i := range m.Params.Approvals {
		p.signers[(m.manager(p.project)+1+i)%m.Params.Agencies] = true
	}
	if p.amount >= uint64(m.Rule("large")) {
		p.signers[0] = true
	}
	if len(p.signers) == 0 && !m.reserve(p, place) {
		return nil, false
	}
	for _, payee := range p.payees {
		m.had[had{payee, p.period}] = p
		m.latest[payee] = p.period + 1
	}
	if p.kind == 7 {
		place.billed += p.amount
		place.atWork++
	}
	m.papers = append(m.papers, p)
	return append(binary.BigEndian.AppendUint64(nil, uint64(len(m.papers))), stateCode[p.state]), true
}

// worth sets an application's amount and payees.
func (m *model) worth(w who, p *paper, at *place) bool {
	part := func(amount uint64, rule string) uint64 { return amount * uint64(m.Rule(rule)) / 10_000 }
	switch w.Kind {
	case 5:
		base := w.number(0)
		if base > amountMax {
			return false
		}
		tier := min(uint64(m.Rule("benefit-tier")), base)
		p.amount = min(part(tier, "benefit-share")+part(base-tier, "benefit-upper-share"), uint64(m.Rule("benefit-cap")))
		p.payees = []uint64{p.who}
	case 6:
		group := w.number(8)
		if group > uint64(m.Params.Population) {
			return false
		}
		for i := range uint64(16) {
			wage := uint64(binary.BigEndian.Uint32(w.Body[48+4*i:]))
			if wage > uint64(m.Rule("wage-max")) {
				return false
			}
			if wage > 0 {
				p.amount += wage
				p.payees = append(p.payees, p.project+(16*group+i)*m.projects)
			}
		}
	case 7:
		p.amount = w.number(8)
		if p.amount > part(m.price, "milestone-share") || p.amount+at.billed > m.price || at.atWork >= m.Rule("milestones-open") {
			return false
		}
	}
	return p.amount > 0
}

// from finds the source that pays an application: donations if they suffice, else the budget.
func (m *model) from(p *paper, at *place) bool {
	for _, source := range []int{1, 0} {
		if at.pots[source]["free"] >= p.amount {
			p.source = source
			return true
		}
	}
	return false
}

func (m *model) reserve(p *paper, at *place) bool {
	if !m.from(p, at) {
		return false
	}
	m.shift(p, at, "free", "reserved", "ready")
	return true
}

// shift moves an application's money from pot to pot and the application to a state.
func (m *model) shift(p *paper, at *place, from, to, state string) {
	at.pots[p.source][from] -= p.amount
	at.pots[p.source][to] += p.amount
	p.state = state
}

// over ends an application that was not paid.
func (m *model) over(p *paper, at *place, state string) {
	p.state = state
	for _, payee := range p.payees {
		if m.had[had{payee, p.period}] == p {
			delete(m.had, had{payee, p.period})
			if m.latest[payee] == p.period+1 {
				m.latest[payee] = p.period
			}
		}
	}
	if p.kind == 7 {
		at.billed -= p.amount
		at.atWork--
	}
}

func (m *model) step(w who, p *paper, at *place) bool {
	managing, bank := w.agency == m.manager(p.project), w.agency == m.Params.Agencies-1
	switch w.Kind {
	case 8:
		if p.state != "open" || !p.signers[w.agency] || p.signed[w.agency] || [32]byte(w.Body[8:]) != p.docs {
			return false
		}
		p.signed[w.agency] = true
		if len(p.signed) == len(p.signers) && !m.reserve(p, at) {
			delete(p.signed, w.agency)
			return false
		}
		return true
	case 9, 10:
		allowed := w.agency >= 0 && (managing || p.signers[w.agency])
		state := "rejected"
		if w.Kind == 10 {
			allowed, state = w.is(p.who), "withdrawn"
		}
		if !allowed || p.state != "open" && p.state != "ready" && p.state != "returned" {
			return false
		}
		if p.state == "ready" {
			m.shift(p, at, "reserved", "free", state)
		}
		m.over(p, at, state)
		return true
	case 11:
		if !managing || at.frozen {
			return false
		}
		switch p.state {
		case "ready":
			m.shift(p, at, "reserved", "transit", "transit")
			return true
		case "returned":
			if m.from(p, at) {
				m.shift(p, at, "free", "transit", "transit")
				return true
			}
		}
		return false
	case 12:
		return bank && p.state == "transit" && m.outcome(w, p, at)
	case 13:
		if !managing || p.state != "paid" || w.At > p.paidAt+uint64(m.Rule("clawback-life")) {
			return false
		}
		p.state = "clawed"
		return true
	}
	if !bank || p.state != "paid" && p.state != "clawed" {
		return false
	}
	m.shift(p, at, "paid", "free", "refunded")
	if p.kind == 7 {
		at.billed -= p.amount
	}
	return true
}

func (m *model) outcome(w who, p *paper, at *place) bool {
	switch w.Body[8] {
	case 1:
		m.shift(p, at, "transit", "paid", "paid")
		p.paidAt = w.At
		if p.kind == 7 {
			at.atWork--
		}
		return true
	case 0:
		m.shift(p, at, "transit", "free", "returned")
		p.returns++
		if p.returns > m.Rule("returns-max") {
			m.over(p, at, "rejected")
		}
		return true
	}
	return false
}

// status answers who has signed as bits: the i-th agency after the manager has bit i, the finance agency, where it
// is none of these, the next.
func (m *model) status(w who) ([]byte, bool) {
	id := w.number(0)
	if id == 0 || id > uint64(len(m.papers)) {
		return nil, false
	}
	p := m.papers[id-1]
	bits := uint32(0)
	for agency := range p.signed {
		bit := m.Params.Approvals
		for i := range m.Params.Approvals {
			if (m.manager(p.project)+1+i)%m.Params.Agencies == agency {
				bit = i
			}
		}
		bits |= 1 << bit
	}
	data := binary.BigEndian.AppendUint64([]byte{stateCode[p.state]}, p.amount)
	return binary.BigEndian.AppendUint32(data, bits), w.agency >= 0 || w.is(p.who)
}

func (m *model) trace(w who) ([]byte, bool) {
	id := w.number(0)
	if id == 0 || id > uint64(len(m.gifts)) {
		return nil, false
	}
	g := m.gifts[id-1]
	pots := m.places[g.project].pots[1]
	data := []byte{}
	for _, v := range []uint64{g.project, g.amount, pots["free"], pots["paid"]} {
		data = binary.BigEndian.AppendUint64(data, v)
	}
	return data, w.agency >= 0 || w.is(g.donor)
}

var stormParams = []workloads.Params{
	{Agencies: 4, PayloadBytes: 10, ReadPercent: 30, Approvals: 2, Population: 3000, Rule: map[string]int64{"amend-quorum": 1,
		"projects": 24, "programmes": 5, "payroll-percent": 20, "milestone-percent": 20, "milestones-open": 3, "clawback-percent": 20, "return-percent": 20}},
	{Agencies: 5, ReadPercent: 30, LogReads: true, Population: 2000, Rule: map[string]int64{"amend-quorum": 2,
		"projects": 10, "programmes": 3, "project-start": 5_000_000, "programme-start": 5_000_000, "year": 2_000, "period": 1_000,
		"finance-percent": 20, "ceiling": 50_000_000, "return-percent": 40}},
	{Agencies: 3, PayloadBytes: 7, ReadPercent: 10, Approvals: 1, Population: 800, ThinkMean: 100 * time.Millisecond,
		Rule: map[string]int64{"amend-quorum": 1, "projects": 8, "programmes": 8, "large": 250_000, "clawback-life": 1_000,
			"period": 10_000, "clawback-percent": 50, "payroll-percent": 30}},
	{Agencies: 1, PayloadBytes: 3, ReadPercent: 10, Population: 4000, Rule: map[string]int64{"projects": 40, "project-start": 0,
		"donate-percent": 40, "reject-percent": 20, "withdraw-percent": 20}},
}

func TestAgreesWithModel(t *testing.T) {
	var reached [counters]uint64
	for _, params := range stormParams {
		for seed := range uint64(4) {
			a := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			for counter := range reached {
				reached[counter] += a.Count(counter)
			}
		}
	}
	for counter, count := range reached {
		if count == 0 {
			t.Errorf("no storm moved counter %d", counter)
		}
	}
}

func FuzzProgram(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 20, LogReads: true, Approvals: 1, Population: 60,
		Rule: map[string]int64{"projects": 4, "programmes": 2}}
	programtest.Fuzz(f, Family(), params, newModel(params))
}

// Every kind of operation is in the generator's requests, so that storms play all of them.
func TestGeneratorKnowsEveryKind(t *testing.T) {
	seen := map[byte]bool{}
	for _, params := range stormParams {
		built := programtest.Build(t, Family(), params)
		a := built.App()
		programtest.Drive(programtest.New(3), built.Generator(programtest.New(3)), 6000, func(r workloads.Request) []byte {
			answer := programtest.Apply(a, r.Op, r.Read)
			if _, refused := workloads.Refused(answer); !refused {
				seen[r.Op[1]] = true
			}
			return answer
		})
	}
	for kind := KindAppropriate; kind <= KindTrace; kind++ {
		if !seen[kind] {
			t.Errorf("kind %d is never asked for with success", kind)
		}
	}
}
