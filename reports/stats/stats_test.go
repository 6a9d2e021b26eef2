package stats

import (
	"math"
	"math/rand/v2"
	"slices"
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
