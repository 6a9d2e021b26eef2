package key

import (
	"math/bits"
	"time"

	"github.com/govbench/govbench/workloads"
)

// ln2 is the natural logarithm of 2 in units of 2^-32.
const ln2 = 2977044472

// Exponential draws a waiting time with the given mean: -mean*ln(U) with U uniform in (0, 1],
// computed in 32-bit fixed point (an error of at most 2^-30 of the mean). The mean is at most a
// year; a mean of zero or less gives zero. The longest possible time is 64*ln(2) = 44.4 means.
func Exponential(rand workloads.Rand, mean time.Duration) time.Duration {
	if mean <= 0 {
		return 0
	}
	// U = (x+1)/2^64, hence -log2 U = 64 - log2(x+1).
	x := rand.Uint64()
	if x == 1<<64-1 {
		return 0
	}
	high, low := bits.Mul64(64<<32-log2(x+1), ln2)
	factor := high<<32 | low>>32 // -ln U in units of 2^-32
	high, low = bits.Mul64(uint64(mean), factor)
	return time.Duration(high<<32 | low>>32)
}

// log2 is the binary logarithm of x >= 1 in units of 2^-32, rounded down: the integer part is the
// position of the highest bit, each further bit comes from squaring the mantissa (D. Knuth, The Art
// of Computer Programming 1, section 1.2.2, exercise 25 and following).
func log2(x uint64) uint64 {
	whole := bits.Len64(x) - 1
	mantissa := x << (63 - whole) // in [2^63, 2^64), stands for [1, 2)
	result := uint64(whole)
	for range 32 {
		result <<= 1
		high, low := bits.Mul64(mantissa, mantissa) // in [2^126, 2^128)
		if high>>63 == 1 {
			result |= 1
			mantissa = high
		} else {
			mantissa = high<<1 | low>>63
		}
	}
	return result
}
