package plot

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// SectionSweep is the section of the figures that Sweep draws.
const SectionSweep = "What each setting does"

// crossMost bounds the levels of a factor of a heat map.
//
// assumed: smaller cells are not told apart in print.
const crossMost = 30

// Sweep draws what settings do: the share of each factor in each metric; for each metric the means over the levels of the
// two factors with the greatest shares; and the cells of each service in throughput, latency and cost with the Pareto
// front. currency is that of their costs, where those are money. Effects without a factor and choices of nothing draw nothing.
func Sweep(records []result.Record, effects []stats.Effect, choices []stats.Choice, titles map[string]string, currency string) ([]result.Figure, error) {
	var sheets []sheet
	if s := shareSheet(effects); len(s.panels) > 0 {
		sheets = append(sheets, s)
	}
	if pair := strongest(effects); len(pair) == 2 {
		for _, metric := range metricsOf(effects) {
			c := stats.Crossed(records, pair[0], pair[1], metric)
			if len(c.Across) <= crossMost && len(c.Up) <= crossMost {
				sheets = append(sheets, heatSheet(metric, pair, c))
			}
		}
	}
	return finishAll(append(sheets, frontSheets(choices, titles, currency)...))
}

func metricsOf(effects []stats.Effect) (out []string) {
	for _, e := range effects {
		out = appendNew(out, e.Metric)
	}
	return out
}

// ranked lists the factors, the greatest share in any metric first.
func ranked(effects []stats.Effect) []stats.Factor {
	var out []stats.Factor
	most := map[string]float64{}
	for _, e := range effects {
		if !slices.ContainsFunc(out, func(f stats.Factor) bool { return f.Name == e.Factor.Name }) {
			out = append(out, e.Factor)
		}
		most[e.Factor.Name] = max(most[e.Factor.Name], e.Share)
	}
	slices.SortStableFunc(out, func(a, b stats.Factor) int { return cmp.Compare(most[b.Name], most[a.Name]) })
	return out
}

// strongest are the first two factors.
func strongest(effects []stats.Effect) []stats.Factor {
	f := ranked(effects)
	return f[:min(2, len(f))]
}

// shareSheet has a panel a metric and a bar a factor.
func shareSheet(effects []stats.Effect) sheet {
	var names []string
	for _, f := range ranked(effects) {
		names = append(names, f.Name)
	}
	s := sheet{name: "shares", section: SectionSweep, title: "How much of the differences each setting explains", height: 62 + 20*vg.Length(len(names)),
		caption: "A bar is a factor's first-order share: the variance of the means at its levels over the variance of all runs. The upright mark is the share that a factor without any effect " +
			"would have on average; a bar near its mark says nothing. What is missing to 100 % are interactions of factors and differences between trials.",
		keys: []key{{"share of the variance", func(c *draw.Canvas, box vg.Rectangle) { fillBox(c, box, palette[0], solid) }},
			{"by chance alone", func(c *draw.Canvas, box vg.Rectangle) {
				c.StrokeLine2(chanceLine, center(box).X, box.Min.Y-1, center(box).X, box.Max.Y+1)
			}}}}
	for i, metric := range metricsOf(effects) {
		p := newPlot()
		p.Title.Text = metric
		p.X.Label.Text = "share of the variance"
		linearAxis(&p.X, 1, percent, 5)
		rows(p, names)
		if i%columns(len(metricsOf(effects))) > 0 { // the names stand beside the first panel of a line
			for k := range names {
				p.Y.Tick.Marker.(ticks)[k].Label = " "
			}
		}
		p.Add(gridLines{x: true})
		b := shares{}
		for _, e := range effects {
			if e.Metric == metric {
				b = append(b, share{at: float64(len(names) - 1 - slices.Index(names, e.Factor.Name)), Effect: e})
			}
		}
		p.Add(b)
		s.panels = append(s.panels, p)
	}
	return s
}

var chanceLine = draw.LineStyle{Color: palette[1], Width: 2}

type share struct {
	stats.Effect
	at float64
}

// shares draws the bars of a panel.
type shares []share

// Plot implements plot.Plotter.
func (s shares) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, b := range s {
		fillBox(&c, vg.Rectangle{Min: vg.Point{X: x(0), Y: y(b.at - 0.32)}, Max: vg.Point{X: x(b.Share), Y: y(b.at + 0.32)}}, palette[0], solid)
		c.StrokeLine2(chanceLine, x(b.Chance), y(b.at-0.42), x(b.Chance), y(b.at+0.42))
		sty, at := textStyle(9, false, ink, draw.XLeft, draw.YCenter), x(max(b.Share, b.Chance))+4
		if b.Share > 0.8 {
			sty, at = textStyle(9, false, color.White, draw.XRight, draw.YCenter), x(b.Share)-4
		}
		c.FillText(sty, vg.Point{X: at, Y: y(b.at)}, percent(b.Share))
	}
}

// frontPanels bounds the panels of a sheet of Pareto fronts.
const frontPanels = 6

// bandsMost is how many costs or ranges of costs a sheet tells apart.
const bandsMost = 5

// band is a cost, or a range of costs that are drawn alike.
type band struct{ low, high float64 }

func (b band) has(cost float64) bool { return b.low <= cost && cost <= b.high }

// bandsOf are the costs of choices, or ranges with as many costs each where there are too many to tell apart.
func bandsOf(choices []stats.Choice) (out []band) {
	var costs []float64
	for _, c := range choices {
		costs = append(costs, c.Cost)
	}
	slices.Sort(costs)
	costs = slices.Compact(costs)
	for i, n := 0, min(len(costs), bandsMost); i < n; i++ {
		part := costs[i*len(costs)/n : (i+1)*len(costs)/n]
		out = append(out, band{part[0], part[len(part)-1]})
	}
	return out
}

// text is a band in words.
func (b band) text(currency string) string {
	if currency == "" {
		currency = "cores"
	}
	if a, z := number(b.low), number(b.high); a != z {
		return a + " to " + z + " " + currency
	}
	return number(b.high) + " " + currency
}

// frontSheets has a panel a service.
func frontSheets(choices []stats.Choice, titles map[string]string, currency string) []sheet {
	var scenarios []string
	for _, c := range choices {
		scenarios = appendNew(scenarios, c.Run.Scenario)
	}
	unit := "replicas x cores"
	if len(choices) > 0 && choices[0].Priced {
		unit = currency + " a year"
	} else {
		currency = ""
	}
	costs := bandsOf(choices)
	var names []string
	for _, b := range costs {
		names = append(names, "cost "+b.text(currency))
	}
	styles := stylesOf(names)
	var keys []key
	for _, st := range styles {
		keys = append(keys, key{st.name, func(c *draw.Canvas, box vg.Rectangle) {
			c.StrokeLine2(st.line, box.Min.X, center(box).Y, box.Max.X, center(box).Y)
			c.DrawGlyphNoClip(st.glyph, center(box))
		}})
	}
	keys = append(keys, key{"another cell is at least as good in all three", func(c *draw.Canvas, box vg.Rectangle) { c.DrawGlyphNoClip(beaten, center(box)) }})
	var out []sheet
	for part := range slices.Chunk(scenarios, frontPanels) {
		s := sheet{name: "pareto", section: SectionSweep, title: "Throughput, latency and cost of each cell", height: 215, keys: keys,
			caption: "A point is a cell: across its throughput, up the 99th percentile of its latency (logarithmic), medians over its trials; right and low is good. Marked are those on the Pareto front: " +
				"no other cell of the service is as good in throughput, latency and cost (" + unit + ") and better in one. A line joins the marks of one cost."}
		if len(out) > 0 {
			s.name, s.title = fmt.Sprintf("pareto-%d", len(out)+1), s.title+", continued"
		}
		for _, scenario := range part {
			s.panels = append(s.panels, frontPanel(scenario, titles, choices, costs, styles))
		}
		out = append(out, s)
	}
	return out
}

func frontPanel(scenario string, titles map[string]string, choices []stats.Choice, costs []band, styles []style) *plot.Plot {
	p := newPlot()
	p.Title.Text = cut(cmp.Or(titles[scenario], scenario), 46)
	p.X.Label.Text, p.Y.Label.Text = "throughput (tx/s)", "latency p99"
	x, y := newSpan(), newSpan()
	f := front{costs: costs, styles: styles}
	for _, c := range choices {
		if c.Run.Scenario == scenario && c.Latency > 0 {
			f.choices = append(f.choices, c)
			x.add(c.Throughput)
			y.add(c.Latency)
		}
	}
	slices.SortStableFunc(f.choices, func(a, b stats.Choice) int { return cmp.Compare(a.Throughput, b.Throughput) })
	linearAxis(&p.X, max(x.high, 0)*1.04, number, 5)
	if !y.empty() {
		y.logTime(&p.Y, 5)
	}
	p.Add(gridLines{true, true}, f)
	return p
}

var beaten = draw.GlyphStyle{Color: color.RGBA{0xa9, 0xae, 0xb9, 0xff}, Radius: 2.4, Shape: draw.RingGlyph{}}

// front draws the cells of a service, those on the front last.
type front struct {
	choices []stats.Choice // in order of throughput
	costs   []band
	styles  []style // by cost
}

// Plot implements plot.Plotter.
func (f front) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, o := range f.choices {
		if !o.Best {
			c.DrawGlyphNoClip(beaten, vg.Point{X: x(o.Throughput), Y: y(o.Latency)})
		}
	}
	for i, cost := range f.costs {
		var line []vg.Point
		for _, o := range f.choices {
			if o.Best && cost.has(o.Cost) {
				line = append(line, vg.Point{X: x(o.Throughput), Y: y(o.Latency)})
			}
		}
		if len(line) > 1 && cost.low == cost.high {
			c.StrokeLines(f.styles[i].line, line)
		}
		for _, at := range line {
			c.DrawGlyphNoClip(f.styles[i].glyph, at)
		}
	}
}
