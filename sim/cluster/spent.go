package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Heights are those of neighbouring blocks.
type Heights struct{ First, Last uint64 }

// Has reports whether a height is among them.
func (h Heights) Has(height uint64) bool { return h.First <= height && height <= h.Last }

// Work is so many operations of one kind; of OpHash, bytes.
type Work struct {
	Op consensus.Op
	N  int
}

// Spent is CPU or disk time that a replica gives to one piece of work: a step of its machine, the check of a command,
// the execution of a block, or a record. Watching it changes nothing in a run.
type Spent struct {
	Node    consensus.NodeID
	Asked   time.Duration // when the work came in
	Began   time.Duration // when the last of it begins: before that it waits for a core or for another fsync
	Done    time.Duration
	CPU     time.Duration       // of all cores together; 0 of the disk
	Work    []Work              // of the CPU; empty of the disk
	Bytes   int                 // of a record, on the disk
	Command consensus.CommandID // whose signature is checked; 0 of all other work
	Blocks  []Heights           // that the step takes forward, in no order and with repeats
}

// spentOnStep tells of a step's CPU time, and keeps which blocks it is about for what it writes.
func (n *node) spentOnStep(in consensus.Input, done time.Duration) {
	c := n.c
	var heights []Heights
	about := func(m consensus.Message) {
		if first, last := consensus.HeightsOf(m); last > 0 {
			heights = append(heights, Heights{first, last})
		}
	}
	s := Spent{Node: n.id, Asked: c.now, Done: done}
	var alone time.Duration // on the way to the end: what runs on several cores at once counts once
	add := func(op consensus.Op, count int) {
		if count <= 0 || c.unit[op] <= 0 && op != consensus.OpHash {
			return
		}
		cost := c.cost(op, count)
		path := cost
		if count > 1 && op != consensus.OpHash {
			cost = time.Duration(count) * c.unit[op]
			path = time.Duration((count+n.cpu.Cores()-1)/n.cpu.Cores()) * c.unit[op]
		}
		if cost <= 0 {
			return
		}
		s.Work = append(s.Work, Work{op, count})
		s.CPU += cost
		alone += path
	}
	if in.Kind == consensus.Receive {
		about(in.Msg)
		add(consensus.OpHandle, 1)
	}
	for i := range n.fx.List {
		switch e := &n.fx.List[i]; e.Kind {
		case consensus.EffectWork:
			add(e.Op, n.workCount(e))
		case consensus.EffectSend, consensus.EffectSendEarly:
			about(e.Msg)
		case consensus.EffectCommit:
			heights = append(heights, Heights{e.Block.Height, e.Block.Height})
		}
	}
	n.about = heights
	if s.CPU > 0 {
		s.Began, s.Blocks = max(c.now, done-alone), heights
		c.cfg.Spend(s)
	}
}

// spentOnCommand tells of the check of a command.
func (n *node) spentOnCommand(id consensus.CommandID, cost, done time.Duration) {
	n.c.cfg.Spend(Spent{Node: n.id, Asked: n.c.now, Began: done - cost, Done: done, CPU: cost, Command: id,
		Work: []Work{{consensus.OpHandle, 1}, {consensus.OpCheckPayload, 1}}})
}

// spentOnBlock tells of the execution that execute has just booked.
func (n *node) spentOnBlock(b *consensus.Block, answer bool, cost time.Duration) {
	work := []Work{{consensus.OpExecute, b.Payload.Len()}}
	if answer && n.c.answers > 1 {
		work = append(work, Work{consensus.OpSign, 1})
	}
	n.c.cfg.Spend(Spent{Node: n.id, Asked: n.c.now, Began: n.executed - cost, Done: n.executed, CPU: cost, Work: work,
		Blocks: []Heights{{b.Height, b.Height}}})
}

// spentOnDisk tells of a record of the step that is under way.
func (n *node) spentOnDisk(asked, done time.Duration, bytes int) {
	began, _ := n.disk.Sync()
	n.c.cfg.Spend(Spent{Node: n.id, Asked: asked, Began: min(done, max(asked, began)), Done: done, Bytes: bytes, Blocks: n.about})
}
