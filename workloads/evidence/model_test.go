package evidence

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// model is the service as its package comment tells it: a list of leaves and a map, and the recursive
// definitions of RFC 6962 section 2.1 word for word.
type model struct {
	*programtest.Guard
	leaves [][]byte
	place  map[[32]byte]int
}

func newModel(params workloads.Params) func(built workloads.Program) programtest.Model {
	return func(built workloads.Program) programtest.Model {
		m := &model{Guard: programtest.NewGuard(built, params), place: map[[32]byte]int{}}
		m.Live = true
		for i := range params.Population {
			hash := [32]byte([]byte("govbench archive 2020-07\x00\x00\x00\x00\x00\x00\x00\x00"))
			binary.BigEndian.PutUint64(hash[24:], uint64(i))
			m.deposit(hash, byte(i%9), uint64(i), i%params.Agencies, uint32(i%params.Agencies*32), 0, [32]byte{})
		}
		return m
	}
}

func (m *model) deposit(hash [32]byte, category byte, court uint64, agency int, client uint32, at uint64, payload [32]byte) {
	leaf := binary.BigEndian.AppendUint64(hash[:], uint64(len(m.leaves)))
	leaf = binary.BigEndian.AppendUint64(append(leaf, category), court)
	leaf = binary.BigEndian.AppendUint16(leaf, uint16(agency))
	leaf = binary.BigEndian.AppendUint32(leaf, client)
	leaf = binary.BigEndian.AppendUint64(leaf, at)
	m.place[hash] = len(m.leaves)
	m.leaves = append(m.leaves, append(leaf, payload[:]...))
}

func (m *model) size(kind byte, query bool) (int, bool) {
	if query {
		return map[byte]int{2: 32, 3: 8}[kind], kind == 3 || kind == 4 || kind == 2 && !m.Params.LogReads
	}
	return map[byte]int{1: 41, 2: 32}[kind], kind == 1 || kind == 2 && m.Params.LogReads
}

// Do implements programtest.Model.
func (m *model) Do(op []byte, query bool) ([]byte, bool) {
	o, ok := m.Open(op, query, m.size)
	if !ok {
		return nil, false
	}
	size := uint64(len(m.leaves))
	data := binary.BigEndian.AppendUint64(nil, size)
	switch o.Kind {
	case 1:
		hash := [32]byte(o.Body)
		if _, there := m.place[hash]; there || !o.Desk || int64(o.Body[32]) >= m.Rule("categories") {
			return nil, false
		}
		payload := sha256.Sum256(op[len(op)-m.Params.PayloadBytes:])
		m.deposit(hash, o.Body[32], binary.BigEndian.Uint64(o.Body[33:]), o.Agency, o.Client, o.At, payload)
	case 2:
		index, there := m.place[[32]byte(o.Body)]
		if !there || !query && !o.Desk {
			return nil, false
		}
		data = binary.BigEndian.AppendUint64(nil, uint64(index))
		if query {
			data = append(binary.BigEndian.AppendUint64(data, size), m.leaves[index]...)
			data = appendProof(data, path(index, m.leaves))
		}
	case 3:
		first := binary.BigEndian.Uint64(o.Body)
		if first == 0 || first > size {
			return nil, false
		}
		data = appendProof(data, subproof(int(first), m.leaves, true))
	case 4:
		root := mth(m.leaves)
		data = append(data, root[:]...)
	}
	if !query {
		m.Accept(o)
	}
	return data, true
}

// cut is the largest power of two below n.
func cut(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

// mth is the Merkle Tree Hash of RFC 6962 section 2.1.
func mth(d [][]byte) [32]byte {
	switch len(d) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, d[0]...))
	}
	k := cut(len(d))
	left, right := mth(d[:k]), mth(d[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// path is PATH of RFC 6962 section 2.1.1.
func path(m int, d [][]byte) [][32]byte {
	if len(d) == 1 {
		return nil
	}
	if k := cut(len(d)); m < k {
		return append(path(m, d[:k]), mth(d[k:]))
	} else {
		return append(path(m-k, d[k:]), mth(d[:k]))
	}
}

// subproof is SUBPROOF of RFC 6962 section 2.1.2.
func subproof(m int, d [][]byte, b bool) [][32]byte {
	if m == len(d) {
		if b {
			return nil
		}
		return [][32]byte{mth(d)}
	}
	if k := cut(len(d)); m <= k {
		return append(subproof(m, d[:k], b), mth(d[k:]))
	} else {
		return append(subproof(m-k, d[k:], false), mth(d[:k]))
	}
}

var stormParams = []workloads.Params{
	{Agencies: 3, PayloadBytes: 10, ReadPercent: 30, LogReads: true, Population: 13},
	{Agencies: 4, PayloadBytes: 0, ReadPercent: 40, Population: 7},
	{Agencies: 2, PayloadBytes: 3, ReadPercent: 30, Population: 0},
}

func TestAgreesWithModel(t *testing.T) {
	for _, params := range stormParams {
		for seed := range uint64(3) {
			programtest.Agree(t, Family(), params, seed, 600, newModel(params))
		}
	}
}

// Every proof of every small tree verifies, and none does with anything changed.
func TestProofs(t *testing.T) {
	const most = 20
	var full tree
	var roots, leaves [][32]byte
	roots = append(roots, full.root(0))
	for i := range most {
		leaves = append(leaves, leafHash([]byte{byte(i)}))
		full.add(leaves[i])
		roots = append(roots, full.root(uint64(i)+1))
	}
	for size := uint64(1); size <= most; size++ {
		for index := range size {
			proof := full.inclusion(nil, index, 0, size)
			for claimed := range uint64(most) {
				for other := range uint64(most + 1) {
					ok := VerifyInclusion(leaves[claimed], index, other, proof, roots[size])
					// A proof may have the same form for another size only when root and leaf fit as well.
					if want := claimed == index && other == size; ok && claimed != index || want && !ok {
						t.Fatalf("leaf %d as number %d of %d, proof of %d in %d: %v", claimed, index, other, index, size, ok)
					}
				}
			}
			if VerifyInclusion(leaves[index], index, size, append(proof, leaves[0]), roots[size]) {
				t.Fatalf("a proof that is too long verifies")
			}
		}
		for first := uint64(1); first <= size; first++ {
			proof := full.consistency(nil, first, 0, size, true)
			if !VerifyConsistency(first, size, proof, roots[first], roots[size]) {
				t.Fatalf("consistency of %d and %d does not verify", first, size)
			}
			for other := uint64(1); other <= size; other++ {
				if other != first && VerifyConsistency(first, size, proof, roots[other], roots[size]) {
					t.Fatalf("consistency of %d and %d verifies with the root of %d", first, size, other)
				}
			}
			for i := range proof {
				proof[i][0] ^= 1
				if VerifyConsistency(first, size, proof, roots[first], roots[size]) {
					t.Fatalf("consistency of %d and %d verifies with a changed proof", first, size)
				}
				proof[i][0] ^= 1
			}
		}
	}
}

// The roots for the first eight test leaves published with Certificate Transparency's reference
// implementation (certificate-transparency-go, merkletree tests).
func TestPublishedRoots(t *testing.T) {
	leaves := []string{"", "\x00", "\x10", "\x20\x21", "\x30\x31", "\x40\x41\x42\x43",
		"\x50\x51\x52\x53\x54\x55\x56\x57", "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"}
	roots := map[int]string{
		0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	var log tree
	for size := 0; ; size++ {
		if want, known := roots[size]; known {
			if got := log.root(uint64(size)); want != hexOf(got) {
				t.Errorf("root of %d leaves is %s, want %s", size, hexOf(got), want)
			}
		}
		if size == len(leaves) {
			return
		}
		log.add(leafHash([]byte(leaves[size])))
	}
}

func hexOf(hash [32]byte) string {
	const digits = "0123456789abcdef"
	var text []byte
	for _, b := range hash {
		text = append(text, digits[b>>4], digits[b&15])
	}
	return string(text)
}

// TestCheckCatches plants violations of each law into the ledger of a healthy program.
func TestCheckCatches(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 8, ReadPercent: 30, LogReads: true, Population: 50}
	healthy := func() *app {
		built := programtest.Build(t, Family(), params)
		a := built.App().(*app)
		programtest.Drive(programtest.New(1), built.Generator(programtest.New(1)), 1000, func(r workloads.Request) []byte {
			return programtest.Apply(a, r.Op, r.Read)
		})
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(); return a, a.Ledger }, []programtest.Plant{
		{Law: "case reference changed", Prefix: "h", Flip: 12},
		{Law: "number changed", Prefix: "h", Flip: 7},
		{Law: "time changed", Prefix: "h", Flip: 28},
		{Law: "payload changed", Prefix: "h", Flip: 38},
		{Law: "verifications", Prefix: "h", Flip: 76},
		{Law: "order of the deposits", Prefix: "h", Flip: 64},
		{Law: "deposit removed", Prefix: "h", Delete: true},
		{Law: "tree's size", Prefix: "z", Flip: 7},
		{Law: "tree's frontier", Prefix: "z", Flip: 12},
		{Law: "tree removed", Prefix: "z", Delete: true},
		{Law: "deposit counter", Prefix: "T", Flip: 16 + 7},
		{Law: "verification counter", Prefix: "T", Flip: 24 + 7},
		{Law: "window", Prefix: "W", Flip: 15},
		{Law: "genesis", Prefix: "G", Flip: 7},
	})
	t.Run("cache", func(t *testing.T) {
		a := healthy()
		a.tree.add([32]byte{1})
		if a.Check() == nil {
			t.Error("Check does not see a leaf that no deposit has")
		}
	})
}

func FuzzApply(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 4, ReadPercent: 30, LogReads: true, Population: 5}
	programtest.Fuzz(f, Family(), params, newModel(params))
}
