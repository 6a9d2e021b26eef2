package ledger

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Shape of the trie; see the package comment.
const (
	fanOut   = 4
	bitsStep = 2
	depthMax = 256 / bitsStep
	hashSize = sha256.Size
)

// First bytes of what is hashed, so that a leaf can never be taken for a node.
const (
	tagLeaf byte = 0x00
	tagNode byte = 0x01
)

// node keeps its children's hashes in the very bytes that its own hash reads.
type node struct {
	input [1 + fanOut*hashSize]byte
	sub   [fanOut]*node
	leaf  [fanOut]*entry // a slot has a sub, or a leaf, or neither
}

// slabNodes is how many nodes are allocated at a time.
const slabNodes = 64

func (l *Ledger) newNode() *node {
	if len(l.nodes) == 0 {
		l.nodes = make([]node, slabNodes)
	}
	n := &l.nodes[0]
	l.nodes = l.nodes[1:]
	n.input[0] = tagNode
	return n
}

// hashAt is the hash of the child at the slot.
func (n *node) hashAt(slot int) []byte { return n.input[1+slot*hashSize : 1+(slot+1)*hashSize] }

func pathOf(key []byte) [32]byte { return sha256.Sum256(key) }

// slotOf is the child that the path takes below a node of the given depth.
func slotOf(path *[32]byte, depth int) int {
	return int(path[depth/4]>>(6-bitsStep*(depth%4))) & (fanOut - 1)
}

// change is an entry to be placed, hashed again or taken out, with the first bytes of its path.
type change struct {
	order uint64
	*entry
}

func (c *change) slot(depth int) int {
	if depth < 64/bitsStep {
		return int(c.order>>(64-bitsStep*(depth+1))) & (fanOut - 1)
	}
	return slotOf(&c.path, depth)
}

// settle brings the trie up to date with the changes since the last time, in the order of their paths, so that
// each node is visited once.
func (l *Ledger) settle() {
	if len(l.changes) == 0 {
		return
	}
	clear(l.removed)
	batch := slices.DeleteFunc(l.changes, func(c change) bool { return c.dead && !c.placed })
	slices.SortFunc(batch, func(a, b change) int {
		if order := cmp.Compare(a.order, b.order); order != 0 {
			return order
		}
		return bytes.Compare(a.path[:], b.path[:])
	})
	if len(batch) > 0 {
		l.digest = l.update(l.root, 0, batch)
	}
	clear(l.changes[:cap(l.changes)])
	l.changes = l.changes[:0]
}

// update applies changes, sorted, below a node of the given depth and returns the node's hash.
func (l *Ledger) update(n *node, depth int, batch []change) [32]byte {
	for len(batch) > 0 {
		slot, end := batch[0].slot(depth), 1
		for end < len(batch) && batch[end].slot(depth) == slot {
			end++
		}
		l.updateSlot(n, slot, depth, batch[:end])
		batch = batch[end:]
	}
	return sha256.Sum256(n.input[:])
}

func (l *Ledger) updateSlot(n *node, slot, depth int, group []change) {
	into, sub, leaf := n.hashAt(slot), n.sub[slot], n.leaf[slot]
	if sub == nil {
		if len(group) == 1 && (leaf == nil || leaf == group[0].entry) {
			l.updateLeaf(n, slot, group[0].entry)
			return
		}
		sub = l.newNode()
		if leaf != nil { // it goes down with its hash, which does not depend on the depth
			down := slotOf(&leaf.path, depth+1)
			sub.leaf[down] = leaf
			copy(sub.hashAt(down), into)
		}
		n.sub[slot], n.leaf[slot] = sub, nil
	}
	hash := l.update(sub, depth+1, group)
	only, at, inner := sub.lone()
	switch {
	case inner:
		copy(into, hash[:])
	case only != nil:
		n.sub[slot], n.leaf[slot] = nil, only
		copy(into, sub.hashAt(at))
	default:
		n.sub[slot] = nil
		clear(into)
	}
}

// updateLeaf places an entry at a slot, which is empty or already has it, or takes it out.
func (l *Ledger) updateLeaf(n *node, slot int, e *entry) {
	if e.dead {
		n.leaf[slot] = nil
		clear(n.hashAt(slot))
		return
	}
	n.leaf[slot] = e
	e.placed, e.changed = true, false
	l.input = appendLeaf(l.input[:0], &e.path, e.version, e.value)
	hash := sha256.Sum256(l.input)
	copy(n.hashAt(slot), hash[:])
}

// lone tells what would let the node go: inner is false when it has no child but at most one leaf, which is
// returned with its slot.
func (n *node) lone() (only *entry, at int, inner bool) {
	for slot := range fanOut {
		if n.sub[slot] != nil || n.leaf[slot] != nil && only != nil {
			return nil, 0, true
		}
		if n.leaf[slot] != nil {
			only, at = n.leaf[slot], slot
		}
	}
	return only, at, false
}

// each visits all entries in the order of their paths.
func (n *node) each(visit func(e *entry)) {
	for slot := range fanOut {
		if n.sub[slot] != nil {
			n.sub[slot].each(visit)
		} else if n.leaf[slot] != nil {
			visit(n.leaf[slot])
		}
	}
}

// Digest is the root: a hash of the whole content. It costs work in proportion to what was written
// since the last Digest.
func (l *Ledger) Digest() [32]byte {
	l.settle()
	return l.digest
}

func appendLeaf(buf []byte, path *[32]byte, version uint64, value []byte) []byte {
	buf = append(buf, tagLeaf)
	buf = append(buf, path[:]...)
	buf = binary.BigEndian.AppendUint64(buf, version)
	return append(buf, value...)
}
