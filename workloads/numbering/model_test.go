package numbering

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger, codes and numbers instead of
// positions.
type model struct {
	*programtest.Guard
	startSegment, startBills, perCode uint64
	numbers                           uint64
	rate                              int64  // at the start
	batch, number                     uint64 // granted next
	batches                           uint64 // open
	issuers                           map[uint64]*party
	bills                             map[uint64]*paper // by code and number
}

type party struct {
	suspended bool
	asked     uint64
	period    uint64
	opened    uint64
	bills     uint64
	net, tax  int64
	segments  [][3]uint64 // batch, next number, last number
}

type paper struct {
	issuer, amount, tax, at, period uint64
	hash                            [32]byte
	state                           byte
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	rule := func(name string, otherwise uint64) uint64 {
		if value, given := params.Rule[name]; given {
			return uint64(value)
		}
		return otherwise
	}
	return func(built workloads.Program) programtest.Model {
		m := &model{
			Guard: programtest.NewGuard(built, params), startSegment: rule("start-segment", 200),
			startBills: rule("start-bills", 20), numbers: rule("code-numbers", 99_999_999), rate: int64(rule("tax-rate", 600)),
			number: 1, issuers: map[uint64]*party{}, bills: map[uint64]*paper{},
		}
		if m.startBills > m.startSegment {
			m.startBills = m.startSegment
		}
		if m.startSegment > 0 {
			m.perCode = m.numbers / m.startSegment
			m.batch = (uint64(params.Population) + m.perCode - 1) / m.perCode
		}
		m.batches = m.batch + 1
		m.Live = true
		for i := range uint64(params.Population) {
			p := &party{period: 1}
			if m.startSegment > 0 {
				first := i%m.perCode*m.startSegment + 1
				for n := first; n < first+m.startBills; n++ {
					place := i/m.perCode*m.numbers + n - 1
					b := &paper{issuer: i, hash: hashOf(place), amount: amountOf(place), state: 1}
					b.tax = uint64((int64(b.amount)*m.rate + 5000) / 10000)
					m.bills[name(i/m.perCode, n)] = b
				}
				if m.startBills < m.startSegment {
					p.segments = append(p.segments, [3]uint64{i / m.perCode, first + m.startBills, first + m.startSegment - 1})
				}
			}
			m.issuers[i] = p
		}
		return m
	}
}

// name is 0 1100 20 batch 11 and the number.
func name(batch, number uint64) uint64 { return (11002000011+batch*100)*100_000_000 + number }

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{11: 48, 12: 8}[kind], kind == 12 || kind == 11 && !m.Params.LogReads
	}
	return map[byte]int{1: 12, 2: 12, 3: 8, 4: 88, 5: 48, 6: 16, 7: 12, 8: 8, 9: 9, 10: 0, 11: 48}[kind],
		kind >= 1 && kind <= 10 || kind == 11 && m.Params.LogReads
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	var data []byte
	switch o.Kind {
	case 10:
		ok = o.Desk && o.Agency == 0 && m.batches < 1000 && (m.batch == m.batches || m.batch == m.batches-1 && m.number > 1)
		if ok {
			data = binary.BigEndian.AppendUint64(nil, 11002000011+m.batches*100)
			m.batches++
		}
	case 11:
		state, matched := byte(0), byte(0)
		if b := m.bills[binary.BigEndian.Uint64(o.Body[8:])]; b != nil && b.issuer == binary.BigEndian.Uint64(o.Body) {
			state = b.state
			if b.hash == [32]byte(o.Body[16:]) {
				matched = 1
			}
		}
		data = []byte{state, matched}
	default:
		data, ok = m.party(o)
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

func (m *model) party(o programtest.Op) ([]byte, bool) {
	number := binary.BigEndian.Uint64(o.Body)
	p := m.issuers[number]
	if p == nil {
		return nil, false
	}
	platform := 0
	if n := uint64(m.Params.Agencies); n > 1 {
		platform = 1 + int(number%(n-1))
	}
	self := !o.Desk && o.Who == number || o.Desk && o.Agency == platform
	authority := o.Desk && o.Agency == 0
	rest := o.Body[8:]
	switch o.Kind {
	case 1, 2:
		return m.numbersFor(o, p, self, authority)
	case 3:
		ok := self && p.asked > 0
		if ok {
			p.asked = 0
		}
		return nil, ok
	case 4, 5:
		return m.newBill(o, p, number, self)
	case 6:
		b := m.bills[binary.BigEndian.Uint64(rest)]
		ok := self && b != nil && b.issuer == number && b.state == 1 && b.period == p.period
		if ok {
			b.state = 2
			p.net -= int64(b.amount)
			p.tax -= int64(b.tax)
		}
		return nil, ok
	case 7:
		ok := self && uint64(binary.BigEndian.Uint32(rest)) == p.period && o.At >= p.opened+uint64(m.Rule("period"))
		if ok {
			*p = party{suspended: p.suspended, asked: p.asked, segments: p.segments, period: p.period + 1, opened: o.At}
		}
		return nil, ok
	case 8:
		data := binary.BigEndian.AppendUint64(nil, p.unused())
		ok := self && len(p.segments) > 0
		if ok {
			p.segments = nil
		}
		return data, ok
	case 9:
		ok := authority && (rest[0] == 1 && !p.suspended || rest[0] == 0 && p.suspended)
		if ok {
			p.suspended = !p.suspended
		}
		return nil, ok
	}
	return m.status(p), o.Desk || self
}

func (p *party) unused() (count uint64) {
	for _, s := range p.segments {
		count += s[2] - s[1] + 1
	}
	return count
}

func (m *model) status(p *party) []byte {
	data := []byte{0}
	if p.suspended {
		data[0] = 1
	}
	data = binary.BigEndian.AppendUint32(data, uint32(p.asked))
	data = binary.BigEndian.AppendUint32(data, uint32(p.period))
	data = binary.BigEndian.AppendUint64(data, p.opened)
	data = binary.BigEndian.AppendUint32(data, uint32(p.bills))
	data = binary.BigEndian.AppendUint64(data, uint64(p.net))
	data = binary.BigEndian.AppendUint64(data, uint64(p.tax))
	return binary.BigEndian.AppendUint64(data, p.unused())
}

// numbersFor is an application or the authority's answer.
func (m *model) numbersFor(o programtest.Op, p *party, self, authority bool) ([]byte, bool) {
	size := uint64(binary.BigEndian.Uint32(o.Body[8:]))
	if o.Kind == 1 && (!self || p.asked > 0 || size == 0) || o.Kind == 2 && (!authority || p.asked == 0 || size > p.asked) {
		return nil, false
	}
	if o.Kind == 2 && size == 0 {
		p.asked = 0
		return nil, true
	}
	if p.suspended || size > uint64(m.Rule("segment-size")) || p.unused()+size > uint64(m.Rule("outstanding-max")) || len(p.segments) == 16 {
		return nil, false
	}
	if o.Kind == 1 && m.Params.Approvals == 1 {
		p.asked = size
		return nil, true
	}
	if m.batch == m.batches {
		return nil, false
	}
	size = min(size, m.numbers-m.number+1)
	p.asked = 0
	p.segments = append(p.segments, [3]uint64{m.batch, m.number, m.number + size - 1})
	data := binary.BigEndian.AppendUint64(nil, name(m.batch, m.number))
	m.number += size
	if m.number > m.numbers {
		m.batch, m.number = m.batch+1, 1
	}
	return binary.BigEndian.AppendUint32(data, uint32(size)), true
}

// newBill is a bill or a red-letter bill.
func (m *model) newBill(o programtest.Op, p *party, number uint64, self bool) ([]byte, bool) {
	if !self || p.suspended || len(p.segments) == 0 {
		return nil, false
	}
	next := name(p.segments[0][0], p.segments[0][1])
	stated := binary.BigEndian.Uint64(o.Body[8:])
	b := &paper{issuer: number, hash: [32]byte(o.Body[16:]), at: o.At, period: p.period, state: 1}
	sign := int64(1)
	if o.Kind == 4 {
		b.amount = binary.BigEndian.Uint64(o.Body[80:])
		if b.amount == 0 || b.amount > uint64(m.Rule("bill-max")) || stated != 0 && stated != next {
			return nil, false
		}
		b.tax = uint64((int64(b.amount)*m.Rule("tax-rate") + 5000) / 10000)
	} else {
		wrong := m.bills[stated]
		if wrong == nil || wrong.issuer != number || wrong.state != 1 || o.At < wrong.at ||
			o.At > wrong.at+uint64(m.Rule("correction-deadline")) {
			return nil, false
		}
		wrong.state, b.state, sign = 3, 4, -1
		b.amount, b.tax = wrong.amount, wrong.tax
	}
	m.bills[next] = b
	p.bills++
	p.net += sign * int64(b.amount)
	p.tax += sign * int64(b.tax)
	if p.segments[0][1]++; p.segments[0][1] > p.segments[0][2] {
		p.segments = p.segments[1:]
	}
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, next), b.tax), true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 20, Population: 6, Approvals: 1, Rule: map[string]int64{
		"segment-size": 5, "outstanding-max": 12, "start-segment": 6, "start-bills": 2, "period": 300,
		"void-percent": 20, "red-percent": 20, "cut-percent": 40}},
	{Agencies: 4, PayloadBytes: 0, ReadPercent: 50, LogReads: true, Population: 4, Rule: map[string]int64{
		"segment-size": 20_000, "outstanding-max": 60_000, "code-numbers": 100_000, "start-segment": 10,
		"start-bills": 3, "return-percent": 90, "period": 50, "tax-rate": 905}},
	{Agencies: 1, PayloadBytes: 7, ReadPercent: 30, Population: 3, Approvals: 1, Rule: map[string]int64{
		"start-segment": 0, "segment-size": 40, "outstanding-max": 50, "correction-deadline": 500, "red-percent": 50}},
	{Agencies: 2, PayloadBytes: 7, ReadPercent: 30, Population: 20, Rule: map[string]int64{"segment-size": 3, "outstanding-max": 30}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(5) {
			built := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			if built.Count(int(KindIssue-1)) < 30 || built.Count(int(KindApply-1)) == 0 {
				t.Errorf("only %d bills, %d applications", built.Count(int(KindIssue-1)), built.Count(int(KindApply-1)))
			}
		}
	}
}

func FuzzProgram(f *testing.F) {
	programtest.Fuzz(f, Family(), stormParams[0], newModel(stormParams[0]))
}
