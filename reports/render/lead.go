package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// tally gives the lead sentences: at each load, who is the answer how often, what limits each design and
// what faults did to it; then what varied settings did, and how the two implementations of Raft compare.
func (j *judged) tally() []string {
	var out []string
	if j.wide() {
		return unique(append(j.verdicts(), j.effects()...))
	}
	for _, load := range j.loads {
		for _, t := range trusts {
			out = append(out, j.winners(load, t))
		}
		out = append(out, j.limits(load), j.ordeals(load), j.borrowed(load))
	}
	out = append(out, j.effects()...)
	return unique(append(out, crossSentence(j.crossRows())))
}

// winners says how often each design is the answer at a load, exact figures and samples apart.
func (j *judged) winners(load string, t trust) string {
	var exact, samples []choice
	for _, a := range j.answers {
		for _, ch := range a.Choices {
			switch {
			case a.Load != load || ch.Heading != t.heading:
			case ch.Sampled:
				samples = append(samples, ch)
			default:
				exact = append(exact, ch)
			}
		}
	}
	var words []string
	alone := len(exact) == 0 || len(samples) == 0
	if len(exact) > 0 {
		words = append(words, j.winnersAmong(exact, load, alone))
	}
	if len(samples) > 0 {
		words = append(words, "by samples, "+j.winnersAmong(samples, load, alone))
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("At %s, %s: %s.", loadText(load), strings.ToLower(t.heading[:1])+t.heading[1:], strings.Join(words, "; "))
}

// winnersAmong counts the answers of one kind. alone says that there is no other kind, so that a design
// without a rival may be called so.
func (j *judged) winnersAmong(choices []choice, load string, alone bool) string {
	wins := map[string]int{}
	var order []string
	over, broken, open := 0, 0, 0
	for _, ch := range choices {
		switch {
		case ch.Winner != "":
			if wins[ch.Winner]++; wins[ch.Winner] == 1 {
				order = append(order, ch.Winner)
			}
		case ch.Over:
			over++
		case ch.Broken:
			broken++
		default:
			open++
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return wins[b] - wins[a] })
	total := len(choices)
	rivals := func(ch choice) bool { return ch.Alone == "" || ch.Alone != choices[0].Alone }
	var words []string
	for _, w := range order {
		name := w
		if alone && !slices.ContainsFunc(choices, rivals) {
			name += ", the only design of its kind here,"
		}
		words = append(words, fmt.Sprintf("%s for %d of %d%s", name, wins[w], total, j.tail(w, load)))
	}
	if over > 0 {
		words = append(words, fmt.Sprintf("no design carries %d of %d", over, total))
	}
	if broken > 0 {
		words = append(words, fmt.Sprintf("no sound run for %d of %d", broken, total))
	}
	if open > 0 {
		words = append(words, fmt.Sprintf("no clear answer for %d of %d", open, total))
	}
	return list(words, "and")
}

// tail is the range of a series' 99th percentiles over the scenarios in which it carries the load.
func (j *judged) tail(series, load string) string {
	var tails []float64
	for _, c := range j.cells {
		if c.Series == series && c.Load == load && sound(c) && c.Carried() {
			tails = append(tails, tail(c))
		}
	}
	if len(tails) == 0 {
		return ""
	}
	low, high := bounds(tails)
	text := rangeText(low, high, timeText)
	if strings.Contains(text, " to ") {
		text += ", by scenario"
	}
	return " (99 % answered within " + text + ")"
}

// limits says what limits each design at a load; designs of which the same is to be said share it.
func (j *judged) limits(load string) string {
	var order []string
	who := map[string][]string{}
	for _, series := range j.series {
		if s := j.limitOfSeries(series, load); s != "" {
			if who[s] == nil {
				order = append(order, s)
			}
			who[s] = append(who[s], series)
		}
	}
	if len(order) == 0 {
		return ""
	}
	var words []string
	for _, s := range order {
		words = append(words, list(who[s], "and")+plural(len(who[s]), " carries ", " carry ")+s)
	}
	return fmt.Sprintf("What limits them at %s: %s.", loadText(load), strings.Join(words, "; "))
}

// limitOfSeries says how often a series carries a load, and what limits its latency there or holds it back.
func (j *judged) limitOfSeries(series, load string) string {
	carried, total := 0, 0
	var slow, held []string
	for _, c := range j.cells {
		if c.Series != series || c.Load != load || len(c.Broken) > 0 {
			continue
		}
		total++
		if !c.Carried() {
			held = append(held, heldBack(c))
			continue
		}
		carried++
		if part, _, _ := largestPart(c.Trials[0]); part != "" {
			slow = append(slow, part)
		}
	}
	switch {
	case total == 0:
		return ""
	case carried == 0:
		return fmt.Sprintf("none of %d, held back by %s", total, commonest(held))
	case carried < total:
		return fmt.Sprintf("%d of %d, elsewhere held back by %s", carried, total, commonest(held))
	case len(slow) == 0:
		return fmt.Sprintf("%d of %d", carried, total)
	}
	return fmt.Sprintf("%d of %d, latency being mostly %s", carried, total, commonest(slow))
}

// limitWord is what limits a cell: the first trial that did not carry its load decides.
func limitWord(c stats.Cell) string {
	r := anyRecord(c)
	for _, t := range c.Trials {
		if !t.Carried() {
			r = t
			break
		}
	}
	if r.Limit != "" {
		return r.Limit
	}
	return result.LimitOf(r)
}

// commonest lists phrases, the most frequent first, with the number of their occurrences where there are
// several.
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
		order[i] = fmt.Sprintf("%s (in %d)", p, n[p])
	}
	return list(order, "or")
}
