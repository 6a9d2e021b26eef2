package approval

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: maps and lists, no ledger.
type model struct {
	*programtest.Guard
	width int
	cases map[uint64]*caseFile
}

type caseFile struct {
	matter, from, until uint64
	applicant           uint32
	docs                [32]byte
	state               string
	returned            int
	stages              [][]int // agencies that still have to sign, stage by stage
	signed              int
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), width: 2, cases: map[uint64]*caseFile{}}
		m.Live = true
		if value, given := params.Rule["stage-width"]; given {
			m.width = int(value)
		}
		return m
	}
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return 8, kind == 8
	}
	sizes := map[byte]int{1: 48, 2: 40, 3: 10, 4: 40, 5: 8, 6: 9, 7: 8}
	return sizes[kind], sizes[kind] > 0
}

// stages lists who has to sign a case about the matter.
func (m *model) stages(matter uint64) (stages [][]int) {
	for i := range m.Params.Approvals {
		if i%m.width == 0 {
			stages = append(stages, nil)
		}
		agency := (int(matter) + 1 + i) % m.Params.Agencies
		stages[len(stages)-1] = append(stages[len(stages)-1], agency)
	}
	return stages
}

var stateCode = map[string]byte{"open": 1, "returned": 2, "granted": 3, "rejected": 4, "withdrawn": 5, "expired": 6}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	number := binary.BigEndian.Uint64(o.Body)
	if query {
		return m.status(o, number)
	}
	var c *caseFile
	if o.Kind == 1 {
		c, ok = m.submit(o, number)
	} else {
		c, ok = m.cases[number], false
		if c != nil && o.At >= c.from && (c.state == "open" || c.state == "returned") {
			ok = m.step(o, c)
		}
	}
	if !ok {
		return nil, false
	}
	m.Accept(o)
	return []byte{stateCode[c.state]}, true
}

func (m *model) openCase(matter uint64) (uint64, *caseFile) {
	for id, c := range m.cases {
		if c.matter == matter && (c.state == "open" || c.state == "returned") {
			return id, c
		}
	}
	return 0, nil
}

func (m *model) status(o programtest.Op, matter uint64) ([]byte, bool) {
	if matter >= uint64(m.Params.Population) || !o.Desk && o.Who != matter {
		return nil, false
	}
	id, c := m.openCase(matter)
	if c == nil {
		return []byte{0}, true
	}
	data := binary.BigEndian.AppendUint64([]byte{1}, id)
	return append(data, stateCode[c.state], byte(c.signed)), true
}

func (m *model) submit(o programtest.Op, id uint64) (*caseFile, bool) {
	matter := binary.BigEndian.Uint64(o.Body[8:])
	_, open := m.openCase(matter)
	if m.cases[id] != nil || open != nil || o.Desk || o.Who != matter || matter >= uint64(m.Params.Population) {
		return nil, false
	}
	c := &caseFile{matter: matter, from: o.At, until: o.At + uint64(m.Rule("deadline")), applicant: o.Client,
		docs: [32]byte(o.Body[16:]), state: "open", stages: m.stages(matter)}
	m.cases[id] = c
	return c, true
}

func (m *model) step(o programtest.Op, c *caseFile) bool {
	applicant := o.Client == c.applicant
	lead := o.Desk && uint64(o.Agency) == c.matter%uint64(m.Params.Agencies)
	needed := m.Params.Approvals
	if rule := int(m.Rule("signatures-needed")); rule > 0 && rule < needed {
		needed = rule
	}
	turn := -1
	if c.signed < needed && o.Desk && c.state == "open" && len(c.stages) > 0 {
		turn = slices.Index(c.stages[0], o.Agency)
	}
	if (o.At > c.until) != (o.Kind == 7) {
		return false
	}
	switch o.Kind {
	case 2:
		if turn < 0 || [32]byte(o.Body[8:]) != c.docs {
			return false
		}
		c.signed++
		c.stages[0] = slices.Delete(c.stages[0], turn, turn+1)
		if len(c.stages[0]) == 0 {
			c.stages = c.stages[1:]
		}
	case 3:
		if turn < 0 {
			return false
		}
		c.returned++
		c.state = "returned"
		if c.returned > int(m.Rule("resubmissions-max")) {
			c.state = "rejected"
		}
	case 4:
		if !applicant || c.state != "returned" || [32]byte(o.Body[8:]) == c.docs {
			return false
		}
		c.docs, c.state, c.signed, c.stages = [32]byte(o.Body[8:]), "open", 0, m.stages(c.matter)
	case 5:
		c.state = map[bool]string{true: "withdrawn", false: c.state}[applicant]
		return applicant
	case 6:
		verdict := o.Body[8]
		if !lead || c.state != "open" || verdict > 1 || verdict == 1 && c.signed < needed {
			return false
		}
		c.state = []string{"rejected", "granted"}[verdict]
	case 7:
		c.state = map[bool]string{true: "expired", false: c.state}[lead]
		return lead
	}
	return true
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 20, Approvals: 3, Population: 12},
	{Agencies: 6, PayloadBytes: 0, ReadPercent: 10, Approvals: 5, Population: 30,
		Rule: map[string]int64{"return-percent": 30, "resubmissions-max": 1, "stage-width": 3}},
	{Agencies: 4, PayloadBytes: 5, ReadPercent: 10, Approvals: 2, Population: 20, ThinkMean: time.Second,
		Rule: map[string]int64{"deadline": 1000, "stage-width": 1}},
	{Agencies: 2, PayloadBytes: 5, ReadPercent: 10, Approvals: 0, Population: 20},
}

func TestAgreesWithModel(t *testing.T) {
	reached := make([]uint64, 7)
	for _, params := range stormParams {
		for seed := range uint64(5) {
			a := programtest.Agree(t, Family(), params, seed, 4000, newModel(params)).(*app)
			for state := range reached {
				reached[state] += a.Count(state)
			}
		}
	}
	for state := StateOpen; state <= StateExpired; state++ {
		if reached[state] == 0 {
			t.Errorf("no storm brought a case to state %d", state)
		}
	}
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, ReadPercent: 10, Approvals: 4, Population: 400}
	healthy := func() *app {
		built := programtest.Build(t, Family(), params)
		a := built.App().(*app)
		programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 3000, func(r workloads.Request) []byte {
			return programtest.Apply(a, r.Op, r.Read)
		})
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	granted := func(change func(f *file)) ([]byte, []byte) {
		a := healthy()
		var f file
		for e := range a.Ledger.Prefix([]byte{keyCase}) {
			if f.read(e.Value) && f.state == StateGranted {
				change(&f)
				return e.Key, f.append(nil)
			}
		}
		t.Fatal("no case was granted")
		return nil, nil
	}
	plants := []programtest.Plant{
		{Law: "state", Prefix: "c", Flip: 102},
		{Law: "matter", Prefix: "c", Flip: 7},
		{Law: "case deleted", Prefix: "c", Delete: true},
		{Law: "matter freed", Prefix: "m", Delete: true},
		{Law: "matter of another case", Prefix: "m", Flip: 8 - 1},
		{Law: "ending deleted", Prefix: "d", Delete: true},
		{Law: "ending of an open case", Key: []byte("d\x00\x00\x00\x00\x00\x00\xff\xff"), Value: make([]byte, endingSize)},
		{Law: "state counter", Prefix: "T", Flip: 16 + 8*int(StateGranted) + 7},
		{Law: "signature counter", Prefix: "T", Flip: 16 + 8*countSigned + 7},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 7},
	}
	for law, change := range map[string]func(f *file){
		"a signature too few":        func(f *file) { f.signatures = f.signatures[:3] },
		"a signature twice":          func(f *file) { f.signatures[1] = f.signatures[0] },
		"stages in the wrong order":  func(f *file) { f.signatures[0], f.signatures[2] = f.signatures[2], f.signatures[0] },
		"a stranger's signature":     func(f *file) { f.signatures[0].agency = f.lead },
		"signed before it was there": func(f *file) { f.signatures[0].at = 0; f.submittedAt++ },
		"another deadline":           func(f *file) { f.deadline++ },
		"returned before":            func(f *file) { f.returned = f.order },
		"resubmitted too often":      func(f *file) { f.returned, f.resubmissions = f.order+1, 4 },
		"submitted after its end":    func(f *file) { f.order = 1 << 40 },
		"granted after the deadline": func(f *file) { f.deadline = f.submittedAt },
	} {
		key, value := granted(change)
		plants = append(plants, programtest.Plant{Law: law, Key: key, Value: value})
	}
	a := healthy()
	for e := range a.Ledger.Prefix([]byte{keyEnding}) {
		plants = append(plants, programtest.Plant{Law: "decided twice", Key: e.Key, Value: e.Value})
		break
	}
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(); return a, a.Ledger }, plants)
}

func FuzzApply(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 10, Approvals: 2, Population: 6}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
