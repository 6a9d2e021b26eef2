package consensus

import (
	"encoding/hex"
	"math/bits"
	"slices"
)

// NodeID is a replica's index in its group, 0 ... n-1.
type NodeID int32

// Destinations that are not one replica.
const (
	Everyone NodeID = -1 // every other replica of the group
	Nobody   NodeID = -2 // no replica: commands stay where they are
)

// SiteID is the index of a place in the runtime's network. The contract gives it no other meaning.
type SiteID int32

// CommandID numbers the commands of one run densely, from 1, in order of submission.
type CommandID uint64

// Digest is a SHA-256 value.
type Digest [32]byte

// String gives the first eight bytes in hexadecimal, enough to tell two digests of a run apart.
func (d Digest) String() string { return hex.EncodeToString(d[:8]) }

// IsZero reports whether d was never set.
func (d Digest) IsZero() bool { return d == Digest{} }

// NodeSet is a set of replicas. The zero value is empty and ready to use. Sets of replicas below 64
// need no memory of their own.
type NodeSet struct {
	first uint64   // replicas 0 ... 63
	rest  []uint64 // the others, 64 a word
	count int
}

// Add puts id into the set and reports whether it was absent. A negative id is never added.
func (s *NodeSet) Add(id NodeID) bool {
	if id < 0 {
		return false
	}
	word := &s.first
	if w := int(id) >> 6; w > 0 {
		for w > len(s.rest) {
			s.rest = append(s.rest, 0)
		}
		word = &s.rest[w-1]
	}
	bit := uint64(1) << (uint(id) & 63)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	s.count++
	return true
}

// Has reports whether id is in the set.
func (s *NodeSet) Has(id NodeID) bool {
	if id < 0 {
		return false
	}
	word := s.first
	if w := int(id) >> 6; w > len(s.rest) {
		return false
	} else if w > 0 {
		word = s.rest[w-1]
	}
	return word&(1<<(uint(id)&63)) != 0
}

// Len is the number of replicas in the set.
func (s *NodeSet) Len() int { return s.count }

// Members lists the set in ascending order.
func (s *NodeSet) Members() []NodeID {
	out := make([]NodeID, 0, s.count)
	word := s.first
	for w := 0; ; w++ {
		for ; word != 0; word &= word - 1 {
			out = append(out, NodeID(w<<6+bits.TrailingZeros64(word)))
		}
		if w == len(s.rest) {
			return out
		}
		word = s.rest[w]
	}
}

// Clone returns an independent copy.
func (s *NodeSet) Clone() NodeSet {
	return NodeSet{first: s.first, rest: append([]uint64(nil), s.rest...), count: s.count}
}

// Clear empties the set and keeps its memory.
func (s *NodeSet) Clear() {
	s.first, s.count = 0, 0
	clear(s.rest)
}

// grow makes room for replicas below n.
func (s *NodeSet) grow(n int) {
	if words := (n + 63) >> 6; words > 1 {
		s.rest = slices.Grow(s.rest, words-1)
	}
}
