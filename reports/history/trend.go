package history

import (
	"slices"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/sim"
)

// Point is a metric of one version.
type Point struct {
	Version string
	At      time.Time
	Value   Value
}

// Trend is a metric of one cell over the versions, and where it changed.
type Trend struct {
	Scenario string
	Series   string // the design, and whatever else differs between the cells of the file
	Load     string
	Runtime  result.Runtime
	Metric   string
	Unit     string
	Better   result.Better
	Exact    bool
	Points   []Point
	Changes  []stats.ChangePoint // At is an index of Points
	Drift    *stats.Drift        // a straight line, where that tells more than levels do; Changes is then empty
	// Short says that there are too few points for any change of noisy values to show.
	Short bool
}

// Verdict says whether a change of the trend is for better or for worse.
func (t Trend) Verdict(change float64) stats.Verdict {
	switch {
	case t.Better == result.Neither || change == 0:
		return stats.Changed
	case (t.Better == result.Higher) == (change > 0):
		return stats.Better
	}
	return stats.Worse
}

// Values are the figures of the points, in their order.
func (t Trend) Values() []float64 {
	out := make([]float64, len(t.Points))
	for i, p := range t.Points {
		out[i] = p.Value.Median
	}
	return out
}

// Trends follows every cell of a file through its versions, in the order of the lines, by the given
// metrics; without names by every one that has a direction. The test of noisy values draws from a stream of the cell's and
// the metric's names, so equal files give equal results.
func Trends(entries []Entry, metrics []string, rule stats.Steps) []Trend {
	records := make([]result.Record, len(entries))
	for i, e := range entries {
		records[i] = e.record()
		records[i].Trial = i
	}
	var out []Trend
	for _, cell := range stats.Cells(records) {
		for _, metric := range named(cell, metrics) {
			t := Trend{Scenario: cell.Scenario, Series: cell.Series, Load: cell.Load, Runtime: cell.Runtime, Metric: metric}
			for _, r := range cell.Trials {
				e := entries[r.Trial]
				for _, v := range e.Values {
					if v.Name == metric {
						t.Points = append(t.Points, Point{e.Version, e.At, v})
					}
				}
			}
			if len(t.Points) > 0 {
				t.follow(rule)
				out = append(out, t)
			}
		}
	}
	return out
}

// named lists the metrics to follow in a cell.
func named(cell stats.Cell, metrics []string) []string {
	if len(metrics) > 0 {
		return metrics
	}
	var out []string
	for _, r := range cell.Trials {
		for _, v := range r.Values {
			if v.Better != result.Neither && !slices.Contains(out, v.Name) {
				out = append(out, v.Name)
			}
		}
	}
	return out
}

// follow looks for changes.
func (t *Trend) follow(rule stats.Steps) {
	last := t.Points[len(t.Points)-1].Value
	t.Unit, t.Better, t.Exact = last.Unit, last.Better, true
	for _, p := range t.Points {
		t.Exact = t.Exact && p.Value.Exact
	}
	values := t.Values()
	if t.Exact {
		t.Changes = stats.ExactChanges(values)
		return
	}
	t.Short = len(values) < 2*rule.LengthMin
	name := t.Scenario + "\x00" + t.Series + "\x00" + t.Load + "\x00" + string(t.Runtime) + "\x00" + t.Metric
	t.Changes = stats.ChangePoints(values, rule, sim.NewStream(1, "history/"+name))
	if d, drifts := stats.Drifts(values, t.Changes); drifts {
		t.Drift, t.Changes = &d, nil
	}
}
