package gobench

import (
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/govbench/govbench/reports/result"
)

// unit is what a unit of the format means for a figure.
type unit struct {
	name   string // of the metric
	base   string // what the figure counts, in the words of a run record
	better result.Better
	exact  bool
}

// unitOf finds what a tidied unit means: metadata of the file goes before the usual directions.
func unitOf(name string, meta benchfmt.UnitMetadataMap) unit {
	u := unit{name: name, base: base(name), better: direction(name)}
	if m := meta.Get(name, "better"); m != nil {
		switch m.Value {
		case "higher":
			u.better = result.Higher
		case "lower":
			u.better = result.Lower
		default:
			u.better = result.Neither
		}
	}
	if m := meta.Get(name, "assume"); m != nil {
		u.exact = m.Value == "exact"
	}
	return u
}

// base is the unit as run records write it. An operation is what the scenario does once, so it is left out; a
// second is sec; and what stands before a hyphen is a name, as in p99-sec.
func base(name string) string {
	counted := name[strings.LastIndexByte(name, '-')+1:]
	if one, ok := strings.CutSuffix(counted, "/op"); ok {
		return one
	}
	if second, ok := strings.CutSuffix(counted, "/s"); ok {
		return second + "/sec"
	}
	return counted
}

// direction is the improvement of usual units: what one operation costs is to be low, what a second
// carries is to be high. A unit with a name before it may mean anything: offered-tx/sec is no achievement.
func direction(name string) result.Better {
	switch {
	case strings.Contains(name, "-"):
		return result.Neither
	case strings.HasPrefix(name, "sec/"), name == "B/op", name == "allocs/op":
		return result.Lower
	case strings.HasSuffix(name, "/s"), strings.HasSuffix(name, "/sec"):
		return result.Higher
	}
	return result.Neither
}
