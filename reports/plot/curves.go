package plot

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// span is the range of the positive values it was given.
type span struct{ low, high float64 }

func newSpan() span { return span{math.Inf(1), math.Inf(-1)} }

func (s *span) add(v float64) {
	if v > 0 {
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
}

func (s span) empty() bool { return s.high < s.low }

// logTime sets up a logarithmic axis of times over the span.
func (s span) logTime(a *plot.Axis, most int) { logAxis(a, s.low, s.high, timeText, most) }

// point is one load of a series.
type point struct {
	throughput, p50, p99 float64
	carried              bool
}

// knee draws a series' points, joined in order of throughput, with a whisker up to the 99th percentile.
type knee struct {
	style
	points []point
	shift  vg.Length // sideways, so that designs with equal throughput do not hide each other
}

// Plot implements plot.Plotter.
func (k knee) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var line []vg.Point
	for _, pt := range k.points {
		line = append(line, vg.Point{X: tx(pt.throughput) + k.shift, Y: ty(pt.p50)})
	}
	c.StrokeLines(k.line, line)
	whisker := draw.LineStyle{Color: k.line.Color, Width: 0.9}
	for i, pt := range k.points {
		top := vg.Point{X: line[i].X, Y: ty(pt.p99)}
		c.StrokeLine2(whisker, line[i].X, line[i].Y, top.X, top.Y)
		c.StrokeLine2(whisker, top.X-2.5, top.Y, top.X+2.5, top.Y)
		c.DrawGlyphNoClip(k.glyph, line[i])
		if !pt.carried {
			drawOverload(&c, line[i])
		}
	}
}

// drawOverload rings a point whose load was not carried.
func drawOverload(c *draw.Canvas, at vg.Point) {
	c.SetLineStyle(draw.LineStyle{Color: ink, Width: 0.9})
	var p vg.Path
	p.Move(vg.Point{X: at.X + 6.5, Y: at.Y})
	p.Arc(at, 6.5, 0, 2*math.Pi)
	p.Close()
	c.Stroke(p)
}

func overloadKey() key {
	return key{"load not carried", func(c *draw.Canvas, box vg.Rectangle) { drawOverload(c, center(box)) }}
}

// shiftOf sets the i-th of n series aside, by no more than a marker's width in all, so that a place on
// the axis can still be read.
func shiftOf(i, n int) vg.Length {
	if n < 2 {
		return 0
	}
	return 9 * (vg.Length(i)/vg.Length(n-1) - 0.5)
}

func throughputLatency(pg page) (sheet, bool) {
	s := sheet{name: "throughput-latency", section: SectionCurve, title: "Throughput against latency", height: 195,
		caption: "One point a load: across, the transactions answered per second, reads apart; up, the median latency, with a whisker to the 99th percentile. " +
			"Both axes are logarithmic where the values span more than a factor of ten. Designs with the same throughput are set apart by up to half a marker so that they do not hide each other. " +
			"A ring marks a load that the design did not carry.",
		keys: seriesKeys(pg.styles)}
	x, y, overload := newSpan(), newSpan(), false
	for _, scenario := range pg.scenarios {
		if p := kneePanel(pg, scenario, &x, &y, &overload); p != nil {
			s.panels = append(s.panels, p)
		}
	}
	for _, p := range s.panels {
		if x.high/x.low > 10 {
			logAxis(&p.X, x.low*0.8, x.high*1.25, number, 5)
		} else {
			linearAxis(&p.X, x.high*1.1, number, 5)
		}
		y.logTime(&p.Y, 5)
	}
	if overload {
		s.keys = append(s.keys, overloadKey())
	}
	return s, len(s.panels) > 0
}

// kneePanel draws one scenario, nil when there is nothing to draw, and widens the axes' spans.
func kneePanel(pg page, scenario string, x, y *span, rings *bool) *plot.Plot {
	p := newPlot()
	p.Title.Text = pg.panelTitle(scenario)
	p.X.Label.Text, p.Y.Label.Text = "throughput (tx/s)", "latency"
	drawn := false
	p.Add(gridLines{true, true})
	for i, st := range pg.styles {
		k := knee{style: st, shift: shiftOf(i, len(pg.styles))}
		for _, c := range pg.cells {
			if c.Scenario != scenario || c.Series != st.name || c.Number("latency-p50") <= 0 || c.Number("throughput") <= 0 {
				continue
			}
			pt := point{c.Number("throughput"), c.Number("latency-p50"), c.Number("latency-p99"), c.Carried()}
			x.add(pt.throughput)
			y.add(pt.p50)
			y.add(pt.p99)
			*rings = *rings || !pt.carried
			k.points = append(k.points, pt)
		}
		slices.SortStableFunc(k.points, func(a, b point) int {
			switch {
			case a.throughput < b.throughput:
				return -1
			case a.throughput > b.throughput:
				return 1
			}
			return 0
		})
		if len(k.points) > 0 {
			p.Add(k)
			drawn = true
		}
	}
	if !drawn {
		return nil
	}
	return p
}

// curve is a line, with markers at some of its points and a gap where Y is not positive.
type curve struct {
	style
	x, y  []float64
	marks []int
}

// Plot implements plot.Plotter.
func (l curve) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	var part []vg.Point
	flush := func() {
		if len(part) > 1 {
			c.StrokeLines(l.line, c.ClipLinesXY(part)...)
		}
		part = nil
	}
	for i := range l.x {
		if l.y[i] < p.Y.Min || l.y[i] <= 0 && p.Y.Min > 0 {
			flush()
			continue
		}
		part = append(part, vg.Point{X: tx(l.x[i]), Y: ty(l.y[i])})
	}
	flush()
	for _, i := range l.marks {
		if i < len(l.x) && l.y[i] >= p.Y.Min && (l.y[i] > 0 || p.Y.Min <= 0) {
			c.DrawGlyph(l.glyph, vg.Point{X: tx(l.x[i]), Y: ty(l.y[i])})
		}
	}
}

func latencyCDF(pg page) (sheet, bool) {
	s := sheet{name: "latency-cdf", section: SectionCDF, title: "Latency distribution", height: 195,
		caption: "The share of transactions that had their answer within a time (logarithmic). Markers stand at the 10th, 50th, 90th and 99th percentile. " +
			"Of several trials the first is shown.",
		keys: seriesKeys(pg.styles)}
	x := newSpan()
	for _, scenario := range pg.scenarios {
		p := newPlot()
		p.Title.Text = pg.panelTitle(scenario)
		p.X.Label.Text, p.Y.Label.Text = "latency", "share of answers"
		drawn := false
		p.Add(gridLines{true, true})
		for i, c := range pg.find(scenario) {
			if c == nil || len(c.Trials[0].LatencyCDF) == 0 {
				continue
			}
			l := cdfCurve(pg.styles[i], c.Trials[0].LatencyCDF)
			for _, v := range l.x {
				x.add(v)
				drawn = true
			}
			p.Add(l)
		}
		if drawn {
			s.panels = append(s.panels, p)
		}
	}
	for _, p := range s.panels {
		x.logTime(&p.X, 5)
		linearAxis(&p.Y, 1, percent, 4)
	}
	return s, len(s.panels) > 0
}

func cdfCurve(st style, cdf []result.Quantile) curve {
	l := curve{style: st}
	for _, q := range cdf {
		if q.Sec <= 0 { // cannot stand on a logarithmic axis
			continue
		}
		for _, mark := range []float64{0.1, 0.5, 0.9, 0.99} {
			if q.Share == mark {
				l.marks = append(l.marks, len(l.x))
			}
		}
		l.x, l.y = append(l.x, q.Sec), append(l.y, q.Share)
	}
	return l
}

// warmupEnd marks where the window begins.
type warmupEnd struct{ at float64 }

// Plot implements plot.Plotter.
func (w warmupEnd) Plot(c draw.Canvas, p *plot.Plot) {
	tx, _ := p.Transforms(&c)
	sty := draw.LineStyle{Color: muted, Width: 0.9, Dashes: []vg.Length{1.5, 2.5}}
	c.StrokeLine2(sty, tx(w.at), c.Min.Y, tx(w.at), c.Max.Y)
}

func warmupKey() key {
	return key{"end of warm-up", func(c *draw.Canvas, box vg.Rectangle) {
		sty := draw.LineStyle{Color: muted, Width: 0.9, Dashes: []vg.Length{1.5, 2.5}}
		c.StrokeLine2(sty, center(box).X, box.Min.Y-2, center(box).X, box.Max.Y+2)
	}}
}

func throughputTime(pg page) (sheet, bool) {
	s := sheet{name: "throughput-time", section: SectionTime, title: "Throughput over time",
		caption: "Transactions answered in each interval, per second, reads apart; each panel has its own scale. Of several trials the first is shown."}
	return timeSheet(pg, s, "throughput (tx/s)", func(p result.Point) float64 { return p.Throughput }, false)
}

func latencyTime(pg page) (sheet, bool) {
	s := sheet{name: "latency-time", section: SectionTime, title: "Median latency over time",
		caption: "Median latency of the transactions answered in each interval (logarithmic); a gap where there were none. Of several trials the first is shown."}
	// The label is short because gonum/plot takes the middle of a logarithmic axis for where its mean value
	// stands, near the top, and leaves room above for half of the label from there.
	return timeSheet(pg, s, "latency", func(p result.Point) float64 { return p.LatencyP50 }, true)
}

func timeSheet(pg page, s sheet, label string, value func(result.Point) float64, isTime bool) (sheet, bool) {
	s.height = 175
	s.keys = append(seriesKeys(pg.styles), warmupKey())
	shared := newSpan()
	for _, scenario := range pg.scenarios {
		p := newPlot()
		p.Title.Text = pg.panelTitle(scenario)
		p.X.Label.Text, p.Y.Label.Text = "time since start (s)", label
		p.Add(gridLines{true, true})
		y, end, warm := newSpan(), 0.0, 0.0
		for i, c := range pg.find(scenario) {
			if c == nil || len(c.Trials[0].Series) < 2 {
				continue
			}
			l, length := timeCurve(pg.styles[i], c, i, value)
			for _, v := range l.y {
				y.add(v)
				shared.add(v)
			}
			end = max(end, length)
			warm = max(warm, length-c.Trials[0].WindowSec)
			p.Add(l)
		}
		if y.empty() {
			continue
		}
		if warm > end*1e-6 {
			p.Add(warmupEnd{warm})
		}
		linearAxis(&p.X, end, number, 6)
		p.X.Max = end
		linearAxis(&p.Y, y.high, number, 5)
		s.panels = append(s.panels, p)
	}
	if isTime {
		for _, p := range s.panels {
			shared.logTime(&p.Y, 5)
		}
	}
	return s, len(s.panels) > 0
}

// timeCurve puts each interval's value at its middle; markers of different series are staggered.
func timeCurve(st style, c *stats.Cell, i int, value func(result.Point) float64) (l curve, end float64) {
	points := c.Trials[0].Series
	step := points[1].AtSec - points[0].AtSec
	l.style = st
	l.line.Width = 1.1
	l.glyph.Radius = 2.7
	for k, pt := range points {
		l.x, l.y = append(l.x, pt.AtSec+step/2), append(l.y, value(pt))
		if (k+4*i)%12 == 2 {
			l.marks = append(l.marks, k)
		}
	}
	return l, points[len(points)-1].AtSec + step
}
