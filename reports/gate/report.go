package gate

import (
	"fmt"
	"io"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
)

// Report is cases with their verdict, as it is told.
type Report struct {
	Verdict string // PASS or FAIL and why, in a sentence
	Pass    bool
	Cases   []Case
	All     bool // show the cases that passed too
}

// New makes a report of cases; with all it shows those that passed too.
func New(cases []Case, all bool) Report {
	return Report{Verdict: Verdict(cases), Pass: len(Failed(cases)) == 0, Cases: cases, All: all}
}

// Shown are the cases that a table has.
func (r Report) Shown() []Case {
	var out []Case
	for _, c := range r.Cases {
		if r.All || c.Status != Pass {
			out = append(out, c)
		}
	}
	return out
}

// Notes say what to do about the cases, a sentence each, every sentence once.
func (r Report) Notes() []string {
	var out []string
	differ, samples := false, 0
	for _, c := range r.Cases {
		switch {
		case c.Status == Fail && c.Old != nil && c.New != nil && !strings.Contains(c.Term, " "):
			differ = true
		case c.Status == Fail && c.Term == Digest:
			differ = true
			out = append(out, c.Cell()+": "+c.Detail)
		case c.Status == Warn && c.Runtime != result.Virtual:
			samples++
		case c.Detail != "":
			out = append(out, c.Cell()+": "+c.Term+": "+c.Detail)
		}
	}
	if differ {
		out = append(out, "Exact figures differ only when the program or the experiment does: "+remedy+".")
	}
	if samples > 0 {
		out = append(out, fmt.Sprintf("Warning: %d figures are samples of another time than the baseline's and decide nothing; govbench gate --old COMMAND --new COMMAND measures both versions in one session.", samples))
	}
	return out
}

// Baseline gives runs as they stand in a baseline: names, figures and checks decide, the rest is for reports.
func Baseline(run []result.Record) []result.Record {
	out := make([]result.Record, len(run))
	for i, r := range run {
		r.LatencyCDF, r.Series, r.Stages, r.Assumptions, r.Refusals = nil, nil, nil, nil, nil
		out[i] = r
	}
	return out
}

// mdEscaper keeps a text from being Markdown or HTML.
var mdEscaper = strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "&", "&amp;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)

func md(s string) string { return term.Clean(mdEscaper.Replace(s)) }

// Markdown writes a report for a pull request.
func Markdown(w io.Writer, r Report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n", md(r.Verdict))
	if shown := r.Shown(); len(shown) > 0 {
		b.WriteString("\n| status | cell | term | baseline | now | change |\n|---|---|---|--:|--:|--:|\n")
		for _, c := range shown {
			old, now := c.Figures()
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", c.Status, md(c.Cell()), md(c.Term), md(old), md(now), c.Change())
		}
	}
	for _, note := range r.Notes() {
		fmt.Fprintf(&b, "\n%s\n", md(note))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
