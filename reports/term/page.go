package term

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Look is what a page is shown on. The zero value is a file.
type Look struct {
	Terminal bool // control characters do something
	Dumb     bool // a terminal that obeys no control sequences
	Color    bool // styles are shown
	ASCII    bool // the locale has no other characters, so that drawings do without
	// Size is the terminal's size at present; nil: lines may be as long as they like, and there may be any number.
	Size func() (columns, rows int)
}

// Columns is how long a line may be, 0 without a limit. A terminal narrower than columnsMin is taken to be that wide.
func (l Look) Columns() int {
	if l.Size == nil {
		return 0
	}
	columns, _ := l.Size()
	return max(columns, columnsMin)
}

// columnsMin is the narrowest terminal for which text is laid out.
const columnsMin = 24

// proseMax is the most columns of a line of prose, however wide the terminal is.
const proseMax = 100

// Measure is how long a line of prose may be.
func (l Look) Measure() int {
	if n := l.Columns(); n > 0 {
		return min(n, proseMax)
	}
	return proseMax
}

// Page is where text for people goes. Functions that lay text out take an io.Writer and find the page behind it by Of,
// so that the same call fits a terminal, a file and a test.
//
// On a terminal a page lets no control character through but line ends and tabs, whatever it is asked to write: a name
// with an escape sequence in it is shown, and not obeyed.
type Page struct {
	Look
	w    io.Writer
	rest []byte // the beginning of a character
	err  error
}

// New makes a page on a writer.
func New(w io.Writer, look Look) *Page { return &Page{Look: look, w: w} }

// Of is the page behind a writer, or else a plain one on it.
func Of(w io.Writer) *Page {
	if p, ok := w.(*Page); ok {
		return p
	}
	return New(w, Look{})
}

// Err is the first error of a write.
func (p *Page) Err() error { return p.err }

// Write implements io.Writer. After an error nothing is written any more.
func (p *Page) Write(data []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	out := data
	if p.Terminal || p.Color {
		text := p.whole(data)
		if p.Terminal && (strings.ContainsFunc(text, unsafeRune) || !utf8.ValidString(text)) {
			text = cleanMarked(text)
		}
		out = []byte(sequences.Replace(text))
	}
	if _, p.err = p.w.Write(out); p.err != nil {
		return 0, p.err
	}
	return len(data), nil
}

// Paragraph writes a text wrapped to the page's measure, its lines set in by so many columns. The first begins with lead,
// which stands in the indentation or goes beyond it.
func (p *Page) Paragraph(lead string, indent int, text string) {
	lead += strings.Repeat(" ", max(indent-Width(lead), 0))
	for _, line := range wrap(Clean(text), p.Measure()-Width(lead), p.Measure()-indent) {
		fmt.Fprintln(p, lead+line)
		lead = strings.Repeat(" ", indent)
	}
}

// Sentence writes a text wrapped to the page's measure, its lines after the first set in a little.
func (p *Page) Sentence(text string) {
	const hang = 2
	for i, line := range wrap(Clean(text), p.Measure(), p.Measure()-hang) {
		fmt.Fprintln(p, strings.Repeat(" ", min(i, 1)*hang)+line)
	}
}

// Control writes a control sequence of the program's own.
func (p *Page) Control(sequence string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, sequence)
	}
}

// whole takes whole characters only and keeps the beginning of one for the next write.
func (p *Page) whole(data []byte) string {
	data = append(p.rest, data...)
	end := len(data)
	for i := 1; i <= min(len(data), utf8.UTFMax-1); i++ {
		if b := data[len(data)-i]; utf8.RuneStart(b) {
			if !utf8.FullRune(data[len(data)-i:]) {
				end -= i
			}
			break
		}
	}
	p.rest = append([]byte(nil), data[end:]...)
	return string(data[:end])
}

// cleanMarked is CleanLines for a text with marks of styles.
func cleanMarked(text string) string {
	return clean(text, "\n\t"+markEnd+strings.Join(marks[1:], ""))
}

// Style is how a word stands out. It says nothing that the word does not say as well.
type Style int

// The styles.
const (
	Plain  Style = iota
	Strong       // a heading, or the figure that matters
	Good         // PASS
	Warn         // warning
	Bad          // FAIL
)

// marks stand in a text where a style begins, and markEnd where it ends: noncharacters, which text from elsewhere has
// none of, since Clean escapes them. A page replaces them by the terminal's sequences.
var marks = [...]string{Strong: "\ufdd1", Good: "\ufdd2", Warn: "\ufdd3", Bad: "\ufdd4"}

const markEnd = "\ufdd0"

// Colours come in pairs of foreground and background, so that their contrast does not depend on the terminal's own
// background: no single one of the 16 standard colours has a contrast of 4.5 (WCAG 2.2, level AA) on both black and
// white. These pairs have it in the palettes of the usual terminals; a test computes it.
var sgr = [...]string{Strong: "\x1b[1m", Good: "\x1b[30;42m", Warn: "\x1b[30;103m", Bad: "\x1b[97;41m"}

var sequences = strings.NewReplacer(marks[Strong], sgr[Strong], marks[Good], sgr[Good], marks[Warn], sgr[Warn], marks[Bad], sgr[Bad], markEnd, "\x1b[0m")

// unmarked takes the marks of styles out.
var unmarked = strings.NewReplacer(marks[Strong], "", marks[Good], "", marks[Warn], "", marks[Bad], "", markEnd, "")

// Paint gives a word a style, where the page shows any. The word is taken as it is: Clean it first.
func (p *Page) Paint(style Style, word string) string {
	if !p.Color || style == Plain || word == "" {
		return word
	}
	return marks[style] + word + markEnd
}
