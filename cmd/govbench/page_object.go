package main

import (
	"github.com/govbench/govbench/scenarios"
)

// scenarioDetail is a scenario in show --json: what list has of it, and the rest of its page.
type scenarioDetail struct {
	scenarioObject
	Steps       []string          `json:"steps"`
	Carries     string            `json:"carries"`
	Program     string            `json:"program"`
	Rules       []pageRule        `json:"rules"`
	Amended     []amendmentObject `json:"amended"`
	Laws        []string          `json:"laws"`
	Arrival     arrivalObject     `json:"arrival"`
	Rehearsal   rehearsalObject   `json:"rehearsal"`
	Assumptions []string          `json:"assumptions"`
	Command     string            `json:"command"`
}

type amendmentObject struct {
	Rule              string `json:"rule"`
	Value             int64  `json:"value"`
	AfterTransactions uint64 `json:"after_transactions"`
}

// arrivalObject is a shape of arrivals; Heights are those of the page's chart.
type arrivalObject struct {
	Shape       string  `json:"shape"`
	Title       string  `json:"title"`
	Source      string  `json:"source"`
	SpanSec     float64 `json:"span_sec"`
	TimesMean   float64 `json:"busiest_times_mean"`
	Heights     []int   `json:"heights"`
	HeightOfMax int     `json:"height_max"`
}

// rehearsalObject counts what 2,000 arrivals turn into.
type rehearsalObject struct {
	Arrivals uint64 `json:"arrivals"`
	Requests uint64 `json:"requests"`
	Reads    uint64 `json:"reads"`
	Cases    uint64 `json:"cases"`
	Refused  uint64 `json:"refused"`
}

func (p *scenarioPage) object() any {
	o := scenarioDetail{
		scenarioObject: newScenarioObject(p.Scenario), Steps: append([]string{}, p.Steps...), Carries: p.Privacy.Title(),
		Program: p.family.Title, Rules: append([]pageRule{}, p.rules()...), Amended: []amendmentObject{}, Laws: p.family.Laws,
		Rehearsal: rehearsalObject(p.workload.Mix), Assumptions: p.Assumptions(), Command: p.command(),
	}
	for _, a := range p.Amendments {
		o.Amended = append(o.Amended, amendmentObject{a.Rule, a.Value, a.Height})
	}
	for name, l := range o.Load {
		if r, err := p.workload.Rate(name); err == nil {
			l.RequestsPerSec = r.TxPerSec()
			o.Load[name] = l
		}
	}
	o.Arrival = newArrivalObject(p)
	return o
}

// mixDetail is a mix in show --json.
type mixDetail struct {
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	NameZH   string             `json:"name_zh"`
	Note     string             `json:"note"`
	Count    map[string]int     `json:"count"` // services of each provenance
	Load     map[string]float64 `json:"requests_per_sec"`
	Services []memberObject     `json:"services"`
	Command  string             `json:"command"`
}

type memberObject struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	NameZH     string  `json:"name_zh"`
	Category   string  `json:"category"`
	Provenance string  `json:"provenance"`
	Family     string  `json:"family"`
	Share      float64 `json:"share"` // of the requests at the city load
}

func (p *mixPage) object() any {
	o := mixDetail{ID: p.mixed.ID, Name: p.mixed.Name, NameZH: p.mixed.NameZH, Note: p.mixed.Summary(),
		Count: map[string]int{}, Load: map[string]float64{}, Command: runCommand(p.typed, p.workload)}
	for i, n := range p.mixed.Provenances() {
		o.Count[string(scenarios.Provenances()[i])] = n
	}
	for _, l := range p.loads() {
		o.Load[l.name] = l.perSec
	}
	for _, m := range p.members() {
		s := m.scenario
		o.Services = append(o.Services, memberObject{s.ID, s.Name, s.NameZH, string(s.Category), string(s.Provenance), s.Family, m.share})
	}
	return o
}
