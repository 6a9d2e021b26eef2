package experiment

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
)

// runAll runs a plan and returns its runs.jsonl.
func runAll(t *testing.T, p *Plan, jobs int) []byte {
	t.Helper()
	var records []result.Record
	err := Run(t.Context(), p.Cells, Options{Jobs: jobs, Keep: func(r result.Record) error {
		records = append(records, r)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	p.Sort(records)
	var out bytes.Buffer
	for _, r := range records {
		for _, c := range r.Failed() {
			t.Errorf("%s on %s: %s: %s", r.Design, r.Scenario, c.Name, c.Detail)
		}
		line, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(line, '\n'))
	}
	return out.Bytes()
}

// own is an experiment in which everything is the user's own: from files beside it and inline.
const own = `name: own
designs:
  - designs/mine.yaml
  - name: inline-pbft
    protocol: pbft
    placement: [west, east]
    block: {max_txs: 7, max_bytes: 4KiB, max_wait: 3ms}
    params: {window: 64, checkpoint_interval: 16}
scenarios: [my-scenario.yaml, my-mix.yaml, court-*, "mix:court-*"]
load: [30, surge]
network: net.yaml
machine: {name: mine, base: edge, cores: 3, fsync: 1ms, sign: 30us, disk_bytes_per_sec: 10MB, source: "010"}
faults: faults.yaml
duration: 2s
warmup: 500ms
seed: 9
set: {design.pool: 900, network.jitter: "uniform:1ms"}
vary: {scenario.payload: [100B, 2KiB]}
`

// ownMix is a mix with a service of the user's own, by its file.
const ownMix = `id: my-mix
name: Courts and others
mix:
  - {scenario: my-scenario.yaml, share: 40%}
  - {scenario: [court-*, real-estate-registration], share: 59.5%}
  - {scenario: population-base-check, share: 0.5%}
`

// TestResolvedExperiment: the experiment that is written beside results stands for itself. Read at another
// place, where none of the files is, it gives the same records.
func TestResolvedExperiment(t *testing.T) {
	dir := t.TempDir()
	text, err := scenarios.File("court-evidence-deposit")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"experiment.yaml":   own,
		"designs/mine.yaml": "name: mine\nprotocol: raft\nreplicas: 3\n",
		"my-scenario.yaml":  strings.Replace(string(text), "id: court-evidence-deposit", "id: my-scenario", 1),
		"my-mix.yaml":       ownMix,
		"net.yaml":          strings.TrimPrefix(strings.ReplaceAll(line, "\n  ", "\n"), "network:\n") + "jitter: {kind: lognormal, median: 20us, sigma_permille: 500}\nbandwidth: 100Mbit\n",
		"faults.yaml":       "name: bumps\nloss: [{from: 0s, to: 1s, per_million: 1000}]\ndelays: [{from: 1s, sender: 1, extra: 2ms}]\nslow_disks: [{replica: 0, from: 1s, percent: 200}]\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := ReadFile(filepath.Join(dir, "experiment.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := first.File.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(resolved), dir) || strings.Contains(string(resolved), ".yaml") || strings.Contains(string(resolved), " court-*") {
		t.Errorf("the resolved experiment still depends on its place:\n%s", resolved)
	}
	again, err := parse(t, t.TempDir(), string(resolved)).Plan()
	if err != nil {
		t.Fatalf("%v\n%s", err, resolved)
	}
	if a, b := runAll(t, first, 2), runAll(t, again, 1); !bytes.Equal(a, b) || bytes.Count(a, []byte("\n")) != len(first.Cells) {
		t.Errorf("the resolved experiment gives other records:\n%s", resolved)
	}
	twice, err := again.File.Marshal()
	if err != nil || !bytes.Equal(twice, resolved) {
		t.Errorf("resolving twice changes the experiment (%v):\n%s", err, twice)
	}
	in, err := Report([]File{again.File}, nil)
	if err != nil || in.Designs["mine"].Title == "" || !strings.Contains(in.Designs["inline-pbft"].Settings, "900 commands may wait") {
		t.Errorf("the report does not know the designs: %+v, %v", in.Designs, err)
	}
}

// TestBuiltinsRoundTrip: the built-in experiments mean the same after they are resolved.
func TestBuiltinsRoundTrip(t *testing.T) {
	for name, text := range map[string][]byte{"quickstart": quickstart, "starter": Starter()} {
		p := plan(t, string(text))
		resolved, err := p.File.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		q := plan(t, string(resolved))
		if missing, foreign := q.Missing(nil); len(missing) != len(p.Cells) || foreign != 0 {
			t.Errorf("%s: %d cells, then %d", name, len(p.Cells), len(missing))
		}
		for i := range p.Cells {
			if p.Cells[i].Key() != q.Cells[i].Key() {
				t.Errorf("%s: cell %d is %+v, then %+v", name, i, p.Cells[i].Key(), q.Cells[i].Key())
			}
		}
	}
}

// FuzzParse: nothing a file can hold makes reading or planning an experiment panic.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{base, own, base + line, string(quickstart), string(Starter()),
		base + "vary: {load: [1], scenario.rules.x: [1]}\n", "designs: [{}]", "scenarios: [{}]", "network: {}", "faults: {name: a, crashes: [{}]}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := Parse("fuzz.yaml", data)
		if err != nil || x.Trials > 10 || len(x.Scenarios) > 2 {
			return
		}
		if _, err := x.Plan(); err == nil {
			if _, err := x.Marshal(); err != nil {
				t.Errorf("planned but not written: %v\n%s", err, data)
			}
		}
	})
}
