package directory

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	items     map[uint64]*item
	grants    map[uint64]*grant // by number of the request
	asked     uint64
	batches   map[int]uint32
	districts int
}

type item struct {
	version    uint32
	owner      int
	level      byte
	class      byte
	commitment [32]byte
	withdrawn  bool
	due        uint64 // of the open complaint
	complaint  bool
}

type grant struct {
	item        uint64
	holder      int
	state       byte
	fields      uint32 // asked, then signed, then granted
	life        uint64
	at          uint64
	from, until uint64
	uses, used  int64
	renewals    int64
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
			Guard: programtest.NewGuard(built, params), items: map[uint64]*item{}, grants: map[uint64]*grant{}, batches: map[int]uint32{},
			districts: min(int(rule("districts", 16)), params.Agencies-1),
		}
		m.Live = true
		agencies := uint64(params.Agencies)
		for e := range uint64(params.Population) {
			it := &item{version: 1, owner: int(e % agencies), level: byte(e / agencies % 3), commitment: program.Fill(e, 1)}
			switch draw := (e * 0x9e3779b97f4a7c15 >> 32) % 100; {
			case draw < rule("closed-percent", 10):
				it.class = 2
			case draw < rule("closed-percent", 10)+rule("conditional-percent", 40):
				it.class = 1
			}
			m.items[e] = it
			for place := uint64(0); it.class != 2 && place < min(rule("standing", 3), agencies-1); place++ {
				m.grants[1<<63+e*64+place] = &grant{
					item: e, holder: int((e + 1 + place) % agencies), state: 3, fields: 1<<32 - 1, until: program.TimeMax,
				}
			}
		}
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{10: 12, 13: 8, 14: 8}[kind], kind == 13 || kind == 14 || kind == 10 && !m.Params.LogReads
	}
	sizes := map[byte]int{1: 34, 2: 45, 3: 13, 4: 40, 5: 22, 6: 20, 7: 10, 8: 8, 9: 16, 10: 12, 11: 40, 12: 8}
	return sizes[kind], kind >= 1 && kind <= 12 && (kind != 10 || m.Params.LogReads)
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok || !o.Desk && o.Kind != 13 {
		return nil, false
	}
	var data []byte
	switch o.Kind {
	case 1:
		data, ok = m.register(o)
	case 2, 3:
		data, ok = m.change(o)
	case 4:
		data, ok = m.batch(o)
	case 5:
		data, ok = m.ask(o)
	case 12:
		it := m.items[binary.BigEndian.Uint64(o.Body)]
		ok = o.Agency == 0 && it != nil && it.complaint
		if ok {
			it.complaint = false
		}
	case 13:
		return m.look(o)
	case 14:
		return m.trail(o)
	default:
		data, ok = m.onGrant(o, query)
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

func (m *model) register(o programtest.Op) ([]byte, bool) {
	if o.Body[0] > 2 || o.Body[1] > 2 {
		return nil, false
	}
	number := uint64(len(m.items))
	m.items[number] = &item{version: 1, owner: o.Agency, level: o.Body[0], class: o.Body[1], commitment: [32]byte(o.Body[2:])}
	return binary.BigEndian.AppendUint64(nil, number), true
}

// open lists the requests for an entry that wait or are granted.
func (m *model) open(number uint64) (list []*grant) {
	for _, g := range m.grants {
		if g.item == number && g.state <= 3 {
			list = append(list, g)
		}
	}
	return list
}

func (m *model) change(o programtest.Op) ([]byte, bool) {
	number := binary.BigEndian.Uint64(o.Body)
	it := m.items[number]
	if it == nil || it.owner != o.Agency || it.withdrawn || binary.BigEndian.Uint32(o.Body[8:]) != it.version {
		return nil, false
	}
	if o.Kind == 2 {
		if o.Body[12] > 2 {
			return nil, false
		}
		it.class, it.commitment = o.Body[12], [32]byte(o.Body[13:])
		it.version++
		it.complaint = false
		return binary.BigEndian.AppendUint32(nil, it.version), true
	}
	open := m.open(number)
	if o.Body[12] > 1 || o.Body[12] == 0 && len(open) > 0 {
		return nil, false
	}
	it.version++
	it.withdrawn, it.complaint = true, false
	return binary.BigEndian.AppendUint32(nil, uint32(len(open))), true
}

func (m *model) batch(o programtest.Op) ([]byte, bool) {
	number, entries := binary.BigEndian.Uint32(o.Body), binary.BigEndian.Uint32(o.Body[4:])
	next := m.batches[o.Agency] + 1
	if o.Agency < m.Params.Agencies-m.districts || number != 0 && number != next || entries == 0 || int64(entries) > m.Rule("batch-max") {
		return nil, false
	}
	m.batches[o.Agency] = next
	return binary.BigEndian.AppendUint32(nil, next), true
}

func (m *model) ask(o programtest.Op) ([]byte, bool) {
	number := binary.BigEndian.Uint64(o.Body)
	g := &grant{item: number, holder: o.Agency, state: 1, at: o.At}
	g.fields, g.life = binary.BigEndian.Uint32(o.Body[10:]), binary.BigEndian.Uint64(o.Body[14:])
	it := m.items[number]
	if it == nil || it.withdrawn || it.owner == o.Agency || it.class == 2 || g.fields == 0 || g.life == 0 || g.life > uint64(m.Rule("grant-life")) {
		return nil, false
	}
	for _, former := range m.open(number) {
		if former.holder == o.Agency {
			if !former.spent(o.At) {
				return nil, false
			}
			former.state = 6
		}
	}
	if it.class == 0 || m.Params.Approvals == 0 {
		m.give(o, g)
	}
	m.asked++
	m.grants[m.asked] = g
	return append(binary.BigEndian.AppendUint64(nil, m.asked), g.state), true
}

func (m *model) give(o programtest.Op, g *grant) {
	g.state, g.from, g.until, g.uses = 3, o.At, o.At+g.life, m.Rule("grant-uses")
}

func (g *grant) spent(at uint64) bool {
	return g.state == 3 && (at > g.until || g.uses > 0 && g.used >= g.uses)
}

func (g *grant) holds(at uint64) bool { return g.state == 3 && g.from <= at && at <= g.until }

// onGrant is what the parties do with a request or grant.
func (m *model) onGrant(o programtest.Op, query bool) ([]byte, bool) {
	g := m.grants[binary.BigEndian.Uint64(o.Body)]
	if g == nil || m.items[g.item].withdrawn {
		return nil, false
	}
	it := m.items[g.item]
	rest := o.Body[8:]
	owner, holder, admin := o.Agency == it.owner, o.Agency == g.holder, o.Agency == 0
	switch o.Kind {
	case 6:
		return m.decide(o, g, it)
	case 7:
		ok := (owner || admin) && g.state == 3
		if ok {
			g.state = 5
		}
		return []byte{5}, ok
	case 8:
		ok := g.state <= 3 && (holder || (owner || admin) && g.spent(o.At))
		if ok {
			g.state = 6
		}
		return []byte{6}, ok
	case 9:
		life := binary.BigEndian.Uint64(rest)
		if !owner && !(holder && it.class == 0) || !g.holds(o.At) || g.renewals >= m.Rule("renewals-max") ||
			life > uint64(m.Rule("grant-life")) || o.At+life <= g.until {
			return nil, false
		}
		g.renewals++
		g.until = o.At + life
		return binary.BigEndian.AppendUint64(nil, g.until), true
	case 10:
		fields := binary.BigEndian.Uint32(rest)
		if !holder || !g.holds(o.At) || fields == 0 || fields|g.fields != g.fields || g.uses > 0 && g.used >= g.uses ||
			it.complaint && o.At > it.due {
			return nil, false
		}
		if !query {
			g.used++
		}
		return binary.BigEndian.AppendUint32(nil, uint32(g.used)), true
	}
	if !holder || !g.holds(o.At) || it.complaint {
		return nil, false
	}
	it.complaint, it.due = true, o.At+uint64(m.Rule("correction-deadline"))
	return binary.BigEndian.AppendUint64(nil, it.due), true
}

func (m *model) decide(o programtest.Op, g *grant, it *item) ([]byte, bool) {
	fields, life := binary.BigEndian.Uint32(o.Body[8:]), binary.BigEndian.Uint64(o.Body[12:])
	overdue := o.At > g.at+uint64(m.Rule("answer-deadline"))
	first := g.state == 1 && (o.Agency == it.owner || o.Agency == 0 && overdue)
	second := g.state == 2 && o.Agency == 0
	if !first && !second {
		return nil, false
	}
	if fields == 0 {
		g.state = 4
		return []byte{4}, true
	}
	if fields|g.fields != g.fields || life == 0 || life > g.life || life > uint64(m.Rule("grant-life")) || it.class == 2 {
		return nil, false
	}
	g.fields, g.life = fields, life
	if first && o.Agency != 0 && m.Params.Approvals == 2 && m.Rule("admin-signs") == 1 {
		g.state = 2
	} else {
		m.give(o, g)
	}
	return []byte{g.state}, true
}

func (m *model) look(o programtest.Op) ([]byte, bool) {
	number := binary.BigEndian.Uint64(o.Body)
	it := m.items[number]
	if it == nil {
		return nil, false
	}
	data := binary.BigEndian.AppendUint32(nil, it.version)
	open, due := len(m.open(number)), uint64(0)
	if it.withdrawn {
		data, open = append(data, 1), 0
	} else {
		data = append(data, 0)
	}
	if it.complaint {
		due = it.due
	}
	data = append(binary.BigEndian.AppendUint16(data, uint16(it.owner)), it.level, it.class)
	data = binary.BigEndian.AppendUint32(append(data, it.commitment[:]...), uint32(open))
	return binary.BigEndian.AppendUint64(data, due), true
}

func (m *model) trail(o programtest.Op) ([]byte, bool) {
	g := m.grants[binary.BigEndian.Uint64(o.Body)]
	if g == nil || o.Agency != g.holder && o.Agency != m.items[g.item].owner && o.Agency != 0 {
		return nil, false
	}
	fields := g.fields
	if g.from == 0 && g.until == 0 && g.state != 2 { // the fields of a grant, or of one that waits for a signature
		fields = 0
	}
	data := binary.BigEndian.AppendUint32([]byte{g.state}, fields)
	data = append(binary.BigEndian.AppendUint64(data, g.until), byte(g.renewals))
	return binary.BigEndian.AppendUint32(data, uint32(g.used)), true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 60, LogReads: true, Population: 6, Approvals: 2, Rule: map[string]int64{
		"standing": 1, "grant-life": 3000, "answer-deadline": 400, "correction-deadline": 300, "complain-percent": 30,
		"withdraw-percent": 30, "districts": 1, "conditional-percent": 60, "closed-percent": 5}},
	{Agencies: 5, PayloadBytes: 0, ReadPercent: 30, Population: 4, Approvals: 1, Rule: map[string]int64{
		"standing": 0, "renew-percent": 40, "grant-uses": 2, "grant-life": 500}},
	{Agencies: 4, PayloadBytes: 7, ReadPercent: 60, LogReads: true, Population: 8, Rule: map[string]int64{
		"standing": 1, "grant-uses": 1, "grant-life": 800, "register-percent": 0, "update-percent": 10}},
	{Agencies: 2, PayloadBytes: 7, ReadPercent: 60, LogReads: true, Population: 5, Approvals: 2, KeyChoice: "catalog",
		Rule: map[string]int64{"closed-percent": 0, "standing": 0, "look-percent": 0}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(5) {
			built := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			if built.count(KindAsk) < 15 || params.LogReads && built.count(KindUse) == 0 {
				t.Errorf("only %d requests, %d uses", built.count(KindAsk), built.count(KindUse))
			}
		}
	}
}

func FuzzProgram(f *testing.F) {
	programtest.Fuzz(f, Family(), stormParams[0], newModel(stormParams[0]))
}
