package sim

import "math/bits"

// Fixed-point elementary functions, each a table of exact values with linear interpolation between
// them. The tables lie in tables.go, written by the generator in tables_test.go, which also checks
// them. Errors are those of the chord, step^2/8 times the second derivative:
//
//	log2   1.8e-7 absolute    step 2^-10, |f''| <= 1.45
//	exp2   5.8e-8 relative    step 2^-10, |f''| <= 0.49 f
//	normal 1.4e-5 absolute    64 steps an octave of the tail probability
//
// far below what a million draws can show.
const (
	logBits    = 48 // fractional bits of logarithms
	normalBits = 28 // fractional bits of normal quantiles
	stepBits   = 10 // the log2 and exp2 tables have 2^stepBits steps
	octaveBits = 6  // the normal table has 2^octaveBits steps an octave

	ln2           = 0xb17217f7d1cf79ac // ln 2 in 64 fractional bits
	log2ePerMille = 1586259972         // log2(e)/1000 in 40 fractional bits
)

// log2 is the binary logarithm of x >= 1.
func log2(x uint64) uint64 {
	zeros := uint(bits.LeadingZeros64(x))
	f := x << zeros << 1
	i := f >> (64 - stepBits)
	r := f << stepBits >> 40
	lo := log2Table[i]
	return uint64(63-zeros)<<logBits + lo + (log2Table[i+1]-lo)*r>>24
}

// negLog is -ln(x/2^64), for x = 0 that of half a step.
func negLog(x uint64) uint64 {
	if x == 0 {
		x = 1
	}
	q, _ := bits.Mul64(64<<logBits-log2(x), ln2)
	return q
}

// exp2 is 2^x as fraction * 2^exponent, with fraction in [1, 2].
func exp2(x int64) (fraction uint64, exponent int) {
	f := uint64(x) & (1<<logBits - 1)
	i := f >> (logBits - stepBits)
	r := f & (1<<(logBits-stepBits) - 1) >> 14
	lo := exp2Table[i]
	return lo + (exp2Table[i+1]-lo)*r>>24, int(x >> logBits)
}

// normal turns 64 uniform bits into a normal quantile and its sign, by inversion. The tail
// probability p in (0, 1/2) is read as a floating-point number, an octave and a fraction, so that the
// table's resolution follows it into the tail (hierarchical segmentation: Cheung, Lee, Luk,
// Villasenor, "Hardware generation of arbitrary random number distributions from uniform
// distributions via the inversion method", IEEE TVLSI 15(8), 2007).
func normal(x uint64) (z uint64, negative bool) {
	negative = x&1 != 0
	x |= 1
	octave := uint(bits.LeadingZeros64(x))
	f := x << octave << 1
	i := f >> (64 - octaveBits)
	r := f << octaveBits >> 32
	row := &normalTable[octave]
	hi := uint64(row[i])
	return hi - (hi-uint64(row[i+1]))*r>>32, negative
}
