package plot

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// heatStops are the colours of a heat map from the least value to the greatest: one hue that only gets darker, so
// that it reads with any kind of colour vision and in grey.
var heatStops = [...]color.RGBA{
	{0xee, 0xf4, 0xfa, 0xff}, {0xb4, 0xd0, 0xe6, 0xff}, {0x62, 0xa2, 0xcd, 0xff}, {0x1f, 0x68, 0xab, 0xff}, {0x08, 0x2f, 0x66, 0xff},
}

// heatColor is the colour at a share of the way from least to greatest.
func heatColor(share float64) color.RGBA {
	at := min(max(share, 0), 1) * float64(len(heatStops)-1)
	i := min(int(at), len(heatStops)-2)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a)))) }
	a, b := heatStops[i], heatStops[i+1]
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// heatValuesMost bounds the cells of a heat map that has its values written in; heatLog is the ratio of the greatest
// to the least from which its scale is logarithmic.
const (
	heatValuesMost = 100
	heatLog        = 20
)

// heat is a heat map with its bar.
type heat struct {
	stats.Cross
	low, high float64
	log       bool
	text      func(float64) string
}

// heatSheet has one panel: the means of a metric over the levels of two factors.
func heatSheet(metric string, pair []stats.Factor, cross stats.Cross) sheet {
	h := heat{Cross: cross, low: math.Inf(1), high: math.Inf(-1), text: number}
	m, _ := result.MetricNamed(metric)
	unit := " (" + m.Unit + ")"
	if m.Unit == "sec" {
		h.text, unit = timeText, ""
	}
	for y := range cross.Mean {
		for x, v := range cross.Mean[y] {
			if cross.Runs[y][x] > 0 {
				h.low, h.high = min(h.low, v), max(h.high, v)
			}
		}
	}
	h.log = h.low > 0 && h.high > heatLog*h.low
	p := newPlot()
	p.X.Label.Text, p.Y.Label.Text = pair[0].Name, pair[1].Name
	rowsUpTo(p, cross.Up, 20)
	for i := range cross.Up { // ascending, as on an axis
		p.Y.Tick.Marker.(ticks)[i].Value = float64(i)
	}
	n := float64(len(cross.Across))
	var marks ticks
	for i, name := range cross.Across {
		marks = append(marks, plot.Tick{Value: float64(i), Label: cut(name, max(4, 100/len(cross.Across)))})
	}
	p.X.Tick.Marker, p.X.Tick.Length, p.X.LineStyle.Width = marks, 0, 0
	p.X.Min, p.X.Max = -0.5, -0.5+n/0.84 // room for the bar
	p.Y.Min, p.Y.Max = -0.5, float64(len(cross.Up))-0.5
	p.Add(h)
	s := sheet{name: "heat-" + metric, section: SectionSweep, title: "Mean " + metric + unit + " by " + pair[0].Name + " and " + pair[1].Name,
		height: 70 + vg.Length(min(max(26*len(cross.Up), 90), 420)), panels: []*plot.Plot{p},
		caption: "A cell is the mean of all runs with both levels, over whatever else varies; darker is more, as the bar tells. The two factors are those with the greatest shares. Levels stand side by side, not to scale."}
	if h.log {
		s.caption += " The scale of the colours is logarithmic."
	}
	if h.holes() {
		s.caption += " Hatched: no run with figures."
		s.keys = []key{{"no run with figures", func(c *draw.Canvas, box vg.Rectangle) { fillBox(c, box, noRun, rising) }}}
	}
	return s
}

var noRun = color.RGBA{0xc9, 0xcc, 0xd4, 0xff}

func (h heat) holes() bool {
	for y := range h.Runs {
		for _, n := range h.Runs[y] {
			if n == 0 {
				return true
			}
		}
	}
	return false
}

// share is where a value is between the least and the greatest.
func (h heat) share(v float64) float64 {
	if h.high <= h.low {
		return 0.5
	}
	if h.log {
		return math.Log(v/h.low) / math.Log(h.high/h.low)
	}
	return (v - h.low) / (h.high - h.low)
}

// value is the inverse of share.
func (h heat) value(share float64) float64 {
	if h.log {
		return h.low * math.Pow(h.high/h.low, share)
	}
	return h.low + share*(h.high-h.low)
}

// Plot implements plot.Plotter.
func (h heat) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	written := len(h.Up)*len(h.Across) <= heatValuesMost
	for j := range h.Mean {
		for i, v := range h.Mean[j] {
			box := vg.Rectangle{Min: vg.Point{X: x(float64(i)-0.5) + 0.5, Y: y(float64(j)-0.5) + 0.5}, Max: vg.Point{X: x(float64(i)+0.5) - 0.5, Y: y(float64(j)+0.5) - 0.5}}
			if h.Runs[j][i] == 0 {
				fillBox(&c, box, noRun, rising)
				continue
			}
			share := h.share(v)
			fillBox(&c, box, heatColor(share), solid)
			if sty := textStyle(9, false, ink, draw.XCenter, draw.YCenter); written {
				if share > 0.5 {
					sty.Color = color.White
				}
				if label := h.text(v); sty.Width(label) <= box.Max.X-box.Min.X {
					c.FillText(sty, center(box), label)
				}
			}
		}
	}
	h.bar(c, x(float64(len(h.Across))-0.5)+18)
}

// bar draws the scale of the colours.
func (h heat) bar(c draw.Canvas, left vg.Length) {
	if len(h.Across) == 0 || math.IsInf(h.low, 0) {
		return
	}
	const steps, width, marks = 64, 14, 4
	tall := c.Max.Y - c.Min.Y
	if h.high <= h.low {
		return
	}
	for i := range steps {
		from, to := c.Min.Y+tall*vg.Length(i)/steps, c.Min.Y+tall*vg.Length(i+1)/steps
		fillBox(&c, vg.Rectangle{Min: vg.Point{X: left, Y: from}, Max: vg.Point{X: left + width, Y: min(to+0.3, c.Max.Y)}}, heatColor((float64(i)+0.5)/steps), solid)
	}
	sty := textStyle(9, false, ink, draw.XLeft, draw.YCenter)
	for i := range marks + 1 {
		share := float64(i) / marks
		at := c.Min.Y + tall*vg.Length(share)
		c.StrokeLine2(draw.LineStyle{Color: muted, Width: 0.6}, left+width, at, left+width+3, at)
		c.FillText(sty, vg.Point{X: left + width + 5, Y: at}, strings.TrimSpace(h.text(h.value(share))))
	}
}
