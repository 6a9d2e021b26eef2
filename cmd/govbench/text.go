package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/term"
)

// printTable prints columns under a header. The first is what people copy, and columns of numbers stand right.
func printTable(w io.Writer, header []string, rows [][]string) {
	t := term.Table{Head: header, Rows: rows, Columns: make([]term.Column, len(header))}
	for i := range t.Columns {
		t.Columns[i] = term.Column{Whole: i == 0, Right: i > 0 && numeric(rows, i)}
	}
	t.Write(term.Of(w))
}

// numeric reports whether a column holds whole numbers.
func numeric(rows [][]string, column int) bool {
	for _, row := range rows {
		if _, err := strconv.ParseInt(row[column], 10, 64); err != nil {
			return false
		}
	}
	return true
}

// paragraph prints a text, indented and wrapped. first stands before its first line, in the indentation.
func paragraph(w io.Writer, indent int, first, text string) {
	term.Of(w).Paragraph(first, indent, text)
}

// sayVerdict prints a sentence that begins with PASS or FAIL.
func sayVerdict(w io.Writer, text string) {
	p := term.Of(w)
	word, rest, _ := strings.Cut(text, ": ")
	style, known := map[string]term.Style{"PASS": term.Good, "FAIL": term.Bad}[word]
	if !known {
		p.Sentence(text)
		return
	}
	p.Paragraph(p.Paint(style, term.Clean(word))+": ", 2, rest)
}

// title prints what an entry of the catalogue is called, and what it is.
func title(w io.Writer, name, what string) {
	p := term.Of(w)
	p.Paragraph(p.Paint(term.Strong, term.Clean(name))+": ", 2, what)
}

// field prints a label with its values, each wrapped and indented. Empty values are left out.
func field(w io.Writer, label string, values ...string) {
	const indent = 20
	for _, value := range values {
		if value == "" {
			continue
		}
		if term.Width(label) >= indent {
			label += " "
		}
		paragraph(w, indent, label, value)
		label = ""
	}
}

// plural is a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if stem, ok := strings.CutSuffix(noun, "y"); ok && !strings.HasSuffix(noun, "ay") {
		return fmt.Sprintf("%s %sies", grouped(int64(n)), stem)
	}
	return fmt.Sprintf("%s %ss", grouped(int64(n)), noun)
}

// grouped writes a whole number with its thousands apart.
func grouped(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
