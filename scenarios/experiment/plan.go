package experiment

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim/network"
)

// Plan is an experiment expanded into its cells, in the order in which they are reported.
type Plan struct {
	File  File
	Cells []*Cell
	// Skipped says which scenarios have no such load, a sentence each.
	Skipped []string
}

// cellsMax bounds a plan, so that a slip in vary does not fill memory.
const cellsMax = 100_000

// Plan checks the experiment and expands it. Every error of the input shows here, before anything
// runs.
func (f File) Plan() (*Plan, error) {
	log, err := f.readTrace()
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	chosen, err := f.chosen()
	if err != nil {
		return nil, err
	}
	points, err := f.points()
	if err != nil {
		return nil, err
	}
	loads := f.Load
	switch {
	case log != nil:
		loads = []Load{f.traceLoad()}
	case f.Clients > 0:
		loads = []Load{{text: fmt.Sprintf("%d clients", f.Clients)}}
	case f.setsLoad():
		loads = []Load{{}} // a setting gives it
	}
	if total := int64(len(chosen)) * int64(len(f.Designs)) * int64(len(loads)) * int64(len(points)) * int64(f.Trials); total > cellsMax {
		return nil, fmt.Errorf("%s: the plan has %d runs: allowed are %d", f.Name, total, cellsMax)
	}
	p := &Plan{File: f}
	b := builder{file: &f, log: log, workloads: map[string]*scenarios.Workload{}, networks: map[string]network.Topology{}}
	for _, s := range chosen {
		for _, l := range loads {
			if err := b.expand(p, s, l, points); err != nil {
				return nil, err
			}
		}
	}
	if len(p.Cells) == 0 {
		return nil, f.fail("load", "nothing to run: %s", strings.Join(p.Skipped, "; "))
	}
	return p, p.checkDistinct()
}

// checkDistinct refuses a cell that is there twice, by a load or a level that was given twice.
func (p *Plan) checkDistinct() error {
	seen := make(map[Key]bool, len(p.Cells))
	for _, c := range p.Cells {
		if seen[c.key] {
			return fmt.Errorf("%s: the plan has a run twice: %s", p.File.Name, c.Describe())
		}
		seen[c.key] = true
	}
	return nil
}

// check finds what the types of the fields do not rule out.
func (f *File) check() error {
	switch {
	case f.Name == "":
		return f.fail("name", "found an empty text: an experiment needs a name")
	case len(f.Designs) == 0:
		return f.fail("designs", "none: name at least one, here or with --design")
	case len(f.Scenarios) == 0:
		return f.fail("scenarios", "none: name at least one, here or with --scenario")
	case f.Clients < 0 || f.Clients > 1_000_000:
		return f.fail("clients", "found %d: allowed are 1 to 1000000", f.Clients)
	case f.Clients == 0 && len(f.Load) == 0 && !f.setsLoad() && f.Trace == "":
		return f.fail("load", "none: give a preset or a rate, here or with --load")
	case f.Clients > 0 && (len(f.Load) > 0 || f.setsLoad()):
		return f.fail("clients", "found beside load: a closed loop sends as fast as it is answered, so give one of them")
	case f.Duration <= 0 || f.Duration > 24*time.Hour:
		return f.fail("duration", "found %v: allowed are more than 0s, up to 24h", f.Duration)
	case f.Warmup != WarmupAuto && (f.Warmup < 0 || time.Duration(f.Warmup) >= f.Duration):
		return f.fail("warmup", "found %v: allowed is less than the duration, %v, or auto", time.Duration(f.Warmup), f.Duration)
	case f.Trials < 1 || f.Trials > 10_000:
		return f.fail("trials", "found %d: allowed are 1 to 10000", f.Trials)
	case f.Sample < 0:
		return f.fail("sample", "found %d: allowed are 1 to %d", f.Sample, sampleMax)
	case f.Replicas < 0 || f.Replicas > replicasMax:
		return f.fail("replicas", "found %d: allowed are 1 to %d", f.Replicas, replicasMax)
	}
	seen := map[string]bool{}
	for _, d := range f.Designs {
		if seen[d.Name] {
			return f.fail("designs", "two designs are named %s: give each its own name", d.Name)
		}
		seen[d.Name] = true
	}
	return f.checkSettings()
}

// checkSettings finds settings that nothing knows or that are given twice.
func (f *File) checkSettings() error {
	for _, key := range sortedKeys(f.Set) {
		if _, twice := f.Vary[key]; twice {
			return f.at(fmt.Errorf("found under vary as well: give it in one place"), "set", key)
		}
		if _, err := settingFor(key); err != nil {
			return f.at(err, "set", key)
		}
	}
	for _, key := range sortedKeys(f.Vary) {
		if len(f.Vary[key]) == 0 {
			return f.at(errors.New("found no values: allowed is a list such as [100, 500]"), "vary", key)
		}
		if _, err := settingFor(key); err != nil {
			return f.at(err, "vary", key)
		}
	}
	return nil
}

// setsLoad reports whether the load is among the settings.
func (f *File) setsLoad() bool { return f.Set["load"] != "" || len(f.Vary["load"]) > 0 }

// grid is every combination of the varied settings: one list of factors a point.
func (f *File) grid() ([][]result.Factor, error) {
	points := [][]result.Factor{nil}
	for _, key := range sortedKeys(f.Vary) {
		levels := f.Vary[key]
		if isRange(levels) {
			return nil, f.at(fmt.Errorf("found the range %s: a range is for a sample; give one with sample, or a list such as [100, 500]", levels[0]), "vary", key)
		}
		if len(points)*len(levels) > cellsMax {
			return nil, f.fail("vary", "has more than %d points", cellsMax)
		}
		var next [][]result.Factor
		for _, p := range points {
			for _, v := range levels {
				next = append(next, append(p[:len(p):len(p)], result.Factor{Name: key, Value: v}))
			}
		}
		points = next
	}
	return points, nil
}

// Missing lists the plan's cells that are not among the runs that are there, and counts the runs that
// are no cell of the plan.
func (p *Plan) Missing(have []result.Record) (missing []*Cell, foreign int) {
	there := make(map[Key]bool, len(have))
	for _, r := range have {
		there[KeyOf(r)] = true
	}
	for _, c := range p.Cells {
		if !there[c.key] {
			missing = append(missing, c)
		}
		delete(there, c.key)
	}
	return missing, len(there)
}

// Sort puts records into the order of the plan; any that are no cell of it come last.
func (p *Plan) Sort(records []result.Record) {
	order := make(map[Key]int, len(p.Cells))
	for i, c := range p.Cells {
		order[c.key] = i
	}
	place := func(r result.Record) int {
		if i, ok := order[KeyOf(r)]; ok {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(records, func(a, b result.Record) int { return cmp.Compare(place(a), place(b)) })
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
