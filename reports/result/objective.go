package result

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Objective is what a service promises: every term has to hold.
type Objective []Term

// Term compares one metric of a run with a number, or with a multiple of another of its metrics.
type Term struct {
	Metric string
	Op     string  // <, <=, >, >= or =
	Value  float64 // in the metric's unit, or the multiple of Of
	Of     string  // another metric, Baseline, or empty
}

// Baseline is what a threshold of a gate may be a multiple of: the same metric of the same cell in the baseline.
const Baseline = "baseline"

// DefaultObjective is what a load must meet to count as sustained. Throughput, not goodput, is held against what
// was offered: an operation that the program's rules refuse has its answer, and how many do is the service's
// nature and no fault of the group.
func DefaultObjective() Objective {
	return Objective{
		{Metric: "latency-p99", Op: "<", Value: 1},
		{Metric: "throughput", Op: ">=", Value: 0.99, Of: "offered"},
		{Metric: "dropped", Op: "="},
		{Metric: "failed", Op: "="},
	}
}

// ParseObjective reads terms joined by commas, such as "latency-p99 < 1s, throughput >= 0.99 * offered".
func ParseObjective(text string) (Objective, error) {
	var out Objective
	for part := range strings.SplitSeq(text, ",") {
		t, err := parseTerm(strings.Fields(part))
		if err == nil && t.Of == Baseline {
			err = fmt.Errorf("found %q: only thresholds of govbench gate have one; allowed is another metric", Baseline)
		}
		if err != nil {
			return nil, fmt.Errorf("objective %q: %w", strings.TrimSpace(part), err)
		}
		out = append(out, t)
	}
	return out, nil
}

// ParseThreshold reads one term of a gate, which may also be a multiple of the baseline: "throughput >= 0.97 * baseline".
func ParseThreshold(text string) (Term, error) {
	t, err := parseTerm(strings.Fields(text))
	if err != nil {
		return t, fmt.Errorf("threshold %q: %w", strings.TrimSpace(text), err)
	}
	return t, nil
}

func parseTerm(words []string) (Term, error) {
	const form = `allowed are terms such as "latency-p99 < 1s" or "throughput >= 0.99 * offered", joined by commas`
	if len(words) != 3 && (len(words) != 5 || words[3] != "*") {
		return Term{}, fmt.Errorf("%s", form)
	}
	t := Term{Metric: words[0], Op: words[1]}
	m, ok := MetricNamed(t.Metric)
	if !ok {
		return Term{}, fmt.Errorf("unknown metric %q: govbench list metrics names them", t.Metric)
	}
	if !strings.Contains(" < <= > >= = ", " "+t.Op+" ") {
		return Term{}, fmt.Errorf("found %q: allowed are <, <=, >, >= and =", t.Op)
	}
	var err error
	if t.Value, err = strconv.ParseFloat(words[2], 64); err != nil && m.Unit == "sec" && len(words) == 3 {
		var d time.Duration
		d, err = time.ParseDuration(words[2])
		t.Value = float64(d) / float64(time.Second)
	}
	if err != nil || math.IsNaN(t.Value) || t.Value < 0 || t.Value > 1e15 {
		return Term{}, fmt.Errorf("found %q: allowed is a number that is not below zero, of a latency a duration such as 1s", words[2])
	}
	if len(words) == 5 {
		t.Of = words[4]
		if of, ok := MetricNamed(t.Of); t.Of != Baseline && (!ok || of.Unit != m.Unit) {
			return Term{}, fmt.Errorf("found %q: allowed is a metric in %s", t.Of, m.Unit)
		}
	}
	return t, nil
}

// String writes the objective as ParseObjective reads it.
func (o Objective) String() string {
	parts := make([]string, len(o))
	for i, t := range o {
		parts[i] = t.String()
	}
	return strings.Join(parts, ", ")
}

// String writes the term as ParseObjective reads it.
func (t Term) String() string {
	value := strconv.FormatFloat(t.Value, 'f', -1, 64)
	if m, _ := MetricNamed(t.Metric); m.Unit == "sec" && t.Of == "" {
		value += "s"
	}
	if t.Of != "" {
		value += " * " + t.Of
	}
	return t.Metric + " " + t.Op + " " + value
}

// Misses says which terms, and which checks, a run does not hold, a sentence each; none when it meets the
// objective. A latency that the run has no figure of does not hold; any other figure that it lacks is zero.
func (o Objective) Misses(r Record) []string {
	var out []string
	for _, c := range r.Failed() {
		out = append(out, fmt.Sprintf("check %q: %s", c.Name, c.Detail))
	}
	if len(out) > 0 {
		return out // its figures are withheld
	}
	for _, t := range o {
		v, ok := r.Value(t.Metric)
		if m, _ := MetricNamed(t.Metric); !ok && m.Unit == "sec" {
			out = append(out, t.String()+": nothing was answered")
			continue
		}
		if !t.holds(r, v.Value) {
			out = append(out, fmt.Sprintf("%v: found %s", t, strconv.FormatFloat(v.Value, 'g', 5, 64)))
		}
	}
	return out
}

// holds compares. Where the throughput of a window is held against what was due in it, chance moves transactions
// across the window's ends: one, and three standard deviations of a Poisson number of those outstanding.
func (t Term) holds(r Record, v float64) bool {
	bound := t.Value
	if t.Of != "" {
		bound = float64(bound * r.Number(t.Of))
		if r.WindowSec > 0 && (t.Op == ">=" || t.Op == ">") {
			slack := (1 + float64(3*math.Sqrt(r.Number("outstanding")))) / r.WindowSec
			bound -= min(slack, float64(0.01*bound)) // never more than a hundredth: a backlog must show
		}
	}
	return t.Within(v, bound)
}

// Within compares a figure with a bound by the term's operator.
func (t Term) Within(v, bound float64) bool {
	switch t.Op {
	case "<":
		return v < bound
	case "<=":
		return v <= bound
	case ">":
		return v > bound
	case ">=":
		return v >= bound
	}
	return v == bound
}

// Sustained is the highest load that a run's design carries under an objective, found before the run.
type Sustained struct {
	Rate      float64 `json:"sustained"` // offered, in transactions a second as a load counts them, queries included
	Orders    float64 `json:"orders"`    // of that, transactions a second that are ordered, as measured at that load
	Probes    int     `json:"probes"`    // runs that it took
	Objective string  `json:"objective"`
	Limit     string  `json:"limit,omitempty"` // what holds more back, as in Record.Limit
	Confirmed bool    `json:"confirmed"`       // with another seed, 95 % of it holds and 105 % does not
}
