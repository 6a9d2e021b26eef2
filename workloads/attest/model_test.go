package attest

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger and no journal.
type model struct {
	*programtest.Guard
	people   map[uint64]*person
	places   map[uint64]*place
	contacts []*tracingCase
	venues   uint64
	fixed    bool
}

// paper is an attestation.
type paper struct {
	value   byte
	issuer  int
	taken   uint64
	content [32]byte
	revoked bool
	implied bool
}

// person is a subject.
type person struct {
	papers  map[byte]*paper // by kind; 9: another province's
	doses   []*paper        // that count
	order   *[2]uint64      // the live or ended one, nil when lifted
	arrival string
	since   uint64
	by      uint64
	appeal  *[3]uint64 // colour, from, until
}

// place is a venue; the last page is open.
type place struct {
	pages         [][]entry
	total, purged uint64
	gone          uint64
}

type entry struct {
	at    uint64
	token [32]byte
}

type tracingCase struct {
	venue, from, until, opened, usable uint64
	closed                             bool
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), people: map[uint64]*person{}, places: map[uint64]*place{}, venues: 1000}
		m.Live = true
		if venues, given := params.Rule["venues"]; given {
			m.venues = uint64(venues)
		}
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		look := (kind == 2 || kind == 6) && !m.Params.LogReads
		return map[byte]int{2: 8, 6: 41, 20: 8, 21: 8}[kind], look || kind == 20 || kind == 21
	}
	sizes := map[byte]int{1: 50, 3: 40, 4: 42, 5: 10, 7: 51, 8: 2, 9: 9, 10: 9, 11: 8, 12: 0, 13: 1, 14: 9, 15: 0, 16: 24,
		17: 16, 18: 8, 19: 8}
	if m.Params.LogReads {
		sizes[2], sizes[6] = 8, 41
	}
	size, known := sizes[kind]
	return size, known
}

// rule is the value in force; without amendments, when fixed, it is that of the start.
func (m *model) rule(name string) uint64 {
	if !m.fixed {
		return uint64(m.Rule(name))
	}
	for _, rule := range rules() {
		if rule.Name == name {
			return m.given(name, rule.Default)
		}
	}
	panic(name)
}

func (m *model) given(name string, otherwise int64) uint64 {
	if value, given := m.Params.Rule[name]; given {
		return uint64(value)
	}
	return uint64(otherwise)
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	b := body{o.Body}
	var data []byte
	switch o.Kind {
	case 3, 19, 20:
		data, ok = m.venue(o, b.number())
	case 16, 17, 18:
		data, ok = m.tracing(o, b)
	case 8, 12, 13, 15:
		ok = !o.Desk && o.Who < uint64(m.Params.Population) && m.own(o, m.person(o.Who))
	default:
		subject := b.number()
		if subject >= uint64(m.Params.Population) {
			return nil, false
		}
		data, ok = m.about(o, subject, body{o.Body[8:]})
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

// body takes an operation's body apart.
type body struct{ rest []byte }

func (b *body) number() uint64 { n := binary.BigEndian.Uint64(b.rest); b.rest = b.rest[8:]; return n }

func (b *body) small() byte { n := b.rest[0]; b.rest = b.rest[1:]; return n }

func (m *model) person(subject uint64) *person {
	p := m.people[subject]
	if p == nil {
		labs := m.given("labs", 0)
		if labs == 0 {
			labs = uint64(m.Params.Agencies)
		}
		p = &person{papers: map[byte]*paper{}}
		issuer := int(subject % labs)
		if subject*37%100 < m.given("tested-percent", 90) {
			p.papers[1] = &paper{implied: true, issuer: issuer, content: program.Fill(subject, 1)}
		}
		if (subject*37+subject/100*13)%100 < m.given("vaccinated-percent", 50) {
			dose := &paper{value: 1, implied: true, issuer: issuer, content: program.Fill(subject, 2)}
			p.papers[2], p.doses = dose, []*paper{dose}
		}
		m.people[subject] = p
	}
	return p
}

func (p *paper) valid(at, life uint64) bool {
	return p != nil && !p.revoked && at >= p.taken && at <= p.taken+life
}

func (m *model) life(what byte) uint64 {
	return map[byte]uint64{1: m.rule("test-validity"), 2: 1 << 62, 3: m.rule("status-life"), 9: m.rule("recognition-life")}[what]
}

func (m *model) colour(p *person, at uint64) byte {
	is := func(what, value byte) bool {
		return p.papers[what].valid(at, m.life(what)) && p.papers[what].value == value
	}
	pass := m.rule("doses-pass")
	switch {
	case p.order != nil && at <= p.order[1], is(1, 1), is(9, 1), is(3, 2):
		return 3
	case is(3, 1):
		return 2
	case is(1, 0), is(9, 0), m.rule("test-needed") == 0 && is(3, 0), pass > 0 && uint64(len(p.doses)) >= pass:
		return 1
	case p.papers[1] != nil, p.papers[3] != nil, p.papers[9] != nil:
		return 2
	}
	return 0
}

// about is what desks and guards do about a subject.
func (m *model) about(o programtest.Op, subject uint64, b body) ([]byte, bool) {
	p := m.person(subject)
	self := !o.Desk && o.Who == subject
	venue := !o.Desk && o.Who >= uint64(m.Params.Population) && o.Who-uint64(m.Params.Population) < m.venues
	district := o.Desk && uint64(o.Agency) == subject%uint64(m.Params.Agencies)
	switch o.Kind {
	case 1:
		return nil, o.Desk && m.attest(o, p, b)
	case 2:
		return []byte{m.colour(p, o.At)}, o.Desk || venue || self
	case 4, 5:
		return nil, o.Desk && m.change(o, p, b)
	case 6:
		what := b.small()
		answer := byte(0)
		if held := p.papers[what]; held != nil && held.content == [32]byte(b.rest) {
			answer = 2
			if held.valid(o.At, m.life(what)) {
				answer = 1
			}
		}
		return []byte{answer}, what >= 1 && what <= 3 && (o.Desk || venue || self)
	case 7:
		return nil, o.Desk && m.recognise(o, subject, p, b)
	case 9, 10, 11, 14:
		return nil, district && m.decide(o, p, b)
	}
	arrival := map[string]byte{"": 0, "declared": 1, "confirmed": 2, "rejected": 3, "withdrawn": 4}[p.arrival]
	answer := []byte{m.colour(p, o.At), byte(len(p.doses)), arrival, 0}
	if p.appeal != nil {
		answer[3] = byte(p.appeal[0])
	}
	until := uint64(0)
	if p.order != nil && o.At <= p.order[1] {
		until = p.order[1]
	}
	return binary.BigEndian.AppendUint64(answer, until), self || district
}

func (m *model) attest(o programtest.Op, p *person, b body) bool {
	what, value, taken := b.small(), b.small(), b.number()
	labs := m.given("labs", 0)
	switch {
	case what < 1 || what > 3 || what == 1 && value > 1 || what == 3 && value > 2:
		return false
	case labs > 0 && uint64(o.Agency) >= labs || taken > o.At || taken+m.rule("report-max") < o.At:
		return false
	}
	n := &paper{value: value, issuer: o.Agency, taken: taken, content: [32]byte(b.rest)}
	old := p.papers[what]
	if what != 2 {
		if old != nil && !old.implied && taken <= old.taken {
			return false
		}
		p.papers[what] = n
		return true
	}
	if int(value) != len(p.doses)+1 || uint64(value) > m.rule("doses-max") {
		return false
	}
	if len(p.doses) > 0 {
		last := p.doses[len(p.doses)-1]
		if !last.implied && taken < last.taken+m.rule("dose-interval") {
			return false
		}
	}
	p.doses, p.papers[2] = append(p.doses, n), n
	return true
}

// change is a correction or a revocation.
func (m *model) change(o programtest.Op, p *person, b body) bool {
	what, value := b.small(), b.small()
	held := p.papers[what]
	if what < 1 || what > 3 || held == nil || held.revoked || held.issuer != o.Agency || o.At < held.taken {
		return false
	}
	if o.Kind == 5 {
		if what == 2 {
			p.doses = p.doses[:len(p.doses)-1]
		}
		held.revoked = true
		return true
	}
	switch {
	case what == 1 && value > 1, what == 3 && value > 2, what == 2 && (value != held.value || held.implied):
		return false
	}
	held.value, held.content, held.implied = value, [32]byte(b.rest), false
	return true
}

func (m *model) recognise(o programtest.Op, subject uint64, p *person, b body) bool {
	issuer := uint16(b.small())<<8 | uint16(b.small())
	value, taken := b.small(), b.number()
	old := p.papers[9]
	if value > 1 || uint64(issuer) >= m.rule("foreign-issuers") || taken > o.At || taken+m.life(9) < o.At ||
		[32]byte(b.rest) != proofOf(issuer, subject, value, taken) || old != nil && taken <= old.taken {
		return false
	}
	p.papers[9] = &paper{value: value, taken: taken}
	return true
}

func (p *person) declared(at uint64) bool {
	return p.arrival == "declared" && at >= p.since && at <= p.by
}

// own is what subjects do about themselves.
func (m *model) own(o programtest.Op, p *person) bool {
	switch o.Kind {
	case 8:
		if p.arrival == "declared" && o.At <= p.by || p.arrival != "" && o.At < p.since {
			return false
		}
		p.arrival, p.since, p.by = "declared", o.At, o.At+m.rule("confirm-max")
	case 12:
		if !p.declared(o.At) {
			return false
		}
		p.arrival = "withdrawn"
	case 13:
		colour := o.Body[0]
		if p.appeal != nil || colour < 2 || colour != m.colour(p, o.At) {
			return false
		}
		p.appeal = &[3]uint64{uint64(colour), o.At, o.At + m.rule("appeal-deadline")}
	case 15:
		if p.appeal == nil || o.At <= p.appeal[2] {
			return false
		}
		p.appeal = nil
	}
	return true
}

// decide is what the district does.
func (m *model) decide(o programtest.Op, p *person, b body) bool {
	switch o.Kind {
	case 9:
		verdict := b.small()
		if verdict > 1 || !p.declared(o.At) {
			return false
		}
		p.arrival = []string{"rejected", "confirmed"}[verdict]
	case 10:
		ground := b.small()
		test := p.papers[1]
		arrived := ground == 1 && p.arrival == "confirmed" && o.At >= p.since
		positive := ground == 2 && test != nil && !test.revoked && test.value == 1 && o.At >= test.taken
		if !arrived && !positive || p.order != nil && o.At <= p.order[1] {
			return false
		}
		p.order = &[2]uint64{o.At, o.At + m.rule("observation-days")*86_400_000}
	case 11:
		if p.order == nil || o.At < p.order[0] || o.At > p.order[1] {
			return false
		}
		p.order = nil
	case 14:
		verdict := b.small()
		if verdict > 1 || p.appeal == nil || o.At < p.appeal[1] || o.At > p.appeal[2] {
			return false
		}
		p.appeal = nil
		if verdict == 1 {
			p.order = nil
			for _, what := range []byte{1, 3, 9} {
				if held := p.papers[what]; held != nil && held.value > 0 {
					held.revoked = true
				}
			}
		}
	}
	return true
}

func (m *model) place(venue uint64) *place {
	if m.places[venue] == nil {
		m.places[venue] = &place{pages: [][]entry{nil}}
	}
	return m.places[venue]
}

// venue is a check-in, a purge or a question.
func (m *model) venue(o programtest.Op, venue uint64) ([]byte, bool) {
	own := !o.Desk && o.Who == uint64(m.Params.Population)+venue
	authority := o.Desk && o.Agency == 0
	if venue >= m.venues || !own && (o.Kind == 3 || !authority) {
		return nil, false
	}
	p := m.place(venue)
	last := len(p.pages) - 1
	switch o.Kind {
	case 3:
		token := [32]byte(o.Body[8:])
		for _, e := range p.pages[last] {
			apart := max(e.at, o.At) - min(e.at, o.At)
			if e.token == token && apart < m.rule("repeat-min") {
				return nil, false
			}
		}
		p.total++
		p.pages[last] = append(p.pages[last], entry{o.At, token})
		if len(p.pages[last]) == 8 {
			p.pages = append(p.pages, nil)
		}
		return nil, true
	case 19:
		purged := p.purge(o.At, m.rule("retention"))
		return binary.BigEndian.AppendUint64(nil, purged), purged > 0
	}
	data := binary.BigEndian.AppendUint64(nil, p.total)
	data = binary.BigEndian.AppendUint64(data, p.purged)
	data = binary.BigEndian.AppendUint64(data, p.gone+uint64(last))
	return binary.BigEndian.AppendUint64(data, p.gone), true
}

func (p *place) purge(at, retention uint64) (purged uint64) {
	for filed := 0; ; {
		for len(p.pages[0]) > 0 && p.pages[0][0].at+retention < at {
			p.pages[0] = p.pages[0][1:]
			purged++
		}
		if len(p.pages[0]) > 0 || len(p.pages) == 1 {
			break
		}
		p.pages = p.pages[1:]
		p.gone++
		if filed++; filed == 4 && len(p.pages) > 1 {
			break
		}
	}
	p.purged += purged
	return purged
}

// tracing is what the health authority does to trace contacts.
func (m *model) tracing(o programtest.Op, b body) ([]byte, bool) {
	number := b.number()
	if !o.Desk || o.Agency != 0 {
		return nil, false
	}
	if o.Kind == 16 {
		c := &tracingCase{venue: number, from: b.number(), until: b.number(), opened: o.At, usable: o.At + m.rule("case-life")}
		if number >= m.venues || c.from > c.until || c.until > o.At || c.until-c.from > m.rule("trace-window") {
			return nil, false
		}
		m.contacts = append(m.contacts, c)
		return binary.BigEndian.AppendUint64(nil, uint64(len(m.contacts))), true
	}
	if number == 0 || number > uint64(len(m.contacts)) {
		return nil, false
	}
	c := m.contacts[number-1]
	if c.closed || o.At < c.opened {
		return nil, false
	}
	if o.Kind == 18 {
		c.closed = true
		return nil, true
	}
	p, page := m.place(c.venue), b.number()
	if o.At > c.usable || page < p.gone || page-p.gone >= uint64(len(p.pages)) {
		return nil, false
	}
	data := []byte{0}
	for _, e := range p.pages[page-p.gone] {
		if e.at >= c.from && e.at <= c.until && o.At <= e.at+m.rule("retention") {
			data[0]++
			data = append(data, e.token[:]...)
		}
	}
	return data, true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 50, LogReads: true, Population: 6,
		Rule: map[string]int64{"venues": 2, "repeat-min": 3, "checkin-percent": 20, "issue-percent": 40, "dose-interval": 50}},
	{Agencies: 5, PayloadBytes: 0, ReadPercent: 30, Population: 40, ThinkMean: 3_000_000, Rule: map[string]int64{
		"venues": 3, "register-percent": 25, "retention": 1_000, "repeat-min": 0, "checkin-percent": 40, "issue-percent": 20,
		"appeal-deadline": 1_000, "confirm-max": 1_000, "status-life": 1_500, "positive-percent": 40, "observe-percent": 90}},
	{Agencies: 4, PayloadBytes: 7, ReadPercent: 60, LogReads: true, Population: 12, Rule: map[string]int64{
		"labs": 2, "tested-percent": 30, "test-validity": 1_000, "recognition-life": 1_200, "doses-pass": 2, "dose-interval": 0,
		"test-needed": 1, "recognise-percent": 20, "issue-percent": 40, "dose-percent": 30, "positive-percent": 20, "venues": 4}},
	{Agencies: 2, PayloadBytes: 3, ReadPercent: 20, Population: 5, Rule: map[string]int64{
		"venues": 9, "retention": 1_000, "repeat-min": 10, "checkin-percent": 80, "issue-percent": 0, "register-percent": 0,
		"recognise-percent": 0, "trace-window": 3_000, "case-life": 1_000}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(5) {
			programtest.Agree(t, Family(), params, seed, 4000, newModel(params))
		}
	}
}

// TestAgreesInFairWeather plays the generator alone, whose long cases a storm rarely lets come to their end, and
// sees every kind of transaction.
func TestAgreesInFairWeather(t *testing.T) {
	seen := [counters]uint64{}
	for seed := range uint64(5) {
		params := everything
		params.Amendments, params.LogReads = nil, seed%2 == 0
		built := programtest.Build(t, Family(), params)
		twin := newModel(params)(built).(*model)
		twin.fixed = true
		a := built.App().(*app)
		programtest.Drive(programtest.New(seed), built.Generator(programtest.New(seed)), 20_000, func(r workloads.Request) []byte {
			answer := programtest.Apply(a, r.Op, r.Read)
			data, ok := twin.Do(r.Op, r.Read)
			if reason, no := workloads.Refused(answer); no == ok || ok && string(answer[1:]) != string(data) {
				t.Fatalf("seed %d, op %x: program answers %x %q, model %v %x", seed, r.Op, answer, reason, ok, data)
			}
			return answer
		})
		for i := range seen {
			seen[i] += a.Count(i)
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
	}
	for i, count := range seen {
		if count == 0 {
			t.Errorf("counter %d stayed at 0: the runs say nothing about it", i)
		}
	}
}

func FuzzProgram(f *testing.F) {
	programtest.Fuzz(f, Family(), stormParams[0], newModel(stormParams[0]))
}
