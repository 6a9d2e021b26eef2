package gallery

import (
	"math"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/stats"
)

// Size of a strip in its own units.
const (
	stripWidth  = 180.0
	stripMargin = 8.0
)

// strip draws one contrast on a line: the values of both sides on the scale of their metric, or the change with its
// interval on a scale for all.
type strip struct {
	Label string
	Zero  float64 // where no change stands; negative: it is not drawn
	Marks []mark
}

// mark is a figure with its interval, in the strip's units.
type mark struct {
	At, From, To float64
	Y            float64
	New          bool
}

// scale maps values to a strip.
type scale struct {
	low, high float64
	log       bool
}

// scales are those of a table: one for the values of its metric or, without a unit, one for all changes.
type scales struct {
	values, change scale
	ofValues       bool
	unit           string
}

const (
	// changeLeast and changeMost bound the scale of changes: less than the one would make much of nothing, and what is
	// beyond the other stands at the edge.
	changeLeast, changeMost = 0.05, 1.0
	// spanLeast is the least span of a scale of values, as a share of the largest.
	spanLeast = 0.1
	// logFrom is the ratio from which values stand on a logarithmic scale.
	logFrom = 20
)

// scalesOf chooses scales that hold every contrast. ofValues says that they are of one metric, whose values are drawn.
func scalesOf(rows []render.CompareRow, ofValues bool) scales {
	out := scales{change: scale{-changeLeast, changeLeast, false}, values: scale{math.Inf(1), math.Inf(-1), false}, ofValues: ofValues}
	for _, r := range rows {
		c := r.Contrast()
		for _, v := range []float64{c.Change, c.Low, c.High} {
			if !math.IsInf(v, 0) && !math.IsNaN(v) {
				out.change.high = max(out.change.high, min(math.Abs(v), changeMost))
			}
		}
		for _, side := range []stats.Interval{c.Old, c.New} {
			if side.N > 0 {
				out.unit = c.Unit
				out.values.low, out.values.high = min(out.values.low, side.Low), max(out.values.high, side.High)
			}
		}
	}
	out.change.low = -out.change.high
	v := &out.values
	if v.log = v.low > 0 && v.high/v.low > logFrom; !v.log && v.low <= v.high {
		if least := spanLeast * max(math.Abs(v.low), math.Abs(v.high)); v.high-v.low < least {
			middle := v.low + (v.high-v.low)/2
			v.low, v.high = middle-least/2, middle+least/2
		}
	}
	return out
}

// ends are the figures at both ends of the scale.
func (s scales) ends() []string {
	switch {
	case !s.ofValues:
		return []string{"−" + render.Quantity(s.change.high, "ratio"), "+" + render.Quantity(s.change.high, "ratio")}
	case s.values.low > s.values.high:
		return nil
	}
	return []string{render.Quantity(s.values.low, s.unit), render.Quantity(s.values.high, s.unit)}
}

// place is where a value stands on a strip.
func (s scale) place(v float64) float64 {
	low, high := s.low, s.high
	v = max(low, min(high, v))
	if s.log {
		low, high, v = math.Log(low), math.Log(high), math.Log(v)
	}
	if high <= low {
		return stripWidth / 2
	}
	at := stripMargin + (stripWidth-2*stripMargin)*((v/2-low/2)/(high/2-low/2)) // halves do not overflow
	return math.Round(10*at) / 10
}

// strip draws a contrast, or nothing where it has no figures.
func (s scales) strip(r render.CompareRow) *strip {
	c := r.Contrast()
	if c.Metric == "" {
		return nil
	}
	if !s.ofValues {
		if r.Change == "" || math.IsInf(c.Change, 0) || math.IsNaN(c.Change) {
			return nil
		}
		m := mark{At: s.change.place(c.Change), From: s.change.place(c.Change), To: s.change.place(c.Change), Y: 10, New: true}
		if !math.IsInf(c.Low, 0) && !math.IsInf(c.High, 0) {
			m.From, m.To = s.change.place(c.Low), s.change.place(c.High)
		}
		return &strip{Label: "change " + shown(r.Change), Zero: s.change.place(0), Marks: []mark{m}}
	}
	out := &strip{Label: "old " + shown(r.Old) + ", new " + shown(r.New), Zero: -1}
	for i, side := range []stats.Interval{c.Old, c.New} {
		if side.N > 0 {
			out.Marks = append(out.Marks, mark{s.values.place(side.Median), s.values.place(side.Low), s.values.place(side.High), float64(6 + 9*i), i == 1})
		}
	}
	return out
}
