package stats

import (
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/strict"
)

// Factor is a setting that takes more than one level among some runs.
type Factor struct {
	Name   string   // its path, or scenario, design, network, machine or faults
	Levels []string // as written, in ascending order where all are numbers of one kind, else in order of appearance
	Unit   string   // where all levels are numbers: sec, bytes, bit_per_sec, or empty
	// Numbers are the levels in that unit; empty where one is no number or they count different things.
	Numbers []float64
}

// Number is a level in the factor's unit; false when the factor is not numeric.
func (f Factor) Number(level string) (float64, bool) {
	i := slices.Index(f.Levels, level)
	if i < 0 || len(f.Numbers) == 0 {
		return 0, false
	}
	return f.Numbers[i], true
}

// Level is the level of the factor in a run, empty where the run does not have it.
func (f Factor) Level(r result.Record) string {
	for _, x := range r.Factors {
		if x.Name == f.Name {
			return x.Value
		}
	}
	return ownDimensions(r)[f.Name]
}

// ownDimensions are what a run is told apart by beside its settings. The load is a factor when it differs, too.
func ownDimensions(r result.Record) map[string]string {
	return map[string]string{"scenario": r.Scenario, "design": r.Design, "network": r.Network, "machine": r.Machine, "faults": r.Faults, "load": r.Load}
}

// Factors lists what differs between runs: first the settings in order of their names, each with its levels, then
// scenario, design, network, machine, faults and load where no setting says the same.
func Factors(records []result.Record) []Factor {
	var names []string
	for _, r := range records {
		for _, f := range r.Factors {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	slices.Sort(names)
	for _, own := range []string{"scenario", "design", "network", "machine", "faults", "load"} {
		if !slices.Contains(names, own) && !slices.Contains(names, own+".name") {
			names = append(names, own)
		}
	}
	var out []Factor
	for _, name := range names {
		f := Factor{Name: name}
		seen := map[string]bool{}
		for _, r := range records {
			if level := f.Level(r); level != "" && !seen[level] {
				seen[level] = true
				f.Levels = append(f.Levels, level)
			}
		}
		if len(f.Levels) > 1 {
			f.sort()
			out = append(out, f)
		}
	}
	return out
}

// sort puts numeric levels into ascending order and fills in their numbers.
func (f *Factor) sort() {
	type level struct {
		text   string
		number strict.Quantity
	}
	levels := make([]level, len(f.Levels))
	for i, text := range f.Levels {
		q, ok := strict.ParseQuantity(text)
		if !ok || q.Unit != levels[0].number.Unit && i > 0 {
			return
		}
		levels[i] = level{text, q}
	}
	slices.SortStableFunc(levels, func(a, b level) int { return a.number.Value.Cmp(b.number.Value) })
	f.Unit = levels[0].number.Unit
	for i, l := range levels {
		f.Levels[i] = l.text
		v, _ := l.number.Value.Float64()
		f.Numbers = append(f.Numbers, v)
	}
}

// Column is the factor's name in a table for programs: a plain identifier, with the unit where there is one.
func (f Factor) Column() string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, f.Name)
	if f.Unit != "" {
		name += "_" + f.Unit
	}
	return name
}
