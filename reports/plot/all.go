package plot

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Sections under which figures stand, in order.
const (
	SectionCurve     = "Throughput against latency"
	SectionCDF       = "Latency distribution"
	SectionTime      = "Over time"
	SectionStages    = "Where the time goes"
	SectionResources = "Resource use"
	SectionServices  = "Services on one chain"
)

// panelsMax is the number of scenarios in one figure; more go into further figures.
const panelsMax = 12

// Input is what figures are drawn from.
type Input struct {
	Records []result.Record
	Titles  map[string]string // of scenarios, by id; an id without one stands for itself
}

// All draws every figure for which the records hold data, in the order of a report. Records whose
// checks failed are left out. Of a set that is too wide for figures with a line a series it draws throughput against
// latency alone, in pages.
func All(in Input) ([]result.Figure, error) {
	d := newData(in)
	if stats.Wide(d.cells) {
		return finishAll(wideSheets(d))
	}
	var out []result.Figure
	for _, draw := range []func(page) (sheet, bool){throughputLatency, latencyCDF, throughputTime, latencyTime, stages, resources} {
		for _, pg := range d.pages(draw) {
			s, ok := draw(pg)
			if !ok {
				continue
			}
			s.name, s.title = s.name+pg.suffix, s.title+pg.note
			f, err := s.finish()
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
	}
	more, err := finishAll(services(d))
	return append(out, more...), err
}

// data is the records, grouped for drawing.
type data struct {
	cells     []stats.Cell
	scenarios []string
	loads     []string
	styles    []style
	titles    map[string]string
}

func newData(in Input) *data {
	d := &data{titles: in.Titles}
	for _, c := range stats.Cells(in.Records) {
		if len(c.Trials) > 0 {
			d.cells = append(d.cells, c)
		}
	}
	d.scenarios = stats.Unique(d.cells, func(c stats.Cell) string { return c.Scenario })
	d.loads = stats.Unique(d.cells, func(c stats.Cell) string { return c.Load })
	d.styles = stylesOf(stats.Unique(d.cells, func(c stats.Cell) string { return c.Series }))
	return d
}

// page is the part of the data that one figure shows.
type page struct {
	*data
	scenarios []string
	load      string // empty: all
	suffix    string // of the file name
	note      string // behind the title
}

// pages splits the data by load, where the figure shows one load at a time, and into figures of at
// most panelsMax scenarios.
func (d *data) pages(draw func(page) (sheet, bool)) []page {
	loads := d.loads
	if s, _ := draw(page{data: d}); s.section == SectionCurve {
		loads = []string{""}
	}
	parts := (len(d.scenarios) + panelsMax - 1) / panelsMax
	var out []page
	for _, load := range loads {
		for i := range parts {
			pg := page{data: d, load: load, scenarios: d.scenarios[i*panelsMax : min((i+1)*panelsMax, len(d.scenarios))]}
			if load != "" {
				pg.suffix, pg.note = "-"+fileName(load), ", load "+loadText(load)
			}
			if parts > 1 {
				pg.suffix += fmt.Sprintf("-%d", i+1)
				pg.note += fmt.Sprintf(" (%d of %d)", i+1, parts)
			}
			out = append(out, pg)
		}
	}
	return out
}

// find gives the cells of one panel in the order of the series, nil where a series has none.
func (p page) find(scenario string) []*stats.Cell {
	out := make([]*stats.Cell, len(p.styles))
	for i := range p.cells {
		c := &p.cells[i]
		if c.Scenario != scenario || c.Load != p.load {
			continue
		}
		for k, s := range p.styles {
			if s.name == c.Series {
				out[k] = c
			}
		}
	}
	return out
}

func (p page) names() []string {
	out := make([]string, len(p.styles))
	for i, s := range p.styles {
		out[i] = s.name
	}
	return out
}

func (p page) panelTitle(scenario string) string {
	if t := p.titles[scenario]; t != "" {
		return cut(t, 46)
	}
	return cut(scenario, 46)
}

// loadText writes a numeric load with its unit: reads and transactions together, as it is offered.
func loadText(load string) string {
	if load == "" || strings.Trim(load, "0123456789.") != "" {
		return load
	}
	whole, frac, dot := strings.Cut(load, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if dot {
		whole += "." + frac
	}
	return whole + " requests/s"
}

// fileName keeps letters, digits, dots and dashes.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
}
