package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads/arrival"
)

// SizeOptions say who hears of Size.
type SizeOptions struct {
	Jobs int // groups at a time; at least 1
	// Have are the runs of an earlier sizing that was stopped; none of them is made again.
	Have []result.Record
	// Keep stores the record of a run as soon as it has ended, one call at a time.
	Keep func(result.Record) error
	// Trying, when set, hears of a run before it is made or taken from Have, and Sized of a group that has ended; one
	// call at a time, and never at the same time as Keep.
	Trying func(c *Cell, role string, rate arrival.Rate, probes int)
	Sized  func(done, total int, group []result.Sizing)
}

// Size finds the smallest candidates of every group that carry the load with its headroom, and gives all candidates in
// the order of the plan, with the runs that were made for them, in an order that does not depend on Jobs. When ctx ends
// the error is its own, and every finished run was kept.
func Size(ctx context.Context, p *SizePlan, opts SizeOptions) ([]result.Sizing, []result.Record, error) {
	known := make(map[Key]result.Record, len(opts.Have))
	for _, r := range opts.Have {
		known[KeyOf(r)] = r
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var mu sync.Mutex
	var keepErr error
	keep := func(r result.Record) error {
		mu.Lock()
		defer mu.Unlock()
		if keepErr == nil {
			if keepErr = opts.Keep(r); keepErr != nil {
				stop()
			}
		}
		return keepErr
	}
	sized := make([][]result.Sizing, len(p.Groups))
	runs := make([][]result.Record, len(p.Groups))
	errs := make([]error, len(p.Groups))
	done := 0
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(max(opts.Jobs, 1), len(p.Groups)) {
		workers.Go(func() {
			for i := range next {
				z := sizer{plan: p, group: p.Groups[i], known: known, made: map[Key]result.Record{}, keep: keep, trying: func(c *Cell, role string, rate arrival.Rate, n int) {
					mu.Lock()
					defer mu.Unlock()
					if opts.Trying != nil {
						opts.Trying(c, role, rate, n)
					}
				}}
				sized[i], errs[i] = z.size(inner)
				runs[i] = z.records
				mu.Lock()
				if done++; opts.Sized != nil && errs[i] == nil {
					opts.Sized(done, len(p.Groups), sized[i])
				}
				mu.Unlock()
			}
		})
	}
	for i := range p.Groups {
		select {
		case next <- i:
		case <-inner.Done():
		}
	}
	close(next)
	workers.Wait()
	err := keepErr
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = errors.Join(errs...)
	}
	return slices.Concat(sized...), slices.Concat(runs...), err
}

// sizer sizes one group.
type sizer struct {
	plan    *SizePlan
	group   *SizeGroup
	known   map[Key]result.Record // runs that are there; not written to
	made    map[Key]result.Record // runs that this group used, so that none is made or listed twice
	records []result.Record
	keep    func(result.Record) error
	trying  func(c *Cell, role string, rate arrival.Rate, probes int)
	whys    []string
}

func (z *sizer) options(c *Cell) *SearchOptions {
	return &SearchOptions{Objective: z.plan.Objective, Precision: nextPrecision, start: z.group.tried,
		Known: func(k Key) (result.Record, bool) {
			r, ok := z.made[k]
			if !ok {
				if r, ok = z.known[k]; ok {
					z.note(k, r)
				}
			}
			return r, ok
		},
		Keep: func(r result.Record) error {
			z.note(KeyOf(r), r)
			return z.keep(r)
		},
		Trying: func(role string, rate arrival.Rate, probes int) { z.trying(c, role, rate, probes) },
	}
}

func (z *sizer) note(k Key, r result.Record) {
	z.made[k] = r
	z.records = append(z.records, r)
}

// nextPrecision is how precisely the load at which a candidate is at its end is found, in thousandths.
//
// assumed: a twentieth says which resource to add and about when.
const nextPrecision = 50

// probe makes a run of a candidate at a rate.
func (z *sizer) probe(ctx context.Context, c *Cell, milli uint64, role string) (Probe, error) {
	opts := z.options(c)
	opts.Trying(role, perThousand(milli), len(z.records))
	return c.probe(ctx, milli, role, opts)
}

// carries reports whether a candidate carries the load with its headroom: in every trial, and with another seed.
func (z *sizer) carries(ctx context.Context, i int) (bool, error) {
	for trial := range z.plan.File.Trials {
		c := *z.group.Candidates[i].cell
		c.Trial = trial
		p, err := z.probe(ctx, &c, z.group.tried, result.RoleSearch)
		if err != nil || !p.Holds() {
			z.whys[i] = p.Why
			return false, err
		}
	}
	p, err := z.probe(ctx, z.group.Candidates[i].cell, z.group.tried, result.RoleConfirm)
	if err == nil && !p.Holds() {
		z.whys[i] = "with another seed: " + p.Why
	}
	return err == nil && p.Holds(), err
}

// size judges all candidates of the group and looks closer at the smallest that carry the load.
func (z *sizer) size(ctx context.Context) ([]result.Sizing, error) {
	list := z.group.Candidates
	z.whys = make([]string, len(list))
	verdicts, err := settleAll(len(list), func(a, b int) bool { return list[a].atMost(list[b]) }, func(i int) (bool, error) { return z.carries(ctx, i) })
	if err != nil {
		return nil, err
	}
	out := make([]result.Sizing, len(list))
	largest := -1
	for i, c := range list {
		s := z.sizing(c)
		s.Run, s.Why = verdicts[i].run, z.whys[i]
		switch {
		case verdicts[i].smallest:
			s.Verdict = result.SizeSmallest
			err = z.closer(ctx, c, &s)
		case verdicts[i].holds:
			s.Verdict = result.SizeCarries
		default:
			s.Verdict = result.SizeTooSmall
			if largest < 0 || list[largest].atMost(c) {
				largest = i
			}
		}
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	if !slices.ContainsFunc(verdicts, func(v settled) bool { return v.holds }) {
		err = z.next(ctx, list[largest], &out[largest])
	}
	return out, err
}

// sizing is what is known of a candidate without a run.
func (z *sizer) sizing(c *Candidate) result.Sizing {
	engine, _ := engineNamed(c.cell.Design.Protocol)
	s := result.Sizing{Schema: result.SizingSchema, Scenario: c.cell.Scenario.ID, Design: c.cell.Design.Name, Protocol: c.cell.Design.Protocol,
		Runtime: c.cell.Runtime(), Network: c.cell.Network.Name, Machine: c.cell.Machine.Name, Faults: c.cell.Faults.Name, Seed: c.cell.Seed,
		Replicas: c.cell.Design.Replicas, Survives: survives(engine.FaultModel, c.cell.Design.Replicas), Cores: c.Cores, Disk: c.Disk.Name, Link: c.Link.Name,
		Load: z.plan.Spec.Load.String(), Target: z.group.Target.TxPerSec(), Tried: perThousand(z.group.tried).TxPerSec(), Objective: z.plan.Objective.String()}
	if s.Runtime != result.Virtual {
		s.Warnings = append(s.Warnings, "judged by samples, so another sizing may find a neighbour")
	}
	return s
}

// closer runs a candidate at the load itself and finds its highest load.
func (z *sizer) closer(ctx context.Context, c *Candidate, s *result.Sizing) error {
	p, err := z.probe(ctx, c.cell, max(z.group.Target.In(1000*time.Second), rateMin), result.RoleTarget)
	if err != nil {
		return err
	}
	r := &p.Record
	if !p.Holds() {
		s.Warnings = append(s.Warnings, "more load is not always worse: with the headroom it meets the objective, without it does not: "+p.Why)
	}
	if z.group.Target.In(1000*time.Second) < rateMin {
		s.Warnings = append(s.Warnings, "its load is below one request a second, and was tried at one")
	}
	s.CPU, s.DiskBusy, s.LinkBusy = r.Number("cpu-utilisation-max"), r.Number("disk-utilisation-max"), r.Number("link-utilisation-max")
	s.Throughput, s.LatencyP50, s.LatencyP99 = r.Number("throughput"), r.Number("latency-p50"), r.Number("latency-p99")
	s.OrdersYear = z.group.OrdersYear
	if k := r.Storage; k != nil && k.Transactions > 0 {
		s.BlockBytes, s.StateBytes = float64(k.BlockBytes)/float64(k.Transactions), max(float64(k.StateBytes)/float64(k.Transactions), 0)
	} else {
		s.Warnings = append(s.Warnings, "the run at the load ordered nothing, so that its storage is not known and not in the cost")
	}
	k := z.plan.Spec.Prices.bill(s.Replicas, c.Cores, &c.Disk, &c.Link, float64(s.OrdersYear), s.BlockBytes+s.StateBytes)
	s.Currency, s.CoresCost, s.DiskCost, s.LinkCost, s.Cost, s.GrowthYear = z.plan.Spec.Prices.Currency, k.Cores, k.Disk, k.Link, k.Year(), k.GrowthYear
	return z.next(ctx, c, s)
}

// next finds the highest load of a candidate and what holds it back.
func (z *sizer) next(ctx context.Context, c *Candidate, s *result.Sizing) error {
	knee, err := Search(ctx, c.cell, *z.options(c.cell))
	if err != nil && !errors.Is(err, ErrNoKnee) {
		return err
	}
	for _, p := range knee.Probes {
		for _, f := range p.Record.Failed() {
			if !p.Cut {
				s.Broken = append(s.Broken, fmt.Sprintf("%s at %s: %s", f.Name, inSecond(p.Rate), f.Detail))
			}
		}
	}
	if err != nil {
		s.LimitDetail = err.Error()
		return nil
	}
	s.Sustained, s.Limit = knee.Rate.TxPerSec(), knee.Limit
	for _, w := range knee.Warnings {
		s.Warnings = append(s.Warnings, "highest load: "+w)
	}
	return nil
}

// settled is the verdict on one of several things of which some are at most as good as others.
type settled struct {
	known, holds, run bool
	smallest          bool // holds, and nothing below it does
}

// settleAll finds which of n things hold, where whatever is above one that holds does so too: atMost(a, b) says that b is
// above a, or equal. Each question settles everything above or below it, and the one that settles most, whatever the
// answer, is asked first.
func settleAll(n int, atMost func(a, b int) bool, holds func(i int) (bool, error)) ([]settled, error) {
	out := make([]settled, n)
	for {
		best, most := -1, 0
		for i := range out {
			if out[i].known {
				continue
			}
			above, below := 0, 0
			for j := range out {
				if !out[j].known && atMost(i, j) {
					above++
				}
				if !out[j].known && atMost(j, i) {
					below++
				}
			}
			if least := min(above, below); least > most {
				best, most = i, least
			}
		}
		if best < 0 {
			break
		}
		ok, err := holds(best)
		if err != nil {
			return nil, err
		}
		for j := range out {
			if ok && atMost(best, j) || !ok && atMost(j, best) {
				out[j].known, out[j].holds = true, ok
			}
		}
		out[best].run = true
	}
	for i := range out {
		out[i].smallest = out[i].holds && !slices.ContainsFunc(order(n), func(j int) bool { return j != i && out[j].holds && atMost(j, i) && !(atMost(i, j) && j > i) })
	}
	return out, nil
}

func order(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
