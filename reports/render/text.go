package render

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
)

const (
	// nameColumns is the width of the scenarios' column of a table in terminal columns.
	nameColumns = 34
	// tableColumns is the widest table where there is no terminal, and tableRows what a reader takes in. What does
	// not fit stays in the report.
	//
	// assumed: a wide terminal, and a screen and a half.
	tableColumns = 132
	tableRows    = 60
)

// Text writes the summary for a terminal: what the report answers, then for each load a table with a row
// a scenario and a column a design, and the checks that failed.
func Text(w io.Writer, in Input) error {
	j := judge(in)
	out := term.Of(w)
	for _, s := range j.tally() {
		out.Sentence(keep(s))
	}
	tables := j.textTables()
	if rows, fits := fit(out, tables); fits && !j.wide() {
		fmt.Fprintln(out)
		out.Sentence(keep(glanceNote))
		for _, t := range tables {
			fmt.Fprintln(out)
			t.Write(out)
		}
		j.writeSparks(out)
	} else {
		rows = max(rows, len(j.cellRows()))
		fmt.Fprintln(out)
		out.Sentence(fmt.Sprintf("The comparison (%s of %s) does not fit in here: it is in the report.", count(rows, "row"), count(len(j.series), "design")))
	}
	if j.sampled() {
		fmt.Fprintln(out)
		out.Sentence("~ marks samples: they vary from run to run, and are not ranked against exact figures.")
	}
	for _, r := range in.Records {
		for _, c := range r.Failed() {
			sayFailed(out, fmt.Sprintf("%s, %s at %s, seed %d: %s: %s", r.Scenario, r.Design, loadText(r.Load), r.Seed, c.Name, c.Detail))
		}
	}
	return out.Err()
}

// sayFailed tells of a check that failed, in one line where lines may be long: scripts look for it.
func sayFailed(out *term.Page, what string) {
	const badge = "CHECK FAILED"
	if out.Columns() == 0 {
		fmt.Fprintf(out, "%s  %s\n", out.Paint(term.Bad, badge), term.Clean(what))
		return
	}
	out.Paragraph(out.Paint(term.Bad, badge)+"  ", len(badge)+2, what)
}

// sayWarning tells of a doubt.
func sayWarning(out *term.Page, what string) {
	out.Paragraph(out.Paint(term.Warn, "warning:")+" ", 2, what)
}

// fit counts the rows of tables and tells whether a page has room for them.
func fit(out *term.Page, tables []term.Table) (rows int, fits bool) {
	columns, lines, parts := out.Columns(), 0, 1
	for _, t := range tables {
		n := t.Parts(cmp.Or(columns, tableColumns))
		rows, lines, parts = rows+len(t.Rows), lines+n*len(t.Rows), max(parts, n)
	}
	return rows, lines <= tableRows && (parts == 1 || columns > 0)
}

// textTables lays out a table a load. The second line of the head has what is varied of a design.
func (j *judged) textTables() (out []term.Table) {
	for _, g := range j.glances() {
		top, below, any := []string{"at " + loadText(g.Load), "offered"}, []string{"", ""}, false
		t := term.Table{Columns: []term.Column{{}, {Right: true}}, Rule: true}
		for _, s := range g.Series {
			design, varied, _ := strings.Cut(s, " ")
			top, below, any = append(top, design), append(below, varied), any || varied != ""
			t.Columns = append(t.Columns, term.Column{Right: true})
		}
		if t.Head = top; any {
			t.Below = below
		}
		t.Mark = func(row, column int) term.Style { return entryStyle(g.Rows[row].Entries, column-2) }
		for _, r := range g.Rows {
			row := []string{term.Cut(j.in.scenarioName(r.Scenario), nameColumns), r.Offered}
			for _, e := range r.Entries {
				row = append(row, e.Text)
			}
			t.Rows = append(t.Rows, row)
		}
		out = append(out, t)
	}
	return out
}

// entryStyle makes what the sentences above a table say stand out in it.
func entryStyle(row []entry, column int) term.Style {
	switch {
	case column < 0:
	case row[column].Broken:
		return term.Bad
	case row[column].Best:
		return term.Strong
	}
	return term.Plain
}

func (j *judged) sampled() bool {
	for _, c := range j.cells {
		if c.Runtime != result.Virtual {
			return true
		}
	}
	return false
}

// keep puts an unbreakable space between a figure and its unit.
func keep(s string) string { return unitGap.ReplaceAllString(s, "$1\u00a0$2") }

// writeAligned writes a table whose first column has names. right says which columns hold figures.
func writeAligned(out *term.Page, head []string, rows [][]string, right []bool) {
	t := term.Table{Head: head, Rows: rows, Rule: true}
	for _, r := range right {
		t.Columns = append(t.Columns, term.Column{Right: r})
	}
	t.Write(out)
}
