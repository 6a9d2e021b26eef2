package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
)

// headedRoot is the root of the package comment's definition for a ledger whose head is under the key.
func (w twin) headedRoot(key string) [32]byte {
	rest := maps.Clone(w)
	delete(rest, key)
	trie := rest.root()
	input := append([]byte{3}, trie[:]...)
	if h, there := w[key]; there {
		input = binary.BigEndian.AppendUint32(input, uint32(len(key)))
		input = append(input, key...)
		input = binary.BigEndian.AppendUint64(input, h.version)
		input = append(input, h.value...)
	}
	return sha256.Sum256(input)
}

// playHeaded runs a random history in which the head, key 0, is written, patched and deleted like any other.
func playHeaded(t *testing.T, seed uint64, steps int) (*Ledger, twin) {
	rng := rand.New(rand.NewPCG(seed, 2))
	l, w := NewHeaded([]byte("0")), twin{}
	tx := l.Begin()
	var place Place
	for range steps {
		key := fmt.Sprint(rng.IntN(30))
		if rng.IntN(3) == 0 {
			key = "0"
		}
		switch rng.IntN(4) {
		case 0:
			tx.Delete([]byte(key))
			delete(w, key)
		case 1:
			value := fmt.Sprint("value ", rng.IntN(1000))
			tx.Put([]byte(key), []byte(value))
			w.put(key, value)
		default:
			part := fmt.Sprint(rng.IntN(1000))
			value := w[key].value
			for len(value) < 3+len(part) {
				value += "\x00"
			}
			tx.Patch([]byte(key), 3, []byte(part))
			w.put(key, value[:3]+part+value[3+len(part):])
		}
		tx.Commit()
		for range 2 {
			if value, ok := tx.GetAt([]byte("0"), &place); string(value) != w["0"].value || ok != (w["0"].version > 0) {
				t.Fatalf("seed %d: the head is %q %v, want %v", seed, value, ok, w["0"])
			}
		}
		tx.Discard()
		if rng.IntN(5) == 0 && l.Digest() != w.headedRoot("0") {
			t.Fatalf("seed %d: root %x, want %x", seed, l.Digest(), w.headedRoot("0"))
		}
		if l.Len() != len(w) {
			t.Fatalf("seed %d: %d keys, want %d", seed, l.Len(), len(w))
		}
	}
	return l, w
}

func TestHeadAgreesWithTwin(t *testing.T) {
	for seed := range uint64(30) {
		playHeaded(t, seed, 300)
	}
}

func TestHeadedProofs(t *testing.T) {
	absent, present := 0, 0
	for seed := range uint64(20) {
		l, w := playHeaded(t, seed, 150+int(seed))
		root := l.Digest()
		for i := range 40 {
			key := []byte(fmt.Sprint(i))
			proof := l.Prove(key)
			value, version, found, err := VerifyProof(root, key, proof)
			want, there := w[string(key)]
			if err != nil || found != there || string(value) != want.value || version != want.version {
				t.Fatalf("seed %d, key %s: %q version %d found %v error %v, want %v", seed, key, value, version, found, err, want)
			}
			forgeHead(t, root, key, proof)
		}
		if _, there := w["0"]; there {
			present++
		} else {
			absent++
		}
	}
	if absent == 0 || present == 0 {
		t.Errorf("the head was there %d times and %d times not", present, absent)
	}
}

// forgeHead changes what a proof says of the head; none may verify.
func forgeHead(t *testing.T, root [32]byte, key []byte, proof Proof) {
	t.Helper()
	reject := func(what string, change func(h *Head)) {
		forged, h := proof, *proof.Head
		change(&h)
		forged.Head = &h
		if _, _, _, err := VerifyProof(root, key, forged); err == nil {
			t.Fatalf("key %s: a proof with %s verifies", key, what)
		}
	}
	reject("a head of another version", func(h *Head) { h.Version += 1 << 40 })
	if proof.Head.Version > 0 {
		reject("another head", func(h *Head) { h.Value = append([]byte("x"), h.Value...) })
		reject("a head that is not there", func(h *Head) { h.Version = 0 })
		reject("a head under another key", func(h *Head) { h.Key = []byte("00") })
	}
	if string(key) == "0" {
		reject("another trie", func(h *Head) { h.Trie[0] ^= 1 })
	}
	without := proof
	without.Head = nil
	if _, _, _, err := VerifyProof(root, key, without); err == nil {
		t.Fatalf("key %s: a proof without the head verifies", key)
	}
}

// A place remembers a key; whatever happens to the entry, the look-up is right.
func TestPlaceIsOnlyAHint(t *testing.T) {
	l := New()
	tx := l.Begin()
	var place Place
	want := func(key, value string) {
		t.Helper()
		got, ok := tx.GetAt([]byte(key), &place)
		if string(got) != value || ok != (value != "") {
			t.Errorf("key %q: %q %v, want %q", key, got, ok, value)
		}
		tx.Discard()
	}
	want("a", "")
	l.Put([]byte("a"), []byte("1"))
	want("a", "1")
	want("b", "")
	l.Delete([]byte("a"))
	want("a", "")
	l.Digest() // the entry is given back
	want("a", "")
	l.Put([]byte("b"), []byte("2")) // and taken by another key
	want("a", "")
	want("b", "2")
	l.Put([]byte("a"), []byte("3"))
	want("a", "3")
	want("b", "2")
}
