package experiment

import (
	"context"
	"fmt"
	"time"

	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads/load"
)

// A run that stops early is looked at after each eighth of its measured window, and given up when it left more than a
// quarter of what fell due unanswered in each of two eighths in a row: by then more than a sixteenth of the window's
// whole load waits or is lost, three times what a load that counts as carried may miss.
//
// assumed: a backlog that grows by a quarter of the load for a quarter of the window is not that of a burst; below a
// hundred requests an eighth, chance alone may leave a quarter of them open.
const (
	earlyParts       = 8
	earlyRow         = 2 // parts in a row
	earlyMissed      = 4 // one in so many
	earlyRequestsMin = 100
)

// stopsEarly reports whether the cell's run may be given up: it runs in virtual time, where the rule sees the same on
// every machine, at a load that is the same all along, without faults whose outage would look like too much load.
func (c *Cell) stopsEarly() bool {
	return c.StopEarly && c.Clients == 0 && c.Trace == nil && c.settles() && c.Faults.Empty() && c.runtime() == result.Virtual
}

// earlyContent is what stopping early adds to what a cell is a run of, for Hash.
func (c *Cell) earlyContent() []any {
	if !c.stopsEarly() {
		return nil
	}
	return []any{"stop early", earlyParts, earlyRow, earlyMissed, earlyRequestsMin}
}

// early gives a run up whose load is beyond what its group carries.
type early struct {
	queries func(time.Duration) uint64 // that may be dropped
	part    time.Duration
	stop    func()

	next   time.Duration // no look before
	since  time.Duration // of the last look
	began  bool
	last   load.Stats
	missed []bool        // of the parts of the window that have passed
	at     time.Duration // when it was given up
	limit  string        // and what held it back
}

// look takes what was due and answered once a part has passed. It is called when the nodes are sampled anyway, so that it
// adds nothing to the simulation; a nil receiver gives nothing up.
func (e *early) look(now time.Duration, driver *load.Driver, rec *record.Recorder) {
	if e == nil || e.at > 0 || now < e.next {
		return
	}
	first, s, part := !e.began, driver.Stats(), now-e.since
	e.began, e.since, e.next = true, now, now+e.part
	due, answered := s.Offered-e.last.Offered, s.Answered-e.last.Answered
	e.last = s
	if first {
		return
	}
	e.missed = append(e.missed, due >= earlyRequestsMin && due > answered && (due-answered-min(due-answered, e.queries(part)))*earlyMissed > due)
	if len(e.missed) < earlyRow {
		return
	}
	for _, missed := range e.missed[len(e.missed)-earlyRow:] {
		if !missed {
			return
		}
	}
	e.at, e.limit = now, result.LimitBusy(rec.Busiest())
	e.stop()
}

// runEarly runs a cell in the simulator and gives it up when the rule says so. Its record then has no figures, since
// those of a shorter window are not those of the cell.
func (c *Cell) runEarly(ctx context.Context, engine Engine) (result.Record, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	trial := *c
	trial.early = &early{queries: c.queries, next: c.Warmup, part: (c.Duration - c.Warmup) / earlyParts, stop: cancel}
	rec, err := trial.runVirtual(inner, engine)
	if trial.early.at == 0 || ctx.Err() != nil {
		return rec, err
	}
	if rec, err = c.cutShort(); err != nil {
		return rec, err
	}
	rec.Limit, rec.GivenUpSec = trial.early.limit, trial.early.at.Seconds()
	rec.Warnings = append(rec.Warnings, fmt.Sprintf(
		"given up after %v: the load is beyond what this cell carries: more than a quarter of what fell due was not answered for a quarter of the window, so there are no figures", trial.early.at))
	return rec, nil
}
