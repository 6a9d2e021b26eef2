package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads/load"
)

// stabilityTimes is how many times as long as the experiment says a load of stability is offered.
//
// assumed: the Trusted Blockchain method says "long" and gives no length.
const stabilityTimes = 5

func isRelative(l Load) bool {
	_, _, ok := scenarios.Relative(l.Preset)
	return ok
}

// relative reports whether the load is a multiple of the sustained one.
func (s *Setup) relative() bool {
	return s.Clients == 0 && s.Trace == nil && isRelative(s.Load)
}

// checkOrders refuses a relative load of a service that nothing of is ordered.
func (s *Setup) checkOrders() error {
	if tally := s.Workload.Mix; s.relative() && tally.Reads == tally.Requests {
		return noLoad{fmt.Errorf("scenario %s: load %s: it sends queries only, which no design orders, so no load of it is the highest that a design sustains: allowed are city, surge or a rate such as 2000", s.Scenario.ID, s.Load)}
	}
	return nil
}

// searched sets what the sustained load of a cell is searched on: the cell with the experiment's own duration.
func (b *builder) searched(d *draft, s *Setup) error {
	if s.Duration > durationMax {
		return b.file.fail("duration", "stability is offered %d times as long as %v: allowed are up to %v in all", stabilityTimes, b.file.Duration, durationMax)
	}
	base := *s
	base.Load, base.Notes, base.Duration = Load{text: "probe"}, nil, b.file.Duration
	var err error
	if base.Faults, err = d.faults.build(s.Design.Replicas, base.Duration); err != nil {
		return b.file.at(fmt.Errorf("%s: %w", d.faults.Name, err), "faults")
	}
	s.base = &base
	num, den, _ := scenarios.Relative(s.Load.Preset)
	s.Notes = append(s.Notes, fmt.Sprintf("%s is %d/%d of the load that the cell sustains (%v), offered evenly for %v",
		s.Load, num, den, result.DefaultObjective(), s.Duration))
	return nil
}

// plannedRate is the rate that is known when the plan is made.
func (c *Cell) plannedRate() any {
	if c.base != nil {
		return c.Load.Preset
	}
	return c.Rate
}

// relativeContent is what else decides the result of a relative load, for Hash: the search.
func (c *Cell) relativeContent() []any {
	if c.base == nil {
		return nil
	}
	return []any{result.DefaultObjective().String(), c.base.Duration, c.base.Faults.Empty(),
		precisionDefault, probesMax, probeWarmup, probeWindow, windowMin, windowMax, probeRequests, backlogMin, inFlightLimit, lowerMax}
}

// watched is what watch needs of a runtime.
type watched interface {
	Now() time.Duration
	At(t time.Duration, fn func())
}

var _ watched = consensus.Runtime(nil)

// watch lets a probe's guard look at it now and then.
func (c *Cell) watch(rt watched, driver *load.Driver) {
	if c.guard == nil {
		return
	}
	for at := guardEvery; at < c.Duration; at += guardEvery {
		rt.At(at, func() {
			stats := driver.Stats()
			c.guard.look(rt.Now(), stats.Outstanding, stats.Refused+stats.Lost)
		})
	}
}

// searches are the searches of one Run: cells that differ in their relative load, or their trial, share one.
type searches struct {
	tell func(*Cell)

	mu     sync.Mutex
	made   map[string]*sharedSearch
	pilots pilots
}

type sharedSearch struct {
	once sync.Once
	knee Knee
	err  error
}

// run runs a cell, after a search for its sustained load where its own is relative to that.
func (s *searches) run(ctx context.Context, c *Cell) (result.Record, error) {
	if c.base == nil {
		return s.pilots.run(ctx, c)
	}
	knee, err := s.find(ctx, c)
	if err != nil {
		return result.Record{}, err
	}
	num, den, _ := scenarios.Relative(c.Load.Preset)
	resolved := *c
	if resolved.Rate, err = knee.Rate.Times(num, den); err != nil {
		return result.Record{}, err
	}
	if resolved.Rate.In(c.Duration) > requestsMax {
		return result.Record{}, fmt.Errorf("load %s is %v, more than %d requests in %v", c.Load, resolved.Rate, requestsMax, c.Duration)
	}
	if err := resolved.checkEnough(); err != nil {
		return result.Record{}, err
	}
	rec, err := s.pilots.run(ctx, &resolved)
	if err == nil {
		knee.tell(&rec, c)
	}
	return rec, err
}

// find searches, or waits for the search of another cell that shares it.
func (s *searches) find(ctx context.Context, c *Cell) (Knee, error) {
	key, err := (&Cell{Setup: *c.base}).Hash()
	if err != nil {
		return Knee{}, err
	}
	key = fmt.Sprintf("%s seed %d", key, c.Seed) // the first trial's, for all of them
	s.mu.Lock()
	if s.made == nil {
		s.made = map[string]*sharedSearch{}
	}
	one := s.made[key]
	if one == nil {
		one = &sharedSearch{}
		s.made[key] = one
	}
	s.mu.Unlock()
	one.once.Do(func() {
		one.err = errors.New("the search for the sustained load broke") // if it panics
		s.tell(c)
		first := *c // the trials share the search with the seed of the first
		first.Trial = 0
		one.knee, one.err = Search(ctx, &first, SearchOptions{Objective: result.DefaultObjective()})
	})
	return one.knee, one.err
}

// tell adds what was found to the record of a run.
func (k *Knee) tell(rec *result.Record, c *Cell) {
	rec.Sustained = &result.Sustained{Rate: k.Rate.TxPerSec(), Orders: k.Orders, Probes: len(k.Probes),
		Objective: k.Objective.String(), Limit: k.Limit, Confirmed: k.Confirmed}
	for _, w := range k.Warnings {
		rec.Warnings = append(rec.Warnings, "sustained load: "+w)
	}
	if engine, ok := engineNamed(c.Design.Protocol); ok && !engine.Pure {
		rec.Warnings = append(rec.Warnings, "sustained load: found by samples, so another search finds a slightly different one")
	}
	offered := rec.Number("offered")
	if offered == 0 || len(rec.Failed()) > 0 {
		return
	}
	answered := 1 - (rec.Number("dropped")+rec.Number("failed")+rec.Number("unfinished"))/offered
	asked := map[string]string{scenarios.PresetSpike: "at least 75 %", scenarios.PresetStability: "more than 95 %"}[c.Load.Preset]
	rec.Warnings = append(rec.Warnings, fmt.Sprintf("%s test: the run offered %.2f times the sustained load, and %.1f %% of its transactions were answered (the Trusted Blockchain method asks for %s)",
		c.Load, offered/k.Orders, float64(100*answered), asked))
}
