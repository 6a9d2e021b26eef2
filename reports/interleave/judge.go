package interleave

import (
	"math"
	"slices"

	"github.com/govbench/govbench/reports/stats"
)

// Judged is a session and what a rule says of it.
type Judged struct {
	Session
	Pairs     []stats.Pair
	Contrasts []stats.Contrast
	Noise     []Floor // of a session that ran the old version as a third arm
}

// Floor is the noise of one metric of one cell: what the session makes of two arms that are the same.
type Floor struct {
	Pair   int
	Metric string
	// Share is the largest relative change of the median that the 95 % interval between the two arms
	// leaves open. A change below it is not told from none.
	Share float64
	// Trials is how many trials of each side would bring Share below the rule's least effect; the interval
	// narrows with the square root of their number. It is no more than there were when it is below already.
	Trials int
}

// Judge compares a session's sides in the metrics named, and measures its noise when it has a third arm.
func (s Session) Judge(metrics []string, rule stats.Rule) Judged {
	rule.Interleaved = true
	j := Judged{Session: s, Pairs: stats.Pairs(s.Old, s.New)}
	j.Contrasts = stats.Contrasts(j.Pairs, metrics, rule)
	if len(s.Again) == 0 {
		return j
	}
	noise := stats.DefaultRule()
	noise.Interleaved = true
	for _, c := range stats.Contrasts(stats.Pairs(s.Old, s.Again), metrics, noise) {
		share := max(math.Abs(c.Low), math.Abs(c.High))
		if c.Exact || c.Old.Median == 0 || math.IsInf(share, 0) {
			continue
		}
		need := math.Ceil(float64(c.Old.N) * math.Pow(share/rule.EffectMin, 2))
		j.Noise = append(j.Noise, Floor{Pair: c.Pair, Metric: c.Metric, Share: share, Trials: int(min(need, 1e6))})
	}
	return j
}

// Regressions lists the contrasts that are worse.
func (j Judged) Regressions() []stats.Contrast {
	return slices.DeleteFunc(slices.Clone(j.Contrasts), func(c stats.Contrast) bool { return c.Verdict != stats.Worse })
}

// Confirmed lists the regressions of j that count: exact ones as they are, and samples when second, a
// session of fresh trials of the same cells, shows them too.
func (j Judged) Confirmed(second Judged) []stats.Contrast {
	again := second.Regressions()
	return slices.DeleteFunc(j.Regressions(), func(c stats.Contrast) bool {
		return !c.Exact && !slices.ContainsFunc(again, func(d stats.Contrast) bool {
			return c.Metric == d.Metric && j.Pairs[c.Pair].Cell().Same(second.Pairs[d.Pair].Cell())
		})
	})
}
