package stats_test

import (
	"math"
	"testing"

	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/sim"
)

// noisy makes a series around levels that hold for so many values each; noise is the largest deviation.
func noisy(seed uint64, noise float64, levels ...float64) []float64 {
	random := sim.NewStream(seed, "test/noise")
	out := make([]float64, len(levels))
	for i, level := range levels {
		bell := 0.0 // of four uniform draws: nearly normal, and bounded
		for range 4 {
			bell += float64(random.Below(2001))/1000 - 1
		}
		out[i] = level * (1 + noise*bell/4)
	}
	return out
}

// level is n times the same value.
func level(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func points(seed uint64, values []float64) []stats.ChangePoint {
	return stats.ChangePoints(values, stats.DefaultSteps(), sim.NewStream(seed, "test/permutations"))
}

// Planted steps are found where they are, to a value or two, with their size, and nothing else is.
func TestPlantedSteps(t *testing.T) {
	for name, c := range map[string]struct {
		levels []float64
		at     []int
		change []float64
	}{
		"up":        {append(level(30, 100), level(20, 110)...), []int{30}, []float64{0.10}},
		"late":      {append(level(45, 100), level(5, 112)...), []int{45}, []float64{0.12}},
		"early":     {append(level(5, 100), level(45, 90)...), []int{5}, []float64{-0.10}},
		"up, down":  {append(append(level(25, 100), level(20, 115)...), level(25, 100)...), []int{25, 45}, []float64{0.15, -0.13}},
		"staircase": {append(append(append(level(20, 100), level(20, 110)...), level(20, 125)...), level(20, 160)...), []int{20, 40, 60}, []float64{0.10, 0.136, 0.28}},
		"zero":      {append(level(20, 0), level(20, 3)...), []int{20}, []float64{math.Inf(1)}},
		"twelve":    {append(level(6, 100), level(6, 130)...), []int{6}, []float64{0.30}},
	} {
		for seed := range uint64(3) {
			got := points(seed, noisy(seed, 0.03, c.levels...))
			if len(got) != len(c.at) {
				t.Errorf("%s, seed %d: %d change points %+v: want them at %v", name, seed, len(got), got, c.at)
				continue
			}
			for i, p := range got {
				if off := p.At - c.at[i]; off < -1 || off > 1 {
					t.Errorf("%s, seed %d: a change at %d: want %d", name, seed, p.At, c.at[i])
				}
				if d := p.Change - c.change[i]; math.Abs(d) > 0.02 || p.P > 0.01 {
					t.Errorf("%s, seed %d: a change of %v with p %v: want %v", name, seed, p.Change, p.P, c.change[i])
				}
			}
		}
	}
}

// Noise has no change points, but for the share of series that the level allows.
func TestNoStep(t *testing.T) {
	const series = 100
	found := 0
	for seed := range uint64(series) {
		rule := stats.DefaultSteps()
		rule.EffectMin = 0
		if len(stats.ChangePoints(noisy(seed, 0.2, level(40, 100)...), rule, sim.NewStream(seed, "p"))) > 0 {
			found++
		}
	}
	if found > 5 {
		t.Errorf("%d of %d series of noise have change points: want about 1", found, series)
	}
	for name, values := range map[string][]float64{"constant": level(50, 7), "short": {1, 2, 3, 9, 9, 9, 9}, "none": nil} {
		if got := points(1, values); len(got) > 0 {
			t.Errorf("%s has change points %+v", name, got)
		}
	}
}

// One outlier, however large, is no level; and a change too small to count is none.
func TestNoLevel(t *testing.T) {
	for seed := range uint64(5) {
		values := noisy(seed, 0.03, level(50, 100)...)
		values[20] = 500
		values[49] = 300
		if got := points(seed, values); len(got) > 0 {
			t.Errorf("seed %d: two outliers have change points %+v", seed, got)
		}
		if got := points(seed, noisy(seed, 0.005, append(level(40, 100), level(40, 101)...)...)); len(got) > 0 {
			t.Errorf("seed %d: 1 %% has change points %+v", seed, got)
		}
	}
}

// A drift is told from steps.
func TestDrift(t *testing.T) {
	for seed := range uint64(5) {
		slope := make([]float64, 60)
		for i := range slope {
			slope[i] = 100 + float64(i)/2
		}
		values := noisy(seed, 0.03, slope...)
		if d, drifts := stats.Drifts(values, points(seed, values)); !drifts || math.Abs(d.Change-0.295) > 0.03 || math.Abs(d.To-129.5) > 2 {
			t.Errorf("seed %d: a drift of 29.5 %% is %+v, %v", seed, d, drifts)
		}
		steps := noisy(seed, 0.03, append(append(level(20, 100), level(20, 110)...), level(20, 125)...)...)
		if _, drifts := stats.Drifts(steps, points(seed, steps)); drifts {
			t.Errorf("seed %d: steps are a drift", seed)
		}
	}
	if _, drifts := stats.Drifts(level(10, 5), nil); drifts {
		t.Error("a level drifts")
	}
}

// The split is that of the definition, by sums over all pairs. The sides are too short to be split again.
func TestEnergyNaive(t *testing.T) {
	rule := stats.Steps{Level: 1, LengthMin: 5}
	for seed := range uint64(20) {
		values := noisy(seed, 0.5, append(level(6, 100), level(8, 110)...)...)
		values[3] = values[9] // a tie
		want, best := 0, 0.0
		for k := 5; k <= len(values)-5; k++ {
			if q := naiveEnergy(values[:k], values[k:]); q > best {
				want, best = k, q
			}
		}
		got := stats.ChangePoints(values, rule, sim.NewStream(seed, "p"))
		if best > 0 && (len(got) != 1 || got[0].At != want) || best == 0 && len(got) > 0 {
			t.Errorf("seed %d: split at %+v: want %d, where the energy is %v", seed, got, want, best)
		}
	}
}

func naiveEnergy(x, y []float64) float64 {
	mean := func(a, b []float64, pairs float64) (sum float64) {
		for _, v := range a {
			for _, w := range b {
				sum += math.Abs(v - w)
			}
		}
		return sum / pairs
	}
	n, m := float64(len(x)), float64(len(y))
	return n * m / (n + m) * (2*mean(x, y, n*m) - mean(x, x, n*(n-1)) - mean(y, y, m*(m-1)))
}

func TestExactChanges(t *testing.T) {
	got := stats.ExactChanges([]float64{5, 5, 5.0000001, 5.0000001, 4})
	if len(got) != 2 || got[0].At != 2 || got[1].At != 4 || math.Abs(got[0].Change-2e-8) > 1e-12 || got[1].P != 0 {
		t.Errorf("the changes of exact values are %+v", got)
	}
	if got := stats.ExactChanges(level(9, 3)); got != nil {
		t.Errorf("equal values changed: %+v", got)
	}
}

func BenchmarkChangePoints(b *testing.B) {
	values := noisy(1, 0.03, append(level(500, 100), level(500, 110)...)...)
	for b.Loop() {
		points(1, values)
	}
}
