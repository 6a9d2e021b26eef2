package plot

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
)

// SectionKnee is the section of the figures that Saturations draws.
const SectionKnee = "Up to the highest load"

// Saturations draws the curves of searches: a panel a scenario, a line a design, and the highest load that met
// the objective marked. Of several trials the first is shown, and of each the runs with the search's own seed
// that ran to their end.
func Saturations(found []result.Saturation, titles map[string]string) ([]result.Figure, error) {
	var scenarios, series []string
	for i := range found {
		if s := &found[i]; s.Trial == 0 {
			scenarios, series = appendNew(scenarios, s.Scenario), appendNew(series, s.Series())
		}
	}
	d := &data{scenarios: scenarios, styles: stylesOf(series), titles: titles}
	var sheets []sheet
	for _, pg := range d.pages(func(page) (sheet, bool) { return sheet{section: SectionCurve}, true }) {
		if s := kneeSheet(pg, found); len(s.panels) > 0 {
			s.name, s.title = s.name+pg.suffix, s.title+pg.note
			sheets = append(sheets, s)
		}
	}
	return finishAll(sheets)
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func kneeSheet(pg page, found []result.Saturation) sheet {
	s := sheet{name: "saturation", section: SectionKnee, title: "Latency up to the highest load", height: 195,
		caption: "One point a run: across, the requests offered per second; up, the median latency of transactions, with a whisker to the 99th percentile; both axes are logarithmic. " +
			"A dashed line stands at the highest load that met the objective. A ring marks a run that did not meet it; runs that were given up have no figures and are not drawn.",
		keys: append(seriesKeys(pg.styles), key{"highest load that met the objective", func(c *draw.Canvas, box vg.Rectangle) {
			c.StrokeLine2(kneeLine(pg.styles[0]), center(box).X, box.Min.Y-2, center(box).X, box.Max.Y+2)
		}})}
	x, y, rings := newSpan(), newSpan(), false
	for _, scenario := range pg.scenarios {
		p := newPlot()
		p.Title.Text = pg.panelTitle(scenario)
		p.X.Label.Text, p.Y.Label.Text = "offered (requests/s)", "latency"
		p.Add(gridLines{true, true})
		drawn := false
		for _, st := range pg.styles {
			for k := range found {
				if f := &found[k]; f.Scenario == scenario && f.Series() == st.name && f.Trial == 0 {
					points := curveOf(f, &x, &y)
					for _, pt := range points {
						rings = rings || !pt.carried
					}
					if len(points) > 0 {
						p.Add(knee{style: st, points: points}, kneeAt{st, f.Sustained})
						drawn = true
					}
				}
			}
		}
		if drawn {
			s.panels = append(s.panels, p)
		}
	}
	for _, p := range s.panels {
		logAxis(&p.X, x.low, x.high*1.1, number, 5)
		y.logTime(&p.Y, 5)
	}
	if rings {
		s.keys = append(s.keys, key{"objective not met", func(c *draw.Canvas, box vg.Rectangle) { drawOverload(c, center(box)) }})
	}
	return s
}

// curveOf gives the points of a search in order of load and widens the spans of the axes.
func curveOf(s *result.Saturation, x, y *span) []point {
	var out []point
	for _, l := range s.Curve {
		if l.Role == result.RoleConfirm || l.LatencyP50 <= 0 {
			continue
		}
		out = append(out, point{throughput: l.Offered, p50: l.LatencyP50, p99: l.LatencyP99, carried: l.Held})
		x.add(l.Offered)
		y.add(l.LatencyP50)
		y.add(l.LatencyP99)
	}
	slices.SortStableFunc(out, func(a, b point) int { return cmp.Compare(a.throughput, b.throughput) })
	return out
}

// kneeAt is the line at the highest load of a series; at zero there is none.
type kneeAt struct {
	style
	at float64
}

func kneeLine(st style) draw.LineStyle {
	return draw.LineStyle{Color: st.line.Color, Width: 1.1, Dashes: []vg.Length{3, 2}}
}

// Plot implements plot.Plotter.
func (k kneeAt) Plot(c draw.Canvas, p *plot.Plot) {
	if k.at <= 0 {
		return
	}
	tx, _ := p.Transforms(&c)
	c.StrokeLine2(kneeLine(k.style), tx(k.at), c.Min.Y, tx(k.at), c.Max.Y)
}
