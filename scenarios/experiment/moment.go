package experiment

import (
	"time"

	"github.com/govbench/govbench/workloads/load"
)

// Moment is how far one cell under way has come.
type Moment struct {
	// Slot numbers the cells that run beside each other, from 0; a cell of a search takes that of its search.
	Slot     int
	Cell     *Cell         // nil: there is none any more
	Now, End time.Duration // of the run's own clock; End is 0 before it has begun
	Answered uint64        // requests so far
}

// moves is how a cell tells its moments, or nil.
type moves func(Moment)

// in gives a copy of the cell that tells its moments as those of a slot, and tells that it is about to begin.
func (m moves) in(slot int, c *Cell) *Cell {
	if m == nil {
		return c
	}
	own := *c
	own.moved = func(at Moment) {
		at.Slot = slot
		m(at)
	}
	own.moved(Moment{Cell: c})
	return &own
}

// free tells that a slot stays empty from now on.
func (m moves) free(slot int) {
	if m != nil {
		m(Moment{Slot: slot})
	}
}

// beat is what a runtime calls now and then, so that the cell's moments are heard of; nil when nobody listens. The
// driver is made after the runtime and before it runs.
func (c *Cell) beat(driver **load.Driver) func(now time.Duration) {
	if c.moved == nil {
		return nil
	}
	end := c.Duration + drain
	return func(now time.Duration) {
		c.moved(Moment{Cell: c, Now: min(now, end), End: end, Answered: (*driver).Stats().Answered})
	}
}
