package render

import (
	"math"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// compared are the metrics of the comparison table, with their words.
var compared = []struct{ metric, words string }{
	{"offered", "offered"},
	{"throughput", "answered"},
	{"read-offered", "reads offered"},
	{"read-throughput", "reads answered"},
	{"latency-p50", "latency, median"},
	{"latency-p99", "latency, 99 %"},
	{"case-latency-p50", "whole case, median"},
	{"read-latency-p50", "read, median"},
	{"dropped", "not admitted"},
	{"failed", "lost"},
	{"view-changes", "view changes"},
	{"cpu-utilisation-max", "busiest CPU"},
	{"disk-utilisation-max", "busiest disk"},
	{"link-utilisation-max", "busiest link"},
}

// entry is one figure of the comparison table.
type entry struct {
	Text   string
	Best   bool
	Broken bool // withheld: Text says which check failed
	Run    int  // number of the run at which the command stands, from 1; 0: none
}

// line is one row: a metric of a scenario, over the series.
type line struct {
	Metric  string
	Entries []entry
}

// block is the rows of one scenario.
type block struct {
	Scenario string
	Lines    []line
	Runs     []int // of each series, where its command stands; 0: no run
}

// comparison is the table of one load.
type comparison struct {
	Load   string
	Series []string
	Blocks []block
}

func (j *judged) comparisons() []comparison {
	if j.wide() {
		return nil
	}
	var out []comparison
	for _, load := range j.loads {
		cmp := comparison{Load: load, Series: j.series}
		for _, s := range j.scenarios {
			if b := j.block(s, load); len(b.Lines) > 0 {
				cmp.Blocks = append(cmp.Blocks, b)
			}
		}
		out = append(out, cmp)
	}
	return out
}

func (j *judged) find(scenario, load, series string) *stats.Cell {
	for i := range j.cells {
		if c := &j.cells[i]; c.Scenario == scenario && c.Load == load && c.Series == series {
			return c
		}
	}
	return nil
}

func (j *judged) block(scenario, load string) block {
	b := block{Scenario: scenario}
	row := make([]*stats.Cell, len(j.series))
	for i, s := range j.series {
		row[i] = j.find(scenario, load, s)
		b.Runs = append(b.Runs, 0)
		if row[i] != nil {
			b.Runs[i] = j.runOf(*row[i])
		}
	}
	for _, m := range compared {
		if l, ok := j.metricLine(m.metric, m.words, row); ok {
			b.Lines = append(b.Lines, l)
		}
	}
	if l, ok := j.pauseLine(row); ok {
		b.Lines = append(b.Lines, l)
	}
	if l := (line{Metric: "held back by"}); len(b.Lines) > 0 {
		for _, c := range row {
			e := entry{Text: "–"}
			if c != nil && sound(*c) {
				e.Text = limitShort(*c)
			}
			l.Entries = append(l.Entries, e)
		}
		b.Lines = append(b.Lines, l)
	}
	return b
}

// sound reports whether a cell may be quoted: it has trials, no trial broke a check, and none was given up.
func sound(c stats.Cell) bool { return len(c.Trials) > 0 && len(c.Broken) == 0 }

// metricLine is one row; false when no cell has the metric and none is broken.
func (j *judged) metricLine(metric, words string, row []*stats.Cell) (line, bool) {
	l := line{Metric: words}
	m, _ := result.MetricNamed(metric)
	any := false
	rare := metric == "dropped" || metric == "failed" || metric == "view-changes" // left out when zero for all
	for _, c := range row {
		e := entry{Text: "–"}
		switch {
		case c == nil:
		case !sound(*c):
			e = entry{Text: c.Withheld(), Broken: len(c.Broken) > 0}
			any = any || metric == "throughput" // say it even where nothing else is to be said
		default:
			if v, ok := c.Median(metric); ok {
				e.Text, any = estimate(v, m.Unit), any || !rare || v.High > 0
			}
		}
		l.Entries = append(l.Entries, e)
	}
	for _, rivals := range j.classes(row) {
		if rare || (metric == "throughput" || metric == "read-throughput") && allCarried(row, rivals) {
			continue // no merit: consequences of something else, or of what happened to fall due
		}
		if strings.Contains(metric, "latency") {
			rivals = carriers(row, rivals) // who answers few of them may answer those fast
		}
		markBest(&l, metric, m.Better, row, rivals)
	}
	return l, any
}

// allCarried reports whether every one of the rivals answered what it was offered.
func allCarried(row []*stats.Cell, rivals []int) bool {
	for _, i := range rivals {
		if !row[i].Carried() {
			return false
		}
	}
	return true
}

// carriers are the rivals that carry their load.
func carriers(row []*stats.Cell, rivals []int) []int {
	var out []int
	for _, i := range rivals {
		if row[i].Carried() {
			out = append(out, i)
		}
	}
	return out
}

// classes lists the positions of the cells that may be ranked against each other: exact figures of
// designs with the same fault model in the same setting. Samples are not ranked in a table.
func (j *judged) classes(row []*stats.Cell) [][]int {
	index := map[string]int{}
	var out [][]int
	for i, c := range row {
		if c == nil || c.Runtime != result.Virtual || !sound(*c) {
			continue
		}
		key := j.faultModel(c.Design) + "\x00" + setting(*c)
		k, ok := index[key]
		if !ok {
			k = len(out)
			index[key] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// markBest marks the best of the rivals, and those equal to it, unless all are equal.
func markBest(l *line, metric string, better result.Better, row []*stats.Cell, rivals []int) {
	if better == result.Neither {
		return
	}
	var values []float64
	var at []int
	for _, i := range rivals {
		if v, ok := row[i].Median(metric); ok {
			values, at = append(values, v.Median), append(at, i)
		}
	}
	if len(values) < 2 {
		return
	}
	best, worst := slices.Min(values), slices.Max(values)
	if better == result.Higher {
		best, worst = worst, best
	}
	if alike(best, worst) {
		return
	}
	for k, v := range values {
		if alike(v, best) {
			l.Entries[at[k]].Best = true
		}
	}
}

// alike reports whether two figures count as equal.
func alike(a, b float64) bool { return math.Abs(a-b) <= equalShare*max(math.Abs(a), math.Abs(b)) }
