package term

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

// sized makes a page of a terminal.
func sized(columns int, color bool) (*Page, *bytes.Buffer) {
	var out bytes.Buffer
	return New(&out, Look{Terminal: true, Color: color, Size: func() (int, int) { return columns, 24 }}), &out
}

var anySGR = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestPageLetsNothingThrough: whatever is written to a terminal, and in whatever pieces, no control character arrives
// but line ends and tabs; a file gets every byte as it is.
func TestPageLetsNothingThrough(t *testing.T) {
	const name = "目\x1b[2J\u009b1m\rx\a\u202e\n\té\xff"
	for _, color := range []bool{false, true} {
		p, out := sized(80, color)
		for i := range len(name) {
			fmt.Fprint(p, name[i:i+1])
		}
		if got := out.String(); got != "目"+`\u001b[2J\u009b1m\u000dx\u0007\u202e`+"\n\té\ufffd" {
			t.Errorf("colour %v: %q", color, got)
		}
	}
	var file bytes.Buffer
	fmt.Fprint(Of(&file), name)
	if file.String() != name {
		t.Errorf("a file gets %q", file.String())
	}
}

// TestStyles: words are the same with colours and without, and no other sequence than that of a style is written.
func TestStyles(t *testing.T) {
	text := func(color bool) string {
		p, out := sized(80, color)
		for _, s := range []Style{Plain, Strong, Good, Warn, Bad} {
			fmt.Fprintf(p, "%s ", p.Paint(s, "word"))
		}
		Table{Head: []string{"a", "b"}, Rows: [][]string{{"1", "2\x1b[1m"}}, Rule: true, Mark: func(_, c int) Style { return Style(c * int(Bad)) }}.Write(p)
		return out.String()
	}
	plain, colored := text(false), text(true)
	if strings.Contains(plain, "\x1b") || anySGR.ReplaceAllString(colored, "") != plain {
		t.Errorf("plain %q, with colours %q", plain, colored)
	}
	for _, sequence := range anySGR.FindAllString(colored, -1) {
		if sequence != "\x1b[0m" && !strings.Contains(strings.Join(sgr[1:], " "), sequence) {
			t.Errorf("%q is of no style", sequence)
		}
	}
	if strings.Count(colored, "\x1b[0m") != 7 {
		t.Errorf("%d styles end in %q", strings.Count(colored, "\x1b[0m"), colored)
	}
}

// TestContrast: every pair of colours has a contrast of at least 4.5, level AA of WCAG 2.2, in the palettes of the usual
// terminals, whatever their background. Values are those of the terminals' defaults, as Wikipedia's article on ANSI
// escape codes lists them. VS Code is not among them because it raises the contrast to 4.5 itself, and neither is
// Ubuntu's console, where white on red has 4.46.
func TestContrast(t *testing.T) {
	palettes := map[string]map[int]int{
		"VGA":              {30: 0x000000, 41: 0xaa0000, 42: 0x00aa00, 103: 0xffff55, 97: 0xffffff},
		"xterm":            {30: 0x000000, 41: 0xcd0000, 42: 0x00cd00, 103: 0xffff00, 97: 0xffffff},
		"Windows Terminal": {30: 0x0c0c0c, 41: 0xc50f1f, 42: 0x13a10e, 103: 0xf9f1a5, 97: 0xf2f2f2},
		"Terminal.app":     {30: 0x000000, 41: 0x990000, 42: 0x00a600, 103: 0xe5e500, 97: 0xe5e5e5},
		"PuTTY":            {30: 0x000000, 41: 0xbb0000, 42: 0x00bb00, 103: 0xffff55, 97: 0xffffff},
		"GNOME":            {30: 0x171421, 41: 0xc01c28, 42: 0x26a269, 103: 0xe9ad0c, 97: 0xffffff},
	}
	linear := func(c int) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	luminance := func(c int) float64 { return 0.2126*linear(c>>16) + 0.7152*linear(c>>8) + 0.0722*linear(c) }
	for name, palette := range palettes {
		for _, s := range []Style{Good, Warn, Bad} {
			var text, ground int
			if _, err := fmt.Sscanf(sgr[s], "\x1b[%d;%dm", &text, &ground); err != nil {
				t.Fatal(err)
			}
			a, b := luminance(palette[text])+0.05, luminance(palette[ground])+0.05
			if contrast := max(a, b) / min(a, b); contrast < 4.5 {
				t.Errorf("%s: %d on %d has a contrast of %.2f", name, text, ground, contrast)
			}
		}
	}
}

type full struct{ writes int }

func (f *full) Write([]byte) (int, error) {
	f.writes++
	return 0, errors.New("the disk is full")
}

func TestPageKeepsItsError(t *testing.T) {
	f := &full{}
	p := New(f, Look{})
	fmt.Fprintln(p, "a")
	p.Sentence("b")
	p.Control("\x1b[K")
	if p.Err() == nil || f.writes != 1 {
		t.Errorf("%v after %d writes", p.Err(), f.writes)
	}
}

func TestParagraph(t *testing.T) {
	p, out := sized(30, false)
	p.Paragraph("label", 8, "some words that are wrapped, 不动产登记")
	p.Sentence("one two three four five six seven eight")
	want := "label   some words that are\n        wrapped, 不动产登记\none two three four five six\n  seven eight\n"
	if out.String() != want {
		t.Errorf("%s", out)
	}
}

func TestSpark(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		values  []float64
		columns int
		line    string
		ascii   string
		most    float64
	}{
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7, 8}, 9, "▁▂▃▄▅▆▇██", "_.-=+*#@@", 8},
		{[]float64{1, 3, 5, 7}, 2, "▃█", "-@", 6},
		{[]float64{4, nan, 4}, 3, "█ █", "@ @", 4},
		{[]float64{0, 0}, 8, "▁▁", "__", 0},
		{[]float64{nan, nan, 2, nan}, 2, " █", " @", 2},
		{nil, 5, "", "", 0},
		{[]float64{1}, 0, "", "", 0},
	} {
		line, most := New(nil, Look{}).Spark(c.values, c.columns)
		ascii, _ := New(nil, Look{ASCII: true}).Spark(c.values, c.columns)
		if line != c.line || ascii != c.ascii || most != c.most {
			t.Errorf("%v: %q, %q, %v", c.values, line, ascii, most)
		}
	}
}
