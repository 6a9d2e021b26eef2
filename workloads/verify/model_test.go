package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	standing int
	records  map[uint64][]([32]byte) // commitments, one after the other
	changed  map[uint64]uint64
	consents map[[2]uint64][]*consent // of entity and agency
	trails   map[uint64]int
	heads    map[uint64][32]byte
}

type consent struct {
	from, until uint64
	classes     uint32
	uses, used  uint32
	revoked     bool
	serial      uint32
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{
			Guard: programtest.NewGuard(built, params), standing: 3,
			records: map[uint64][]([32]byte){}, changed: map[uint64]uint64{},
			consents: map[[2]uint64][]*consent{}, trails: map[uint64]int{}, heads: map[uint64][32]byte{},
		}
		m.Live = true
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{4: 41, 5: 8}[kind], kind == 5 || kind == 4 && !m.Params.LogReads
	}
	return map[byte]int{1: 40, 2: 26, 3: 10, 4: 41}[kind], kind >= 1 && kind <= 3 || kind == 4 && m.Params.LogReads
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	entity := binary.BigEndian.Uint64(o.Body)
	if entity >= uint64(m.Params.Population) {
		return nil, false
	}
	var data []byte
	owner := !(!o.Desk || uint64(o.Agency) != entity%uint64(m.Params.Agencies))
	self := !o.Desk && o.Who == entity
	switch o.Kind {
	case 1:
		data, ok = m.update(o, entity)
		ok = ok && owner
		if ok {
			m.records[entity] = append(m.records[entity], [32]byte(o.Body[8:]))
			m.changed[entity] = o.At
		}
	case 2:
		data, ok = m.grant(o, entity, self)
	case 3:
		c := m.latest(entity, uint64(binary.BigEndian.Uint16(o.Body[8:])))
		ok = self && c != nil && !c.revoked
		if ok {
			c.revoked = true
		}
	case 4:
		data, ok = m.check(op, o, entity, query)
	case 5:
		head := m.heads[entity]
		data = append(binary.BigEndian.AppendUint64(nil, uint64(m.trails[entity])), head[:]...)
		ok = owner || self
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

func (m *model) update(o programtest.Op, entity uint64) ([]byte, bool) {
	return binary.BigEndian.AppendUint64(nil, uint64(len(m.records[entity])+1)), o.At >= m.changed[entity]
}

func (m *model) grant(o programtest.Op, entity uint64, self bool) ([]byte, bool) {
	grantee := uint64(binary.BigEndian.Uint16(o.Body[8:]))
	c := &consent{classes: binary.BigEndian.Uint32(o.Body[10:]), from: o.At, uses: binary.BigEndian.Uint32(o.Body[22:])}
	life := binary.BigEndian.Uint64(o.Body[14:])
	c.until = o.At + life
	uses := m.Rule("grant-uses")
	tooMany := uses > 0 && (c.uses == 0 || int64(c.uses) > uses)
	if !self || grantee >= uint64(m.Params.Agencies) || c.classes == 0 || life == 0 || life > uint64(m.Rule("grant-life")) || tooMany {
		return nil, false
	}
	pair := [2]uint64{entity, grantee}
	before := uint32(0)
	for _, old := range m.consents[pair] {
		before = max(before, old.serial)
	}
	c.serial = before + 1
	m.consents[pair] = append(m.consents[pair], c)
	return binary.BigEndian.AppendUint32(nil, c.serial), true
}

// latest is the newest consent; the one from the start is made when first asked for.
func (m *model) latest(entity, grantee uint64) *consent {
	if grantee >= uint64(m.Params.Agencies) {
		return nil
	}
	pair := [2]uint64{entity, grantee}
	if list := m.consents[pair]; len(list) > 0 {
		return list[len(list)-1]
	}
	for i := range m.standing {
		if (entity+1+uint64(i))%uint64(m.Params.Agencies) == grantee {
			m.consents[pair] = []*consent{{until: program.TimeMax, classes: 1<<32 - 1}}
			return m.consents[pair][0]
		}
	}
	return nil
}

func (m *model) check(op []byte, o programtest.Op, entity uint64, query bool) ([]byte, bool) {
	class := o.Body[8]
	serial := uint32(1<<32 - 1)
	if !o.Desk || class >= 32 {
		return nil, false
	}
	if m.Rule("consent") == 1 {
		c := m.latest(entity, uint64(o.Agency))
		if c == nil || c.revoked || o.At < c.from || o.At > c.until || c.classes&(1<<class) == 0 || c.uses > 0 && c.used == c.uses {
			return nil, false
		}
		serial = c.serial
		if !query {
			c.used++
		}
	}
	truth := commitmentOf(entity, 0)
	if list := m.records[entity]; len(list) > 0 {
		truth = list[len(list)-1]
	}
	match := byte(0)
	if truth == [32]byte(o.Body[9:]) {
		match = 1
	}
	if query {
		return []byte{match}, true
	}
	// The chain, from the documentation of link and of the entry's encoding.
	head := m.heads[entity]
	input := binary.BigEndian.AppendUint64(head[:], entity)
	input = binary.BigEndian.AppendUint64(input, o.At)
	input = binary.BigEndian.AppendUint16(input, uint16(o.Agency))
	input = append(input, op[10:14]...)
	input = append(input, op[14:22]...)
	input = binary.BigEndian.AppendUint32(input, serial)
	input = append(input, class, match)
	input = binary.BigEndian.AppendUint64(input, m.Accepted+1)
	payload := sha256.Sum256(op[len(op)-m.Params.PayloadBytes:])
	m.heads[entity] = sha256.Sum256(append(input, payload[:]...))
	m.trails[entity]++
	return []byte{match}, true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 70, LogReads: true, Population: 6},
	{Agencies: 5, PayloadBytes: 0, ReadPercent: 50, LogReads: true, Population: 4, Rule: map[string]int64{"grant-uses": 0}},
	{Agencies: 5, PayloadBytes: 7, ReadPercent: 70, Population: 6},
	{Agencies: 4, PayloadBytes: 7, ReadPercent: 70, LogReads: true, Population: 6, Rule: map[string]int64{"consent": 0}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(5) {
			built := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			if params.LogReads && built.Count(countChecks) < 100 {
				t.Errorf("only %d checks", built.Count(countChecks))
			}
		}
	}
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, ReadPercent: 80, LogReads: true, Population: 40}
	healthy := func() *app {
		built := programtest.Build(t, Family(), params)
		a := built.App().(*app)
		programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 2000, func(r workloads.Request) []byte {
			return programtest.Apply(a, r.Op, r.Read)
		})
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(); return a, a.Ledger }, []programtest.Plant{
		{Law: "consent at its time", Prefix: "l", Flip: 11},
		{Law: "consent's agency", Prefix: "l", Flip: 17},
		{Law: "hash chain", Prefix: "l", Flip: 48},
		{Law: "match counter", Prefix: "l", Flip: 35},
		{Law: "trail length", Prefix: "h", Flip: 7},
		{Law: "trail head", Prefix: "h", Flip: 20},
		{Law: "order of the journal", Prefix: "l", Flip: 8 + 35},
		{Law: "entity of an entry", Prefix: "l", Flip: 7},
		{Law: "page deleted", Prefix: "l", Delete: true},
		{Law: "trail deleted", Prefix: "h", Delete: true},
		{Law: "former consent deleted", Prefix: "g", Delete: true},
		{Law: "uses", Prefix: "g", Flip: 23},
		{Law: "latest consent", Prefix: "c", Flip: 3},
		{Law: "latest consent's uses", Prefix: "c", Flip: 4 + 23},
		{Law: "consent too long", Prefix: "g", Flip: 6},
		{Law: "consent for too many checks", Prefix: "g", Flip: 17},
		{Law: "consent of no transaction", Prefix: "g", Flip: 24},
		{Law: "latest consent deleted", Prefix: "c", Delete: true},
		{Law: "record deleted", Prefix: "r", Delete: true},
		{Law: "record count", Prefix: "r", Flip: 39},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "window deleted", Prefix: "W", Delete: true},
		{Law: "totals", Prefix: "T", Flip: 15},
		{Law: "update counter", Prefix: "T", Flip: 23},
		{Law: "check counter", Prefix: "T", Flip: 16 + 8*countChecks + 7},
		{Law: "genesis", Prefix: "G", Flip: 0},
	})
}

func FuzzApply(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 70, LogReads: true, Population: 6}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
