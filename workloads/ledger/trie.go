package ledger

import (
	"crypto/sha256"
	"encoding/binary"
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
	input  [1 + fanOut*hashSize]byte
	marked [fanOut]bool // the child's hash in input is out of date
	sub    [fanOut]*node
	leaf   [fanOut]*entry // a slot has a sub, or a leaf, or neither
}

func newNode() *node {
	n := &node{}
	n.input[0] = tagNode
	return n
}

func pathOf(key []byte) [32]byte { return sha256.Sum256(key) }

// slotOf is the child that the path takes below a node of the given depth.
func slotOf(path *[32]byte, depth int) int {
	return int(path[depth/4]>>(6-bitsStep*(depth%4))) & (fanOut - 1)
}

// insert adds an entry that is not in the trie and marks its way.
func (n *node) insert(e *entry) {
	for depth := 0; ; depth++ {
		slot := slotOf(&e.path, depth)
		n.marked[slot] = true
		if n.sub[slot] == nil {
			other := n.leaf[slot]
			if other == nil {
				n.leaf[slot] = e
				return
			}
			below := newNode()
			down := slotOf(&other.path, depth+1)
			below.leaf[down], below.marked[down] = other, true
			n.leaf[slot], n.sub[slot] = nil, below
		}
		n = n.sub[slot]
	}
}

// mark marks the way to an entry that is in the trie.
func (n *node) mark(e *entry) {
	for depth := 0; ; depth++ {
		slot := slotOf(&e.path, depth)
		n.marked[slot] = true
		if n.sub[slot] == nil {
			return
		}
		n = n.sub[slot]
	}
}

// remove takes out an entry that is in the trie below n, which has the given depth. A node that is
// left with one leaf gives it to its parent, so that the form stays a function of the keys.
func (n *node) remove(e *entry, depth int) {
	slot := slotOf(&e.path, depth)
	n.marked[slot] = true
	below := n.sub[slot]
	if below == nil {
		n.leaf[slot] = nil
		return
	}
	below.remove(e, depth+1)
	if only, single := below.onlyLeaf(); single {
		n.sub[slot], n.leaf[slot] = nil, only
	}
}

// onlyLeaf is the node's leaf when it has no other child.
func (n *node) onlyLeaf() (only *entry, single bool) {
	for slot := range fanOut {
		if n.sub[slot] != nil || n.leaf[slot] != nil && only != nil {
			return nil, false
		}
		if n.leaf[slot] != nil {
			only = n.leaf[slot]
		}
	}
	return only, only != nil
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
func (l *Ledger) Digest() [32]byte { return l.rehash(l.root) }

func (l *Ledger) rehash(n *node) [32]byte {
	for slot := range fanOut {
		if !n.marked[slot] {
			continue
		}
		n.marked[slot] = false
		into := n.input[1+slot*hashSize : 1+(slot+1)*hashSize]
		switch {
		case n.sub[slot] != nil:
			sum := l.rehash(n.sub[slot])
			copy(into, sum[:])
		case n.leaf[slot] != nil:
			e := n.leaf[slot]
			e.marked = false
			l.input = appendLeaf(l.input[:0], &e.path, e.version, e.value)
			sum := sha256.Sum256(l.input)
			copy(into, sum[:])
		default:
			clear(into)
		}
	}
	return sha256.Sum256(n.input[:])
}

func appendLeaf(buf []byte, path *[32]byte, version uint64, value []byte) []byte {
	buf = append(buf, tagLeaf)
	buf = append(buf, path[:]...)
	buf = binary.BigEndian.AppendUint64(buf, version)
	return append(buf, value...)
}
