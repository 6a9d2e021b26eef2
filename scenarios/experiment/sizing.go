package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/workloads/arrival"
)

// Headroom is what a load may grow by, in percent of it.
type Headroom uint64

// headroomMax bounds a headroom.
const headroomMax = 1000

// UnmarshalText reads a whole percentage such as 30%.
func (h *Headroom) UnmarshalText(text []byte) error {
	number, ok := strings.CutSuffix(string(text), "%")
	v, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil || v > headroomMax {
		return fmt.Errorf("found %q: allowed is a whole percentage such as 30%%, from 0%% to %d%%", text, headroomMax)
	}
	*h = Headroom(v)
	return nil
}

// String writes the percentage as UnmarshalText reads it.
func (h Headroom) String() string { return strconv.FormatUint(uint64(h), 10) + "%" }

// MarshalText writes the percentage as String does.
func (h Headroom) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// SizeSpec says what a group is sized for and of what it may be made.
type SizeSpec struct {
	Load      Load     `yaml:"load" doc:"city, documented, surge, or requests per second"`
	Headroom  Headroom `yaml:"headroom" doc:"what the load may grow by"`
	Objective string   `yaml:"objective" doc:"what the load has to meet"`
	Replicas  []int    `yaml:"replicas,omitempty" doc:"of every design; each design's own number where none is given"`
	Cores     []int    `yaml:"cores" doc:"of a replica"`
	Disks     []string `yaml:"disks,omitempty" doc:"classes of the price table; all of them where none is given"`
	Links     []string `yaml:"links,omitempty" doc:"classes of the price table; all of them where none is given"`
	Each      bool     `yaml:"each,omitempty" doc:"size for one service at a time, not for all on one chain"`
	Prices    Prices   `yaml:"prices" doc:"the price table"`
}

// NewSizeSpec is a specification with every default.
func NewSizeSpec() (SizeSpec, error) {
	prices, err := BuiltinPrices()
	load := Load{Preset: scenarios.PresetCity, text: scenarios.PresetCity}
	return SizeSpec{Load: load, Headroom: 30, Objective: result.DefaultObjective().String(), Cores: []int{2, 4, 8}, Prices: prices}, err
}

// ReadSizeSpec reads a specification that was kept beside its results, over the defaults.
func ReadSizeSpec(path string) (SizeSpec, error) {
	s, err := NewSizeSpec()
	if err != nil {
		return s, err
	}
	data, err := strict.ReadFile(path)
	if err != nil {
		return s, err
	}
	n, err := strict.Parse(path, data)
	if err != nil {
		return s, err
	}
	s.Prices = Prices{}
	if err := n.Decode(&s); err != nil {
		return s, err
	}
	return s, s.Prices.check(n.Get("prices"))
}

// Marshal writes the specification as ReadSizeSpec reads it.
func (s *SizeSpec) Marshal() ([]byte, error) {
	data, err := yaml.MarshalWithOptions(s, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write what is sized for: %w", err)
	}
	return data, nil
}

// Candidate is a design on so many replicas with so many cores each and a class of disk and link.
type Candidate struct {
	Cores int
	Disk  DiskPrice
	Link  LinkPrice

	cell *Cell // of the first trial
}

// atMost reports whether a candidate is in nothing larger or better than another.
func (c *Candidate) atMost(other *Candidate) bool {
	return c.Cores <= other.Cores && c.Disk.atMost(other.Disk) && c.Link.Bandwidth <= other.Link.Bandwidth
}

// SizeGroup is the candidates of one design on so many replicas, for one service or mix.
type SizeGroup struct {
	Candidates []*Candidate
	Target     arrival.Rate // requests, in the busiest moment of the load
	OrdersYear uint64       // transactions that are ordered in a year

	tried uint64 // thousandths of a request a second: the target and the headroom
}

// first is the cell that stands for the group.
func (g *SizeGroup) first() *Cell { return g.Candidates[0].cell }

// SizePlan is what is to be sized.
type SizePlan struct {
	Plan      // its cells are those of all candidates
	Spec      SizeSpec
	Objective result.Objective
	Groups    []*SizeGroup
}

// oneChain is the id of the mix of all services that are sized together.
const oneChain = "one-chain"

// SizePlan checks what is to be sized and lays out the candidates.
func (f File) SizePlan(spec SizeSpec) (*SizePlan, error) {
	if err := spec.check(); err != nil {
		return nil, err
	}
	objective, err := result.ParseObjective(spec.Objective)
	if err != nil {
		return nil, fmt.Errorf("--objective: %w", err)
	}
	p := &SizePlan{Spec: spec, Objective: objective}
	if len(f.Vary) > 0 || f.setsLoad() {
		return nil, f.fail("vary", "found: allowed is none, because candidates vary replicas, cores, disks and links, and --load says the load")
	}
	f.NoReplay()
	f.Clients, f.Load, f.Replicas = 0, []Load{spec.Load}, 0
	p.File = f
	if err := f.check(); err != nil {
		return nil, err
	}
	chosen, err := f.chosen()
	if err != nil {
		return nil, err
	}
	if !spec.Each {
		if chosen, err = together(chosen); err != nil {
			return nil, err
		}
	}
	b := builder{file: &f, workloads: map[string]*scenarios.Workload{}, networks: map[string]network.Topology{}}
	for _, s := range chosen {
		for _, d := range f.Designs {
			replicas := spec.Replicas
			if len(replicas) == 0 {
				replicas = []int{d.Replicas}
			}
			for _, n := range replicas {
				g, err := b.sizeGroup(s, d, n, &p.Spec)
				if none := (noLoad{}); errors.As(err, &none) {
					if !slices.Contains(p.Skipped, none.Error()) {
						p.Skipped = append(p.Skipped, none.Error())
					}
					continue
				}
				if err != nil {
					return nil, err
				}
				p.Groups = append(p.Groups, g)
				for _, c := range g.Candidates {
					if err := p.add(c.cell.Setup, c.cell.Factors, f.Trials); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	if len(p.Groups) == 0 {
		return nil, f.fail("scenarios", "nothing to size for: %s", strings.Join(p.Skipped, "; "))
	}
	return p, p.checkDistinct()
}

// together joins services on one chain, where they share in proportion to their city loads.
func together(chosen []subject) ([]subject, error) {
	if len(chosen) < 2 {
		return chosen, nil
	}
	m := &scenarios.Mixed{ID: oneChain, Name: fmt.Sprintf("%d services on one chain", len(chosen)), NameZH: fmt.Sprintf("一条链上的%d项服务", len(chosen)), Groups: []scenarios.Group{{}}}
	for _, s := range chosen {
		if s.mixed != nil {
			return nil, fmt.Errorf("--scenario: %s is a mix, which shares a chain already: name it alone, or give --each to size one after the other", s.mixed.ID)
		}
		m.Groups[0].Scenarios = append(m.Groups[0].Scenarios, s.scenario)
	}
	return []subject{{mixed: m, own: true}}, m.Check()
}

// check finds what the types of the fields do not rule out.
func (s *SizeSpec) check() error {
	for _, n := range s.Cores {
		if n < 1 || n > coresMax {
			return fmt.Errorf("--cores: found %d: allowed are 1 to %d", n, coresMax)
		}
	}
	for _, n := range s.Replicas {
		if n < 1 || n > replicasMax {
			return fmt.Errorf("--replicas: found %d: allowed are 1 to %d", n, replicasMax)
		}
	}
	if _, _, relative := scenarios.Relative(s.Load.Preset); relative {
		return fmt.Errorf("--load: %s is relative to the highest load that a group carries, and there is no group yet: allowed are city, documented, surge or a rate such as 2000", s.Load)
	}
	if len(s.Cores) == 0 {
		return fmt.Errorf("--cores: none: allowed is a list such as 2,4,8")
	}
	for _, list := range [][]int{s.Cores, s.Replicas} {
		if sorted := slices.Compact(slices.Sorted(slices.Values(list))); len(sorted) < len(list) {
			return fmt.Errorf("%v: a number is there twice", list)
		}
	}
	return nil
}

// classes finds the classes of a price table by name, or all of them.
func classes[T any](flag string, names []string, all []T, nameOf func(T) string) ([]T, error) {
	if len(names) == 0 {
		return all, nil
	}
	var out []T
	var known []string
	for _, c := range all {
		known = append(known, nameOf(c))
	}
	for i, name := range names {
		at := slices.Index(known, name)
		if at < 0 {
			return nil, fmt.Errorf("--%s: the price table lacks it: %w", flag, strict.UnknownName("class", name, known))
		}
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("--%s: %s is there twice", flag, name)
		}
		out = append(out, all[at])
	}
	return out, nil
}

// sizeGroup lays out the candidates of a design on n replicas.
func (b *builder) sizeGroup(s subject, design Design, n int, spec *SizeSpec) (*SizeGroup, error) {
	disks, err := classes("disk", spec.Disks, spec.Prices.Disks, func(d DiskPrice) string { return d.Name })
	if err != nil {
		return nil, err
	}
	links, err := classes("link", spec.Links, spec.Prices.Links, func(l LinkPrice) string { return l.Name })
	if err != nil {
		return nil, err
	}
	g := &SizeGroup{}
	flat, err := b.sizeLoad(g, s, spec)
	if err != nil {
		return nil, err
	}
	for _, cores := range spec.Cores {
		for _, disk := range disks {
			for _, link := range links {
				d := draftOf(s, design)
				d.network, d.machine, d.faults, d.seed = b.file.Network, b.file.Machine, b.file.Faults, b.file.Seed
				d.load = Load{Rate: arrival.PerSecond(1), text: spec.Load.String()}
				point := []result.Factor{{Name: "replicas", Value: strconv.Itoa(n)}, {Name: "machine.cores", Value: strconv.Itoa(cores)}, {Name: "machine.fsync", Value: disk.Fsync.String()},
					{Name: "machine.disk", Value: disk.Rate.String()}, {Name: "network.bandwidth", Value: link.Bandwidth.String()}}
				setup, err := b.build(&d, point)
				if err != nil {
					return nil, err
				}
				setup.Workload, setup.Scenario = flat, flat.Scenario
				g.Candidates = append(g.Candidates, &Candidate{Cores: cores, Disk: disk, Link: link, cell: &Cell{Setup: setup, Factors: point, weigh: true}})
			}
		}
	}
	return g, nil
}

func draftOf(s subject, design Design) draft {
	d := draft{mixed: s.mixed, design: design}
	if s.scenario != nil {
		d.scenario = *s.scenario
	}
	return d
}

// sizeLoad works out what a service or mix brings: the rate of its busiest moment, which every candidate is offered
// evenly, since an hour of it is long enough for any backlog to show, and its transactions of a year.
func (b *builder) sizeLoad(g *SizeGroup, s subject, spec *SizeSpec) (*scenarios.Workload, error) {
	d := draftOf(s, Design{})
	for _, key := range sortedKeys(b.file.Set) {
		if strings.HasPrefix(key, "scenario.") {
			if err := d.apply(key, b.file.Set[key]); err != nil {
				return nil, b.file.at(err, "set", key)
			}
		}
	}
	w, err := b.workloadOf(&d)
	if err != nil {
		return nil, err
	}
	if tally := w.Mix; tally.Requests == tally.Reads {
		return nil, noLoad{fmt.Errorf("scenario %s sends queries only, which no design orders: allowed are services with transactions", s.id())}
	}
	switch spec.Load.Preset {
	case "":
		g.Target, g.OrdersYear = spec.Load.Rate, w.SteadyOrders(spec.Load.Rate)
	default:
		offer, err := w.ForLoad(spec.Load.Preset)
		if err != nil {
			return nil, noLoad{err}
		}
		w, g.Target = offer.Workload, offer.Rate
		mean := offer
		if spec.Load.Preset == scenarios.PresetSurge { // is the busiest moment; the year is the city's
			if mean, err = w.ForLoad(scenarios.PresetCity); err != nil {
				return nil, noLoad{fmt.Errorf("for the transactions of a year: %w", err)}
			}
		} else {
			g.Target = w.Busiest(offer.Rate)
		}
		g.OrdersYear = mean.Workload.YearlyOrders(mean.Rate)
	}
	milli := max(g.Target.In(1000*time.Second), rateMin)
	g.tried = (milli*(100+uint64(spec.Headroom)) + 99) / 100
	return w.WithArrival(scenarios.Arrival{Shape: "poisson"})
}

// survives is how many faulty replicas a group of n goes on with.
func survives(model consensus.FaultModel, n int) int {
	if model == consensus.CrashFaults {
		return (n - 1) / 2
	}
	return consensus.MaxFaulty(n)
}

// Scenario is the id of the service or mix that the group is sized for.
func (g *SizeGroup) Scenario() string { return g.first().Scenario.ID }

// Design is the name of the group's design.
func (g *SizeGroup) Design() string { return g.first().Design.Name }

// Replicas is their number.
func (g *SizeGroup) Replicas() int { return g.first().Design.Replicas }

// Tried is the rate that a candidate has to carry: the target with the headroom.
func (g *SizeGroup) Tried() arrival.Rate { return perThousand(g.tried) }

// OfSizing checks that runs that are there were made for this sizing. The error is ErrNotOfSearch with what differs.
func (p *SizePlan) OfSizing(have []result.Record) error {
	return p.OfSearch(have, p.Objective, nextPrecision)
}
