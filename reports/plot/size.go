package plot

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/govbench/govbench/reports/result"
)

// SectionSize is the section of the figures that Sizings draws.
const SectionSize = "What it costs, and how far it goes"

// candidatesMost bounds the candidates of a panel: those with the lowest costs.
//
// assumed: who has to choose reads no more than the dozen cheapest.
const candidatesMost = 12

// costLooks are the parts of a cost.
var costLooks = []look{
	{"cores", "cores", palette[0], solid},
	{"links", "links", palette[6], rising},
	{"disks", "disks", palette[2], upright},
}

// Sizings draws the smallest candidates that carry the load of each scenario, the cheapest first: what each costs a year, and how
// much more than the load it carries.
func Sizings(sized []result.Sizing, titles map[string]string) ([]result.Figure, error) {
	var sheets []sheet
	var scenarios []string
	for _, s := range sized {
		scenarios = appendNew(scenarios, s.Scenario)
	}
	for part := range slices.Chunk(scenarios, frontPanels) {
		cost, reach := costSheet(), reachSheet()
		for _, scenario := range part {
			list := result.Cheapest(slices.DeleteFunc(slices.Clone(sized), func(s result.Sizing) bool { return s.Scenario != scenario }))
			if list = list[:min(len(list), candidatesMost)]; len(list) == 0 {
				continue
			}
			title := cut(titles[scenario], 46)
			cost.panels, reach.panels = append(cost.panels, costPanel(title, list)), append(reach.panels, reachPanel(title, list))
			cost.height = max(cost.height, rowsHeight(len(list)))
			reach.height = cost.height
		}
		if len(cost.panels) == 0 {
			continue
		}
		if len(sheets) > 0 {
			for _, s := range []*sheet{&cost, &reach} {
				s.name, s.title = fmt.Sprintf("%s-%d", s.name, len(sheets)/2+1), s.title+", continued"
			}
		}
		sheets = append(sheets, cost, reach)
	}
	return finishAll(sheets)
}

func costSheet() sheet {
	return sheet{name: "cost", section: SectionSize, title: "What the smallest groups cost a year", keys: lookKeys(costLooks),
		caption: "A bar is a group that carries the load and of which nothing smaller of its design does, the cheapest first: replicas x cores, disk and link. The parts are the prices of cores and links, and of disks with the room " +
			"that a year's growth takes."}
}

func reachSheet() sheet {
	return sheet{name: "reach", section: SectionSize, title: "How far the smallest groups go",
		caption: "A mark is the highest load that the group carries. The lines are the load in its busiest moment and, dashed, what it was sized for with the headroom.",
		keys: []key{{"highest load that it carries", func(c *draw.Canvas, box vg.Rectangle) { c.DrawGlyphNoClip(reachMark, center(box)) }},
			{"the load", func(c *draw.Canvas, box vg.Rectangle) { upline(c, targetLine, box) }},
			{"with the headroom", func(c *draw.Canvas, box vg.Rectangle) { upline(c, triedLine, box) }}}}
}

func upline(c *draw.Canvas, line draw.LineStyle, box vg.Rectangle) {
	c.StrokeLine2(line, center(box).X, box.Min.Y-1, center(box).X, box.Max.Y+1)
}

var (
	reachMark  = draw.GlyphStyle{Color: palette[0], Radius: 4, Shape: draw.CircleGlyph{}}
	targetLine = draw.LineStyle{Color: palette[1], Width: 1.6}
	triedLine  = draw.LineStyle{Color: palette[1], Width: 1.4, Dashes: dashes[1]}
)

// groupNames are short names of candidates.
func groupNames(list []result.Sizing) (out []string) {
	for _, s := range list {
		out = append(out, fmt.Sprintf("%s %dx%d %s %s", s.Design, s.Replicas, s.Cores, s.Disk, s.Link))
	}
	return out
}

func costPanel(title string, list []result.Sizing) *plot.Plot {
	p := newPlot()
	p.Title.Text, p.X.Label.Text = title, "a year, in "+list[0].Currency
	bars, most := stacks{looks: costLooks, text: number}, 0.0
	for _, s := range list {
		bars.rows = append(bars.rows, []float64{s.CoresCost, s.LinkCost, s.DiskCost})
		most = max(most, s.Cost)
	}
	linearAxis(&p.X, most*1.2, number, 4)
	rows(p, groupNames(list))
	p.Add(gridLines{x: true}, bars)
	return p
}

func reachPanel(title string, list []result.Sizing) *plot.Plot {
	p := newPlot()
	p.Title.Text, p.X.Label.Text = title, "requests/s"
	x := newSpan()
	for _, s := range list {
		for _, v := range []float64{s.Target, s.Tried, s.Sustained} {
			x.add(v)
		}
	}
	logAxis(&p.X, x.low, x.high, number, 5)
	rows(p, groupNames(list))
	p.Add(gridLines{x: true}, reach(list))
	return p
}

// reach draws how far candidates go.
type reach []result.Sizing

// Plot implements plot.Plotter.
func (r reach) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.StrokeLine2(targetLine, x(r[0].Target), c.Min.Y, x(r[0].Target), c.Max.Y)
	c.StrokeLine2(triedLine, x(r[0].Tried), c.Min.Y, x(r[0].Tried), c.Max.Y)
	for i, s := range r {
		if s.Sustained <= 0 {
			continue
		}
		at := vg.Point{X: x(s.Sustained), Y: y(float64(len(r) - 1 - i))}
		c.StrokeLine2(draw.LineStyle{Color: grid, Width: 0.7}, x(s.Tried), at.Y, at.X, at.Y)
		c.DrawGlyphNoClip(reachMark, at)
		c.FillText(textStyle(9, false, ink, draw.XRight, draw.YCenter), vg.Point{X: at.X - 7, Y: at.Y}, number(s.Sustained))
	}
}
