package stats

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Cell is all trials of one combination of settings.
type Cell struct {
	Scenario string
	Design   string
	Series   string // the design, and whatever else is varied for it; one line in a plot
	Load     string
	Runtime  result.Runtime
	Trials   []result.Record // whose checks all held, in the order given
	Broken   []result.Record // the others: they count for nothing
	// GivenUp holds the sound trials of a cell beyond what it carries: one of them was given up, and the figures of those
	// that were not would flatter it. None has figures, the first was given up itself, and there are no Trials then.
	GivenUp []result.Record
}

// Records lists all runs of a cell.
func (c Cell) Records() []result.Record { return slices.Concat(c.Trials, c.Broken, c.GivenUp) }

// Withheld says in a few words why the cell has no figures; it is empty where it has.
func (c Cell) Withheld() string {
	switch {
	case len(c.Broken) > 0:
		return "check failed: " + c.Broken[0].Failed()[0].Name
	case len(c.GivenUp) > 0:
		return "given up: more than it carries"
	}
	return ""
}

// add files a run.
func (c *Cell) add(r result.Record) {
	switch {
	case len(r.Failed()) > 0:
		c.Broken = append(c.Broken, r)
	case len(c.GivenUp) > 0:
		c.GivenUp = append(c.GivenUp, r.Bare())
	case r.GivenUp():
		c.GivenUp = []result.Record{r}
		for _, t := range c.Trials {
			c.GivenUp = append(c.GivenUp, t.Bare())
		}
		c.Trials = nil
	default:
		c.Trials = append(c.Trials, r)
	}
}

// Beyond tells which of the records are of a cell beyond what it carries: one of its runs was given up, so none of them
// has figures that count.
func Beyond(records []result.Record) func(result.Record) bool {
	cells := map[string]bool{}
	for _, r := range records {
		if r.GivenUp() {
			cells[identity(r, r.Runtime)] = true
		}
	}
	return func(r result.Record) bool { return len(cells) > 0 && cells[identity(r, r.Runtime)] }
}

// Measured leaves out the records whose figures do not count: those with a failed check, and those of cells beyond what
// they carry.
func Measured(records []result.Record) []result.Record {
	beyond := Beyond(records)
	return slices.DeleteFunc(slices.Clone(records), func(r result.Record) bool { return len(r.Failed()) > 0 || beyond(r) })
}

// Cells groups records, in order of first appearance. Load and scenario are apart from the series,
// since reports lay them out along their own axes.
func Cells(records []result.Record) []Cell {
	vary := varied(records)
	index := map[string]int{}
	var out []Cell
	for _, r := range records {
		series := Label(r, vary[r.Design])
		key := strings.Join([]string{r.Scenario, series, r.Load, string(r.Runtime)}, "\x00")
		i, ok := index[key]
		if !ok {
			i = len(out)
			index[key] = i
			out = append(out, Cell{Scenario: r.Scenario, Design: r.Design, Series: series, Load: r.Load, Runtime: r.Runtime})
		}
		out[i].add(r)
	}
	return out
}

// Median is the median over the trials that have the figure; false when none has.
func (c Cell) Median(metric string) (Interval, bool) {
	var values []float64
	for _, r := range c.Trials {
		if v, ok := r.Value(metric); ok {
			values = append(values, v.Value)
		}
	}
	return Median(values), len(values) > 0
}

// Number is the median over the trials, 0 when no trial has the figure.
func (c Cell) Number(metric string) float64 {
	m, _ := c.Median(metric)
	return m.Median
}

// Carried reports whether every trial answered what it was offered, and there is at least one.
func (c Cell) Carried() bool {
	for _, r := range c.Trials {
		if !r.Carried() {
			return false
		}
	}
	return len(c.Trials) > 0
}

// dimension is a setting beside scenario, design and load.
type dimension struct{ name, value string }

func dimensions(r result.Record) []dimension {
	out := []dimension{
		{"protocol", r.Protocol}, {"runtime", string(r.Runtime)}, {"network", r.Network},
		{"machine", r.Machine}, {"faults", r.Faults}, {"n", strconv.Itoa(r.Replicas)},
	}
	for _, f := range r.Factors {
		out = append(out, dimension{f.Name, f.Value})
	}
	return out
}

// varied lists, for each design, the dimensions that take more than one value.
func varied(records []result.Record) map[string]map[string]bool {
	first := map[string]string{}
	out := map[string]map[string]bool{}
	for _, r := range records {
		if out[r.Design] == nil {
			out[r.Design] = map[string]bool{}
		}
		for _, d := range dimensions(r) {
			key := r.Design + "\x00" + d.name
			if v, ok := first[key]; !ok {
				first[key] = d.value
			} else if v != d.value {
				out[r.Design][d.name] = true
			}
		}
	}
	return out
}

// Label names a record's series: its design, and each of the given dimensions with its level.
func Label(r result.Record, vary map[string]bool) string {
	var parts []string
	for _, d := range dimensions(r) {
		if !vary[d.name] {
			continue
		}
		name := d.name
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		parts = append(parts, fmt.Sprintf("%s=%s", name, d.value))
	}
	if len(parts) == 0 {
		return r.Design
	}
	return r.Design + " " + strings.Join(parts, " ")
}

// Unique lists the distinct values of key over cells, in order of first appearance.
func Unique(cells []Cell, key func(Cell) string) []string {
	seen := map[string]bool{}
	var out []string
	for _, c := range cells {
		if k := key(c); !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// ColumnsMax is how many series stand beside each other in a table or figure, and LoadsMax how many loads have one of
// their own.
const (
	ColumnsMax = 16
	LoadsMax   = 12
)

// Wide reports whether cells, as those of a sweep, are too many for tables and figures with a column a series.
func Wide(cells []Cell) bool {
	return len(Unique(cells, func(c Cell) string { return c.Series })) > ColumnsMax || len(Unique(cells, func(c Cell) string { return c.Load })) > LoadsMax
}
