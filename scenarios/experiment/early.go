package experiment

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

// A run that stops early is given up once more transactions of its window have waited for longer than earlyWait than were
// open when the window began and a twentieth of all requests that the window is to have. Such a run cannot meet the
// default objective any more, whatever follows: those that get their answer take longer than its second, and are more than
// the hundredth that may; and were the rest left open, so much of the window's load that throughput would fall below
// 99 % of it, with the hundredth on top that the objective leaves to chance.
//
// A backlog that does not grow, as that of a slow group, is open when the window begins; so only more load than a group
// carries gives its run up.
//
// assumed: a tenth above the second, since quantiles are within a thousandth; a twentieth where three hundredths prove it,
// for windows in which chance lets more fall due than planned; and a hundred transactions, so that chance cannot let half
// as many again do so.
const (
	earlyWait  = 1100 * time.Millisecond
	earlyShare = 20 // one in so many
	earlyLeast = 100
)

// stopsEarly reports whether the cell's run may be given up: it runs in virtual time, where the rule sees the same on
// every machine, at a load that is the same all along, without faults whose outage would look like too much load.
func (c *Cell) stopsEarly() bool {
	return c.StopEarly && c.Clients == 0 && c.settles() && c.Runtime() == result.Virtual
}

// earlyContent is what stopping early adds to what a cell is a run of, for Hash.
func (c *Cell) earlyContent() []any {
	if !c.stopsEarly() {
		return nil
	}
	return []any{"stop early", earlyWait, earlyShare, earlyLeast}
}

// early gives a run up whose load is beyond what its group carries. A nil one gives nothing up.
type early struct {
	load.Sink
	warmup, until time.Duration // the window
	planned       uint64        // requests of the window
	wait          time.Duration
	stop          func()

	before   uint64    // transactions open when the window began
	due      uint64    // of the window, so far
	answered uint64    // of those
	waiting  uint64    // at the last look for longer than wait, beyond those open when the window began
	past     []dueThen // due at the looks of the last wait

	at     time.Duration // when it was given up, or 0
	limit  string
	digest string
}

// dueThen is how many transactions of the window were due at a time.
type dueThen struct {
	at  time.Duration
	due uint64
}

// beside hears of what goes to a sink.
func (e *early) beside(sink load.Sink) load.Sink {
	if e == nil {
		return sink
	}
	e.Sink = sink
	return e
}

// Offered implements load.Sink.
func (e *early) Offered(q workloads.Request) {
	e.Sink.Offered(q)
	switch {
	case q.Read:
	case q.At < e.warmup:
		e.before++
	case q.At < e.until:
		e.due++
	}
}

// Answered implements load.Sink.
func (e *early) Answered(q workloads.Request, o consensus.Outcome) {
	e.Sink.Answered(q, o)
	switch {
	case q.Read:
	case q.At < e.warmup:
		e.ended(o)
	case q.At < e.until:
		e.answered++
	}
}

// Missed implements load.Sink.
func (e *early) Missed(q workloads.Request, o consensus.Outcome) {
	e.Sink.Missed(q, o)
	if !q.Read && q.At < e.warmup {
		e.ended(o)
	}
}

// ended takes a transaction that was due before the window, and ended there, from those open when it begins.
func (e *early) ended(o consensus.Outcome) {
	if o.Done < e.warmup {
		e.before--
	}
}

// look gives the run up if it is beyond saturation. It is called when the nodes are sampled anyway, so that it adds
// nothing to the simulation.
func (e *early) look(now time.Duration, group *cluster.Cluster, rec *record.Recorder) {
	if e == nil || e.at > 0 || !e.beyond(now) {
		return
	}
	digest := group.Digest()
	e.at, e.limit, e.digest = now, result.LimitBusy(rec.Busiest()), hex.EncodeToString(digest[:])
	e.stop()
}

// beyond applies the rule. Answers to transactions that were due later than a wait ago are taken for answers to those
// before, which is in the run's favour.
func (e *early) beyond(now time.Duration) bool {
	if now < e.warmup {
		return false
	}
	e.past = append(e.past, dueThen{now, e.due})
	for len(e.past) > 1 && e.past[1].at < now-e.wait {
		e.past = e.past[1:]
	}
	if then := e.past[0]; then.at >= now-e.wait || then.due < e.answered+e.before {
		return false
	}
	e.waiting = e.past[0].due - e.answered - e.before
	return e.waiting >= earlyLeast && e.waiting > e.planned/earlyShare
}

// runEarly runs a cell in the simulator and gives it up when the rule says so. Its record then has no figures, since
// those of a shorter window are not those of the cell; the digest is of what happened until then.
func (c *Cell) runEarly(ctx context.Context, engine Engine) (result.Record, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	trial := *c
	e := &early{warmup: c.Warmup, until: c.Duration, planned: c.Rate.In(c.Duration - c.Warmup), wait: earlyWait, stop: cancel}
	trial.early = e
	rec, err := trial.runVirtual(inner, engine)
	if e.at > 0 && ctx.Err() == nil {
		if rec, err = c.cutShort(); err != nil {
			return rec, err
		}
		rec.GivenUpSec, rec.Limit, rec.Digest = e.at.Seconds(), e.limit, e.digest
		rec.Warnings = append(rec.Warnings, fmt.Sprintf("given up: the load is beyond what the cell carries; after %v, %d more transactions had waited for over %v than when its window began, of some %d requests of all of it", e.at.Round(time.Millisecond), e.waiting, earlyWait, e.planned))
	}
	return rec, err
}
