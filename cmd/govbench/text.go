package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// pageWidth is the most terminal columns of a line of text. An address is never broken, so that a line that
// holds one may be longer.
const pageWidth = 100

// printTable prints columns under a header, aligned for wide characters.
func printTable(w io.Writer, header []string, rows [][]string) {
	printRows(w, append([][]string{header}, rows...))
}

// printRows prints columns, aligned for wide characters.
func printRows(w io.Writer, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displayWidth(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell)
			if i < len(row)-1 {
				line.WriteString(strings.Repeat(" ", widths[i]-displayWidth(cell)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// displayWidth counts terminal columns: East Asian wide characters (Unicode Standard Annex 11) take two, and marks
// that stand on the character before them none.
func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case isWide(r):
		return 2
	}
	return 1
}

func isWide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff ||
		r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0xffe0 && r <= 0xffe6 || r >= 0x1f300 && r <= 0x1faff ||
		r >= 0x20000 && r <= 0x3fffd)
}

// wrapText breaks a text into lines of at most so many terminal columns: at spaces, and after wide characters, which
// have none between them. What cannot be broken, such as an address, is a line of its own, however long.
func wrapText(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		space := min(used, 1)
		for _, piece := range pieces(word) {
			n := displayWidth(piece)
			if used > 0 && used+space+n > width {
				lines = append(lines, line)
				line, used, space = "", 0, 0
			}
			line += strings.Repeat(" ", space) + piece
			used += space + n
			space = 0
		}
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// closing are marks that do not begin a line.
const closing = "，。、；：！？）》」』】”’%％"

// pieces cuts a word after its wide characters, except before a closing mark.
func pieces(word string) []string {
	var out []string
	start, wide := 0, false
	for i, r := range word {
		if wide && !strings.ContainsRune(closing, r) {
			out = append(out, word[start:i])
			start = i
		}
		wide = isWide(r)
	}
	return append(out, word[start:])
}

// paragraph prints a text, indented and wrapped. first stands before its first line, in the indentation.
func paragraph(w io.Writer, indent int, first, text string) {
	lead := first + strings.Repeat(" ", max(indent-displayWidth(first), 0))
	for _, line := range wrapText(text, pageWidth-indent) {
		fmt.Fprintln(w, lead+line)
		lead = strings.Repeat(" ", indent)
	}
}

// field prints a label with its values, each wrapped and indented. Empty values are left out.
func field(w io.Writer, label string, values ...string) {
	const indent = 20
	for _, value := range values {
		if value == "" {
			continue
		}
		if displayWidth(label) >= indent {
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
