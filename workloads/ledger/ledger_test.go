package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// twin is the ledger that is obviously right: a map, and a root that is computed anew from the definition in
// the package comment.
type twin map[string]held

type held struct {
	value   string
	version uint64
}

func (w twin) put(key, value string) { w[key] = held{value, w[key].version + 1} }

// root is the root of the definition.
func (w twin) root() [32]byte {
	paths := make(map[string][32]byte)
	for key := range w {
		paths[key] = sha256.Sum256([]byte(key))
	}
	return w.rootAt(paths)
}

// rootAt builds the whole trie top down by grouping the keys by the next two bits of their paths.
func (w twin) rootAt(paths map[string][32]byte) [32]byte {
	leaf := func(key string) []byte {
		path := paths[key]
		input := append([]byte{0}, path[:]...)
		input = binary.BigEndian.AppendUint64(input, w[key].version)
		sum := sha256.Sum256(append(input, w[key].value...))
		return sum[:28]
	}
	var hash func(keys []string, depth int) []byte
	hash = func(keys []string, depth int) []byte {
		input := []byte{2}
		if len(keys) > 8 {
			input = []byte{1}
			for child := range byte(4) {
				var below []string
				for _, key := range keys {
					path := paths[key]
					if path[depth/4]>>(6-2*(depth%4))&3 == child {
						below = append(below, key)
					}
				}
				if len(below) == 0 {
					input = append(input, make([]byte, 28)...)
				} else {
					input = append(input, hash(below, depth+1)[:28]...)
				}
			}
		} else {
			for _, key := range keys {
				input = append(input, leaf(key)...)
			}
		}
		sum := sha256.Sum256(input)
		return sum[:]
	}
	byPath := slices.SortedFunc(maps.Keys(w), func(a, b string) int {
		x, y := paths[a], paths[b]
		return bytes.Compare(x[:], y[:])
	})
	return [32]byte(hash(byPath, 0))
}

// agree compares everything that a ledger answers with its twin.
func agree(t *testing.T, l *Ledger, w twin) {
	t.Helper()
	if l.Digest() != w.root() {
		t.Fatalf("root %x, want %x", l.Digest(), w.root())
	}
	if l.Len() != len(w) {
		t.Fatalf("%d keys, want %d", l.Len(), len(w))
	}
	var listed []string
	for e := range l.Range(nil, nil) {
		listed = append(listed, string(e.Key))
		if want := w[string(e.Key)]; string(e.Value) != want.value || e.Version != want.version {
			t.Fatalf("%q holds %q version %d, want %v", e.Key, e.Value, e.Version, want)
		}
	}
	if want := slices.Sorted(maps.Keys(w)); !slices.Equal(listed, want) {
		t.Fatalf("range yields %q, want %q", listed, want)
	}
}

// play runs a random history over few keys, so that they are written and deleted again and again.
func play(t *testing.T, seed uint64, steps int) (*Ledger, twin) {
	rng := rand.New(rand.NewPCG(seed, 1))
	l, w := New(), twin{}
	for step := range steps {
		key := fmt.Sprint(rng.IntN(40))
		if rng.IntN(3) == 0 {
			_, there := w[key]
			if l.Delete([]byte(key)) != there {
				t.Fatalf("delete of %q, there: %v", key, there)
			}
			delete(w, key)
		} else {
			value := fmt.Sprint("value ", rng.IntN(1000))
			l.Put([]byte(key), []byte(value))
			w.put(key, value)
		}
		if rng.IntN(7) == 0 || step == steps-1 {
			agree(t, l, w)
		}
	}
	return l, w
}

func TestLedgerAgreesWithTwin(t *testing.T) {
	for seed := range uint64(30) {
		play(t, seed, 300)
	}
}

func TestManyKeysAgreeWithTwin(t *testing.T) {
	l, w := New(), twin{}
	for i := range 3000 {
		key := fmt.Sprint("key ", i*7919%3001)
		l.Put([]byte(key), []byte("a"))
		w.put(key, "a")
	}
	agree(t, l, w)
}

// Many keys that come and go, so that nodes split and merge at several depths.
func TestGrowthAndDecayAgreeWithTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	l, w := New(), twin{}
	for round := range 40 {
		for range 100 {
			key := fmt.Sprint("key ", rng.IntN(1500))
			if _, there := w[key]; there && (round/10%2 == 1 || rng.IntN(4) == 0) {
				l.Delete([]byte(key))
				delete(w, key)
			} else if round/10%2 == 0 || rng.IntN(8) == 0 {
				value := fmt.Sprint(make([]byte, rng.IntN(60)))
				l.Put([]byte(key), []byte(value))
				w.put(key, value)
			}
		}
		agree(t, l, w)
	}
	for key := range w {
		l.Delete([]byte(key))
	}
	agree(t, l, twin{})
}

// Paths that agree in many bits, which real keys do not have: nodes stand below depth 16, and buckets hold paths
// whose first 32 bits are equal.
func TestDeepPathsAgreeWithTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	l, w, paths := New(), twin{}, make(map[string][32]byte)
	for step := range 600 {
		key := fmt.Sprint(rng.IntN(60))
		if _, known := paths[key]; !known {
			var path [32]byte
			path[0] = byte(rng.IntN(2))
			path[9], path[10] = byte(rng.IntN(4)), byte(rng.IntN(256))
			path[31] = byte(len(paths))
			paths[key] = path
		}
		if _, there := w[key]; there && rng.IntN(3) == 0 {
			l.Delete([]byte(key))
			delete(w, key)
		} else {
			hash := hashKey([]byte(key))
			number, found := l.find([]byte(key), hash)
			if !found {
				number = l.newEntry([]byte(key), hash, 1)
				l.entries.at(number).path = paths[key]
			}
			l.write(number, []byte{byte(step)})
			w.put(key, string([]byte{byte(step)}))
		}
		if rng.IntN(5) == 0 && l.Digest() != w.rootAt(paths) {
			t.Fatalf("step %d: another root with %d keys", step, len(w))
		}
	}
}

// A Tx against a map, with every kind of write on a few keys in one operation.
func TestTxAgreesWithTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	l, w := New(), twin{}
	tx := l.Begin()
	for range 2000 {
		now, wrote := maps.Clone(w), map[string]bool{}
		for range rng.IntN(8) {
			key := fmt.Sprint(rng.IntN(12))
			value, there := now[key]
			switch rng.IntN(5) {
			case 0:
				now[key] = held{fmt.Sprint("value ", rng.IntN(1000)), 0}
				tx.Put([]byte(key), []byte(now[key].value))
			case 1:
				delete(now, key)
				tx.Delete([]byte(key))
			case 2:
				offset := rng.IntN(40)
				part := fmt.Sprint(rng.IntN(1000))
				long := []byte(value.value)
				for len(long) < offset+len(part) {
					long = append(long, 0)
				}
				copy(long[offset:], part)
				now[key] = held{string(long), 0}
				tx.Patch([]byte(key), offset, []byte(part))
			default:
				got, ok := tx.Get([]byte(key))
				if ok != there || string(got) != value.value {
					t.Fatalf("%s holds %q %v inside the transaction, want %q %v", key, got, ok, value.value, there)
				}
				continue
			}
			wrote[key] = true
		}
		if rng.IntN(4) == 0 {
			tx.Discard()
		} else {
			tx.Commit()
			for key := range wrote {
				if value, there := now[key]; there {
					w.put(key, value.value)
				} else {
					delete(w, key)
				}
			}
		}
		if rng.IntN(5) == 0 {
			agree(t, l, w)
		}
	}
	agree(t, l, w)
}

// The root depends on the content and not on how it came about.
func TestEqualContentEqualRoot(t *testing.T) {
	for seed := range uint64(20) {
		l, w := play(t, seed, 300)
		other := New()
		keys := slices.Sorted(maps.Keys(w))
		rand.New(rand.NewPCG(seed, 2)).Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		other.Put([]byte("gone"), nil)
		other.Digest()
		for _, key := range keys {
			for range w[key].version {
				other.Put([]byte(key), []byte(w[key].value))
			}
		}
		other.Delete([]byte("gone"))
		if l.Digest() != other.Digest() || !Equal(l, other) {
			t.Fatalf("seed %d: equal content, roots %x and %x", seed, l.Digest(), other.Digest())
		}
		other.Put([]byte("gone"), nil)
		if l.Digest() == other.Digest() || Equal(l, other) {
			t.Fatalf("seed %d: other content, one root", seed)
		}
	}
}

func TestRootOfEmptyLedgerIsGolden(t *testing.T) {
	l := New()
	if l.Digest() != sha256.Sum256([]byte{2}) {
		t.Error("the root of an empty ledger is not that of a bucket without entries")
	}
	l.Put([]byte("a"), nil)
	l.Digest()
	l.Delete([]byte("a"))
	if l.Digest() != sha256.Sum256([]byte{2}) {
		t.Error("an emptied ledger has another root than an empty one")
	}
}

func TestProofs(t *testing.T) {
	for seed := range uint64(10) {
		l, w := play(t, seed, 200)
		root := l.Digest()
		for i := range 60 {
			key := []byte(fmt.Sprint(i))
			proof := l.Prove(key)
			value, version, found, err := VerifyProof(root, key, proof)
			want, there := w[string(key)]
			if err != nil || found != there || string(value) != want.value || version != want.version {
				t.Fatalf("seed %d, key %s: %q version %d found %v error %v, want %v", seed, key, value, version, found, err, want)
			}
			forge(t, root, key, proof)
		}
	}
}

// forge changes a proof in every way it can think of; none may verify with another meaning.
func forge(t *testing.T, root [32]byte, key []byte, proof Proof) {
	t.Helper()
	reject := func(what string, forged Proof, root [32]byte, key []byte) {
		if _, _, _, err := VerifyProof(root, key, forged); err == nil {
			t.Fatalf("key %s: a proof with %s verifies", key, what)
		}
	}
	bad := root
	bad[3] ^= 1
	reject("another root", proof, bad, key)
	for level := range proof.Siblings {
		changed := Proof{Siblings: slices.Clone(proof.Siblings), Leaves: proof.Leaves}
		changed.Siblings[level][1][5] ^= 1
		reject("another sibling", changed, root, key)
	}
	if len(proof.Siblings) > 0 {
		reject("a level less", Proof{Siblings: proof.Siblings[1:], Leaves: proof.Leaves}, root, key)
		reject("no level", Proof{Leaves: proof.Leaves}, root, key)
	}
	with := func(change func(leaves []Leaf) []Leaf) Proof {
		return Proof{Siblings: proof.Siblings, Leaves: change(slices.Clone(proof.Leaves))}
	}
	reject("an invented leaf", with(func(leaves []Leaf) []Leaf { return append(leaves, Leaf{Path: pathOf([]byte("x"))}) }), root, key)
	for at := range proof.Leaves {
		reject("a leaf left out", with(func(leaves []Leaf) []Leaf { return slices.Delete(leaves, at, at+1) }), root, key)
		reject("a leaf twice", with(func(leaves []Leaf) []Leaf { return slices.Insert(leaves, at, leaves[at]) }), root, key)
		reject("another version", with(func(leaves []Leaf) []Leaf { leaves[at].Version++; return leaves }), root, key)
		reject("another value", with(func(leaves []Leaf) []Leaf {
			leaves[at].Value = append(bytes.Clone(leaves[at].Value), 0)
			return leaves
		}), root, key)
		reject("another place", with(func(leaves []Leaf) []Leaf { leaves[at].Path[0] ^= 0x80; return leaves }), root, key)
		reject("another path", with(func(leaves []Leaf) []Leaf { leaves[at].Path[31] ^= 1; return leaves }), root, key)
	}
}

func TestTx(t *testing.T) {
	l := New()
	l.Put([]byte("a"), []byte("1"))
	l.Put([]byte("b"), []byte("2"))
	before := l.Digest()
	tx := l.Begin()
	tx.Put([]byte("a"), []byte("9"))
	tx.Put([]byte("a"), []byte("10"))
	tx.Delete([]byte("b"))
	tx.Put([]byte("c"), nil)
	for key, want := range map[string]string{"a": "10", "c": ""} {
		if value, ok := tx.Get([]byte(key)); !ok || string(value) != want {
			t.Errorf("%s holds %q %v inside the transaction", key, value, ok)
		}
	}
	if _, ok := tx.Get([]byte("b")); ok {
		t.Error("a deleted key is there inside the transaction")
	}
	if l.Digest() != before {
		t.Error("buffered writes reached the ledger")
	}
	tx.Discard()
	tx.Commit()
	if l.Digest() != before {
		t.Error("discarded writes reached the ledger")
	}
	tx.Put([]byte("a"), []byte("9"))
	tx.Put([]byte("a"), []byte("10"))
	tx.Delete([]byte("b"))
	tx.Commit()
	agree(t, l, twin{"a": {"10", 2}})
	tx.Patch([]byte("a"), 3, []byte("4"))
	tx.Patch([]byte("n"), 1, []byte("n"))
	for key, want := range map[string]string{"a": "10\x004", "n": "\x00n"} {
		if value, ok := tx.Get([]byte(key)); !ok || string(value) != want {
			t.Errorf("%s holds %q %v after a patch", key, value, ok)
		}
	}
	tx.Patch([]byte("a"), 1, []byte("23"))
	tx.Patch([]byte("n"), 0, []byte("m"))
	tx.Commit()
	agree(t, l, twin{"a": {"1234", 3}, "n": {"mn", 1}})
	tx.Patch([]byte("a"), 2, []byte("x"))
	tx.Patch([]byte("p"), 2, []byte("p"))
	tx.Patch([]byte("n"), 9, []byte("long"))
	tx.Commit()
	agree(t, l, twin{"a": {"12x4", 4}, "n": {"mn\x00\x00\x00\x00\x00\x00\x00long", 2}, "p": {"\x00\x00p", 1}})
}

func TestPrefixAndRange(t *testing.T) {
	l := New()
	for _, key := range []string{"b2", "a", "b", "b1", "c", "b10"} {
		l.Put([]byte(key), nil)
	}
	list := func(seq func(func(Entry) bool)) (keys []string) {
		for e := range seq {
			keys = append(keys, string(e.Key))
		}
		return keys
	}
	if got := list(l.Prefix([]byte("b"))); !slices.Equal(got, []string{"b", "b1", "b10", "b2"}) {
		t.Errorf("prefix b: %q", got)
	}
	if got := list(l.Range([]byte("b1"), []byte("c"))); !slices.Equal(got, []string{"b1", "b10", "b2"}) {
		t.Errorf("range b1 to c: %q", got)
	}
}

func FuzzHistory(f *testing.F) {
	f.Add([]byte("abcabc\x80\x81abc"))
	f.Fuzz(func(t *testing.T, steps []byte) {
		l, w := New(), twin{}
		for _, step := range steps {
			key := string(rune('a' + step&31))
			switch {
			case step >= 0xe0:
				l.Digest()
			case step >= 0x80:
				l.Delete([]byte(key))
				delete(w, key)
			default:
				l.Put([]byte(key), []byte{step})
				w.put(key, string([]byte{step}))
			}
		}
		agree(t, l, w)
	})
}
