package cluster

import (
	"crypto/sha256"

	"github.com/govbench/govbench/consensus"
)

// fork is the history of a replica that left the common order, from the first block that differs on.
type fork struct {
	from   uint64 // height of the first of them
	blocks []consensus.Committed
	root   consensus.Digest // unlike that of any replica with another history
}

// leave notes a block of a replica that committed another one than the first replica did, now or
// before, and returns the replica's state root.
func (n *node) leave(b *consensus.Block, proof consensus.Message) consensus.Digest {
	if n.forked == nil {
		n.forked = &fork{from: b.Height}
	}
	n.forked.add(consensus.Committed{Block: b, Proof: proof})
	return n.forked.root
}

func (f *fork) add(cb consensus.Committed) {
	h := sha256.New()
	h.Write(f.root[:])
	h.Write(cb.Block.ID[:])
	h.Sum(f.root[:0])
	f.blocks = append(f.blocks, cb)
}

// has reports whether a height belongs to the replica's own history. A nil fork has none.
func (f *fork) has(height uint64) bool { return f != nil && height >= f.from }

// cut is what remains of the fork when a crash leaves the heights up to applied.
func (f *fork) cut(applied uint64) *fork {
	if !f.has(applied) {
		return nil
	}
	short := &fork{from: f.from}
	for _, cb := range f.blocks[:applied-f.from+1] {
		short.add(cb)
	}
	return short
}
