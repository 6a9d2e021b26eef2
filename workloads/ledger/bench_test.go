package ledger

import (
	"encoding/binary"
	"testing"
)

// One iteration is a write of a 64-byte value; a root is taken every 1,500 writes, about what 500
// operations write.
func benchmarkPut(b *testing.B, keys uint64) {
	l := New()
	var key [9]byte
	value := make([]byte, 64)
	state := uint64(1)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		state = state*6364136223846793005 + 1442695040888963407
		binary.BigEndian.PutUint64(key[1:], state%keys)
		binary.BigEndian.PutUint64(value, state)
		l.Put(key[:], value)
		if i%1500 == 0 {
			l.Digest()
		}
	}
}

func BenchmarkPut10k(b *testing.B) { benchmarkPut(b, 10_000) }
func BenchmarkPut1M(b *testing.B)  { benchmarkPut(b, 1_000_000) }
func BenchmarkPutNew(b *testing.B) { benchmarkPut(b, 1<<62) }

func BenchmarkGet1M(b *testing.B) {
	l := New()
	var key [8]byte
	for i := range uint64(1_000_000) {
		binary.BigEndian.PutUint64(key[:], i)
		l.Put(key[:], key[:])
	}
	state := uint64(1)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		state = state*6364136223846793005 + 1442695040888963407
		binary.BigEndian.PutUint64(key[:], state>>20%1_000_000)
		l.Get(key[:])
	}
}

func BenchmarkProve1M(b *testing.B) {
	l := New()
	var key [8]byte
	for i := range uint64(1_000_000) {
		binary.BigEndian.PutUint64(key[:], i)
		l.Put(key[:], key[:])
	}
	l.Digest()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		binary.BigEndian.PutUint64(key[:], uint64(i)%1_000_000)
		l.Prove(key[:])
	}
}
