package experiment

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads"
)

// mixed is an experiment of one mixed workload on two designs.
const mixed = `name: mixed
designs: [raft, pbft]
scenarios: ["mix:court-*", {id: three, name: Three, mix: [{scenario: enterprise-establishment, share: 70%}, {scenario: [population-base-check, real-estate-registration], share: 30%}]}]
load: [150]
duration: 4s
warmup: 1s
`

func recordsOf(t *testing.T, p *Plan) []result.Record {
	t.Helper()
	records, err := result.Read("runs", bytes.NewReader(runAll(t, p, 2)))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestMixedRuns: a mixed workload gives the same bytes for one job and two; every service is there, and their
// figures add up to those of the run.
func TestMixedRuns(t *testing.T) {
	one := runAll(t, plan(t, mixed), 1)
	if two := runAll(t, plan(t, mixed), 2); !bytes.Equal(one, two) {
		t.Error("two jobs give other records than one")
	}
	records, err := result.Read("runs", bytes.NewReader(one))
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, r := range records {
		if len(r.StateRoot) != 64 || len(r.Members) < 3 {
			t.Errorf("%s: state root %q, %d services", r.Scenario, r.StateRoot, len(r.Members))
		}
		share := 0.0
		sums := map[string]float64{}
		for _, m := range r.Members {
			share += m.Share
			for _, v := range m.Values {
				sums[v.Name] += v.Value
			}
		}
		for _, name := range []string{"offered", "throughput", "refused", "read-offered", "read-throughput"} {
			if math.Abs(sums[name]-r.Number(name)) > 1e-9 {
				t.Errorf("%s: the services' %s add up to %v, the run has %v", r.Scenario, name, sums[name], r.Number(name))
			}
		}
		if math.Abs(share-1) > 1e-12 {
			t.Errorf("%s: the shares add up to %v", r.Scenario, share)
		}
		if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "none is official") }) {
			t.Errorf("%s: the record does not say how real its services are: %q", r.Scenario, r.Warnings)
		}
	}
}

// TestMixOfOneRun: a mix of one service measures what the service measures alone.
func TestMixOfOneRun(t *testing.T) {
	text := strings.Replace(base, "[court-evidence-deposit]", `[court-evidence-deposit, "mix:court-evidence-deposit"]`, 1)
	records := recordsOf(t, plan(t, text))
	for i, alone := range records[:len(records)/2] {
		twin := records[i+len(records)/2]
		if !slices.Equal(alone.Values, twin.Values) || !slices.Equal(alone.Stages, twin.Stages) || !slices.Equal(alone.LatencyCDF, twin.LatencyCDF) {
			t.Errorf("%s: alone %v, in a mix %v", alone.Design, alone.Values, twin.Values)
		}
		for _, v := range twin.Members[0].Values {
			want, _ := alone.Value(v.Name)
			if v.Unit != want.Unit || math.Abs(v.Value-want.Value) > want.Value/1000 { // quantiles to 0.1 %
				t.Errorf("%s: %s of the only service is %v, of the run %v", alone.Design, v.Name, v.Value, want.Value)
			}
		}
		if alone.StateRoot == twin.StateRoot {
			t.Errorf("%s: the root of the mix is that of its member", alone.Design)
		}
	}
}

// lawless is a program whose law is broken.
type lawless struct{ workloads.App }

func (lawless) Check() error { return errors.New("two invoices have the number 7") }

// TestBrokenMemberIsNamed: a law that one service breaks is told with its name, and no figure of the run stands.
func TestBrokenMemberIsNamed(t *testing.T) {
	c := plan(t, strings.Replace(base, "[court-evidence-deposit]", `["mix:court-*"]`, 1)).Cells[0]
	members := c.Workload.Members()
	bad := *members[1]
	inner := bad.Program.App
	bad.Program.App = func() workloads.App { return lawless{inner()} }
	members[1] = &bad
	r, err := c.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := bad.Scenario.ID
	failed := r.Failed()
	if len(failed) != 1 || failed[0].Detail != id+": two invoices have the number 7" {
		t.Errorf("%+v", failed)
	}
	for i, m := range r.Members {
		if (i == 1) != (m.Broken != "") || len(m.Values) != 0 {
			t.Errorf("%s: broken %q, %d figures", m.Scenario, m.Broken, len(m.Values))
		}
	}
}

// TestScenarioSettingsInAMix: a setting changes every service that it makes sense for, and the run says for how
// many that was.
func TestScenarioSettingsInAMix(t *testing.T) {
	text := strings.Replace(base, "[court-evidence-deposit]", `[{id: two, name: Two, mix: [{scenario: population-base-check}, {scenario: enterprise-establishment}]}]`, 1)
	c := plan(t, text+"set: {scenario.log_reads: \"true\", scenario.payload: 7B}\n").Cells[0]
	for _, w := range c.Workload.Members() {
		if w.Scenario.Params.Payload != 7 {
			t.Errorf("%s has a payload of %v", w.Scenario.ID, w.Scenario.Params.Payload)
		}
	}
	if !c.Workload.Members()[0].Scenario.Params.LogReads || len(c.Notes) != 1 || !strings.Contains(c.Notes[0], "holds for 1 of 2 services") {
		t.Errorf("%q", c.Notes)
	}
	f := parse(t, t.TempDir(), text+"set: {scenario.rules.no-such: \"1\"}\n")
	if _, err := f.Plan(); err == nil || !strings.Contains(err.Error(), "no-such") {
		t.Errorf("%v", err)
	}
}

// TestDocumentedMix: a run at documented load says for how many services nothing was published.
func TestDocumentedMix(t *testing.T) {
	m, err := scenarios.FindMixed(scenarios.SelectAll)
	if err != nil {
		t.Fatal(err)
	}
	var with, without string
	for _, s := range m.Scenarios() {
		if _, ok := s.Load[scenarios.PresetDocumented]; ok {
			with = s.ID
		} else {
			without = s.ID
		}
	}
	text := strings.Replace(base, "[court-evidence-deposit]", "[{id: pair, name: Pair, mix: [{scenario: "+with+"}, {scenario: "+without+"}]}]", 1)
	c := plan(t, strings.Replace(text, "load: [40]", "load: [documented]\nset: {scenario.shape: poisson}", 1)+"trials: 1\n").Cells
	if len(c) == 0 || len(c[0].Notes) != 1 || !strings.Contains(c[0].Notes[0], "no volume was published for 1 of 2 services") {
		t.Errorf("%d cells", len(c))
	}
}

// TestBadMixes: every error names the file, the line, the key and the remedy.
func TestBadMixes(t *testing.T) {
	const head = "id: bad-mix\nname: Bad\n"
	for text, want := range map[string]string{
		"mix:\n  - {scenario: court-evidence-deposit, share: 60%}\n  - {scenario: population-base-check, share: 30%}\n":   "m.yaml:5:46: mix[1].share: the shares of the mix add up to 90%, not 100%: add 10% to them, for example 40% here",
		"mix:\n  - {scenario: court-evidence-deposit, share: 60%}\n  - {scenario: population-base-check, share: 60.5%}\n": "m.yaml:5:46: mix[1].share: the shares of the mix add up to 120.5%, not 100%: take 20.5% from them, for example leave 40% here",
		"mix:\n  - {scenario: court-evidence-deposit, share: 60}\n":                                                       `m.yaml:4:47: mix[0].share: found "60" without a unit: allowed is a share such as 30% or 12.5%, with up to seven decimals; write 60%`,
		"mix:\n  - {scenario: court-evidence-deposits, share: 100%}\n":                                                    "did you mean court-evidence-deposit?",
		"mix:\n  - {scenario: court-evidence-deposit, share: 50%}\n  - {scenario: court-*, share: 50%}\n":                 "m.yaml:5:16: mix[1].scenario: court-evidence-deposit is already in the mix, by line 4: name each service once",
		"mix:\n  - {scenario: court-evidence-deposit, share: 100%}\n  - {scenario: population-base-check}\n":              "m.yaml:5:6: mix[1]: found no share, but others have one: give every entry a share, or none",
		"mix: []\n": "m.yaml:3:6: mix: found an empty list: allowed is one service or more",
		"mix:\n  - {scenario: [], share: 100%}\n":                  "found an empty list: allowed is one service or more",
		"mix:\n  - {scenario: category:all}\n":                     "found a mix inside a mix, category:all: name its services here",
		"mix:\n  - {scenario: m.yaml}\n":                           "found a mix inside a mix: name its services in the outer one",
		"mix:\n  - {scenario: court-evidence-deposit, part: 3%}\n": "m.yaml:4:40: mix[0].part: unknown key: allowed are scenario, share",
		"mix:\n  - {share: 3%}\n":                                  "m.yaml:4:6: mix[0]: the key scenario is missing",
		"mix:\n  - {scenario: category:data-shearing}\n":           "did you mean category:data-sharing?",
		"mix:\n  - {scenario: court-*, share: 0%}\n":               "allowed is above 0% and at most 100%",
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "m.yaml")
		if err := os.WriteFile(path, []byte(head+text), 0o600); err != nil {
			t.Fatal(err)
		}
		var r ScenarioRef
		err := r.Set(path)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), ""), want) {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
	var r ScenarioRef
	for name, want := range map[string]string{
		"mix:court-evidence-deposits": "did you mean court-evidence-deposit?",
		"category:al":                 "did you mean category:all?",
	} {
		if err := r.Set(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", name, err, want)
		}
	}
}

// TestTooLittleLoad: a preset that brings nothing to measure is skipped with the reason, not run and failed.
func TestTooLittleLoad(t *testing.T) {
	text := strings.Replace(strings.Replace(base, "[court-evidence-deposit]", "[court-evidence-deposit, elicence-death-certificate]", 1), "load: [40]", "load: [city]", 1)
	f := parse(t, t.TempDir(), strings.Replace(text, "duration: 2s", "duration: 60s", 1))
	p, err := f.Plan()
	if err != nil || len(p.Skipped) != 1 || !strings.Contains(p.Skipped[0], "elicence-death-certificate: load city is") || !strings.Contains(p.Skipped[0], "a longer duration") {
		t.Errorf("%v, %+v", err, p)
	}
}
