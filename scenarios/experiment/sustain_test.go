package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim/network"
)

// fake searches a made-up group that carries capacity thousandths of a request a second.
func fake(start uint64, holds func(milli uint64, confirm bool) bool) (Knee, error) {
	s := search{objective: result.DefaultObjective(), precision: precisionDefault, curve: true, probe: func(milli uint64, role string) (Probe, error) {
		p := Probe{Rate: perThousand(milli), Elapsed: 1}
		if !holds(milli, role == result.RoleConfirm) {
			p.Why = "too much"
		}
		return p, nil
	}}
	return s.run(start)
}

// TestSearchBrackets: wherever it starts, the search ends within a fiftieth below the capacity, confirmed.
func TestSearchBrackets(t *testing.T) {
	for _, capacity := range []uint64{1500, 99_999, 100_000, 123_456, 7_000_000, 450_000_000} {
		for _, start := range []uint64{1, 1000, 100_000, 20_000_000} {
			knee, err := fake(start, func(milli uint64, _ bool) bool { return milli <= capacity })
			if err != nil {
				if len(knee.Probes) == probesMax {
					continue
				}
				t.Fatalf("capacity %d from %d: %v", capacity, start, err)
			}
			if got := knee.Rate.In(1_000_000_000_000); got > capacity || got*51 < capacity*50 || !knee.Confirmed {
				t.Errorf("capacity %d from %d: found %d, confirmed %v", capacity, start, got, knee.Confirmed)
			}
		}
	}
}

// TestSearchTells: a verdict that is not monotone, a group that carries nothing and one that carries everything.
func TestSearchTells(t *testing.T) {
	knee, err := fake(100_000, func(milli uint64, confirm bool) bool { return milli <= 500_000 && !(confirm && milli < 500_000) })
	if err != nil || knee.Confirmed || !strings.Contains(strings.Join(knee.Warnings, " "), "95 % of the sustained load does not hold") {
		t.Errorf("a gap below the knee: %v, %q", err, knee.Warnings)
	}
	knee, err = fake(100_000, func(milli uint64, confirm bool) bool { return milli <= 500_000 && !(confirm && milli > 460_000) })
	if got := knee.Rate.In(1_000_000_000_000); err != nil || !knee.Confirmed || got > 460_000*100/95 || !strings.Contains(strings.Join(knee.Warnings, " "), "lowered from 500 requests/s") {
		t.Errorf("another seed carries less: %v, %d, confirmed %v, %q", err, got, knee.Confirmed, knee.Warnings)
	}
	knee, err = fake(400_000, func(milli uint64, _ bool) bool { return milli < 150_000 || milli > 390_000 && milli < 900_000 })
	if err != nil || !knee.Confirmed {
		t.Errorf("an island that holds its own neighbours: %v, %q", err, knee.Warnings)
	}
	knee, err = fake(100_000, func(uint64, bool) bool { return false })
	if !errors.Is(err, ErrNoKnee) || !knee.Rate.IsZero() || !strings.Contains(err.Error(), "not even 1 requests/s") {
		t.Errorf("nothing is carried: %v", err)
	}
	knee, err = fake(100_000, func(uint64, bool) bool { return true })
	if !errors.Is(err, ErrNoKnee) || !knee.Rate.IsZero() || !strings.Contains(err.Error(), "still searching") {
		t.Errorf("everything is carried: %v", err)
	}
}

// TestSearchSaysBrokenChecks: a check that breaks in a probe is told, and is no load that holds.
func TestSearchSaysBrokenChecks(t *testing.T) {
	s := search{objective: result.DefaultObjective(), precision: precisionDefault}
	s.probe = func(milli uint64, _ string) (Probe, error) {
		p := Probe{Rate: perThousand(milli), Elapsed: 1}
		if milli > 300_000 {
			p.Record.Checks = []result.Check{{Name: "agreement", Detail: "two blocks at height 3"}}
			p.Why = s.objective.Misses(p.Record)[0]
		}
		return p, nil
	}
	knee, err := s.run(100_000)
	if err != nil || !slices.ContainsFunc(knee.Warnings, func(w string) bool { return strings.Contains(w, "agreement: two blocks") }) {
		t.Errorf("%v, %q", err, knee.Warnings)
	}
}

// tiny is a group of one core whose cost is that of executing alone.
const tiny = `name: tiny
designs: [%s]
scenarios: [court-evidence-deposit]
load: [spike, stability]
network: %s
machine: {name: slow, base: ideal, cores: 1, execute: %s, source: a test}
duration: 4s
warmup: 1s
%s`

func kneeOf(t *testing.T, text string) Knee {
	t.Helper()
	knee, err := Search(t.Context(), plan(t, text).Cells[0], SearchOptions{Objective: result.DefaultObjective()})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range knee.Probes {
		t.Logf("%v %s cut=%v %s", p.Rate, p.Role, p.Cut, p.Why)
	}
	t.Logf("knee %v, orders %.1f, limit %s, confirmed %v, %q", knee.Rate, knee.Orders, knee.Limit, knee.Confirmed, knee.Warnings)
	return knee
}

func within(t *testing.T, what string, got, want float64) {
	t.Helper()
	t.Logf("%s: found %.2f, the formula gives %.2f: ratio %.4f", what, got, want, got/want)
	if got < 0.97*want || got > 1.03*want {
		t.Errorf("%s: found %.1f, the formula gives %.1f", what, got, want)
	}
}

// TestSearchFindsCPU: with one core and a fixed time a transaction the group is an M/D/1 queue, which is stable up
// to one over that time.
func TestSearchFindsCPU(t *testing.T) {
	knee := kneeOf(t, fmt.Sprintf(tiny, "raft", "constant:100us", "2ms", ""))
	within(t, "capacity of a core", knee.Orders, 500)
	if knee.Limit != result.LimitCPU {
		t.Errorf("limit %q", knee.Limit)
	}
}

// sojournP99 is the 99th percentile of the time in an M/D/1 queue with a fixed service time, by Erlang's formula for the
// waiting time (A. K. Erlang 1909; L. Kleinrock, Queueing Systems 1, 1975, section 5.12):
//
//	P(W <= t) = (1-r) sum over k = 0 .. floor(t/D) of (-x)^k/k! e^x, x = load (t - k D)
func sojournP99(load float64, service time.Duration) time.Duration {
	d := service.Seconds()
	within := func(t float64) float64 {
		sum := 0.0
		for k := 0; float64(k)*d <= t; k++ {
			x, term := load*(t-float64(k)*d), 1.0
			for i := 1; i <= k; i++ {
				term *= -x / float64(i)
			}
			sum += term * math.Exp(x)
		}
		return (1 - load*d) * sum
	}
	low, high := 0.0, 20*d
	for range 60 {
		if mid := (low + high) / 2; within(mid) < 0.99 {
			low = mid
		} else {
			high = mid
		}
	}
	return service + time.Duration(low*float64(time.Second))
}

// TestSearchFindsLatency: under an objective for the latency the group carries the load at which 99 % of the times in
// an M/D/1 queue are short enough, which is well below its capacity. A replica alone takes no round trips, and with
// blocks of one command a command waits for those before it only.
func TestSearchFindsLatency(t *testing.T) {
	const service, bound = 5 * time.Millisecond, 40 * time.Millisecond
	low, high := 0.0, 1/service.Seconds()
	for range 40 {
		if mid := (low + high) / 2; sojournP99(mid, service) < bound {
			low = mid
		} else {
			high = mid
		}
	}
	if w := sojournP99(100, service); w < 20*time.Millisecond || w > 22*time.Millisecond { // by tables for half load, 3.2 services of waiting
		t.Fatalf("the formula gives %v at half of the capacity", w)
	}
	text := fmt.Sprintf(tiny, "raft", "constant:1us", "5ms", "set: {design.block.max_txs: '1', design.replicas: '1'}\n")
	o, err := result.ParseObjective("latency-p99 < 40ms")
	if err != nil {
		t.Fatal(err)
	}
	knee, err := Search(t.Context(), plan(t, text).Cells[0], SearchOptions{Objective: o, Precision: 5})
	if err != nil {
		t.Fatal(err)
	}
	within(t, "load at which p99 is 40 ms", knee.Orders, low)
	if low > 0.9*200 {
		t.Errorf("at %.0f the latency says no more than the capacity", low)
	}
}

// TestRelativeLoads: the records of spike and stability are the same bytes for any number of jobs, share their
// search, and offer what they say.
func TestRelativeLoads(t *testing.T) {
	p := plan(t, fmt.Sprintf(tiny, "raft, pbft", "constant:100us", "5ms", "trials: 2\n"))
	one := runAll(t, p, 1)
	if two := runAll(t, p, 3); !bytes.Equal(one, two) {
		t.Error("three jobs give other records than one")
	}
	records, err := result.Read("runs", bytes.NewReader(one))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Sustained == nil || len(r.Failed()) > 0 {
			t.Fatalf("%s at %s: %+v %v", r.Design, r.Load, r.Sustained, r.Failed())
		}
		within(t, "sustained", r.Sustained.Orders, 200)
		want := map[string]float64{"spike": 2, "stability": 0.2}[r.Load]
		if got := r.Number("offered") / r.Sustained.Orders; got < 0.8*want || got > 1.2*want {
			t.Errorf("%s offers %.2f of the sustained load", r.Load, got)
		}
	}
}

// TestSearchFindsLink: the leader sends every payload to each of its n-1 followers and an answer to each client,
// so its link carries no more than bandwidth / (size x (n-1) + answer), with the sizes of the wire encoding.
// At 100 Mbit/s a copy takes a third of a millisecond, so that the latency allowed leaves nearly all of that.
func TestSearchFindsLink(t *testing.T) {
	text := fmt.Sprintf(tiny, "raft", "constant:100us", "0s", "set: {network.bandwidth: 100Mbit, scenario.payload: 4KiB}\n")
	cell := plan(t, text).Cells[0]
	gen, now, size, orders := cell.Workload.NewGenerator(7), time.Duration(0), 0, 0
	for ; orders < 2000; now += time.Millisecond {
		r := gen.Begin(now)
		size += (&consensus.Command{Op: r.Op}).WireSize()
		orders++
	}
	wire := float64(network.WireBytes(size)) / float64(orders) // framed as one long message, as blocks nearly are
	plain := 100_000_000 / 8 / (wire * float64(cell.Design.Replicas-1))
	answer := float64(network.WireBytes(24 + 32)) // command, height, code and a short result
	want := 100_000_000 / 8 / (wire*float64(cell.Design.Replicas-1) + answer)
	knee := kneeOf(t, text)
	within(t, "bandwidth / (size x (n-1) + answer)", knee.Orders, want)
	within(t, "bandwidth / (size x (n-1))", knee.Orders, plain)
	if knee.Limit != result.LimitLink {
		t.Errorf("limit %q", knee.Limit)
	}
}

// TestGuard: a probe is given up while it warms up when too much waits, and for drops only after that.
func TestGuard(t *testing.T) {
	for _, c := range []struct {
		name                 string
		now                  time.Duration
		outstanding, refused uint64
		cut                  bool
	}{
		{"backlog while it warms up", time.Second, 101, 0, true},
		{"drops while it warms up", time.Second, 100, 50, false},
		{"drops after", 3 * time.Second, 0, 12, true},
		{"drops of queries, and one at the edge", 3 * time.Second, 0, 11, false},
	} {
		stopped := false
		g := guard{after: 2 * time.Second, backlogMax: 100, dropsMax: func(time.Duration) uint64 { return 10 }, stop: func() { stopped = true }}
		if c.now > g.after {
			g.look(g.after, 0, 0)
		}
		if g.look(c.now, c.outstanding, c.refused); stopped != c.cut || (g.why != "") != c.cut {
			t.Errorf("%s: given up %v, %q", c.name, stopped, g.why)
		}
	}
}

// TestBacklogFor: what may wait follows the objective's latency.
func TestBacklogFor(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"latency-p99 < 1s": 2 * time.Second, "latency-p99 < 10ms": 2 * time.Second, "latency-p50 <= 3s, dropped = 0": 6 * time.Second,
		"dropped = 0": backlogOpen, "latency-p99 > 1s": backlogOpen,
	} {
		o, err := result.ParseObjective(text)
		if err != nil || backlogFor(o) != want {
			t.Errorf("%s: %v, want %v; %v", text, backlogFor(o), want, err)
		}
	}
}
