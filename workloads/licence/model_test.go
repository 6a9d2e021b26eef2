package licence

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	types    uint64
	register map[byte][]*paper // by type, in the order of serial numbers
	codes    map[uint32]*token
	atStart  map[byte]int
}

type paper struct {
	issuer             int
	holder, until      uint64
	suspended, revoked bool
}

type token struct {
	of          *paper
	from, until uint64
	used        bool
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), types: 7,
			register: map[byte][]*paper{}, codes: map[uint32]*token{}, atStart: map[byte]int{}}
		m.Live = true
		term := uint64(3 * 365 * 86_400_000) // of the licences from the start
		for name, into := range map[string]*uint64{"types": &m.types, "term": &term} {
			if value, given := params.Rule[name]; given {
				*into = uint64(value)
			}
		}
		for entity := range params.Population {
			kind := byte(uint64(entity) % m.types)
			m.register[kind] = append(m.register[kind],
				&paper{issuer: entity % params.Agencies, holder: uint64(entity), until: term})
			m.atStart[kind]++
		}
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return 9, kind == 6 && !m.Params.LogReads
	}
	sizes := map[byte]int{1: 9, 2: 9, 3: 9, 4: 9, 5: 9, 6: 9, 7: 13, 8: 4}
	return sizes[kind], sizes[kind] > 0 && (kind != 6 || m.Params.LogReads)
}

func (m *model) find(body []byte) *paper {
	serial := binary.BigEndian.Uint64(body[1:])
	list := m.register[body[0]]
	if serial == 0 || serial > uint64(len(list)) {
		return nil
	}
	return list[serial-1]
}

func (p *paper) status(at uint64) byte {
	switch {
	case p.revoked:
		return 3
	case p.suspended:
		return 2
	case at > p.until:
		return 4
	}
	return 1
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	var data []byte
	switch o.Kind {
	case 1:
		data, ok = m.issue(o)
	case 2, 3, 4, 5:
		data, ok = m.change(o)
	case 6:
		p := m.find(o.Body)
		if p == nil || !query && !o.Desk {
			return nil, false
		}
		data = []byte{p.status(o.At)}
	case 7:
		data, ok = m.makeCode(o)
	case 8:
		c := m.codes[binary.BigEndian.Uint32(o.Body)]
		ok = o.Desk && c != nil && !c.used && o.At >= c.from && o.At <= c.until && c.of.status(o.At) == 1
		if ok {
			c.used = true
		}
		data = []byte{1}
	}
	if ok && !query {
		m.Accept(o)
	}
	return data, ok
}

func (m *model) issue(o programtest.Op) ([]byte, bool) {
	kind, holder := o.Body[0], binary.BigEndian.Uint64(o.Body[1:])
	given, quota := uint64(len(m.register[kind])-m.atStart[kind]), uint64(m.Rule("quota"))
	if uint64(kind) >= m.types || holder >= 1<<31 || !o.Desk || quota > 0 && given >= quota {
		return nil, false
	}
	m.register[kind] = append(m.register[kind], &paper{issuer: o.Agency, holder: holder, until: o.At + uint64(m.Rule("term"))})
	return binary.BigEndian.AppendUint64(nil, uint64(len(m.register[kind]))), true
}

func (m *model) change(o programtest.Op) ([]byte, bool) {
	p := m.find(o.Body)
	if p == nil || !o.Desk || o.Agency != p.issuer || p.revoked {
		return nil, false
	}
	switch o.Kind {
	case 2:
		until := o.At + uint64(m.Rule("term"))
		if p.suspended || until <= p.until {
			return nil, false
		}
		p.until = until
	case 3, 4:
		if p.suspended == (o.Kind == 3) {
			return nil, false
		}
		p.suspended = o.Kind == 3
	case 5:
		p.revoked = true
	}
	status := byte(1)
	if p.suspended {
		status = 2
	}
	if p.revoked {
		status = 3
	}
	return []byte{status}, true
}

func (m *model) makeCode(o programtest.Op) ([]byte, bool) {
	p, number := m.find(o.Body), binary.BigEndian.Uint32(o.Body[9:])
	if p == nil || number > 99_999_999 || o.Desk || o.Who != p.holder || p.status(o.At) != 1 {
		return nil, false
	}
	if old := m.codes[number]; old != nil && !old.used && o.At <= old.until {
		return nil, false
	}
	until := o.At + uint64(m.Rule("code-life"))
	m.codes[number] = &token{of: p, from: o.At, until: until}
	return binary.BigEndian.AppendUint64(nil, until), true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 30, LogReads: true, Population: 40},
	{Agencies: 4, PayloadBytes: 0, ReadPercent: 20, Population: 30,
		Rule: map[string]int64{"types": 2, "term": 1500, "code-life": 1000, "code-percent": 60}},
	{Agencies: 2, PayloadBytes: 3, ReadPercent: 50, LogReads: true, Population: 100, KeyChoice: "quota",
		Rule: map[string]int64{"types": 3, "quota": 200, "issue-percent": 60}},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(5) {
			a := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			for counter := range counters {
				logs := counter == countChecks || counter == countChecksValid
				if a.Count(counter) == 0 && (params.LogReads || !logs) && counter != int(StatusSuspended) {
					t.Errorf("seed %d: counter %d stayed at zero", seed, counter)
				}
			}
		}
	}
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, ReadPercent: 30, LogReads: true, Population: 100,
		Rule: map[string]int64{"quota": 300}}
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
		{Law: "status", Prefix: "l", Flip: 0},
		{Law: "checks", Prefix: "l", Flip: 58},
		{Law: "term", Prefix: "l", Flip: 50},
		{Law: "issue", Prefix: "l", Flip: 26},
		{Law: "licence deleted", Prefix: "l", Delete: true},
		{Law: "serial number", Prefix: "s", Flip: 7},
		{Law: "serial counter deleted", Prefix: "s", Delete: true},
		{Law: "quota", Key: []byte("s\x00"), Value: []byte{0, 0, 0, 0, 0, 0, 9, 9}},
		{Law: "revocation deleted", Prefix: "v", Delete: true},
		{Law: "valid after revocation", Key: revokedValid(t, healthy()).Key, Value: revokedValid(t, healthy()).Value},
		{Law: "code used without a trace", Prefix: "k", Flip: 41},
		{Law: "code life", Prefix: "k", Flip: 24},
		{Law: "code count", Prefix: "k", Flip: 36},
		{Law: "use deleted", Prefix: "u", Delete: true},
		{Law: "code used twice", Key: firstKey(healthy(), keyUse), Value: make([]byte, useSize)},
		{Law: "issue counter", Prefix: "T", Flip: 16 + 7},
		{Law: "valid counter", Prefix: "T", Flip: 16 + 8*countValid + 7},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 7},
	})
}

func firstKey(a *app, prefix byte) []byte {
	for e := range a.Ledger.Prefix([]byte{prefix}) {
		return e.Key
	}
	return nil
}

// revokedValid is a revoked licence whose record claims that the last transaction found it valid.
func revokedValid(t *testing.T, a *app) programtest.Plant {
	key := firstKey(a, keyRevocation)
	if key == nil {
		t.Fatal("nothing was revoked")
	}
	key[0] = keyLicence
	value, _, _ := a.Ledger.Get(key)
	l, _ := readLicence(value)
	accepted, _ := a.Audit()
	l.lastValid = accepted
	return programtest.Plant{Key: key, Value: l.append(nil)}
}

func FuzzApply(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 30, LogReads: true, Population: 20}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
