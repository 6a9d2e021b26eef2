package experiment

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestEarlyGivesUpTheHopelessOnly: over loads on both sides of what three designs carry, no run is given up of which the
// whole run meets the default objective or carries its load; far beyond that, every run is.
func TestEarlyGivesUpTheHopelessOnly(t *testing.T) {
	const text = `name: early
designs:
  - {name: a, protocol: raft, replicas: 3, block: {max_txs: 8}}
  - {name: b, protocol: pbft, replicas: 4, block: {max_txs: 8}}
  - {name: c, protocol: hotstuff, replicas: 4, block: {max_txs: 8}}
scenarios: [court-evidence-deposit]
set: {machine.cores: '1', machine.verify: 500us}
load: [300, 500, 700, 1000, 1400, 2000, 8000]
duration: 3s
warmup: 500ms
trials: 1
`
	whole, early := runsOf(t, text), runsOf(t, text+"stop_early: true\n")
	given, close := 0, 0
	for i, r := range early {
		at := fmt.Sprintf("%s at %s, trial %d", r.Design, r.Load, r.Trial)
		misses := result.DefaultObjective().Misses(whole[i])
		switch {
		case r.GivenUpSec > 0 && (len(misses) == 0 || whole[i].Carried()):
			t.Errorf("%s was given up after %v s, but carries its load", at, r.GivenUpSec)
		case r.GivenUpSec > 0:
			given++
			if r.Limit != whole[i].Limit {
				t.Logf("%s: held back by %s until it was given up, by %s over its whole window", at, r.Limit, whole[i].Limit)
			}
		case r.Load == "8000":
			t.Errorf("%s ran to its end: %.0f of %.0f tx/s", at, r.Number("throughput"), r.Number("offered"))
		case len(misses) > 0:
			close++
		case r.Digest != whole[i].Digest:
			t.Errorf("%s: the digest is another one", at)
		}
	}
	t.Logf("%d runs: %d given up, %d ran to their end although they miss the objective", len(early), given, close)
	if given < 4 {
		t.Errorf("only %d runs were given up: the loads test nothing", given)
	}
}

// runsOf runs an experiment.
func runsOf(t *testing.T, text string) []result.Record {
	t.Helper()
	records, err := result.Read("runs.jsonl", bytes.NewReader(runAll(t, plan(t, text), 2)))
	if err != nil {
		t.Fatal(err)
	}
	return records
}
