package stats

import (
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Pair is one cell in two result sets. A side without any record is a cell that is missing there.
type Pair struct {
	Old, New Cell
	// ClockOld and ClockNew are set where a side has the cell on another runtime only: its figures are of another kind
	// and stay apart.
	ClockOld, ClockNew result.Runtime
}

// Both reports whether both sides have the cell.
func (p Pair) Both() bool { return !p.Old.empty() && !p.New.empty() }

// Cell is the side that has records, the new one when both have: for the cell's names.
func (p Pair) Cell() Cell {
	if p.New.empty() {
		return p.Old
	}
	return p.New
}

// Same reports whether two cells, of different result sets perhaps, are the same one.
func (c Cell) Same(d Cell) bool {
	a, b := c.Records(), d.Records()
	return len(a) > 0 && len(b) > 0 && identity(a[0], a[0].Runtime) == identity(b[0], b[0].Runtime)
}

func (c Cell) empty() bool { return len(c.Trials)+len(c.Broken)+len(c.GivenUp) == 0 }

// identity is what makes two cells of different result sets the same one: what the user asked for, by name, and never the
// software that answered.
func identity(r result.Record, runtime result.Runtime) string {
	parts := []string{r.Scenario, r.Design, r.Load, string(runtime), r.Network, r.Machine, r.Faults, strconv.Itoa(r.Replicas)}
	factors := make([]string, len(r.Factors))
	for i, f := range r.Factors {
		factors[i] = f.Name + "\x01" + f.Value
	}
	slices.Sort(factors)
	return strings.Join(append(parts, factors...), "\x00")
}

// Pairs puts the cells of two result sets side by side: in the order of their first appearance in the new set, then those
// that only the old one has. Two cells are the same when scenario, design, load, runtime, network, machine, faults, replicas
// and factors are; the series are labelled over both sets together.
func Pairs(old, new []result.Record) []Pair {
	vary := varied(slices.Concat(new, old))
	index := map[string]int{}
	runtimes := map[string][2]result.Runtime{} // by the identity without one; of the old and the new side
	var out []Pair
	add := func(side int, records []result.Record) {
		for _, r := range records {
			key := identity(r, r.Runtime)
			i, ok := index[key]
			if !ok {
				i = len(out)
				index[key] = i
				cell := Cell{Scenario: r.Scenario, Design: r.Design, Series: Label(r, vary[r.Design]), Load: r.Load, Runtime: r.Runtime}
				out = append(out, Pair{Old: cell, New: cell})
			}
			c := &out[i].Old
			if side == 1 {
				c = &out[i].New
			}
			c.add(r)
			named := identity(r, "")
			clocks := runtimes[named]
			clocks[side] = r.Runtime
			runtimes[named] = clocks
		}
	}
	add(1, new)
	add(0, old)
	for i := range out {
		p := &out[i]
		clocks := runtimes[identity(p.Cell().Records()[0], "")]
		if p.Old.empty() {
			p.ClockOld = clocks[0]
		}
		if p.New.empty() {
			p.ClockNew = clocks[1]
		}
	}
	return out
}

// MetricNames lists the metrics that the pairs have: those of govbench in their order, then others by name.
func MetricNames(pairs []Pair) []string {
	seen := map[string]bool{}
	var rest []string
	for _, p := range pairs {
		for _, r := range slices.Concat(p.New.Trials, p.Old.Trials) {
			for _, v := range r.Values {
				if !seen[v.Name] {
					seen[v.Name] = true
					if _, ours := result.MetricNamed(v.Name); !ours {
						rest = append(rest, v.Name)
					}
				}
			}
		}
	}
	var out []string
	for _, m := range result.Metrics() {
		if seen[m.Name] {
			out = append(out, m.Name)
		}
	}
	slices.Sort(rest)
	return append(out, rest...)
}
