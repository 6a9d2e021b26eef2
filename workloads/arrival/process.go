package arrival

import (
	"fmt"
	"math/big"
	"math/bits"
	"time"
)

// Stream is what a process needs of a named stream of random numbers (sim.Stream).
type Stream interface {
	Below(n uint64) uint64                // uniform in 0 ... n-1
	Exp(mean time.Duration) time.Duration // exponential, not negative
}

// Process yields the intended times of one run in ascending order.
//
// A Poisson process of varying rate is drawn by thinning (Lewis and Shedler, "Simulation of
// nonhomogeneous Poisson processes by thinning", Naval Research Logistics Quarterly 26, 1979),
// separately on every straight piece of the curve: candidates come at the larger rate of the
// piece's two ends and survive with the probability that the curve gives them. Where a piece ends
// the process starts afresh, which a process without memory may.
type Process struct {
	pieces []piece
	next   int    // piece in which now lies
	now    uint64 // ticks
	stream Stream
	paced  *pacer
}

// A tick is 1/256 ns, so that rounding each gap costs nothing measurable at a million a second.
const tickBits = 8

// DurationMax is the longest duration a process can cover.
const DurationMax = 400 * 24 * time.Hour

// unit is the mean of the exponential draws from which gaps are scaled.
const unitBits = 40

// piece is a straight line of the curve, laid over the run.
type piece struct {
	from, to uint64 // ticks
	y0, y1   uint64 // levels at its ends
	top      uint64 // the larger of the two
	mantissa uint64 // mean gap at the top level: mantissa / 2^shift ticks
	shift    uint
}

// New lays a shape over a duration at the given mean rate. It fails on a rate of zero and a duration
// that is not positive or above DurationMax.
func New(shape Shape, mean Rate, duration time.Duration, stream Stream) (*Process, error) {
	if err := shape.check(); err != nil {
		return nil, err
	}
	switch {
	case mean.IsZero():
		return nil, fmt.Errorf("arrivals need a rate above zero")
	case duration <= 0 || duration > DurationMax:
		return nil, fmt.Errorf("arrivals need a duration above zero and at most %v, not %v", DurationMax, duration)
	}
	if shape.Paced {
		return &Process{paced: newPacer(mean, duration)}, nil
	}
	p := &Process{stream: stream}
	total := shape.Points[len(shape.Points)-1].At
	end := uint64(duration) << tickBits
	for i := 1; i < len(shape.Points); i++ {
		a, b := shape.Points[i-1], shape.Points[i]
		seg := piece{
			from: mulDiv(end, a.At, total), to: mulDiv(end, b.At, total),
			y0: a.Level, y1: b.Level, top: max(a.Level, b.Level),
		}
		if seg.top > 0 {
			seg.mantissa, seg.shift = shape.gap(mean, seg.top)
		}
		p.pieces = append(p.pieces, seg)
	}
	return p, nil
}

// gap is the mean time in ticks between arrivals where the curve has the given level, as a 62-bit
// fraction mantissa / 2^shift: Per * 2^tickBits * area / (Count * level * 2 * width).
func (s Shape) gap(mean Rate, level uint64) (mantissa uint64, shift uint) {
	width := s.Points[len(s.Points)-1].At
	num := new(big.Int).SetUint64(uint64(mean.Per))
	num.Lsh(num, tickBits)
	num.Mul(num, new(big.Int).SetUint64(s.area2()))
	den := new(big.Int).SetUint64(mean.Count)
	den.Mul(den, new(big.Int).SetUint64(level))
	den.Mul(den, new(big.Int).SetUint64(2*width))
	want := 62 + den.BitLen() - num.BitLen()
	if want > 0 {
		shift = uint(want)
		num.Lsh(num, shift)
	}
	q := num.Div(num, den)
	if !q.IsUint64() {
		return 1<<63 - 1, 0 // a gap of centuries: nothing will arrive
	}
	return q.Uint64(), shift
}

// Next yields the next intended time since the start of the run, or false when the duration is over.
func (p *Process) Next() (time.Duration, bool) {
	if p.paced != nil {
		return p.paced.next()
	}
	for p.next < len(p.pieces) {
		seg := &p.pieces[p.next]
		if seg.top > 0 {
			p.now = addSaturating(p.now, seg.candidateGap(p.stream))
		}
		if seg.top == 0 || p.now >= seg.to {
			p.now = seg.to
			p.next++
			continue
		}
		if seg.keeps(p.now, p.stream) {
			return time.Duration(p.now >> tickBits), true
		}
	}
	return 0, false
}

func (seg *piece) candidateGap(stream Stream) uint64 {
	u := uint64(stream.Exp(1 << unitBits))
	hi, lo := bits.Mul64(u, seg.mantissa)
	shift := seg.shift + unitBits
	switch {
	case shift >= 128:
		return 0
	case shift >= 64:
		return hi >> (shift - 64)
	case hi>>shift != 0:
		return 1<<64 - 1
	}
	return hi<<(64-shift) | lo>>shift
}

// keeps decides whether the candidate at time t survives.
func (seg *piece) keeps(t uint64, stream Stream) bool {
	if seg.y0 == seg.y1 {
		return true
	}
	const w = 20 // bits of the position inside the piece
	at := mulDiv(t-seg.from, 1<<w, seg.to-seg.from)
	return stream.Below(seg.top<<w) < seg.y0*(1<<w-at)+seg.y1*at
}

func addSaturating(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return 1<<64 - 1
	}
	return sum
}

// pacer yields evenly spaced times: the i-th of n in the middle of the i-th of n equal parts.
type pacer struct {
	i, n  uint64
	count uint64
	per   uint64
}

func newPacer(mean Rate, duration time.Duration) *pacer {
	return &pacer{n: mean.In(duration), count: mean.Count, per: uint64(mean.Per)}
}

func (p *pacer) next() (time.Duration, bool) {
	if p.i >= p.n {
		return 0, false
	}
	at := mulDiv(2*p.i+1, p.per, 2*p.count)
	p.i++
	return time.Duration(at), true
}
