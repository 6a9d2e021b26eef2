package plot

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"strings"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/govbench/govbench/reports/result"
)

const boldWeight = xfont.WeightBold

// key is one entry of a legend: its name and how to draw its sample, centred in a box.
type key struct {
	name string
	draw func(c *draw.Canvas, box vg.Rectangle)
}

// sheet is a figure in the making: panels in a grid under a title and a legend.
type sheet struct {
	name    string
	section string
	title   string
	caption string
	keys    []key
	panels  []*plot.Plot
	height  vg.Length // of a panel
}

const (
	margin     vg.Length = 12
	panelWidth vg.Length = 312
	keyWidth   vg.Length = 30
	keyHeight  vg.Length = 17
	titleSize            = 14
)

func columns(panels int) int {
	switch {
	case panels <= 1:
		return 1
	case panels <= 2 || panels == 4:
		return 2
	}
	return 3
}

// finish draws the sheet in both formats.
func (s sheet) finish() (result.Figure, error) {
	cols := columns(len(s.panels))
	lines := (len(s.panels) + cols - 1) / cols
	width := max(panelWidth*vg.Length(cols), 2*panelWidth) + 2*margin
	placed := s.layoutKeys(width - 2*margin)
	head := margin + titleSize + 8 + placed.height + 8
	height := head + s.height*vg.Length(lines) + margin

	paint := func(c draw.Canvas) {
		c.SetColor(color.White)
		c.Fill(c.Rectangle.Path())
		title := textStyle(titleSize, true, ink, draw.XLeft, draw.YTop)
		c.FillText(title, vg.Point{X: margin, Y: c.Max.Y - margin}, s.title)
		placed.draw(&c, vg.Point{X: margin, Y: c.Max.Y - margin - titleSize - 8})
		s.drawPanels(draw.Crop(c, margin, -margin, margin, -head), lines, cols)
	}
	svg := vgsvg.New(width, height)
	paint(draw.New(svg))
	canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(144))
	paint(draw.New(canvas))
	var vector, raster bytes.Buffer
	if _, err := svg.WriteTo(&vector); err != nil {
		return result.Figure{}, fmt.Errorf("figure %s: %w", s.name, err)
	}
	// Flat colour compresses well at any level, and the best level takes half of a report's time.
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&raster, canvas.Image()); err != nil {
		return result.Figure{}, fmt.Errorf("figure %s: %w", s.name, err)
	}
	return result.Figure{Name: s.name, Section: s.section, Title: s.title, Caption: s.caption,
		SVG: fallbackFonts(vector.Bytes()), PNG: raster.Bytes()}, nil
}

// fallbackFonts names the metric twins of Liberation Sans for readers that lack it, and drops what
// every label repeats and is the default anyway.
func fallbackFonts(svg []byte) []byte {
	return []byte(strings.NewReplacer(
		"font-family:Liberation Sans", "font-family:'Liberation Sans',Arimo,Arial,Helvetica,sans-serif",
		"font-variant:none;", "", "font-variant:normal;", "",
		"font-weight:normal;", "", "font-style:normal;", "",
	).Replace(string(svg)))
}

func (s sheet) drawPanels(c draw.Canvas, lines, cols int) {
	matrix := make([][]*plot.Plot, lines)
	for i := range matrix {
		matrix[i] = make([]*plot.Plot, cols)
		for j := range matrix[i] {
			if k := i*cols + j; k < len(s.panels) {
				matrix[i][j] = s.panels[k]
			}
		}
	}
	tiles := draw.Tiles{Rows: lines, Cols: cols, PadX: 14, PadY: 12}
	for i, line := range plot.Align(matrix, tiles, c) {
		for j, cell := range line {
			if p := matrix[i][j]; p != nil {
				p.Draw(cell)
			}
		}
	}
}

type placedKeys struct {
	keys   []key
	at     []vg.Point // relative to the legend's top left corner, y downward as negative
	height vg.Length
}

// layoutKeys breaks the legend into lines of the given width.
func (s sheet) layoutKeys(width vg.Length) placedKeys {
	out := placedKeys{keys: s.keys}
	sty := keyText()
	var x, y vg.Length
	for _, k := range s.keys {
		w := keyWidth + 6 + sty.Width(k.name) + 20
		if x > 0 && x+w > width {
			x, y = 0, y-keyHeight
		}
		out.at = append(out.at, vg.Point{X: x, Y: y})
		x += w
	}
	out.height = keyHeight - y
	return out
}

func keyText() draw.TextStyle { return textStyle(10.5, false, ink, draw.XLeft, draw.YCenter) }

func (p placedKeys) draw(c *draw.Canvas, corner vg.Point) {
	for i, k := range p.keys {
		at := corner.Add(p.at[i])
		k.draw(c, vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - keyHeight + 3}, Max: vg.Point{X: at.X + keyWidth, Y: at.Y - 3}})
		c.FillText(keyText(), vg.Point{X: at.X + keyWidth + 6, Y: at.Y - keyHeight/2}, k.name)
	}
}

func center(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

// seriesKeys is the legend of the series: line and marker as in the panels.
func seriesKeys(styles []style) []key {
	out := make([]key, len(styles))
	for i, s := range styles {
		out[i] = key{cut(s.name, 60), func(c *draw.Canvas, box vg.Rectangle) {
			mid := center(box)
			c.StrokeLine2(s.line, box.Min.X, mid.Y, box.Max.X, mid.Y)
			c.DrawGlyphNoClip(s.glyph, mid)
		}}
	}
	return out
}
