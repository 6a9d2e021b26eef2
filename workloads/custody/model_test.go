package custody

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	batches map[uint64]*batch
	made    uint64
}

type batch struct {
	number                                  uint64
	declarer, holder, next                  uint32
	units, until, breaches                  uint64
	released, quarantined, moving, recalled bool
	closed                                  bool
	by                                      int // who quarantined
	cleared                                 map[int]bool
	parents, children                       []*batch
	manifest, head                          [32]byte
	events                                  uint64
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), batches: map[uint64]*batch{}}
		m.Live = true
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{16: 8, 17: 9}[kind], kind == 17 || kind == 16 && !m.Params.LogReads
	}
	sizes := map[byte]int{1: 40, 2: 9, 3: 8, 4: 12, 5: 16, 6: 8, 7: 17, 8: 10, 9: 8, 10: 16, 11: 16, 12: 17, 13: 10, 14: 8, 15: 40}
	if m.Params.LogReads {
		sizes[16] = 8
	}
	return sizes[kind], sizes[kind] > 0
}

func (m *model) batch(number uint64) *batch {
	if b := m.batches[number]; b != nil || number >= uint64(m.Params.Population) {
		return b
	}
	m.batches[number] = &batch{
		number: number, released: true, units: uint64(m.Rule("quantity")), cleared: map[int]bool{},
		declarer: 1<<31 + uint32(number%uint64(m.Rule("firms"))), holder: uint32(number % uint64(m.Params.Agencies)),
		manifest: program.Fill(number, 0),
	}
	return m.batches[number]
}

func (m *model) add(b *batch) *batch {
	b.number = uint64(m.Params.Population) + m.made
	b.cleared = map[int]bool{}
	m.made++
	m.batches[b.number] = b
	return b
}

// upstream lists the ancestors, parents first, as often as they are met.
func (b *batch) upstream() (list []*batch) {
	list = append(list, b.parents...)
	for i := 0; i < len(list); i++ {
		list = append(list, list[i].parents...)
	}
	return list
}

func (b *batch) tainted() bool {
	return b.recalled || slices.ContainsFunc(b.upstream(), func(a *batch) bool { return a.recalled })
}

func (b *batch) flags() (f byte) {
	for i, on := range []bool{b.released, b.quarantined, b.moving, b.recalled, b.closed} {
		if on {
			f |= 1 << i
		}
	}
	return f
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	if o.Kind == 1 {
		return m.declare(o, op)
	}
	b := m.batch(binary.BigEndian.Uint64(o.Body))
	if b == nil {
		return nil, false
	}
	if o.Kind >= 16 {
		data, ok := m.look(o, b)
		if ok && !query {
			m.Accept(o)
		}
		return data, ok
	}
	line := &entry{number: b.number, data: sha256.Sum256(op[len(op)-m.Params.PayloadBytes:])}
	result, touched, ok := m.step(o, b, line)
	if !ok {
		return nil, false
	}
	m.chain(o, op, line, touched...)
	m.Accept(o)
	return append(binary.BigEndian.AppendUint64(nil, result.number), result.flags()), true
}

// entry is what a line of the journal has beyond the envelope.
type entry struct {
	number, other, quantity, value uint64
	data                           [32]byte
}

// chain extends the chains, from the documentation of link and of the lines.
func (m *model) chain(o programtest.Op, op []byte, e *entry, touched ...*batch) {
	line := binary.BigEndian.AppendUint64(nil, m.Accepted+1)
	line = append(line, op[22:30]...)
	line = append(line, o.Kind)
	line = append(line, op[10:14]...)
	for _, number := range []uint64{e.number, e.other, e.quantity, e.value} {
		line = binary.BigEndian.AppendUint64(line, number)
	}
	line = append(line, e.data[:]...)
	for _, b := range touched {
		b.head = sha256.Sum256(append(b.head[:], line...))
		b.events++
	}
}

func (m *model) declare(o programtest.Op, op []byte) ([]byte, bool) {
	units := binary.BigEndian.Uint64(o.Body)
	if o.Desk || o.Who >= 32*uint64(m.Rule("firms")) || units == 0 || units > 1e12 {
		return nil, false
	}
	b := m.add(&batch{declarer: m.name(o), holder: m.name(o), units: units, manifest: [32]byte(o.Body[8:])})
	b.released = int64(m.Params.Approvals) <= m.Rule("clearances-waived")
	m.chain(o, op, &entry{number: b.number, quantity: units, data: b.manifest}, b)
	m.Accept(o)
	return append(binary.BigEndian.AppendUint64(nil, b.number), b.flags()), true
}

func (m *model) name(o programtest.Op) uint32 {
	if o.Desk {
		return uint32(o.Agency)
	}
	if firms := uint64(m.Rule("firms")); o.Who < 32*firms {
		return 1<<31 + uint32(o.Who%firms)
	}
	return o.Client
}

// clearer is the client's place among the agencies that clear, or -1.
func (m *model) clearer(o programtest.Op) int {
	for i := range m.Params.Approvals {
		if o.Desk && o.Agency == (1+i)%m.Params.Agencies {
			return i
		}
	}
	return -1
}

// step plays a transaction; touched are the consignments whose chains it extends.
func (m *model) step(o programtest.Op, b *batch, e *entry) (result *batch, touched []*batch, ok bool) {
	rest := o.Body[8:]
	lead, holder := o.Desk && o.Agency == 0, m.name(o) == b.holder
	if b.closed && o.Kind != 13 && o.Kind != 14 {
		return nil, nil, false
	}
	switch o.Kind {
	case 2, 3, 8, 9:
		ok = m.authority(o, b, e, rest, lead)
	case 4:
		to := binary.BigEndian.Uint32(rest)
		exists := to < uint32(m.Params.Agencies) || to >= 1<<31 && int64(to-1<<31) < m.Rule("firms")
		ok = holder && !b.quarantined && !b.moving && exists && to != b.holder && (to == 0 || !b.tainted())
		if ok {
			b.moving, b.next, b.until, e.other = true, to, o.At+uint64(m.Rule("transit-max")), uint64(to)
		}
	case 5:
		units := binary.BigEndian.Uint64(rest)
		ok = b.moving && m.name(o) == b.next && !b.quarantined && o.At <= b.until && units > 0 && units <= b.units &&
			(b.units-units)*10000 <= b.units*uint64(m.Rule("loss-bp"))
		if ok {
			b.moving, b.holder, b.units, e.quantity = false, b.next, units, units
		}
	case 6:
		ok = b.moving && (holder || m.name(o) == b.next)
		b.moving = b.moving && !ok
	case 7:
		ok = holder && rest[0] > 0
		if ok {
			m.event(b, e, rest)
		}
	case 10, 11:
		if !holder || b.quarantined || b.moving || b.tainted() {
			return nil, nil, false
		}
		if o.Kind == 10 {
			return m.split(b, e, binary.BigEndian.Uint64(rest))
		}
		return m.merge(b, e, m.batch(binary.BigEndian.Uint64(rest)))
	case 12:
		ok = holder && !b.moving && m.use(o, b, e, binary.BigEndian.Uint64(rest), rest[8])
	case 13, 14:
		ok = lead && b.recalled == (o.Kind == 14)
		if ok {
			b.recalled = !b.recalled
		}
		if o.Kind == 13 {
			e.value = uint64(binary.BigEndian.Uint16(rest))
		}
	case 15:
		ok = m.name(o) == b.declarer && !b.released && len(b.cleared) == 0 && len(b.parents) == 0 && b.manifest != [32]byte(rest)
		if ok {
			b.manifest = [32]byte(rest)
			e.data = b.manifest
		}
	}
	return b, []*batch{b}, ok
}

func (m *model) authority(o programtest.Op, b *batch, e *entry, rest []byte, lead bool) bool {
	place := m.clearer(o)
	switch o.Kind {
	case 2:
		if place < 0 || rest[0] > 1 || b.released || b.quarantined || b.cleared[place] {
			return false
		}
		e.value = uint64(rest[0])
		if rest[0] == 1 {
			b.cleared[place] = true
		} else {
			b.quarantined, b.by = true, o.Agency
		}
		return true
	case 3:
		if !lead || b.released || b.quarantined || int64(len(b.cleared)) < int64(m.Params.Approvals)-m.Rule("clearances-waived") {
			return false
		}
		b.released = true
		return true
	case 8:
		if place < 0 && !lead || b.quarantined {
			return false
		}
		b.quarantined, b.by, e.value = true, o.Agency, uint64(binary.BigEndian.Uint16(rest))
		return true
	}
	if !b.quarantined || !o.Desk || o.Agency != b.by {
		return false
	}
	b.quarantined, b.breaches = false, 0
	return true
}

func (m *model) event(b *batch, e *entry, rest []byte) {
	e.other, e.value = uint64(rest[0]), binary.BigEndian.Uint64(rest[1:])
	if rest[0] == 1 && int64(e.value) > m.Rule("temperature-max") && !b.quarantined {
		b.breaches++
		if b.breaches > uint64(m.Rule("breaches-max")) {
			b.quarantined, b.by = true, 0
		}
	}
}

func (m *model) use(o programtest.Op, b *batch, e *entry, units uint64, how byte) bool {
	allowed := map[byte]bool{
		1: b.released && !b.quarantined && !b.tainted(), 2: true, 3: true,
		4: !b.released && !b.quarantined && m.name(o) == b.declarer,
	}
	if !allowed[how] || units == 0 || units > b.units {
		return false
	}
	e.quantity, e.value = units, uint64(how)
	b.units -= units
	if b.units == 0 {
		b.closed, b.quarantined = true, false
	}
	return true
}

func (m *model) split(b *batch, e *entry, units uint64) (*batch, []*batch, bool) {
	least := uint64(m.Rule("split-min"))
	if units < least || units >= b.units || b.units-units < least || int64(len(b.upstream())+1) > m.Rule("lineage-max") {
		return nil, nil, false
	}
	part := m.add(&batch{declarer: b.declarer, holder: b.holder, units: units, breaches: b.breaches, released: b.released,
		parents: []*batch{b}, manifest: b.manifest})
	for place := range b.cleared {
		part.cleared[place] = true
	}
	b.units -= units
	b.children = append(b.children, part)
	e.other, e.quantity = part.number, units
	return part, []*batch{b, part}, true
}

func (m *model) merge(b *batch, e *entry, mate *batch) (*batch, []*batch, bool) {
	if mate == nil || mate == b || mate.closed || mate.quarantined || mate.moving || mate.tainted() || mate.holder != b.holder ||
		!mate.released || !b.released || int64(len(b.upstream())+len(mate.upstream())+2) > m.Rule("lineage-max") {
		return nil, nil, false
	}
	whole := m.add(&batch{declarer: b.declarer, holder: b.holder, units: b.units + mate.units, released: true,
		breaches: max(b.breaches, mate.breaches), parents: []*batch{b, mate}, manifest: b.manifest})
	for place := range b.cleared {
		if mate.cleared[place] {
			whole.cleared[place] = true
		}
	}
	for _, old := range whole.parents {
		old.units, old.closed = 0, true
		old.children = append(old.children, whole)
	}
	e.other, e.value = mate.number, whole.number
	return whole, []*batch{b, mate, whole}, true
}

// look is a scan or a trace.
func (m *model) look(o programtest.Op, b *batch) (data []byte, ok bool) {
	if o.Kind == 16 {
		tainted := byte(0)
		if b.tainted() {
			tainted = 1
		}
		data = binary.BigEndian.AppendUint64([]byte{b.flags(), tainted}, b.units)
		data = binary.BigEndian.AppendUint64(data, b.events)
		return append(data, b.head[:]...), true
	}
	list := b.upstream()
	if o.Body[8] == 1 {
		list = slices.Clone(b.children)
		slices.Reverse(list)
		list = list[:min(len(list), 32)]
	}
	for _, other := range list {
		data = append(binary.BigEndian.AppendUint64(data, other.number), other.flags())
	}
	return data, o.Body[8] <= 1 && (o.Desk || m.name(o) == b.holder || m.name(o) == b.declarer)
}
