package term

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Live keeps a block of lines at the foot of a terminal up to date. Every change is one write, which replaces the lines
// in place. The cursor is never hidden and stands at the end of the block, so nothing needs to be put back when the
// program is killed.
type Live struct {
	page    *Page
	lines   []string // of the block that is shown
	columns int      // of the terminal when it was drawn
}

// NewLive makes a block that is empty. The page is a terminal's.
func NewLive(page *Page) *Live { return &Live{page: page} }

// Draw shows lines, cut to the terminal's width; the last is shown, and of the others as many as the height allows. Before,
// it writes the lines of above where the block was, to stay. What is drawn is taken as it is: Clean it first. The lines
// of the block have no styles.
func (l *Live) Draw(above, lines []string) {
	columns, rows := l.page.Size()
	fitted := fit(lines, max(rows-1, 1))
	for i := range fitted {
		fitted[i] = Cut(fitted[i], columns-1) // in the last column terminals differ
	}
	var b strings.Builder
	b.WriteString(l.back(columns))
	for _, line := range above {
		b.WriteString(line + "\x1b[K\r\n")
	}
	b.WriteString(strings.Join(fitted, "\x1b[K\r\n") + "\x1b[K")
	if len(above) > 0 || len(fitted) < len(l.lines) || columns != l.columns {
		b.WriteString("\x1b[J")
	}
	l.lines, l.columns = fitted, columns
	l.page.Control(sequences.Replace(b.String()))
}

// fit is a copy of at most so many lines, which ends with the same and says how many are left out.
func fit(lines []string, most int) []string {
	last := len(lines) - 1
	switch {
	case len(lines) <= most:
		return slices.Clone(lines)
	case most == 1:
		return []string{lines[last]}
	}
	return append(slices.Clone(lines[:most-2]), fmt.Sprintf("  and %d more", last-(most-2)), lines[last])
}

// Close takes the block away, and writes the lines of above to stay.
func (l *Live) Close(above []string) {
	columns, _ := l.page.Size()
	text := l.back(columns) + "\x1b[J"
	for _, line := range above {
		text += line + "\r\n"
	}
	l.lines = nil
	l.page.Control(sequences.Replace(text))
}

// back goes to where the block begins. A terminal that became narrower has broken lines that were drawn wider; one that
// cuts them instead, as xterm does, loses as many lines above the block.
func (l *Live) back(columns int) string {
	up := -1
	for _, line := range l.lines {
		up += rowsOf(line, columns)
	}
	if up > 0 {
		return fmt.Sprintf("\r\x1b[%dA", up)
	}
	return "\r"
}

// rowsOf is how many rows of a terminal a line takes. A wide character is not broken.
func rowsOf(line string, columns int) int {
	rows, used := 1, 0
	for g := displaywidth.StringGraphemes(line); g.Next(); {
		if used += g.Width(); used > columns {
			rows, used = rows+1, g.Width()
		}
	}
	return rows
}
