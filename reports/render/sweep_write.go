package render

import (
	"bufio"
	_ "embed" // the page's template
	"encoding/csv"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

//go:embed sweep.gohtml
var sweepText string

// WriteSweep writes the report of a sweep into dir, which it creates: report.html, report.md, plots/, sweep.csv (a row a
// run and metric), effects.csv (a row a metric, factor and level) and pareto.csv (a row a cell). A file is replaced whole
// or not at all.
func WriteSweep(dir string, s Sweep) error {
	table := func(rows [][]string) func(io.Writer) error {
		return func(w io.Writer) error { return csv.NewWriter(w).WriteAll(rows) }
	}
	return writeFiles(dir, s.Figures, []outputFile{
		{"report.html", s.writeHTML}, {"report.md", s.writeMarkdown},
		{"sweep.csv", table(s.tidy())}, {"effects.csv", table(s.effects())}, {"pareto.csv", table(s.pareto())},
	})
}

// sweepTable is a table of the report.
type sweepTable struct {
	ID, Name, Note string
	Head           []string
	Right          []bool // which columns hold figures
	Rows           [][]string
}

// clearOfChance is how many times the share of chance a factor's share is at least to be told as an effect.
//
// assumed: the share of a factor without effect rarely reaches twice its average in a table of this size.
const clearOfChance = 2

// verdicts tell the sweep in sentences.
func (s Sweep) verdicts() (out []string) {
	effects := s.Effects()
	for _, metric := range sweepMetrics() {
		var most *stats.Effect
		for i := range effects {
			if e := &effects[i]; e.Metric == metric && (most == nil || e.Share > most.Share) {
				most = e
			}
		}
		if most == nil {
			out = append(out, metric+": the runs do not differ, or no run has it.")
			continue
		}
		if most.Share < clearOfChance*most.Chance {
			out = append(out, fmt.Sprintf("%s: no setting stands out from chance. The greatest share, %s, is that of %s; without any effect it would have %s on average. More levels or trials may tell.",
				metric, percent(most.Share), most.Factor.Name, percent(most.Chance)))
			continue
		}
		least, greatest := extremes(*most)
		m, _ := result.MetricNamed(metric)
		out = append(out, fmt.Sprintf("%s: %s matters most and explains %s of the differences (by chance alone %s). The mean goes from %s at %s to %s at %s.",
			metric, most.Factor.Name, percent(most.Share), percent(most.Chance), quantity(least.Mean, m.Unit), least.Name, quantity(greatest.Mean, m.Unit), greatest.Name))
	}
	return append(out, s.bestCells()...)
}

// extremes are the levels with the least and the greatest mean.
func extremes(e stats.Effect) (least, most stats.LevelEffect) {
	least, most = e.Levels[0], e.Levels[0]
	for _, l := range e.Levels {
		if l.Mean < least.Mean {
			least = l
		}
		if l.Mean > most.Mean {
			most = l
		}
	}
	return least, most
}

// bestCells has a sentence a service.
func (s Sweep) bestCells() (out []string) {
	choices := s.Choices()
	var scenarios []string
	fast, quick, cells, best := map[string]stats.Choice{}, map[string]stats.Choice{}, map[string]int{}, map[string]int{}
	for _, c := range choices {
		id := c.Run.Scenario
		if cells[id]++; cells[id] == 1 {
			scenarios, fast[id], quick[id] = append(scenarios, id), c, c
		}
		if c.Best {
			best[id]++
		}
		if c.Throughput > fast[id].Throughput {
			fast[id] = c
		}
		if c.Latency < quick[id].Latency {
			quick[id] = c
		}
	}
	for _, id := range scenarios {
		f, q := fast[id], quick[id]
		out = append(out, fmt.Sprintf("%s: most throughput, %s tx/s, has %s; the lowest p99 latency, %s, has %s. On the Pareto front: %d of %s.",
			id, figure(f.Throughput), cellName(f.Run), timeText(q.Latency), cellName(q.Run), best[id], count(cells[id], "cell")))
	}
	return out
}

// cellName is a cell's design, settings and load.
func cellName(r result.Record) string {
	name := strings.TrimSpace(r.Design + " " + factors(r, " "))
	if !strings.Contains(" "+name, " load=") {
		name += " at load " + r.Load
	}
	return name
}

// scope says how much was run and how much failed.
func (s Sweep) scope() string {
	failed, cells := 0, map[string]bool{}
	for _, r := range s.Records {
		failed += min(len(r.Failed()), 1)
		cells[r.Cell+"\x00"+r.Scenario+"\x00"+r.Design] = true
	}
	text := fmt.Sprintf("%s of %s, %d failed.", count(len(s.Records), "run"), count(len(cells), "cell"), failed)
	if given := givenUpText(stats.Cells(s.Records)); given != "" {
		text += " " + given
	}
	if failed > 0 {
		text += " Failed runs count for nothing in what follows."
	}
	if len(cells) == len(s.Records) {
		text += " With one trial a cell, differences by chance cannot be told from interactions of settings."
	}
	return text
}

// broken are the failed runs with their checks.
func (s Sweep) broken() (out []string) {
	for _, r := range s.Records {
		for _, c := range r.Failed() {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s on %s, trial %d: %s %s", cellName(r), r.Scenario, r.Trial, c.Name, c.Detail)))
			if len(out) == frontMost {
				return append(out, "and perhaps more: all are in failed.jsonl")
			}
		}
	}
	return out
}

// tables are those of the report.
func (s Sweep) tables() []sweepTable {
	out := []sweepTable{{ID: "effects", Name: "What each setting does", Head: []string{"metric", "factor", "share", "chance", "lowest mean", "highest mean"}, Right: []bool{false, false, true, true, false, false},
		Note: "The share is the variance of the means at the factor's levels over the variance of all runs, its first-order sensitivity; chance is the share that a factor without any effect would have on average. effects.csv has every level.", Rows: s.effectRows()}}
	choices := s.Choices()
	front := sweepTable{ID: "front", Name: "Cells that nothing beats", Head: []string{"service", "cell", "tx/s", "p99", "cost"}, Right: []bool{false, false, true, true, true},
		Note: "No other cell of the service is as good in throughput, latency and cost (" + s.costUnit(choices) + ") and better in one. Medians over trials." + strings.Join(append([]string{""}, s.unpriced()...), " ")}
	more := 0
	for _, c := range choices {
		switch {
		case !c.Best:
		case len(front.Rows) == frontRowsMost:
			more++
		default:
			front.Rows = append(front.Rows, []string{c.Run.Scenario, cellName(c.Run), figure(c.Throughput), timeText(c.Latency), s.costCell(c)})
		}
	}
	if more > 0 {
		front.Note += fmt.Sprintf(" %d more are in pareto.csv.", more)
	}
	out = append(out, front)
	if rows := givenUpRows(stats.Cells(s.Records)); len(rows) > 0 {
		given := sweepTable{ID: "given-up", Name: "Cells given up", Head: givenUpHead, Right: []bool{false, false, false, true},
			Note: "Their load is more than they carry: the times are those of the run's own clock at which that was beyond doubt.", Rows: rows[:min(len(rows), frontRowsMost)]}
		if more := len(rows) - frontRowsMost; more > 0 {
			given.Note += fmt.Sprintf(" %d more are in sweep.csv.", more)
		}
		out = append(out, given)
	}
	return out
}

// frontRowsMost bounds the rows of the front in a report, and of the cells given up.
const frontRowsMost = 100

func (s Sweep) writeMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("# %s\n\n%s\n", md(s.Title), md(s.scope()))
	if broken := s.broken(); len(broken) > 0 {
		p("## Failed checks\n")
		for _, b := range broken {
			p("- %s", md(b))
		}
		p("")
	}
	p("## Answer\n")
	for _, v := range s.verdicts() {
		p("- %s", md(v))
	}
	for _, t := range s.tables() {
		rule := "|"
		for _, r := range t.Right {
			rule += map[bool]string{false: "---|", true: "---:|"}[r]
		}
		p("\n## %s\n\n%s\n\n| %s |\n%s", t.Name, t.Note, strings.Join(t.Head, " | "), rule)
		for _, row := range t.Rows {
			cells := make([]string, len(row))
			for i, c := range row {
				cells[i] = md(c)
			}
			p("| %s |", strings.Join(cells, " | "))
		}
	}
	markdownFigures(p, s.Figures)
	judge(s.Input).markdownBasis(p)
	p("\n## Do it again\n\n```sh\n%s\n```", strings.ReplaceAll(s.Command, "```", ""))
	return out.Flush()
}

// markdownFigures shows figures.
func markdownFigures(p printer, figures []result.Figure) {
	if len(figures) > 0 {
		p("\n## Figures")
	}
	for _, f := range figures {
		p("\n![%s](plots/%s.svg)\n\n%s", md(f.Title), f.Name, md(f.Caption))
	}
}

// sweepPage is what the template shows.
type sweepPage struct {
	Title, Scope, Command string
	Style                 template.CSS
	Verdicts, Broken      []string
	Tables                []sweepTable
	Sections              []section
	Basis                 basis
}

// writeHTML writes the self-contained page.
func (s Sweep) writeHTML(w io.Writer) error {
	sections, err := sectionsOf(s.Figures)
	if err != nil {
		return err
	}
	t, err := newPage("sweep", sweepText)
	if err != nil {
		return err
	}
	return t.Execute(w, sweepPage{Title: s.Title, Scope: s.scope(), Command: s.Command, Style: template.CSS(styleText),
		Verdicts: s.verdicts(), Broken: s.broken(), Tables: s.tables(), Sections: sections, Basis: judge(s.Input).basis()})
}
