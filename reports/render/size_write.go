package render

import (
	"bufio"
	_ "embed" // the page's template
	"encoding/csv"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
)

//go:embed size.gohtml
var sizeText string

// WriteSizings writes the report of a sizing into dir, which it creates: report.html, report.md, size.csv (a candidate a
// row), size.jsonl (a candidate a line) and environment.json. A file is replaced whole or not at all.
func WriteSizings(dir string, in Sizings) error {
	if len(in.Sized) == 0 {
		return errors.New("no candidate to report")
	}
	return writeFiles(dir, in.Figures, []outputFile{
		{"report.html", in.writeHTML},
		{"report.md", in.writeMarkdown},
		{"size.csv", in.writeCSV},
		{"size.jsonl", in.WriteJSON},
		{"environment.json", func(w io.Writer) error { return writeEnvironment(w, in.Input) }},
	})
}

// WriteJSON writes a candidate a line.
func (in Sizings) WriteJSON(w io.Writer) error {
	for _, s := range in.Sized {
		line, err := result.EncodeSizing(s)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SizingText writes the summary for a terminal: the verdicts, then what carries the load, the cheapest first.
func SizingText(w io.Writer, in Sizings) error {
	out := term.Of(w)
	out.Sentence(keep(in.sizeScope()))
	for _, v := range in.verdicts() {
		out.Sentence(keep(v))
	}
	for _, id := range in.sizeScenarios() {
		list := result.Cheapest(in.of(id))
		if len(list) == 0 {
			continue
		}
		t := term.Table{Head: sizeHead, Rule: true, Columns: []term.Column{{}, {Right: true}, {Right: true}, {}, {}, {Right: true}, {Right: true, Drop: 4}, {Right: true, Drop: 6}, {Right: true, Drop: 5},
			{Right: true, Drop: 7}, {Right: true, Drop: 3}, {Right: true, Drop: 1}, {Right: true, Drop: 2}, {Drop: 2}}}
		for _, s := range list {
			t.Rows = append(t.Rows, sizeColumns(s))
		}
		fmt.Fprintln(out)
		if len(in.sizeScenarios()) > 1 {
			out.Sentence(in.scenarioName(id))
		}
		t.Write(out)
	}
	fmt.Fprintln(out)
	for _, l := range in.loads() {
		out.Sentence(keep(l))
	}
	out.Sentence(keep(in.priced()))
	for _, d := range in.sizeDoubts() {
		sayWarning(out, d)
	}
	for _, b := range in.sizeBroken() {
		sayFailed(out, b)
	}
	return out.Err()
}

func (in Sizings) writeMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	row := func(cells []string) {
		for i := range cells {
			cells[i] = md(cells[i])
		}
		p("| %s |", strings.Join(cells, " | "))
	}
	p("# %s\n\n%s\n", md(in.Title), md(in.sizeScope()))
	if broken := in.sizeBroken(); len(broken) > 0 {
		p("## Failed checks\n")
		for _, b := range broken {
			p("- %s", md(b))
		}
		p("")
	}
	p("## Answer\n")
	for _, v := range in.verdicts() {
		p("- %s", md(v))
	}
	for _, id := range in.sizeScenarios() {
		p("\n### %s: the smallest that carry it, the cheapest first\n\n| %s |\n|---|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|", md(in.scenarioName(id)), strings.Join(sizeHead, " | "))
		for _, s := range result.Cheapest(in.of(id)) {
			row(sizeColumns(s))
		}
	}
	p("\n%s\n\n%s\n", sizeNote, costNote)
	for _, l := range in.loads() {
		p("- %s", md(l))
	}
	if doubts := in.sizeDoubts(); len(doubts) > 0 {
		p("\n## Warnings\n")
		for _, d := range doubts {
			p("- %s", md(d))
		}
	}
	markdownFigures(p, in.Figures)
	p("\n## Every candidate\n\n| scenario | design | replicas | cores | disk | link | verdict |\n|---|---|---:|---:|---|---|---|")
	for _, s := range in.Sized {
		row([]string{in.scenarioName(s.Scenario), sizeName(s), fmt.Sprint(s.Replicas), fmt.Sprint(s.Cores), s.Disk, s.Link, verdictText(s)})
	}
	p("\n## Prices\n\n%s\n", md(in.priced()))
	for _, l := range in.Prices.Lines {
		p("- %s", md(l))
	}
	p("\n## Do it again\n\n```sh\n%s\n```", strings.ReplaceAll(in.Command, "```", ""))
	return out.Flush()
}

func (in Sizings) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"scenario", "design", "protocol", "fault_model", "runtime", "network", "machine", "faults", "seed", "replicas", "survives", "cores", "disk", "link",
		"load", "target", "tried", "objective", "verdict", "run", "why", "cpu_utilisation", "disk_utilisation", "link_utilisation", "throughput", "latency_p50_sec", "latency_p99_sec",
		"block_bytes_per_tx", "state_bytes_per_tx", "tx_per_year", "growth_bytes_per_year", "cores_cost_per_year", "link_cost_per_year", "disk_cost_per_year", "cost_per_year", "currency", "sustained", "limit"}); err != nil {
		return err
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	for _, s := range in.Sized {
		row := []string{s.Scenario, s.Design, s.Protocol, in.Designs[s.Design].FaultModel, string(s.Runtime), s.Network, s.Machine, s.Faults, strconv.FormatUint(s.Seed, 10),
			strconv.Itoa(s.Replicas), strconv.Itoa(s.Survives), strconv.Itoa(s.Cores), s.Disk, s.Link, s.Load, number(s.Target), number(s.Tried), s.Objective, s.Verdict, strconv.FormatBool(s.Run), s.Why}
		figures := []string{number(s.CPU), number(s.DiskBusy), number(s.LinkBusy), number(s.Throughput), number(s.LatencyP50), number(s.LatencyP99), number(s.BlockBytes), number(s.StateBytes),
			strconv.FormatUint(s.OrdersYear, 10), number(s.GrowthYear), number(s.CoresCost), number(s.LinkCost), number(s.DiskCost), number(s.Cost), s.Currency}
		if s.Verdict != result.SizeSmallest {
			figures = make([]string, len(figures)) // not measured
		}
		end := ""
		if s.Sustained > 0 {
			end = number(s.Sustained)
		}
		row = append(append(row, figures...), end, s.Limit)
		for i := range row {
			row[i] = cellText(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// sizePage is what the template shows.
type sizePage struct {
	Title, Scope, SizeNote, CostNote, Priced, Command string
	Style                                             template.CSS
	Verdicts, Broken, Doubts, Head, Loads, Lines      []string
	Groups                                            []sizeTable
	Sections                                          []section
	Candidates                                        [][]string
	Basis                                             basis
}

type sizeTable struct {
	Title string
	Rows  [][]string
}

// writeHTML writes the self-contained page.
func (in Sizings) writeHTML(w io.Writer) error {
	sections, err := sectionsOf(in.Figures)
	if err != nil {
		return err
	}
	t, err := newPage("size", sizeText)
	if err != nil {
		return err
	}
	p := sizePage{Title: in.Title, Scope: in.sizeScope(), SizeNote: sizeNote, CostNote: costNote, Priced: in.priced(), Command: in.Command, Style: template.CSS(styleText),
		Verdicts: in.verdicts(), Broken: in.sizeBroken(), Doubts: in.sizeDoubts(), Head: sizeHead, Loads: in.loads(), Lines: in.Prices.Lines, Sections: sections,
		Basis: judge(in.Input).basis()}
	for _, id := range in.sizeScenarios() {
		table := sizeTable{Title: in.scenarioName(id)}
		for _, s := range result.Cheapest(in.of(id)) {
			table.Rows = append(table.Rows, sizeColumns(s))
		}
		if len(table.Rows) > 0 {
			p.Groups = append(p.Groups, table)
		}
	}
	for _, s := range in.Sized {
		p.Candidates = append(p.Candidates, []string{in.scenarioName(s.Scenario), sizeName(s), fmt.Sprint(s.Replicas), fmt.Sprint(s.Cores), s.Disk, s.Link, verdictText(s)})
	}
	return t.Execute(w, p)
}
