package interleave_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/interleave"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/sim"
)

// Every block holds every arm once, equal seeds give equal orders, and over many blocks every arm stands
// equally often at every place.
func TestOrder(t *testing.T) {
	arms := []interleave.Arm{interleave.Old, interleave.New, interleave.Again}
	const blocks = 3000
	order := interleave.Order(7, blocks, arms...)
	if !slices.Equal(order, interleave.Order(7, blocks, arms...)) {
		t.Error("one seed gave two orders")
	}
	if slices.Equal(order, interleave.Order(8, blocks, arms...)) {
		t.Error("two seeds gave one order")
	}
	var at [3][3]int
	for block := range slices.Chunk(order, len(arms)) {
		if got := slices.Sorted(slices.Values(block)); !slices.Equal(got, arms) {
			t.Fatalf("a block is %v", block)
		}
		for place, arm := range block {
			at[place][arm]++
		}
	}
	for place := range at {
		for arm, n := range at[place] {
			if n < 880 || n > 1120 { // 1000 within 4.6 standard deviations of 26
				t.Errorf("%v stands %d times at place %d of %d blocks", interleave.Arm(arm), n, place, blocks)
			}
		}
	}
}

func record(scenario string, value float64) result.Record {
	return result.Record{Schema: result.Schema, Scenario: scenario, Design: "raft", Runtime: result.Wall, Values: []result.Value{
		{Name: "latency-p50", Unit: "sec", Better: result.Lower, Value: value}}}
}

// A session runs what its order says, numbers trials by block, and makes one record of the results of one
// cell in one run.
func TestRun(t *testing.T) {
	calls := map[interleave.Arm]int{}
	var seen []interleave.Arm
	s, err := interleave.Run(t.Context(), interleave.Plan{Trials: 5, Seed: 3, Noise: true}, func(_ context.Context, arm interleave.Arm) ([]result.Record, error) {
		calls[arm]++
		seen = append(seen, arm)
		v := float64(calls[arm])
		return []result.Record{record("b", v+9), record("a", v), record("b", v+10), record("b", 1000)}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, s.Order) || len(seen) != 15 {
		t.Errorf("ran %v: want the order %v", seen, s.Order)
	}
	for _, arm := range [][]result.Record{s.Old, s.New, s.Again} {
		if len(arm) != 10 {
			t.Fatalf("an arm has %d records: want 5 trials of 2 cells", len(arm))
		}
		for i, r := range arm {
			want := float64(i/2 + 1)
			if r.Scenario == "b" {
				want += 10 // the median of three
			}
			if r.Trial != i/2 || r.Number("latency-p50") != want {
				t.Errorf("record %d is trial %d of %s with %v: want trial %d with %v", i, r.Trial, r.Scenario, r.Number("latency-p50"), i/2, want)
			}
		}
	}
}

// Whatever goes wrong in one run ends the session without any result, and says where.
func TestRunFails(t *testing.T) {
	broken := record("a", 1)
	broken.Checks = []result.Check{{Name: "agreement", Detail: "two blocks at height 3"}}
	other := record("a", 1)
	other.Values[0].Name = "latency-p99"
	for _, c := range []struct {
		name string
		at   []result.Record
		err  error
		want string
	}{
		{"error", nil, errors.New("exit status 3"), "exit status 3"},
		{"nothing", nil, nil, "no results"},
		{"failed check", []result.Record{broken}, nil, "two blocks at height 3"},
		{"another cell", []result.Record{record("b", 1)}, nil, `has "raft on a runtime wall" and this one has not`},
		{"one cell more", []result.Record{record("a", 1), record("b", 1)}, nil, `has "raft on b runtime wall" and the first has not`},
		{"figures differ", []result.Record{record("a", 1), other}, nil, "some of its results have latency-p50"},
	} {
		n := 0
		s, err := interleave.Run(t.Context(), interleave.Plan{Trials: 4, Seed: 1}, func(context.Context, interleave.Arm) ([]result.Record, error) {
			if n++; n == 6 {
				return c.at, c.err
			}
			return []result.Record{record("a", 1)}, nil
		})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "trial 3 of 4") {
			t.Errorf("%s: error %v: want trial 3 of 4 and %q", c.name, err, c.want)
		}
		if len(s.Old)+len(s.New) > 0 {
			t.Errorf("%s: a session beside the error", c.name)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := interleave.Run(ctx, interleave.Plan{Trials: 1}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped session gives %v", err)
	}
}

// drifting is a machine whose speed wanders: each run is slower or faster than the one before by a
// little, beside its own noise.
type drifting struct {
	random *sim.Stream
	speed  float64
}

func (d *drifting) run(context.Context, interleave.Arm) ([]result.Record, error) {
	noise := func() float64 { return float64(d.random.Below(2001))/1000 - 1 }
	d.speed += noise() * 0.004
	return []result.Record{record("a", 1+d.speed+noise()*0.02)}, nil
}

// On a machine that drifts, the gate's rule is right about two equal versions when their runs are
// interleaved, and wrong a fifth of the time when all of one go before all of the other.
func TestDrift(t *testing.T) {
	const sessions, trials = 200, 20
	rule := stats.GateRule()
	rule.Interleaved, rule.EffectMin = true, 0
	worse := func(old, new []result.Record) bool {
		return stats.Contrasts(stats.Pairs(old, new), nil, rule)[0].Verdict == stats.Worse
	}
	interleaved, apart := 0, 0
	for i := range sessions {
		machine := drifting{random: sim.NewStream(uint64(i), "test/drift")}
		s, err := interleave.Run(t.Context(), interleave.Plan{Trials: trials, Seed: uint64(i)}, machine.run)
		if err != nil {
			t.Fatal(err)
		}
		if worse(s.Old, s.New) {
			interleaved++
		}
		var all []result.Record
		for trial := range 2 * trials {
			r, err := machine.run(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			r[0].Trial = trial % trials
			all = append(all, r[0])
		}
		if worse(all[:trials], all[trials:]) {
			apart++
		}
	}
	if interleaved > 6 || apart < 20 {
		t.Errorf("of %d sessions of equal versions %d were worse interleaved and %d apart: want at most 6 and at least 20", sessions, interleaved, apart)
	}
}

func ExampleOrder() {
	fmt.Println(interleave.Order(1, 3, interleave.Old, interleave.New))
	// Output: [old new new old new old]
}

// The noise is what two arms of one version leave open, and the trials it asks for are enough.
func TestNoise(t *testing.T) {
	random := sim.NewStream(9, "test/noise")
	machine := func(scale float64) interleave.Runner {
		return func(context.Context, interleave.Arm) ([]result.Record, error) {
			return []result.Record{record("a", 1+scale*(float64(random.Below(2001))/1000-1))}, nil
		}
	}
	noise := func(scale float64, trials int) interleave.Floor {
		s, err := interleave.Run(t.Context(), interleave.Plan{Trials: trials, Seed: 1, Noise: true}, machine(scale))
		if err != nil {
			t.Fatal(err)
		}
		j := s.Judge(nil, stats.GateRule())
		if len(j.Noise) != 1 || j.Noise[0].Metric != "latency-p50" {
			t.Fatalf("the noise is %+v", j.Noise)
		}
		return j.Noise[0]
	}
	if quiet := noise(0.005, 20); quiet.Share > 0.02 || quiet.Trials > 20 {
		t.Errorf("a quiet machine is %+v", quiet)
	}
	loud := noise(0.1, 20)
	if loud.Share < 0.02 || loud.Trials <= 20 {
		t.Errorf("a loud machine is %+v", loud)
	}
	if enough := noise(0.1, 2*loud.Trials); enough.Share > 0.02 {
		t.Errorf("with twice the %d trials it asked for the loud machine is %+v", loud.Trials, enough)
	}
}

// A regression of samples counts when both sessions show it; an exact one counts by itself.
func TestConfirmed(t *testing.T) {
	session := func(change float64, exact bool) interleave.Judged {
		s, err := interleave.Run(t.Context(), interleave.Plan{Trials: 12, Seed: 1}, func(_ context.Context, arm interleave.Arm) ([]result.Record, error) {
			a, b := record("a", 1), record("b", 1)
			if arm == interleave.New {
				a.Values[0].Value += change
			}
			if exact {
				a.Runtime, a.Values[0].Exact = result.Virtual, true
			}
			return []result.Record{a, b}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return s.Judge(nil, stats.GateRule())
	}
	slow, same := session(0.1, false), session(0, false)
	for _, c := range []struct {
		name          string
		first, second interleave.Judged
		want          int
	}{{"both", slow, slow, 1}, {"the first only", slow, same, 0}, {"the second only", same, slow, 0}, {"exact", session(1e-9, true), session(0, true), 1}} {
		if got := c.first.Confirmed(c.second); len(got) != c.want {
			t.Errorf("%s: %d confirmed: want %d", c.name, len(got), c.want)
		}
	}
}
