package term_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/reports/term/termtest"
)

// show makes a screen with something on it, and a live block below.
func show(columns, rows int) (*termtest.Screen, *term.Page, *term.Live) {
	s := termtest.New(columns, rows)
	p := term.New(s, term.Look{Terminal: true, Color: true, Size: s.Size})
	fmt.Fprintln(p, "$ govbench run")
	return s, p, term.NewLive(p)
}

func want(t *testing.T, s *termtest.Screen, p *term.Page, text string) {
	t.Helper()
	if p.Err() != nil || s.String() != text {
		t.Errorf("%v; the screen shows\n%s, wanted\n%s", p.Err(), s, text)
	}
}

// TestLive: every picture replaces the one before in one write, lines that stay are above it, and in the end nothing is
// left of it.
func TestLive(t *testing.T) {
	s, p, live := show(30, 10)
	before := s.Writes
	live.Draw([]string{"experiment 目录: 3 runs"}, []string{"one", "total 0"})
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\none\ntotal 0\n")
	live.Draw(nil, []string{"o", "two 不动产登记", "total 0"})
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\no\ntwo 不动产登记\ntotal 0\n")
	live.Draw([]string{p.Paint(term.Bad, "FAILED") + " one"}, []string{"two", "total 1"})
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\nFAILED one\ntwo\ntotal 1\n")
	live.Draw(nil, []string{"total 2"})
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\nFAILED one\ntotal 2\n")
	live.Close([]string{"skipped"})
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\nFAILED one\nskipped\n")
	if s.Writes-before != 5 || s.Styled != 2 {
		t.Errorf("%d writes for 5 pictures, %d styles", s.Writes-before, s.Styled)
	}
	fmt.Fprintln(p, "result")
	want(t, s, p, "$ govbench run\nexperiment 目录: 3 runs\nFAILED one\nskipped\nresult\n")
}

// TestLiveFits: however many lines and however long, the block stays within the screen and scrolls nothing away twice.
func TestLiveFits(t *testing.T) {
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("cell %d %s", i, strings.Repeat("长", 40)))
	}
	lines = append(lines, "total")
	for _, rows := range []int{1, 2, 3, 6, 24} {
		s, p, live := show(20, rows)
		for range 3 {
			live.Draw(nil, lines)
		}
		shown := strings.Split(strings.TrimSuffix(s.String(), "\n"), "\n")
		if p.Err() != nil || len(shown) != 1+max(rows-1, 1) || shown[len(shown)-1] != "total" {
			t.Errorf("%d rows: %v\n%s", rows, p.Err(), s)
		}
		if more := fmt.Sprintf("  and %d more", 40-(rows-3)); rows >= 3 && shown[len(shown)-2] != more {
			t.Errorf("%d rows: %q, want %q", rows, shown[len(shown)-2], more)
		}
		live.Close(nil)
		want(t, s, p, "$ govbench run\n")
	}
}

// TestLiveIsResized: after the terminal's width has changed, in either direction and with lines broken by it, the next
// picture stands where the one before was.
func TestLiveIsResized(t *testing.T) {
	for _, widths := range [][]int{{60, 25}, {25, 60}, {60, 31, 24, 80, 30}, {40, 39, 38, 37}} {
		s, p, live := show(widths[0], 12)
		for _, columns := range widths {
			s.Resize(columns, 12)
			for range 2 {
				live.Draw(nil, []string{strings.Repeat("登记", 30), "short", strings.Repeat("x", 100), "total"})
			}
			cut := func(text string) string { return term.Cut(text, columns-1) }
			want(t, s, p, "$ govbench run\n"+cut(strings.Repeat("登记", 30))+"\nshort\n"+cut(strings.Repeat("x", 100))+"\ntotal\n")
		}
		live.Close(nil)
		want(t, s, p, "$ govbench run\n")
	}
}

// TestScreen: the tests' screen shows what a terminal would, and refuses what it does not know.
func TestScreen(t *testing.T) {
	s := termtest.New(5, 3)
	fmt.Fprint(s, "abcdefg\r\x1b[KX\n目录链\x1b[1A\rY")
	if s.String() != "abcde\nX\nY录\n链\n" {
		t.Errorf("%q", s.String())
	}
	for _, text := range []string{"\a", "\x1b[?25l", "\x1b]0;t\a", "\x1b[2q"} {
		if _, err := s.Write([]byte(text)); err == nil {
			t.Errorf("%q is obeyed", text)
		}
	}
}
