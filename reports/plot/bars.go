package plot

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
)

// hatch is how a stage's bar is filled, beside its colour.
type hatch int

const (
	solid hatch = iota
	rising
	upright
	falling
	level
)

// look is how a part of a bar looks.
type look struct {
	name, meaning string
	color         color.RGBA
	hatch         hatch
}

// lookKeys is the legend of the parts of bars.
func lookKeys(looks []look) (out []key) {
	for _, l := range looks {
		out = append(out, key{l.meaning, func(c *draw.Canvas, box vg.Rectangle) { fillBox(c, box, l.color, l.hatch) }})
	}
	return out
}

// stageLooks are the parts of a latency in the order in which they follow each other.
var stageLooks = []look{
	{"submit", "client to replica", color.RGBA{0x56, 0xB4, 0xE9, 0xff}, solid},
	{"queue", "waiting to be proposed", color.RGBA{0xE6, 0x9F, 0x00, 0xff}, rising},
	{"order", "ordering", color.RGBA{0x00, 0x72, 0xB2, 0xff}, solid},
	{"execute", "execution", color.RGBA{0x00, 0x9E, 0x73, 0xff}, upright},
	{"answer", "answer to client", color.RGBA{0xCC, 0x79, 0xA7, 0xff}, falling},
}

// fillBox fills a rectangle and draws its hatching.
func fillBox(c *draw.Canvas, r vg.Rectangle, clr color.Color, h hatch) {
	if r.Max.X-r.Min.X < 0.05 {
		return
	}
	c.SetColor(clr)
	c.Fill(r.Path())
	box := *c
	box.Rectangle = r
	white := draw.LineStyle{Color: color.RGBA{255, 255, 255, 255}, Width: 0.9}
	tall := r.Max.Y - r.Min.Y
	const gap vg.Length = 4.5
	switch h {
	case rising, falling:
		for x := r.Min.X - tall; x < r.Max.X; x += gap {
			a, b := vg.Point{X: x, Y: r.Min.Y}, vg.Point{X: x + tall, Y: r.Max.Y}
			if h == falling {
				a.Y, b.Y = b.Y, a.Y
			}
			c.StrokeLines(white, box.ClipLinesX([]vg.Point{a, b})...)
		}
	case upright:
		for x := r.Min.X + gap/2; x < r.Max.X; x += gap {
			c.StrokeLine2(white, x, r.Min.Y, x, r.Max.Y)
		}
	case level:
		for y := r.Min.Y + gap/2; y < r.Max.Y; y += gap {
			c.StrokeLine2(white, r.Min.X, y, r.Max.X, y)
		}
	}
}

// stacks draws one bar a row, its parts side by side, and the total behind it.
type stacks struct {
	looks []look
	text  func(float64) string // writes a total
	rows  [][]float64          // each part, of the looks; nil for a row without data
}

// Plot implements plot.Plotter.
func (s stacks) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, parts := range s.rows {
		mid := ty(float64(len(s.rows) - 1 - i))
		var sum float64
		for k, part := range parts {
			from := tx(sum)
			sum += part
			fillBox(&c, vg.Rectangle{Min: vg.Point{X: from, Y: mid - 5.5}, Max: vg.Point{X: tx(sum), Y: mid + 5.5}},
				s.looks[k].color, s.looks[k].hatch)
		}
		if parts != nil {
			c.FillText(textStyle(9.5, false, ink, draw.XLeft, draw.YCenter), vg.Point{X: tx(sum) + 4, Y: mid}, s.text(sum))
		}
	}
}

func stages(pg page) (sheet, bool) {
	s := sheet{name: "stages", section: SectionStages, title: "Where the time goes", height: rowsHeight(len(pg.styles)),
		caption: "The mean latency of a transaction, cut into the parts of its way; each panel has its own scale. Of several trials the first is shown."}
	s.keys = lookKeys(stageLooks)
	for _, scenario := range pg.scenarios {
		p := newPlot()
		p.Title.Text = pg.panelTitle(scenario)
		p.X.Label.Text = "mean latency"
		bars := stacks{looks: stageLooks, text: timeText, rows: make([][]float64, len(pg.styles))}
		longest := 0.0
		for i, c := range pg.find(scenario) {
			if c == nil || len(c.Trials[0].Stages) == 0 {
				continue
			}
			parts, sum := stageParts(c.Trials[0].Stages)
			bars.rows[i] = parts
			longest = max(longest, sum)
		}
		if longest == 0 {
			continue
		}
		// A quarter of the width is left for the totals.
		linearAxis(&p.X, longest*1.25, timeText, 4)
		rows(p, pg.names())
		p.Add(gridLines{x: true}, bars)
		s.panels = append(s.panels, p)
	}
	return s, len(s.panels) > 0
}

func stageParts(list []result.Stage) (parts []float64, sum float64) {
	parts = make([]float64, len(stageLooks))
	for _, st := range list {
		for k, look := range stageLooks {
			if look.name == st.Name {
				parts[k] = st.MeanSec
				sum += st.MeanSec
			}
		}
	}
	return parts, sum
}

func rowsHeight(n int) vg.Length { return 66 + 19*vg.Length(n) }

// resourceLooks are the resources of a node.
var resourceLooks = [...]struct {
	name, metric string
	style        draw.GlyphStyle
}{
	{"CPU", "cpu-utilisation-max", draw.GlyphStyle{Color: palette[0], Radius: 4, Shape: draw.CircleGlyph{}}},
	{"disk", "disk-utilisation-max", draw.GlyphStyle{Color: palette[1], Radius: 3.4, Shape: draw.BoxGlyph{}}},
	{"link", "link-utilisation-max", draw.GlyphStyle{Color: palette[2], Radius: 4, Shape: draw.PyramidGlyph{}}},
}

// dots draws one row a series with a marker for each resource, a little apart in height.
type dots struct {
	rows [][]float64 // utilisation of each resource, negative for none; nil for a row without data
}

// Plot implements plot.Plotter.
func (d dots) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, row := range d.rows {
		mid := ty(float64(len(d.rows) - 1 - i))
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.7}, c.Min.X, mid, c.Max.X, mid)
		for k, u := range row {
			if u >= 0 {
				c.DrawGlyphNoClip(resourceLooks[k].style, vg.Point{X: tx(u), Y: mid + vg.Length(1-k)*4.5})
			}
		}
	}
}

func resources(pg page) (sheet, bool) {
	s := sheet{name: "resources", section: SectionResources, title: "Resource use of the busiest node", height: rowsHeight(len(pg.styles)) + 4*vg.Length(len(pg.styles)),
		caption: "The share of the window in which the busiest node's cores, disk and link (its busier direction) were working."}
	for _, l := range resourceLooks {
		s.keys = append(s.keys, key{l.name, func(c *draw.Canvas, box vg.Rectangle) { c.DrawGlyphNoClip(l.style, center(box)) }})
	}
	for _, scenario := range pg.scenarios {
		p := newPlot()
		p.Title.Text = pg.panelTitle(scenario)
		p.X.Label.Text = "utilisation"
		d := dots{rows: make([][]float64, len(pg.styles))}
		any := false
		for i, c := range pg.find(scenario) {
			if c == nil {
				continue
			}
			for _, l := range resourceLooks {
				u := -1.0
				if m, ok := c.Median(l.metric); ok {
					u, any = m.Median, true
				}
				d.rows[i] = append(d.rows[i], u)
			}
		}
		if !any {
			continue
		}
		linearAxis(&p.X, 1, percent, 5)
		rows(p, pg.names())
		p.Add(gridLines{x: true}, d)
		s.panels = append(s.panels, p)
	}
	return s, len(s.panels) > 0
}
