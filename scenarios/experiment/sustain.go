package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	precisionDefault = 20         // the bracket ends at so many thousandths of its lower end
	probesMax        = 32         // runs of one search, those that confirm included
	simulatedMax     = 10_000_000 // requests of one search
	startMin         = 100_000    // where a smaller city load is left for a first probe, in thousandths of a request a second
	rateMin          = 1000       // below one request a second nothing is carried
	lowerMax         = 3          // times that a load which another seed does not confirm is lowered
)

// Length of a probe. A queue shows within seconds beyond capacity: at 105 % of it a twentieth of a window is
// missing, however long that is. Slow designs get a longer window and fast ones a shorter one, so that about as
// many requests are counted.
//
// assumed: 40,000 requests give a rate to half a percent; a window is not shorter than eight of the one-second
// latencies that the default objective allows, because a backlog that a seed's burst leaves takes that long to
// go.
const (
	probeWarmup   = 2 * time.Second
	probeWindow   = 10 * time.Second
	windowMin     = 8 * time.Second
	windowMax     = 2 * time.Minute
	probeRequests = 40_000
	thinkTimes    = 2 // of a case's steps, which the warm-up holds in addition, up to a window's length
)

// A probe is given up when more of its load waits than may. What waits is kept in memory, so that a probe far
// beyond capacity is also given up when it holds more requests than a group that keeps up ever does.
//
// assumed: twice the longest latency that the objective allows, and no less than a start takes; a million a
// second for half a second.
const (
	backlogTimes  = 2
	backlogMin    = 2 * time.Second
	backlogOpen   = 4 * time.Second // where the objective bounds no latency
	inFlightLimit = 500_000
	latencyMax    = 3600 // a longer latency, in seconds, bounds no backlog
)

// confirmSeed is added to the seed of the runs that confirm a sustained load: a load that holds for one seed only
// is not sustained.
const confirmSeed = 1_000_003

// Probe is one run of a search.
type Probe struct {
	Rate    arrival.Rate  // offered
	Why     string        // empty when the objective held, else what did not
	Cut     bool          // given up before its end, so that it has no figures
	Role    string        // see result.Probe
	Record  result.Record // of a probe that was cut, without figures
	Elapsed time.Duration // of virtual time that was offered
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

// SearchOptions say what is searched for, and how.
type SearchOptions struct {
	Objective result.Objective
	Precision uint64 // the bracket that the load is found in, in thousandths of it; 0: 20
	Curve     bool   // also run at loads below the one found, to draw the curve
	// start, when set, is the load to begin with in thousandths of a request a second, instead of the city load.
	start uint64
	// Known, when set, gives the record of a probe that was made earlier.
	Known func(Key) (result.Record, bool)
	// Keep, when set, stores the record of a probe as soon as it has ended. Its error ends the search.
	Keep func(result.Record) error
	// Trying, when set, hears of a probe before it is made.
	Trying func(role string, rate arrival.Rate, probes int)
}

// Search finds the highest load that meets an objective on the cell's own design, network, machine, faults and
// seed: it doubles (or halves) from the city load until the verdict turns, halves the bracket until it is as
// narrow as Precision says, and confirms with another seed. A load that the other seed does not confirm is
// lowered. In virtual time equal cells give equal knees. The cell's own load does not matter. Without a knee
// the error is ErrNoKnee with its reason; the probes are there all the same.
func Search(ctx context.Context, c *Cell, opts SearchOptions) (Knee, error) {
	base := *c
	if c.base != nil {
		base.Setup = *c.base
	}
	if tally := base.Workload.Mix; tally.Requests == tally.Reads {
		return Knee{Objective: opts.Objective}, fmt.Errorf("%w: %s sends queries only, which no design orders", ErrNoKnee, base.Scenario.ID)
	}
	start := uint64(startMin)
	if offer, err := base.Workload.ForLoad(scenarios.PresetCity); err == nil {
		start = max(start, offer.Rate.In(1000*time.Second))
	}
	if opts.start > 0 {
		start = opts.start
	}
	s := search{objective: opts.Objective, precision: cmp.Or(opts.Precision, precisionDefault), curve: opts.Curve}
	s.probe = func(milli uint64, role string) (Probe, error) {
		if opts.Trying != nil {
			opts.Trying(role, perThousand(milli), len(s.knee.Probes))
		}
		return base.probe(ctx, milli, role, &opts)
	}
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
func inSecond(r arrival.Rate) string {
	if v := r.TxPerSec(); v >= 1000 {
		return fmt.Sprintf("%.0f requests/s", v)
	}
	return fmt.Sprintf("%.4g requests/s", r.TxPerSec())
}

// search is a search under way. Rates are in thousandths of a request a second.
type search struct {
	objective result.Objective
	precision uint64
	curve     bool
	probe     func(milli uint64, role string) (Probe, error)
	knee      Knee
	simulated uint64
}

func (s *search) run(start uint64) (Knee, error) {
	s.knee.Objective = s.objective
	low, high, err := s.bracket(max(start, rateMin))
	for err == nil && (high-low)*1000 > low*s.precision {
		mid := low + (high-low)/2
		var holds bool
		if holds, err = s.try(mid, result.RoleSearch); holds {
			low = mid
		} else {
			high = mid
		}
	}
	if err != nil {
		return s.knee, err
	}
	low, err = s.confirm(low)
	s.knee.Rate = perThousand(low)
	if err == nil && s.curve {
		err = s.below(low)
	}
	s.conclude()
	return s.knee, err
}

// bracket finds a load that holds and twice that, which does not.
func (s *search) bracket(start uint64) (low, high uint64, err error) {
	holds, err := s.try(start, result.RoleSearch)
	if err != nil {
		return 0, 0, err
	}
	for low, high = start, start; err == nil; {
		if holds {
			low, high = high, 2*high
			if holds, err = s.try(high, result.RoleSearch); !holds {
				return low, high, err
			}
			continue
		}
		if high = low; high <= rateMin {
			return 0, 0, fmt.Errorf("%w: not even %s meets %v: %s", ErrNoKnee, inSecond(perThousand(high)), s.objective, s.last().Why)
		}
		low = max(high/2, rateMin)
		var ok bool
		if ok, err = s.try(low, result.RoleSearch); ok {
			return low, high, err
		}
	}
	return low, high, err
}

func (s *search) last() *Probe { return &s.knee.Probes[len(s.knee.Probes)-1] }

// try makes a probe, unless the same was made before.
func (s *search) try(milli uint64, role string) (bool, error) {
	for i := range s.knee.Probes {
		p := &s.knee.Probes[i]
		if p.Rate == perThousand(milli) && (p.Role == result.RoleConfirm) == (role == result.RoleConfirm) {
			return p.Holds(), nil
		}
	}
	if role != result.RoleCurve && (len(s.knee.Probes) >= probesMax || s.simulated >= simulatedMax) {
		return false, fmt.Errorf("%w: still searching at %s after %d runs of %d requests: look at a fixed load instead",
			ErrNoKnee, inSecond(perThousand(milli)), len(s.knee.Probes), s.simulated)
	}
	p, err := s.probe(milli, role)
	if err != nil {
		return false, err
	}
	p.Role = role
	s.simulated += p.Rate.In(p.Elapsed)
	s.knee.Probes = append(s.knee.Probes, p)
	return p.Holds(), nil
}

// confirm tries 95 % and 105 % with another seed, and gives the load that is confirmed: a lower one where the
// other seed does not hold what the first did.
func (s *search) confirm(low uint64) (uint64, error) {
	below, err := s.try(low*95/100, result.RoleConfirm)
	for lowered := 0; err == nil && !below && lowered < lowerMax; lowered++ {
		why := s.last().Why
		next := low * 95 / 100
		holds, tryErr := s.try(next, result.RoleSearch)
		if tryErr != nil || !holds {
			err = tryErr
			break
		}
		s.knee.Warnings = append(s.knee.Warnings, fmt.Sprintf("lowered from %s: with another seed 95 %% of that did not hold: %s", inSecond(perThousand(low)), why))
		low = next
		below, err = s.try(low*95/100, result.RoleConfirm)
	}
	if err != nil {
		return low, err
	}
	if !below {
		s.knee.Warnings = append(s.knee.Warnings, "not confirmed: with another seed 95 % of the sustained load does not hold")
	}
	above, err := s.try(low*105/100, result.RoleConfirm)
	if above {
		s.knee.Warnings = append(s.knee.Warnings, "not confirmed: with another seed 105 % of the sustained load holds as well")
	}
	s.knee.Confirmed = err == nil && below && !above
	return low, err
}

// below runs at shares of the sustained load near which the search made no run.
func (s *search) below(low uint64) error {
	for _, percent := range []uint64{10, 25, 50, 75, 90} {
		at := low * percent / 100
		if at < rateMin || s.near(at) {
			continue
		}
		if _, err := s.try(at, result.RoleCurve); err != nil {
			return err
		}
	}
	return nil
}

// near reports whether a run was made within a tenth of a load.
func (s *search) near(milli uint64) bool {
	for i := range s.knee.Probes {
		p := &s.knee.Probes[i]
		at := p.Rate.In(1000 * time.Second)
		if p.Role != result.RoleConfirm && at*10 > milli*9 && at*10 < milli*11 {
			return true
		}
	}
	return false
}

// conclude takes from the probes what is to be said of the knee.
func (s *search) conclude() {
	k := &s.knee
	var lowest, held *Probe // of the loads above the knee that did not hold, the lowest with figures; and at the knee
	for i := range k.Probes {
		p := &k.Probes[i]
		switch {
		case p.Rate == k.Rate && p.Role != result.RoleConfirm && p.Holds():
			k.Orders, held = p.Record.Number("offered"), p
		case p.Rate.Less(k.Rate) && !p.Holds() && p.Role != result.RoleConfirm:
			k.Warnings = append(k.Warnings, fmt.Sprintf("more load is not always worse: %s did not hold, but more did", inSecond(p.Rate)))
		case !p.Holds() && !p.Cut && k.Rate.Less(p.Rate) && (lowest == nil || p.Rate.Less(lowest.Rate)):
			lowest = p
		}
		if failed := p.Record.Failed(); len(failed) > 0 {
			k.Warnings = append(k.Warnings, fmt.Sprintf("at %s a check broke: %s: %s", inSecond(p.Rate), failed[0].Name, failed[0].Detail))
		}
	}
	switch {
	case lowest != nil:
		if k.Limit = result.LimitOf(lowest.Record); k.Limit == result.LimitOffered {
			k.Limit = busiest(lowest.Record)
		}
	case held != nil: // every load above was given up
		if limit := busiest(held.Record); limit != result.LimitRounds {
			k.Limit = limit
		}
	}
}

// busiest is what holds a load back that is carried but too slow: the busiest resource, or the protocol's rounds.
func busiest(r result.Record) string {
	return result.LimitBusy(r.Number("cpu-utilisation-max"), r.Number("disk-utilisation-max"), r.Number("link-utilisation-max"))
}

// at is the cell of a probe. A cell with faults is probed for as long as it runs, because its schedule says when
// they happen.
func (c *Cell) at(milli uint64, role string) Cell {
	trial := *c
	trial.Rate, trial.Clients, trial.base, trial.Notes = perThousand(milli), 0, nil, nil
	trial.StopEarly = false
	trial.Load = Load{text: strconv.FormatFloat(float64(milli)/1000, 'f', -1, 64)}
	if role == result.RoleConfirm {
		trial.Seed += confirmSeed
	}
	if c.Faults.Empty() {
		trial.WarmupAuto = false
		trial.Warmup = probeWarmup + min(thinkTimes*c.Scenario.Params.Think, probeWindow)
		trial.Duration = trial.Warmup + windowFor(trial.Rate)
	}
	return trial
}

// probe runs the cell at a rate, or takes the run from those that are known.
func (c *Cell) probe(ctx context.Context, milli uint64, role string, opts *SearchOptions) (Probe, error) {
	trial := c.at(milli, role)
	if trial.Rate.In(trial.Duration) > requestsMax {
		return Probe{}, fmt.Errorf("%w: %v is more than %d requests in %v", ErrNoKnee, trial.Rate, requestsMax, trial.Duration)
	}
	hash, err := trial.Hash()
	if err != nil {
		return Probe{}, err
	}
	rec, known := result.Record{}, false
	if opts.Known != nil {
		rec, known = opts.Known(KeyOf(trial.record(hash, "")))
	}
	if !known {
		if rec, err = trial.probed(ctx, role, opts); err != nil {
			return Probe{}, err
		}
		if opts.Keep != nil {
			if err := opts.Keep(rec); err != nil {
				return Probe{}, err
			}
		}
	}
	p := Probe{Rate: trial.Rate, Why: rec.Probe.Why, Cut: rec.Probe.CutSec > 0, Record: rec, Elapsed: trial.Duration}
	if p.Cut {
		p.Elapsed = time.Duration(rec.Probe.CutSec * float64(time.Second))
	}
	return p, nil
}

// probed runs the cell of a probe and judges it.
func (c *Cell) probed(ctx context.Context, role string, opts *SearchOptions) (result.Record, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	c.guard = &guard{after: c.Warmup, backlogMax: inFlightLimit, stop: cancel}
	if c.dropless(opts.Objective) && role != result.RoleConfirm {
		c.guard.dropsMax = c.queries
	}
	if c.Faults.Empty() { // else a backlog may be that of an outage, which goes
		c.guard.backlogMax = min(inFlightLimit, c.Rate.In(backlogFor(opts.Objective)))
	}
	verdict := result.Probe{Objective: opts.Objective.String(), Precision: float64(cmp.Or(opts.Precision, precisionDefault)) / 1000, Role: role}
	rec, err := c.run(inner)
	if g := c.guard; g.why != "" && ctx.Err() == nil {
		if rec, err = c.cutShort(); err != nil {
			return rec, err
		}
		verdict.Why, verdict.CutSec = g.why, g.at.Seconds()
		rec.Probe = &verdict
		return rec, nil
	}
	if err != nil {
		return rec, err
	}
	if misses := opts.Objective.Misses(rec); len(misses) > 0 {
		verdict.Why = misses[0]
	}
	verdict.Held = verdict.Why == ""
	rec.Probe = &verdict
	return rec, nil
}

// cutShort is the record of a probe that was given up.
func (c *Cell) cutShort() (result.Record, error) {
	hash, err := c.Hash()
	return c.record(hash, c.Runtime()), err
}

// backlogFor is how much of a load may wait before a probe is given up: what waits for as long was not answered
// in time.
func backlogFor(o result.Objective) time.Duration {
	longest := time.Duration(0)
	for _, t := range o {
		if m, _ := result.MetricNamed(t.Metric); m.Unit == "sec" && t.Of == "" && (t.Op == "<" || t.Op == "<=") && t.Value < latencyMax {
			longest = max(longest, time.Duration(t.Value*float64(time.Second)))
		}
	}
	if longest == 0 {
		return backlogOpen
	}
	return max(backlogMin, backlogTimes*longest)
}

// dropless reports whether one transaction that is dropped fails the objective.
func (c *Cell) dropless(o result.Objective) bool {
	return slices.Contains(o, result.Term{Metric: "dropped", Op: "="})
}

// queries is the most queries that fall due in a length of time, which may be dropped.
//
// assumed: twice the share of the rehearsal, and fifty for chance.
func (c *Cell) queries(in time.Duration) uint64 {
	tally := c.Workload.Mix
	if tally.Reads == 0 {
		return 0
	}
	share, err := c.Rate.Times(2*tally.Reads, tally.Requests)
	if err != nil {
		return c.Rate.In(in)
	}
	return 50 + share.In(in)
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
	after      time.Duration              // no drop counts before
	backlogMax uint64                     // outstanding requests
	dropsMax   func(time.Duration) uint64 // drops that may be of queries, so long after; nil: any number is allowed
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
	if g.why != "" {
		return
	}
	if now >= g.after && !g.began {
		g.began, g.before = true, refused
	}
	switch {
	case outstanding > g.backlogMax:
		g.why = fmt.Sprintf("given up after %v: more than %d requests waited", now, g.backlogMax)
	case g.dropsMax != nil && g.began && refused > g.before+1+g.dropsMax(now-g.after): // one may have been due before the window
		g.why = fmt.Sprintf("given up after %v: %d requests were dropped", now, refused-g.before)
	}
	if g.why != "" {
		g.at = now
		g.stop()
	}
}
