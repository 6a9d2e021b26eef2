package experiment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads/arrival"
)

// Limits of a search for the sustained load.
//
// assumed: a bracket of a fiftieth is finer than what two seeds differ by; sixteen doublings from 100 a second
// reach six million, more than any design carries; ten million requests are minutes of one core.
const (
	bracketDen   = 50         // the bracket ends at 1/50 of its lower end
	probesMax    = 24         // runs of one search, the two that confirm included
	simulatedMax = 10_000_000 // requests of one search
	startMin     = 100_000    // where a smaller city load is left for a first probe, in thousandths of a request a second
	rateMin      = 1000       // below one request a second nothing is carried
)

// Length of a probe. A queue shows within seconds beyond capacity: at 105 % of it a twentieth of a window is
// missing, however long that is. Slow designs get a longer window and fast ones a shorter one, so that about as
// many requests are counted.
//
// assumed: 40,000 requests give a rate to half a percent.
const (
	probeWarmup   = 2 * time.Second
	probeWindow   = 10 * time.Second
	windowMin     = 4 * time.Second
	windowMax     = 2 * time.Minute
	probeRequests = 40_000
	thinkTimes    = 2 // of a case's steps, which the warm-up holds in addition, up to a window's length
	backlogTime   = 4 * time.Second
)

// confirmSeed is added to the seed of the runs that confirm a sustained load: a load that holds for one seed only
// is not sustained.
const confirmSeed = 1_000_003

// Probe is one run of a search.
type Probe struct {
	Rate    arrival.Rate  // offered
	Why     string        // empty when the objective held, else what did not
	Cut     bool          // given up before its end, so that it has no figures
	Confirm bool          // made to confirm, with another seed
	Record  result.Record // empty when Cut
	Elapsed time.Duration // of virtual time that was offered
	misses  []string
}

// Holds reports whether the probe met the objective.
func (p *Probe) Holds() bool { return p.Why == "" }

// Knee is the outcome of a search.
type Knee struct {
	Objective result.Objective
	Rate      arrival.Rate // the highest that held; zero when none did
	Orders    float64      // transactions a second offered at Rate, as measured
	Limit     string       // what holds more back; see result.LimitOf
	Probes    []Probe      // in the order in which they were made
	Confirmed bool         // 95 % of Rate held and 105 % did not
	Warnings  []string     // why the knee is less sure than it looks, a sentence each
}

// ErrNoKnee says that a search ended without a load that it could call sustained.
var ErrNoKnee = errors.New("no sustained load")

// Search finds the highest load that meets an objective on the cell's own design, network, machine, faults and
// seed: it doubles (or halves) from the city load until the verdict turns, halves the bracket until it is a
// fiftieth wide, and confirms with another seed. In virtual time equal cells give equal knees. The cell's own
// load does not matter. Without a knee the error is ErrNoKnee with its reason; the probes are there all the same.
func Search(ctx context.Context, c *Cell, objective result.Objective) (Knee, error) {
	base := *c
	base.Trial, base.Load, base.Factors = 0, Load{text: "probe"}, nil
	if c.base != nil {
		base.Setup = *c.base
	}
	if tally := base.Workload.Mix; tally.Requests == tally.Reads {
		return Knee{Objective: objective}, fmt.Errorf("%w: %s sends queries only, which no design orders", ErrNoKnee, base.Scenario.ID)
	}
	start := uint64(startMin)
	if offer, err := base.Workload.ForLoad(scenarios.PresetCity); err == nil {
		start = max(start, offer.Rate.In(1000*time.Second))
	}
	s := search{objective: objective, probe: func(milli uint64, confirm bool) (Probe, error) {
		return base.probe(ctx, perThousand(milli), objective, confirm)
	}}
	return s.run(start)
}

// perThousand is a rate in thousandths of a request a second.
func perThousand(milli uint64) arrival.Rate {
	r, err := arrival.PerSecond(milli).Times(1, 1000)
	if err != nil {
		panic("experiment: " + err.Error()) // a thousandth of a whole number can be held
	}
	return r
}

// inSecond writes a rate for people.
func inSecond(r arrival.Rate) string { return fmt.Sprintf("%.4g requests/s", r.TxPerSec()) }

// search is a search under way. Rates are in thousandths of a request a second.
type search struct {
	objective result.Objective
	probe     func(milli uint64, confirm bool) (Probe, error)
	knee      Knee
	simulated uint64
}

func (s *search) run(start uint64) (Knee, error) {
	s.knee.Objective = s.objective
	low, high, err := s.bracket(max(start, rateMin))
	for err == nil && (high-low)*bracketDen > low {
		mid := low + (high-low)/2
		var holds bool
		if holds, err = s.try(mid, false); holds {
			low = mid
		} else {
			high = mid
		}
	}
	if err != nil {
		return s.knee, err
	}
	s.knee.Rate = perThousand(low)
	err = s.confirm(low)
	s.conclude()
	return s.knee, err
}

// bracket finds a load that holds and twice that, which does not.
func (s *search) bracket(start uint64) (low, high uint64, err error) {
	holds, err := s.try(start, false)
	if err != nil {
		return 0, 0, err
	}
	for low, high = start, start; err == nil; {
		if holds {
			low, high = high, 2*high
			if holds, err = s.try(high, false); !holds {
				return low, high, err
			}
			continue
		}
		if high = low; high <= rateMin {
			return 0, 0, fmt.Errorf("%w: not even %s meets %v: %s", ErrNoKnee, inSecond(perThousand(high)), s.objective, s.last().Why)
		}
		low = max(high/2, rateMin)
		var ok bool
		if ok, err = s.try(low, false); ok {
			return low, high, err
		}
	}
	return low, high, err
}

func (s *search) last() *Probe { return &s.knee.Probes[len(s.knee.Probes)-1] }

// try makes a probe.
func (s *search) try(milli uint64, confirm bool) (bool, error) {
	if len(s.knee.Probes) >= probesMax || s.simulated >= simulatedMax {
		return false, fmt.Errorf("%w: still searching at %s after %d runs of %d requests: look at a fixed load instead",
			ErrNoKnee, inSecond(perThousand(milli)), len(s.knee.Probes), s.simulated)
	}
	p, err := s.probe(milli, confirm)
	if err != nil {
		return false, err
	}
	p.Confirm = confirm
	s.simulated += p.Rate.In(p.Elapsed)
	s.knee.Probes = append(s.knee.Probes, p)
	return p.Holds(), nil
}

// confirm tries 95 % and 105 % with another seed.
func (s *search) confirm(low uint64) error {
	below, err := s.try(low*95/100, true)
	if err != nil {
		return err
	}
	if !below {
		s.knee.Warnings = append(s.knee.Warnings, fmt.Sprintf("not confirmed: with another seed 95 %% of the sustained load does not hold: %s", s.last().Why))
	}
	above, err := s.try(low*105/100, true)
	if above {
		s.knee.Warnings = append(s.knee.Warnings, "not confirmed: with another seed 105 % of the sustained load holds as well")
	}
	s.knee.Confirmed = err == nil && below && !above
	return err
}

// conclude takes from the probes what is to be said of the knee.
func (s *search) conclude() {
	k := &s.knee
	lowest := (*Probe)(nil) // of the loads above the knee that did not hold and have figures
	for i := range k.Probes {
		p := &k.Probes[i]
		switch {
		case p.Rate == k.Rate && p.Holds():
			k.Orders = p.Record.Number("offered")
		case p.Rate.Less(k.Rate) && !p.Holds() && !p.Confirm:
			k.Warnings = append(k.Warnings, fmt.Sprintf("more load is not always worse: %s did not hold, but more did", inSecond(p.Rate)))
		case !p.Holds() && !p.Cut && k.Rate.Less(p.Rate) && (lowest == nil || p.Rate.Less(lowest.Rate)):
			lowest = p
		}
		if failed := p.Record.Failed(); len(failed) > 0 {
			k.Warnings = append(k.Warnings, fmt.Sprintf("at %s a check broke: %s: %s", inSecond(p.Rate), failed[0].Name, failed[0].Detail))
		}
	}
	if lowest == nil {
		return
	}
	if k.Limit = result.LimitOf(lowest.Record); k.Limit == result.LimitOffered {
		k.Limit = busiest(lowest.Record)
	}
}

// busiest is what holds a load back that is carried but too slow: the busiest resource, or the protocol's rounds.
func busiest(r result.Record) string {
	limit, most := result.LimitRounds, 0.85 // as in result.LimitOf
	for _, c := range []struct{ limit, metric string }{
		{result.LimitCPU, "cpu-utilisation-max"}, {result.LimitDisk, "disk-utilisation-max"}, {result.LimitLink, "link-utilisation-max"},
	} {
		if v := r.Number(c.metric); v >= most {
			limit, most = c.limit, v
		}
	}
	return limit
}

// probe runs the cell at a rate. A cell with faults is probed for as long as it runs, because its schedule says
// when they happen.
func (c *Cell) probe(ctx context.Context, rate arrival.Rate, objective result.Objective, confirm bool) (Probe, error) {
	trial := *c
	trial.Rate, trial.Clients, trial.base, trial.Notes = rate, 0, nil, nil
	if confirm {
		trial.Seed += confirmSeed
	}
	if c.Faults.Empty() {
		trial.Warmup = probeWarmup + min(thinkTimes*c.Scenario.Params.Think, probeWindow)
		trial.Duration = trial.Warmup + windowFor(rate)
	}
	if rate.In(trial.Duration) > requestsMax {
		return Probe{}, fmt.Errorf("%w: %v is more than %d requests in %v", ErrNoKnee, rate, requestsMax, trial.Duration)
	}
	p := Probe{Rate: rate, Elapsed: trial.Duration}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	trial.guard = &guard{after: trial.Warmup, backlogMax: rate.In(backlogTime), dropless: c.dropless(objective) && !confirm, stop: cancel}
	rec, err := trial.run(inner)
	if g := trial.guard; g.why != "" && ctx.Err() == nil {
		p.Why, p.Cut, p.Elapsed = g.why, true, g.at
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Record = rec
	if p.misses = objective.Misses(rec); len(p.misses) > 0 {
		p.Why = p.misses[0]
	}
	return p, nil
}

// dropless reports whether one transaction that is dropped fails the objective. Queries may be dropped.
func (c *Cell) dropless(o result.Objective) bool {
	return c.Workload.Mix.Reads == 0 && slices.Contains(o, result.Term{Metric: "dropped", Op: "="})
}

// windowFor is how long a probe at a rate is measured.
func windowFor(rate arrival.Rate) time.Duration {
	if rate.In(probeWindow) >= probeRequests {
		return max(windowMin, probeWindow*probeRequests/time.Duration(rate.In(probeWindow))).Truncate(time.Millisecond)
	}
	return min(windowMax, max(probeWindow, probeWindow*probeRequests/2/time.Duration(rate.In(probeWindow)+1)).Truncate(time.Millisecond))
}

// guard gives a probe up once it cannot meet its objective any more.
type guard struct {
	after      time.Duration // nothing is given up before
	backlogMax uint64        // outstanding requests
	dropless   bool          // a dropped request is enough
	stop       func()

	before uint64 // requests refused by then
	began  bool
	at     time.Duration
	why    string
}

// guardEvery is how often a probe is looked at.
const guardEvery = 250 * time.Millisecond

// look gives the probe up when its backlog or its drops say so.
func (g *guard) look(now time.Duration, outstanding, refused uint64) {
	if g.why != "" || now < g.after {
		return
	}
	if !g.began {
		g.began, g.before = true, refused
	}
	switch {
	case outstanding > g.backlogMax:
		g.why = fmt.Sprintf("given up after %v: %d requests waited, more than %v of load", now, outstanding, backlogTime)
	case g.dropless && refused > g.before+1: // one may have been due before the window
		g.why = fmt.Sprintf("given up after %v: %d requests were dropped", now, refused-g.before)
	}
	if g.why != "" {
		g.at = now
		g.stop()
	}
}
