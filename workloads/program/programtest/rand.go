package programtest

import "math/bits"

// Rand is a stream for tests: SplitMix64 (G. Steele, D. Lea, C. Flood 2014). It implements workloads.Rand.
type Rand struct{ state uint64 }

// New makes a stream from a seed.
func New(seed uint64) *Rand { return &Rand{state: seed * 0x9e3779b97f4a7c15} }

// Uint64 is the next number.
func (r *Rand) Uint64() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below is uniform in 0 ... n-1 (D. Lemire, Fast Random Integer Generation in an Interval, 2019).
func (r *Rand) Below(n uint64) uint64 {
	high, low := bits.Mul64(r.Uint64(), n)
	if low < n {
		for least := -n % n; low < least; {
			high, low = bits.Mul64(r.Uint64(), n)
		}
	}
	return high
}
