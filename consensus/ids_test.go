package consensus

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A NodeSet is a set: its twin is a map.
func TestNodeSetIsASet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var s NodeSet
		twin := map[NodeID]bool{}
		limit := []int{4, 64, 65, 128, 300}[rng.IntN(5)]
		if rng.IntN(2) == 0 {
			s.grow(limit)
		}
		for range 200 {
			id := NodeID(rng.IntN(limit+2)) - 2
			if s.Add(id) != (id >= 0 && !twin[id]) {
				t.Fatalf("Add(%d) is wrong about being new", id)
			}
			if id >= 0 {
				twin[id] = true
			}
			probe := NodeID(rng.IntN(2*limit+2)) - 2
			if s.Has(probe) != twin[probe] || s.Len() != len(twin) {
				t.Fatalf("Has(%d) is %v, or Len %d is not %d", probe, s.Has(probe), s.Len(), len(twin))
			}
		}
		members := s.Members()
		if len(members) != len(twin) || !slices.IsSorted(members) {
			t.Fatalf("members %v of %d", members, len(twin))
		}
		clone := s.Clone()
		s.Clear()
		if s.Len() != 0 || s.Has(members[0]) || clone.Len() != len(twin) || !clone.Has(members[0]) {
			t.Fatal("Clear or Clone went wrong")
		}
	}
}

func TestQuorumsIntersect(t *testing.T) {
	for n := 1; n < 200; n++ {
		f := MaxFaulty(n)
		if q := ByzantineQuorum(n); 2*q-n <= f || 2*(q-1)-n > f || q > n-f {
			t.Errorf("n=%d f=%d: quorum %d does not meet in a correct replica, is too large, or cannot be reached", n, f, q)
		}
		if q := MajorityQuorum(n); 2*q <= n || 2*(q-1) > n || q > n-MaxCrashed(n) {
			t.Errorf("n=%d: majority %d", n, q)
		}
	}
}

// Nobody but its owner makes a signature that others accept, and a certificate counts distinct signers.
func TestModelSignatures(t *testing.T) {
	keys := NewModelKeys(4, 64, 7)
	s := Statement{Kind: 1, View: 2, Height: 3, Digest: Digest{4}}
	var c Certificate
	c.Statement = s
	for id := NodeID(0); id < 3; id++ {
		sig := keys.For(id).Sign(s)
		for by := NodeID(0); by < 4; by++ {
			if keys.For(3).Verify(by, s, sig) != (by == id) {
				t.Fatalf("the signature of %d passes for one of %d", id, by)
			}
		}
		other := s
		other.View++
		if keys.For(3).Verify(id, other, sig) {
			t.Fatal("a signature passes under another statement")
		}
		if c.Valid(keys.For(3), 3, 4) {
			t.Fatal("a certificate is valid below its quorum")
		}
		if !c.Add(id, sig) || c.Add(id, sig) {
			t.Fatal("a signer was not counted once")
		}
	}
	if !c.Valid(keys.For(3), 3, 4) {
		t.Fatal("a full certificate is not valid")
	}
	forged := Certificate{Statement: s}
	for id := NodeID(0); id < 3; id++ {
		forged.Add(id, keys.For(0).Sign(s))
	}
	if forged.Valid(keys.For(3), 3, 4) {
		t.Fatal("one replica signed for three")
	}
}
