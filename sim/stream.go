package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// Stream is one named source of random numbers of a run. Streams of different names or seeds are
// independent, so a new consumer, with a stream of its own, shifts nobody else's draws.
//
// The generator is xoshiro256** 1.0 (Blackman, Vigna, "Scrambled linear pseudorandom number
// generators", ACM TOMS 47(4), 2021): period 2^256-1, integer operations only. Its state is the
// SHA-256 of seed and name. It is for simulation, not for secrets.
//
// Every sampler is integer arithmetic on one 64-bit draw and gives the same result on every
// architecture; each takes the same number of draws whatever its parameters, except for the rare
// rejections of Below.
type Stream struct{ a, b, c, d uint64 }

// NewStream returns the stream of that name in the run of that seed.
func NewStream(seed uint64, name string) *Stream {
	buf := make([]byte, 8, 8+len(name))
	binary.BigEndian.PutUint64(buf, seed)
	sum := sha256.Sum256(append(buf, name...))
	s := &Stream{
		a: binary.BigEndian.Uint64(sum[0:]),
		b: binary.BigEndian.Uint64(sum[8:]),
		c: binary.BigEndian.Uint64(sum[16:]),
		d: binary.BigEndian.Uint64(sum[24:]),
	}
	if s.a|s.b|s.c|s.d == 0 { // the one state the generator cannot leave
		s.a = 1
	}
	return s
}

// Uint64 returns 64 uniform bits.
func (s *Stream) Uint64() uint64 {
	out := bits.RotateLeft64(s.b*5, 7) * 9
	t := s.b << 17
	s.c ^= s.a
	s.d ^= s.b
	s.b ^= s.c
	s.a ^= s.d
	s.c ^= t
	s.d = bits.RotateLeft64(s.d, 45)
	return out
}

// Below returns a uniform number in [0, n), without bias (Lemire, "Fast random integer generation in
// an interval", ACM TOMACS 29(1), 2019, algorithm 5). It panics when n is zero.
func (s *Stream) Below(n uint64) uint64 {
	if n == 0 {
		panic("sim: Below(0)")
	}
	hi, lo := bits.Mul64(s.Uint64(), n)
	if lo < n {
		for reject := -n % n; lo < reject; {
			hi, lo = bits.Mul64(s.Uint64(), n)
		}
	}
	return hi
}

// Chance reports true with probability num/den. It panics when den is zero.
func (s *Stream) Chance(num, den uint64) bool { return s.Below(den) < num }

// Uniform returns a uniform duration in [lo, hi], both ends included. It panics when hi < lo.
func (s *Stream) Uniform(lo, hi time.Duration) time.Duration {
	if hi < lo {
		panic("sim: Uniform of an empty interval")
	}
	span := uint64(hi) - uint64(lo) + 1
	if span == 0 { // all 2^64 durations
		return time.Duration(s.Uint64())
	}
	return lo + time.Duration(s.Below(span))
}

// Exp returns an exponentially distributed duration of the given mean, rounded to a nanosecond; zero
// for a mean that is not positive. The largest possible value is 44.4 means, as U is a multiple of
// 2^-64; durations that do not fit are cut to the largest one.
func (s *Stream) Exp(mean time.Duration) time.Duration {
	q := negLog(s.Uint64())
	if mean <= 0 {
		return 0
	}
	return scale(uint64(mean), q, logBits)
}

// Normal returns a normally distributed duration, rounded to a nanosecond. It can be negative.
// Deviations reach to 9.2 standard deviations on both sides.
func (s *Stream) Normal(mean, dev time.Duration) time.Duration {
	z, negative := normal(s.Uint64())
	if dev <= 0 {
		return mean
	}
	off := scale(uint64(dev), z, normalBits)
	if negative {
		return mean - off
	}
	if mean > math.MaxInt64-off {
		return math.MaxInt64
	}
	return mean + off
}

// LogNormal returns a log-normally distributed duration: median times e^(sigma Z), Z standard normal
// and sigma in thousandths, at most MaxSigmaPermille. Its 99th percentile is median times
// e^(2.326 sigma), so sigma = 300 permille means a p99 of twice the median. Durations that do not
// fit are cut to the largest one.
func (s *Stream) LogNormal(median time.Duration, sigmaPermille uint32) time.Duration {
	z, negative := normal(s.Uint64())
	if median <= 0 {
		return 0
	}
	sigma := uint64(min(sigmaPermille, MaxSigmaPermille))
	x := int64(scale(z*sigma, log2ePerMille, normalBits+40-logBits))
	if negative {
		x = -x
	}
	fraction, exponent := exp2(x)
	return scaleExp(uint64(median), fraction, exponent)
}

// MaxSigmaPermille is the largest sigma of LogNormal: e^10 from one standard deviation to the next.
const MaxSigmaPermille = 10_000

// scaleExp is x times fraction (logBits fractional bits) times 2^exponent.
func scaleExp(x, fraction uint64, exponent int) time.Duration {
	shift := logBits - exponent
	switch {
	case shift < 0:
		return math.MaxInt64
	case shift > 127:
		return 0
	}
	return scale(x, fraction, uint(shift))
}

// scale is x*q / 2^shift, rounded to nearest, cut to the largest duration; shift is below 128.
func scale(x, q uint64, shift uint) time.Duration {
	hi, lo := bits.Mul64(x, q)
	if shift == 0 {
		if hi != 0 || lo > math.MaxInt64 {
			return math.MaxInt64
		}
		return time.Duration(lo)
	}
	var carry uint64
	if shift <= 64 {
		lo, carry = bits.Add64(lo, 1<<(shift-1), 0)
		hi += carry
		if shift < 64 && hi>>shift != 0 {
			return math.MaxInt64
		}
		lo = lo>>shift | hi<<(64-shift)
	} else {
		hi, carry = bits.Add64(hi, 1<<(shift-65), 0)
		lo = (hi >> (shift - 64)) | carry<<(128-shift)
	}
	if lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(lo)
}
