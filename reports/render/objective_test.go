package render

import (
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// verdictsOf gives the sentences on records of designs for either fault model, four cores a node.
func verdictsOf(records ...result.Record) []string {
	in := Input{Designs: map[string]DesignInfo{"pbft": {FaultModel: "byzantine"}, "hotstuff": {FaultModel: "byzantine"}, "raft": {FaultModel: "crash"}},
		Cores: map[string]int{}, Scenarios: map[string]ScenarioInfo{}}
	for i, r := range records {
		if r.Cell == "" {
			r.Cell = r.Design + r.Load + r.Scenario
		}
		in.Cores[r.Cell] = 4
		records[i] = r
	}
	in.Records = records
	return judge(in).verdicts()
}

func at(load string, r result.Record) result.Record {
	r.Load = load
	return r
}

func seeded(seed uint64, r result.Record) result.Record {
	r.Seed, r.Trial = seed, int(seed)-1
	return r
}

// TestVerdictsInMoney: where every cell has a price the cheapest in money is chosen, though another has fewer cores; one
// cell without a price says so, and cores decide.
func TestVerdictsInMoney(t *testing.T) {
	records := []result.Record{trial("pbft", result.Virtual, 2000, 2000, 0.01), trial("hotstuff", result.Virtual, 2000, 2000, 0.02)}
	in := Input{Designs: map[string]DesignInfo{"pbft": {FaultModel: "byzantine"}, "hotstuff": {FaultModel: "byzantine"}},
		Cores: map[string]int{}, Prices: PriceTable{Name: "street", Currency: "CNY", Date: "2020"}}
	for i := range records {
		records[i].Cell = records[i].Design
		in.Cores[records[i].Cell] = 4
	}
	records[1].Replicas = 7
	in.Records = records
	in.Costs = map[string]result.Cost{"pbft": {Cores: 900, Disk: 99, Link: 1}, "hotstuff": {Cores: 500}}
	text := strings.Join(judge(in).verdicts(), "\n")
	for _, want := range []string{"hotstuff meets the objective for 500 CNY a year, less than the others that do.", "pbft (4 replicas x 4 cores, 1,000 CNY a year) meets it"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	in.Costs["hotstuff"] = result.Cost{Unpriced: "a reason"}
	j := judge(in)
	text = strings.Join(j.verdicts(), "\n")
	for _, want := range []string{"pbft meets the objective for 16 cores, fewer than the others that do.", "hotstuff (7 replicas x 4 cores = 28; without a price) meets it"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if got := in.prices(); len(got) != 1 || !strings.Contains(strings.Join(got[0].Items, " "), "1 cell of 2 (a reason)") || !strings.Contains(j.objectiveText(), "street") {
		t.Errorf("%+v", got)
	}
}

// Each sentence against records made by hand.
func TestVerdictSentences(t *testing.T) {
	larger := trial("hotstuff", result.Virtual, 2000, 2000, 0.02)
	larger.Replicas = 7
	var ten []result.Record
	for i := range uint64(10) {
		ten = append(ten, seeded(i+1, trial("raft", result.Bubble, 2000, 2000, 0.010+float64(i)/1000)))
	}
	for _, c := range []struct {
		name    string
		records []result.Record
		want    []string
	}{
		{"one run", []result.Record{trial("pbft", result.Virtual, 2000, 2000, 0.01)}, []string{
			"If a replica may lie: pbft meets the objective for 16 cores.",
			"pbft (4 replicas x 4 cores = 16) meets it in its one cell. 99 % are answered there within 10 ms. Exact, by one seed."}},
		{"all meet", []result.Record{trial("pbft", result.Virtual, 2000, 2000, 0.01), larger}, []string{
			"If a replica may lie: pbft meets the objective for 16 cores, fewer than the others that do.",
			"hotstuff (7 replicas x 4 cores = 28) meets it in its one cell."}},
		{"none meets", []result.Record{trial("pbft", result.Virtual, 2000, 1500, 2), trial("hotstuff", result.Virtual, 2000, 1000, 3)}, []string{
			"If a replica may lie: no design meets the objective anywhere.",
			"pbft (4 replicas x 4 cores = 16) does not meet it in its one cell. It misses: latency-p99 < 1s"}},
		{"at one load", []result.Record{at("2000", trial("pbft", result.Virtual, 2000, 2000, 0.01)), at("4000", trial("pbft", result.Virtual, 4000, 3000, 0.5))}, []string{
			"If a replica may lie: no design meets the objective everywhere; pbft comes closest, in 1 of 2 cells.",
			"meets it in 1 of 2 cells (1 of 1 at 2,000 requests/s and 0 of 1 at 4,000 requests/s). 99 % are answered there within 10 ms. Elsewhere it misses: throughput >= 0.99 * offered"}},
		{"broken", []result.Record{trial("pbft", result.Virtual, 2000, 2000, 0.01), broken(trial("hotstuff", result.Virtual, 2000, 2000, 0.01))}, []string{
			"If a replica may lie: pbft meets the objective for 16 cores.",
			"hotstuff (4 replicas x 4 cores = 16) cannot be judged: a check failed in its one cell."}},
		{"partly broken", []result.Record{at("2000", trial("pbft", result.Virtual, 2000, 2000, 0.01)), at("4000", broken(trial("pbft", result.Virtual, 4000, 4000, 0.01)))}, []string{
			"pbft comes closest, in 1 of 2 cells. Cells whose check failed count as not met."}},
		{"carried, and not met", []result.Record{trial("pbft", result.Virtual, 2000, 1970, 0.01)}, []string{"does not meet it in its one cell. It misses: throughput >= 0.99 * offered"}},
		{"mixed runtimes", []result.Record{trial("raft", result.Virtual, 2000, 2000, 0.01), trial("raft", result.Bubble, 2000, 2000, 0.011)}, []string{
			"If replicas only crash: raft runtime=virtual meets the objective for 16 cores.",
			"If replicas only crash, by samples: raft runtime=bubble meets the objective for 16 cores.",
			"Samples, and only 1 trial of some cells: a ranking takes 10."}},
		{"ten samples", ten, []string{
			"99 % are answered there within 14.5 ms. Samples, at least 10 trials of each cell. The slowest cell's 99 % lie in "}},
	} {
		got := verdictsOf(slices.Clone(c.records)...)
		for _, want := range c.want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, want) }) {
				t.Errorf("%s: no sentence has %q:\n%s", c.name, want, strings.Join(got, "\n"))
			}
		}
	}
	if got := judge(Input{Records: []result.Record{trial("pbft", result.Virtual, 2000, 1970, 0.01)}}).objectiveText(); !strings.Contains(got, "stricter than carrying a load") {
		t.Errorf("a load that is carried beside an objective that is missed: %s", got)
	}
	if got := verdictsOf(); got != nil {
		t.Errorf("of no run: %q", got)
	}
}

// An objective of one's own decides, and is stated.
func TestOwnObjective(t *testing.T) {
	o, err := result.ParseObjective("latency-p99 < 5ms")
	if err != nil {
		t.Fatal(err)
	}
	j := judge(Input{Objective: o, Records: []result.Record{trial("pbft", result.Virtual, 2000, 2000, 0.01)}})
	if got := j.verdicts()[0]; !strings.HasSuffix(got, "no design meets the objective anywhere.") {
		t.Error(got)
	}
	if got := j.objectiveText(); !strings.Contains(got, "The objective of a cell") || !strings.Contains(got, "latency-p99 < 0.005s") {
		t.Error(got)
	}
}
