package plot

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/history"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// SectionTrend is the section of the figures that Trends draws.
const SectionTrend = "Over the versions"

// Trends draws metrics over the versions of a program, a panel each, with their levels and change points.
func Trends(trends []history.Trend) ([]result.Figure, error) {
	var sheets []sheet
	parts := (len(trends) + panelsMax - 1) / panelsMax
	for i := range parts {
		s := sheet{name: "trend", section: SectionTrend, title: "Over the versions", height: 180, keys: trendKeys(),
			caption: "A point is the median of a version's trials, with a whisker for its 95 % interval; versions stand in the order in which they were added. " +
				"A bar is the median of a level, a slanted one a drift. A dashed line is a change point, with the relative change of the median and what it means. The axis does not begin at zero."}
		if parts > 1 {
			s.name += fmt.Sprintf("-%d", i+1)
			s.title += fmt.Sprintf(" (%d of %d)", i+1, parts)
		}
		for _, t := range trends[i*panelsMax : min((i+1)*panelsMax, len(trends))] {
			s.panels = append(s.panels, trendPanel(t))
		}
		sheets = append(sheets, s)
	}
	return finishAll(sheets)
}

func trendKeys() []key {
	return []key{
		{"median of a version", func(c *draw.Canvas, box vg.Rectangle) { drawVersion(c, center(box), 5) }},
		{"level or drift", func(c *draw.Canvas, box vg.Rectangle) {
			c.StrokeLine2(levelLine(), box.Min.X, center(box).Y, box.Max.X, center(box).Y)
		}},
		{"change point", func(c *draw.Canvas, box vg.Rectangle) {
			c.StrokeLine2(changeLine(ink), center(box).X, box.Min.Y-2, center(box).X, box.Max.Y+2)
		}},
	}
}

func levelLine() draw.LineStyle { return draw.LineStyle{Color: palette[0], Width: 2} }

func changeLine(c color.Color) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: 1.1, Dashes: []vg.Length{3, 2}}
}

// drawVersion draws a point with its whisker, so many points up and down.
func drawVersion(c *draw.Canvas, at vg.Point, half vg.Length) {
	c.StrokeLine2(draw.LineStyle{Color: muted, Width: 0.8}, at.X, at.Y-half, at.X, at.Y+half)
	c.DrawGlyphNoClip(draw.GlyphStyle{Color: ink, Radius: 1.8, Shape: draw.CircleGlyph{}}, at)
}

// versionTicks is how many versions are named below a panel, and how long a name may be there.
const (
	versionTicks = 4
	versionName  = 9
)

func trendPanel(t history.Trend) *plot.Plot {
	p := newPlot()
	p.Title.Text = cut(t.Scenario+", "+t.Series, 46)
	if t.Series == "" {
		p.Title.Text = cut(t.Scenario, 46)
	}
	p.Y.Label.Text = t.Metric
	if t.Load != "" {
		p.X.Label.Text = "load " + loadText(t.Load)
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, point := range t.Points {
		low, high = min(low, point.Value.Low), max(high, point.Value.High)
	}
	label := number
	if t.Unit == "sec" {
		label = timeText
	}
	zoomAxis(&p.Y, low, high, label, 5)
	n := len(t.Points)
	var marks ticks
	for i := range min(versionTicks, n) {
		at := i * (n - 1) / max(min(versionTicks, n)-1, 1)
		marks = append(marks, plot.Tick{Value: float64(at), Label: cut(t.Points[at].Version, versionName)})
	}
	p.X.Min, p.X.Max, p.X.Tick.Marker = -0.5, float64(n)-0.5, marks
	p.Add(gridLines{y: true}, trendLine{t})
	return p
}

// zoomAxis sets up an axis that holds low to high, ends at round values and need not begin at zero. Values
// that differ in nothing stand in the middle.
func zoomAxis(a *plot.Axis, low, high float64, label func(float64) string, most int) {
	room := (high - low) * 0.12
	switch {
	case high == 0 && low == 0:
		room = 1
	case room == 0:
		room = math.Abs(high) * 0.05
	}
	step := roundStep(high-low+2*room, most)
	first, last := math.Floor((low-room)/step), math.Ceil((high+room)/step)
	if low >= 0 {
		first = max(first, 0)
	}
	var out ticks
	for k := first; k <= last; k++ {
		out = append(out, plot.Tick{Value: k * step, Label: finer(k*step, label, step)})
	}
	a.Min, a.Max, a.Tick.Marker = first*step, last*step, out
}

// finer labels a value with the digits that tell it from its neighbours.
func finer(v float64, label func(float64) string, step float64) string {
	if label(v) != label(v+step) {
		return label(v)
	}
	return fmt.Sprintf("%.*g", int(math.Ceil(math.Log10(math.Abs(v)/step)))+1, v)
}

// trendLine draws the points, levels and changes of a trend.
type trendLine struct{ history.Trend }

// Plot implements plot.Plotter.
func (t trendLine) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	from, middle := 0, stats.Median(t.Values()).Median
	for i := range len(t.Changes) + 1 {
		to := len(t.Points)
		if i < len(t.Changes) {
			to, middle = t.Changes[i].At, t.Changes[i].Before.Median
		} else if i > 0 {
			middle = t.Changes[i-1].After.Median
		}
		if t.Drift == nil {
			c.StrokeLine2(levelLine(), x(float64(from)-0.4), y(middle), x(float64(to)-0.6), y(middle))
		}
		from = to
	}
	if d := t.Drift; d != nil {
		c.StrokeLine2(levelLine(), x(0), y(d.From), x(float64(len(t.Points)-1)), y(d.To))
	}
	for i, point := range t.Points {
		at := vg.Point{X: x(float64(i)), Y: y(point.Value.Median)}
		c.StrokeLine2(draw.LineStyle{Color: muted, Width: 0.8}, at.X, y(point.Value.Low), at.X, y(point.Value.High))
		drawVersion(&c, at, 0)
	}
	for _, change := range t.Changes {
		t.drawChange(c, x(float64(change.At)-0.5), change)
	}
}

// drawChange marks a change point and says what it is.
func (t trendLine) drawChange(c draw.Canvas, x vg.Length, change stats.ChangePoint) {
	clr := ink
	switch t.Verdict(change.Change) {
	case stats.Worse:
		clr = palette[1]
	case stats.Better:
		clr = palette[2]
	}
	c.StrokeLine2(changeLine(clr), x, c.Min.Y, x, c.Max.Y)
	text := fmt.Sprintf("%s %+.3g %%", t.Verdict(change.Change), 100*change.Change)
	side, gap := draw.XLeft, vg.Length(3)
	if x > center(c.Rectangle).X {
		side, gap = draw.XRight, -3
	}
	c.FillText(textStyle(9, false, ink, side, draw.YTop), vg.Point{X: x + gap, Y: c.Max.Y - 1}, text)
}
