package mix

import (
	"crypto/sha256"
	"encoding/binary"
)

// tree is the Merkle tree over the members: levels[0] holds the leaves, the last level the root. A node that
// is stale is hashed again when the root is asked for.
type tree struct {
	levels [][][32]byte
	stale  [][]bool
	dirty  bool
}

func newTree(leaves int) tree {
	var t tree
	for n := leaves; ; n = (n + 1) / 2 {
		t.levels = append(t.levels, make([][32]byte, n))
		t.stale = append(t.stale, make([]bool, n))
		if n == 1 {
			return t
		}
	}
}

// leaf is the hash of a member.
func leaf(tag uint64, root [32]byte) [32]byte {
	var buf [1 + 8 + 32]byte
	binary.BigEndian.PutUint64(buf[1:], tag)
	copy(buf[9:], root[:])
	return sha256.Sum256(buf[:])
}

func node(left, right *[32]byte) [32]byte {
	var buf [1 + 32 + 32]byte
	buf[0] = 1
	copy(buf[1:], left[:])
	copy(buf[33:], right[:])
	return sha256.Sum256(buf[:])
}

// set changes a leaf.
func (t *tree) set(i int, hash [32]byte) {
	if t.levels[0][i] == hash {
		return
	}
	t.levels[0][i] = hash
	t.dirty = true
	if len(t.levels) > 1 {
		t.stale[1][i/2] = true
	}
}

// root brings the nodes above changed leaves up to date.
func (t *tree) root() [32]byte {
	last := len(t.levels) - 1
	if !t.dirty {
		return t.levels[last][0]
	}
	t.dirty = false
	for depth := 1; depth <= last; depth++ {
		below := t.levels[depth-1]
		for i, stale := range t.stale[depth] {
			if !stale {
				continue
			}
			t.stale[depth][i] = false
			if 2*i+1 < len(below) {
				t.levels[depth][i] = node(&below[2*i], &below[2*i+1])
			} else {
				t.levels[depth][i] = below[2*i]
			}
			if depth < last {
				t.stale[depth+1][i/2] = true
			}
		}
	}
	return t.levels[last][0]
}

// path lists the siblings on the way from a leaf to the root, the lowest first.
func (t *tree) path(i int) [][32]byte {
	var out [][32]byte
	for _, level := range t.levels[:len(t.levels)-1] {
		if sibling := i ^ 1; sibling < len(level) {
			out = append(out, level[sibling])
		}
		i /= 2
	}
	return out
}

// climb computes the root from a leaf and its path.
func climb(leaves, i int, hash [32]byte, path [][32]byte) (root [32]byte, ok bool) {
	for n := leaves; n > 1; n = (n + 1) / 2 {
		if i^1 < n {
			if len(path) == 0 {
				return root, false
			}
			if i%2 == 0 {
				hash = node(&hash, &path[0])
			} else {
				hash = node(&path[0], &hash)
			}
			path = path[1:]
		}
		i /= 2
	}
	return hash, len(path) == 0
}

// tagTable finds members by tag: open addressing over a power of two of slots, at most half full. Tags are
// hashes already.
type tagTable struct {
	slots []tagSlot
	mask  uint64
}

type tagSlot struct {
	tag    uint64
	member uint32 // and 1 more, 0: the slot is empty
}

func newTagTable(members int) tagTable {
	size := 4
	for size < 2*members {
		size *= 2
	}
	return tagTable{slots: make([]tagSlot, size), mask: uint64(size - 1)}
}

func (t *tagTable) find(tag uint64) (member uint32, ok bool) {
	for at := tag & t.mask; ; at = (at + 1) & t.mask {
		slot := &t.slots[at]
		if slot.member == 0 {
			return 0, false
		}
		if slot.tag == tag {
			return slot.member - 1, true
		}
	}
}

func (t *tagTable) add(tag uint64, member uint32) {
	at := tag & t.mask
	for t.slots[at].member != 0 {
		at = (at + 1) & t.mask
	}
	t.slots[at] = tagSlot{tag, member + 1}
}
