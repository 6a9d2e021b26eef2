package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// Compared is a comparison of two result sets, to be written down.
type Compared struct {
	Old, New  string // what the sides are called
	Pairs     []stats.Pair
	Contrasts []stats.Contrast
	Rule      stats.Rule
	// Hidden counts the exact cells whose compared metrics are the same though others differ.
	Hidden int
}

// Order is how the rows of a comparison are sorted.
type Order string

// The orders.
const (
	ByWorst  Order = "worst"  // what needs a look first: by verdict, then by the size of the change
	ByRuns   Order = "runs"   // as the runs of the new side stand in their file
	ByMetric Order = "metric" // a metric after the other
)

// Orders lists them all.
func Orders() []Order { return []Order{ByWorst, ByRuns, ByMetric} }

// mainMetrics are compared when none is named: what a service feels and what it costs the network.
func mainMetrics() []string {
	return []string{"throughput", "goodput", "dropped", "failed", "unfinished", "latency-p50", "latency-p99", "case-latency-p99",
		"read-throughput", "read-latency-p99", "messages-per-block", "bytes-per-tx", "view-changes"}
}

// MainMetrics lists those of the pairs' metrics that are compared when none is named: the main ones of govbench, and every
// one of another program.
func MainMetrics(pairs []stats.Pair) []string {
	main := mainMetrics()
	return slices.DeleteFunc(stats.MetricNames(pairs), func(name string) bool {
		_, ours := result.MetricNamed(name)
		return ours && !slices.Contains(main, name)
	})
}

// Compare compares pairs in the metrics named, or in the main ones.
func Compare(old, new string, pairs []stats.Pair, metrics []string, rule stats.Rule) Compared {
	c := Compared{Old: old, New: new, Pairs: pairs, Rule: rule}
	if len(metrics) == 0 {
		metrics = MainMetrics(pairs)
		c.Hidden = hidden(pairs, metrics, rule)
	}
	c.Contrasts = stats.Contrasts(pairs, metrics, rule)
	return c
}

// hidden counts the cells of pure machines that differ in metrics that are not compared only.
func hidden(pairs []stats.Pair, metrics []string, rule stats.Rule) int {
	exact := slices.DeleteFunc(slices.Clone(pairs), func(p stats.Pair) bool { return p.Cell().Runtime != result.Virtual })
	differs := make([][2]bool, len(exact))
	for _, c := range stats.Contrasts(exact, nil, rule) {
		if c.Verdict == stats.Worse || c.Verdict == stats.Better || c.Verdict == stats.Changed {
			shown := 0
			if slices.Contains(metrics, c.Metric) {
				shown = 1
			}
			differs[c.Pair][shown] = true
		}
	}
	n := 0
	for _, d := range differs {
		if d[0] && !d[1] {
			n++
		}
	}
	return n
}

// CompareRow is a line of a comparison in words. Nothing in it is escaped.
type CompareRow struct {
	Scenario, Series, Load, Metric string
	Old, New                       string // medians; of samples with the half width of their interval
	Trials                         string // of each side
	Change                         string // with its interval
	P                              string // after correction, or "exact"
	Verdict                        string
	Notes                          []int // numbers of the notes that belong to it, from 1
	Kind                           stats.Verdict
	contrast                       *stats.Contrast
}

// Contrast is what the row says in words.
func (r CompareRow) Contrast() *stats.Contrast { return r.contrast }

// changed reports whether a verdict is shown without being asked for.
func changed(v stats.Verdict) bool { return v != stats.Same }

// urgency sorts verdicts by how much they need a look.
func urgency(v stats.Verdict) int {
	return slices.Index([]stats.Verdict{stats.Withheld, stats.Worse, stats.MissingNew, stats.Changed, stats.Unclear, stats.Better, stats.MissingOld, stats.Same}, v)
}

// Rows lays the comparison out, and gives the notes that its rows refer to. Rows without a change, and unclear
// ones of cells of which something else is clear, are left out unless all are asked for.
func (c Compared) Rows(order Order, all bool) (rows []CompareRow, notes []string) {
	shown, cells := make([]*stats.Contrast, 0, len(c.Contrasts)), c.cellVerdicts()
	for i := range c.Contrasts {
		if k := &c.Contrasts[i]; all || changed(k.Verdict) && (k.Verdict != stats.Unclear || cells[k.Pair] == stats.Unclear) {
			shown = append(shown, &c.Contrasts[i])
		}
	}
	switch order {
	case ByWorst:
		slices.SortStableFunc(shown, func(a, b *stats.Contrast) int {
			return cmp.Or(cmp.Compare(urgency(a.Verdict), urgency(b.Verdict)), cmp.Compare(math.Abs(b.Change), math.Abs(a.Change)))
		})
	case ByMetric:
		at := map[string]int{}
		for i, name := range stats.MetricNames(c.Pairs) {
			at[name] = i + 1
		}
		slices.SortStableFunc(shown, func(a, b *stats.Contrast) int { return cmp.Compare(at[a.Metric], at[b.Metric]) })
	}
	number := map[string]int{}
	for _, k := range shown {
		r := c.row(k)
		for _, w := range k.Warnings {
			if number[w] == 0 {
				notes = append(notes, w)
				number[w] = len(notes)
			}
			r.Notes = append(r.Notes, number[w])
		}
		rows = append(rows, r)
	}
	return rows, notes
}

func (c Compared) row(k *stats.Contrast) CompareRow {
	cell := c.Pairs[k.Pair].Cell()
	r := CompareRow{Scenario: cell.Scenario, Series: cell.Series, Load: loadText(cell.Load), Metric: k.Metric, Kind: k.Verdict, contrast: k}
	if cell.Load == "" {
		r.Load = ""
	}
	if k.Metric == "" {
		r.Metric, r.Verdict = "the whole cell", verdictWord(k, c.Rule)
		return r
	}
	r.Old, r.New = center(k, k.Old), center(k, k.New)
	r.Verdict = verdictWord(k, c.Rule)
	r.Trials = fmt.Sprint(max(k.Old.N, k.New.N))
	if k.Old.N != k.New.N {
		r.Trials = fmt.Sprintf("%d, %d", k.Old.N, k.New.N)
	}
	if k.Old.N == 0 || k.New.N == 0 {
		return r
	}
	r.Change = changeText(k)
	switch {
	case k.Exact:
		r.P = "exact"
	case k.Verdict == stats.Unclear:
		r.P = "–"
	default:
		r.P = pText(k.Adjusted)
	}
	return r
}

// center writes a median, with the half width of its interval where it is of samples.
func center(k *stats.Contrast, i stats.Interval) string {
	if i.N == 0 {
		return "–"
	}
	s := quantity(i.Median, k.Unit)
	if k.Exact || i.Covers < stats.Confidence || i.Median == 0 {
		return s
	}
	half := max(i.High-i.Median, i.Median-i.Low) / math.Abs(i.Median)
	return fmt.Sprintf("%s ±%s", s, strings.TrimPrefix(signed(half), "+"))
}

// signed writes a share with its sign.
func signed(share float64) string {
	v := share * 100
	switch abs := math.Abs(v); {
	case math.IsInf(v, 0):
		return strings.TrimSuffix(fmt.Sprintf("%+f", v), "Inf") + "∞"
	case abs == 0:
		return "0 %"
	case abs < 0.01:
		return fmt.Sprintf("%+.1g %%", v)
	case abs < 10:
		return fmt.Sprintf("%+.2f %%", v)
	case abs < 1000:
		return fmt.Sprintf("%+.1f %%", v)
	}
	return fmt.Sprintf("%+.0f %%", v)
}

// share writes a share as it was asked for.
func share(v float64) string { return strconv.FormatFloat(100*v, 'g', 4, 64) + " %" }

// changeText writes the change of the median and, where they say more, its bounds.
func changeText(k *stats.Contrast) string {
	var s string
	switch {
	case math.IsInf(k.Change, 0) && k.Old.Median == 0:
		s = "from 0"
	case k.Change == 0 && k.Old.Median != k.New.Median:
		s = "<1e-300 %"
	default:
		s = signed(k.Change)
	}
	if math.IsInf(k.Low, 0) || math.IsInf(k.High, 0) || k.Low == k.High {
		return s
	}
	return fmt.Sprintf("%s (%s to %s)", s, strings.TrimSuffix(signed(k.Low), " %"), signed(k.High))
}

func pText(p float64) string {
	switch {
	case p < 0.0001:
		return "<0.0001"
	case p < 0.001:
		return fmt.Sprintf("%.4f", p)
	}
	return fmt.Sprintf("%.3f", p)
}

// verdictWord says a verdict, and of a sample that shows no change whether a change that counts is excluded.
func verdictWord(k *stats.Contrast, rule stats.Rule) string {
	switch k.Verdict {
	case stats.MissingOld:
		return "new only"
	case stats.MissingNew:
		return "old only"
	case stats.Same:
		if !k.Exact && (k.Low < -rule.EffectMin || k.High > rule.EffectMin) {
			return "no change shown"
		}
	}
	return string(k.Verdict)
}

// cellVerdicts are the verdicts of whole cells: that of their metrics which most needs a look, and unclear where nothing
// could be judged.
func (c Compared) cellVerdicts() []stats.Verdict {
	out := make([]stats.Verdict, len(c.Pairs))
	for _, k := range c.Contrasts {
		v := &out[k.Pair]
		if k.Metric != "" && (k.Verdict == stats.MissingOld || k.Verdict == stats.MissingNew) {
			k.Verdict = stats.Unclear // the cell is there, only this figure is not
		}
		if *v == "" || *v == stats.Unclear || k.Verdict != stats.Unclear && urgency(k.Verdict) < urgency(*v) {
			*v = k.Verdict
		}
	}
	return out
}

// Sentences sum the comparison up.
func (c Compared) Sentences() []string {
	counts := map[stats.Verdict]int{}
	for _, v := range c.cellVerdicts() {
		counts[v]++
	}
	both := len(c.Pairs) - counts[stats.MissingOld] - counts[stats.MissingNew]
	var parts []string
	add := func(v stats.Verdict, text string) {
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, text))
		}
	}
	add(stats.Worse, "worse"+c.mixed())
	add(stats.Better, "better")
	add(stats.Changed, "changed either way")
	add(stats.Unclear, "unclear")
	add(stats.Withheld, "withheld")
	add(stats.Same, "without a change that counts")
	if len(parts) > 0 {
		add("", "without figures to compare")
	}
	out := []string{fmt.Sprintf("Of %s in both sets: %s.", count(both, "cell"), list(parts, "and"))}
	switch {
	case both == 0:
		out[0] = "No cell is in both sets."
	case len(parts) == 0:
		out[0] = fmt.Sprintf("%s %s in both sets, without a figure to compare.", count(both, "cell"), plural(both, "is", "are"))
	}
	for _, side := range []struct {
		v    stats.Verdict
		name string
	}{{stats.MissingNew, c.Old}, {stats.MissingOld, c.New}} {
		if n := counts[side.v]; n > 0 {
			out = append(out, fmt.Sprintf("%s %s only in %s.", count(n, "cell"), plural(n, "is", "are"), side.name))
		}
	}
	if c.Hidden > 0 {
		out = append(out, fmt.Sprintf("%s %s the same in the metrics compared and not in others: --metric '*' shows which.", count(c.Hidden, "cell"), plural(c.Hidden, "is", "are")))
	}
	return out
}

// LeftOut says how many rows are not shown, and what they are.
func (c Compared) LeftOut(rows []CompareRow) string {
	n := len(c.Contrasts) - len(rows)
	if n == 0 {
		return ""
	}
	unclear := 0
	for _, k := range c.Contrasts {
		if k.Verdict == stats.Unclear {
			unclear++
		}
	}
	for _, r := range rows {
		if r.Kind == stats.Unclear {
			unclear--
		}
	}
	text := fmt.Sprintf("%s without a change that counts", count(n-unclear, "row"))
	switch {
	case unclear == n:
		text = count(n, "unclear row")
	case unclear > 0:
		text += fmt.Sprintf(" and %d unclear %s", unclear, plural(unclear, "one", "ones"))
	}
	return fmt.Sprintf("%s %s left out: --all shows %s.", text, plural(n, "is", "are"), plural(n, "it", "them"))
}

// mixed says how many of the worse cells are better in another metric.
func (c Compared) mixed() string {
	worse, better := map[int]bool{}, map[int]bool{}
	for _, k := range c.Contrasts {
		worse[k.Pair] = worse[k.Pair] || k.Verdict == stats.Worse
		better[k.Pair] = better[k.Pair] || k.Verdict == stats.Better
	}
	n := 0
	for i := range c.Pairs {
		if worse[i] && better[i] {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of them better in another metric)", n)
}

// Method says how the verdicts come about, as far as the comparison used it.
func (c Compared) Method() string {
	exact, tests := false, 0
	for _, k := range c.Contrasts {
		exact = exact || k.Exact
		if !k.Exact && k.Metric != "" && k.Verdict != stats.Unclear && k.Old.N > 0 && k.New.N > 0 {
			tests++
		}
	}
	var out []string
	if exact {
		text := "Exact figures are compared trial by trial with equal seeds, by equality"
		if c.Rule.Tolerance > 0 {
			text = fmt.Sprintf("Exact figures are compared trial by trial with equal seeds and may differ by %s", share(c.Rule.Tolerance))
		}
		out = append(out, text+"; the range behind a change is that of the trials.")
	}
	if tests > 0 {
		correction := map[stats.Correction]string{
			stats.None:              "not corrected for their number",
			stats.Holm:              "corrected by Holm, so that a false claim among all of them has this probability",
			stats.BenjaminiHochberg: "corrected by Benjamini and Hochberg, so that this share of the claims at most is false on average",
		}[c.Rule.Correction]
		out = append(out, fmt.Sprintf("Samples are compared by their medians over trials with a Mann-Whitney test: %s at %s, %s. A change counts beyond %s, and behind it stands its interval at %g %% confidence.",
			count(tests, "comparison"), share(c.Rule.Alpha), correction, share(c.Rule.EffectMin), math.Round(1e4*(1-c.Rule.Alpha))/100))
	}
	return strings.Join(out, " ")
}

// ContrastSchema names the version of the format of a comparison's lines.
const ContrastSchema = "govbench.contrast/1"

// CompareJSON writes every contrast as a line of JSON, in the order of rows, those without a change too.
func CompareJSON(w io.Writer, c Compared, order Order) error {
	rows, _ := c.Rows(order, true)
	for _, r := range rows {
		cell := c.Pairs[r.contrast.Pair].Cell()
		run := anyRecord(cell)
		head, err := json.Marshal(struct {
			Schema   string          `json:"schema"`
			Scenario string          `json:"scenario"`
			Design   string          `json:"design"`
			Load     string          `json:"load"`
			Runtime  result.Runtime  `json:"runtime"`
			Network  string          `json:"network"`
			Machine  string          `json:"machine"`
			Faults   string          `json:"faults"`
			Replicas int             `json:"replicas"`
			Factors  []result.Factor `json:"factors"`
		}{ContrastSchema, cell.Scenario, cell.Design, cell.Load, cell.Runtime, run.Network, run.Machine, run.Faults, run.Replicas,
			append([]result.Factor{}, run.Factors...)})
		if err != nil {
			return err
		}
		tail, err := json.Marshal(r.contrast)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "%s,%s\n", head[:len(head)-1], tail[1:]); err != nil {
			return err
		}
	}
	return nil
}
