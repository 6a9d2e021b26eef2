package mix

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads/program/programtest"
)

// merkle is the Merkle tree hash of RFC 9162 section 2.1.1 as it is written there: split at the largest power
// of two below n.
func merkle(leaves [][32]byte) [32]byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for 2*k < len(leaves) {
		k *= 2
	}
	left, right := merkle(leaves[:k]), merkle(leaves[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// TestTreeIsThatOfTheRFC: after any changes of leaves the root is that of the textbook, for every number of
// leaves; and each leaf's path leads to the root, while a changed one does not.
func TestTreeIsThatOfTheRFC(t *testing.T) {
	rand := programtest.New(1)
	for n := 1; n <= 70; n++ {
		tr := newTree(n)
		leaves := make([][32]byte, n)
		for i := range leaves {
			tr.set(i, leaves[i])
		}
		for round := range 20 {
			for range rand.Below(4) {
				i := int(rand.Below(uint64(n)))
				binary.BigEndian.PutUint64(leaves[i][:], rand.Uint64())
				tr.set(i, leaves[i])
			}
			tr.dirty = tr.dirty || round == 0
			if round == 0 { // the first root hashes everything
				for depth := 1; depth < len(tr.stale); depth++ {
					for i := range tr.stale[depth] {
						tr.stale[depth][i] = true
					}
				}
			}
			root := tr.root()
			if want := merkle(leaves); root != want {
				t.Fatalf("%d leaves, round %d: root %x, the RFC's is %x", n, round, root, want)
			}
			i := int(rand.Below(uint64(n)))
			path := tr.path(i)
			if got, ok := climb(n, i, leaves[i], path); !ok || got != root {
				t.Fatalf("%d leaves: the path of leaf %d leads to %x, %v", n, i, got, ok)
			}
			if n == 1 {
				continue
			}
			path[len(path)/2][3] ^= 1
			if got, ok := climb(n, i, leaves[i], path); ok && got == root {
				t.Fatalf("%d leaves: a changed path of leaf %d leads to the root", n, i)
			}
			if _, ok := climb(n, i, leaves[i], path[1:]); ok {
				t.Fatalf("%d leaves: a short path is taken", n)
			}
		}
	}
}
