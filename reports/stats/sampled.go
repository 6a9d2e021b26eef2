package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	moremath "github.com/aclements/go-moremath/stats"
	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/combin"

	"github.com/govbench/govbench/reports/result"
)

// intervalTrialsMin is the number of trials from which a side's median has a distribution-free interval at 95 %.
const intervalTrialsMin = 6

// compareSamples tests two samples. Where they can be tested the verdict is left open until the p-values are corrected.
func (c *Contrast) compareSamples(old, new sample, rule Rule) {
	c.Change = relative(c.Old.Median, c.New.Median)
	if min(c.Old.N, c.New.N) >= intervalTrialsMin {
		c.Low, c.High = changeInterval(old.values, new.values, rule.Alpha)
	}
	c.P = pValue(old.values, new.values, c.Better, rule)
	c.Adjusted = c.P
	c.Warnings = append(c.Warnings, unstable("old", old)...)
	c.Warnings = append(c.Warnings, unstable("new", new)...)
	if n := min(c.Old.N, c.New.N); n < rule.TrialsMin {
		c.Verdict = Unclear
		c.Warnings = append(c.Warnings, fmt.Sprintf("too few samples: %d old and %d new, a verdict needs %d of each (govbench run --trials %d)", c.Old.N, c.New.N, rule.TrialsMin, rule.TrialsMin))
	}
}

// pValue is that of a Mann-Whitney test: exact for up to 50 trials a side (25 with ties), the normal approximation with
// corrections for ties and continuity beyond. One-sided it tests in the metric's worse direction.
func pValue(old, new []float64, better result.Better, rule Rule) float64 {
	if rule.OneSided && better != result.Neither && better != "" {
		less, greater := new, old // higher is better: is the new side less?
		if better == result.Lower {
			less, greater = old, new
		}
		// Always asked as "less": the library's "greater" steps over the half values that ties give.
		r, err := moremath.MannWhitneyUTest(less, greater, moremath.LocationLess)
		if err != nil { // all values are equal
			return 1
		}
		return min(r.P, 1)
	}
	// benchmath sorts its values in place.
	a := benchmath.NewSample(slices.Clone(old), &benchmath.DefaultThresholds)
	b := benchmath.NewSample(slices.Clone(new), &benchmath.DefaultThresholds)
	return min(benchmath.AssumeNothing.Compare(a, b).P, 1)
}

// leastP is the least p-value that the test can give for so many trials without ties.
func leastP(old, new int, oneSided bool) float64 {
	p := math.Exp(-combin.LogGeneralizedBinomial(float64(old+new), float64(old)))
	if !oneSided {
		p *= 2
	}
	return min(p, 1)
}

// weighted is a value with a probability.
type weighted struct{ value, weight float64 }

// changeInterval is an interval for the relative change of the median with confidence 1-alpha. A median of n values drawn
// again from a sample is its i-th smallest with a probability that is known in closed form (Maritz and Jarrett, JASA 73,
// 1978, with their extension to even n), so the bootstrap distribution of the change is summed up rather than drawn, and
// the same figures give the same interval everywhere.
func changeInterval(old, new []float64, alpha float64) (low, high float64) {
	olds, news := medianWeights(old), medianWeights(new)
	changes := make([]weighted, 0, len(olds)*len(news))
	for _, o := range olds {
		for _, n := range news {
			changes = append(changes, weighted{relative(o.value, n.value), o.weight * n.weight})
		}
	}
	slices.SortFunc(changes, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	tail := func(from, step int) float64 {
		sum := 0.0
		for i := from; i >= 0 && i < len(changes); i += step {
			if sum += changes[i].weight; sum > alpha/2 {
				return changes[i].value
			}
		}
		return changes[from].value
	}
	return tail(0, 1), tail(len(changes)-1, -1)
}

// medianWeights is the distribution of the median of a sample drawn again with replacement.
func medianWeights(values []float64) []weighted {
	v := slices.Sorted(slices.Values(values))
	n := float64(len(v))
	out := make([]weighted, len(v))
	before := 0.0
	for i, x := range v {
		upTo := mathext.RegIncBeta((n+1)/2, (n+1)/2, float64(i+1)/n)
		out[i] = weighted{x, upTo - before}
		before = upTo
	}
	return out
}
