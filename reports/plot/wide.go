package plot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/stats"
)

// Bounds of the figures of a wide set. On a page of so few, no two series share both dash and marker, nor two designs
// a marker, so that they differ in grey too.
const (
	wideSeries  = 12 // lines on a page
	wideDesigns = 8  // kinds of mark on a page
	wideMost    = 48 // settings that are drawn as lines; of more, each run of a design is a mark of one kind
)

// wideSheets draws a set that is too wide for figures with a line a series: in pages, a panel a scenario. Up to wideMost
// settings have a line each, over the loads; of more, every cell is a mark that shows its design.
func wideSheets(d *data) []sheet {
	key, per, paint := alone, wideSeries, wideLines
	if len(stats.Unique(d.cells, alone)) > wideMost {
		key, per, paint = func(c stats.Cell) string { return c.Design }, wideDesigns, wideMarks
	}
	byDesign := slices.Clone(d.cells)
	slices.SortStableFunc(byDesign, func(a, b stats.Cell) int { return cmp.Compare(a.Design, b.Design) })
	names := slices.Collect(slices.Chunk(stats.Unique(byDesign, key), per))
	scenarios := slices.Collect(slices.Chunk(d.scenarios, panelsMax))
	var out []sheet
	for _, part := range names {
		for _, panels := range scenarios {
			if s, ok := paint(d, stylesOf(part), panels, key); ok {
				out = append(out, s)
			}
		}
	}
	for i := range out {
		out[i].name = "throughput-latency"
		if len(out) > 1 {
			out[i].name += fmt.Sprintf("-%d", i+1)
			out[i].title += fmt.Sprintf(" (%d of %d)", i+1, len(out))
		}
	}
	return out
}

// alone is a cell's series without its load, where loads are varied as a factor.
func alone(c stats.Cell) string { return strings.TrimSuffix(c.Series, " load="+c.Load) }

// wideLines draws a line a setting, from load to load.
func wideLines(d *data, styles []style, scenarios []string, key func(stats.Cell) string) (sheet, bool) {
	return widePanels(d, styles, scenarios, sheet{section: SectionCurve, title: "Throughput against latency", height: 195,
		caption: "One point a load: across, the transactions answered per second, reads apart; up, the median latency, with a whisker to the 99th percentile. " +
			"The settings are too many for one figure: each page has up to 12 of them, and its panels share their axes. A ring marks a load that was not carried."},
		"latency", func(p *plot.Plot, i int, points []point) {
			p.Add(knee{style: styles[i], points: points, shift: shiftOf(i, len(styles))})
		}, key)
}

// wideMarks draws a mark a cell.
func wideMarks(d *data, styles []style, scenarios []string, key func(stats.Cell) string) (sheet, bool) {
	for i := range styles {
		styles[i].line.Width, styles[i].glyph.Radius = 0, 2.2
	}
	return widePanels(d, styles, scenarios, sheet{section: SectionCurve, title: "Throughput against latency, every cell", height: 195,
		caption: "One mark a cell, its design told by shape and colour: across, the transactions answered per second, reads apart; up, the time within which 99 % were answered. " +
			"Designs with the same throughput are set apart by up to a mark. A ring marks a load that was not carried. Which setting a mark is stands in the table of every cell."},
		"latency, 99 %", func(p *plot.Plot, i int, points []point) {
			for k := range points {
				points[k].p50 = points[k].p99 // which alone is drawn
			}
			p.Add(cloud{styles[i], points, shiftOf(i, len(styles))})
		}, key)
}

// widePanels fills a sheet with a panel a scenario, all on the same axes.
func widePanels(d *data, styles []style, scenarios []string, s sheet, label string, add func(p *plot.Plot, style int, points []point), key func(stats.Cell) string) (sheet, bool) {
	x, y, rings := newSpan(), newSpan(), false
	for _, scenario := range scenarios {
		p := newPlot()
		p.Title.Text = page{data: d}.panelTitle(scenario)
		p.X.Label.Text, p.Y.Label.Text = "throughput (tx/s)", label
		p.Add(gridLines{true, true})
		drawn := false
		for i, st := range styles {
			points := widePoints(d, scenario, st.name, key)
			add(p, i, points)
			for _, pt := range points {
				x.add(pt.throughput)
				y.add(pt.p50)
				y.add(pt.p99)
				rings, drawn = rings || !pt.carried, true
			}
		}
		if drawn {
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
	s.keys = seriesKeys(styles)
	if rings {
		s.keys = append(s.keys, overloadKey())
	}
	return s, len(s.panels) > 0
}

// widePoints are the cells of one name in a scenario, in order of throughput.
func widePoints(d *data, scenario, name string, key func(stats.Cell) string) []point {
	var out []point
	for _, c := range d.cells {
		if c.Scenario == scenario && key(c) == name && c.Number("latency-p50") > 0 && c.Number("latency-p99") > 0 && c.Number("throughput") > 0 {
			out = append(out, point{c.Number("throughput"), c.Number("latency-p50"), c.Number("latency-p99"), c.Carried()})
		}
	}
	slices.SortStableFunc(out, func(a, b point) int { return cmp.Compare(a.throughput, b.throughput) })
	return out
}

// cloud draws a mark a point, at its 99th percentile.
type cloud struct {
	style
	points []point
	shift  vg.Length // sideways, so that designs with equal throughput do not hide each other
}

// Plot implements plot.Plotter.
func (m cloud) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for _, pt := range m.points {
		at := vg.Point{X: tx(pt.throughput) + m.shift, Y: ty(pt.p99)}
		c.DrawGlyphNoClip(m.glyph, at)
		if !pt.carried {
			drawOverload(&c, at)
		}
	}
}
