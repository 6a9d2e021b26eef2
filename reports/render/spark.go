package render

import (
	"fmt"
	"math"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
)

const (
	// sparkColumns is the width of a run over time, and sparksMost how many runs are drawn; the report draws all.
	sparkColumns = 20
	sparksMost   = 24
)

// sparkNote says how to read them.
const sparkNote = "Over time, from zero to the highest interval, whose value is beside it; a gap is an interval without answers."

// writeSparks draws each cell's first trial over time, unless there are too many.
func (j *judged) writeSparks(out *term.Page) {
	var tables []term.Table
	count := 0
	for _, load := range j.loads {
		t := term.Table{Head: []string{"at " + loadText(load), "design", "99 % answered within", "highest", "throughput", "highest"}, Keys: 2,
			Columns: []term.Column{{}, {}, {Whole: true}, {Right: true}, {Whole: true, Drop: 1}, {Right: true, Drop: 1}}, Rule: true}
		for _, s := range j.scenarios {
			name := term.Cut(j.in.scenarioName(s), nameColumns)
			for _, series := range j.series {
				if c := j.find(s, load, series); c != nil && sound(*c) && len(c.Trials[0].Series) > 1 {
					t.Rows = append(t.Rows, append([]string{name}, j.sparkRow(out, c)...))
					name = ""
				}
			}
		}
		if len(t.Rows) > 0 {
			tables = append(tables, t)
		}
		count += len(t.Rows)
	}
	if count == 0 || count > sparksMost {
		return
	}
	fmt.Fprintln(out)
	out.Sentence(sparkNote)
	for _, t := range tables {
		fmt.Fprintln(out)
		t.Write(out)
	}
}

func (j *judged) sparkRow(out *term.Page, c *stats.Cell) []string {
	latency, longest := sparkOf(out, c, func(p result.Point) float64 { return p.LatencyP99 })
	rate, most := sparkOf(out, c, func(p result.Point) float64 { return p.Throughput })
	return []string{c.Series + j.sampleMark(c.Series), latency, timeText(longest), rate, quantity(most, "tx/sec")}
}

// sparkOf draws a value of the intervals of a run in which anything was answered.
func sparkOf(out *term.Page, c *stats.Cell, value func(result.Point) float64) (line string, most float64) {
	var values []float64
	for _, p := range c.Trials[0].Series {
		v := value(p)
		if p.Throughput == 0 {
			v = math.NaN()
		}
		values = append(values, v)
	}
	return out.Spark(values, sparkColumns)
}
