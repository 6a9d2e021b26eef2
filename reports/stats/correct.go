package stats

import (
	"fmt"
	"math"
	"slices"
)

// Adjust returns the p-values made up for their number, in the same order: an adjusted value is the least level at which
// its comparison is still claimed.
func Adjust(p []float64, by Correction) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if p[a] < p[b] {
			return -1
		}
		if p[a] > p[b] {
			return 1
		}
		return 0
	})
	out, m := slices.Clone(p), float64(len(p))
	switch by {
	case Holm: // step down: the k-th smallest times what is left, never below the one before
		last := 0.0
		for k, i := range order {
			last = max(last, min(1, p[i]*(m-float64(k))))
			out[i] = last
		}
	case BenjaminiHochberg: // step up: the k-th smallest times m/k, never above the one after
		last := 1.0
		for k, i := range slices.Backward(order) {
			last = min(last, p[i]*m/float64(k+1))
			out[i] = last
		}
	}
	return out
}

// tested reports whether a contrast's verdict waits for its corrected p-value.
func (c *Contrast) tested() bool { return c.Verdict == "" }

// correct adjusts the p-values of the samples and gives their verdicts.
func correct(contrasts []Contrast, rule Rule) {
	var p []float64
	for i := range contrasts {
		if contrasts[i].tested() {
			p = append(p, contrasts[i].P)
		}
	}
	adjusted, k := Adjust(p, rule.Correction), 0
	for i := range contrasts {
		c := &contrasts[i]
		if !c.tested() {
			continue
		}
		c.Adjusted = adjusted[k]
		k++
		c.Verdict = Same
		if c.Adjusted < rule.Alpha && math.Abs(c.Change) > rule.EffectMin {
			c.Verdict = c.toward(c.Change)
			if rule.OneSided && c.Verdict == Better {
				c.Verdict = Same
			}
		}
		if w := hopeless(c, len(p), rule); w != "" {
			c.Warnings = append(c.Warnings, w)
		}
	}
}

// hopeless warns when so many comparisons of so few trials leave nothing to find: the least p-value that the ranks can give
// stays above the level even so.
func hopeless(c *Contrast, tests int, rule Rule) string {
	if rule.Correction == None || c.Verdict != Same {
		return ""
	}
	least := leastP(c.Old.N, c.New.N, rule.OneSided)
	if least*float64(tests) < rule.Alpha {
		return ""
	}
	trials := max(c.Old.N, c.New.N)
	for leastP(trials, trials, rule.OneSided)*float64(tests) >= rule.Alpha {
		trials++
	}
	what := "no change can be shown"
	if rule.Correction == BenjaminiHochberg {
		what = "no change can be shown by itself, only several together"
	}
	return fmt.Sprintf("among %d comparisons %s with %d and %d trials, whose least p is %.2g: take %d trials, fewer metrics or fewer cells",
		tests, what, c.Old.N, c.New.N, least, trials)
}
