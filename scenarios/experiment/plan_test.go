package experiment

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// base is an experiment of two small cells.
const base = `name: base
designs: [raft, pbft]
scenarios: [court-evidence-deposit]
load: [40]
duration: 2s
warmup: 500ms
`

// parse reads an experiment whose paths count from dir.
func parse(t *testing.T, dir, text string) File {
	t.Helper()
	f, err := Parse(dir+"/experiment.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func plan(t *testing.T, text string) *Plan {
	t.Helper()
	p, err := parse(t, t.TempDir(), text).Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestHashFollowsContent: whatever can change a result changes the hash of a cell, and names do not.
func TestHashFollowsContent(t *testing.T) {
	hashes := func(text string) (out []string) {
		for _, c := range plan(t, text).Cells {
			out = append(out, c.Key().Cell)
		}
		return out
	}
	original := hashes(base)
	if original[0] == original[1] {
		t.Error("raft and pbft have one hash")
	}
	seen := map[string]string{original[1]: "the original"}
	for _, setting := range []string{
		"design.replicas: 7", "design.block.max_txs: 10", "design.block.max_bytes: 1KiB", "design.block.max_wait: 1ms", "design.pool: 9",
		"design.retry: 1s", "design.signature: bls12-381", "design.params.view_timeout: 3s", "scenario.payload: 100B", "scenario.read_percent: 4",
		"scenario.population: 77", "scenario.clients_at: leader", "scenario.shape: paced",
		"network.name: rack", "network.name: constant:1ms", "network.bandwidth: 10Mbit", "network.delay: 3ms", "network.jitter: uniform:1ms",
		"machine.name: ideal", "machine.cores: 2", "machine.fsync: 5ms", "machine.sign: 5us", "machine.verify: 5us", "machine.execute: 5us",
		"machine.handle: 5us", "faults.name: crash-leader", "load: 41",
	} {
		text := strings.ReplaceAll(base, "[raft, pbft]", "[pbft]") + "set: {" + setting + "}\n"
		got := hashes(text)[0]
		if before, twice := seen[got]; twice {
			t.Errorf("%s has the hash of %s", setting, before)
		}
		seen[got] = setting
	}
	for _, line := range []string{"duration: 3s", "warmup: 400ms"} {
		key, _, _ := strings.Cut(line, ":")
		lines := slices.DeleteFunc(strings.Split(base, "\n"), func(l string) bool { return strings.HasPrefix(l, key+":") })
		if got := hashes(strings.Join(lines, "\n") + line + "\n"); got[1] == original[1] {
			t.Errorf("%s does not change the hash", line)
		}
	}
	if got := hashes(strings.Replace(base, "load: [40]", "clients: 40", 1)); got[1] == original[1] {
		t.Error("a closed loop has the hash of an open one")
	}
	for name, text := range map[string]string{
		"the experiment's name": strings.Replace(base, "name: base", "name: other", 1),
		"another way to write":  strings.Replace(base, "[40]", "[40 tx/s]", 1),
		"a design's name":       strings.Replace(base, "pbft]", "{name: mine, title: my own, protocol: pbft}]", 1),
		"a default written out": strings.Replace(base, "pbft]", "{name: mine, protocol: pbft, params: {window: 256}}]", 1),
		"a machine's name":      base + "machine: {name: mine, base: reference, source: none}\n",
		"a schedule's name":     base + "faults: {name: quiet}\n",
		"a seed":                base + "seed: 5\n",
		"a trial":               base + "trials: 2\n",
	} {
		got := hashes(text)
		if got[0] != original[0] || got[len(got)-1] != original[1] {
			t.Errorf("%s changes the hash", name)
		}
	}
}

// TestPlanOrder: scenarios, then loads, then levels, then designs, then trials, whatever the order of
// keys in the file.
func TestPlanOrder(t *testing.T) {
	p := plan(t, strings.Replace(base, "[40]", "[40, 50]", 1)+"trials: 2\nvary: {design.pool: [7, 8], design.block.max_txs: [1, 2]}\n")
	if len(p.Cells) != 2*2*4*2 {
		t.Fatalf("%d cells", len(p.Cells))
	}
	var got []string
	for _, c := range p.Cells[:9] {
		got = append(got, c.Describe())
	}
	const where = "on court-evidence-deposit at 40 "
	for i, want := range []string{
		"raft " + where + "(5 replicas, metro, reference, faults none, 2s) design.block.max_txs=1 design.pool=7 trial 0 seed 1",
		"raft " + where + "(5 replicas, metro, reference, faults none, 2s) design.block.max_txs=1 design.pool=7 trial 1 seed 2",
		"pbft " + where + "(4 replicas, metro, reference, faults none, 2s) design.block.max_txs=1 design.pool=7 trial 0 seed 1",
		"pbft " + where + "(4 replicas, metro, reference, faults none, 2s) design.block.max_txs=1 design.pool=7 trial 1 seed 2",
		"raft " + where + "(5 replicas, metro, reference, faults none, 2s) design.block.max_txs=1 design.pool=8 trial 0 seed 1",
	} {
		if got[i] != want {
			t.Errorf("cell %d is\n%s, want\n%s", i, got[i], want)
		}
	}
	if p.Cells[0].Design.Block.MaxTxs != 1 || p.Cells[0].Design.Pool != 7 {
		t.Errorf("the levels are not in the design: %+v", p.Cells[0].Design)
	}
}

// TestSkipped: a scenario without the wanted load is left out and named; when nothing is left, that is
// an error.
func TestSkipped(t *testing.T) {
	without := ""
	for _, id := range scenarios.IDs() {
		s, err := scenarios.Load(id)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Load[scenarios.PresetDocumented]; !ok {
			without = id
		}
	}
	if without == "" {
		t.Skip("every scenario has a documented load")
	}
	text := strings.NewReplacer("[40]", "[documented, 40]", "court-evidence-deposit", without).Replace(base)
	if p := plan(t, text); len(p.Cells) != 2 || len(p.Skipped) != 1 || !strings.Contains(p.Skipped[0], without) {
		t.Errorf("%d cells, skipped %v", len(p.Cells), p.Skipped)
	}
	_, err := parse(t, ".", strings.Replace(text, ", 40", "", 1)).Plan()
	if err == nil || !strings.Contains(err.Error(), "nothing to run: ") || !strings.Contains(err.Error(), without) {
		t.Errorf("%v", err)
	}
}

// TestCommonRandomNumbers: equal trials of different designs meet the same requests at the same times.
func TestCommonRandomNumbers(t *testing.T) {
	requests := func(c *Cell) (out []time.Duration, clients []uint32) {
		source, err := c.Workload.NewSource(c.seed(), c.Rate, c.Duration)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			r, ok := source.Next()
			if !ok {
				break
			}
			out, clients = append(out, r.At), append(clients, r.Client)
		}
		return out, clients
	}
	p := plan(t, base+"trials: 2\n")
	a, clientsA := requests(p.Cells[0])
	b, clientsB := requests(p.Cells[2])
	other, _ := requests(p.Cells[1])
	if len(a) < 20 || !slices.Equal(a, b) || !slices.Equal(clientsA, clientsB) {
		t.Errorf("two designs meet different requests: %v and %v", a, b)
	}
	if slices.Equal(a, other) {
		t.Error("two trials meet the same requests")
	}
}

// TestOverride: a flag goes before the file and before settings of the same thing.
func TestOverride(t *testing.T) {
	f := parse(t, ".", base+"set: {replicas: 7, design.pool: 9}\nvary: {load: [1, 2]}\n")
	f.Replicas = 10
	f.Override("replicas", "--replicas")
	f.Override("load", "--load")
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Cells) != 2 || p.Cells[0].Design.Replicas != 10 || p.Cells[0].Design.Pool != 9 || p.Cells[0].Load.String() != "40" {
		t.Errorf("%s", p.Cells[0].Describe())
	}
	f.Warmup = Warmup(time.Hour)
	f.Override("warmup", "--warmup")
	if _, err := f.Plan(); err == nil || err.Error() != "--warmup: found 1h0m0s: allowed is less than the duration, 2s, or auto" {
		t.Errorf("%v", err)
	}
}

// TestSettingsAreDocumented: every setting has a meaning, and its key is one that settingFor finds.
func TestSettingsAreDocumented(t *testing.T) {
	for _, d := range Settings() {
		if _, err := settingFor(d.Key); err != nil || d.Doc == "" {
			t.Errorf("%s: %q, %v", d.Key, d.Doc, err)
		}
	}
}

// TestTwoOfOneID: two scenarios of one id are refused unless they are the same one of the catalogue.
func TestTwoOfOneID(t *testing.T) {
	courts, err := scenarios.Find("court-*")
	if err != nil {
		t.Fatal(err)
	}
	alone := len(plan(t, base).Cells)
	if p := plan(t, strings.Replace(base, "[court-evidence-deposit]", "[court-evidence-deposit, court-*]", 1)); len(p.Cells) != alone*len(courts) {
		t.Errorf("%d cells for %d scenarios", len(p.Cells), len(courts))
	}
	text, err := scenarios.File("court-evidence-deposit")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strict.Parse("own.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	f := parse(t, ".", base)
	var own ScenarioRef
	if err := own.UnmarshalStrict(n); err != nil {
		t.Fatal(err)
	}
	f.Scenarios = append(f.Scenarios, own)
	if _, err := f.Plan(); err == nil || !strings.Contains(err.Error(), "two scenarios have the id court-evidence-deposit") {
		t.Errorf("%v", err)
	}
}
