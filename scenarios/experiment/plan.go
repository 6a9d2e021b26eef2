package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads/arrival"
)

// Plan is an experiment expanded into its cells, in the order in which they are reported.
type Plan struct {
	File  File
	Cells []*Cell
	// Skipped says which scenarios have no such load, one sentence each.
	Skipped []string
}

// cellsMax bounds a plan, so that a slip in vary does not fill memory.
const cellsMax = 100_000

// Plan checks the experiment and expands it. Every error of the input shows here, before anything
// runs.
func (f File) Plan() (*Plan, error) {
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
	if f.Clients > 0 {
		loads = []Load{{text: fmt.Sprintf("%d clients", f.Clients)}}
	}
	if total := len(chosen) * len(f.Designs) * len(loads) * len(points) * f.Trials; total > cellsMax {
		return nil, fmt.Errorf("the experiment has %d cells: allowed are %d", total, cellsMax)
	}
	p := &Plan{File: f}
	b := builder{file: &f, workloads: map[string]*scenarios.Workload{}}
	for _, s := range chosen {
		for _, l := range loads {
			if err := b.expand(p, s, l, points); err != nil {
				return nil, err
			}
		}
	}
	if len(p.Cells) == 0 {
		return nil, fmt.Errorf("nothing to run: %v", p.Skipped)
	}
	return p, nil
}

// check finds what the types of the fields do not rule out.
func (f *File) check() error {
	switch {
	case len(f.Designs) == 0:
		return errors.New("no designs: name at least one under designs, or with --design")
	case len(f.Scenarios) == 0:
		return errors.New("no scenarios: name at least one under scenarios, or with --scenario")
	case len(f.Load) == 0 && f.Clients == 0:
		return errors.New("no load: give a preset or a rate under load, or with --load")
	case f.Clients < 0 || f.Clients > 1_000_000:
		return fmt.Errorf("clients is %d: allowed are 1 to 1000000", f.Clients)
	case f.Duration <= 0 || f.Duration > 24*time.Hour:
		return fmt.Errorf("duration is %v: allowed are up to 24h", f.Duration)
	case f.Warmup < 0 || f.Warmup >= f.Duration:
		return fmt.Errorf("warmup is %v: allowed is less than the duration, %v", f.Warmup, f.Duration)
	case f.Trials < 1 || f.Trials > 10_000:
		return fmt.Errorf("trials is %d: allowed are 1 to 10000", f.Trials)
	}
	seen := map[string]bool{}
	for _, d := range f.Designs {
		if seen[d.Inline.Name] {
			return fmt.Errorf("two designs are named %s: give each its own name", d.Inline.Name)
		}
		seen[d.Inline.Name] = true
	}
	return nil
}

// chosen resolves the scenarios, each once, in the order in which they are named.
func (f *File) chosen() ([]*scenarios.Scenario, error) {
	var out []*scenarios.Scenario
	seen := map[string]bool{}
	for _, name := range f.Scenarios {
		var found []*scenarios.Scenario
		var err error
		if isFile(name) {
			var s *scenarios.Scenario
			s, err = scenarios.LoadFile(name)
			found = []*scenarios.Scenario{s}
		} else {
			found, err = scenarios.Find(name)
		}
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if !seen[s.ID] {
				seen[s.ID] = true
				out = append(out, s)
			}
		}
	}
	return out, nil
}

// points is the grid of the varied settings: one list of factors a point.
func (f *File) points() ([][]result.Factor, error) {
	points := [][]result.Factor{nil}
	for _, key := range sortedKeys(f.Vary) {
		levels := f.Vary[key]
		if len(levels) == 0 {
			return nil, fmt.Errorf("vary.%s: no values", key)
		}
		if len(points)*len(levels) > cellsMax {
			return nil, fmt.Errorf("vary has more than %d points", cellsMax)
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

// builder makes cells and shares what is expensive between them.
type builder struct {
	file      *File
	workloads map[string]*scenarios.Workload // by the scenario's content
}

func (b *builder) expand(p *Plan, s *scenarios.Scenario, l Load, points [][]result.Factor) error {
	for _, point := range points {
		for i := range b.file.Designs {
			d := draft{scenario: *s, design: *b.file.Designs[i].Inline, network: b.file.Network,
				machine: b.file.Machine, faults: b.file.Faults, load: l, seed: b.file.Seed}
			if b.file.Replicas > 0 {
				d.design.Replicas = b.file.Replicas
			}
			setup, err := b.build(&d, point)
			var none *noLoad
			if errors.As(err, &none) && len(b.file.Scenarios) > 0 {
				p.skip(none.Error())
				continue
			}
			if err != nil {
				return fmt.Errorf("design %s, scenario %s: %w", d.design.Name, s.ID, err)
			}
			for trial := range b.file.Trials {
				p.Cells = append(p.Cells, &Cell{Setup: setup, Factors: point, Trial: trial})
			}
		}
	}
	return nil
}

func (p *Plan) skip(why string) {
	for _, s := range p.Skipped {
		if s == why {
			return
		}
	}
	p.Skipped = append(p.Skipped, why)
}

// noLoad says that a scenario has no load of the wanted name.
type noLoad struct{ error }

// build applies the settings to a draft and resolves every name in it.
func (b *builder) build(d *draft, point []result.Factor) (Setup, error) {
	for _, key := range sortedKeys(b.file.Set) {
		if err := d.apply(key, b.file.Set[key]); err != nil {
			return Setup{}, err
		}
	}
	for _, factor := range point {
		if err := d.apply(factor.Name, factor.Value); err != nil {
			return Setup{}, err
		}
	}
	s := Setup{Design: d.design, Load: d.load, Clients: b.file.Clients, Clock: b.file.Clock,
		Duration: b.file.Duration, Warmup: b.file.Warmup, Seed: d.seed}
	if err := b.world(d, &s); err != nil {
		return Setup{}, err
	}
	if err := b.demand(d, &s); err != nil {
		return Setup{}, err
	}
	return s, nil
}

// world resolves the group and what it stands on.
func (b *builder) world(d *draft, s *Setup) error {
	engine, ok := engineNamed(d.design.Protocol)
	if !ok {
		return unknown("protocol", d.design.Protocol, engineNames())
	}
	if err := d.design.check(engine); err != nil {
		return fmt.Errorf("design.%w", err)
	}
	if err := engine.checkReplicas(d.design.Replicas); err != nil {
		return err
	}
	if engine.Pure && b.file.Clock == WallClock {
		return fmt.Errorf("protocol %s runs on the virtual clock only: use --clock virtual, or design hashiraft on the wall clock", engine.Name)
	}
	scheme, err := resource.LookupScheme(d.design.Signature)
	if err != nil {
		return fmt.Errorf("design.signature: %w", unknown("signature scheme", d.design.Signature, schemeNames()))
	}
	if s.Network, err = d.network.build(d.design.Replicas); err != nil {
		return err
	}
	if s.Machine, err = d.machine.build(scheme); err != nil {
		return err
	}
	for _, change := range d.built {
		change(s)
	}
	if s.Faults, err = d.faults.build(d.design.Replicas, b.file.Duration); err != nil {
		return fmt.Errorf("faults: %w", err)
	}
	_, err = placeReplicas(&s.Design, &s.Network)
	return err
}

// demand resolves the scenario's workload and rate.
func (b *builder) demand(d *draft, s *Setup) error {
	if flat := d.load.Preset == "" || d.load.Preset == scenarios.PresetSurge; flat && !d.shaped && s.Clients == 0 {
		// A rate, and the rate of the busiest moment, hold all the time: laying the day's shape over
		// them would raise them a second time.
		d.scenario.Arrival = scenarios.Arrival{Shape: "poisson"}
	}
	content, err := json.Marshal(d.scenario)
	if err != nil {
		return err
	}
	w, ok := b.workloads[string(content)]
	if !ok {
		scenario := d.scenario
		if w, err = scenario.Workload(); err != nil {
			return err
		}
		b.workloads[string(content)] = w
	}
	s.workload, s.Scenario = w, w.Scenario
	if s.Clients > 0 {
		return nil
	}
	if s.Rate = d.load.Rate; d.load.Preset != "" {
		if s.Rate, err = w.Rate(d.load.Preset); err != nil {
			return &noLoad{err}
		}
	}
	if s.Rate.In(s.Duration) > requestsMax {
		return fmt.Errorf("load %s is more than %d requests in %v", s.Load, requestsMax, s.Duration)
	}
	if s.Rate == (arrival.Rate{}) {
		return &noLoad{fmt.Errorf("scenario %s: load %s is zero", s.Scenario.ID, s.Load)}
	}
	return nil
}

// requestsMax bounds the requests of one run, which are kept in memory until they are answered.
const requestsMax = 100_000_000

func schemeNames() []string {
	var names []string
	for _, s := range resource.Schemes() {
		names = append(names, s.Name)
	}
	return names
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
