package program_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// The toy is the smallest family with a rule on the ledger: a desk notes a number that may not exceed the rule
// "limit". A note keeps its place in the order, so that Check can judge it by the limit of that time.
const toyNote byte = 1

func toyRules() []workloads.Rule {
	return program.Rules([]workloads.Rule{
		{Name: "limit", Unit: "points", Default: 1000, Min: 0, Max: 65_535, Doc: "greatest number; assumed", Governed: true},
		{Name: "fixed", Unit: "points", Default: 1, Min: 0, Max: 10, Doc: "governs nothing; assumed"},
	})
}

func toyFamily() workloads.Family {
	return workloads.Family{Name: "toy", Title: "Toy", Laws: []string{"no note exceeds its limit"}, Rules: toyRules(),
		New: func(params workloads.Params) (workloads.Program, error) {
			return program.Build(program.Parts{
				Name: "toy", Rules: toyRules(),
				App:       func(s *program.Settings) workloads.App { return newToy(s) },
				Generator: func(s *program.Settings, rand workloads.Rand) workloads.Generator { return newToyGenerator(s, rand) },
			}, params)
		},
	}
}

type toy struct {
	*program.State
	settings *program.Settings
}

func newToy(s *program.Settings) *toy {
	return &toy{State: program.NewState(s, s.Tag("toy", toyRules()), 1), settings: s}
}

func (a *toy) Digest() [32]byte { return a.Ledger.Digest() }

func (a *toy) Apply(op []byte) []byte {
	call, reason := a.Open(op, false)
	if reason != "" {
		return a.Refuse(reason)
	}
	if answer, is := a.Govern(&call); is {
		return answer
	}
	number := call.Body.Uint16()
	call.Body.Bytes(a.settings.PayloadBytes)
	_, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if call.Kind != toyNote || !call.Body.Done() || !desk || int64(number) > a.Rule("limit") {
		return a.Refuse("no")
	}
	a.Tx.Put(binary.BigEndian.AppendUint64([]byte{'n'}, a.Accepted()), binary.BigEndian.AppendUint16(nil, number))
	a.Add(0, 1)
	return a.Accept()
}

func (a *toy) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	return program.Refusal("no such query")
}

func (a *toy) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	if notes := a.Count(0); notes+a.Governance() != accepted {
		return fmt.Errorf("counters: %d notes and %d of governance, %d were accepted", notes, a.Governance(), accepted)
	}
	for e := range a.Ledger.Each([]byte{'n'}) {
		order, number := binary.BigEndian.Uint64(e.Key[1:]), binary.BigEndian.Uint16(e.Value)
		if limit := a.RuleAt("limit", order); int64(number) > limit {
			return fmt.Errorf("note of transaction %d: %d, the limit was %d", order, number, limit)
		}
	}
	return nil
}

type toyGenerator struct {
	settings *program.Settings
	author   *program.Author
	rand     workloads.Rand
}

func newToyGenerator(s *program.Settings, rand workloads.Rand) *toyGenerator {
	return &toyGenerator{settings: s, rand: rand, author: program.NewAuthor(s, s.Tag("toy", toyRules()), rand)}
}

func (g *toyGenerator) Begin(at time.Duration) workloads.Request {
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	number := g.rand.Below(uint64(g.settings.Rule("limit")) + 1)
	if g.author.Percent(g.settings.Rule("refused-percent")) {
		number = 65_535
	}
	op := binary.BigEndian.AppendUint16(g.author.Begin(toyNote, client, at, 2), uint16(number))
	return program.Request(at, client, agency, g.author.End(op))
}

func (g *toyGenerator) Follow(workloads.Request, []byte, time.Duration) (workloads.Request, bool) {
	return workloads.Request{}, false
}

// toyModel is the reference model: the guard knows the rules, the limit is all that is left.
type toyModel struct{ *programtest.Guard }

func newToyModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := toyModel{programtest.NewGuard(built, params)}
		m.Live = true
		return m
	}
}

func (m toyModel) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, func(kind byte, query bool) (int, bool) { return 2, kind == toyNote && !query })
	if !ok || !o.Desk || int64(binary.BigEndian.Uint16(o.Body)) > m.Rule("limit") {
		return nil, false
	}
	m.Accept(o)
	return nil, true
}

func build(t testing.TB, params workloads.Params) (workloads.Program, *toy, *programtest.Governor) {
	t.Helper()
	built := programtest.Build(t, toyFamily(), params)
	return built, built.App().(*toy), programtest.NewGovernor(toyFamily(), built, params)
}
