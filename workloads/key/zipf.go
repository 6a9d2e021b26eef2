package key

import (
	"math/bits"

	"github.com/govbench/govbench/workloads"
)

// zipf draws rank r in 1 ... n with probability (1/r)/H(n), exactly and without a table or a
// logarithm. Ranks are grouped into octaves [2^k, 2^(k+1)); under the envelope 1/2^k every full
// octave weighs the same, and a rank of octave k is kept with probability 2^k/r, at least one half.
//
// Rejection from a piecewise constant envelope: L. Devroye, Non-Uniform Random Variate Generation,
// 1986, chapter II.3; the distribution: G. Zipf 1949 with exponent 1.
type zipf struct {
	rand    workloads.Rand
	n       uint64
	octaves uint64 // full octaves below the last, maybe partial, one
	last    uint64 // ranks in the last octave
	stride  uint64 // spreads ranks over entities, coprime to n
}

func newZipf(n uint64, rand workloads.Rand) *zipf {
	full := uint64(bits.Len64(n) - 1)
	return &zipf{rand: rand, n: n, octaves: full, last: n - (1 << full) + 1, stride: coprime(n)}
}

func (z *zipf) Next() uint64 {
	for {
		// A full octave weighs 2^octaves, the last one as many as it has ranks.
		at := z.rand.Below(z.octaves<<z.octaves + z.last)
		octave := at >> z.octaves
		first := uint64(1) << octave
		rank := first
		if octave == z.octaves {
			rank += at & (first - 1)
		} else {
			rank += (at & (1<<z.octaves - 1)) >> (z.octaves - octave)
		}
		if rank == first || z.rand.Below(rank) < first {
			return spread(rank-1, z.stride, z.n)
		}
	}
}

// spread maps ranks to entities one to one, so that the hottest entities are no neighbours.
func spread(rank, stride, n uint64) uint64 {
	high, low := bits.Mul64(rank, stride)
	_, rest := bits.Div64(high%n, low, n)
	return rest
}

// coprime finds a stride near n over the golden ratio that has no common divisor with n.
func coprime(n uint64) uint64 {
	stride := n/1000*618 + n%1000*618/1000
	for {
		stride = max(stride, 1)
		if gcd(stride, n) == 1 {
			return stride
		}
		stride++
	}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
