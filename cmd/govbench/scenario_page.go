package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
)

// showScenario prints a page for each scenario of a selection, or one for a mix. name may be a file.
func showScenario(w io.Writer, name string) error {
	pages, err := scenarioPages(name)
	for i, p := range pages {
		if i > 0 {
			fmt.Fprintln(w)
		}
		p.print(w)
	}
	return err
}

// page is what show prints of a scenario or a mix, for people or as JSON.
type page interface {
	print(w io.Writer)
	object() any
}

// scenarioPages finds what a selection names.
func scenarioPages(name string) ([]page, error) {
	var ref experiment.ScenarioRef
	if err := ref.Set(name); err != nil {
		return nil, err
	}
	var pages []page
	if m := ref.Mixed(); m != nil {
		p, err := newMixPage(name, m)
		return append(pages, p), err
	}
	for _, s := range ref.Scenarios() {
		p, err := newScenarioPage(s)
		if err != nil {
			return nil, err
		}
		p.typed = s.ID
		if len(ref.Scenarios()) == 1 {
			p.typed = name // a file's, where it is one
		}
		pages = append(pages, p)
	}
	return pages, nil
}

// scenarioPage is a scenario with what a rehearsal and its program's family tell of it.
type scenarioPage struct {
	*scenarios.Scenario
	typed    string // what selects it on the command line
	workload *scenarios.Workload
	family   workloads.Family
	shape    arrival.Shape
}

func newScenarioPage(s *scenarios.Scenario) (*scenarioPage, error) {
	w, err := s.Workload()
	if err != nil {
		return nil, err
	}
	shape, err := s.Arrival.Build()
	if err != nil {
		return nil, err
	}
	p := &scenarioPage{Scenario: s, workload: w, shape: shape}
	families := scenarios.Families()
	p.family = families[slices.IndexFunc(families, func(f workloads.Family) bool { return f.Name == s.Family })] // a scenario that was read has one
	return p, nil
}

func (p *scenarioPage) print(w io.Writer) {
	title(w, p.ID, p.Name)
	paragraph(w, 0, "", p.NameZH)
	section(w, "What it is")
	paragraph(w, 2, "", p.Summary)
	paragraph(w, 2, "", fmt.Sprintf("Category %s; %s answers for it.", p.Category, p.LeadAgency))
	section(w, "Is it real?")
	paragraph(w, 2, "", p.caution())
	p.printPeople(w)
	p.printSteps(w)
	section(w, "What the chain carries")
	paragraph(w, 2, "", capital(p.Privacy.Title())+".")
	p.printProgram(w)
	p.printArrival(w)
	p.printLoads(w)
	section(w, "Sources")
	bullets(w, p.Sources)
	section(w, "What is modelled")
	bullets(w, p.Assumptions())
	section(w, "Run it")
	fmt.Fprintf(w, "  %s\n", p.command())
}

// caution says how real the scenario is.
func (p *scenarioPage) caution() string {
	text := fmt.Sprintf("%s: %s. %s", capital(string(p.Provenance)), provenanceTitle(p.Provenance), reconstruction)
	if p.Provenance == scenarios.Modelled {
		text += " The sources are for its load only."
	}
	return text
}

func (p *scenarioPage) printPeople(w io.Writer) {
	list := p.Participants.List()
	section(w, "Who takes part: "+plural(len(list), "agency"))
	rows := [][]string{}
	for i, a := range list {
		note := ""
		if i == 0 {
			note = "leads"
		}
		rows = append(rows, []string{a.Name, "at " + a.Site, note})
	}
	term.Table{Rows: rows, Indent: 2}.Write(term.Of(w))
	clients := "at their agency's site; each request goes to the nearest replica"
	switch {
	case len(p.ClientsAt.Sites) > 0:
		clients = "at " + strings.Join(p.ClientsAt.Sites, ", ") + "; each request goes to the nearest replica"
	case p.ClientsAt.Mode == scenarios.ClientsLeader:
		clients = "at the leader's site; each request goes to the leader"
	}
	paragraph(w, 2, "", "People stand "+clients+".")
}

func (p *scenarioPage) printSteps(w io.Writer) {
	section(w, "Step by step")
	for i, step := range p.Steps {
		paragraph(w, 5, fmt.Sprintf("%3d. ", i+1), step)
	}
	if len(p.Steps) == 0 {
		paragraph(w, 2, "", "A single request, answered at once.")
	}
	for _, line := range p.facts() {
		paragraph(w, 2, "", line)
	}
}

// facts says in words what the parameters and the rehearsal say in numbers.
func (p *scenarioPage) facts() []string {
	s, mix := p.Scenario.Params, p.workload.Mix
	out := []string{fmt.Sprintf("%s exist at the start; a write stores %v on the chain; of 100 requests, those that only ask are %d.",
		plural(s.Population, "entry"), s.Payload, percent(mix.Reads, mix.Requests))}
	switch p.family.Name {
	case "verify", "approval", "licence", "claim", "draw":
		out = append(out, "The steps name the offices of the service; in the program the agencies take turns: "+
			"the one in charge follows from the number of the case or record, and those that sign come after it in the order above.")
	}
	if s.LogReads {
		out = append(out, "Every check is itself recorded on the chain, so that its trail can be shown.")
	}
	if s.Approvals > 0 {
		out = append(out, fmt.Sprintf("A case needs %s.", plural(s.Approvals, "signature")))
	}
	if mix.Cases > 0 && mix.Requests > mix.Arrivals {
		out = append(out, fmt.Sprintf("A person who comes sends %.1f requests, with about %v between two steps of a case.",
			float64(mix.Requests)/float64(mix.Arrivals), s.Think))
	}
	return out
}

func (p *scenarioPage) printProgram(w io.Writer) {
	section(w, fmt.Sprintf("The program: %s (family %s)", p.family.Title, p.family.Name))
	var rules []ruleObject
	values := map[string]int64{}
	for _, r := range p.rules() {
		rules = append(rules, r.ruleObject)
		values[r.Name] = r.Value
	}
	paragraph(w, 2, "", fmt.Sprintf("It runs on every replica; see govbench show family %s.", p.family.Name))
	printRules(w, rules, func(r ruleObject) string {
		line := r.Name + " = " + amount(values[r.Name], r.Unit)
		if values[r.Name] != r.Default {
			line += ", where the program's own value is " + amount(r.Default, r.Unit)
		}
		return line
	})
	if len(p.Amendments) > 0 {
		section(w, "Changes in mid-run, decided by the agencies on the chain")
		bullets(w, p.amendments())
	}
	section(w, "Laws that are checked at the end of every run")
	bullets(w, p.family.Laws)
}

// pageRule is a rule with its value in this scenario.
type pageRule struct {
	ruleObject
	Value int64 `json:"value"`
}

func (p *scenarioPage) rules() []pageRule {
	var out []pageRule
	for _, r := range p.family.Rules {
		value, own := p.Params.Rules[r.Name]
		if !own {
			value = r.Default
		}
		out = append(out, pageRule{ruleObject{r.Name, r.Unit, r.Default, r.Min, r.Max, r.Governed, r.Doc}, value})
	}
	return out
}

// amendments says each change of a rule in words.
func (p *scenarioPage) amendments() []string {
	var out []string
	now := map[string]int64{}
	for _, r := range p.rules() {
		now[r.Name] = r.Value
	}
	for _, a := range p.Amendments {
		unit := ruleOf(p.family, a.Rule).Unit
		out = append(out, fmt.Sprintf("after %s %s becomes %s, which was %s before",
			plural(int(a.Height), "transaction"), a.Rule, amount(a.Value, unit), amount(now[a.Rule], unit)))
		now[a.Rule] = a.Value
	}
	return out
}

func (p *scenarioPage) printArrival(w io.Writer) {
	section(w, "When it is busy")
	num, den := p.shape.Peak()
	paragraph(w, 2, "", fmt.Sprintf("%s (shape %s); its busiest moment has %s times the mean.", capital(p.shape.Title), p.shape.Name, short(float64(num)/float64(den))))
	columns := chartColumns(w)
	heights := arrival.Heights(p.shape, columns, chartTop)
	mean := 0.0
	if rate, err := p.workload.Rate(scenarios.PresetCity); err == nil {
		mean = rate.TxPerSec()
	}
	drawChart(w, heights, mean)
	fmt.Fprintln(w, strings.Repeat(" ", chartIndent)+p.shape.Axis(columns))
	paragraph(w, chartIndent, "", spanTitle(p.shape.Span))
	paragraph(w, 2, "", "Where the shape comes from: "+p.shape.Source)
}

// Size of the chart on a page.
const (
	chartMost   = 72
	chartLeast  = 24
	chartLines  = 5
	chartIndent = 22
	chartTop    = 1 << 16 // heights this exact give the labels
	axisOver    = 3       // columns by which the last label of an axis of time stands over
)

// chartColumns is how many columns a chart has.
func chartColumns(w io.Writer) int {
	return max(min(chartMost, term.Of(w).Measure()-chartIndent-axisOver), chartLeast)
}

// drawChart draws a load over time with its axis: how many times the mean, and requests a second at the city load.
func drawChart(w io.Writer, heights []int, mean float64) {
	sum := 0
	for _, h := range heights {
		sum += h
	}
	scaled := make([]int, len(heights))
	for i, h := range heights {
		if h > 0 {
			scaled[i] = max(1, (2*h*chartLines*arrival.Eighths+chartTop)/(2*chartTop))
		}
	}
	top := float64(slices.Max(heights)) * float64(len(heights)) / float64(sum)
	label := func(multiple float64) string {
		return fmt.Sprintf("%*s ", chartIndent-2, rate(multiple*mean)+"/s "+short(multiple)+"x")
	}
	for i, line := range arrival.Draw(scaled, chartLines) {
		text := strings.Repeat(" ", chartIndent-1)
		switch i {
		case 0:
			text = label(top)
		case chartLines - 1:
			text = label(top / chartLines)
		}
		fmt.Fprintln(w, text+"|"+line)
	}
	fmt.Fprintln(w, fmt.Sprintf("%*s ", chartIndent-2, "0")+"+"+strings.Repeat("-", len(heights)))
}

// spanTitle labels the axis of time.
func spanTitle(span time.Duration) string {
	const day = 24 * time.Hour
	over := map[time.Duration]string{time.Hour: "an hour", 3 * time.Hour: "three hours", day: "the hours of a day", 14 * day: "two weeks", 30 * day: "a month", 365 * day: "a year"}[span]
	if over == "" {
		over = span.String()
	}
	return "time, over " + over + "; requests a second at the city load, and times the mean; a run lays it over its own duration"
}

func (p *scenarioPage) printLoads(w io.Writer) {
	section(w, "How much arrives")
	for _, name := range scenarios.Presets() {
		if num, den, ok := scenarios.Relative(name); ok {
			paragraph(w, 14, "  "+name, fmt.Sprintf("%s the highest load that a design sustains, which a run finds first", multiple(num, den)))
			continue
		}
		preset, ok := p.Load[name]
		if !ok {
			paragraph(w, 14, "  "+name, "no volume was published")
			continue
		}
		requests := 0.0
		if r, err := p.workload.Rate(name); err == nil {
			requests = r.TxPerSec()
		}
		line := rate(requests) + " requests a second"
		if preset.Of == scenarios.OfCases {
			line = perTime(preset.Rate.TxPerSec(), "cases") + ", which are " + line
		} else if requests < 1 {
			line += ", " + perTime(requests, "requests")
		}
		paragraph(w, 14, "  "+name, line)
		paragraph(w, 16, "", preset.Arithmetic)
		if preset.Source != "" {
			paragraph(w, 16, "", preset.Source)
		}
	}
}

func multiple(num, den uint64) string {
	switch {
	case num == 2 && den == 1:
		return "twice"
	case num == 1 && den == 5:
		return "a fifth of"
	}
	return fmt.Sprintf("%d/%d of", num, den)
}

// perTime says a rate in a unit of time in which it is a number that people can picture.
func perTime(perSec float64, noun string) string {
	const day = 86_400
	switch {
	case perSec >= 1:
		return rate(perSec) + " " + noun + " a second"
	case perSec*day >= 1:
		return rate(perSec*day) + " " + noun + " a day"
	}
	return rate(perSec*day*365) + " " + noun + " a year"
}

// rate writes a figure with three digits that count, or all digits of a whole number.
func rate(x float64) string {
	switch {
	case x >= 99.95 || x == math.Trunc(x):
		return grouped(int64(math.Round(x)))
	case x >= 9.995:
		return fmt.Sprintf("%.1f", x)
	case x >= 0.9995:
		return fmt.Sprintf("%.2f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// short writes a multiple with at most one decimal.
func short(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

func percent(part, whole uint64) uint64 {
	if whole == 0 {
		return 0
	}
	return (100*part + whole/2) / whole
}

// measuredSec is how long a run measures unless flags say otherwise, and ordersMin what it should order in that time.
const (
	measuredSec = 50
	ordersMin   = 20
)

// command is one that runs the scenario: at its city load, where that brings enough in a minute.
func (p *scenarioPage) command() string {
	return runCommand(p.typed, p.workload)
}

func runCommand(name string, w *scenarios.Workload) string {
	load := "100"
	if r, err := w.Rate(scenarios.PresetCity); err == nil {
		writes := r.TxPerSec() * float64(w.Mix.Requests-w.Mix.Reads) / float64(w.Mix.Requests)
		if writes*measuredSec >= ordersMin {
			load = scenarios.PresetCity
		}
	}
	return fmt.Sprintf("govbench run --scenario %s --design pbft --load %s", shellQuote(name), load)
}

// section prints a heading.
func section(w io.Writer, title string) {
	p := term.Of(w)
	fmt.Fprintf(p, "\n%s\n", p.Paint(term.Strong, term.Clean(title)))
}

// bullets prints a list.
func bullets(w io.Writer, items []string) {
	for _, item := range items {
		paragraph(w, 4, "  -", item)
	}
}

// capital begins a sentence.
func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
