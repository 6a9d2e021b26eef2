package stats

import (
	"slices"

	"github.com/govbench/govbench/reports/result"
)

// Choice is a cell of a sweep as one who has to choose sees it: medians over its trials.
type Choice struct {
	Run        result.Record // its first sound trial
	Throughput float64       // transactions a second
	Latency    float64       // 99th percentile, seconds
	Cost       float64       // by which the front is: money of a year, or replicas x cores where a cell has no price
	Priced     bool          // the cost is money
	Cores      float64       // replicas x cores
	Best       bool          // no other cell of the scenario is as good in all three and better in one
}

// Choices lists the cells, told apart by their hashes and scenarios, that answered anything, in order of appearance, and
// marks the Pareto front of each scenario. cores holds the cores of a node and years the money of a year, by the cell's
// hash: where one of the cells lacks it, all cost replicas x cores.
func Choices(records []result.Record, cores map[string]int, years map[string]float64) []Choice {
	type id struct{ cell, scenario, design string }
	index := map[id]int{}
	var trials [][]result.Record
	for _, r := range Measured(records) {
		key := id{r.Cell, r.Scenario, r.Design}
		i, ok := index[key]
		if !ok {
			i = len(trials)
			index[key] = i
			trials = append(trials, nil)
		}
		trials[i] = append(trials[i], r)
	}
	var out []Choice
	for _, t := range trials {
		c := Cell{Trials: t}
		latency, ok := c.Median("latency-p99")
		if !ok {
			continue
		}
		out = append(out, Choice{Run: t[0], Throughput: c.Number("throughput"), Latency: latency.Median,
			Cores: float64(t[0].Replicas * max(cores[t[0].Cell], 1)), Cost: years[t[0].Cell], Priced: true})
	}
	unpriced := slices.ContainsFunc(out, func(c Choice) bool { _, ok := years[c.Run.Cell]; return !ok })
	for i := range out {
		if unpriced {
			out[i].Cost, out[i].Priced = out[i].Cores, false
		}
	}
	for i := range out {
		out[i].Best = true
		for j := range out {
			if out[j].Run.Scenario == out[i].Run.Scenario && out[j].dominates(out[i]) {
				out[i].Best = false
				break
			}
		}
	}
	return out
}

// dominates reports whether a choice is as good as another in everything and better in something.
func (c Choice) dominates(o Choice) bool {
	return c.Throughput >= o.Throughput && c.Latency <= o.Latency && c.Cost <= o.Cost &&
		(c.Throughput > o.Throughput || c.Latency < o.Latency || c.Cost < o.Cost)
}
