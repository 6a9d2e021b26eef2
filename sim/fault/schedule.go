// Package fault holds fault schedules: which nodes are down, which links are cut, lossy, duplicating
// or slow, and whose disk is slow, at which times. A schedule is data, so a run with faults can be
// written down, replayed and shrunk. The host asks it before each use of a node, a link or a disk.
//
// All intervals are half open: a fault holds from From until just before To. To = 0 means that it
// never ends.
//
// What is not modelled: disks that lose or corrupt what they acknowledged, clocks that run at
// different rates, and corrupted messages (the transport's checks turn those into losses).
package fault

import (
	"math"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
)

// Million is the scale of probabilities.
const Million = 1_000_000

// Crash stops a node, which loses its memory and keeps what was durable, and starts it again at To.
type Crash struct {
	Node     consensus.NodeID
	From, To time.Duration
}

// Partition cuts every link between nodes of different groups. A node that no group names stands
// alone.
type Partition struct {
	From, To time.Duration
	Groups   [][]consensus.NodeID
}

// Loss drops messages of some links at random.
type Loss struct {
	From, To         time.Duration
	LinkFrom, LinkTo consensus.NodeID // consensus.Everyone: any node
	PerMillion       uint32           // probability
}

// Duplicate delivers messages of some links twice at random.
type Duplicate struct {
	From, To         time.Duration
	LinkFrom, LinkTo consensus.NodeID
	PerMillion       uint32
}

// Delay adds to the delay of every message of some links.
type Delay struct {
	From, To         time.Duration
	LinkFrom, LinkTo consensus.NodeID
	Extra            time.Duration
}

// SlowDisk makes a node's disk take Percent of its normal time: 1000 is ten times slower.
type SlowDisk struct {
	Node     consensus.NodeID // consensus.Everyone: any node
	From, To time.Duration
	Percent  uint32
}

// Schedule is everything that goes wrong in a run. The zero value is a run without faults. It is
// immutable once a run has begun.
type Schedule struct {
	Name       string
	Crashes    []Crash
	Partitions []Partition
	Loss       []Loss
	Duplicates []Duplicate
	Delays     []Delay
	SlowDisks  []SlowDisk
}

// Empty reports whether nothing ever goes wrong.
func (s *Schedule) Empty() bool {
	return len(s.Crashes) == 0 && len(s.Partitions) == 0 && len(s.SlowDisks) == 0 && s.linksAreFine()
}

func (s *Schedule) linksAreFine() bool {
	return len(s.Loss) == 0 && len(s.Duplicates) == 0 && len(s.Delays) == 0
}

// within reports whether at lies in [from, to), where to = 0 has no end.
func within(at, from, to time.Duration) bool { return at >= from && (to == 0 || at < to) }

// covers reports whether the link a to b is among those that linkFrom and linkTo name.
func covers(linkFrom, linkTo, a, b consensus.NodeID) bool {
	return (linkFrom == consensus.Everyone || linkFrom == a) && (linkTo == consensus.Everyone || linkTo == b)
}

// Down reports whether node is crashed at that time.
func (s *Schedule) Down(node consensus.NodeID, at time.Duration) bool {
	for i := range s.Crashes {
		if c := &s.Crashes[i]; c.Node == node && within(at, c.From, c.To) {
			return true
		}
	}
	return false
}

// NextDown returns the first moment at or after at when node is crashed: at itself when it is down,
// false when it never will be.
func (s *Schedule) NextDown(node consensus.NodeID, at time.Duration) (time.Duration, bool) {
	next, ok := time.Duration(math.MaxInt64), false
	for i := range s.Crashes {
		c := &s.Crashes[i]
		if c.Node != node || (c.To != 0 && c.To <= at) {
			continue
		}
		next, ok = min(next, max(at, c.From)), true
	}
	if !ok {
		return 0, false
	}
	return next, true
}

// NextUp returns the first moment at or after at when node runs: at itself when it is up, false when
// it never will again.
func (s *Schedule) NextUp(node consensus.NodeID, at time.Duration) (time.Duration, bool) {
	for again := true; again; {
		again = false
		for i := range s.Crashes {
			c := &s.Crashes[i]
			if c.Node != node || !within(at, c.From, c.To) {
				continue
			}
			if c.To == 0 {
				return 0, false
			}
			at, again = c.To, true
		}
	}
	return at, true
}

// Cut reports whether a partition separates the two nodes at that time. A node is never cut off from
// itself.
func (s *Schedule) Cut(from, to consensus.NodeID, at time.Duration) bool {
	if len(s.Partitions) == 0 || from == to {
		return false
	}
	for i := range s.Partitions {
		if p := &s.Partitions[i]; within(at, p.From, p.To) && !p.together(from, to) {
			return true
		}
	}
	return false
}

func (p *Partition) together(a, b consensus.NodeID) bool {
	for _, group := range p.Groups {
		hasA, hasB := false, false
		for _, id := range group {
			hasA = hasA || id == a
			hasB = hasB || id == b
		}
		if hasA || hasB {
			return hasA && hasB
		}
	}
	return false
}

// Lost draws whether a message sent over a link at that time is dropped. Each fault that holds takes
// one draw from the stream, so several losses on one link are independent. An [Injector] gives every
// fault a stream of its own.
func (s *Schedule) Lost(stream *sim.Stream, from, to consensus.NodeID, at time.Duration) bool {
	lost := false
	for i := range s.Loss {
		if s.Loss[i].strikes(stream, from, to, at) {
			lost = true
		}
	}
	return lost
}

// strikes draws for a message, when the fault holds for it.
func (l *Loss) strikes(stream *sim.Stream, from, to consensus.NodeID, at time.Duration) bool {
	return within(at, l.From, l.To) && covers(l.LinkFrom, l.LinkTo, from, to) &&
		stream.Chance(uint64(l.PerMillion), Million)
}

// strikes draws for a message, when the fault holds for it.
func (d *Duplicate) strikes(stream *sim.Stream, from, to consensus.NodeID, at time.Duration) bool {
	return within(at, d.From, d.To) && covers(d.LinkFrom, d.LinkTo, from, to) &&
		stream.Chance(uint64(d.PerMillion), Million)
}

// Duplicated draws whether a message sent over a link at that time arrives twice.
func (s *Schedule) Duplicated(stream *sim.Stream, from, to consensus.NodeID, at time.Duration) bool {
	twice := false
	for i := range s.Duplicates {
		if s.Duplicates[i].strikes(stream, from, to, at) {
			twice = true
		}
	}
	return twice
}

// ExtraDelay is what a link adds at that time to the delay of a message; several faults add up.
func (s *Schedule) ExtraDelay(from, to consensus.NodeID, at time.Duration) (extra time.Duration) {
	for i := range s.Delays {
		if d := &s.Delays[i]; within(at, d.From, d.To) && covers(d.LinkFrom, d.LinkTo, from, to) {
			extra += d.Extra
		}
	}
	return extra
}

// DiskPercent is the time that node's disk takes at that moment in percent of the normal one; the
// slowest of several faults counts.
func (s *Schedule) DiskPercent(node consensus.NodeID, at time.Duration) uint32 {
	percent := uint32(100)
	for i := range s.SlowDisks {
		d := &s.SlowDisks[i]
		if (d.Node == consensus.Everyone || d.Node == node) && within(at, d.From, d.To) {
			percent = max(percent, d.Percent)
		}
	}
	return percent
}
