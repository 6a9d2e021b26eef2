package raft

import "github.com/govbench/govbench/consensus"

// window is the part of the log that is kept in memory: entries base+1 and on. Those up to base are
// committed and in the host's store. Slices of blocks are shared with messages and records, so a
// place is written once: truncating and trimming move to new memory.
type window struct {
	base   uint64
	blocks []*consensus.Block
	acks   []uint16 // at the leader: replicas that have the entry durably; parallel to blocks
}

func (w *window) last() uint64 { return w.base + uint64(len(w.blocks)) }

func (w *window) at(i uint64) *consensus.Block { return w.blocks[i-w.base-1] }

// from is the entries from index i to index j, both included.
func (w *window) from(i, j uint64) []*consensus.Block {
	lo, hi := i-w.base-1, j-w.base
	return w.blocks[lo:hi:hi]
}

func (w *window) add(b *consensus.Block) {
	w.blocks = append(w.blocks, b)
	w.acks = append(w.acks, 0)
}

// put writes entries at their indices, replacing whatever was there and after.
func (w *window) put(blocks []*consensus.Block) {
	if len(blocks) == 0 {
		return
	}
	if first := blocks[0].Height; first <= w.last() {
		w.truncate(first)
	}
	w.blocks = append(w.blocks, blocks...)
	w.acks = append(w.acks, make([]uint16, len(blocks))...)
}

// truncate drops the entries from index i on.
func (w *window) truncate(i uint64) {
	keep := i - w.base - 1
	w.blocks = append([]*consensus.Block(nil), w.blocks[:keep]...)
	w.acks = w.acks[:keep]
}

// trim forgets the entries up to index i.
func (w *window) trim(i uint64) {
	w.blocks = append([]*consensus.Block(nil), w.blocks[i-w.base:]...)
	w.acks = append([]uint16(nil), w.acks[i-w.base:]...)
	w.base = i
}

// termAt is the term of the entry at index i, which the replica has; zero before the first.
func (m *Machine) termAt(i uint64, fx *consensus.Effects) uint64 {
	switch {
	case i == 0:
		return 0
	case i > m.log.base:
		return m.log.at(i).View
	}
	return m.stored(i, fx).View
}

// stored is a committed block that left the window.
func (m *Machine) stored(i uint64, fx *consensus.Effects) *consensus.Block {
	c, ok := fx.Stored(i)
	if !ok {
		panic("raft: the host does not store a block that was committed")
	}
	return c.Block
}

// cut is the entries from index i to last at most, of no more than count and about maxAppendBytes.
func (m *Machine) cut(i, count uint64, fx *consensus.Effects) []*consensus.Block {
	end := min(m.log.last(), i+count-1)
	if i > end {
		return nil
	}
	size := 0
	if i > m.log.base {
		for j := i; j <= end; j++ {
			size += m.log.at(j).WireSize()
			if j > i && size > m.maxAppendBytes {
				return m.log.from(i, j-1)
			}
		}
		return m.log.from(i, end)
	}
	var out []*consensus.Block // state transfer out of the store
	for j := i; j <= min(end, m.log.base); j++ {
		b := m.stored(j, fx)
		size += b.WireSize()
		if j > i && size > m.maxAppendBytes {
			break
		}
		out = append(out, b)
	}
	return out
}

// compact keeps memory and the write-ahead log bounded (§7). It runs at the start of a step, so that
// whatever it forgets was committed in an earlier one and is in the host's store.
func (m *Machine) compact(fx *consensus.Effects) {
	if m.commit >= m.log.base+2*m.window {
		m.log.trim(m.commit - m.window)
	}
	if m.commit >= m.checkpointed+m.window {
		m.checkpointed = m.commit
		var rest []*consensus.Block
		if m.log.last() > m.commit {
			rest = m.log.from(m.commit+1, m.log.last())
		}
		fx.Checkpoint(&Checkpoint{
			Ballot: Ballot{m.term, m.vote}, Base: m.commit, Blocks: rest, bytes: bytesOf(rest),
		})
	}
}
