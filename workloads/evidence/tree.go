package evidence

import (
	"crypto/sha256"
	"math/bits"
)

// tree is the Merkle tree of RFC 6962 section 2.1. It keeps the hashes of all perfect subtrees; the first
// ones of each level may be shared with other trees.
type tree struct {
	size uint64
	base []hashes // by level: shared, never written
	own  []hashes // by level: what comes after the base
}

// hashes are those of one level, in pages, so that a tree that grows is never copied.
type hashes struct {
	pages [][][32]byte
	size  uint64
}

// levelPage is the number of hashes in a page.
const levelPage = 512

func (h *hashes) add(hash [32]byte) {
	if h.size%levelPage == 0 {
		h.pages = append(h.pages, nil)
	}
	last := &h.pages[len(h.pages)-1]
	*last = append(*last, hash)
	h.size++
}

func (h *hashes) at(index uint64) [32]byte { return h.pages[index/levelPage][index%levelPage] }

// leafHash is the hash of a leaf.
func leafHash(data []byte) [32]byte {
	return sha256.Sum256(append([]byte{0x00}, data...))
}

// nodeHash is the hash of an inner node.
func nodeHash(left, right [32]byte) [32]byte {
	var input [65]byte
	input[0] = 0x01
	copy(input[1:], left[:])
	copy(input[33:], right[:])
	return sha256.Sum256(input[:])
}

// add appends a leaf and completes the perfect subtrees that end with it.
func (t *tree) add(leaf [32]byte) {
	hash := leaf
	for level, index := 0, t.size; ; level, index = level+1, index/2 {
		if level == len(t.own) {
			t.own = append(t.own, hashes{})
		}
		t.own[level].add(hash)
		if index%2 == 0 {
			break
		}
		hash = nodeHash(t.perfect(level, index-1), hash)
	}
	t.size++
}

// shared makes a tree that begins with all leaves of t, which must not grow any more.
func (t *tree) shared() tree { return tree{size: t.size, base: t.own} }

// perfect is the root of the perfect subtree over leaves index*2^level and following.
func (t *tree) perfect(level int, index uint64) [32]byte {
	if level < len(t.base) {
		if index < t.base[level].size {
			return t.base[level].at(index)
		}
		index -= t.base[level].size
	}
	return t.own[level].at(index)
}

// frontier adds the roots of the perfect subtrees that the tree consists of, the largest first.
func (t *tree) frontier(buf []byte) []byte {
	for level := bits.Len64(t.size) - 1; level >= 0; level-- {
		if t.size>>level&1 == 1 {
			hash := t.perfect(level, t.size>>level-1)
			buf = append(buf, hash[:]...)
		}
	}
	return buf
}

// split is the largest power of two below n, n at least 2.
func split(n uint64) uint64 { return 1 << (bits.Len64(n-1) - 1) }

// hashOf is MTH of RFC 6962 over the n leaves from the first, which is a multiple of a power of two not
// below n.
func (t *tree) hashOf(first, n uint64) [32]byte {
	if n == 0 {
		return sha256.Sum256(nil)
	}
	if n&(n-1) == 0 {
		level := bits.Len64(n) - 1
		return t.perfect(level, first>>level)
	}
	k := split(n)
	return nodeHash(t.hashOf(first, k), t.hashOf(first+k, n-k))
}

// root is the hash of the tree with its first n leaves.
func (t *tree) root(n uint64) [32]byte { return t.hashOf(0, n) }

// inclusion adds PATH(index, D[n]) of RFC 6962 section 2.1.1 for the n leaves from the first.
func (t *tree) inclusion(proof [][32]byte, index, first, n uint64) [][32]byte {
	if n <= 1 {
		return proof
	}
	k := split(n)
	if index < k {
		return append(t.inclusion(proof, index, first, k), t.hashOf(first+k, n-k))
	}
	return append(t.inclusion(proof, index-k, first+k, n-k), t.hashOf(first, k))
}

// consistency adds SUBPROOF(m, D[n], whole) of RFC 6962 section 2.1.2 for the n leaves from the first.
func (t *tree) consistency(proof [][32]byte, m, first, n uint64, whole bool) [][32]byte {
	if m == n {
		if whole {
			return proof
		}
		return append(proof, t.hashOf(first, n))
	}
	k := split(n)
	if m <= k {
		return append(t.consistency(proof, m, first, k, whole), t.hashOf(first+k, n-k))
	}
	return append(t.consistency(proof, m-k, first+k, n-k, false), t.hashOf(first, k))
}

// VerifyInclusion reports whether the proof shows that the leaf hash is number index, from 0, of the tree
// with that size and root (RFC 9162 section 2.1.3.2).
func VerifyInclusion(leaf [32]byte, index, size uint64, proof [][32]byte, root [32]byte) bool {
	if index >= size {
		return false
	}
	hash, last := leaf, size-1
	for _, other := range proof {
		if last == 0 {
			return false
		}
		if index&1 == 1 || index == last {
			hash = nodeHash(other, hash)
			for index&1 == 0 && index != 0 {
				index, last = index>>1, last>>1
			}
		} else {
			hash = nodeHash(hash, other)
		}
		index, last = index>>1, last>>1
	}
	return last == 0 && hash == root
}

// VerifyConsistency reports whether the proof shows that the tree of the first size and root is the beginning
// of the tree of the second (RFC 9162 section 2.1.4.2). The first size is at least 1.
func VerifyConsistency(first, second uint64, proof [][32]byte, firstRoot, secondRoot [32]byte) bool {
	switch {
	case first == 0 || first > second:
		return false
	case first == second:
		return len(proof) == 0 && firstRoot == secondRoot
	case first&(first-1) == 0:
		proof = append([][32]byte{firstRoot}, proof...)
	}
	if len(proof) == 0 {
		return false
	}
	index, last := first-1, second-1
	for index&1 == 1 {
		index, last = index>>1, last>>1
	}
	old, whole := proof[0], proof[0]
	for _, other := range proof[1:] {
		if last == 0 {
			return false
		}
		if index&1 == 1 || index == last {
			old, whole = nodeHash(other, old), nodeHash(other, whole)
			for index&1 == 0 && index != 0 {
				index, last = index>>1, last>>1
			}
		} else {
			whole = nodeHash(whole, other)
		}
		index, last = index>>1, last>>1
	}
	return last == 0 && old == firstRoot && whole == secondRoot
}
