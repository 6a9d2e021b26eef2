package claim

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	single, issuer bool
	papers         map[uint64]*paper
	contents       map[[32]byte]bool
	claims         []*pawn // claim number less one
	made           uint64
}

// paper is an instrument.
type paper struct {
	number, holder, face, due uint64
	debtor, depth             int
	content                   [32]byte
	state                     string
	confirmed                 map[int]bool // agencies
	claim                     *pawn
}

// pawn is a claim.
type pawn struct {
	id                 uint64
	paper              *paper
	claimant           int
	offered            int // -1: to nobody
	ask, amount, until uint64
	reviewer           uint32
	state              string
}

var paperCode = map[string]byte{"open": 1, "disputed": 2, "free": 3, "held": 4, "lent": 5, "settled": 6, "overdue": 7,
	"cancelled": 8, "split": 9}

var pawnCode = map[string]byte{"locked": 1, "allowed": 2, "paid": 3, "rejected": 4, "withdrawn": 5, "expired": 6,
	"killed": 7, "repaid": 8, "defaulted": 9}

func given(params workloads.Params, name string, otherwise int64) int64 {
	if value, ok := params.Rule[name]; ok {
		return value
	}
	return otherwise
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{
			Guard: programtest.NewGuard(built, params), papers: map[uint64]*paper{}, contents: map[[32]byte]bool{},
			single: given(params, "single-use", 0) == 1, issuer: given(params, "issuer", 0) == 1,
		}
		m.Live = true
		for number := range uint64(params.Population) {
			p := &paper{
				number: number, holder: number, debtor: int(number) % params.Agencies, content: contentOf(number), state: "free",
				face: uint64(given(params, "face", 20_000_000)) / 8 * (number%16 + 1),
				due:  uint64(given(params, "start-term", 90*day)) * (number%16 + 1) / 16,
			}
			m.papers[number] = p
			m.contents[p.content] = true
		}
		m.made = uint64(params.Population)
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{18: 40, 19: 8}[kind], kind == 19 || kind == 18 && !m.Params.LogReads
	}
	size := map[byte]int{1: 58, 2: 40, 3: 10, 4: 56, 5: 8, 6: 24, 7: 16, 8: 18, 9: 17, 10: 8, 11: 8, 12: 8, 13: 10,
		14: 8, 15: 8, 16: 8, 17: 8, 18: 40}[kind]
	return size, size > 0 && (kind != 18 || m.Params.LogReads)
}

// who is an operation with what it says about who asks.
type who struct {
	programtest.Op
	agency int // -1: no desk that serves people
}

func (w who) is(holder uint64) bool { return !w.Desk && w.Who == holder }

func (w who) number(at int) uint64 { return binary.BigEndian.Uint64(w.Body[at:]) }

func (w who) half(at int) int { return int(binary.BigEndian.Uint16(w.Body[at:])) }

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
	switch o.Kind {
	case 1:
		data, ok = m.register(w)
	case 9, 10, 11, 12, 13, 14, 15:
		data, ok = m.pawned(w)
	default:
		p := m.papers[w.number(0)]
		if p == nil {
			return nil, false
		}
		data, ok = m.paper(w, p)
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

// terms judges face, due date and content.
func (m *model) terms(w who, face, due uint64, content [32]byte) bool {
	return face > 0 && face <= uint64(m.Rule("face-max")) && due > w.At && due <= w.At+uint64(m.Rule("term-max")) &&
		!m.contents[content]
}

func (m *model) set(p *paper, face, due uint64, content [32]byte) {
	p.face, p.due, p.content, p.confirmed, p.state = face, due, content, map[int]bool{}, "open"
	m.contents[content] = true
	if m.issuer {
		p.confirmed[p.debtor] = true
		m.settleConfirmed(p)
	}
}

func (m *model) settleConfirmed(p *paper) {
	if len(p.confirmed) == m.Params.Approvals+1 {
		p.state = "free"
	}
}

func (m *model) register(w who) ([]byte, bool) {
	p := &paper{number: m.made, holder: w.number(0), debtor: w.half(8)}
	face, due, content := w.number(10), w.number(18), [32]byte(w.Body[26:])
	allowed := w.is(p.holder)
	if m.issuer {
		allowed = w.agency == p.debtor
	}
	if !allowed || p.holder >= uint64(m.Params.Population) || p.debtor >= m.Params.Agencies || !m.terms(w, face, due, content) {
		return nil, false
	}
	m.papers[p.number] = p
	m.made++
	m.set(p, face, due, content)
	return binary.BigEndian.AppendUint64(nil, p.number), true
}

func (m *model) parties(p *paper) map[int]bool {
	set := map[int]bool{}
	for i := range m.Params.Approvals + 1 {
		set[(p.debtor+i)%m.Params.Agencies] = true
	}
	return set
}

// disposable tells whether the holder may give away or pledge the paper.
func (m *model) disposable(w who, p *paper) bool {
	return w.is(p.holder) && p.claim == nil && p.state == "free" && w.At <= p.due
}

func (m *model) paper(w who, p *paper) (data []byte, ok bool) {
	debtor := w.agency == p.debtor
	switch w.Kind {
	case 2:
		if !m.parties(p)[w.agency] || p.state != "open" || [32]byte(w.Body[8:]) != p.content || w.At > p.due ||
			p.confirmed[w.agency] || !debtor && !p.confirmed[p.debtor] {
			return nil, false
		}
		p.confirmed[w.agency] = true
		m.settleConfirmed(p)
	case 3:
		if !m.parties(p)[w.agency] || p.state != "open" {
			return nil, false
		}
		p.state = "disputed"
	case 4:
		content := [32]byte(w.Body[24:])
		mine := w.is(p.holder) && !m.issuer || debtor && m.issuer
		if !mine || p.state != "open" && p.state != "disputed" || !m.terms(w, w.number(8), w.number(16), content) {
			return nil, false
		}
		m.set(p, w.number(8), w.number(16), content)
	case 5:
		early := p.state == "open" || p.state == "disputed"
		if !(early && (debtor || w.is(p.holder))) && !(debtor && (p.state == "free" || p.state == "held")) {
			return nil, false
		}
		m.end(p, "killed", "cancelled")
	case 6:
		return m.split(w, p)
	case 7:
		to := w.number(8)
		if !m.disposable(w, p) || to == p.holder || to >= uint64(m.Params.Population) {
			return nil, false
		}
		p.holder = to
	case 8:
		return m.pledge(w, p)
	case 16:
		claimEnd := map[string]string{"free": "-", "held": "killed", "lent": "repaid", "overdue": "repaid"}[p.state]
		if m.single || !debtor || claimEnd == "" {
			return nil, false
		}
		m.end(p, claimEnd, "settled")
	case 17:
		mine := p.state == "free" && w.is(p.holder) || p.state == "lent" && w.agency == p.claim.claimant
		if m.single || !mine || w.At <= p.due+uint64(m.Rule("grace")) {
			return nil, false
		}
		if p.claim != nil {
			p.claim.state = "defaulted"
		}
		p.state = "overdue"
	case 18:
		taken, matched := p.claim != nil, p.content == [32]byte(w.Body[8:])
		return []byte{paperCode[p.state], bit(taken), bit(matched)}, w.agency >= 0
	case 19:
		return m.show(w, p)
	}
	return []byte{paperCode[p.state]}, true
}

func bit(yes bool) byte {
	if yes {
		return 1
	}
	return 0
}

// end ends the paper's claim, if it has one, and brings the paper to a state.
func (m *model) end(p *paper, claim, state string) {
	if p.claim != nil {
		p.claim.state, p.claim.offered = claim, -1
		p.claim = nil
	}
	p.state = state
}

func (m *model) split(w who, p *paper) ([]byte, bool) {
	amount, to, least := w.number(8), w.number(16), uint64(m.Rule("part-min"))
	if !m.disposable(w, p) || amount >= p.face || amount < least || p.face-amount < least ||
		int64(p.depth) >= m.Rule("split-depth") || to >= uint64(m.Params.Population) {
		return nil, false
	}
	first := m.made
	for _, face := range []uint64{amount, p.face - amount} {
		part := *p
		part.number, part.face, part.depth = m.made, face, p.depth+1
		m.papers[m.made] = &part
		m.made++
	}
	m.papers[first].holder = to
	p.state = "split"
	return binary.BigEndian.AppendUint64(nil, first), true
}

func (m *model) pledge(w who, p *paper) ([]byte, bool) {
	claimant, ask := w.half(8), w.number(10)
	if !m.disposable(w, p) || claimant >= m.Params.Agencies || claimant == p.debtor || ask == 0 || ask > p.face {
		return nil, false
	}
	c := &pawn{id: uint64(len(m.claims) + 1), paper: p, claimant: claimant, offered: -1, ask: ask,
		until: w.At + uint64(m.Rule("lock-life")), state: "locked"}
	m.claims = append(m.claims, c)
	p.claim, p.state = c, "held"
	return binary.BigEndian.AppendUint64(nil, c.id), true
}

func (m *model) pawned(w who) ([]byte, bool) {
	id := w.number(0)
	if id == 0 || id > uint64(len(m.claims)) {
		return nil, false
	}
	c := m.claims[id-1]
	p := c.paper
	waiting := c.state == "locked" || c.state == "allowed"
	lent := c.state == "paid" && !m.single
	mine := w.agency == c.claimant
	most := p.face * uint64(m.Rule("advance-rate")) / 10_000
	ok := false
	switch w.Kind {
	case 9:
		verdict, amount := w.Body[8], w.number(9)
		ok = waiting && mine && w.At <= c.until && (verdict == 0 || verdict == 1 && amount > 0 && amount <= c.ask && amount <= most)
		if ok && verdict == 1 {
			c.amount, c.reviewer, c.state = amount, w.Client, "allowed"
		} else if ok {
			m.end(p, "rejected", "free")
		}
	case 10:
		ok = c.state == "allowed" && mine && w.At <= c.until && w.Client != c.reviewer && c.amount <= most
		if ok {
			c.state, p.state = "paid", "lent"
			if m.single {
				p.state = "settled"
			}
		}
	case 11:
		if ok = waiting && w.is(p.holder); ok {
			m.end(p, "withdrawn", "free")
		}
	case 12:
		if ok = waiting && (mine || w.is(p.holder)) && w.At > c.until; ok {
			m.end(p, "expired", "free")
		}
	case 13:
		to := w.half(8)
		if ok = lent && mine && to < m.Params.Agencies && to != c.claimant && to != p.debtor; ok {
			c.offered = to
		}
	case 14:
		if ok = lent && w.agency >= 0 && w.agency == c.offered; ok {
			c.claimant, c.offered = c.offered, -1
		}
	case 15:
		if ok = lent && mine; ok {
			m.end(p, "repaid", "free")
		}
	}
	return []byte{pawnCode[c.state]}, ok
}

func (m *model) show(w who, p *paper) ([]byte, bool) {
	c := p.claim
	if c == nil {
		c = &pawn{claimant: 0}
	}
	if !w.is(p.holder) && w.agency != p.debtor && (p.claim == nil || w.agency != c.claimant) {
		return nil, false
	}
	data := []byte{paperCode[p.state]}
	for _, v := range []uint64{p.face, p.due, p.holder, c.id} {
		data = binary.BigEndian.AppendUint64(data, v)
	}
	data = append(data, pawnCode[c.state])
	data = binary.BigEndian.AppendUint16(data, uint16(c.claimant))
	return binary.BigEndian.AppendUint64(data, c.amount), true
}

var stormParams = []workloads.Params{
	{Agencies: 4, PayloadBytes: 10, ReadPercent: 30, Approvals: 2, Population: 300,
		Rule: map[string]int64{"split-percent": 30, "assign-percent": 20, "dispute-percent": 15, "amend-quorum": 1}},
	{Agencies: 5, PayloadBytes: 3, ReadPercent: 30, LogReads: true, Approvals: 1, Population: 400,
		Rule: map[string]int64{"single-use": 1, "issuer": 1, "advance-rate": 10_000, "amend-quorum": 2}},
	{Agencies: 6, PayloadBytes: 0, ReadPercent: 20, LogReads: true, Approvals: 0, Population: 300, ThinkMean: 200 * time.Millisecond,
		Rule: map[string]int64{"start-term": 20_000, "lock-life": 1_000, "grace": 0, "part-min": 1, "new-percent": 80, "amend-quorum": 1}},
	{Agencies: 2, PayloadBytes: 5, Approvals: 1, Population: 200, KeyChoice: "entity", ReadPercent: 10,
		Rule: map[string]int64{"cancel-percent": 20, "withdraw-percent": 20, "settle-percent": 100, "issuer": 1}},
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
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 20, LogReads: true, Approvals: 1, Population: 6}
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
	for kind := KindRegister; kind <= KindShow; kind++ {
		if !seen[kind] {
			t.Errorf("kind %d is never asked for with success", kind)
		}
	}
}
