package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// wide reports whether the cells are too many for tables with a column a design and setting. A sweep has hundreds of
// either; its cells are rows of one table instead.
func (j *judged) wide() bool { return j.isWide }

// group is by what the page's choices and charts tell cells apart: the series or, where those are too many, the
// design.
func (j *judged) group(c stats.Cell) string {
	if j.wide() {
		return c.Design
	}
	return c.Series
}

func (j *judged) groups() []string { return stats.Unique(j.cells, j.group) }

// cellRow is one cell in a table with a row a cell.
type cellRow struct {
	Scenario, Series, Load                      string
	Offered, Answered, P50, P99, Back, Withheld string
	Of, Group, Run                              int // numbers of the scenario and the group, and the first of its runs
}

// cellRows lists every cell of a set that is too wide for the comparison.
func (j *judged) cellRows() []cellRow {
	if !j.wide() {
		return nil
	}
	groups := j.groups()
	out := make([]cellRow, len(j.cells))
	for i, c := range j.cells {
		row := cellRow{Scenario: c.Scenario, Series: strings.TrimSuffix(c.Series, " load="+c.Load), Load: c.Load, Run: j.runOf(c),
			Of: slices.Index(j.scenarios, c.Scenario), Group: slices.Index(groups, j.group(c)), Offered: "–", Answered: "–", P50: "–", P99: "–", Back: "–"}
		if sound(c) {
			row.Offered, row.Answered, row.Back = offeredText(c), rateText(c, "throughput", "read-throughput"), limitShort(c)
			row.P50, row.P99 = cellLatency(c, "latency-p50"), cellLatency(c, rank)
		} else {
			row.Withheld = c.Withheld()
		}
		out[i] = row
	}
	return out
}

func cellLatency(c stats.Cell, metric string) string {
	if m, ok := c.Median(ofCell(c, metric)); ok {
		return timeText(m.Median)
	}
	return "–"
}

// runKey tells the cells of records apart.
func runKey(r result.Record) string {
	return strings.Join([]string{r.Cell, r.Scenario, r.Design, r.Load, string(r.Runtime)}, "\x00")
}

// runOf is the number of a cell's first run in the list of every run, from 1: where its command stands.
func (j *judged) runOf(c stats.Cell) int { return j.first[runKey(anyRecord(c))] }

// firstRuns numbers the first run of every cell.
func firstRuns(records []result.Record) map[string]int {
	out := map[string]int{}
	for i, r := range records {
		if k := runKey(r); out[k] == 0 {
			out[k] = i + 1
		}
	}
	return out
}

// markdownCells lists the cells of a wide set.
func (j *judged) markdownCells(p printer) {
	p("| scenario | design | load | offered | answered | median | 99 %% | held back by |\n|---|---|---|---:|---:|---:|---:|---|")
	for _, r := range j.cellRows() {
		if r.Withheld != "" {
			r.Back = "**" + md(r.Withheld) + "**"
		}
		p("| %s | %s | %s | %s | %s | %s | %s | %s |", md(j.in.scenarioName(r.Scenario)), md(r.Series), md(loadText(r.Load)), r.Offered, r.Answered, r.P50, r.P99, r.Back)
	}
}

// wideNote says how a wide set is laid out.
func (j *judged) wideNote() string {
	return fmt.Sprintf("%s and %s are too many for tables side by side: each of the %d cells is a row.",
		count(len(j.series), "setting"), count(len(j.loads), "load"), len(j.cells))
}
