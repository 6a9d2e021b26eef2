package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// Ranks of the 95 % interval for a median, from the tables of Conover, Practical Nonparametric
// Statistics, 3rd ed.: for n values the k-th smallest and k-th largest.
func TestMedianInterval(t *testing.T) {
	for _, tc := range []struct {
		n, k   int
		covers float64
	}{{1, 1, 0}, {2, 1, 0.5}, {5, 1, 0.9375}, {6, 1, 0.96875}, {8, 1, 0.9921875}, {9, 2, 0.9609375}, {10, 2, 0.978515625}, {20, 6, 0.958610}} {
		values := make([]float64, tc.n)
		for i := range values {
			values[i] = float64(tc.n - i)
		}
		got := Median(values)
		if got.Low != float64(tc.k) || got.High != float64(tc.n+1-tc.k) || math.Abs(got.Covers-tc.covers) > 1e-6 || got.Median != float64(tc.n+1)/2 {
			t.Errorf("n=%d: %+v, want rank %d covering %v", tc.n, got, tc.k, tc.covers)
		}
	}
	if got := Median([]float64{-math.MaxFloat64, math.MaxFloat64}).Median; got != 0 {
		t.Errorf("between the least and the greatest number lies %v", got)
	}
	if got := Median(nil); got != (Interval{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// The interval must hold the true median as often as it says.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	const rounds = 20000
	for _, n := range []int{3, 10, 25} {
		hits, claims := 0, 0.0
		for range rounds {
			values := make([]float64, n)
			for i := range values {
				values[i] = rng.ExpFloat64()
			}
			m := Median(values)
			claims = m.Covers
			if m.Low <= math.Ln2 && math.Ln2 <= m.High {
				hits++
			}
		}
		if got := float64(hits) / rounds; math.Abs(got-claims) > 0.01 {
			t.Errorf("n=%d: covers %.3f, claims %.3f", n, got, claims)
		}
	}
}

func record(scenario, design, load string, runtime result.Runtime, x float64) result.Record {
	return result.Record{Scenario: scenario, Design: design, Load: load, Runtime: runtime, Replicas: 4,
		Values: []result.Value{{Name: "throughput", Value: x}, {Name: "offered", Value: x}}}
}

func TestCells(t *testing.T) {
	a, b, c := record("s", "pbft", "city", result.Virtual, 1), record("s", "pbft", "city", result.Virtual, 3), record("s", "pbft", "city", result.Wall, 100)
	broken := record("s", "raft", "city", result.Virtual, 7)
	broken.Checks = []result.Check{{Name: "agreement"}}
	varied := record("t", "raft", "city", result.Virtual, 7)
	varied.Factors = []result.Factor{{Name: "design.block.max_txs", Value: "100"}}
	other := varied
	other.Factors = []result.Factor{{Name: "design.block.max_txs", Value: "500"}}
	cells := Cells([]result.Record{a, b, c, broken, varied, other})
	var names []string
	for _, c := range cells {
		names = append(names, c.Scenario+" "+c.Series)
	}
	want := []string{"s pbft runtime=virtual", "s pbft runtime=wall", "s raft", "t raft max_txs=100", "t raft max_txs=500"}
	if !slices.Equal(names, want) {
		t.Fatalf("got %q", names)
	}
	if m, ok := cells[0].Median("throughput"); !ok || m.Median != 2 || m.N != 2 {
		t.Errorf("median %+v: exact and sampled runs must not mix", m)
	}
	if cells[2].Number("throughput") != 0 || len(cells[2].Broken) != 1 || cells[2].Carried() {
		t.Error("a broken run counts")
	}
	if !cells[0].Carried() {
		t.Error("a carried load is not seen as such")
	}
	if got := Unique(cells, func(c Cell) string { return c.Scenario }); !slices.Equal(got, []string{"s", "t"}) {
		t.Errorf("scenarios %v", got)
	}
}

// TestGivenUpCountsForNothing: of a cell of which one run was given up, wherever that stands among its trials, no figure
// counts anywhere; the first record of it is one that was given up.
func TestGivenUpCountsForNothing(t *testing.T) {
	run := func(load string, trial int, v float64) result.Record {
		r := record("s", "pbft", load, result.Virtual, v)
		r.Cell, r.Trial, r.Factors = load, trial, []result.Factor{{Name: "load", Value: load}}
		r.Values = append(r.Values, result.Value{Name: "latency-p99", Value: 1 / v})
		return r
	}
	given := run("900", 1, 1).Bare()
	given.GivenUpSec, given.Limit = 2, "cpu"
	for _, order := range [][]result.Record{{run("900", 0, 1e9), given, run("900", 2, 1e9)}, {given, run("900", 0, 1e9), run("900", 2, 1e9)}} {
		records := slices.Concat([]result.Record{run("100", 0, 10), run("100", 1, 11), run("200", 0, 20)}, order)
		cells := Cells(records)
		last := cells[len(cells)-1]
		if len(cells) != 3 || len(last.Trials) != 0 || len(last.GivenUp) != 3 || !last.GivenUp[0].GivenUp() || last.Number("throughput") != 0 || last.Carried() {
			t.Errorf("the cell is %+v", last)
		}
		if n := len(Measured(records)); n != 3 {
			t.Errorf("%d records count: want 3", n)
		}
		factors := Factors(records)
		for _, e := range MainEffects(records, factors, "throughput") {
			if e.Runs != 3 || len(e.Levels) != 2 || e.Mean > 20 {
				t.Errorf("the effect is %+v", e)
			}
		}
		if c := Crossed(records, factors[0], factors[0], "throughput"); c.Runs[2][2] != 0 {
			t.Errorf("the table has %v runs", c.Runs)
		}
		if c := Choices(records, nil, nil); len(c) != 2 {
			t.Errorf("%d choices: want 2", len(c))
		}
		whole := []result.Record{run("900", 0, 8)}
		for _, c := range [][]Contrast{Contrasts(Pairs(whole, order), nil, DefaultRule()), Contrasts(Pairs(order, whole), nil, DefaultRule()), Contrasts(Pairs(order, order), nil, DefaultRule())} {
			if len(c) != 1 || c[0].Verdict != Withheld || !strings.Contains(strings.Join(c[0].Warnings, " "), "limit: cpu), so 1 of 3 runs were given up") {
				t.Errorf("the comparison is %+v", c)
			}
		}
	}
}
