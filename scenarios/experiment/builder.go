package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads/trace"
)

// builder makes cells and shares what is expensive between them.
type builder struct {
	file      *File
	log       *trace.Trace                   // replayed instead of a load, or nil
	workloads map[string]*scenarios.Workload // by the scenario's content
	networks  map[string]network.Topology    // by name and number of replicas
}

// noLoad says that a scenario has no load of the wanted name.
type noLoad struct{ error }

// expand adds the cells of one scenario or mix and load.
func (b *builder) expand(p *Plan, s subject, l Load, points [][]result.Factor) error {
	for _, point := range points {
		for _, design := range b.file.Designs {
			d := draft{mixed: s.mixed, design: design, network: b.file.Network,
				machine: b.file.Machine, faults: b.file.Faults, load: l, seed: b.file.Seed}
			if s.scenario != nil {
				d.scenario = *s.scenario
			}
			if b.file.Replicas > 0 {
				d.design.Replicas = b.file.Replicas
			}
			setup, err := b.build(&d, point)
			var none noLoad
			if errors.As(err, &none) {
				if !slices.Contains(p.Skipped, none.Error()) {
					p.Skipped = append(p.Skipped, none.Error())
				}
				continue
			}
			if err != nil {
				return err
			}
			if err := p.add(setup, point, b.file.Trials); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds the trials of a cell.
func (p *Plan) add(setup Setup, point []result.Factor, trials int) error {
	hash, err := (&Cell{Setup: setup}).Hash()
	if err != nil {
		return err
	}
	for trial := range trials {
		c := &Cell{Setup: setup, Factors: point, Trial: trial, weigh: true}
		c.key = KeyOf(c.record(hash, ""))
		p.Cells = append(p.Cells, c)
	}
	return nil
}

// build applies the settings to a draft and resolves every name in it.
func (b *builder) build(d *draft, point []result.Factor) (Setup, error) {
	for _, key := range sortedKeys(b.file.Set) {
		if err := d.apply(key, b.file.Set[key]); err != nil {
			return Setup{}, b.file.at(err, "set", key)
		}
	}
	for _, factor := range point {
		if err := d.apply(factor.Name, factor.Value); err != nil {
			return Setup{}, b.file.at(err, "vary", factor.Name)
		}
	}
	s := Setup{Design: d.design, Load: d.load, Clients: b.file.Clients, Clock: b.file.Clock, StopEarly: b.file.StopEarly,
		Duration: b.file.Duration, Seed: d.seed}
	if s.Clients == 0 && s.Load.Preset == scenarios.PresetStability {
		s.Duration *= stabilityTimes
	}
	if s.Warmup = time.Duration(b.file.Warmup); b.file.Warmup == WarmupAuto {
		s.Warmup = s.Duration / 2 // until it is known, the most it can be
	}
	if err := b.group(&s); err != nil {
		return Setup{}, err
	}
	if err := b.world(d, &s); err != nil {
		return Setup{}, err
	}
	if err := b.demand(d, &s); err != nil {
		return Setup{}, err
	}
	if b.file.Warmup == WarmupAuto {
		if err := b.findWarmup(&s); err != nil {
			return Setup{}, err
		}
	}
	if s.relative() {
		if err := b.searched(d, &s); err != nil {
			return Setup{}, err
		}
	}
	cell := Cell{Setup: s}
	replicas, err := placeReplicas(&s.Design, &s.Network)
	if err != nil {
		return Setup{}, b.blame(&s.Design, &designError{"placement", err})
	}
	if _, err = cell.clientPlaces(replicas); err != nil {
		return Setup{}, b.settingError(err, "scenario.clients_at")
	}
	return s, nil
}

// settingError says that a setting is to blame, where the experiment has one of those keys.
func (b *builder) settingError(err error, keys ...string) error {
	for _, key := range keys {
		if _, ok := b.file.Vary[key]; ok {
			return b.file.at(err, "vary", key)
		}
		if _, ok := b.file.Set[key]; ok {
			return b.file.at(err, "set", key)
		}
	}
	return err
}

// group checks the design.
func (b *builder) group(s *Setup) error {
	engine, ok := engineNamed(s.Design.Protocol)
	if !ok {
		return fmt.Errorf("design %s: unknown protocol %s", s.Design.Name, s.Design.Protocol) // Design refuses it
	}
	if err := s.Design.check(engine); err != nil {
		return b.blame(&s.Design, err)
	}
	if err := s.Design.checkReplicas(engine); err != nil {
		return b.blame(&s.Design, err)
	}
	if engine.Pure && s.Clock == WallClock {
		return b.file.fail("clock", "protocol %s runs on the virtual clock only: use the virtual clock, or the design hashiraft", engine.Name)
	}
	return nil
}

// blame says where a wrong value of a design came from: a setting, the number of replicas for all, or
// the design's own definition.
func (b *builder) blame(d *Design, wrong *designError) error {
	setting := "design." + wrong.key
	keys := []string{setting}
	if wrong.key == "replicas" {
		keys = append(keys, "replicas")
	}
	if err := b.settingError(wrong.problem, keys...); err != wrong.problem {
		return err
	}
	if wrong.key == "replicas" && b.file.Replicas > 0 {
		return b.file.at(wrong.problem, "replicas")
	}
	if d.source != nil {
		return located(below(d.source, wrong.key), wrong.problem)
	}
	return fmt.Errorf("design %s: %s: %w", d.Name, wrong.key, wrong.problem)
}

// world resolves what the group stands on.
func (b *builder) world(d *draft, s *Setup) error {
	scheme, err := resource.LookupScheme(s.Design.Signature)
	if err != nil {
		return err
	}
	if s.Network, err = b.network(d.network, s.Design.Replicas); err != nil {
		return b.file.at(err, "network")
	}
	if s.Machine, err = d.machine.build(scheme); err != nil {
		return b.file.at(err, "machine")
	}
	for _, change := range d.built {
		change(s)
	}
	if err := s.Machine.Validate(); err != nil {
		return b.file.at(err, "machine")
	}
	if s.Faults, err = d.faults.build(s.Design.Replicas, s.Duration); err != nil {
		return b.file.at(fmt.Errorf("%s: %w", d.faults.Name, err), "faults")
	}
	return nil
}

// network builds a network once for all groups of a size. What changes it later replaces its parts.
func (b *builder) network(r NetworkRef, replicas int) (network.Topology, error) {
	key := fmt.Sprintf("%d of %s", replicas, r.Name)
	if t, ok := b.networks[key]; ok {
		return t, nil
	}
	t, err := r.build(replicas)
	if err == nil {
		err = t.Validate()
	}
	if err == nil {
		b.networks[key] = t
	}
	return t, err
}

// demand resolves the workload and its rate.
func (b *builder) demand(d *draft, s *Setup) error {
	if b.log != nil {
		return b.replayed(d, s)
	}
	if flat := d.load.Preset == "" || d.load.Preset == scenarios.PresetSurge || isRelative(d.load); flat && !d.shaped && s.Clients == 0 {
		// A rate, and the rate of the busiest moment, hold all the time: laying the day's shape over
		// them would raise them a second time.
		d.change(func(s *scenarios.Scenario) { s.Arrival = scenarios.Arrival{Shape: "poisson"} })
	}
	w, err := b.workloadOf(d)
	if err != nil {
		return err
	}
	s.Notes = append(s.Notes, d.notes...)
	s.Workload, s.Scenario = w, w.Scenario
	if s.Clients > 0 || s.relative() {
		return s.checkOrders()
	}
	if s.Rate = d.load.Rate; d.load.Preset != "" {
		offer, err := w.ForLoad(d.load.Preset)
		if err != nil {
			return noLoad{err}
		}
		s.Workload, s.Scenario, s.Rate = offer.Workload, offer.Workload.Scenario, offer.Rate
		s.Unpublished, s.Notes = offer.Unpublished, append(s.Notes, offer.Notes()...)
	}
	s.ordersYear = ordersOfYear(w, s)
	if s.Rate.IsZero() {
		return noLoad{fmt.Errorf("scenario %s: load %s is zero", s.Scenario.ID, s.Load)}
	}
	if s.Rate.In(s.Duration) > requestsMax {
		return b.file.fail("load", "%s is more than %d requests in %v", s.Load, requestsMax, s.Duration)
	}
	return s.checkEnough()
}

// ordersOfYear is how many transactions a year of a setup's load orders: of a rate at every moment, of a preset by its
// mean on the days on which people ask, and of the surge, which is a moment, by the city's mean. w is the workload before
// the load chose its part of it. 0: nobody can say.
func ordersOfYear(w *scenarios.Workload, s *Setup) uint64 {
	switch s.Load.Preset {
	case "":
		return s.Workload.SteadyOrders(s.Rate)
	case scenarios.PresetSurge:
		offer, err := w.ForLoad(scenarios.PresetCity)
		if err != nil {
			return 0
		}
		return offer.Workload.YearlyOrders(offer.Rate)
	}
	return s.Workload.YearlyOrders(s.Rate)
}

// ordersMin is how many transactions a run of a preset should have: with fewer there may be none at all, and a
// run that measured nothing is no run.
//
// assumed: ten, of which one in 20,000 runs has none.
const ordersMin = 10

// checkEnough refuses a preset that brings next to nothing in the time that is measured.
func (s *Setup) checkEnough() error {
	tally := s.Workload.Mix
	writes, err := s.Rate.Times(tally.Requests-tally.Reads, tally.Requests)
	window := s.Duration - s.Warmup
	if s.Load.Preset == "" || err != nil || writes.In(window) >= ordersMin {
		return nil
	}
	return noLoad{fmt.Errorf("scenario %s: load %s is %v, which orders %d transactions in the %v that are measured: allowed are %d or more, so take a longer duration, a larger load or a rate such as 100",
		s.Scenario.ID, s.Load, s.Rate, writes.In(window), window, ordersMin)}
}

// requestsMax bounds the requests of one run, which are kept in memory until they are answered.
const requestsMax = 100_000_000

// workloadOf rehearses what a draft is of.
func (b *builder) workloadOf(d *draft) (*scenarios.Workload, error) {
	if d.mixed == nil {
		return b.workload(&d.scenario)
	}
	list := d.mixed.Scenarios()
	b.rehearse(list)
	members := make([]*scenarios.Workload, len(list))
	for i, s := range list {
		var err error
		if members[i], err = b.workload(s); err != nil {
			return nil, err
		}
	}
	return d.mixed.Workload(members)
}

// rehearse rehearses scenarios at the same time. What a rehearsal gives depends on its scenario alone; errors show
// again when the workload is asked for.
func (b *builder) rehearse(list []*scenarios.Scenario) {
	type job struct {
		key  string
		own  scenarios.Scenario
		made *scenarios.Workload
	}
	var jobs []*job
	for _, s := range list {
		key, err := contentOf(s)
		if _, done := b.workloads[key]; err == nil && !done {
			jobs = append(jobs, &job{key: key, own: *s})
		}
	}
	next := make(chan *job)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		workers.Go(func() {
			for j := range next {
				if w, err := j.own.Workload(); err == nil {
					j.made = w
				}
			}
		})
	}
	for _, j := range jobs {
		next <- j
	}
	close(next)
	workers.Wait()
	for _, j := range jobs {
		if j.made != nil {
			b.workloads[j.key] = j.made
		}
	}
}

// contentOf identifies what a scenario's rehearsal depends on.
func contentOf(s *scenarios.Scenario) (string, error) {
	content := *s
	content.Arrival = scenarios.Arrival{}
	key, err := json.Marshal(content)
	return string(key), err
}

// workload rehearses a scenario, or another shape of arrivals of one that was rehearsed.
func (b *builder) workload(s *scenarios.Scenario) (*scenarios.Workload, error) {
	key, err := contentOf(s)
	if err != nil {
		return nil, err
	}
	if w, ok := b.workloads[key]; ok {
		if w.Scenario.Arrival == s.Arrival {
			return w, nil
		}
		return w.WithArrival(s.Arrival)
	}
	own := *s
	w, err := own.Workload()
	if err != nil {
		return nil, b.settingError(err, b.scenarioKeys()...)
	}
	b.workloads[key] = w
	return w, nil
}

// scenarioKeys lists the settings of scenarios that the experiment has: with one of them a scenario that
// can be run became one that cannot.
func (b *builder) scenarioKeys() []string {
	keys := append(sortedKeys(b.file.Vary), sortedKeys(b.file.Set)...)
	return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, "scenario.") })
}
