package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// tally gives the lead sentences: at each load, who is the answer how often, and what limits each design.
func (j *judged) tally() []string {
	var out []string
	for _, load := range j.loads {
		for _, t := range trusts {
			if s := j.winners(load, t); s != "" {
				out = append(out, s)
			}
		}
		if s := j.limits(load); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// winners says how often each design is the answer at a load.
func (j *judged) winners(load string, t trust) string {
	wins := map[string]int{}
	var order []string
	total, none := 0, 0
	for _, a := range j.answers {
		for _, ch := range a.Choices {
			if a.Load != load || ch.Heading != t.heading {
				continue
			}
			total++
			if ch.Winner == "" {
				none++
				continue
			}
			if wins[ch.Winner]++; wins[ch.Winner] == 1 {
				order = append(order, ch.Winner)
			}
		}
	}
	if total == 0 {
		return ""
	}
	slices.SortStableFunc(order, func(a, b string) int { return wins[b] - wins[a] })
	var words []string
	for _, w := range order {
		words = append(words, fmt.Sprintf("%s for %d of %d%s", w, wins[w], total, j.tail(w, load)))
	}
	if none > 0 {
		words = append(words, fmt.Sprintf("no clear answer for %d of %d", none, total))
	}
	return fmt.Sprintf("At %s, %s: %s.", loadText(load), strings.ToLower(t.heading[:1])+t.heading[1:], list(words, "and"))
}

// tail is the range of a series' 99th percentiles over the scenarios in which it carries the load.
func (j *judged) tail(series, load string) string {
	low, high := 0.0, 0.0
	for _, c := range j.cells {
		if c.Series != series || c.Load != load || !sound(c) || !c.Carried() {
			continue
		}
		v := c.Number(rank)
		if low == 0 || v < low {
			low = v
		}
		high = max(high, v)
	}
	switch {
	case high == 0:
		return ""
	case low == high:
		return " (99 % of answers within " + timeText(high) + ")"
	}
	return " (99 % of answers within " + timeText(low) + " to " + timeText(high) + ", by scenario)"
}

// limits says what limits each design at a load.
func (j *judged) limits(load string) string {
	var words []string
	for _, series := range j.series {
		carried, total := 0, 0
		var why []string
		for _, c := range j.cells {
			if c.Series != series || c.Load != load || !sound(c) {
				continue
			}
			total++
			if c.Carried() {
				carried++
			}
			why = append(why, limitPhrase(c))
		}
		if total > 0 {
			words = append(words, fmt.Sprintf("%s carries %d of %d (%s)", series, carried, total, commonest(why)))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("What limits them at %s: %s.", loadText(load), strings.Join(words, "; "))
}

// limitPhrase is what limits one cell: its throughput when the load is too much, else its latency.
func limitPhrase(c stats.Cell) string {
	if l := limitWord(c); l != result.LimitOffered {
		return "throughput limited by " + limitText(l)
	}
	if part, _, _ := largestPart(c.Trials[0]); part != "" {
		return "latency mostly " + part
	}
	return "latency not split into parts"
}

// commonest lists phrases with the number of their occurrences, the most frequent first.
func commonest(phrases []string) string {
	n := map[string]int{}
	for _, p := range phrases {
		n[p]++
	}
	order := unique(phrases)
	if len(order) == 1 {
		return order[0]
	}
	slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
	for i, p := range order {
		order[i] = fmt.Sprintf("%s in %d", p, n[p])
	}
	return strings.Join(order, ", ")
}
