package term

import (
	"fmt"
	"slices"
	"strings"
)

// Column says how a column of a table is laid out. The zero value is text, which may be wrapped.
type Column struct {
	Right bool // figures: right-aligned and never wrapped
	Whole bool // names that people copy: never wrapped
	// Drop is how early the column is left out where not all of them fit: the highest first, equal ones together, and
	// 0 never.
	Drop int
}

// Table is columns under a head.
type Table struct {
	Head    []string
	Below   []string // a second line of the head, if any
	Rows    [][]string
	Columns []Column // those that are not there are text
	Keys    int      // so many first columns are repeated where the table is cut into several; at least 1
	Rule    bool     // between head and rows
	Indent  int      // columns that the table is set in
	// Mark gives the style of a cell, if it is set.
	Mark func(row, column int) Style
}

// gap is the space between columns.
const gap = "  "

// textMin is the narrowest that a column of text is made.
const textMin = 14

// Write writes a table. On a page of limited width text is wrapped. Where that is not enough columns that may be left
// out are, and named; and where that is not enough either the table is cut into several, one below the other, with its
// first columns repeated. An error is the page's.
func (t Table) Write(p *Page) {
	l, columns := t.measure(), p.Columns()
	if columns > 0 {
		columns = max(columns-t.Indent, 1)
	}
	shown := l.all()
	if columns > 0 {
		shown = l.drop(shown, columns)
	}
	for i, part := range l.split(shown, columns) {
		if i > 0 {
			fmt.Fprintln(p)
		}
		l.write(p, part, columns)
	}
	if len(shown) < len(l.columns) {
		var names []string
		for i := range l.columns {
			if !slices.Contains(shown, i) {
				names = append(names, l.head[0][i])
			}
		}
		for _, line := range Wrap("not shown for want of room: "+strings.Join(names, ", "), columns) {
			fmt.Fprintln(p, line)
		}
	}
}

// Parts is how many tables, one below the other, this one becomes on lines of so many columns.
func (t Table) Parts(columns int) int {
	l := t.measure()
	return len(l.split(l.drop(l.all(), columns), columns))
}

// layout is a table with its texts cleaned and its columns measured.
type layout struct {
	Table
	head    [][]string
	rows    [][]string
	columns []Column
	natural []int // width of a column that has all the room it wants
	least   []int // and the narrowest it can be
}

func (t Table) measure() *layout {
	l := &layout{Table: t}
	for _, row := range [][]string{t.Head, t.Below} {
		if row != nil {
			l.head = append(l.head, row)
		}
	}
	count := len(t.Head)
	for _, row := range t.Rows {
		count = max(count, len(row))
	}
	l.columns = append(slices.Clone(t.Columns), make([]Column, max(count-len(t.Columns), 0))...)[:count]
	l.natural, l.least = make([]int, count), make([]int, count)
	l.head = l.cleaned(l.head, count)
	l.rows = l.cleaned(t.Rows, count)
	for _, row := range l.head {
		for i, s := range row {
			l.natural[i] = max(l.natural[i], Width(s))
			for _, word := range strings.Fields(s) {
				l.least[i] = max(l.least[i], Width(word))
			}
		}
	}
	for _, row := range l.rows {
		for i, s := range row {
			l.natural[i] = max(l.natural[i], Width(s))
			if c := l.columns[i]; c.Right || c.Whole {
				l.least[i] = max(l.least[i], Width(s))
			} else {
				l.least[i] = max(l.least[i], min(Width(s), textMin))
			}
		}
	}
	return l
}

func (l *layout) cleaned(rows [][]string, count int) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, count)
		for k, s := range row {
			out[i][k] = Clean(s)
		}
	}
	return out
}

func (l *layout) all() []int {
	out := make([]int, len(l.columns))
	for i := range out {
		out[i] = i
	}
	return out
}

// room is how wide columns are together when each is as narrow as it can be.
func (l *layout) room(columns []int) int {
	n := len(gap) * max(len(columns)-1, 0)
	for _, i := range columns {
		n += l.least[i]
	}
	return n
}

// drop leaves out columns that may be, until the others fit. Where they do not fit even then it leaves out only those that
// would be wider than a line beside the keys.
func (l *layout) drop(all []int, columns int) []int {
	shown := all
	for l.room(shown) > columns {
		first := 0
		for _, i := range shown {
			first = max(first, l.columns[i].Drop)
		}
		if first == 0 {
			keys := all[:min(max(l.Keys, 1), len(all))]
			return slices.DeleteFunc(slices.Clone(all), func(i int) bool {
				return l.columns[i].Drop > 0 && l.room(append(slices.Clone(keys), i)) > columns && !slices.Contains(keys, i)
			})
		}
		shown = slices.DeleteFunc(slices.Clone(shown), func(i int) bool { return l.columns[i].Drop == first })
	}
	return shown
}

// split cuts the columns into as few parts as fit.
func (l *layout) split(shown []int, columns int) [][]int {
	keys := min(max(l.Keys, 1), len(shown))
	part := slices.Clone(shown[:keys])
	var parts [][]int
	for _, i := range shown[keys:] {
		if columns > 0 && len(part) > keys && l.room(append(slices.Clone(part), i)) > columns {
			parts = append(parts, part)
			part = slices.Clone(shown[:keys])
		}
		part = append(part, i)
	}
	return append(parts, part)
}

// widths shares a line's room out: every column has its least, and what is left goes where most is missing.
func (l *layout) widths(part []int, columns int) map[int]int {
	out := map[int]int{}
	for _, i := range part {
		out[i] = l.natural[i]
		if columns > 0 {
			out[i] = l.least[i]
		}
	}
	for spare := columns - l.room(part); spare > 0; spare-- {
		neediest := slices.MaxFunc(part, func(a, b int) int { return (l.natural[a] - out[a]) - (l.natural[b] - out[b]) })
		if l.natural[neediest] == out[neediest] {
			break
		}
		out[neediest]++
	}
	return out
}

func (l *layout) write(p *Page, part []int, columns int) {
	widths := l.widths(part, columns)
	for _, row := range l.head {
		l.line(p, part, widths, row, func(int) Style { return Strong })
	}
	if l.Rule {
		bar := "─"
		if p.ASCII {
			bar = "-"
		}
		rule := make([]string, len(l.columns))
		for i := range rule {
			rule[i] = strings.Repeat(bar, widths[i])
		}
		l.line(p, part, widths, rule, func(int) Style { return Plain })
	}
	for r, row := range l.rows {
		l.line(p, part, widths, row, func(i int) Style {
			if l.Mark == nil {
				return Plain
			}
			return l.Mark(r, i)
		})
	}
}

// line writes one row, over as many lines as its longest cell takes.
func (l *layout) line(p *Page, part []int, widths map[int]int, row []string, style func(column int) Style) {
	lines := 1
	cells := map[int][]string{}
	for _, i := range part {
		cells[i] = []string{row[i]}
		if Width(row[i]) > widths[i] {
			cells[i] = fold(row[i], widths[i])
		}
		lines = max(lines, len(cells[i]))
	}
	for n := range lines {
		var b strings.Builder
		blank := l.Indent
		for _, i := range part {
			s := ""
			if n < len(cells[i]) {
				s = cells[i][n]
			}
			pad := widths[i] - Width(s)
			if l.columns[i].Right && s != "" {
				blank, pad = blank+pad, 0
			}
			if s != "" {
				b.WriteString(strings.Repeat(" ", max(blank, 0)) + p.Paint(style(i), s))
				blank = 0
			}
			blank += pad + len(gap)
		}
		fmt.Fprintln(p, b.String())
	}
}
