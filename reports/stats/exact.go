package stats

import (
	"fmt"
	"math"

	"github.com/govbench/govbench/reports/result"
)

// rounding keeps a change of just the tolerance within it though the quotient is rounded.
const rounding = 1e-9

// compareExact compares trials with equal seeds by equality or the stated tolerance. They are never tested: with equal
// seeds there is no chance in them, and any difference is one.
func (c *Contrast) compareExact(old, new sample, rule Rule) {
	c.Exact = true
	oldOf, newOf := c.bySeed("old", old), c.bySeed("new", new)
	var olds, news []float64
	counts := map[Verdict]int{}
	c.Low, c.High = math.Inf(1), math.Inf(-1)
	for i, r := range new.trials {
		was, ok := oldOf[r.Seed]
		if _, first := newOf[r.Seed]; !ok || !first {
			continue
		}
		delete(newOf, r.Seed)
		olds, news = append(olds, was), append(news, new.values[i])
		change := relative(was, new.values[i])
		c.Low, c.High = min(c.Low, change), max(c.High, change)
		if math.Abs(change) > rule.Tolerance*(1+rounding) {
			counts[c.toward(change)]++
		}
	}
	if len(news) == 0 {
		c.Low, c.High = math.Inf(-1), math.Inf(1)
		c.Change, c.Verdict = relative(c.Old.Median, c.New.Median), Unclear
		c.Warnings = append(c.Warnings, "no seed is on both sides, and exact figures of different seeds differ anyhow: run both with the same --seed")
		return
	}
	if n := max(len(olds), len(oldOf), len(new.values)); len(news) < n {
		c.Warnings = append(c.Warnings, fmt.Sprintf("only %d of %d trials have a seed that is on both sides; the others are left out", len(news), n))
	}
	c.Old, c.New = Median(olds), Median(news)
	c.Change = relative(c.Old.Median, c.New.Median)
	c.Verdict = Same
	for v := range counts {
		c.Verdict = v
	}
	if len(counts) > 1 { // by the median, and where that stands still neither better nor worse
		c.Verdict = Changed
		if c.Change != 0 {
			c.Verdict = c.toward(c.Change)
		}
		c.Warnings = append(c.Warnings, fmt.Sprintf("of %d trials %d are worse and %d better: the verdict is of the median", len(news), counts[Worse], counts[Better]))
	}
}

// bySeed maps seeds to values, the first of each.
func (c *Contrast) bySeed(side string, s sample) map[uint64]float64 {
	out := map[uint64]float64{}
	told := false
	for i, r := range s.trials {
		v, twice := out[r.Seed]
		if !twice {
			out[r.Seed] = s.values[i]
		} else if v != s.values[i] && !told {
			told = true
			c.Warnings = append(c.Warnings, fmt.Sprintf("the %s side has seed %d with two values: they are of different settings or software, and the first counts", side, r.Seed))
		}
	}
	return out
}

// trialsOf lists the records of both sides.
func (p Pair) trialsOf() [2][]result.Record { return [2][]result.Record{p.Old.Trials, p.New.Trials} }
