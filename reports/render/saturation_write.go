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

//go:embed saturation.gohtml
var saturationText string

// WriteSaturations writes the report of searches into dir, which it creates: report.html, report.md, summary.csv
// (a row a run), saturation.jsonl (a search a line), environment.json and plots/. A file is replaced whole or
// not at all. runs.jsonl and experiment.yaml belong to whoever made the search and are not touched.
func WriteSaturations(dir string, in Saturations) error {
	if len(in.Found) == 0 {
		return errors.New("no search to report")
	}
	return writeFiles(dir, in.Figures, []outputFile{
		{"report.html", in.writeHTML},
		{"report.md", in.writeMarkdown},
		{"summary.csv", in.writeCSV},
		{"saturation.jsonl", in.WriteJSON},
		{"environment.json", func(w io.Writer) error { return writeEnvironment(w, in.Input) }},
	})
}

// WriteJSON writes a search a line.
func (in Saturations) WriteJSON(w io.Writer) error {
	for _, s := range in.Found {
		line, err := result.EncodeSaturation(s)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// SaturationText writes the summary for a terminal: a sentence a scenario and fault model, then the table.
func SaturationText(w io.Writer, in Saturations) error {
	out := term.Of(w)
	rows := in.kneeRows()
	out.Sentence(keep(in.scope()))
	for _, v := range in.verdicts(rows) {
		out.Sentence(keep(v))
	}
	t := term.Table{Head: append([]string{"scenario"}, kneeHead...), Rule: true, Columns: []term.Column{{}, {},
		{Right: true}, {Right: true, Drop: 2}, {Right: true, Drop: 1}, {Right: true, Drop: 3}, {Right: true}, {}, {}}}
	for _, r := range rows {
		t.Rows = append(t.Rows, append([]string{term.Cut(in.scenarioName(r.Scenario), nameColumns)}, r.columns()...))
	}
	fmt.Fprintln(out)
	t.Write(out)
	for _, d := range in.doubts() {
		sayWarning(out, d)
	}
	for _, b := range in.broken() {
		sayFailed(out, b)
	}
	return out.Err()
}

var kneeHead = []string{"design", "highest load, requests/s", "of city load", "tx/s", "p50", "p99", "held back by", "confirmed"}

func (r kneeRow) columns() []string {
	return []string{r.Name(), r.Rate(), r.City(), r.Tx(), r.P50(), r.P99(), r.Back(), r.Sure()}
}

func (in Saturations) writeMarkdown(w io.Writer) error {
	out := bufio.NewWriter(w)
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	rows := in.kneeRows()
	p("# %s\n\n%s\n", md(in.Title), md(in.scope()))
	if broken := in.broken(); len(broken) > 0 {
		p("## Failed checks\n")
		for _, b := range broken {
			p("- %s", md(b))
		}
		p("")
	}
	p("## Answer\n")
	for _, v := range in.verdicts(rows) {
		p("- %s", md(v))
	}
	p("\n%s %s\n", kneeNote, beyondNote)
	p("| scenario | %s |\n|---|---|---:|---:|---:|---:|---:|---|---|", strings.Join(kneeHead, " | "))
	for _, r := range rows {
		row := md(in.scenarioName(r.Scenario))
		for _, c := range r.columns() {
			row += " | " + md(c)
		}
		p("| %s |", row)
	}
	if doubts := in.doubts(); len(doubts) > 0 {
		p("\n## Warnings\n")
		for _, d := range doubts {
			p("- %s", md(d))
		}
	}
	p("\n## Every run\n\n| scenario | design | offered, requests/s | made to | tx/s | p50 | p99 | objective |\n|---|---|---:|---|---:|---:|---:|---|")
	for i := range in.Found {
		for _, v := range in.loaded(&in.Found[i]) {
			p("| %s | %s | %s | %s | %s | %s | %s | %s |", md(v.Scenario), md(v.Design), v.Offered, v.Role, v.Tx, v.P50, v.P99, md(v.Verdict))
		}
	}
	p("\n## Do it again\n\n```sh\n%s\n```", strings.ReplaceAll(in.Command, "```", ""))
	return out.Flush()
}

// loadedView is one run of a search, in words.
type loadedView struct {
	Scenario, Design, Offered, Role, Tx, P50, P99, Verdict, Cell string
	Knee                                                         bool
}

func (in *Saturations) loaded(s *result.Saturation) []loadedView {
	out := make([]loadedView, len(s.Curve))
	for i, l := range s.Curve {
		v := loadedView{Scenario: in.scenarioName(s.Scenario), Design: s.Series(), Offered: figure(l.Offered), Role: l.Role, Cell: l.Cell,
			Tx: "–", P50: "–", P99: "–", Verdict: "met", Knee: l.Role != result.RoleConfirm && l.Held && l.Offered == s.Sustained}
		if l.Role == result.RoleCurve {
			v.Role = "draw the curve"
		}
		if l.LatencyP50 > 0 {
			v.Tx, v.P50, v.P99 = figure(l.Throughput), timeText(l.LatencyP50), timeText(l.LatencyP99)
		}
		switch {
		case !l.Held:
			v.Verdict = "not met: " + l.Why
		case v.Knee:
			v.Verdict = "met: the highest load"
		}
		out[i] = v
	}
	return out
}

func (in Saturations) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"scenario", "design", "protocol", "fault_model", "runtime", "network", "machine", "faults", "replicas", "factors", "trial",
		"objective", "sustained", "confirmed", "limit", "city", "cell", "seed", "role", "offered", "held", "why", "throughput", "latency_p50_sec", "latency_p99_sec"}); err != nil {
		return err
	}
	number := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	measured := func(v float64) string {
		if v == 0 {
			return ""
		}
		return number(v)
	}
	for _, s := range in.Found {
		of := []string{s.Scenario, s.Design, s.Protocol, in.Designs[s.Design].FaultModel, string(s.Runtime), s.Network, s.Machine, s.Faults, strconv.Itoa(s.Replicas),
			factors(result.Record{Factors: s.Factors}, ";"), strconv.Itoa(s.Trial), s.Objective, measured(s.Sustained), strconv.FormatBool(s.Confirmed), s.Limit, measured(s.City)}
		for _, l := range s.Curve {
			row := append(of[:len(of):len(of)], l.Cell, strconv.FormatUint(l.Seed, 10), l.Role, number(l.Offered), strconv.FormatBool(l.Held), l.Why,
				measured(l.Throughput), measured(l.LatencyP50), measured(l.LatencyP99))
			for i := range row {
				row[i] = cellText(row[i])
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// saturationPage is what the template shows.
type saturationPage struct {
	Title, Scope, KneeNote, BeyondNote, Command string
	Style                                       template.CSS
	Verdicts, Broken, Doubts, Head              []string
	Rows                                        []saturationRow
	Sections                                    []section
	Searches                                    []saturationRuns
	Basis                                       basis
}

type saturationRow struct {
	Scenario string
	Columns  []string
}

type saturationRuns struct {
	Title string
	Runs  []loadedView
}

// writeHTML writes the self-contained page.
func (in Saturations) writeHTML(w io.Writer) error {
	sections, err := sectionsOf(in.Figures)
	if err != nil {
		return err
	}
	t, err := newPage("saturation", saturationText)
	if err != nil {
		return err
	}
	rows := in.kneeRows()
	p := saturationPage{Title: in.Title, Scope: in.scope(), KneeNote: kneeNote, BeyondNote: beyondNote, Command: in.Command, Style: template.CSS(styleText),
		Verdicts: in.verdicts(rows), Broken: in.broken(), Doubts: in.doubts(), Head: kneeHead, Sections: sections,
		Basis: judge(in.Input).basis()}
	for _, r := range rows {
		p.Rows = append(p.Rows, saturationRow{in.scenarioName(r.Scenario), r.columns()})
	}
	for i := range in.Found {
		s := &in.Found[i]
		title := fmt.Sprintf("%s on %s", s.Series(), in.scenarioName(s.Scenario))
		if s.Trial > 0 {
			title += fmt.Sprintf(", trial %d", s.Trial)
		}
		p.Searches = append(p.Searches, saturationRuns{title, in.loaded(s)})
	}
	return t.Execute(w, p)
}
