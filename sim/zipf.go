package sim

import (
	"fmt"
	"math/bits"
	"slices"
)

// Zipf chooses ranks 0 ... n-1 with probability proportional to 1/(rank+1)^s: rank 0 is the most
// popular. It needs a few thousand words of memory for any n and is shared by any number of streams.
//
// It samples by rejection from a step function: ranks are grouped into segments whose width is at
// most 1/64 of their distance from the start, a segment counts as if all its ranks weighed as much
// as its first, and a rank drawn from it is kept with the probability that corrects this. More than
// 98 of 100 draws are kept for s up to 2.
type Zipf struct {
	first    []uint64 // first rank of each segment, counted from 1; last entry n+1
	sums     []uint64 // running sum of the segments' weights
	exponent uint64   // s in thousandths
}

// MaxExponentPermille is the largest exponent of a Zipf chooser.
const MaxExponentPermille = 10_000

// NewZipf prepares a chooser among n ranks with exponent s in thousandths (0: uniform, 990: the
// usual skew of YCSB). It panics when n is 0 or above 2^62, or the exponent above MaxExponentPermille.
func NewZipf(n uint64, exponentPermille uint32) *Zipf {
	if n == 0 || n > 1<<62 || exponentPermille > MaxExponentPermille {
		panic(fmt.Sprintf("sim: NewZipf(%d, %d)", n, exponentPermille))
	}
	z := &Zipf{exponent: uint64(exponentPermille)}
	for k := uint64(1); k <= n; {
		z.first = append(z.first, k)
		k += max(1, uint64(1)<<(bits.Len64(k)-1)>>6)
	}
	z.first = append(z.first, n+1)
	logs := make([]int64, len(z.first)-1)
	for i := range logs {
		first, width := z.first[i], z.first[i+1]-z.first[i]
		logs[i] = int64(log2(width)) - z.logWeight(log2(first))
	}
	most := slices.Max(logs)
	sum := uint64(0)
	for _, l := range logs {
		sum += zipfWeight(l - most)
		z.sums = append(z.sums, sum)
	}
	return z
}

// zipfWeight is 2^x in logBits fractional bits, for x <= 0.
func zipfWeight(x int64) uint64 {
	fraction, exponent := exp2(x)
	if exponent < -logBits {
		return 0
	}
	return fraction >> uint(-exponent)
}

// logWeight is s times a logarithm: minus the logarithm of the weight.
func (z *Zipf) logWeight(log uint64) int64 {
	return int64((log >> 8) * z.exponent / 1000 << 8)
}

// Next draws a rank from the stream.
func (z *Zipf) Next(s *Stream) uint64 {
	for {
		t := s.Below(z.sums[len(z.sums)-1])
		i, _ := slices.BinarySearch(z.sums, t+1)
		first := z.first[i]
		width := z.first[i+1] - first
		if width == 1 {
			return first - 1
		}
		k := first + s.Below(width)
		keep := zipfWeight(-z.logWeight(log2(k) - log2(first)))
		if s.Uint64()>>(64-logBits) < keep {
			return k - 1
		}
	}
}

// Ranks is the number of ranks.
func (z *Zipf) Ranks() uint64 { return z.first[len(z.first)-1] - 1 }
