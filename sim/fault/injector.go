package fault

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
)

// Injector is a schedule together with a random stream for each of its faults. A stream is named
// after what its fault says, not after its place, so taking one fault out of a schedule, as a search
// for the smallest failing one does, leaves the draws of all others as they were.
type Injector struct {
	*Schedule
	loss       []*sim.Stream
	duplicates []*sim.Stream
}

// NewInjector prepares a schedule for one run.
func NewInjector(s *Schedule, seed uint64) *Injector {
	in := &Injector{Schedule: s}
	seen := make(map[string]int)
	stream := func(name string) *sim.Stream {
		seen[name]++
		return sim.NewStream(seed, fmt.Sprintf("%s#%d", name, seen[name]))
	}
	for _, l := range s.Loss {
		in.loss = append(in.loss, stream(fmt.Sprintf("fault/loss/%+v", l)))
	}
	for _, d := range s.Duplicates {
		in.duplicates = append(in.duplicates, stream(fmt.Sprintf("fault/duplicate/%+v", d)))
	}
	return in
}

// Lost draws whether a message sent over a link at that time is dropped.
func (in *Injector) Lost(from, to consensus.NodeID, at time.Duration) bool {
	lost := false
	for i, stream := range in.loss {
		if in.Loss[i].strikes(stream, from, to, at) {
			lost = true
		}
	}
	return lost
}

// Duplicated draws whether a message sent over a link at that time arrives twice.
func (in *Injector) Duplicated(from, to consensus.NodeID, at time.Duration) bool {
	twice := false
	for i, stream := range in.duplicates {
		if in.Duplicates[i].strikes(stream, from, to, at) {
			twice = true
		}
	}
	return twice
}
