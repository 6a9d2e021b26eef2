package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Status is the outcome of a case.
type Status string

// The outcomes.
const (
	Pass Status = "pass"
	Fail Status = "fail"
	Warn Status = "warn" // shown, and decides nothing
)

// Names of the cases that are no metric.
const (
	Digest = "digest"
	Checks = "checks"
	Run    = "run" // whether there is one
)

// Rule is what may differ.
type Rule struct {
	Tolerance float64 // relative, of exact metrics; 0: equality
	// Thresholds hold for every run, of samples for the medians. A metric that is held to a multiple of its baseline is
	// judged by that instead of by equality.
	Thresholds result.Objective
	// Metrics, when not nil, are those held to the baseline; the digest, which every figure has a part in, is then shown only.
	Metrics []string
}

// judges reports whether a metric is held to the baseline by equality.
func (rule Rule) judges(metric string) bool {
	return (rule.Metrics == nil || slices.Contains(rule.Metrics, metric)) && !rule.relaxed(metric)
}

// lenient names what lets figures differ, so that the digest may too; it is empty where nothing does.
func (rule Rule) lenient() string {
	switch {
	case rule.Tolerance > 0:
		return "a tolerance"
	case rule.Metrics != nil:
		return "chosen metrics"
	case rule.relaxed(""):
		return "a threshold relative to the baseline"
	}
	return ""
}

// relaxed reports whether a metric is held to a multiple of its baseline, for "" whether any is.
func (rule Rule) relaxed(metric string) bool {
	return slices.ContainsFunc(rule.Thresholds, func(t result.Term) bool {
		return t.Of == result.Baseline && (metric == "" || t.Metric == metric)
	})
}

// Case is one thing that was judged: a metric of one trial, its digest, its checks.
type Case struct {
	Scenario string         `json:"scenario"`
	Series   string         `json:"series"` // the design, and whatever else tells the cell from others
	Load     string         `json:"load"`
	Runtime  result.Runtime `json:"runtime"`
	Seed     uint64         `json:"seed"` // of samples 0: their medians over all trials are compared
	Term     string         `json:"term"` // a metric, or one of the names above
	Unit     string         `json:"unit,omitempty"`
	Old      *float64       `json:"old"` // null: there is none
	New      *float64       `json:"new"`
	Status   Status         `json:"status"`
	Detail   string         `json:"detail,omitempty"` // what is wrong, in words
}

// Cell names the cell and its seed.
func (c Case) Cell() string {
	name := fmt.Sprintf("%s on %s at %s", c.Series, c.Scenario, c.Load)
	if c.Seed > 0 {
		name += ", seed " + strconv.FormatUint(c.Seed, 10)
	}
	return name
}

// Change is the relative change in words; empty where there is none.
func (c Case) Change() string {
	if c.Old == nil || c.New == nil || *c.Old == *c.New {
		return ""
	}
	share := 100 * relative(*c.Old, *c.New)
	if math.IsInf(share, 0) {
		return "from zero"
	}
	return fmt.Sprintf("%+.3g %%", share)
}

// Figures writes the baseline's figure and the run's in the unit in which they read best or, where that would make figures that
// differ look alike, with every digit. What is no metric has no figures: both are empty.
func (c Case) Figures() (old, now string) {
	if c.Term == Digest || c.Term == Checks || c.Term == Run {
		return "", ""
	}
	old, now = written(c.Old, c.Unit), written(c.New, c.Unit)
	if c.Old != nil && c.New != nil && *c.Old != *c.New && old == now {
		exact := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) + " " + c.Unit }
		return exact(*c.Old), exact(*c.New)
	}
	return old, now
}

func written(v *float64, unit string) string {
	if v == nil {
		return "none"
	}
	return render.Quantity(*v, unit)
}

// Failed gives the cases that failed.
func Failed(cases []Case) []Case {
	return slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Status != Fail })
}

// remedy ends every message about a baseline that does not fit.
const remedy = "if that is meant, --update writes the baseline anew"

// Usable says what keeps records from being a baseline.
func Usable(records []result.Record) error {
	if len(records) == 0 {
		return fmt.Errorf("it holds no run")
	}
	for _, r := range records {
		for _, c := range r.Failed() {
			return fmt.Errorf("%s on %s at %s, seed %d: check %q failed: %s; figures of such a run are no baseline", r.Design, r.Scenario, r.Load, r.Seed, c.Name, c.Detail)
		}
	}
	for _, r := range records {
		if r.GivenUpSec > 0 {
			return fmt.Errorf("%s on %s at %s, seed %d was given up, so it has no figures: make a baseline without stop_early", r.Design, r.Scenario, r.Load, r.Seed)
		}
	}
	for _, p := range stats.Pairs(records, nil) {
		seen := map[uint64]bool{}
		for _, r := range p.Old.Trials {
			if seen[r.Seed] {
				return fmt.Errorf("it holds %s on %s at %s with seed %d twice", p.Old.Series, r.Scenario, r.Load, r.Seed)
			}
			seen[r.Seed] = true
		}
	}
	return nil
}

// Judge compares runs with a baseline, in the order of the runs and then of the metrics. It is an error, and no verdict,
// when the baseline is not usable or has no figure for something that was run.
func Judge(baseline, run []result.Record, rule Rule) ([]Case, error) {
	if err := Usable(baseline); err != nil {
		return nil, err
	}
	var out []Case
	for _, p := range stats.Pairs(baseline, run) {
		cases, err := rule.pair(p)
		if err != nil {
			return nil, err
		}
		out = append(out, cases...)
	}
	return out, nil
}

// pair judges one cell.
func (rule Rule) pair(p stats.Pair) ([]Case, error) {
	cell := p.Cell()
	blank := Case{Scenario: cell.Scenario, Series: cell.Series, Load: cell.Load, Runtime: cell.Runtime}
	var out []Case
	for _, r := range p.New.Broken {
		c := blank
		c.Seed, c.Term, c.Status = r.Seed, Checks, Fail
		for _, check := range r.Failed() {
			c.Detail = fmt.Sprintf("check %q failed: %s; the figures are withheld", check.Name, check.Detail)
		}
		out = append(out, c)
	}
	for _, r := range p.New.GivenUp {
		c := blank
		c.Seed, c.Term, c.Status, c.Detail = r.Seed, Run, Fail, "the load is more than the cell carries now, so a run of it was given up and its figures are withheld"
		out = append(out, c)
	}
	if len(p.Old.Trials) == 0 {
		if len(out) > 0 {
			return out, nil
		}
		why := ""
		if p.ClockOld != "" {
			why = fmt.Sprintf(" (it has it on the %s runtime)", p.ClockOld)
		}
		return nil, fmt.Errorf("it lacks %s%s, which was run: --update writes the baseline anew", blank.Cell(), why)
	}
	if cell.Runtime != result.Virtual {
		if len(p.New.Trials) == 0 {
			return append(out, absent(blank, p)...), nil
		}
		cases, err := rule.figures(blank, medians(p.Old), medians(p.New))
		return append(out, cases...), err
	}
	return rule.trials(blank, p, out)
}

// trials judges the trials of a cell in virtual time, each against the one with its seed.
func (rule Rule) trials(blank Case, p stats.Pair, out []Case) ([]Case, error) {
	for _, r := range p.New.Trials {
		blank.Seed = r.Seed
		i := slices.IndexFunc(p.Old.Trials, func(o result.Record) bool { return o.Seed == r.Seed })
		if i < 0 {
			return nil, fmt.Errorf("it lacks %s, which was run: --update writes the baseline anew", blank.Cell())
		}
		cases, err := rule.figures(blank, p.Old.Trials[i], r)
		if err != nil {
			return nil, err
		}
		out = append(append(out, cases...), rule.digest(blank, p.Old.Trials[i], r))
	}
	return append(out, absent(blank, p)...), nil
}

// absent fails for each trial of the baseline that was not run.
func absent(blank Case, p stats.Pair) []Case {
	var out []Case
	for _, o := range p.Old.Trials {
		if has := func(r result.Record) bool { return r.Seed == o.Seed }; slices.ContainsFunc(p.New.Records(), has) {
			continue
		}
		c := blank
		c.Seed, c.Term, c.Status, c.Detail = o.Seed, Run, Fail, "the baseline has it, but it was not run; "+remedy
		out = append(out, c)
	}
	return out
}

// figures judges every metric that one of two runs has.
func (rule Rule) figures(blank Case, old, now result.Record) ([]Case, error) {
	var out []Case
	for _, t := range rule.Thresholds {
		c, err := threshold(blank, t, old, now)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	for _, v := range now.Values {
		if !rule.judges(v.Name) {
			continue
		}
		was, ok := old.Value(v.Name)
		if !ok {
			return nil, fmt.Errorf("it lacks %s of %s, which the run has: --update writes the baseline anew", v.Name, blank.Cell())
		}
		c := blank
		c.Term, c.Unit, c.Old, c.New = v.Name, v.Unit, &was.Value, &v.Value
		rule.figure(&c, was, v, old.Exact() && now.Exact())
		out = append(out, c)
	}
	for _, was := range old.Values {
		if _, ok := now.Value(was.Name); !ok && rule.judges(was.Name) {
			c := blank
			c.Term, c.Unit, c.Old, c.Status, c.Detail = was.Name, was.Unit, &was.Value, Fail, "the run does not have the figure; "+remedy
			out = append(out, c)
		}
	}
	return out, nil
}

// threshold judges one run by one term.
func threshold(c Case, t result.Term, old, now result.Record) (Case, error) {
	c.Term, c.Status = t.String(), Pass
	was, had := old.Value(t.Metric)
	v, has := now.Value(t.Metric)
	if had {
		c.Unit, c.Old = was.Unit, &was.Value
	}
	if has {
		c.Unit, c.New = v.Unit, &v.Value
	}
	switch {
	case t.Of != result.Baseline:
		if misses := (result.Objective{t}).Misses(now); len(misses) > 0 {
			c.Status, c.Detail = Fail, misses[0]
		}
	case !had:
		return c, fmt.Errorf("it lacks %s of %s, which the threshold %q needs: --update writes the baseline anew", t.Metric, c.Cell(), t)
	case !has:
		c.Status, c.Detail = Fail, t.String()+": the run does not have the figure"
	case !t.Within(v.Value, float64(t.Value*was.Value)):
		bound := float64(t.Value * was.Value)
		old, now := c.Figures()
		c.Status, c.Detail = Fail, fmt.Sprintf("found %s where the baseline has %s, so the bound is %s", now, old, render.Quantity(bound, c.Unit))
	}
	return c, nil
}

// figure judges one metric.
func (rule Rule) figure(c *Case, was, v result.Value, exact bool) {
	change := relative(was.Value, v.Value)
	within := math.Abs(change) <= rule.Tolerance
	switch {
	case was.Unit != v.Unit:
		c.Status, c.Detail = Fail, fmt.Sprintf("it is in %s, and in the baseline in %s; %s", v.Unit, was.Unit, remedy)
	case was.Value == v.Value:
		c.Status = Pass
	case !exact || !was.Exact || !v.Exact:
		c.Status, c.Detail = Warn, "samples of another time decide nothing; govbench gate --old COMMAND --new COMMAND measures both versions in one session"
	case within:
		c.Status = Pass
	default:
		old, now := c.Figures()
		c.Status, c.Detail = Fail, fmt.Sprintf("it was %s and is %s (%s, %s); %s", old, now, c.Change(), direction(v.Better, change), remedy)
	}
}

// digest judges whether the same things happened at the same times. Where figures may differ that is only shown.
func (rule Rule) digest(c Case, old, now result.Record) Case {
	c.Term, c.Status = Digest, Pass
	if old.Digest != now.Digest {
		c.Status, c.Detail = Fail, fmt.Sprintf("it was %s and is %s: something happens otherwise or at another time; %s", old.Digest, now.Digest, remedy)
		if why := rule.lenient(); why != "" {
			c.Status, c.Detail = Warn, fmt.Sprintf("it was %s and is %s: with %s a digest is a warning and fails nothing, for figures it covers may differ", old.Digest, now.Digest, why)
		}
	}
	return c
}

// direction is a change in a word.
func direction(better result.Better, change float64) string {
	switch {
	case better == result.Higher && change > 0, better == result.Lower && change < 0:
		return "better"
	case better == result.Higher && change < 0, better == result.Lower && change > 0:
		return "worse"
	}
	return "neither better nor worse"
}

// medians is a cell of samples as one run.
func medians(c stats.Cell) result.Record {
	out := result.Record{Scenario: c.Scenario, Design: c.Design, Load: c.Load, Runtime: c.Runtime}
	for _, r := range c.Trials {
		for _, v := range r.Values {
			if _, ok := out.Value(v.Name); !ok {
				m, _ := c.Median(v.Name)
				v.Value, v.Exact = m.Median, false
				out.Values = append(out.Values, v)
			}
		}
	}
	return out
}

// relative is the change from old to new as a share of the old value.
func relative(old, new float64) float64 {
	if old == new {
		return 0
	}
	return (new - old) / math.Abs(old) // infinite when old is 0
}

// namedMost is how many failures a sentence names.
const namedMost = 5

// Verdict is the last word, in a sentence.
func Verdict(cases []Case) string {
	failed := Failed(cases)
	if len(failed) == 0 {
		return passed(cases)
	}
	var names []string
	for i, c := range failed {
		if i == namedMost {
			names = append(names, fmt.Sprintf("and %d more", len(failed)-i))
			break
		}
		name := c.Term + " of " + c.Cell()
		if change := c.Change(); change != "" {
			name += " (" + change + ")"
		}
		names = append(names, name)
	}
	return fmt.Sprintf("FAIL: %d of %d differ: %s.", len(failed), len(cases)-warned(cases), strings.Join(names, "; "))
}

// passed tells the cases that are equal from those that differ by no more than they may, and from what decides nothing.
func passed(cases []Case) string {
	moved, warned := 0, warned(cases)
	for _, c := range cases {
		if c.Status == Pass && c.Change() != "" {
			moved++
		}
	}
	text := "PASS: " + some(len(cases)-moved-warned, "case is", "cases are") + " as in the baseline"
	if moved > 0 {
		text += ", " + some(moved, "differs", "differ") + " by no more than is allowed"
	}
	if warned > 0 {
		text += ", " + some(warned, "only warns", "only warn")
	}
	return text + "."
}

func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func warned(cases []Case) (n int) {
	for _, c := range cases {
		if c.Status == Warn {
			n++
		}
	}
	return n
}
