package ledger

import (
	"bytes"
	"crypto/sha256"
	"errors"
)

// Proof shows what a key holds, or that it holds nothing, to somebody who trusts only a root.
type Proof struct {
	// Siblings are, for each node from the root down, the hashes of the three children that the key's
	// path does not take, in the order of their slots.
	Siblings [][fanOut - 1]Hash
	// Leaves are all entries of the bucket that the path ends at, in the order of their paths: the key's own is
	// among them or nowhere. There are none when the path ends at an empty slot.
	Leaves []Leaf
	// Head is there when the ledger has one. For the head's own key there are no siblings and no leaves.
	Head *Head
}

// Leaf is an entry as its hash sees it.
type Leaf struct {
	Path    [32]byte // SHA-256 of the key
	Version uint64
	Value   []byte
}

// Errors of VerifyProof.
var (
	ErrDepth = errors.New("ledger: the proof has more levels than a path has")
	ErrPlace = errors.New("ledger: the proof's leaves do not belong where the key's path ends")
	ErrRoot  = errors.New("ledger: the proof does not lead to the root")
)

// Prove makes the proof for a key against the current Digest.
func (l *Ledger) Prove(key []byte) Proof {
	l.settle()
	path := pathOf(key)
	var proof Proof
	if l.headed {
		h := l.head()
		h.Key, h.Value = bytes.Clone(h.Key), bytes.Clone(h.Value)
		if proof.Head = &h; string(key) == string(h.Key) {
			return proof
		}
	}
	sub := l.root
	for depth := 0; sub != 0 && !sub.bucket(); depth++ {
		n := l.nodes.at(sub.number())
		slot := slotOf(&path, depth)
		var level [fanOut - 1]Hash
		for i := range level {
			other := i
			if other >= slot {
				other++
			}
			level[i] = n.hash[other]
		}
		proof.Siblings = append(proof.Siblings, level)
		sub = n.sub[slot]
	}
	if sub == 0 {
		return proof
	}
	b := l.buckets.at(sub.number())
	for _, number := range b.entry[:b.count] {
		e := l.entries.at(number)
		proof.Leaves = append(proof.Leaves, Leaf{Path: e.path, Version: e.version, Value: bytes.Clone(l.valueOf(e))})
	}
	return proof
}

// VerifyProof checks a proof and tells what the key holds under that root; found is false when the
// key is proved absent.
func VerifyProof(root [32]byte, key []byte, proof Proof) (value []byte, version uint64, found bool, err error) {
	if h := proof.Head; h != nil && string(h.Key) == string(key) {
		if proof.above(h.Trie) != root {
			return nil, 0, false, ErrRoot
		}
		if h.Version == 0 {
			return nil, 0, false, nil
		}
		return h.Value, h.Version, true, nil
	}
	path := pathOf(key)
	depth := len(proof.Siblings)
	if depth > depthMax {
		return nil, 0, false, ErrDepth
	}
	var own *Leaf
	leaves := make([]Hash, len(proof.Leaves))
	for i := range proof.Leaves {
		leaf := &proof.Leaves[i]
		if i == bucketMax || i > 0 && bytes.Compare(proof.Leaves[i-1].Path[:], leaf.Path[:]) >= 0 {
			return nil, 0, false, ErrPlace
		}
		for level := range depth {
			if slotOf(&leaf.Path, level) != slotOf(&path, level) {
				return nil, 0, false, ErrPlace
			}
		}
		sum := sha256.Sum256(appendLeaf(nil, &leaf.Path, leaf.Version, leaf.Value))
		leaves[i] = Hash(sum[:hashSize])
		if leaf.Path == path {
			own = leaf
		}
	}
	if proof.above(climb(leaves, proof.Siblings, &path)) != root {
		return nil, 0, false, ErrRoot
	}
	if own == nil {
		return nil, 0, false, nil
	}
	return own.Value, own.Version, true, nil
}

// climb is the root above the leaves of a bucket.
func climb(leaves []Hash, siblings [][fanOut - 1]Hash, path *[32]byte) [32]byte {
	sum := hashLeaves(leaves)
	hash := Hash(sum[:hashSize])
	if len(leaves) == 0 {
		hash = Hash{}
	}
	for depth := len(siblings) - 1; depth >= 0; depth-- {
		var children [fanOut]Hash
		slot := slotOf(path, depth)
		children[slot] = hash
		copy(children[:slot], siblings[depth][:slot])
		copy(children[slot+1:], siblings[depth][slot:])
		sum = hashNode(&children)
		hash = Hash(sum[:hashSize])
	}
	return sum
}
