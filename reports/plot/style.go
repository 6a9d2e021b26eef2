package plot

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of M. Okabe and K. Ito, Color Universal Design (2008), for people with any kind of
// colour vision, without its yellow, which is too pale for lines on white.
var palette = [...]color.RGBA{
	{0x00, 0x72, 0xB2, 0xff}, // blue
	{0xD5, 0x5E, 0x00, 0xff}, // vermillion
	{0x00, 0x9E, 0x73, 0xff}, // bluish green
	{0xCC, 0x79, 0xA7, 0xff}, // reddish purple
	{0x00, 0x00, 0x00, 0xff}, // black
	{0x56, 0xB4, 0xE9, 0xff}, // sky blue
	{0xE6, 0x9F, 0x00, 0xff}, // orange
}

var dashes = [...][]vg.Length{
	nil,
	{7, 3},
	{2, 2},
	{8, 2, 2, 2},
	{4, 2},
}

var glyphs = [...]draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, diamond{},
	draw.CrossGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{},
}

// style is how one series looks everywhere. Lists of 7 colours, 5 dashes and 8 markers, each cycled by
// itself, give 280 different styles.
type style struct {
	name  string
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

func styleOf(i int, name string) style {
	c := palette[i%len(palette)]
	return style{
		name:  name,
		line:  draw.LineStyle{Color: c, Width: 1.4, Dashes: dashes[i%len(dashes)]},
		glyph: draw.GlyphStyle{Color: c, Radius: 3.4, Shape: glyphs[i%len(glyphs)]},
	}
}

func stylesOf(names []string) []style {
	out := make([]style, len(names))
	for i, n := range names {
		out[i] = styleOf(i, n)
	}
	return out
}

// diamond is a filled square on its corner.
type diamond struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (diamond) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.25
	c.SetColor(sty.Color)
	var p vg.Path
	p.Move(vg.Point{X: pt.X, Y: pt.Y + r})
	p.Line(vg.Point{X: pt.X + r, Y: pt.Y})
	p.Line(vg.Point{X: pt.X, Y: pt.Y - r})
	p.Line(vg.Point{X: pt.X - r, Y: pt.Y})
	p.Close()
	c.Fill(p)
}

var (
	ink   = color.RGBA{0x1f, 0x24, 0x30, 0xff}
	muted = color.RGBA{0x55, 0x5c, 0x6b, 0xff}
	grid  = color.RGBA{0xe4, 0xe6, 0xeb, 0xff}
)

func textStyle(size float64, bold bool, c color.Color, x text.XAlignment, y text.YAlignment) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(size)}
	if bold {
		f.Weight = boldWeight
	}
	return text.Style{Color: c, Font: f, XAlign: x, YAlign: y, Handler: text.Plain{Fonts: font.DefaultCache}}
}
