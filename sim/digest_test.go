package sim

import "testing"

func TestRunDigestSeesOrderLengthAndValue(t *testing.T) {
	sum := func(words ...uint64) string {
		var d RunDigest
		d.Add(words...)
		return d.Hex()
	}
	seen := make(map[string]bool)
	for _, words := range [][]uint64{{}, {0}, {0, 0}, {1}, {1, 2}, {2, 1}, {1, 2, 0}, {0, 1, 2}, {1 << 63}, {1<<63 | 1}} {
		h := sum(words...)
		if seen[h] {
			t.Errorf("%v has the digest of another history", words)
		}
		seen[h] = true
	}
	// One flipped bit anywhere in a long history shows.
	words := make([]uint64, 64)
	base := sum(words...)
	for i := range 64 * 64 {
		words[i/64] ^= 1 << (i % 64)
		h := sum(words...)
		if h == base || seen[h] {
			t.Fatalf("bit %d does not show", i)
		}
		seen[h] = true
		words[i/64] = 0
	}
}

func TestRunDigestMethodsAgree(t *testing.T) {
	var a, b RunDigest
	a.Add(1, 2, 3, 4, 5, 6, 7)
	b.Add1(1)
	b.Add2(2, 3)
	b.Add4(4, 5, 6, 7)
	if a.Sum() != b.Sum() {
		t.Error("the fixed forms and Add differ")
	}
	before := a.Sum()
	if a.Sum() != before {
		t.Error("Sum changes the digest")
	}
	digest := func(s string) [32]byte {
		var d RunDigest
		d.AddBytes([]byte(s))
		return d.Sum()
	}
	if digest("a") == digest("a\x00") || digest("12345678") == digest("12345678\x00") || digest("") == (&RunDigest{}).Sum() {
		t.Error("strings of different lengths have one digest")
	}
}

func TestRunDigestDoesNotAllocate(t *testing.T) {
	var d RunDigest
	if n := testing.AllocsPerRun(1000, func() { d.Add(1, 2, 3); d.Add4(1, 2, 3, 4) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkRunDigestAdd4(b *testing.B) {
	var d RunDigest
	for b.Loop() {
		d.Add4(1, 2, 3, 4)
	}
}
