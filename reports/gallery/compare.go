package gallery

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// mainMetrics are those that are compared unless others are asked for.
func mainMetrics() []string {
	return []string{"throughput", "read-throughput", "latency-p50", "latency-p99", "case-latency-p50", "dropped", "failed", "cpu-utilisation-max", "link-utilisation-max"}
}

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
	Name     string
	Sentence string // what came out, over everything
	Shows    string // which part of that is listed
	Groups   []cellRows
	Warnings []numbered
	More     int // rows for which there is no room
	Samples  bool
	Values   bool     // the rows draw the values, and not the change
	Ends     []string // of the scale on which they are drawn
}

// cellRows are the rows of one cell.
type cellRows struct {
	Cell, Setting string
	Rows          []compareRow
}

// numbered is a warning that rows refer to.
type numbered struct {
	ID    string
	N     int
	Text  string
	Times int
}

// compareRow is one metric of a cell.
type compareRow struct {
	Metric           string
	Old, New, Change figure
	Certainty        string
	Verdict          stats.Verdict
	Mark, Words      string
	Warnings         []numbered
	Strip            *strip
}

// figure is a figure and, where there is one, its interval.
type figure struct{ Text, Interval string }

// String is both in one line.
func (f figure) String() string {
	if f.Interval == "" {
		return f.Text
	}
	return f.Text + " (" + f.Interval + ")"
}

// figureOf is a median with its interval, where there are several trials.
func figureOf(m stats.Interval, unit string) figure {
	text, interval, _ := strings.Cut(render.Estimate(m, unit), " (")
	return figure{text, strings.TrimSuffix(interval, ")")}
}

// hold compares every pair and lays out those that are asked for. All comparisons are corrected for together, whatever
// is shown, so that a narrower look does not make a figure surer.
func (p *comparePage) hold(name string, pairs []stats.Pair, nth int) against {
	metrics := mainMetrics()
	switch {
	case p.Metric == allMetrics:
		metrics = nil
	case p.Metric != "" && !slices.Contains(metrics, p.Metric):
		metrics = append(metrics, p.Metric)
	}
	rule := stats.DefaultRule()
	contrasts := stats.Contrasts(pairs, metrics, rule)
	out := against{Name: name, Sentence: sentence(contrasts), Values: p.Metric != "" && p.Metric != allMetrics}
	var chosen []stats.Contrast
	for _, c := range contrasts {
		out.Samples = out.Samples || c.Metric != "" && !c.Exact
		if p.wants(pairs[c.Pair].Cell(), c) {
			chosen = append(chosen, c)
		}
	}
	out.Shows = fmt.Sprintf("%s of %s", count(len(chosen), "comparison"), render.Figure(float64(len(contrasts))))
	if len(chosen) > rowsMax {
		out.More, chosen = len(chosen)-rowsMax, chosen[:rowsMax]
	}
	scales := scalesOf(chosen, out.Values)
	out.Ends = scales.ends()
	index := map[string]int{}
	last := -1
	for _, c := range chosen {
		if c.Pair != last {
			last = c.Pair
			out.Groups = append(out.Groups, groupOf(pairs[c.Pair]))
		}
		row := rowOf(c)
		row.Strip = scales.strip(c, row)
		for _, w := range c.Warnings {
			i, known := index[w]
			if !known {
				i = len(out.Warnings)
				index[w] = i
				out.Warnings = append(out.Warnings, numbered{ID: fmt.Sprintf("w%d-%d", nth, i+1), N: i + 1, Text: w})
			}
			out.Warnings[i].Times++
			row.Warnings = append(row.Warnings, out.Warnings[i])
		}
		group := &out.Groups[len(out.Groups)-1]
		group.Rows = append(group.Rows, row)
	}
	return out
}

// wants reports whether a contrast is to be shown.
func (p *comparePage) wants(cell stats.Cell, c stats.Contrast) bool {
	return (p.Scenario == "" || p.Scenario == cell.Scenario) && (p.Design == "" || p.Design == cell.Design) &&
		(p.Metric == "" || p.Metric == allMetrics || c.Metric == "" || p.Metric == c.Metric) && (!p.Changed || c.Verdict != stats.Same) && (p.Metric != "" || !nothing(c))
}

// nothing reports whether there was none of what a metric counts, on either side.
func nothing(c stats.Contrast) bool {
	return c.Verdict == stats.Same && c.Old.Low == 0 && c.Old.High == 0 && c.New.Low == 0 && c.New.High == 0
}

func groupOf(p stats.Pair) cellRows {
	c := p.Cell()
	r := slices.Concat(c.Trials, c.Broken)[0]
	return cellRows{
		Cell:    fmt.Sprintf("%s, %s at %s", shown(c.Scenario), shown(c.Series), render.LoadText(shown(c.Load))),
		Setting: fmt.Sprintf("network %s, machine %s, faults %s, %s", shown(r.Network), shown(r.Machine), shown(r.Faults), count(r.Replicas, "replica")),
	}
}

// sentence sums up what came out.
func sentence(contrasts []stats.Contrast) string {
	counts := map[stats.Verdict]int{}
	for _, c := range contrasts {
		counts[c.Verdict]++
	}
	var words []string
	for _, v := range []stats.Verdict{stats.Worse, stats.Better, stats.Changed, stats.Same, stats.Unclear, stats.Withheld, stats.MissingNew, stats.MissingOld} {
		if n := counts[v]; n > 0 {
			_, word := verdictWords(v)
			words = append(words, render.Figure(float64(n))+" "+word)
		}
	}
	if len(words) == 0 {
		return "There is nothing to compare: neither set has a finished run."
	}
	return "Of " + count(len(contrasts), "comparison") + ": " + strings.Join(words, ", ") + "."
}

// verdictWords is a verdict as a sign and in words, so that colour is never the only difference.
func verdictWords(v stats.Verdict) (mark, words string) {
	switch v {
	case stats.Better:
		return "▲", "better"
	case stats.Worse:
		return "▼", "worse"
	case stats.Changed:
		return "◆", "changed"
	case stats.Same:
		return "=", "the same"
	case stats.MissingOld:
		return "+", "only in the new set"
	case stats.MissingNew:
		return "−", "only in the old set"
	case stats.Withheld:
		return "✕", "withheld: a check failed"
	}
	return "?", "unclear"
}

// rowOf puts a contrast into words.
func rowOf(c stats.Contrast) compareRow {
	row := compareRow{Metric: c.Metric, Old: figure{Text: "–"}, New: figure{Text: "–"}, Verdict: c.Verdict}
	row.Mark, row.Words = verdictWords(c.Verdict)
	if c.Metric == "" {
		row.Metric = "every metric"
		return row
	}
	if c.Old.N > 0 {
		row.Old = figureOf(c.Old, c.Unit)
	}
	if c.New.N > 0 {
		row.New = figureOf(c.New, c.Unit)
	}
	if c.Old.N == 0 || c.New.N == 0 || c.Verdict == stats.Unclear && c.Low == 0 && c.High == 0 {
		return row
	}
	row.Change.Text = changeText(c.Change)
	if !math.IsInf(c.Low, 0) && !math.IsInf(c.High, 0) && c.Low != c.High {
		row.Change.Interval = changeText(c.Low) + " to " + changeText(c.High)
	}
	switch {
	case c.Exact:
		row.Certainty = "exact"
	case c.Adjusted < 0.001:
		row.Certainty = "p < 0.001"
	default:
		row.Certainty = "p " + strconv.FormatFloat(c.Adjusted, 'g', 2, 64)
	}
	return row
}

// changeText writes a relative change in per cent.
func changeText(v float64) string {
	switch {
	case math.IsInf(v, 0) || math.IsNaN(v):
		return "from zero"
	case v == 0:
		return "none"
	case v > 0:
		return "+" + render.Quantity(v, "ratio")
	}
	return "−" + render.Quantity(-v, "ratio")
}
