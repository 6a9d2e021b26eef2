package stats

import "github.com/govbench/govbench/reports/result"

// Cross is the mean of a metric at each combination of the levels of two factors.
type Cross struct {
	Across, Up []string    // the levels, or "from..to" of classes of levels as of MainEffects
	Mean       [][]float64 // by level of Up, then of Across
	Runs       [][]int     // that the mean is of; 0: there is no such combination, or all its runs failed
}

// Crossed computes a Cross. Runs without the metric, broken ones and those of cells beyond what they carry count for nothing.
func Crossed(records []result.Record, across, up Factor, metric string) Cross {
	var runs []result.Record
	var values []float64
	for _, r := range Measured(records) {
		if v, ok := r.Value(metric); ok {
			runs = append(runs, r)
			values = append(values, v.Value)
		}
	}
	ofAcross, namesAcross := classes(across, runs)
	ofUp, namesUp := classes(up, runs)
	c := Cross{Across: namesAcross, Up: namesUp, Mean: make([][]float64, len(namesUp)), Runs: make([][]int, len(namesUp))}
	for i := range namesUp {
		c.Mean[i], c.Runs[i] = make([]float64, len(namesAcross)), make([]int, len(namesAcross))
	}
	for i, v := range values {
		if x, y := ofAcross[i], ofUp[i]; x >= 0 && y >= 0 {
			c.Mean[y][x] += v
			c.Runs[y][x]++
		}
	}
	for y := range c.Mean {
		for x := range c.Mean[y] {
			c.Mean[y][x] /= float64(max(c.Runs[y][x], 1))
		}
	}
	return c
}
