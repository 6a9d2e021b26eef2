package experiment

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/strict"
)

// Options of a run of cells.
type Options struct {
	Jobs int // cells at a time; at least 1
	// Keep stores a record as soon as its run has ended. It is called one call at a time, in the order
	// in which runs end, which is that of the plan with one job only.
	Keep func(result.Record) error
	// Sync, when set, makes durable what Keep stored. While it waits for the disk the next cells run, and it is called once
	// for all that ended meanwhile, and not sooner than SyncEvery after it was called before; a cell is finished only after
	// it. Without it Keep does so by itself.
	Sync      func() error
	SyncEvery time.Duration
	// Progress, when set, hears of every finished cell.
	Progress func(done, total int, rec result.Record)
	// Searching, when set, hears of every cell whose sustained load is searched for before it runs; never
	// at the same time as Keep and Progress.
	Searching func(c *Cell)
	// Moved, when set, hears how far the cells under way have come, some hundred times a second each. It is called from
	// the goroutines that run them, several at a time, so it must be quick and must not wait.
	Moved func(Moment)
	// Around, when set, is called when a cell begins, and what it gives when it has ended, before its record is kept. Both
	// are called from the goroutine that runs the cell, one such of several.
	Around func(c *Cell) (ended func())
}

// around is a call of Around, if there is any.
func (o Options) around(c *Cell) (ended func()) {
	if o.Around == nil {
		return func() {}
	}
	return o.Around(c)
}

// Run runs cells and keeps one record each; Plan.Sort puts records into the order of the plan. A cell
// that cannot be run gives a record with a failed check. When ctx ends, cells under way are given up and
// every finished one has been kept; the error is then that of ctx. An error of Keep ends the run.
func Run(ctx context.Context, cells []*Cell, opts Options) error {
	outer := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var next atomic.Int64 // of the cells, that to run next: whoever is free takes it, and waits for nobody
	var mu sync.Mutex
	ended := newKeeper(opts, len(cells), &mu, stop)
	found := &searches{tell: func(c *Cell) {
		mu.Lock()
		defer mu.Unlock()
		if opts.Searching != nil {
			opts.Searching(c)
		}
	}}
	var workers sync.WaitGroup
	for slot := range min(max(opts.Jobs, 1), len(cells)) {
		workers.Go(func() {
			defer moves(opts.Moved).free(slot)
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= int64(len(cells)) {
					return
				}
				c := cells[i]
				over := opts.around(c)
				rec, err := found.run(ctx, moves(opts.Moved).in(slot, c))
				over()
				if err != nil && ctx.Err() != nil {
					continue
				}
				if err != nil {
					rec = c.failed(err)
				}
				ended.records <- rec
			}
		})
	}
	workers.Wait()
	if all, err := ended.close(); err != nil || all {
		return err
	}
	return outer.Err()
}

// run runs one cell on the runtime that its design and clock ask for.
func (c *Cell) run(ctx context.Context) (rec result.Record, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the run broke: %v\n%s", p, debug.Stack())
		}
	}()
	engine, ok := engineNamed(c.Design.Protocol)
	if !ok {
		return rec, strict.UnknownName("protocol", c.Design.Protocol, engineNames())
	}
	if engine.Pure && c.guard == nil && c.stopsEarly() {
		return c.runEarly(ctx, engine)
	}
	if engine.Pure {
		return c.runVirtual(ctx, engine)
	}
	return c.runHashiraft(ctx)
}

// failed is the record of a cell that could not be run.
func (c *Cell) failed(err error) result.Record {
	hash, hashErr := c.Hash()
	rec := c.record(hash, c.Runtime())
	rec.Checks = []result.Check{{Name: "the run ended", Detail: errors.Join(err, hashErr).Error()}}
	return rec
}

// Runtime is the runtime that the cell's design and clock ask for.
func (c *Cell) Runtime() result.Runtime {
	if engine, ok := engineNamed(c.Design.Protocol); ok && !engine.Pure {
		return c.engineRuntime()
	}
	return result.Virtual
}

// engineRuntime is the runtime of a third-party engine on this cell's clock.
func (c *Cell) engineRuntime() result.Runtime {
	if c.Clock == WallClock {
		return result.Wall
	}
	return result.Bubble
}
