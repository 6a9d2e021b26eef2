package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// yield is a run at a point of a grid with a result.
func yield(value float64, factors ...string) result.Record {
	r := result.Record{Values: []result.Value{{Name: "y", Value: value}}}
	for i := 0; i < len(factors); i += 2 {
		r.Factors = append(r.Factors, result.Factor{Name: factors[i], Value: factors[i+1]})
	}
	return r
}

func near(a, b, within float64) bool { return math.Abs(a-b) <= within }

// The chemical process of Montgomery, Design and Analysis of Experiments, 8th ed., section 6.2: concentration (A) and
// catalyst (B), three replicates. Effects 8.33 and -5.00; sums of squares 208.33 and 75.00 of 323.00.
func TestMainEffectsTextbook(t *testing.T) {
	var runs []result.Record
	for _, row := range []struct {
		a, b   string
		yields []float64
	}{{"15", "1", []float64{28, 25, 27}}, {"25", "1", []float64{36, 32, 32}}, {"15", "2", []float64{18, 19, 23}}, {"25", "2", []float64{31, 30, 29}}} {
		for _, y := range row.yields {
			runs = append(runs, yield(y, "a", row.a, "b", row.b))
		}
	}
	broken := yield(1e9, "a", "15", "b", "1")
	broken.Checks = []result.Check{{Name: "agreement"}}
	runs = append(runs, broken, result.Record{})
	got := MainEffects(runs, Factors(runs), "y")
	if len(got) != 2 {
		t.Fatalf("%d effects", len(got))
	}
	for i, want := range []struct{ effect, squares float64 }{{25.0 / 3, 208.33}, {-5, 75}} {
		e := got[i]
		if !near(e.Levels[1].Mean-e.Levels[0].Mean, want.effect, 1e-9) || !near(e.Share, want.squares/323, 1e-4) || e.Runs != 12 || !near(e.Chance, 1.0/11, 1e-12) {
			t.Errorf("%s: %+v", e.Factor.Name, e)
		}
		if !near(e.Levels[0].Effect+e.Levels[1].Effect, 0, 1e-9) {
			t.Errorf("%s: main effects of a balanced grid do not add up to zero", e.Factor.Name)
		}
	}
	if MainEffects(runs, Factors(runs), "gone") != nil || MainEffects(runs[:1], Factors(runs), "y") != nil {
		t.Error("effects of nothing")
	}
}

// The function of Ishigami and Homma with a = 7, b = 0.1: first-order indices 0.3139, 0.4424 and 0 (Saltelli et al. 2008,
// section 4.9), on a grid and as a sample that has to be cut into classes.
func TestSharesIshigami(t *testing.T) {
	ishigami := func(x, y, z float64) float64 {
		return math.Sin(x) + 7*math.Sin(y)*math.Sin(y) + 0.1*z*z*z*z*math.Sin(x)
	}
	at := func(u float64) float64 { return (2*u - 1) * math.Pi }
	run := func(u, v, w float64) result.Record {
		return yield(ishigami(at(u), at(v), at(w)), "x", fmt.Sprintf("%.6f", u), "y", fmt.Sprintf("%.6f", v), "z", fmt.Sprintf("%.6f", w))
	}
	var grid, sample []result.Record
	const n = 20
	for i := range n * n * n {
		grid = append(grid, run((float64(i%n)+0.5)/n, (float64(i/n%n)+0.5)/n, (float64(i/n/n)+0.5)/n))
	}
	for i := range 2000 { // the points of a lattice: each level once
		sample = append(sample, run(frac(float64(i)*0.8191725134), frac(float64(i)*0.6710436067), frac(float64(i)*0.5497004779)))
	}
	for name, runs := range map[string][]result.Record{"grid": grid, "sample": sample} {
		got := MainEffects(runs, Factors(runs), "y")
		for i, want := range []float64{0.3139, 0.4424, 0} {
			within := 0.01
			if name == "sample" { // ten classes, each a fifth of a period of sin(y)^2, whose variance within is lost
				within = 0.02
				if loss := math.Sin(math.Pi/5) / (math.Pi / 5); i == 1 {
					want *= loss * loss
				}
			}
			if !near(got[i].Share, want, within) {
				t.Errorf("%s, %s: share %.4f, want %.4f", name, got[i].Factor.Name, got[i].Share, want)
			}
		}
		if name == "sample" && len(got[0].Levels) != classesMin {
			t.Errorf("%d classes", len(got[0].Levels))
		}
	}
}

func frac(x float64) float64 { return x - math.Floor(x) }

// Levels are in order of what they mean, and a column's name says its unit.
func TestFactors(t *testing.T) {
	a := yield(1, "wait", "10ms", "k.ey", "zipf", "size", "1KiB")
	b := yield(2, "wait", "2ms", "k.ey", "entity", "size", "5")
	c := yield(3, "wait", "1s", "k.ey", "zipf", "size", "1KiB")
	a.Design, b.Design, c.Design = "raft", "pbft", "raft"
	var got []string
	for _, f := range Factors([]result.Record{a, b, c}) {
		got = append(got, fmt.Sprint(f.Column(), f.Levels, f.Numbers))
	}
	want := []string{"k_ey[zipf entity] []", "size[1KiB 5] []", "wait_sec[2ms 10ms 1s] [0.002 0.01 1]", "design[raft pbft] []"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A cell is on the front unless another is at least as good in all and better in one.
func TestChoices(t *testing.T) {
	cell := func(scenario, hash string, throughput, p99 float64, replicas int) result.Record {
		return result.Record{Cell: hash, Scenario: scenario, Replicas: replicas,
			Values: []result.Value{{Name: "throughput", Value: throughput}, {Name: "latency-p99", Value: p99}}}
	}
	records := []result.Record{
		cell("s", "a", 100, 1, 4), cell("s", "b", 100, 1, 5), cell("s", "c", 90, 0.5, 5), cell("s", "d", 90, 0.6, 6),
		cell("t", "e", 1, 9, 9), cell("s", "a2", 100, 1, 4), cell("s", "silent", 0, 0, 1),
	}[:6]
	cores := map[string]int{"a": 2, "b": 1, "a2": 2}
	for _, c := range []struct {
		name  string
		years map[string]float64
		front string
		first float64 // cost of the first cell
		money bool
	}{
		{"no prices", nil, "b c e ", 8, false},
		{"in money the larger group is cheaper", map[string]float64{"a": 10, "b": 20, "c": 5, "d": 4, "e": 1, "a2": 11}, "a c d e ", 10, true},
		{"nothing costs anything", map[string]float64{"a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "a2": 0}, "a b c e a2 ", 0, true},
		{"one cell without a price, so that all cost cores", map[string]float64{"a": 10, "b": 20, "c": 5, "d": 4, "e": 1}, "b c e ", 8, false},
	} {
		got := Choices(records, cores, c.years)
		front := ""
		for _, o := range got {
			if o.Best {
				front += o.Run.Cell + " "
			}
		}
		if front != c.front || got[0].Cost != c.first || got[0].Priced != c.money || got[0].Cores != 8 {
			t.Errorf("%s: front %q, %+v", c.name, front, got[0])
		}
	}
}
