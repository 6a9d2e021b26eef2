package stats

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/govbench/govbench/reports/result"
)

const (
	// spreadMax is the distance of the quartiles, as a share of the median, from which trials count as unstable.
	//
	// assumed: a tenth, five times the effect that counts.
	spreadMax = 0.1
	// trendAlpha is the level of the test for a trend over the trials.
	//
	// assumed: 1 %, so that one innocent sample in a hundred is suspected.
	trendAlpha = 0.01
)

// withheld says why the figures of a side are.
func withheld(p Pair) []string {
	var out []string
	for i, c := range []Cell{p.Old, p.New} {
		side := []string{"old", "new"}[i]
		switch {
		case len(c.Broken) > 0:
			out = append(out, fmt.Sprintf("%s: %d of %d runs broke a check (%s), so the figures are withheld", side,
				len(c.Broken), len(c.Records()), c.Broken[0].Failed()[0].Name))
		case len(c.GivenUp) > 0:
			out = append(out, fmt.Sprintf("%s: the load is more than the cell carries (limit: %s), so %d of %d runs were given up and there are no figures", side,
				cmp.Or(c.GivenUp[0].Limit, "not known"), givenUp(c.GivenUp), len(c.Records())))
		}
	}
	return out
}

func givenUp(runs []result.Record) (n int) {
	for _, r := range runs {
		if r.GivenUp() {
			n++
		}
	}
	return n
}

// otherClock says that a cell that is missing on a side is there on another runtime.
func otherClock(side string, has, want result.Runtime) []string {
	if has == "" {
		return nil
	}
	return []string{fmt.Sprintf("the %s side has this cell, but its runtime is %s and not %s: figures of different runtimes are not compared", side, has, want)}
}

// cautions are the warnings that hold for every metric of a pair.
func cautions(p Pair, rule Rule) []string {
	var out []string
	if p.New.Runtime == result.Wall && !rule.Interleaved {
		out = append(out, "the trials are not known to be interleaved: a machine that drifted between the two sets looks like a change")
	}
	out = append(out, settings(p)...)
	if p.New.Runtime != result.Virtual {
		if old, new := seeds(p.Old.Trials), seeds(p.New.Trials); !slices.Equal(old, new) {
			out = append(out, "the sides have different seeds")
		}
	}
	out = append(out, told(p)...)
	for i, trials := range p.trialsOf() {
		side, twice, seen := []string{"old", "new"}[i], false, map[[2]uint64]bool{}
		for _, r := range trials {
			key := [2]uint64{r.Seed, uint64(r.Trial)}
			twice = twice || seen[key]
			seen[key] = true
		}
		if twice && p.New.Runtime != result.Virtual {
			out = append(out, fmt.Sprintf("%s: a trial stands there twice; copies of a run are no further sample", side))
		}
	}
	return out
}

// told lists what the runs themselves warn of, without the figures, in which trials differ.
func told(p Pair) []string {
	type counts [2]int
	seen := map[string]counts{}
	var order []string
	for i, trials := range p.trialsOf() {
		for _, r := range trials {
			mine := map[string]bool{}
			for _, w := range r.Warnings {
				text, _, _ := strings.Cut(w, ":")
				if strings.HasPrefix(w, result.GeneratorLate) {
					text = "the load generator was late, near its limit"
				}
				if mine[text] || text == "bubble" || text == "wall clock" { // that figures are samples is known
					continue
				}
				mine[text] = true
				n, ok := seen[text]
				if !ok {
					order = append(order, text)
				}
				n[i]++
				seen[text] = n
			}
		}
	}
	var out []string
	for _, text := range order {
		n := seen[text]
		out = append(out, fmt.Sprintf("the runs warn: %s (old %d of %d, new %d of %d)", text, n[0], len(p.Old.Trials), n[1], len(p.New.Trials)))
	}
	return out
}

func seeds(trials []result.Record) []uint64 {
	var out []uint64
	for _, r := range trials {
		out = append(out, r.Seed)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// settings says what differs between the sides though the cell is the same by its names.
func settings(p Pair) []string {
	var out []string
	if a, b := cellHashes(p.Old.Trials), cellHashes(p.New.Trials); !slices.Equal(a, b) || len(a) > 1 {
		out = append(out, "settings differ that no name tells, by the hash of the cell: the change may be theirs (experiment.yaml beside the runs has them)")
	}
	differs := func(what string, of func(result.Record) string) {
		var sides [2][]string
		for i, trials := range p.trialsOf() {
			for _, r := range trials {
				sides[i] = append(sides[i], of(r))
			}
			slices.Sort(sides[i])
			sides[i] = slices.Compact(sides[i])
		}
		if !slices.Equal(sides[0], sides[1]) {
			out = append(out, fmt.Sprintf("%s: old %s, new %s", what, strings.Join(sides[0], " and "), strings.Join(sides[1], " and ")))
		} else if len(sides[0]) > 1 {
			out = append(out, fmt.Sprintf("%s within the sides: %s", what, strings.Join(sides[0], " and ")))
		}
	}
	differs("the measured windows differ", func(r result.Record) string { return fmt.Sprintf("%g s", r.WindowSec) })
	differs("the protocols differ", func(r result.Record) string { return r.Protocol })
	differs("the provenance of the scenario differs", func(r result.Record) string { return orNone(r.Provenance) })
	return out
}

func cellHashes(trials []result.Record) []string {
	var out []string
	for _, r := range trials {
		out = append(out, r.Cell)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// unstable warns of a side whose trials spread wide or go one way over their order.
func unstable(side string, s sample) []string {
	var out []string
	v := slices.Sorted(slices.Values(s.values))
	if len(v) < 4 {
		return nil
	}
	median := Median(v).Median
	spread := stat.Quantile(0.75, stat.Empirical, v, nil) - stat.Quantile(0.25, stat.Empirical, v, nil)
	if median != 0 && spread > spreadMax*math.Abs(median) {
		out = append(out, fmt.Sprintf("unstable: the middle half of the %s trials spreads over %.0f %% of their median", side, 100*spread/math.Abs(median)))
	}
	order := slices.Clone(s.trials)
	at := make([]int, len(order))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return order[a].Trial - order[b].Trial })
	inOrder := make([]float64, len(at))
	for i, k := range at {
		inOrder[i] = s.values[k]
	}
	if tau, p := trend(inOrder); p < trendAlpha {
		word := "rise"
		if tau < 0 {
			word = "fall"
		}
		out = append(out, fmt.Sprintf("unstable: the %s trials %s in the order in which they ran (Kendall's tau %.2f): the machine or the program drifted", side, word, tau))
	}
	return out
}

// trend is the test of Mann (Econometrica 13, 1945) and Kendall for a trend over the order of values, with the
// normal approximation and its corrections for ties and continuity; fewer than eight values have none.
func trend(values []float64) (tau, p float64) {
	n := len(values)
	if n < 8 {
		return 0, 1
	}
	score := 0.0
	for i, x := range values {
		for _, y := range values[i+1:] {
			switch {
			case y > x:
				score++
			case y < x:
				score--
			}
		}
	}
	m := float64(n)
	variance := m * (m - 1) * (2*m + 5)
	sorted := slices.Sorted(slices.Values(values))
	for i := 0; i < n; {
		j := i
		for j < n && sorted[j] == sorted[i] {
			j++
		}
		t := float64(j - i)
		variance -= t * (t - 1) * (2*t + 5)
		i = j
	}
	variance /= 18
	if variance <= 0 || score == 0 {
		return 0, 1
	}
	z := (math.Abs(score) - 1) / math.Sqrt(variance)
	return score / (m * (m - 1) / 2), 2 * (1 - distuv.UnitNormal.CDF(z))
}
