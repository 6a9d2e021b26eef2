package gallery

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Limits of one comparison's page.
const (
	newSetsMax = 4
	rowsMax    = 400 // of one pair of sets
	namesMax   = 200 // of sets that the form suggests
)

// allMetrics asks for every metric that the sets have.
const allMetrics = "all"

// question is what a request asks to be compared.
type question struct {
	Old                      string
	New                      []string
	Scenario, Design, Metric string
	Changed                  bool // leave out what is the same
}

func asked(q url.Values) question {
	out := question{Old: cut(q.Get("a")), Scenario: cut(q.Get("scenario")), Design: cut(q.Get("design")), Metric: cut(q.Get("metric")), Changed: q.Get("changed") != ""}
	for _, b := range q["b"] {
		if b = cut(b); b != "" && len(out.New) < newSetsMax && !slices.Contains(out.New, b) {
			out.New = append(out.New, b)
		}
	}
	return out
}

// address is where a question is answered.
func (q question) address() string {
	v := url.Values{"a": {q.Old}, "b": q.New}
	for name, value := range map[string]string{"scenario": q.Scenario, "design": q.Design, "metric": q.Metric} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Changed {
		v.Set("changed", "1")
	}
	return "/compare?" + v.Encode()
}

// comparePage is what the page of a comparison shows.
type comparePage struct {
	question
	Title                       string
	Problem                     string
	Round                       string // the other way round
	Names                       []string
	Growing                     []string // sets that are still being written
	Scenarios, Designs, Metrics []option
	Against                     []against
}

// compare holds one set against others.
func (g *Gallery) compare(w http.ResponseWriter, r *http.Request) {
	p := comparePage{question: asked(r.URL.Query()), Title: "Compare"}
	status := http.StatusOK
	err := g.alone(r.Context(), func() error {
		for _, s := range g.sets(r.Context()).Sets {
			if s.Bytes > 0 && len(p.Names) < namesMax {
				p.Names = append(p.Names, s.Name)
			}
		}
		return g.answer(&p)
	})
	if err != nil {
		p.Problem, status = err.Error(), http.StatusNotFound
	}
	g.show(w, status, "compare", p)
}

// answer fills a page in.
func (g *Gallery) answer(p *comparePage) error {
	if p.Old == "" || len(p.New) == 0 {
		p.Problem = "Name an old result set, and a new one to hold against it."
		return nil
	}
	p.Title = "Compared with " + shown(p.Old)
	if len(p.New) == 1 {
		p.Round = question{p.New[0], []string{p.Old}, p.Scenario, p.Design, p.Metric, p.Changed}.address()
	}
	old, err := g.side(p, p.Old)
	if err != nil {
		return err
	}
	var scenarios, designs, metrics []string
	for _, name := range p.New {
		now, err := g.side(p, name)
		if err != nil {
			return err
		}
		pairs := stats.Pairs(old, now)
		for _, pair := range pairs {
			scenarios, designs = append(scenarios, pair.Cell().Scenario), append(designs, pair.Cell().Design)
		}
		metrics = append(metrics, stats.MetricNames(pairs)...)
		p.Against = append(p.Against, p.hold(name, pairs, len(p.Against)))
	}
	p.Scenarios = options("every scenario", p.Scenario, distinct(scenarios))
	p.Designs = options("every design", p.Design, distinct(designs))
	p.Metrics = options("the main ones", p.Metric, append([]string{allMetrics}, once(metrics)...))
	return nil
}

// side reads the runs of one side.
func (g *Gallery) side(p *comparePage, name string) ([]result.Record, error) {
	s, ok := g.one(name)
	if !ok || !s.Runs {
		return nil, fmt.Errorf("there is no result set with runs that is called %q", shown(name))
	}
	if s.Kind() == kindSize {
		return nil, fmt.Errorf("%q is a sizing: its runs look for the smallest group, each at a load of its own, so that they say nothing beside those of another set. Open the reports of two sizings beside each other; results of run, sweep and saturate are compared here", shown(name))
	}
	if s.Live() {
		p.Growing = append(p.Growing, name)
	}
	records, err := g.records(name, recordsBytesMax)
	if err != nil {
		return nil, err
	}
	for i := range records { // only what is compared stays in memory
		r := &records[i]
		r.LatencyCDF, r.Stages, r.Series, r.Members, r.Amendments, r.Refusals, r.Assumptions = nil, nil, nil, nil, nil, nil, nil
	}
	return records, nil
}

// options are the choices of a form, after one that means no choice.
func options(none, chosen string, values []string) []option {
	out := []option{{"", none, chosen == ""}}
	for _, v := range values {
		out = append(out, option{v, shown(v), v == chosen})
	}
	return out
}

// once drops what stands twice and keeps the order.
func once(words []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		defer func() { seen[w] = true }()
		return seen[w]
	})
}

// against is one new set held against the old one.
type against struct {
	Name   string
	Lead   []string // what came out, over everything
	Method string
	Shows  string // which part of it is listed
	Groups []cellRows
	Notes  []note
	More   int      // rows for which there is no room
	Values bool     // the rows draw the values, and not the change
	Ends   []string // of the scale on which they are drawn
}

// cellRows are the rows of one cell.
type cellRows struct {
	Cell, Setting string
	Rows          []compareRow
}

// note is a warning that rows refer to by its number.
type note struct {
	ID   string
	N    int
	Text string
}

// compareRow is one metric of a cell.
type compareRow struct {
	render.CompareRow
	Old, New, Change figure
	Mark             string
	Notes            []note
	Strip            *strip
}

// figure is a figure and, where there is one, how far it reaches.
type figure struct{ Text, Reach string }

// figureOf takes a figure apart before its interval.
func figureOf(text, before string) figure {
	figure := figure{Text: render.Keep(shown(text))}
	if first, rest, ok := strings.Cut(text, before); ok {
		figure.Text, figure.Reach = render.Keep(shown(first)), render.Keep(shown(strings.Trim(before+rest, " ()")))
	}
	return figure
}

// hold compares every pair and lays out those that are asked for. All comparisons are corrected for together, whatever
// is shown, so that a narrower look does not make a figure surer.
func (p *comparePage) hold(name string, pairs []stats.Pair, nth int) against {
	var metrics []string
	switch main := render.MainMetrics(pairs); {
	case p.Metric == allMetrics:
		metrics = stats.MetricNames(pairs)
	case p.Metric != "" && !slices.Contains(main, p.Metric):
		metrics = append(main, p.Metric)
	}
	c := render.Compare(shown(p.Old), shown(name), pairs, metrics, stats.DefaultRule())
	hidden := c.Hidden
	c.Hidden = 0
	out := against{Name: name, Lead: c.Sentences(), Method: c.Method(), Values: p.Metric != "" && p.Metric != allMetrics}
	if hidden > 0 {
		out.Lead = append(out.Lead, fmt.Sprintf("Unlike in other metrics alone: %s; choose all metrics to see which.", count(hidden, "cell")))
	}
	rows, notes := c.Rows(render.ByRuns, true)
	all := len(rows)
	rows = slices.DeleteFunc(rows, func(r render.CompareRow) bool { return !p.wants(pairs[r.Contrast().Pair].Cell(), r.Contrast()) })
	out.Shows = fmt.Sprintf("%s of %s", count(len(rows), "comparison"), render.Figure(float64(all)))
	if len(rows) > rowsMax {
		out.More, rows = len(rows)-rowsMax, rows[:rowsMax]
	}
	out.lay(rows, notes, pairs, nth)
	return out
}

// lay groups the rows by their cells, draws them, and lists the notes that they refer to.
func (a *against) lay(rows []render.CompareRow, notes []string, pairs []stats.Pair, nth int) {
	scales := scalesOf(rows, a.Values)
	a.Ends = scales.ends()
	last := -1
	used := map[int]bool{}
	for _, r := range rows {
		c := r.Contrast()
		if c.Pair != last {
			last = c.Pair
			a.Groups = append(a.Groups, groupOf(pairs[c.Pair]))
		}
		row := compareRow{CompareRow: r, Old: figureOf(r.Old, " ±"), New: figureOf(r.New, " ±"), Change: figureOf(r.Change, " ("), Mark: verdictMark(r.Kind), Strip: scales.strip(r)}
		for _, n := range r.Notes {
			row.Notes = append(row.Notes, note{ID: fmt.Sprintf("note-%d-%d", nth, n), N: n})
			used[n] = true
		}
		group := &a.Groups[len(a.Groups)-1]
		group.Rows = append(group.Rows, row)
	}
	for i, text := range notes {
		if used[i+1] {
			a.Notes = append(a.Notes, note{fmt.Sprintf("note-%d-%d", nth, i+1), i + 1, text})
		}
	}
}

// wants reports whether a contrast is to be shown.
func (p *comparePage) wants(cell stats.Cell, c *stats.Contrast) bool {
	return (p.Scenario == "" || p.Scenario == cell.Scenario) && (p.Design == "" || p.Design == cell.Design) &&
		(p.Metric == "" || p.Metric == allMetrics || c.Metric == "" || p.Metric == c.Metric) &&
		(!p.Changed || c.Verdict != stats.Same) && (p.Metric != "" || !nothing(c))
}

// nothing reports whether there was none of what a metric counts, on either side.
func nothing(c *stats.Contrast) bool {
	return c.Verdict == stats.Same && c.Old.Low == 0 && c.Old.High == 0 && c.New.Low == 0 && c.New.High == 0
}

func groupOf(p stats.Pair) cellRows {
	c := p.Cell()
	r := c.Records()[0]
	return cellRows{
		Cell:    fmt.Sprintf("%s, %s at %s", shown(c.Scenario), shown(c.Series), render.LoadText(shown(c.Load))),
		Setting: fmt.Sprintf("network %s, machine %s, faults %s, %s", shown(r.Network), shown(r.Machine), shown(r.Faults), count(r.Replicas, "replica")),
	}
}

// verdictMark is a sign for a verdict, beside its word, so that a table can be skimmed without its colours.
func verdictMark(v stats.Verdict) string {
	return map[stats.Verdict]string{stats.Better: "▲", stats.Worse: "▼", stats.Changed: "◆", stats.Same: "=", stats.MissingOld: "+",
		stats.MissingNew: "−", stats.Withheld: "✕", stats.Unclear: "?"}[v]
}
