package sim

import (
	"fmt"
	"math/bits"
	"time"
)

// Event is a thing due at a moment of virtual time. It is 24 bytes without a pointer, so a queue of
// millions costs the garbage collector nothing; Arg is the host's handle to whatever belongs to it.
type Event struct {
	At   time.Duration // since the start of the run
	Arg  uint64        // meaning chosen by the host
	Kind uint16        // meaning chosen by the host
	Node int32         // the node it happens at
}

// Queue yields events in order of time and, among equal times, in the order in which they were
// pushed. It is a monotone radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, "Faster algorithms for the
// shortest path problem", JACM 37(2), 1990, section 2) with digits of digitBits bits.
//
// An event lies in the bucket named by the highest digit in which its time differs from the time of
// the last popped event, and by the value of that digit. Two consequences carry the whole design:
//
//   - A bucket is emptied only when it holds the earliest events; they then move to buckets of a
//     lower digit, all of which are empty. So an event moves at most once a digit, and every
//     move is an append to a slice.
//   - Events of equal time always share a bucket, and moves keep the order inside one. So ties come
//     out first in, first out without a sequence number.
//
// The price is that time never runs backwards: nothing may be pushed before Now.
type Queue struct {
	now     uint64
	size    int
	head    int            // events of due that were popped
	due     []Event        // events at exactly now, oldest first
	levels  uint32         // bit l is set when a bucket of level l is not empty
	filled  [levels]uint32 // bit d is set when bucket (l, d) is not empty
	buckets [levels][digits][]Event
}

const (
	digitBits = 4
	digits    = 1 << digitBits
	levels    = (63 + digitBits - 1) / digitBits
)

// NewQueue returns an empty queue at time zero.
func NewQueue() *Queue { return &Queue{} }

// Len is the number of pending events.
func (q *Queue) Len() int { return q.size }

// Now is the time of the last popped event, zero before the first.
func (q *Queue) Now() time.Duration { return time.Duration(q.now) }

// Push adds an event. It panics when the event lies before Now: a cause after its effect is a bug of
// the host.
func (q *Queue) Push(e Event) {
	if e.At < q.Now() {
		panic(fmt.Sprintf("sim: event at %v pushed at %v", e.At, q.Now()))
	}
	q.size++
	diff := uint64(e.At) ^ q.now
	if diff == 0 {
		q.pushDue(e)
		return
	}
	q.place(e, diff)
}

// place appends e, whose time differs from now by the bits of diff, to its bucket.
func (q *Queue) place(e Event, diff uint64) {
	l := uint(bits.Len64(diff)-1) / digitBits
	d := uint(uint64(e.At)>>(l*digitBits)) % digits
	q.buckets[l][d] = append(q.buckets[l][d], e)
	q.filled[l] |= 1 << d
	q.levels |= 1 << l
}

// pushDue appends to the events of this very moment. A moment can go on for long when hosts answer
// each other without delay, so the room of popped events is taken back instead of growing.
func (q *Queue) pushDue(e Event) {
	if len(q.due) == cap(q.due) && q.head > len(q.due)/2 {
		n := copy(q.due, q.due[q.head:])
		q.due = q.due[:n]
		q.head = 0
	}
	q.due = append(q.due, e)
}

// Peek returns the time of the next event without moving the clock, or false when there is none.
func (q *Queue) Peek() (time.Duration, bool) {
	if q.head < len(q.due) {
		return time.Duration(q.now), true
	}
	if q.levels == 0 {
		return 0, false
	}
	l := bits.TrailingZeros32(q.levels)
	b := q.buckets[l][bits.TrailingZeros32(q.filled[l])]
	return time.Duration(earliest(b)), true
}

// Pop removes the next event and moves the clock to it, or returns false when there is none.
func (q *Queue) Pop() (Event, bool) {
	if q.head == len(q.due) {
		if q.size == 0 {
			return Event{}, false
		}
		q.advance()
	}
	e := q.due[q.head]
	q.head++
	q.size--
	return e, true
}

// advance moves the clock to the earliest pending events and gathers them in due, which is used up.
func (q *Queue) advance() {
	q.due, q.head = q.due[:0], 0
	l := uint(bits.TrailingZeros32(q.levels))
	d := uint(bits.TrailingZeros32(q.filled[l]))
	q.filled[l] &^= 1 << d
	if q.filled[l] == 0 {
		q.levels &^= 1 << l
	}
	b := q.buckets[l][d]
	q.buckets[l][d] = b[:0]
	if l == 0 { // the last digit: all of one time
		q.now = uint64(b[0].At)
		q.buckets[l][d], q.due = q.due, b
		return
	}
	q.now = earliest(b)
	for i := range b {
		if diff := uint64(b[i].At) ^ q.now; diff != 0 {
			q.place(b[i], diff)
		} else {
			q.due = append(q.due, b[i])
		}
	}
}

// earliest is the smallest time in a bucket that is not empty.
func earliest(b []Event) uint64 {
	at := b[0].At
	for i := 1; i < len(b); i++ {
		at = min(at, b[i].At)
	}
	return uint64(at)
}
