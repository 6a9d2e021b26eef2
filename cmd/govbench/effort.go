package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/govbench/govbench/reports/render"
)

// effort adds up how long the cells of a run took by themselves, so that what everything else costs can be told.
type effort struct {
	jobs    int
	now     func() time.Time // the clock
	started time.Time
	cells   atomic.Int64
	sum     atomic.Int64 // nanoseconds
}

// newEffort begins to measure cells of which so many run at a time.
func newEffort(jobs int, now func() time.Time) *effort {
	return &effort{jobs: jobs, now: now, started: now()}
}

// around measures one cell.
func (e *effort) around() (ended func()) {
	began := e.now()
	return func() {
		e.cells.Add(1)
		e.sum.Add(int64(e.now().Sub(began)))
	}
}

// end gives what was measured from the first cell to now.
func (e *effort) end() render.Effort {
	elapsed := e.now().Sub(e.started).Seconds()
	out := render.Effort{Cells: e.cells.Load(), Jobs: e.jobs, CellsSec: time.Duration(e.sum.Load()).Seconds(), ElapsedSec: elapsed}
	if elapsed > 0 {
		out.Efficiency = out.CellsSec / float64(e.jobs) / elapsed
	}
	return out
}

// effortText tells an effort in a line.
func effortText(e render.Effort) string {
	return fmt.Sprintf("%d cells took %.2f s by themselves, %d at a time: %.2f s of %.2f s, efficiency %.1f %%",
		e.Cells, e.CellsSec, e.Jobs, e.CellsSec/float64(e.Jobs), e.ElapsedSec, 100*e.Efficiency)
}
