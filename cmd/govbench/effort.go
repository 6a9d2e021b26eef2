package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// meters are what an effort is measured with. The second and the third tell a time only where the system does.
type meters struct {
	now     func() time.Time
	thread  func() (time.Duration, bool) // processor time of the calling thread
	process func() (time.Duration, bool) // processor time of the process
}

// systemMeters are those of this machine.
func systemMeters() meters { return meters{time.Now, threadTime, processTime} }

// effort adds up how long the cells of a run took by themselves, so that what everything else costs can be told.
type effort struct {
	meters
	jobs    int
	started time.Time
	before  time.Duration // processor time of the process until then
	cells   atomic.Int64
	sum     atomic.Int64 // nanoseconds
}

// newEffort begins to measure cells of which so many run at a time.
func newEffort(jobs int, with meters) *effort {
	e := &effort{meters: with, jobs: jobs, started: with.now()}
	e.before, _ = e.process()
	return e
}

// around measures one cell, which runs in the calling goroutine.
func (e *effort) around(c *experiment.Cell) (ended func()) {
	if c.Runtime() != result.Virtual {
		return e.passing()
	}
	runtime.LockOSThread() // so that the thread's time is the cell's
	began, ok := e.thread()
	if !ok {
		runtime.UnlockOSThread()
		return e.passing()
	}
	return func() {
		now, _ := e.thread()
		runtime.UnlockOSThread()
		e.add(now - began)
	}
}

// passing measures a cell by the time that passes.
func (e *effort) passing() (ended func()) {
	began := e.now()
	return func() { e.add(e.now().Sub(began)) }
}

func (e *effort) add(d time.Duration) {
	e.cells.Add(1)
	e.sum.Add(int64(d))
}

// end gives what was measured from the first cell to now.
func (e *effort) end() render.Effort {
	elapsed := e.now().Sub(e.started).Seconds()
	out := render.Effort{Cells: e.cells.Load(), Jobs: e.jobs, CellsSec: time.Duration(e.sum.Load()).Seconds(), ElapsedSec: elapsed}
	if used, ok := e.process(); ok {
		out.CPUSec = (used - e.before).Seconds()
	}
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
