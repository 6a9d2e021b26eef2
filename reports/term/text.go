package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Width is the number of terminal columns that a text takes, whatever its style.
func Width(s string) int { return displaywidth.String(unmarked.Replace(s)) }

// Clean makes a text safe to print in a line: control characters, which terminals obey, and marks that turn the
// direction of what follows become escapes such as \u001b, which JSON reads back; bytes that are no UTF-8 become U+FFFD.
func Clean(s string) string { return clean(s, "") }

// CleanLines is Clean for a text of several lines, whose ends and tabs stay.
func CleanLines(s string) string { return clean(s, "\n\t") }

func clean(s, except string) string {
	at := strings.IndexFunc(s, unsafeRune)
	if at < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s { // a byte that is no UTF-8 is U+FFFD here
		switch {
		case !unsafeRune(r) || strings.ContainsRune(except, r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// unsafeRune reports whether a terminal does something else with a character than to show it: the controls of ISO 6429
// in both ranges, line separators, and the marks of the bidirectional algorithm (Unicode Standard Annex 9), by which a
// text can look like another. Noncharacters are unsafe because a Page marks its styles with them.
func unsafeRune(r rune) bool {
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' ||
		unicode.Is(unicode.Noncharacter_Code_Point, r)
}

// Cut shortens a text to so many columns, with an ellipsis in place of what is left out.
func Cut(s string, columns int) string {
	if Width(s) <= columns {
		return s
	}
	if columns < 1 {
		return ""
	}
	return head(s, columns-1) + "…"
}

// head is as much of a text as takes at most so many columns.
func head(s string, columns int) string {
	used := 0
	g := displaywidth.StringGraphemes(s)
	for end := 0; g.Next(); end += len(g.Value()) {
		if used += g.Width(); used > columns {
			return s[:end]
		}
	}
	return s
}

// Pad fills a text up with spaces, on the left when it stands right.
func Pad(s string, columns int, right bool) string {
	gap := strings.Repeat(" ", max(columns-Width(s), 0))
	if right {
		return gap + s
	}
	return s + gap
}

// Wrap breaks a text into lines of at most so many columns: at spaces, and after wide characters, which have none
// between them. A figure stays with its unit where an unbreakable space stands between them; it is printed as a plain
// one. What cannot be broken, such as an address, is a line of its own, however long.
func Wrap(s string, columns int) []string { return wrap(s, columns, columns) }

// wrap is Wrap with another width for the first line.
func wrap(s string, first, columns int) []string {
	var lines []string
	room := first
	var line strings.Builder
	used := 0
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r != noBreak && unicode.IsSpace(r) }) {
		space := min(line.Len(), 1)
		for _, piece := range pieces(word) {
			n := Width(piece)
			if line.Len() > 0 && used+space+n > room {
				lines = append(lines, line.String())
				line.Reset()
				used, space, room = 0, 0, columns
			}
			line.WriteString(strings.Repeat(" ", space) + strings.ReplaceAll(piece, string(noBreak), " "))
			used += space + n
			space = 0
		}
	}
	if line.Len() > 0 {
		lines = append(lines, line.String())
	}
	return lines
}

const noBreak = '\u00a0'

// closing are marks that do not begin a line, and opening those that do not end one.
const (
	closing = "，。、；：！？）》」』】”’%％"
	opening = "（《「『【“‘"
)

// pieces cuts a word after its wide characters, but not before a closing mark nor after an opening one.
func pieces(word string) []string {
	var out []string
	start, at, wide := 0, 0, false
	for g := displaywidth.StringGraphemes(word); g.Next(); at += len(g.Value()) {
		v := g.Value()
		if wide && !strings.Contains(closing, v) {
			out = append(out, word[start:at])
			start = at
		}
		wide = g.Width() == 2 && !strings.Contains(opening, v)
	}
	return append(out, word[start:])
}

// fold is Wrap for a cell of a table: what cannot be broken is broken all the same, after a hyphen or slash where there
// is one.
func fold(s string, columns int) []string {
	var out []string
	for _, line := range Wrap(s, columns) {
		for Width(line) > columns && columns > 0 {
			first := head(line, columns)
			if at := strings.LastIndexAny(first, "-/_. "); at > 0 {
				first = first[:at+1]
			}
			if first == "" { // a wide character in a column of one
				break
			}
			out = append(out, strings.TrimRight(first, " "))
			line = line[len(first):]
		}
		out = append(out, line)
	}
	if out == nil {
		out = []string{""}
	}
	return out
}
