package render

import (
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// glanceNote says how to read a glance.
const glanceNote = "99 % of transactions are answered within the time shown; where the load is not carried, the share of it that is, and what holds it back. " +
	"Reads are offered beside transactions and counted apart."

// glance is the answer at one load at its shortest: a row a scenario, a figure a design.
type glance struct {
	Load   string
	Series []string
	Rows   []glanceRow
}

type glanceRow struct {
	Scenario string // id
	Offered  string // the most that any of the designs was offered
	Entries  []entry
}

func (j *judged) glances() []glance {
	if j.wide() {
		return nil
	}
	var out []glance
	for _, load := range j.loads {
		g := glance{Load: load, Series: j.series}
		for _, s := range j.scenarios {
			if row, ok := j.glanceRow(s, load); ok {
				g.Rows = append(g.Rows, row)
			}
		}
		out = append(out, g)
	}
	return out
}

// glanceRow is the row of one scenario, false when it has no run at that load.
func (j *judged) glanceRow(scenario, load string) (glanceRow, bool) {
	row := glanceRow{Scenario: scenario, Offered: "–"}
	winners := j.clearWinners(scenario, load)
	any, most := false, 0.0
	for _, series := range j.series {
		c := j.find(scenario, load, series)
		if c == nil {
			row.Entries = append(row.Entries, entry{Text: "–"})
			continue
		}
		any = true
		if n := c.Number("offered") + c.Number("read-offered"); sound(*c) && n > most {
			most, row.Offered = n, offeredText(*c)
		}
		row.Entries = append(row.Entries, entry{Text: glanceText(*c), Best: slices.Contains(winners, series), Broken: len(c.Broken) > 0, Run: j.runOf(*c)})
	}
	return row, any
}

// clearWinners are the designs that beat a rival of their own kind.
func (j *judged) clearWinners(scenario, load string) []string {
	var out []string
	for _, a := range j.answers {
		for _, ch := range a.Choices {
			if a.Scenario == scenario && a.Load == load && ch.Winner != "" && ch.Alone == "" {
				out = append(out, strings.Split(ch.Winner, orText)...)
			}
		}
	}
	return out
}

// glanceText is the 99th percentile of a cell, or why it has none to boast of.
func glanceText(c stats.Cell) string {
	s := "no answer"
	switch v, ok := c.Median(ofCell(c, rank)); {
	case len(c.Broken) > 0:
		return "CHECK FAILED"
	case !sound(c):
		return "given up: " + limitShort(c)
	case !c.Carried():
		share := 0.0
		if offered := c.Number("offered"); offered > 0 {
			share = c.Number("throughput") / offered
		}
		s = figure(share*100) + " %: " + limitShort(c)
	case ok:
		s = timeText(v.Median)
	}
	if c.Runtime != result.Virtual {
		s = "~" + s
	}
	return s
}
