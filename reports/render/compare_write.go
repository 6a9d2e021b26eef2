package render

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
)

// change is the change alone, and interval what stands behind it.
func (r CompareRow) change() string {
	change, _, _ := strings.Cut(r.Change, " (")
	return change
}

func (r CompareRow) interval() string {
	_, interval, _ := strings.Cut(r.Change, " (")
	return strings.TrimSuffix(interval, ")")
}

// column is a column of a comparison.
type column struct {
	head  string
	of    func(CompareRow) string
	shape term.Column
}

func compareColumns() []column {
	return []column{
		{"scenario", func(r CompareRow) string { return r.Scenario }, term.Column{Whole: true}},
		{"design", func(r CompareRow) string { return r.Series }, term.Column{}},
		{"load", func(r CompareRow) string { return r.Load }, term.Column{}},
		{"metric", func(r CompareRow) string { return r.Metric }, term.Column{}},
		{"old", func(r CompareRow) string { return keep(r.Old) }, term.Column{Right: true, Drop: 1}},
		{"new", func(r CompareRow) string { return keep(r.New) }, term.Column{Right: true, Drop: 1}},
		{"change", func(r CompareRow) string { return keep(r.change()) }, term.Column{Right: true}},
		{"interval", func(r CompareRow) string { return keep(r.interval()) }, term.Column{Right: true, Drop: 2}},
		{"p", func(r CompareRow) string { return r.P }, term.Column{Right: true, Drop: 3}},
		{"trials", func(r CompareRow) string { return r.Trials }, term.Column{Right: true, Drop: 4}},
		{"verdict", func(r CompareRow) string { return r.Verdict }, term.Column{}},
		{"notes", noteMarks, term.Column{}},
	}
}

func noteMarks(r CompareRow) string {
	marks := make([]string, len(r.Notes))
	for i, n := range r.Notes {
		marks[i] = fmt.Sprintf("[%d]", n)
	}
	return strings.Join(marks, " ")
}

// shared takes the columns out that say the same in every row, or nothing, and says it in a sentence. The metric, the sides
// and the verdict always stand in the table.
func shared(rows []CompareRow) (columns []column, sentence string) {
	var same []string
	for i, c := range compareColumns() {
		first, all := c.of(rows[0]), true
		for _, r := range rows {
			all = all && c.of(r) == first
		}
		switch {
		case all && first == "":
		case all && i < 3 && len(rows) > 1:
			same = append(same, first)
		default:
			columns = append(columns, c)
		}
	}
	if len(same) > 0 {
		sentence = "All rows: " + strings.Join(same, ", ") + "."
	}
	return columns, sentence
}

// CompareText writes a comparison for a terminal.
func CompareText(w io.Writer, c Compared, order Order, all bool) error {
	out := term.Of(w)
	for _, s := range c.Sentences() {
		out.Sentence(s)
	}
	rows, notes := c.Rows(order, all)
	if len(rows) > 0 {
		fmt.Fprintln(out)
		columns, sentence := shared(rows)
		if sentence != "" {
			out.Sentence(keep(sentence))
		}
		t := term.Table{Rule: true, Keys: 1}
		verdictAt := -1
		for i, col := range columns {
			t.Head, t.Columns = append(t.Head, col.head), append(t.Columns, col.shape)
			if col.head == "metric" {
				t.Keys = i + 1
			}
			if col.head == "verdict" {
				verdictAt = i
			}
		}
		for _, r := range rows {
			line := make([]string, len(columns))
			for i, col := range columns {
				line[i] = col.of(r)
			}
			t.Rows = append(t.Rows, line)
		}
		t.Mark = func(row, column int) term.Style {
			if column != verdictAt || row < 0 {
				return term.Plain
			}
			return verdictStyle(rows[row].Kind)
		}
		t.Write(out)
	}
	if s := c.LeftOut(rows); s != "" {
		fmt.Fprintln(out)
		out.Sentence(s)
	}
	if len(notes) > 0 {
		fmt.Fprintln(out)
	}
	for i, n := range notes {
		out.Paragraph(fmt.Sprintf("[%d] ", i+1), 4, n)
	}
	if m := c.Method(); m != "" {
		fmt.Fprintln(out)
		out.Sentence(keep(m))
	}
	return out.Err()
}

func verdictStyle(v stats.Verdict) term.Style {
	switch v {
	case stats.Worse, stats.Withheld:
		return term.Bad
	case stats.Better:
		return term.Good
	case stats.Unclear, stats.Changed, stats.MissingNew:
		return term.Warn
	}
	return term.Plain
}

// CompareMarkdown writes a comparison for a pull request.
func CompareMarkdown(w io.Writer, c Compared, order Order, all bool) error {
	out := bufio.NewWriter(w)
	p := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	p("# %s against %s\n\n%s", md(c.New), md(c.Old), md(strings.Join(c.Sentences(), " ")))
	rows, notes := c.Rows(order, all)
	if len(rows) > 0 {
		columns, sentence := shared(rows)
		if sentence != "" {
			p("\n%s", md(sentence))
		}
		head, rule := "", ""
		for _, col := range columns {
			head += " " + col.head + " |"
			if col.shape.Right {
				rule += "---:|"
			} else {
				rule += "---|"
			}
		}
		p("\n|%s\n|%s", head, rule)
		for _, r := range rows {
			line := ""
			for _, col := range columns {
				text := md(col.of(r))
				if col.head == "verdict" && changed(r.Kind) {
					text = "**" + text + "**"
				}
				line += " " + text + " |"
			}
			p("|%s", line)
		}
	}
	if s := c.LeftOut(rows); s != "" {
		p("\n%s", s)
	}
	if len(notes) > 0 {
		p("")
	}
	for i, n := range notes {
		p("- \\[%d\\] %s", i+1, md(n))
	}
	if m := c.Method(); m != "" {
		p("\n%s", md(m))
	}
	return out.Flush()
}
