package record

import (
	"math/bits"
	"slices"
	"time"
)

// subBits sets the resolution: each power of two is cut into 2^subBits buckets, so a bucket is at most
// 1/2048 of its values wide.
const subBits = 11

// Histogram counts times of at least 0. The zero value is empty and ready to use. It is log-linear
// like HdrHistogram (Tene, hdrhistogram.org), and differs in three points: it allocates a page of buckets
// only when something falls into it, it answers for an exact rank in integers, and it keeps the sum
// of every bucket, so that a bucket of equal values gives back that very value.
type Histogram struct {
	octaves [65 - subBits]*octave
	count   uint64
	sum     sum128
	min     uint64
	max     uint64
}

// octave holds the buckets of a power of two, in pages: a short run has a few times, not a few thousand.
type octave [1 << (subBits - pageBits)]*page

// pageBits sets the size of a page: 1.5 KiB.
const pageBits = 6

type page [1 << pageBits]bucket

type bucket struct {
	count uint64
	sum   sum128
}

// sum128 is a sum of nanoseconds that cannot overflow.
type sum128 struct{ hi, lo uint64 }

func (s *sum128) add(v uint64) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, v, 0)
	s.hi += carry
}

// mean is the sum divided by n > 0, rounded down; s.hi < n holds for n values of 64 bits.
func (s sum128) mean(n uint64) uint64 {
	q, _ := bits.Div64(s.hi, s.lo, n)
	return q
}

// place finds a value's bucket: octave 0 holds 0 ... 2^subBits-1 exactly, octave k the values of
// subBits+k bits.
func place(v uint64) (octave, slot int) {
	octave = max(0, bits.Len64(v)-subBits)
	if octave == 0 {
		return 0, int(v)
	}
	return octave, int(v>>(octave-1)) & (1<<subBits - 1)
}

// Add counts d; a negative time counts as 0.
func (h *Histogram) Add(d time.Duration) {
	v := uint64(max(d, 0))
	o, s := place(v)
	if h.octaves[o] == nil {
		h.octaves[o] = new(octave)
	}
	p := &h.octaves[o][s>>pageBits]
	if *p == nil {
		*p = new(page)
	}
	b := &(*p)[s&(1<<pageBits-1)]
	b.count++
	b.sum.add(v)
	h.sum.add(v)
	if h.count == 0 || v < h.min {
		h.min = v
	}
	h.max = max(h.max, v)
	h.count++
}

// Count is the number of times added.
func (h *Histogram) Count() uint64 { return h.count }

// Max is the longest time, exactly, and 0 when empty.
func (h *Histogram) Max() time.Duration { return time.Duration(h.max) }

// Min is the shortest time, exactly, and 0 when empty.
func (h *Histogram) Min() time.Duration { return time.Duration(h.min) }

// Quantile is the time that the share num/den of all times does not exceed: the one of rank
// ceil(num/den*n), and of rank 1 for num = 0. den must be positive and num at most den.
func (h *Histogram) Quantile(num, den uint64) time.Duration {
	rank := rankOf(num, den, h.count)
	switch {
	case h.count == 0:
		return 0
	case rank == 1:
		return h.Min()
	case rank == h.count:
		return h.Max()
	}
	var seen uint64
	for _, octave := range h.octaves {
		if octave == nil {
			continue
		}
		for _, p := range octave {
			if p == nil {
				continue
			}
			for i := range p {
				b := &p[i]
				if seen += b.count; seen >= rank {
					return time.Duration(b.sum.mean(b.count))
				}
			}
		}
	}
	return h.Max()
}

// rankOf is ceil(num*n/den), from 1 to n.
func rankOf(num, den, n uint64) uint64 {
	hi, lo := bits.Mul64(num, n)
	q, r := bits.Div64(hi, lo, den)
	if r > 0 {
		q++
	}
	return min(max(q, 1), max(n, 1))
}

// quantileOf is the exact quantile of a sorted list, by the same ranks.
func quantileOf(sorted []time.Duration, num, den uint64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[rankOf(num, den, uint64(len(sorted)))-1]
}

// sortTimes sorts in place.
func sortTimes(list []time.Duration) { slices.Sort(list) }
