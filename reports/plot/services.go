package plot

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// memberTail is the figure of a service that is drawn, and readTail that of one without transactions.
const (
	memberTail = "latency-p99"
	readTail   = "read-latency-p99"
)

// services draws the services of mixed workloads: a figure for each workload, load and category.
func services(d *data) []sheet {
	var out []sheet
	for _, scenario := range d.scenarios {
		for _, load := range d.loads {
			pg := page{data: d, load: load}
			cells := pg.find(scenario)
			for _, category := range categoriesOf(cells) {
				s, ok := servicesOf(pg, category, cells)
				if !ok {
					continue
				}
				s.name = fileName("services-" + scenario + "-" + load + "-" + category)
				s.title = pg.panelTitle(scenario) + ", " + category + ", load " + loadText(load)
				out = append(out, s)
			}
		}
	}
	return out
}

// categoriesOf lists the categories of the services that the cells carried, in the order of the mix.
func categoriesOf(cells []*stats.Cell) []string {
	var out []string
	for _, c := range cells {
		if c == nil {
			continue
		}
		for _, m := range c.Trials[0].Members {
			if category := cmp.Or(m.Category, "other"); !slices.Contains(out, category) {
				out = append(out, category)
			}
		}
	}
	return out
}

// serviceTails is the tail latency of one service in each series, 0 for none.
type serviceTails struct {
	id    string
	tails []float64
}

func servicesOf(pg page, category string, cells []*stats.Cell) (sheet, bool) {
	var list []serviceTails
	low, high := 0.0, 0.0
	for k, c := range cells {
		if c == nil {
			continue
		}
		for _, m := range c.Trials[0].Members {
			v := cmp.Or(m.Number(memberTail), m.Number(readTail))
			if cmp.Or(m.Category, "other") != category || v <= 0 {
				continue
			}
			i := slices.IndexFunc(list, func(s serviceTails) bool { return s.id == m.Scenario })
			if i < 0 {
				i = len(list)
				list = append(list, serviceTails{m.Scenario, make([]float64, len(cells))})
			}
			list[i].tails[k] = v
			if low == 0 || v < low {
				low = v
			}
			high = max(high, v)
		}
	}
	if len(list) == 0 {
		return sheet{}, false
	}
	slices.SortStableFunc(list, func(a, b serviceTails) int { return cmp.Compare(slices.Max(b.tails), slices.Max(a.tails)) })
	p := newPlot()
	p.X.Label.Text = "99 % answered within"
	logAxis(&p.X, low, high, timeText, 6)
	names := make([]string, len(list))
	marks := tails{styles: pg.styles}
	for i, s := range list {
		names[i] = pg.panelTitle(s.id)
		marks.rows = append(marks.rows, s.tails)
	}
	rowsUpTo(p, names, 46)
	p.Add(gridLines{x: true}, marks)
	return sheet{section: SectionServices, keys: seriesKeys(pg.styles), panels: []*plot.Plot{p}, height: 60 + 15*vg.Length(len(list)),
		caption: "The time within which 99 % of a service's transactions were answered (of its reads, where it has none), the slowest service first. Of several trials the first is shown."}, true
}

// tails draws one row a service with a marker for each series.
type tails struct {
	styles []style
	rows   [][]float64
}

// Plot implements plot.Plotter.
func (t tails) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	for i, row := range t.rows {
		mid := ty(float64(len(t.rows) - 1 - i))
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.5}, c.Min.X, mid, c.Max.X, mid)
		for k, v := range row {
			if v > 0 {
				c.DrawGlyphNoClip(t.styles[k].glyph, vg.Point{X: tx(v), Y: mid})
			}
		}
	}
}

// finishAll draws sheets.
func finishAll(sheets []sheet) ([]result.Figure, error) {
	var out []result.Figure
	for _, s := range sheets {
		f, err := s.finish()
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}
