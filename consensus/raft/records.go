package raft

import "github.com/govbench/govbench/consensus"

// Ballot records the current term and the vote given in it (§5.1: persistent state).
type Ballot struct {
	Term uint64
	Vote consensus.NodeID // Nobody while none was given
}

// Entries records entries that were appended; whatever the log held from the first of them on is
// replaced (§5.3).
type Entries struct {
	Blocks []*consensus.Block
	bytes  int
}

// Checkpoint stands for the whole log: entries up to Base are in the host's store.
type Checkpoint struct {
	Ballot
	Base   uint64
	Blocks []*consensus.Block // from Base+1 on
	bytes  int
}

// WireSize implements consensus.Record.
func (Ballot) WireSize() int { return 8 + 8 }

// WireSize implements consensus.Record.
func (e *Entries) WireSize() int { return 4 + e.bytes }

// WireSize implements consensus.Record.
func (c *Checkpoint) WireSize() int { return c.Ballot.WireSize() + 8 + 4 + c.bytes }

func newEntries(blocks []*consensus.Block) *Entries {
	return &Entries{Blocks: blocks, bytes: bytesOf(blocks)}
}

// of reports whether e records these very entries.
func (e *Entries) of(blocks []*consensus.Block) bool {
	return e != nil && len(e.Blocks) == len(blocks) && &e.Blocks[0] == &blocks[0]
}

// restore rebuilds term, vote and log from what was durable.
func (m *Machine) restore(durable []consensus.Record, applied uint64) {
	for _, r := range durable {
		switch r := r.(type) {
		case *Ballot:
			m.term, m.vote = r.Term, r.Vote
		case *Entries:
			m.log.put(r.Blocks)
		case *Checkpoint:
			m.term, m.vote = r.Term, r.Vote
			m.log = window{base: r.Base}
			m.log.put(r.Blocks)
		}
	}
	if m.log.base > applied {
		panic("raft: the host lost committed blocks that the log no longer holds")
	}
	if m.log.last() < applied {
		m.log = window{base: applied}
	}
	m.checkpointed = m.log.base
	m.commit, m.agreed = applied, applied
}
