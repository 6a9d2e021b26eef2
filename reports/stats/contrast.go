package stats

import (
	"encoding/json"
	"math"

	"github.com/govbench/govbench/reports/result"
)

// Correction is how the p-values of many comparisons are made up for their number.
type Correction string

// The corrections.
const (
	None              Correction = "none"
	Holm              Correction = "holm" // no false claim among all, Holm 1979
	BenjaminiHochberg Correction = "bh"   // a share of the claims at most is false, Benjamini and Hochberg 1995
)

// Corrections lists them all.
func Corrections() []Correction { return []Correction{None, Holm, BenjaminiHochberg} }

// Rule is when two sides count as different.
type Rule struct {
	Alpha      float64    // level of the test of samples, after correction; it also sets the intervals, at 1-Alpha
	EffectMin  float64    // relative change of the median that a sample has to exceed to count
	TrialsMin  int        // of each side of a sample; with fewer there is no verdict
	Tolerance  float64    // relative change that exact values may show and count as the same; 0: equality
	OneSided   bool       // test only for worse: an improvement is no verdict
	Correction Correction // over all samples that one call tests
	// Interleaved says that whoever ran the trials took those of both sides in random order. Without it wall-clock figures
	// carry a warning, since a machine that drifts between the two sets looks like a change.
	Interleaved bool
}

// DefaultRule is for a look at two result sets: two-sided 5 %, corrected for the number of comparisons, 2 %, ten trials.
//
// assumed: the usual level; 2 % is what nobody sizes a system by; below ten trials the ranks tell little.
func DefaultRule() Rule {
	return Rule{Alpha: 0.05, EffectMin: 0.02, TrialsMin: 10, Correction: BenjaminiHochberg}
}

// GateRule is for a gate: one-sided 1 % for each metric by itself, worse by more than 2 %, ten trials.
//
// assumed: a gate that fails one innocent change in a hundred is still believed.
func GateRule() Rule {
	return Rule{Alpha: 0.01, EffectMin: 0.02, TrialsMin: 10, OneSided: true, Correction: None}
}

// Verdict says in a word what a comparison shows.
type Verdict string

// The verdicts.
const (
	Same       Verdict = "same"        // equal, or for a sample: no change shown that counts
	Better     Verdict = "better"      //
	Worse      Verdict = "worse"       //
	Changed    Verdict = "changed"     // of a metric without direction, or exact trials that changed either way
	Unclear    Verdict = "unclear"     // nothing can be said; a warning tells why
	MissingOld Verdict = "missing-old" // only the new side has it
	MissingNew Verdict = "missing-new" // only the old side has it
	Withheld   Verdict = "withheld"    // a run of the cell broke a check, so its figures count for nothing
)

// Contrast is one metric of one cell on two sides.
type Contrast struct {
	Pair   int    // index into the pairs
	Metric string // empty: the verdict is of the whole cell, which is missing on a side or withheld
	Unit   string
	Better result.Better
	Exact  bool // compared by equality of the trials with equal seeds; otherwise by a test of samples
	Old    Interval
	New    Interval
	// Change is the relative change of the median, infinite where the old one is 0. Low to High is, for a sample, its
	// interval with confidence 1-Alpha (infinite with fewer than six trials on a side), and for exact values the least and
	// greatest change of a trial.
	Change, Low, High float64
	P, Adjusted       float64 // of a sample, Adjusted after correction; 1 where it was not tested
	Verdict           Verdict
	Warnings          []string // what makes the figure less sure than it looks, a sentence each
}

// Contrasts compares the pairs in each metric that one side has at least, in the order of pairs and then metrics; without
// names in every metric there is. A cell that is missing on a side or whose figures are withheld gives one contrast without a metric.
func Contrasts(pairs []Pair, metrics []string, rule Rule) []Contrast {
	if len(metrics) == 0 {
		metrics = MetricNames(pairs)
	}
	var out []Contrast
	for i, p := range pairs {
		whole := Contrast{Pair: i, P: 1, Adjusted: 1}
		switch {
		case p.Old.Withheld()+p.New.Withheld() != "":
			whole.Verdict, whole.Warnings = Withheld, withheld(p)
		case p.Old.empty():
			whole.Verdict, whole.Warnings = MissingOld, otherClock("old", p.ClockOld, p.New.Runtime)
		case p.New.empty():
			whole.Verdict, whole.Warnings = MissingNew, otherClock("new", p.ClockNew, p.Old.Runtime)
		}
		if whole.Verdict != "" {
			out = append(out, whole)
			continue
		}
		cautions := cautions(p, rule)
		for _, m := range metrics {
			if c, ok := contrast(p, m, rule); ok {
				c.Pair = i
				c.Warnings = append(c.Warnings, cautions...)
				out = append(out, c)
			}
		}
	}
	correct(out, rule)
	return out
}

// sample is what one side has of a metric.
type sample struct {
	values []float64
	trials []result.Record // that the values are of
	first  result.Value
	exact  int // values that are exact
}

func sampleOf(c Cell, metric string) sample {
	var s sample
	for _, r := range c.Trials {
		v, ok := r.Value(metric)
		if !ok {
			continue
		}
		if len(s.values) == 0 {
			s.first = v
		}
		if v.Exact && r.Exact() {
			s.exact++
		}
		s.values = append(s.values, v.Value)
		s.trials = append(s.trials, r)
	}
	return s
}

// contrast compares one metric; false when neither side has it. The verdict of a sample that can be tested is left open.
func contrast(p Pair, metric string, rule Rule) (Contrast, bool) {
	old, new := sampleOf(p.Old, metric), sampleOf(p.New, metric)
	c := Contrast{Metric: metric, Unit: new.first.Unit, Better: new.first.Better, Old: Median(old.values), New: Median(new.values), P: 1, Adjusted: 1}
	c.Low, c.High = math.Inf(-1), math.Inf(1)
	exact := old.exact + new.exact
	switch {
	case len(old.values)+len(new.values) == 0:
		return c, false
	case len(new.values) == 0:
		c.Unit, c.Better, c.Verdict = old.first.Unit, old.first.Better, MissingNew
	case len(old.values) == 0:
		c.Verdict = MissingOld
	case old.first.Unit != new.first.Unit || old.first.Better != new.first.Better:
		c.Verdict = Unclear
		c.Warnings = []string{"the sides count in different units: old " + describe(old.first) + ", new " + describe(new.first)}
	case exact == len(old.values)+len(new.values):
		c.compareExact(old, new, rule)
	case exact > 0:
		c.Verdict = Unclear
		c.Warnings = []string{"some of the trials are exact and some are samples: they have no verdict together"}
	default:
		c.compareSamples(old, new, rule)
	}
	return c, true
}

func describe(v result.Value) string { return v.Unit + ", better " + string(v.Better) }

// toward is the verdict of a change in a direction.
func (c *Contrast) toward(change float64) Verdict {
	switch {
	case c.Better == result.Higher && change > 0, c.Better == result.Lower && change < 0:
		return Better
	case c.Better == result.Higher && change < 0, c.Better == result.Lower && change > 0:
		return Worse
	}
	return Changed
}

// relative is the change from old to new as a share of the old value.
func relative(old, new float64) float64 {
	if old == new {
		return 0
	}
	return (new - old) / math.Abs(old) // infinite when old is 0
}

// MarshalJSON writes the contrast with names in small letters. A figure that there is none of, or that is infinite, is null.
func (c Contrast) MarshalJSON() ([]byte, error) {
	number := func(v float64) *float64 {
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
		return &v
	}
	type side struct {
		Trials int      `json:"trials"`
		Median *float64 `json:"median"`
		Low    *float64 `json:"low"`
		High   *float64 `json:"high"`
		Covers float64  `json:"covers"`
	}
	of := func(i Interval) *side {
		if i.N == 0 {
			return nil
		}
		return &side{i.N, number(i.Median), number(i.Low), number(i.High), i.Covers}
	}
	out := struct {
		Metric   string        `json:"metric,omitempty"`
		Unit     string        `json:"unit,omitempty"`
		Better   result.Better `json:"better,omitempty"`
		Exact    bool          `json:"exact"`
		Old      *side         `json:"old"`
		New      *side         `json:"new"`
		Change   *float64      `json:"change"`
		Low      *float64      `json:"low"`
		High     *float64      `json:"high"`
		P        *float64      `json:"p"`
		Adjusted *float64      `json:"adjusted"`
		Verdict  Verdict       `json:"verdict"`
		Warnings []string      `json:"warnings"`
	}{Metric: c.Metric, Unit: c.Unit, Better: c.Better, Exact: c.Exact, Old: of(c.Old), New: of(c.New), Verdict: c.Verdict,
		Warnings: append([]string{}, c.Warnings...)}
	if c.Old.N > 0 && c.New.N > 0 {
		out.Change, out.Low, out.High = number(c.Change), number(c.Low), number(c.High)
		if !c.Exact {
			out.P, out.Adjusted = number(c.P), number(c.Adjusted)
		}
	}
	return json.Marshal(out)
}
