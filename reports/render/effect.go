package render

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// effects says what each varied setting did: from its first level to its last, all else equal.
func (j *judged) effects() []string {
	levels := map[string][]string{}
	var names []string
	for _, r := range j.in.Records {
		for _, f := range r.Factors {
			if levels[f.Name] == nil {
				names = append(names, f.Name)
			}
			levels[f.Name] = unique(append(levels[f.Name], f.Value))
		}
	}
	var out []string
	for _, name := range names {
		if n := len(levels[name]); n > 1 {
			if s := j.effect(name, levels[name][0], levels[name][n-1]); s != "" {
				out = append(out, s)
			}
		}
	}
	return out
}

// effect compares two levels of a factor over the pairs of cells that differ in nothing else.
func (j *judged) effect(name, from, to string) string {
	base := map[string]stats.Cell{}
	for _, c := range j.cells {
		if sound(c) && level(anyRecord(c), name) == from {
			base[withoutFactor(c, name)] = c
		}
	}
	type ratios struct{ p50, p99, rate []float64 }
	of := map[string]*ratios{}
	var designs []string
	for _, c := range j.cells {
		b, ok := base[withoutFactor(c, name)]
		if !ok || !sound(c) || level(anyRecord(c), name) != to {
			continue
		}
		r := of[c.Design]
		if r == nil {
			r = &ratios{}
			of[c.Design] = r
			designs = append(designs, c.Design)
		}
		for _, m := range []struct {
			metric string
			into   *[]float64
		}{{"latency-p50", &r.p50}, {"latency-p99", &r.p99}, {"throughput", &r.rate}} {
			if x, y := b.Number(m.metric), c.Number(m.metric); x > 0 && y > 0 {
				*m.into = append(*m.into, y/x)
			}
		}
	}
	var words []string
	for _, d := range designs {
		r := of[d]
		words = append(words, fmt.Sprintf("%s: median latency %s, 99 %% %s, throughput %s", d, timesText(r.p50), timesText(r.p99), timesText(r.rate)))
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("%s from %s to %s, all else equal: %s.", name, from, to, strings.Join(words, "; "))
}

// timesText writes the range of some ratios; what lies within 1 % of one is no change.
func timesText(ratios []float64) string {
	low, high := bounds(ratios)
	switch {
	case len(ratios) == 0:
		return "unknown"
	case alike(low, 1) && alike(high, 1):
		return "unchanged"
	}
	return "times " + rangeText(low, high, figure)
}

func level(r result.Record, name string) string {
	for _, f := range r.Factors {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// withoutFactor is everything about a cell but one factor.
func withoutFactor(c stats.Cell, name string) string {
	r := anyRecord(c)
	words := []string{c.Scenario, c.Design, c.Load, string(c.Runtime), setting(c)}
	for _, f := range r.Factors {
		if f.Name != name {
			words = append(words, f.Name+"="+f.Value)
		}
	}
	return strings.Join(words, "\x00")
}
