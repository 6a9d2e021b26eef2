package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads/arrival"
)

// SaturateOptions say what Saturate searches for, and who hears of it.
type SaturateOptions struct {
	Jobs      int // searches at a time; at least 1
	Objective result.Objective
	Precision uint64 // of each search, in thousandths of the load that it finds
	// Have are the runs of an earlier search that was stopped; none of them is made again.
	Have []result.Record
	// Keep stores the record of a run as soon as it has ended, one call at a time.
	Keep func(result.Record) error
	// Trying, when set, hears of a run before it is made or taken from Have, and Found of a search that has
	// ended; one call at a time, and never at the same time as Keep.
	Trying func(c *Cell, role string, rate arrival.Rate, probes int)
	Found  func(done, total int, s result.Saturation)
	// Moved, when set, hears how far the runs under way have come; see Options.
	Moved func(Moment)
}

// SaturationPlan expands an experiment into one cell a search. Loads, clients and traces do not matter: the load
// is what is searched for.
func (f File) SaturationPlan() (*Plan, error) {
	if f.setsLoad() {
		return nil, f.fail("load", "found under set or vary: allowed is none, because the load is what is searched for")
	}
	stated := f
	f.NoReplay()
	f.Clients, f.Load = 0, []Load{{Rate: arrival.PerSecond(1), text: "searched for"}}
	p, err := f.Plan()
	if err != nil {
		return nil, err
	}
	p.File = stated
	return p, nil
}

// ErrNotOfSearch says that a run does not belong to a search.
var ErrNotOfSearch = errors.New("not a run of this search")

// OfSearch checks that runs that are there were made for a search of the plan's cells with this objective and
// precision. The error is ErrNotOfSearch with what differs.
func (p *Plan) OfSearch(have []result.Record, objective result.Objective, precision uint64) error {
	for i, r := range have {
		switch {
		case r.Probe == nil:
			return fmt.Errorf("%w: run %d, of %s on %s at %s, was made for no search", ErrNotOfSearch, i+1, r.Design, r.Scenario, r.Load)
		case r.Probe.Objective != objective.String():
			return fmt.Errorf("%w: run %d was made for the objective %q, not %q", ErrNotOfSearch, i+1, r.Probe.Objective, objective)
		case r.Probe.Precision != float64(precision)/1000:
			return fmt.Errorf("%w: run %d was made for a precision of %v, not %v", ErrNotOfSearch, i+1, r.Probe.Precision, float64(precision)/1000)
		}
		if !slices.ContainsFunc(p.Cells, func(c *Cell) bool { return c.probes(r) }) {
			return fmt.Errorf("%w: run %d, of %s on %s at %s, is of a cell that is not planned", ErrNotOfSearch, i+1, r.Design, r.Scenario, r.Load)
		}
	}
	return nil
}

// probes reports whether a record is that of a probe of the cell.
func (c *Cell) probes(r result.Record) bool {
	rate, err := strconv.ParseFloat(r.Load, 64)
	if err != nil || c.Design.Name != r.Design || c.Scenario.ID != r.Scenario || c.Trial != r.Trial {
		return false
	}
	trial := c.at(uint64(math.Round(rate*1000)), r.Probe.Role)
	hash, err := trial.Hash()
	return err == nil && KeyOf(trial.record(hash, "")) == KeyOf(r)
}

// Saturate searches for the highest load of every cell, and gives the outcomes in the order of the cells, with
// every run that was made for them, those of Have that they used included. In virtual time both are the same for
// any number of jobs. When ctx ends the error is its own, and every finished run was kept.
func Saturate(ctx context.Context, cells []*Cell, opts SaturateOptions) ([]result.Saturation, []result.Record, error) {
	run := saturation{opts: opts, total: len(cells), have: make(map[Key]result.Record, len(opts.Have))}
	for _, r := range opts.Have {
		run.have[KeyOf(r)] = r
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	run.stop = stop
	found := make([]result.Saturation, len(cells))
	probes := make([][]result.Record, len(cells))
	next := make(chan int)
	var workers sync.WaitGroup
	for slot := range min(max(opts.Jobs, 1), len(cells)) {
		workers.Go(func() {
			defer moves(opts.Moved).free(slot)
			for i := range next {
				found[i], probes[i] = run.search(inner, moves(opts.Moved).in(slot, cells[i]))
			}
		})
	}
	for i := range cells {
		select {
		case next <- i:
		case <-inner.Done():
		}
	}
	close(next)
	workers.Wait()
	err := run.keepErr
	if err == nil && run.done < len(cells) {
		err = ctx.Err()
	}
	return found, slices.Concat(probes...), err
}

// saturation is a run of Saturate under way.
type saturation struct {
	opts  SaturateOptions
	total int
	have  map[Key]result.Record
	stop  func()

	mu      sync.Mutex
	done    int
	keepErr error
}

// search searches one cell and tells the outcome. It gives nothing once the run has to stop.
func (s *saturation) search(ctx context.Context, c *Cell) (result.Saturation, []result.Record) {
	knee, err := Search(ctx, c, SearchOptions{
		Objective: s.opts.Objective, Precision: s.opts.Precision, Curve: true, Keep: s.keep,
		Known: func(k Key) (result.Record, bool) {
			r, ok := s.have[k]
			return r, ok
		},
		Trying: func(role string, rate arrival.Rate, probes int) {
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.opts.Trying != nil {
				s.opts.Trying(c, role, rate, probes)
			}
		},
	})
	if ctx.Err() != nil {
		return result.Saturation{}, nil
	}
	out := knee.saturation(c, err, s.opts.Precision)
	records := make([]result.Record, len(knee.Probes))
	for i := range knee.Probes {
		records[i] = knee.Probes[i].Record
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	if s.opts.Found != nil {
		s.opts.Found(s.done, s.total, out)
	}
	return out, records
}

func (s *saturation) keep(r result.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keepErr == nil {
		if s.keepErr = s.opts.Keep(r); s.keepErr != nil {
			s.stop()
		}
	}
	return s.keepErr
}

// saturation is what a report says of a search that ended with err.
func (k *Knee) saturation(c *Cell, err error, precision uint64) result.Saturation {
	out := result.Saturation{
		Schema: result.SaturationSchema, Scenario: c.Scenario.ID, Design: c.Design.Name, Protocol: c.Design.Protocol, Runtime: c.Runtime(),
		Network: c.Network.Name, Machine: c.Machine.Name, Faults: c.Faults.Name, Replicas: c.Design.Replicas, Factors: c.Factors,
		Seed: c.seed(), Trial: c.Trial, Objective: k.Objective.String(), Precision: float64(cmp.Or(precision, precisionDefault)) / 1000,
		Found: err == nil, Sustained: k.Rate.TxPerSec(), Confirmed: k.Confirmed, Limit: k.Limit, Warnings: k.Warnings,
	}
	switch {
	case errors.Is(err, ErrNoKnee):
		out.Problem = err.Error()
	case err != nil:
		out.Problem, out.Broken = err.Error(), []string{err.Error()}
	}
	if offer, err := c.Workload.ForLoad(scenarios.PresetCity); err == nil {
		out.City = offer.Rate.TxPerSec()
	}
	if out.Runtime != result.Virtual {
		out.Warnings = append(out.Warnings, "found by samples, so another search finds a slightly different load")
	}
	for i := range k.Probes {
		k.Probes[i].tell(&out, k.Rate)
	}
	slices.SortStableFunc(out.Curve, func(a, b result.Loaded) int { return cmp.Compare(a.Offered, b.Offered) })
	return out
}

// tell adds a probe to the outcome of its search, which found the load at.
func (p *Probe) tell(out *result.Saturation, at arrival.Rate) {
	r := &p.Record
	l := result.Loaded{Cell: r.Cell, Seed: r.Seed, Offered: p.Rate.TxPerSec(), Role: p.Role, Held: p.Holds(), Why: p.Why,
		Throughput: r.Number("throughput"), LatencyP50: r.Number("latency-p50"), LatencyP99: r.Number("latency-p99")}
	out.Curve = append(out.Curve, l)
	if !p.Cut {
		for _, c := range r.Failed() {
			out.Broken = append(out.Broken, fmt.Sprintf("%s at %s: %s", c.Name, inSecond(p.Rate), c.Detail))
		}
	}
	switch searched := p.Role != result.RoleConfirm; {
	case searched && p.Rate == at && l.Held:
		out.Throughput, out.LatencyP50, out.LatencyP99 = l.Throughput, l.LatencyP50, l.LatencyP99
	case searched && !l.Held && at.Less(p.Rate) && (out.Above == 0 || l.Offered < out.Above):
		out.Above, out.AboveWhy = l.Offered, p.Why
	}
}
