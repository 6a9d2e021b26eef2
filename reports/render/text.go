package render

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"github.com/govbench/govbench/reports/result"
)

const (
	// nameColumns is the width of the scenarios' column of a table in terminal columns.
	nameColumns = 34
	// tableColumns is the width that a terminal is taken to have, and tableRows what a reader takes in.
	// What does not fit stays in the report.
	//
	// assumed: a wide terminal, and a screen and a half.
	tableColumns = 132
	tableRows    = 60
)

// Text writes the summary for a terminal: what the report answers, then for each load a table with a row
// a scenario and a column a design, and the checks that failed.
func Text(w io.Writer, in Input) error {
	j := judge(in)
	out := bufio.NewWriter(w)
	for _, s := range j.tally() {
		fmt.Fprintln(out, wrap(s, 100))
	}
	tables, rows, columns := j.textTables()
	if rows <= tableRows && columns <= tableColumns {
		fmt.Fprintln(out, "\n"+wrap(glanceNote, 100))
		for _, t := range tables {
			fmt.Fprintln(out)
			writeAligned(out, t.head, t.rows, t.right)
		}
	} else {
		fmt.Fprintf(out, "\nThe comparison (%s of %s) does not fit in here: it is in the report.\n", count(rows, "row"), count(len(j.series), "design"))
	}
	if j.sampled() {
		fmt.Fprintln(out, "\n~ marks samples: they vary from run to run, and are not ranked against exact figures.")
	}
	for _, r := range in.Records {
		for _, c := range r.Failed() {
			fmt.Fprintf(out, "CHECK FAILED  %s, %s at %s, seed %d: %s: %s\n", r.Scenario, r.Design, loadText(r.Load), r.Seed, c.Name, c.Detail)
		}
	}
	return out.Flush()
}

// textTable is the table of one load.
type textTable struct {
	head  [][]string // two lines: the second has what is varied of a design
	rows  [][]string
	right []bool
}

// textTables lays out a table a load and gives the number of rows and the columns of the widest.
func (j *judged) textTables() (out []textTable, rows, columns int) {
	for _, g := range j.glances() {
		top, below, any := []string{"at " + loadText(g.Load), "offered"}, []string{"", ""}, false
		t := textTable{right: []bool{false, true}}
		for _, s := range g.Series {
			design, varied, _ := strings.Cut(s, " ")
			top, below, any = append(top, design), append(below, varied), any || varied != ""
			t.right = append(t.right, true)
		}
		if t.head = [][]string{top}; any {
			t.head = append(t.head, below)
		}
		for _, r := range g.Rows {
			row := []string{cutColumns(j.in.scenarioName(r.Scenario), nameColumns), r.Offered}
			for _, e := range r.Entries {
				row = append(row, e.Text)
			}
			t.rows = append(t.rows, row)
		}
		out, rows = append(out, t), rows+len(t.rows)
		columns = max(columns, sum(columnWidths(t.head, t.rows))+2*len(top)-2)
	}
	return out, rows, columns
}

func (j *judged) sampled() bool {
	for _, c := range j.cells {
		if c.Runtime != result.Virtual {
			return true
		}
	}
	return false
}

// cutColumns shortens s to n terminal columns.
func cutColumns(s string, n int) string {
	if columnsOf(s) <= n {
		return s
	}
	r := []rune(s)
	for len(r) > 0 && columnsOf(string(r)) > n-1 {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// keep puts an unbreakable space between a figure and its unit.
func keep(s string) string { return unitGap.ReplaceAllString(s, "$1\u00a0$2") }

// wrap breaks a sentence into lines of up to n terminal columns, those after the first set in, and never
// between a figure and its unit.
func wrap(s string, n int) string {
	var b strings.Builder
	at := 0
	for i, word := range strings.Split(keep(s), " ") {
		switch size := columnsOf(word); {
		case i == 0:
			at = size
		case at+1+size > n:
			b.WriteString("\n  ")
			at = 2 + size
		default:
			b.WriteByte(' ')
			at += 1 + size
		}
		b.WriteString(strings.ReplaceAll(word, "\u00a0", " "))
	}
	return b.String()
}

func columnWidths(head, table [][]string) []int {
	widths := make([]int, len(head[0]))
	for _, row := range slices.Concat(head, table) {
		for i, s := range row {
			widths[i] = max(widths[i], columnsOf(s))
		}
	}
	return widths
}

func sum(values []int) int {
	total := 0
	for _, v := range values {
		total += v
	}
	return total
}

func writeAligned(out io.Writer, head, table [][]string, right []bool) {
	widths := columnWidths(head, table)
	rule := make([]string, len(widths))
	for i, n := range widths {
		rule[i] = strings.Repeat("─", n)
	}
	for _, row := range slices.Concat(head, [][]string{rule}, table) {
		var b strings.Builder
		for i, s := range row {
			pad := strings.Repeat(" ", widths[i]-columnsOf(s))
			if right[i] {
				b.WriteString(pad + s)
			} else {
				b.WriteString(s + pad)
			}
			b.WriteString("  ")
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

// columnsOf is the number of terminal columns that s takes: two for a wide East Asian character, none
// for a combining or control one.
func columnsOf(s string) int {
	n := 0
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		case k == width.EastAsianWide || k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
