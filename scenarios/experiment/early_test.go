package experiment

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/workloads"
)

// TestEarlyGivesUpTheHopelessOnly: over loads on both sides of what three designs carry, no run is given up of which the
// whole run meets the default objective or carries its load; far beyond that, every run is. What is not given up is the
// same run, and what is tells what limits it.
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
	whole, early := runsOf(t, text, 1), runsOf(t, text+"stop_early: true\n", 2)
	given, close := 0, 0
	for i, r := range early {
		at := fmt.Sprintf("%s at %s, trial %d", r.Design, r.Load, r.Trial)
		misses := result.DefaultObjective().Misses(whole[i])
		switch {
		case r.GivenUp() && (len(misses) == 0 || whole[i].Carried()):
			t.Errorf("%s was given up after %v s, but carries its load", at, r.GivenUpSec)
		case r.GivenUp():
			given++
			if r.Limit != whole[i].Limit || r.Digest == "" || len(r.Values) > 0 {
				t.Errorf("%s: held back by %q until it was given up, by %q over its whole window; %d figures, digest %q", at, r.Limit, whole[i].Limit, len(r.Values), r.Digest)
			}
		case r.Load == "8000" && r.Design != "a":
			t.Errorf("%s ran to its end: %.0f of %.0f tx/s", at, r.Number("throughput"), r.Number("offered"))
		case len(misses) > 0:
			close++
		}
		if !r.GivenUp() && r.Digest != whole[i].Digest {
			t.Errorf("%s: the digest is another one", at)
		}
	}
	if given < 4 || close < 2 {
		t.Errorf("%d runs were given up and %d ran to their end although they miss the objective: the loads test nothing", given, close)
	}
}

// runsOf runs an experiment.
func runsOf(t *testing.T, text string, jobs int) []result.Record {
	t.Helper()
	records, err := result.Read("runs.jsonl", bytes.NewReader(runAll(t, plan(t, text), jobs)))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestEarlyIsProof: whatever a group does, in whatever order it answers, wherever it stalls, recovers or drops, a run that
// the rule gives up would have missed the default objective. A rule that waits less is caught.
func TestEarlyIsProof(t *testing.T) {
	given, held := 0, 0
	var wrong []uint64
	for seed := range uint64(150) {
		up, met := madeUp(seed, earlyWait)
		switch {
		case up && met:
			t.Errorf("seed %d: given up, but meets the objective", seed)
		case up:
			given++
		case met:
			held++
		}
		if up, met := madeUp(seed, 50*time.Millisecond); up && met {
			wrong = append(wrong, seed)
		}
	}
	if given < 20 || held < 20 || len(wrong) == 0 {
		t.Errorf("%d given up, %d meet the objective, %d found wrong of a rule without a wait: this tests nothing", given, held, len(wrong))
	}
}

// madeUp is a run of a made-up group under the rule: whether it is given up, and whether it meets the default objective
// when it is not stopped.
func madeUp(seed uint64, wait time.Duration) (up, met bool) {
	const tick = 10 * time.Millisecond
	rng := sim.NewStream(seed, "early")
	below := func(n uint64) uint64 { return rng.Uint64() % n }
	warmup, until := time.Duration(below(3))*time.Second/2, time.Duration(2+below(5))*time.Second
	perTick := 2 + below(12)
	capacity := perTick*(60+below(80))/100 + 1
	order, stallAt, stall := below(3), warmup+time.Duration(below(2000))*time.Millisecond, time.Duration(below(4)*below(700))*time.Millisecond
	pool := 100 + below(8000)
	rec := record.New(record.Config{Warmup: warmup, Duration: until, Exact: true})
	e := &early{warmup: warmup, until: until, planned: perTick * uint64((until-warmup)/tick), wait: wait}
	sink := e.beside(rec)
	var open []workloads.Request
	for now, id := time.Duration(0), uint64(1); now < until+drain; now += tick {
		for n := below(2*perTick + 1); n > 0 && now < until; n-- {
			q := workloads.Request{ID: id, At: now}
			id++
			if sink.Offered(q); uint64(len(open)) >= pool {
				sink.Missed(q, consensus.Outcome{Status: consensus.Refused})
				continue
			}
			open = append(open, q)
		}
		if now < stallAt || now >= stallAt+stall {
			for n := capacity; n > 0 && len(open) > 0; n-- {
				i := []uint64{0, uint64(len(open)) - 1, below(uint64(len(open)))}[order]
				sink.Answered(open[i], consensus.Outcome{Done: now + tick/2})
				open = slices.Delete(open, int(i), int(i)+1)
			}
		}
		up = up || now <= until && e.beyond(now)
	}
	for _, q := range open {
		sink.Missed(q, consensus.Outcome{Status: consensus.Unfinished, Done: until + drain})
	}
	var out result.Record
	rec.Finish().Apply(&out)
	out.Checks = nil
	return up, len(result.DefaultObjective().Misses(out)) == 0
}
