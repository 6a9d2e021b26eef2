package render

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
)

// Sweep is what the report of a sweep is made from.
type Sweep struct{ Input }

// sweepMetrics are those whose effects are told, in order.
func sweepMetrics() []string { return []string{"throughput", "latency-p50", "latency-p99"} }

// tidyHead are the columns of every run, before those of the factors.
func tidyHead() []string {
	return []string{"cell", "scenario", "design", "protocol", "runtime", "network", "machine", "faults", "replicas", "cores", "load", "seed", "trial"}
}

// tidyTail are the columns of every run, after those of the factors.
func tidyTail() []string {
	return []string{"status", "metric", "value", "unit", "cost_per_year", "currency"}
}

// yearCell is what a cell costs a year, empty where it has no price.
func (s Sweep) yearCell(cell string) string {
	if c, ok := s.Costs[cell]; ok && c.Unpriced == "" {
		return strconv.FormatFloat(c.Year(), 'f', 2, 64)
	}
	return ""
}

// currency is that of the cost of a cell, empty where it has no price.
func (s Sweep) currency(cell string) string {
	if s.yearCell(cell) == "" {
		return ""
	}
	return cellText(s.Prices.Currency)
}

// inMoney reports whether the front is by money: every cell on it or behind it has a price.
func inMoney(choices []stats.Choice) bool {
	return len(choices) > 0 && choices[0].Priced
}

// costUnit says what the costs of choices are.
func (s Sweep) costUnit(choices []stats.Choice) string {
	if inMoney(choices) {
		return s.Prices.Currency + " a year by the price table " + s.Prices.Name
	}
	return "replicas x cores"
}

// costCell is the cost of a choice.
func (s Sweep) costCell(c stats.Choice) string {
	if c.Priced {
		return amount(c.Cost, s.Prices.Currency)
	}
	return fmt.Sprintf("%g", c.Cost)
}

// factorColumns names the factors' columns, apart from those of every run.
func factorColumns(factors []stats.Factor) []string {
	taken := append(tidyHead(), tidyTail()...)
	var out []string
	for _, f := range factors {
		name := f.Column()
		for slices.Contains(taken, name) {
			name = "factor_" + name
		}
		taken = append(taken, name)
		out = append(out, name)
	}
	return out
}

// tidy has one row a run and metric; a run without figures has one row that says why.
func (s Sweep) tidy() [][]string {
	settings := slices.DeleteFunc(stats.Factors(s.Records), func(f stats.Factor) bool { return !isSetting(s.Records, f.Name) })
	rows := [][]string{slices.Concat(tidyHead(), factorColumns(settings), tidyTail())}
	beyond := stats.Beyond(s.Records)
	for _, r := range s.Records {
		run, cost := s.tidyRun(r, settings), []string{s.yearCell(r.Cell), s.currency(r.Cell)}
		if len(r.Failed()) > 0 {
			rows = append(rows, append(run, append([]string{"failed", "", "", ""}, cost...)...))
			continue
		}
		if beyond(r) {
			rows = append(rows, append(run, append([]string{statusBeyond(r), "", "", ""}, cost...)...))
			continue
		}
		for _, v := range r.Values {
			rows = append(rows, append(run[:len(run):len(run)], "ok", v.Name, strconv.FormatFloat(v.Value, 'g', -1, 64), v.Unit, cost[0], cost[1]))
		}
	}
	return rows
}

// isSetting reports whether runs have a setting of that name.
func isSetting(records []result.Record, name string) bool {
	return slices.ContainsFunc(records, func(r result.Record) bool {
		return slices.ContainsFunc(r.Factors, func(f result.Factor) bool { return f.Name == name })
	})
}

func (s Sweep) tidyRun(r result.Record, settings []stats.Factor) []string {
	cores := ""
	if n := s.Cores[r.Cell]; n > 0 {
		cores = strconv.Itoa(n)
	}
	row := []string{r.Cell, r.Scenario, r.Design, r.Protocol, string(r.Runtime), r.Network, r.Machine, r.Faults,
		strconv.Itoa(r.Replicas), cores, r.Load, strconv.FormatUint(r.Seed, 10), strconv.Itoa(r.Trial)}
	for _, f := range settings {
		level := f.Level(r)
		if v, ok := f.Number(level); ok {
			level = strconv.FormatFloat(v, 'g', -1, 64)
		}
		row = append(row, level)
	}
	for i := range row {
		row[i] = cellText(row[i])
	}
	return row
}

// Effects are what each factor does to every metric that is told.
func (s Sweep) Effects() (out []stats.Effect) {
	factors := stats.Factors(s.Records)
	for _, metric := range sweepMetrics() {
		out = append(out, stats.MainEffects(s.Records, factors, metric)...)
	}
	return out
}

// Choices are the cells as one who has to choose sees them.
func (s Sweep) Choices() []stats.Choice { return stats.Choices(s.Records, s.Cores, s.years()) }

func (s Sweep) effects() [][]string {
	rows := [][]string{{"metric", "unit", "factor", "level", "runs", "mean", "effect", "share", "chance"}}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', 9, 64) }
	for _, e := range s.Effects() {
		m, _ := result.MetricNamed(e.Metric)
		for _, l := range e.Levels {
			rows = append(rows, []string{e.Metric, m.Unit, e.Factor.Name, cellText(l.Name), strconv.Itoa(l.Runs), number(l.Mean), number(l.Effect), number(e.Share), number(e.Chance)})
		}
	}
	return rows
}

func (s Sweep) pareto() [][]string {
	rows := [][]string{{"cell", "scenario", "design", "replicas", "cores", "load", "factors", "throughput_tx_per_sec", "latency_p99_sec", "cost_replica_cores", "best", "cost_per_year", "currency"}}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, c := range s.Choices() {
		r := c.Run
		row := []string{r.Cell, r.Scenario, r.Design, strconv.Itoa(r.Replicas), strconv.Itoa(s.Cores[r.Cell]), r.Load, factors(r, ";"),
			number(c.Throughput), number(c.Latency), number(c.Cores), strconv.FormatBool(c.Best), s.yearCell(r.Cell), s.currency(r.Cell)}
		for i := range row {
			row[i] = cellText(row[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// frontMost bounds the lines of the Pareto front in the terminal; pareto.csv has all.
const frontMost = 20

// SweepText tells a sweep in the terminal: what each factor does, and which cells nothing beats.
func SweepText(w io.Writer, s Sweep) error {
	out := term.Of(w)
	failed := 0
	for _, r := range s.Records {
		failed += min(len(r.Failed()), 1)
	}
	fmt.Fprintf(out, "%d runs, %d failed", len(s.Records), failed)
	if n := givenUp(s.Records); n > 0 {
		fmt.Fprintf(out, ", %d given up", n)
	}
	fmt.Fprintln(out)
	cells := stats.Cells(s.Records)
	if rows := givenUpRows(cells); len(rows) > 0 {
		out.Sentence(givenUpText(cells))
		fmt.Fprintln(out)
		writeAligned(out, givenUpHead, rows[:min(len(rows), frontMost)], []bool{false, false, false, true})
		if more := len(rows) - frontMost; more > 0 {
			fmt.Fprintf(out, "and %d more in sweep.csv\n", more)
		}
	}
	table := s.effectRows()
	if len(table) > 0 {
		fmt.Fprintln(out)
		out.Sentence("What each factor does: its share of the variance, the share that chance alone would give it, and its means")
		writeAligned(out, []string{"metric", "factor", "share", "chance", "lowest mean", "highest mean"}, table, make([]bool, 6))
	}
	s.textFront(out)
	return out.Err()
}

// effectRows has a row a metric and factor: its share, that of chance, and the levels with the extreme means.
func (s Sweep) effectRows() (out [][]string) {
	for _, e := range s.Effects() {
		least, most := extremes(e)
		m, _ := result.MetricNamed(e.Metric)
		out = append(out, []string{e.Metric, e.Factor.Name, percent(e.Share), percent(e.Chance),
			quantity(least.Mean, m.Unit) + " at " + least.Name, quantity(most.Mean, m.Unit) + " at " + most.Name})
	}
	return out
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) + " %" }

// textFront lists the choices that no other beats.
func (s Sweep) textFront(out *term.Page) {
	var table [][]string
	choices := s.Choices()
	for _, c := range choices {
		if c.Best {
			table = append(table, []string{c.Run.Scenario, strings.TrimSpace(c.Run.Design + " " + factors(c.Run, " ")), c.Run.Load,
				figure(c.Throughput), timeText(c.Latency), s.costCell(c)})
		}
	}
	if len(table) == 0 {
		return
	}
	fmt.Fprintln(out)
	out.Sentence("The Pareto front: no other cell of the service is as good in throughput, latency and cost (" + s.costUnit(choices) + ") and better in one")
	more := len(table) - frontMost
	writeAligned(out, []string{"service", "design", "load", "tx/s", "p99", "cost"}, table[:min(len(table), frontMost)], []bool{false, false, false, true, true, true})
	if more > 0 {
		fmt.Fprintf(out, "and %d more in pareto.csv\n", more)
	}
}
