package experiment

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim"
)

// span is what a varied setting is drawn from: a list of levels, or a range of whole numbers of a unit.
type span struct {
	levels    []string
	low, high int64  // both included
	log       bool   // each doubling is as likely, instead of each step
	unit      string // as of strict.Quantity
}

// isRange reports whether the levels of a setting are one range.
func isRange(levels []string) bool { return len(levels) == 1 && strings.Contains(levels[0], "..") }

// parseSpan reads the levels of a varied setting: a list, LOW..HIGH or log:LOW..HIGH.
func parseSpan(levels []string) (span, error) {
	if !isRange(levels) {
		return span{levels: levels}, nil
	}
	text, log := strings.CutPrefix(levels[0], "log:")
	lowText, highText, _ := strings.Cut(text, "..")
	fail := func(problem string) (span, error) {
		return span{}, fmt.Errorf("found %q: %s: allowed is a range such as 1ms..100ms, 10..5000 or log:1KiB..1MiB", levels[0], problem)
	}
	low, ok1 := strict.ParseQuantity(lowText)
	high, ok2 := strict.ParseQuantity(highText)
	if !ok1 || !ok2 {
		return fail("an end is no number, duration, size or bit rate")
	}
	if low.Unit != high.Unit {
		return fail("the ends count different things")
	}
	if low.Unit == "sec" {
		for _, q := range []strict.Quantity{low, high} {
			q.Value.Mul(q.Value, big.NewRat(int64(time.Second), 1))
		}
	}
	if !low.Value.IsInt() || !high.Value.IsInt() || !low.Value.Num().IsInt64() || !high.Value.Num().IsInt64() {
		return fail("the ends are not whole numbers")
	}
	s := span{low: low.Value.Num().Int64(), high: high.Value.Num().Int64(), log: log, unit: low.Unit}
	switch {
	case s.low < 0:
		return fail("the lower end is negative")
	case s.low >= s.high:
		return fail("the lower end is not below the upper")
	case s.log && s.low == 0:
		return fail("nothing doubles from zero")
	}
	return s, nil
}

// at is the value at a place of the span, from 0 to 2^32-1 of 2^32.
func (s span) at(place uint32) string {
	if s.levels != nil {
		return s.levels[uint64(place)*uint64(len(s.levels))>>32]
	}
	v := s.low
	if s.log {
		v = s.logAt(place)
	} else {
		high, low := bits.Mul64(uint64(s.high-s.low)+1, uint64(place))
		v += int64(high<<32 | low>>32)
	}
	switch s.unit {
	case "sec":
		return time.Duration(v).String()
	case "bytes":
		return strconv.FormatInt(v, 10) + "B"
	case "bit_per_sec":
		return strconv.FormatInt(v, 10) + "bit"
	}
	return strconv.FormatInt(v, 10)
}

// logAt is low * (high/low)^place: each bit of the place, from the highest, keeps the upper or the lower half of the
// range, halved at its geometric mean. Whole numbers with 32 bits more than the values are enough for 32 halvings.
func (s span) logAt(place uint32) int64 {
	const extra = 32
	low, high := big.NewInt(s.low), big.NewInt(s.high)
	low.Lsh(low, extra)
	high.Lsh(high, extra)
	for bit := 31; bit >= 0; bit-- {
		mid := new(big.Int).Mul(low, high)
		mid.Sqrt(mid)
		if place>>bit&1 == 1 {
			low = mid
		} else {
			high = mid
		}
	}
	low.Add(low, big.NewInt(1<<(extra-1))) // to the nearest
	return low.Rsh(low, extra).Int64()
}

// sampleMax bounds a sample.
const sampleMax = 10_000

// sampled draws the points of a Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): each setting's
// span is cut into as many equal parts as there are points, each part is drawn from once, and the parts of different
// settings meet in random order. The experiment's seed decides; a point that comes twice counts once.
func (f *File) sampled() ([][]result.Factor, error) {
	if f.Sample > sampleMax {
		return nil, f.fail("sample", "found %d: allowed are 1 to %d", f.Sample, sampleMax)
	}
	if len(f.Vary) == 0 {
		return nil, f.fail("sample", "found without vary: there is nothing to draw from")
	}
	n := uint64(f.Sample)
	points := make([][]result.Factor, n)
	for _, key := range sortedKeys(f.Vary) {
		s, err := parseSpan(f.Vary[key])
		if err != nil {
			return nil, f.at(err, "vary", key)
		}
		stream := sim.NewStream(f.Seed, "sample "+key)
		parts := make([]uint64, n)
		for i := range n { // inside out, Knuth volume 2, algorithm P
			j := stream.Below(i + 1)
			parts[i] = parts[j]
			parts[j] = i
		}
		for i, part := range parts {
			place := (part<<32 + stream.Below(1<<32)) / n
			points[i] = append(points[i], result.Factor{Name: key, Value: s.at(uint32(place))})
		}
	}
	return distinct(points), nil
}

// distinct drops points that came before.
func distinct(points [][]result.Factor) [][]result.Factor {
	seen := map[string]bool{}
	var out [][]result.Factor
	for _, p := range points {
		key := fmt.Sprint(p)
		if !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

// points is one list of factors a point of the grid or of the sample, as far as the condition holds.
func (f *File) points() ([][]result.Factor, error) {
	expand := (*File).grid
	if f.Sample != 0 {
		expand = (*File).sampled
	}
	points, err := expand(f)
	if err != nil || f.When == "" {
		return points, err
	}
	holds, err := parseCondition(f.When, sortedKeys(f.Vary))
	if err != nil {
		return nil, f.at(err, "when")
	}
	var kept [][]result.Factor
	for _, p := range points {
		ok, err := holds(p)
		if err != nil {
			return nil, f.at(err, "when")
		}
		if ok {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return nil, f.at(errors.New("it holds at no point of the sweep"), "when")
	}
	return kept, nil
}
