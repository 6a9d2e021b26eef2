package term

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "不动产": 6, "目录链": 6, "ｈ": 2, "（a）": 5, "한국": 4,
		"▇█": 2, "–": 1, "─": 1, "×": 1, "…": 1, // ambiguous
		"é": 1, "e\u0301": 1, "\u1112\u1161\u11ab": 2, "ก็": 1, // marks and letters that join the one before
		"😀": 2, "👨\u200d👩\u200d👧": 2, "🇨🇳": 2, "👍🏽": 2, "❤\ufe0f": 2, "❤": 1, // emoji
		marks[Bad] + "FAIL" + markEnd: 4,
	} {
		if got := Width(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"plain 目录 é 😀":        "plain 目录 é 😀",
		"\x1b[31mred":         `\u001b[31mred`,
		"\u009b31m":           `\u009b31m`,
		"a\rb\bc\a\x7f\x00":   `a\u000db\u0008c\u0007\u007f\u0000`,
		"two\nlines\t":        `two\nlines\t`,
		"\u202egnp.exe":       `\u202egnp.exe`,
		"a\u2028b":            `a\u2028b`,
		"bad \xff byte":       "bad \ufffd byte",
		marks[Good] + "PASS":  `\ufdd2PASS`,
		"\U0010ffff":          `\U0010ffff`,
		"👨\u200d👩 joins":      "👨\u200d👩 joins",
		"\x1b]0;title\x07end": `\u001b]0;title\u0007end`,
	} {
		if got := Clean(s); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
	if got := CleanLines("a\n\tb\x1b"); got != "a\n\tb\\u001b" {
		t.Errorf("%q", got)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"不动产", 5, "不动…"}, {"不动产", 4, "不…"}, {"abc", 0, ""},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"👨\u200d👩\u200d👧👨\u200d👩\u200d👧", 3, "👨\u200d👩\u200d👧…"},
	} {
		if got := Cut(c.text, c.columns); got != c.want || Width(got) > c.columns {
			t.Errorf("%q in %d columns: %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    []string
	}{
		{"a bc def", 4, []string{"a bc", "def"}},
		{"  ", 4, nil},
		{"不动产登记协同", 6, []string{"不动产", "登记协", "同"}},
		{"不动产。登记", 6, []string{"不动", "产。登", "记"}},
		{"不（动）产", 6, []string{"不", "（动）", "产"}},
		{"ab不动 cd", 5, []string{"ab不", "动 cd"}},
		{"see https://example.com/long x", 8, []string{"see", "https://example.com/long", "x"}},
		{"e\u0301e\u0301 e\u0301", 4, []string{"e\u0301e\u0301 e\u0301"}},
		{"of 12.5\u00a0ms and", 9, []string{"of", "12.5 ms", "and"}},
	} {
		if got := Wrap(c.text, c.columns); !slices.Equal(got, c.want) {
			t.Errorf("%q in %d columns: %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

// FuzzText: whatever the text, a clean one obeys nothing, is clean already, and is cut to the width asked for; folded
// to any width it loses nothing but space.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "a b", "不动产 登记", "\x1b[2Je\u0301", "👨\u200d👩\u200d👧 a-b/c", "\xff\u202e"} {
		f.Add(s, 7)
	}
	squash := func(s string) string { return strings.Join(strings.Fields(strings.ReplaceAll(s, "\u00a0", " ")), "") }
	f.Fuzz(func(t *testing.T, s string, columns int) {
		columns = 2 + (columns&0xff)%60
		c := Clean(s)
		if Clean(c) != c || !utf8.ValidString(c) || strings.ContainsFunc(c, unsafeRune) {
			t.Errorf("%q is cleaned to %q", s, c)
		}
		if got := Cut(c, columns); Width(got) > columns {
			t.Errorf("%q cut to %d is %q, of %d columns", c, columns, got, Width(got))
		}
		folded := fold(c, columns)
		if squash(strings.Join(folded, "")) != squash(c) {
			t.Errorf("%q folded to %d is %q", c, columns, folded)
		}
		for _, line := range folded {
			if Width(line) > columns {
				t.Errorf("%q folded to %d has %q, of %d columns", c, columns, line, Width(line))
			}
		}
	})
}
