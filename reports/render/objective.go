package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// objective is what the verdicts hold each cell against.
func (j *judged) objective() result.Objective {
	if j.in.Objective != nil {
		return j.in.Objective
	}
	return result.DefaultObjective()
}

// meets reports whether every trial of a cell holds the objective.
func (j *judged) meets(c stats.Cell) bool {
	return sound(c) && !slices.ContainsFunc(c.Trials, func(r result.Record) bool { return len(j.objective().Misses(offeredOnly(c, r))) > 0 })
}

// offeredOnly gives a run of queries alone their latency under the name of the transactions', so that one objective
// judges both.
func offeredOnly(c stats.Cell, r result.Record) result.Record {
	if ofCell(c, rank) == rank {
		return r
	}
	r.Values = slices.Clone(r.Values)
	for i := range r.Values {
		if name, ok := strings.CutPrefix(r.Values[i].Name, "read-"); ok {
			r.Values = append(r.Values, result.Value{Name: name, Unit: r.Values[i].Unit, Value: r.Values[i].Value})
		}
	}
	return r
}

// standing is how a group of cells of one kind stands to the objective.
type standing struct {
	name            string
	model           string // of faults
	sampled         bool
	cells           []stats.Cell
	met             []stats.Cell
	broken          int
	coresLow, cores float64 // replicas x cores of the smallest and the largest of the cells; 0: not known
	yearLow, year   float64 // money of a year of the least and the most costly of the cells
	priced          bool    // every cell has a price
}

// standings are those of every group, exact figures and samples apart, in the order in which a government should ask.
func (j *judged) standings() []standing {
	var out []standing
	groups := j.groups()
	for _, t := range trusts {
		for _, g := range groups {
			for _, sampled := range []bool{false, true} {
				s := standing{name: g, model: t.model, sampled: sampled}
				for _, c := range j.cells {
					if j.group(c) == g && j.faultModel(c.Design) == t.model && (c.Runtime != result.Virtual) == sampled {
						s.add(c, j.meets(c))
						s.price(c, j)
					}
				}
				if len(s.cells) > 0 {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func (s *standing) add(c stats.Cell, met bool) {
	s.cells = append(s.cells, c)
	switch {
	case met:
		s.met = append(s.met, c)
	case len(c.Broken) > 0:
		s.broken++
	}
}

// price adds what a cell takes: in cores, 0 when its machine's are not known, and in money where it has a price. A cell of
// which no run counts says nothing.
func (s *standing) price(c stats.Cell, j *judged) {
	r := anyRecord(c)
	cores := float64(r.Replicas * j.in.Cores[r.Cell])
	year, ok := j.in.costOf(c)
	if len(s.cells) == 1 {
		s.coresLow, s.yearLow, s.priced = cores, year.Year(), ok
	}
	s.coresLow, s.cores = min(s.coresLow, cores), max(s.cores, cores)
	s.yearLow, s.year = min(s.yearLow, year.Year()), max(s.year, year.Year())
	s.priced = s.priced && ok
}

// verdicts are the sentences with which the report begins: the objective; the least costly design that meets it
// everywhere, for each fault model; then each design: where it meets the objective, at what cost, what limits it
// and how sure that is.
func (j *judged) verdicts() []string {
	all := j.standings()
	if len(all) == 0 {
		return nil
	}
	var out []string
	for _, t := range trusts {
		for _, sampled := range []bool{false, true} {
			out = append(out, j.chosen(t, slices.DeleteFunc(slices.Clone(all), func(s standing) bool { return s.model != t.model || s.sampled != sampled }), sampled))
		}
	}
	for _, s := range all {
		out = append(out, j.standingText(s))
	}
	return unique(out)
}

// objectiveText states the objective.
func (j *judged) objectiveText() string {
	text := "The objective"
	if j.in.Objective == nil {
		text = "The default objective"
	}
	text += " of a cell (a service at a load on a design): " + j.objective().String() + "."
	if slices.ContainsFunc(j.cells, func(c stats.Cell) bool { return sound(c) && c.Carried() && !j.meets(c) }) {
		text += " It is stricter than carrying a load, below, which leaves no more than 2 % of it unanswered."
	}
	if j.in.Costs != nil {
		text += fmt.Sprintf(" Costs are those of a year of the cell's load by the price table %s, %s, with what it assumes; what the figures rest on has every price.", j.in.Prices.Name, j.in.Prices.Date)
	}
	return text
}

// chosen names who of one kind meets the objective everywhere at the least cost.
func (j *judged) chosen(t trust, rivals []standing, sampled bool) string {
	if len(rivals) == 0 {
		return ""
	}
	text := t.heading
	if sampled {
		text += ", by samples"
	}
	withheld := ""
	if broken := slices.MaxFunc(rivals, func(a, b standing) int { return a.broken - b.broken }).broken; broken > 0 {
		withheld = " Cells whose check failed count as not met."
	}
	everywhere := slices.DeleteFunc(slices.Clone(rivals), func(s standing) bool { return len(s.met) < len(s.cells) })
	if len(everywhere) == 0 {
		most := slices.MaxFunc(rivals, func(a, b standing) int { return compare(a.share(), b.share()) })
		if len(most.met) == 0 {
			return text + ": no design meets the objective anywhere." + withheld
		}
		return fmt.Sprintf("%s: no design meets the objective everywhere; %s comes closest, in %d of %d cells.", text, most.name, len(most.met), len(most.cells)) + withheld
	}
	inMoney := !slices.ContainsFunc(everywhere, func(s standing) bool { return !s.priced })
	cost := func(s standing) float64 {
		if inMoney {
			return s.year
		}
		return s.cores
	}
	least := cost(slices.MinFunc(everywhere, func(a, b standing) int { return compare(cost(a), cost(b)) }))
	var names []string
	upTo := ""
	for _, s := range everywhere {
		if cost(s) == least {
			if inMoney && s.yearLow < s.year {
				upTo = "up to "
			}
			names = append(names, s.name)
		}
	}
	text += ": " + list(names, "and") + plural(len(names), " meets", " meet") + " the objective"
	if slices.ContainsFunc(rivals, func(s standing) bool { return len(s.cells) > 1 }) {
		text += " everywhere"
	}
	if least > 0 {
		price, fewer := figure(least)+" cores", "fewer"
		if inMoney {
			price, fewer = upTo+amount(least, j.in.Prices.Currency)+" a year", "less"
		}
		text += " for " + price
		if len(names) > 1 {
			text += " each"
		}
		if len(everywhere) > len(names) {
			text += ", " + fewer + " than the others that do"
		}
	}
	return text + "."
}

func (s standing) share() float64 { return float64(len(s.met)) / float64(len(s.cells)) }

// standingText is all about one design in a few sentences.
func (j *judged) standingText(s standing) string {
	where := fmt.Sprintf("meets it in %d of %d cells", len(s.met), len(s.cells))
	switch {
	case len(s.met) == len(s.cells) && len(s.cells) == 1:
		where = "meets it in its one cell"
	case len(s.cells) == 1:
		where = "does not meet it in its one cell"
	case len(s.met) == len(s.cells):
		where = "meets it in all of its " + count(len(s.cells), "cell")
	case len(s.met) == 0:
		where = "meets it in none of its " + count(len(s.cells), "cell")
	}
	if s.broken == len(s.cells) {
		return fmt.Sprintf("%s%s cannot be judged: a check failed in %s.", s.name, j.costText(s), plural(s.broken, "its one cell", "each of its "+count(s.broken, "cell")))
	}
	text := fmt.Sprintf("%s%s %s%s.", s.name, j.costText(s), where, j.byLoad(s))
	if tails := tailsOf(s.met); len(tails) > 0 {
		low, high := bounds(tails)
		text += " 99 % are answered there within " + rangeText(low, high, timeText) + "."
	}
	if s.broken > 0 {
		text += fmt.Sprintf(" In %s a check failed.", count(s.broken, "cell"))
	}
	return text + j.backText(s) + sureText(s)
}

func tailsOf(cells []stats.Cell) []float64 {
	var out []float64
	for _, c := range cells {
		if _, ok := c.Median(ofCell(c, rank)); ok {
			out = append(out, tail(c))
		}
	}
	return out
}

// costText is a group and what it costs: a year where the table has a price of every cell, and replicas x cores
// otherwise.
func (j *judged) costText(s standing) string {
	r := anyRecord(s.cells[0])
	group := fmt.Sprintf("%d replicas x %s", r.Replicas, count(j.in.Cores[r.Cell], "core"))
	switch {
	case s.priced && s.coresLow == s.cores:
		return fmt.Sprintf(" (%s, %s a year)", group, j.moneyText(s))
	case s.priced:
		return fmt.Sprintf(" (%s to %s cores, %s a year)", figure(s.coresLow), figure(s.cores), j.moneyText(s))
	}
	without := ""
	if j.in.Costs != nil {
		without = "; without a price"
	}
	switch {
	case s.coresLow == 0:
		return fmt.Sprintf(" (%s%s)", count(r.Replicas, "replica"), without)
	case s.coresLow == s.cores:
		return fmt.Sprintf(" (%s = %s%s)", group, figure(s.cores), without)
	}
	return fmt.Sprintf(" (%s to %s cores%s)", figure(s.coresLow), figure(s.cores), without)
}

// moneyText is what the cells of a group cost.
func (j *judged) moneyText(s standing) string {
	return rangeText(s.yearLow, s.year, figure) + " " + j.in.Prices.Currency
}

// byLoad says at which loads how many services are met, where loads are few and differ.
func (j *judged) byLoad(s standing) string {
	if j.wide() || len(s.met) == 0 || len(s.met) == len(s.cells) {
		return ""
	}
	var words []string
	for _, load := range stats.Unique(s.cells, func(c stats.Cell) string { return c.Load }) {
		at := func(cells []stats.Cell) (n int) {
			for _, c := range cells {
				if c.Load == load {
					n++
				}
			}
			return n
		}
		words = append(words, fmt.Sprintf("%d of %d at %s", at(s.met), at(s.cells), loadText(load)))
	}
	if len(words) < 2 {
		return ""
	}
	return " (" + list(words, "and") + ")"
}

// backText says what holds a design back where it fails the objective or, where it never does, what its latency is.
func (j *judged) backText(s standing) string {
	var words []string
	for _, c := range s.cells {
		if len(c.Broken) > 0 || slices.ContainsFunc(s.met, func(m stats.Cell) bool { return m.Scenario == c.Scenario && m.Series == c.Series && m.Load == c.Load }) {
			continue
		}
		words = append(words, j.missText(c))
	}
	if len(words) > 0 && len(s.met) == 0 {
		return " It misses: " + commonest(words) + "."
	}
	if len(words) > 0 {
		return " Elsewhere it misses: " + commonest(words) + "."
	}
	for _, c := range s.met {
		if part, _, _ := largestPart(c.Trials[0]); part != "" {
			words = append(words, part)
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " Its latency is mostly " + commonest(words) + "."
}

// missText names the first term that a cell does not hold, and what holds it back.
func (j *judged) missText(c stats.Cell) string {
	if len(c.GivenUp) > 0 {
		return "the load, given up and held back by " + heldBack(c)
	}
	for _, t := range j.objective() {
		for _, r := range c.Trials {
			if len((result.Objective{t}).Misses(offeredOnly(c, r))) == 0 {
				continue
			}
			text := t.String()
			if limit := limitWord(c); limit != result.LimitOffered {
				text += ", held back by " + heldBack(c)
			}
			return text
		}
	}
	return "the objective"
}

// sureText says how sure the figures of a design are.
func sureText(s standing) string {
	fewest, worst := -1, stats.Cell{}
	for _, c := range s.cells {
		if !sound(c) {
			continue
		}
		if n := len(c.Trials); fewest < 0 || n < fewest {
			fewest = n
		}
		if len(worst.Trials) == 0 || tail(c) > tail(worst) {
			worst = c
		}
	}
	interval := ""
	if m, ok := worst.Median(ofCell(worst, rank)); ok && m.N > 1 {
		interval = fmt.Sprintf(" The slowest cell's 99 %% lie in %s.", rangeText(m.Low, m.High, timeText))
	}
	switch {
	case fewest < 0:
		return " There is no sound run to judge by."
	case !s.sampled && fewest == 1:
		return " Exact, by one seed."
	case !s.sampled:
		return fmt.Sprintf(" Exact for each of at least %s.%s", count(fewest, "seed"), interval)
	case fewest < samplesMin:
		return fmt.Sprintf(" Samples, and only %s of some cells: a ranking takes %d.%s", count(fewest, "trial"), samplesMin, interval)
	}
	return fmt.Sprintf(" Samples, at least %s of each cell.%s", count(fewest, "trial"), interval)
}
