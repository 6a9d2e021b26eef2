package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads/arrival"
)

// mixPage is a mixed workload that was rehearsed.
type mixPage struct {
	mixed    *scenarios.Mixed
	typed    string // what selects it on the command line
	workload *scenarios.Workload
}

func newMixPage(typed string, m *scenarios.Mixed) (*mixPage, error) {
	var members []*scenarios.Workload
	for _, s := range m.Scenarios() {
		w, err := s.Workload()
		if err != nil {
			return nil, err
		}
		members = append(members, w)
	}
	w, err := m.Workload(members)
	return &mixPage{m, typed, w}, err
}

func (p *mixPage) print(w io.Writer) {
	title(w, p.mixed.ID, p.mixed.Name)
	paragraph(w, 0, "", p.mixed.NameZH)
	section(w, "What it is")
	paragraph(w, 2, "", fmt.Sprintf("%s on one chain, each with its own program, state, people and hours. No program reads another's state, and "+
		"the root of the chain is the root of the tree of theirs.", capital(plural(len(p.mixed.Scenarios()), "service"))))
	section(w, "Is it real?")
	paragraph(w, 2, "", p.mixed.Summary()+". "+reconstruction)
	section(w, "When it is busy")
	paragraph(w, 2, "", "The sum of all services at their city loads, each with its own day, month or season laid over the run.")
	columns := chartColumns(w)
	if heights, mean := p.sum(columns); heights != nil {
		drawChart(w, heights, mean)
		fmt.Fprintf(w, "%*sbegin%*s\n", chartIndent, "", columns-len("begin"), "end of the run")
		paragraph(w, chartIndent, "", "requests a second at the city load, and times the mean")
	}
	section(w, "How much arrives")
	for _, l := range p.loads() {
		paragraph(w, 14, "  "+l.name, rate(l.perSec)+" requests a second, the sum of all services' own")
		for _, note := range l.notes {
			paragraph(w, 14, "", note)
		}
	}
	section(w, "The services by their share of the requests at the city load")
	mean := 0.0
	if r, err := p.workload.Rate(scenarios.PresetCity); err == nil {
		mean = r.TxPerSec()
	}
	t := term.Table{Head: []string{"SHARE", "A SECOND", "ID", "NAME (ZH)", "PROVENANCE"}, Indent: 2,
		Columns: []term.Column{{Right: true}, {Right: true}, {Whole: true}, {}, {Drop: 1}}}
	for _, m := range p.members() {
		t.Rows = append(t.Rows, []string{share(m.share), rate(m.share * mean), m.scenario.ID, m.scenario.NameZH, string(m.scenario.Provenance)})
	}
	t.Write(term.Of(w))
	section(w, "Run it")
	fmt.Fprintf(w, "  %s\n", runCommand(p.typed, p.workload))
}

func share(part float64) string {
	if part < 0.00005 {
		return "<0.01%"
	}
	return fmt.Sprintf("%.2f%%", 100*part)
}

type mixLoad struct {
	name   string
	perSec float64
	notes  []string
}

// loads lists the presets that the mix has.
func (p *mixPage) loads() []mixLoad {
	var out []mixLoad
	for _, name := range scenarios.Presets() {
		if offer, err := p.workload.ForLoad(name); err == nil {
			out = append(out, mixLoad{name, offer.Rate.TxPerSec(), offer.Notes()})
		}
	}
	return out
}

type mixMember struct {
	scenario *scenarios.Scenario
	share    float64
}

// members lists the services, the busiest first.
func (p *mixPage) members() []mixMember {
	var out []mixMember
	for i, part := range p.workload.Shares() {
		f, _ := part.Float64()
		out = append(out, mixMember{p.workload.Members()[i].Scenario, f})
	}
	slices.SortStableFunc(out, func(a, b mixMember) int {
		switch {
		case a.share > b.share:
			return -1
		case a.share < b.share:
			return 1
		}
		return 0
	})
	return out
}

// sum lays the shapes of the services over one another, each with its share, and tells the mean rate in requests a
// second. It has no heights where a service has no shape.
func (p *mixPage) sum(columns int) (heights []int, mean float64) {
	total := make([]float64, columns)
	for _, m := range p.members() {
		shape, err := m.scenario.Arrival.Build()
		if err != nil {
			return nil, 0
		}
		own := arrival.Heights(shape, columns, chartTop)
		area := 0
		for _, h := range own {
			area += h
		}
		for i, h := range own {
			total[i] += m.share * float64(h) / float64(area)
		}
	}
	top := slices.Max(total)
	heights = make([]int, columns)
	for i, h := range total {
		heights[i] = int(h / top * chartTop)
	}
	if r, err := p.workload.Rate(scenarios.PresetCity); err == nil {
		mean = r.TxPerSec()
	}
	return heights, mean
}

func newArrivalObject(p *scenarioPage) arrivalObject {
	num, den := p.shape.Peak()
	return arrivalObject{Shape: p.shape.Name, Title: p.shape.Title, Source: p.shape.Source, SpanSec: float64(p.shape.Span) / float64(time.Second),
		TimesMean: float64(num) / float64(den), Heights: arrival.Heights(p.shape, chartMost, chartLines*arrival.Eighths), HeightOfMax: chartLines * arrival.Eighths}
}
