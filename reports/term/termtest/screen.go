// Package termtest has a terminal for tests: a screen that obeys the control sequences which package term writes, and
// shows what a person would see after them.
package termtest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Screen is a terminal that breaks long lines, scrolls, and fits broken lines anew when its width changes, as most
// terminals do now. What it does not know it reports as an error of the write.
type Screen struct {
	Writes int // since the screen was made
	Styled int // sequences that changed the style of text

	columns, rows int
	lines         []row // the scrolled ones first
	line, column  int   // of the cursor
	rest          string
}

type row struct {
	cells  []string // a grapheme cluster each; "" is the second half of a wide one
	broken bool     // goes on in the next row
}

// New makes an empty screen.
func New(columns, rows int) *Screen {
	return &Screen{columns: columns, rows: rows, lines: []row{{}}}
}

// Size is what term.Look asks for.
func (s *Screen) Size() (columns, rows int) { return s.columns, s.rows }

// Resize changes the size and fits broken lines anew.
func (s *Screen) Resize(columns, rows int) {
	old, at := s.lines, s.line
	offset := s.column
	s.lines, s.columns, s.rows = []row{{}}, columns, rows
	s.line, s.column = 0, 0
	var line, column int
	for i := 0; i < len(old); i++ {
		var cells []string
		mark := -1
		for {
			if i == at {
				mark = len(cells) + offset
			}
			cells = append(cells, old[i].cells...)
			if !old[i].broken {
				break
			}
			i++
		}
		for k, c := range append(cells, "") {
			if k == mark {
				line, column = s.line, s.column
			}
			if c != "" {
				s.put(c)
			}
		}
		if i < len(old)-1 {
			s.column = 0
			s.newline()
		}
	}
	s.line, s.column = line, column
}

// Write implements io.Writer.
func (s *Screen) Write(data []byte) (int, error) {
	s.Writes++
	text := s.rest + string(data)
	s.rest = ""
	for g := displaywidth.StringGraphemes(text); g.Next(); {
		v := g.Value()
		switch {
		case v == "\x1b":
			n, err := s.sequence(text)
			if err != nil {
				return 0, err
			}
			text = text[n:]
			g = displaywidth.StringGraphemes(text)
			continue
		case v == "\r\n":
			s.column = 0
			s.newline()
		case v == "\n":
			s.column = 0 // as the terminal's driver makes it
			s.newline()
		case v == "\r":
			s.column = 0
		case len(v) == 1 && v[0] < ' ':
			return 0, fmt.Errorf("termtest: control character %q", v)
		default:
			s.put(v)
		}
		text = text[len(v):]
	}
	return len(data), nil
}

// sequence obeys a control sequence at the beginning of a text and gives its length.
func (s *Screen) sequence(text string) (int, error) {
	end := strings.IndexFunc(text, func(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' })
	if end < 0 || !strings.HasPrefix(text, "\x1b[") {
		return 0, fmt.Errorf("termtest: control sequence %q", text[:min(len(text), 8)])
	}
	n, _ := strconv.Atoi(text[2:end])
	top := max(len(s.lines)-s.rows, 0)
	switch text[end] {
	case 'A':
		s.line = max(s.line-max(n, 1), top)
	case 'K':
		s.erase()
	case 'J':
		s.erase()
		s.lines = s.lines[:s.line+1]
	case 'm':
		s.Styled++
	default:
		return 0, fmt.Errorf("termtest: control sequence %q", text[:end+1])
	}
	return end + 1, nil
}

// erase empties the cursor's line from the cursor on.
func (s *Screen) erase() {
	r := &s.lines[s.line]
	r.cells, r.broken = r.cells[:min(len(r.cells), s.column)], false
}

func (s *Screen) newline() {
	if s.line++; s.line == len(s.lines) {
		s.lines = append(s.lines, row{})
	}
}

func (s *Screen) put(cluster string) {
	width := max(displaywidth.String(cluster), 1)
	if s.column+width > s.columns {
		s.lines[s.line].broken = true
		s.column = 0
		s.newline()
	}
	r := &s.lines[s.line]
	for len(r.cells) < s.column+width {
		r.cells = append(r.cells, " ")
	}
	r.cells[s.column] = cluster
	for i := 1; i < width; i++ {
		r.cells[s.column+i] = ""
	}
	s.column += width
}

// String is what is visible, with what has scrolled away above it: a line a row, without the spaces at their ends.
func (s *Screen) String() string {
	var b strings.Builder
	for _, r := range s.lines {
		b.WriteString(strings.TrimRight(strings.Join(r.cells, ""), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
