package resource

import (
	"math"
	"math/bits"
	"time"
)

// Link is a node's connection to the network: an egress and an ingress of the same rate, independent
// of each other (full duplex), each first come first served.
type Link struct {
	bitPerSec uint64
	out, in   Server
}

// NewLink returns an idle link. bitPerSec zero means infinitely fast.
func NewLink(bitPerSec uint64) *Link { return &Link{bitPerSec: bitPerSec} }

// Transmission is the time that bytes take on the link, rounded up to a nanosecond.
func (l *Link) Transmission(bytes int) time.Duration { return transfer(bytes, l.bitPerSec, 8) }

// Send queues bytes for the egress and returns when their last bit has left.
func (l *Link) Send(now time.Duration, bytes int) (lastBitOut time.Duration) {
	if l.bitPerSec == 0 {
		return now
	}
	return l.out.Use(now, l.Transmission(bytes))
}

// Receive takes bytes whose last bit reaches the ingress at lastBit and returns when the node has
// them. The ingress passes bits on as they come (cut-through): it adds no delay of its own unless it
// is busy with earlier bytes, so two links of the same rate cost one transmission, not two.
func (l *Link) Receive(lastBit time.Duration, bytes int) (done time.Duration) {
	if l.bitPerSec == 0 {
		return lastBit
	}
	t := l.Transmission(bytes)
	l.in.free = max(lastBit, l.in.free+t)
	l.in.busy += t
	return l.in.free
}

// Busy is the time spent transmitting by the busier direction.
func (l *Link) Busy() time.Duration { return max(l.out.busy, l.in.busy) }

// transfer is the time of bytes units of unitsPerByte each at a rate per second, rounded up; zero for
// rate zero.
func transfer(bytes int, perSec, unitsPerByte uint64) time.Duration {
	if perSec == 0 || bytes <= 0 {
		return 0
	}
	if bytes < 1<<30 { // units * 10^9 fit 64 bits
		n := uint64(bytes) * unitsPerByte * uint64(time.Second)
		t := n / perSec
		if t*perSec != n {
			t++
		}
		return time.Duration(t)
	}
	hi, lo := bits.Mul64(uint64(bytes)*unitsPerByte, uint64(time.Second))
	return divUp(hi, lo, perSec)
}

// mulDiv is a*b/c rounded up, cut to the largest duration.
func mulDiv(a, b, c uint64) time.Duration {
	hi, lo := bits.Mul64(a, b)
	return divUp(hi, lo, c)
}

func divUp(hi, lo, c uint64) time.Duration {
	if hi >= c {
		return math.MaxInt64
	}
	q, r := bits.Div64(hi, lo, c)
	if r != 0 && q < math.MaxInt64 {
		q++
	}
	return time.Duration(min(q, math.MaxInt64))
}
