package ledger

import (
	"crypto/sha256"
	"errors"
)

// Proof shows what a key holds, or that it holds nothing, to somebody who trusts only a root.
type Proof struct {
	// Siblings are, for each node from the root down, the hashes of the three children that the key's
	// path does not take, in the order of their slots.
	Siblings [][fanOut - 1][32]byte
	// Leaf is the entry that the path ends at: the key's own, or another one whose path begins alike;
	// nil when it ends at an empty slot.
	Leaf *Leaf
}

// Leaf is an entry as its hash sees it.
type Leaf struct {
	Path    [32]byte // SHA-256 of the key
	Version uint64
	Value   []byte
}

// Errors of VerifyProof.
var (
	ErrDepth = errors.New("ledger: the proof has no level or more levels than a path has")
	ErrPlace = errors.New("ledger: the proof's leaf does not belong where the key's path ends")
	ErrRoot  = errors.New("ledger: the proof does not lead to the root")
)

// Prove makes the proof for a key against the current Digest.
func (l *Ledger) Prove(key []byte) Proof {
	l.settle()
	path := pathOf(key)
	var proof Proof
	n := l.root
	for depth := 0; ; depth++ {
		slot := slotOf(&path, depth)
		var level [fanOut - 1][32]byte
		for i := range level {
			other := i
			if other >= slot {
				other++
			}
			copy(level[i][:], n.input[1+other*hashSize:])
		}
		proof.Siblings = append(proof.Siblings, level)
		if n.sub[slot] != nil {
			n = n.sub[slot]
			continue
		}
		if e := n.leaf[slot]; e != nil {
			value := append([]byte(nil), e.value...)
			proof.Leaf = &Leaf{Path: e.path, Version: e.version, Value: value}
		}
		return proof
	}
}

// VerifyProof checks a proof and tells what the key holds under that root; found is false when the
// key is proved absent.
func VerifyProof(root [32]byte, key []byte, proof Proof) (value []byte, version uint64, found bool, err error) {
	path := pathOf(key)
	depth := len(proof.Siblings)
	if depth == 0 || depth > depthMax {
		return nil, 0, false, ErrDepth
	}
	var hash [32]byte
	if leaf := proof.Leaf; leaf != nil {
		for level := range depth {
			if slotOf(&leaf.Path, level) != slotOf(&path, level) {
				return nil, 0, false, ErrPlace
			}
		}
		hash = sha256.Sum256(appendLeaf(nil, &leaf.Path, leaf.Version, leaf.Value))
	}
	for level := depth - 1; level >= 0; level-- {
		hash = combine(hash, proof.Siblings[level], slotOf(&path, level))
	}
	if hash != root {
		return nil, 0, false, ErrRoot
	}
	if proof.Leaf == nil || proof.Leaf.Path != path {
		return nil, 0, false, nil
	}
	return proof.Leaf.Value, proof.Leaf.Version, true, nil
}

// combine is the hash of a node from the child at the slot and the three others.
func combine(hash [32]byte, others [fanOut - 1][32]byte, slot int) [32]byte {
	input := make([]byte, 0, 1+fanOut*hashSize)
	input = append(input, tagNode)
	for i, next := 0, 0; i < fanOut; i++ {
		if i == slot {
			input = append(input, hash[:]...)
			continue
		}
		input = append(input, others[next][:]...)
		next++
	}
	return sha256.Sum256(input)
}
