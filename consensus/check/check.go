// Package check observes a run and says which promises of replication it broke. The same checker
// watches the simulator, the bubble and the wall clock, because it sees nothing but the event tap.
package check

import (
	"fmt"

	"github.com/govbench/govbench/consensus"
)

// Verdict is one promise and whether the run kept it.
type Verdict struct {
	Name   string // agreement, integrity, total-order, state-root, non-vacuity
	OK     bool
	Detail string // the first breach, empty when OK
}

// Names of the promises, in the order of Verdicts.
const (
	Agreement  = "agreement"   // no two replicas commit different blocks at a height
	Integrity  = "integrity"   // what is ordered was submitted, executed once, and answered at most once
	TotalOrder = "total-order" // each replica commits heights one after the other
	StateRoot  = "state-root"  // replicas that executed a height have the same state
	NonVacuity = "non-vacuity" // the checker saw answers, and commits and executions if anything was to be ordered
)

var names = [...]string{Agreement, Integrity, TotalOrder, StateRoot, NonVacuity}

// Checker implements consensus.Tap. Use one a run.
type Checker struct {
	breach    [len(names)]string
	heights   []height // by height-1
	last      []uint64 // by replica: newest height committed since it last came back
	commands  []commandFlags
	toOrder   uint64 // commands submitted that are no queries
	ordered   uint64 // distinct commands in the order
	committed uint64
	executed  uint64
	answered  uint64
	crashes   uint64
}

type height struct {
	id    consensus.Digest
	state consensus.Digest
	first consensus.NodeID
	root  consensus.NodeID
}

type commandFlags uint8

const (
	submitted commandFlags = 1 << iota
	inOrder
	hasAnswer
)

// New makes a checker for a group of n replicas.
func New(n int) *Checker {
	return &Checker{last: make([]uint64, n)}
}

func (c *Checker) breaks(name, format string, args ...any) {
	for i := range names {
		if names[i] == name && c.breach[i] == "" {
			c.breach[i] = fmt.Sprintf(format, args...)
		}
	}
}

// Observe takes in one event.
func (c *Checker) Observe(ev consensus.Event) {
	switch ev.Kind {
	case consensus.EventSubmitted:
		*c.flags(ev.Command) |= submitted
		if !ev.Read {
			c.toOrder++
		}
	case consensus.EventCommitted:
		c.committed++
		c.commit(&ev)
	case consensus.EventExecuted:
		c.executed++
		c.state(&ev)
	case consensus.EventAnswered:
		c.answered++
		f := c.flags(ev.Command)
		if *f&hasAnswer != 0 {
			c.breaks(Integrity, "at %v command %d was answered a second time", ev.At, ev.Command)
		}
		*f |= hasAnswer
	case consensus.EventCrashed:
		c.crashes++
		c.last[ev.Node] = 0
	}
}

func (c *Checker) flags(id consensus.CommandID) *commandFlags {
	for uint64(len(c.commands)) <= uint64(id) {
		c.commands = append(c.commands, 0)
	}
	return &c.commands[id]
}

func (c *Checker) commit(ev *consensus.Event) {
	b := ev.Block
	if b.Height == 0 {
		c.breaks(TotalOrder, "at %v replica %d committed height 0", ev.At, ev.Node)
		return
	}
	if last := c.last[ev.Node]; last != 0 && b.Height != last+1 {
		c.breaks(TotalOrder, "at %v replica %d committed height %d after %d", ev.At, ev.Node, b.Height, last)
	} else if last == 0 && c.crashes == 0 && b.Height != 1 {
		c.breaks(TotalOrder, "at %v replica %d began with height %d", ev.At, ev.Node, b.Height)
	}
	c.last[ev.Node] = b.Height
	if b.Height > uint64(len(c.heights))+1 {
		c.breaks(TotalOrder, "at %v replica %d committed height %d before anybody committed %d",
			ev.At, ev.Node, b.Height, len(c.heights)+1)
		return
	}
	if b.Height == uint64(len(c.heights))+1 {
		c.heights = append(c.heights, height{id: b.ID, first: ev.Node})
		c.order(ev)
		return
	}
	if h := &c.heights[b.Height-1]; h.id != b.ID {
		c.breaks(Agreement, "at %v replica %d committed block %v at height %d, where replica %d committed %v",
			ev.At, ev.Node, b.ID, b.Height, h.first, h.id)
	}
}

// order takes in the commands of a block that nobody committed before.
func (c *Checker) order(ev *consensus.Event) {
	for _, cmd := range ev.Block.Payload.Commands {
		f := c.flags(cmd.ID)
		if *f&submitted == 0 {
			c.breaks(Integrity, "at %v height %d holds command %d, which nobody submitted", ev.At, ev.Block.Height, cmd.ID)
		}
		if *f&inOrder == 0 {
			*f |= inOrder
			c.ordered++
		}
	}
}

func (c *Checker) state(ev *consensus.Event) {
	if ev.Block.Height == 0 || ev.Block.Height > uint64(len(c.heights)) {
		c.breaks(StateRoot, "at %v replica %d executed height %d, which nobody committed", ev.At, ev.Node, ev.Block.Height)
		return
	}
	h := &c.heights[ev.Block.Height-1]
	if h.state.IsZero() {
		h.state, h.root = ev.State, ev.Node
		return
	}
	if h.state != ev.State {
		c.breaks(StateRoot, "after height %d replica %d has state %v and replica %d has %v",
			ev.Block.Height, h.root, h.state, ev.Node, ev.State)
	}
}

// Ordered is the number of distinct commands in the committed order.
func (c *Checker) Ordered() uint64 { return c.ordered }

// Verdicts closes the observation. applied is how many operations the program executed: the order's
// distinct commands, each once, if sessions work.
func (c *Checker) Verdicts(applied uint64) []Verdict {
	if applied != c.ordered {
		c.breaks(Integrity, "%d distinct commands were ordered, but %d operations executed", c.ordered, applied)
	}
	if c.answered == 0 || c.toOrder > 0 && (c.committed == 0 || c.executed == 0) {
		c.breaks(NonVacuity, "saw %d commits, %d executions and %d answers: nothing was checked",
			c.committed, c.executed, c.answered)
	}
	out := make([]Verdict, len(names))
	for i, name := range names {
		out[i] = Verdict{Name: name, OK: c.breach[i] == "", Detail: c.breach[i]}
	}
	return out
}
