package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/term"
)

// writeMarkdown writes the answer, the comparison and what they rest on, for a pull request.
func writeMarkdown(w io.Writer, in Input) error {
	j := judge(in)
	out := bufio.NewWriter(w)
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("# %s\n\n%s\n", md(in.Title), j.scope())
	j.markdownBroken(p)
	p("## Answer\n\n%s\n", md(j.objectiveText()))
	for _, s := range unique(j.verdicts(), j.tally()) {
		p("- %s", md(s))
	}
	p("\n%s\n", loadNote)
	for _, g := range j.glances() {
		j.markdownGlance(p, g)
	}
	if j.wide() {
		p("\n## Every cell\n\n%s\n", j.wideNote())
		j.markdownCells(p)
	} else {
		p("\n%s %s\n\n## Why\n\n%s\n", glanceNote, bestNote, verdictNote)
		j.markdownAnswers(p)
		p("\n## Comparison\n\n%s", bestNote)
	}
	if j.sampled() {
		p("\n%s", sampleNote)
	}
	for _, c := range j.comparisons() {
		j.markdownComparison(p, c)
	}
	j.markdownServices(p)
	j.markdownCross(p)
	j.markdownBasis(p)
	return out.Flush()
}

type printer func(format string, args ...any)

func (j *judged) markdownBroken(p printer) {
	broken := j.broken()
	if len(broken) == 0 {
		return
	}
	p("## Failed checks\n\nThe figures of these runs are withheld.\n")
	for _, r := range broken {
		for _, c := range r.Failed() {
			p("- **%s**, %s at %s, seed %d: %s: %s", md(r.Scenario), md(r.Design), md(loadText(r.Load)), r.Seed, md(c.Name), md(c.Detail))
		}
	}
	p("")
}

func (j *judged) markdownAnswers(p printer) {
	p("| scenario | load | | design | why | what limits it |\n|---|---|---|---|---|---|")
	for _, a := range j.answers {
		name := md(j.in.scenarioName(a.Scenario))
		for _, ch := range a.Choices {
			p("| %s | %s | %s | %s | %s | %s |", name, md(loadText(a.Load)), headingText(ch), winnerText(ch), md(ch.Text), md(strings.TrimSpace(ch.Limit+" "+ch.Fault)))
		}
	}
}

func headingText(ch choice) string {
	text := ch.Heading
	if ch.Setting != "" {
		text += ", " + md(ch.Setting)
	}
	if ch.Sampled {
		text += " (samples)"
	}
	return text
}

func winnerText(ch choice) string {
	if ch.Winner == "" {
		return strings.ToLower(ch.Name())
	}
	return "**" + md(ch.Winner) + "**"
}

func (j *judged) markdownComparison(p printer, c comparison) {
	p("\n### At %s\n", md(loadText(c.Load)))
	var head strings.Builder
	for _, s := range c.Series {
		head.WriteString(" " + md(s+j.sampleMark(s)) + " |")
	}
	p("| scenario | metric |%s\n|---|---|%s", head.String(), strings.Repeat("---:|", len(c.Series)))
	for _, b := range c.Blocks {
		name := md(j.in.scenarioName(b.Scenario))
		for _, l := range b.Lines {
			var row strings.Builder
			for _, e := range l.Entries {
				row.WriteString(" " + markdownEntry(e) + " |")
			}
			p("| %s | %s |%s", name, l.Metric, row.String())
			name = ""
		}
	}
}

// sampleMark is what stands behind the name of a series whose figures are samples.
func (j *judged) sampleMark(series string) string {
	for _, c := range j.cells {
		if c.Series == series && !anyRecord(c).Exact() {
			return " ~"
		}
	}
	return ""
}

func (j *judged) markdownBasis(p printer) {
	p("\n## What the figures rest on\n\n%s %s\n\n### Scenarios\n\n%s\n", exactNote, sampleNote, catalogueNote)
	p("| scenario | id | provenance | sources | modelled for it alone |\n|---|---|---|---|---|")
	for _, s := range j.provenanceRows() {
		p("| %s | %s | %s | %s | %s |", md(strings.TrimSpace(s.Name+" "+s.NameZh)), mdCode(s.ID), md(s.Provenance), md(strings.Join(s.Sources, " ")), md(strings.Join(s.Modelled, "; ")))
	}
	if shared := j.sharedModelling(); len(shared) > 0 {
		p("\n### Modelled in several scenarios\n")
		for _, m := range shared {
			p("- %s (%s)", md(m.Text), md(m.Of))
		}
	}
	p("\n### Designs, networks and machines\n")
	for _, n := range append(j.designNotes(), j.where()...) {
		p("- **%s**: %s", md(n.Name), md(n.Text))
	}
	for _, b := range slices.Concat(j.costs(), j.in.prices(), j.notModelled()) {
		p("\n### %s\n", md(b.Heading))
		for _, item := range b.Items {
			p("- %s", md(item))
		}
	}
	p("\n### Checks\n\n| check | held | failed |\n|---|---:|---:|")
	for _, c := range j.checkRows() {
		p("| %s | %s | %s |", md(c.Name), count(c.Passed, "run"), count(c.Failed, "run"))
	}
	if ws := j.warnings(); len(ws) > 0 {
		p("\n### Warnings\n")
		for _, w := range ws {
			p("- %s: %s, first %s", md(w.Text), count(len(w.Runs), "run"), md(w.Runs[0]))
		}
	}
	a := j.again()
	p("\n## Do it again\n\n%s\n\n```sh\n%s\n```\n\n%s", a.Comment, a.Once, j.againNote())
	if a.Made != "" {
		p("\nThis report was made by:\n\n```sh\n%s\n```", strings.ReplaceAll(a.Made, "```", ""))
	}
}

// markdownGlance is the shortest table of one load.
func (j *judged) markdownGlance(p printer, g glance) {
	head := ""
	for _, s := range g.Series {
		head += " " + md(s+j.sampleMark(s)) + " |"
	}
	p("\n| at %s | offered |%s\n|---|---:|%s", md(loadText(g.Load)), head, strings.Repeat("---:|", len(g.Series)))
	for _, r := range g.Rows {
		row := ""
		for _, e := range r.Entries {
			row += " " + markdownEntry(e) + " |"
		}
		p("| %s | %s |%s", md(j.in.scenarioName(r.Scenario)), r.Offered, row)
	}
}

func markdownEntry(e entry) string {
	if e.Best {
		return "★ **" + md(e.Text) + "**"
	}
	return md(e.Text)
}

// markdownCross is the table of the two implementations of Raft.
func (j *judged) markdownCross(p printer) {
	rows := j.crossRows()
	if len(rows) == 0 {
		return
	}
	p("\n## Two implementations of Raft\n\n%s\n\n%s\n", crossSentence(rows), md(crossNote))
	p("| scenario | load | setting | raft, median | hashiraft ~, median | ratio | verdict |\n|---|---|---|---:|---:|---:|---|")
	for _, r := range rows {
		p("| %s | %s | %s | %s | %s | %s | %s |", md(j.in.scenarioName(r.Scenario)), md(loadText(r.Load)), md(r.Setting), r.Machine, r.Library, r.Ratio, r.Verdict)
	}
}

var mdEscaper = strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`)

// md keeps a text from being taken for markup, or for commands where the file is shown in a terminal.
func md(s string) string { return term.Clean(mdEscaper.Replace(s)) }

// mdCode is a text as code in a table, where a bar would end the cell all the same.
func mdCode(s string) string {
	return "`" + term.Clean(strings.NewReplacer("`", "", "|", `\|`, "\n", " ", "\r", " ").Replace(s)) + "`"
}
