package stats

import (
	"math"
	"slices"

	"github.com/govbench/govbench/reports/result"
)

// Effect is what one factor does to one metric, over all runs whose checks held.
type Effect struct {
	Metric string
	Factor Factor
	Runs   int
	Mean   float64 // of all runs
	Levels []LevelEffect
	// Share is the first-order sensitivity: the variance of the means at the factor's levels, weighted by their runs,
	// over the variance of all runs, Var(E[Y|X]) / Var(Y) (Saltelli et al., Global Sensitivity Analysis: The Primer, 2008,
	// section 1.2.9; in an analysis of variance SS(factor) / SS(total)). In a full grid the shares of all factors and of
	// their interactions and the chance of trials add up to 1.
	Share float64
	// Chance is the share that a factor without any effect would have on average were the runs drawn at random,
	// (levels-1) / (runs-1). In a sample a share near it says nothing.
	Chance float64
}

// LevelEffect is one level of a factor.
type LevelEffect struct {
	Name   string // the level, or "from..to" of a class of levels
	Runs   int
	Mean   float64
	Effect float64 // main effect: Mean less the mean of all runs
}

// classesMin is the number of levels from which those of a sampled factor are put into classes.
//
// assumed: a table of ten lines is read, a longer one is not.
const classesMin = 10

// MainEffects computes what each factor does to a metric. Runs without the metric, broken ones and those of cells beyond what they carry count for nothing;
// without two runs that differ there are no effects. A numeric factor with many levels of few runs each, as in a
// sample, is cut into classes of nearly equally many runs, as many as the square root of the runs, at most ten (the
// given-data estimator of Plischke, Borgonovo and Smith, European Journal of Operational Research 226, 2013); what varies within a class is lost to the share.
func MainEffects(records []result.Record, factors []Factor, metric string) []Effect {
	var runs []result.Record
	var values []float64
	for _, r := range Measured(records) {
		if v, ok := r.Value(metric); ok {
			runs = append(runs, r)
			values = append(values, v.Value)
		}
	}
	mean, total := spread(values)
	if total == 0 {
		return nil
	}
	var out []Effect
	for _, f := range factors {
		classOf, names := classes(f, runs)
		e := Effect{Metric: metric, Factor: f, Runs: len(runs), Mean: mean}
		between := 0.0
		for k, name := range names {
			sum, n := 0.0, 0
			for i, v := range values {
				if classOf[i] == k {
					sum += v
					n++
				}
			}
			if n == 0 {
				continue
			}
			l := LevelEffect{Name: name, Runs: n, Mean: sum / float64(n)}
			l.Effect = l.Mean - mean
			between += float64(n) * l.Effect * l.Effect
			e.Levels = append(e.Levels, l)
		}
		e.Share = between / total
		e.Chance = float64(len(e.Levels)-1) / float64(len(runs)-1)
		out = append(out, e)
	}
	return out
}

// spread is the mean of values and the sum of their squared distances from it.
func spread(values []float64) (mean, squares float64) {
	for _, v := range values {
		mean += v
	}
	mean /= max(float64(len(values)), 1)
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return mean, squares
}

// classes says for each run to which class of the factor's levels it belongs; -1 to none.
func classes(f Factor, runs []result.Record) (of []int, names []string) {
	of = make([]int, len(runs))
	for i, r := range runs {
		of[i] = slices.Index(f.Levels, f.Level(r))
	}
	if len(f.Numbers) == 0 || len(f.Levels) <= classesMin || 2*len(f.Levels) <= len(runs) {
		return of, f.Levels
	}
	n := min(classesMin, int(math.Sqrt(float64(len(runs)))))
	perLevel := make([]int, len(f.Levels))
	for _, level := range of {
		if level >= 0 {
			perLevel[level]++
		}
	}
	class, first, before := make([]int, len(f.Levels)), make([]int, n), 0
	last := make([]int, n)
	for level, count := range perLevel {
		k := min(before*n/len(runs), n-1)
		if before += count; last[k] == 0 {
			first[k] = level
		}
		class[level], last[k] = k, level+1
	}
	for i, level := range of {
		if level >= 0 {
			of[i] = class[level]
		}
	}
	for k := range n {
		name := ""
		if last[k] > 0 {
			name = f.Levels[first[k]] + ".." + f.Levels[last[k]-1]
		}
		names = append(names, name)
	}
	return of, names
}
