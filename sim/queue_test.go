package sim

import (
	"container/heap"
	"encoding/binary"
	"testing"
	"time"
)

// twin is the obviously correct queue: container/heap ordered by time and a sequence number.
type twin struct {
	items []twinItem
	seq   uint64
}

type twinItem struct {
	event Event
	seq   uint64
}

func (h *twin) Len() int { return len(h.items) }
func (h *twin) Less(i, j int) bool {
	a, b := &h.items[i], &h.items[j]
	return a.event.At < b.event.At || a.event.At == b.event.At && a.seq < b.seq
}
func (h *twin) Swap(i, j int) { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *twin) Push(x any)    { h.items = append(h.items, x.(twinItem)) }
func (h *twin) Pop() any {
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	return last
}

func (h *twin) push(e Event) {
	h.seq++
	heap.Push(h, twinItem{e, h.seq})
}

func (h *twin) pop() Event { return heap.Pop(h).(twinItem).event }

// distances are the ways in which a host spreads its events, including many equal times.
var distances = []struct {
	name string
	draw func(s *Stream) time.Duration
}{
	{"exponential", func(s *Stream) time.Duration { return s.Exp(time.Millisecond) }},
	{"mixed", func(s *Stream) time.Duration { // CPU, LAN, WAN and timers
		return s.Exp([]time.Duration{2 * time.Microsecond, 60 * time.Microsecond, 25 * time.Millisecond, 4 * time.Second}[s.Below(4)])
	}},
	{"constant", func(*Stream) time.Duration { return 10 * time.Millisecond }},
	{"ties", func(s *Stream) time.Duration { return time.Duration(s.Below(4)) * time.Millisecond }},
	{"now", func(s *Stream) time.Duration { return time.Duration(s.Below(8) / 7) }},
	{"far", func(s *Stream) time.Duration { return time.Duration(s.Uint64() >> 1 >> s.Below(60) >> 8) }},
}

func TestQueueEqualsHeap(t *testing.T) {
	for _, d := range distances {
		t.Run(d.name, func(t *testing.T) {
			s := NewStream(1, "queue/"+d.name)
			q, h := NewQueue(), &twin{}
			for i := range uint64(200_000) {
				pushes := s.Below(3)
				if i%4096 > 3000 { // drain now and then
					pushes = 0
				}
				for range pushes {
					e := Event{At: q.Now() + d.draw(s)&(1<<61-1), Arg: i, Kind: uint16(s.Below(9)), Node: int32(i)}
					if e.At < q.Now() { // past the end of time
						continue
					}
					q.Push(e)
					h.push(e)
				}
				compareNext(t, q, h)
			}
			for h.Len() > 0 {
				compareNext(t, q, h)
			}
		})
	}
}

// compareNext pops from both queues and compares everything that can be seen.
func compareNext(t *testing.T, q *Queue, h *twin) {
	t.Helper()
	if q.Len() != h.Len() {
		t.Fatalf("length %d, twin has %d", q.Len(), h.Len())
	}
	before := q.Now()
	at, some := q.Peek()
	if q.Now() != before {
		t.Fatal("Peek moved the clock")
	}
	got, ok := q.Pop()
	if h.Len() == 0 {
		if ok || some {
			t.Fatal("an event out of an empty queue")
		}
		return
	}
	want := h.pop()
	if !ok || !some || got != want || at != want.At || q.Now() != want.At {
		t.Fatalf("got %+v (peeked %v, now %v), twin has %+v", got, at, q.Now(), want)
	}
}

func FuzzQueue(f *testing.F) {
	f.Add([]byte{1, 0, 0, 9, 0, 0, 1, 0, 0})
	f.Add([]byte{1, 255, 40, 2, 255, 40, 3, 255, 40, 0, 0, 0, 1, 1, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		q, h := NewQueue(), &twin{}
		for ; len(data) >= 3; data = data[3:] {
			if data[0] == 0 {
				compareNext(t, q, h)
				continue
			}
			delta := uint64(binary.LittleEndian.Uint16(data[:2])) << (data[2] % 46)
			e := Event{At: q.Now() + time.Duration(delta), Arg: uint64(h.seq)}
			if e.At < q.Now() {
				continue
			}
			q.Push(e)
			h.push(e)
		}
		for h.Len() > 0 {
			compareNext(t, q, h)
		}
		compareNext(t, q, h)
	})
}

func TestQueueRefusesThePast(t *testing.T) {
	q := NewQueue()
	q.Push(Event{At: 10})
	q.Pop()
	q.Push(Event{At: 10}) // the present is fine
	for _, at := range []time.Duration{9, 0, -1, -1 << 63} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("an event at %d was accepted at 10", at)
				}
			}()
			q.Push(Event{At: at})
		}()
	}
}

// TestQueueKeepsAMomentSmall checks that hosts which answer each other without delay for ever do not
// make the queue grow.
func TestQueueKeepsAMomentSmall(t *testing.T) {
	q := NewQueue()
	for i := range 1_000_000 {
		q.Push(Event{})
		if i >= 10 {
			q.Pop()
		}
	}
	if cap(q.due) > 1024 {
		t.Errorf("ten pending events take room for %d", cap(q.due))
	}
}

func TestQueueDoesNotAllocate(t *testing.T) {
	for _, d := range distances[:2] {
		s := NewStream(1, "alloc")
		q := NewQueue()
		for range 1000 {
			q.Push(Event{At: d.draw(s)})
		}
		hold := func() {
			e, _ := q.Pop()
			e.At += d.draw(s)
			q.Push(e)
		}
		for range 3_000_000 {
			hold()
		}
		if n := testing.AllocsPerRun(100_000, hold); n != 0 {
			t.Errorf("%s: %v allocations an event", d.name, n)
		}
	}
}

// BenchmarkQueue measures one hold (a pop and a push) with a number of events pending.
func BenchmarkQueue(b *testing.B) {
	for _, pending := range []struct {
		name string
		n    int
	}{{"1k", 1000}, {"10k", 10_000}, {"100k", 100_000}, {"1M", 1_000_000}} {
		for _, d := range distances[:3] {
			b.Run(d.name+"/"+pending.name, func(b *testing.B) {
				s := NewStream(1, "bench")
				deltas := make([]time.Duration, 1<<12)
				for i := range deltas {
					deltas[i] = d.draw(s)
				}
				q := NewQueue()
				for i := range pending.n {
					q.Push(Event{At: deltas[i%len(deltas)] + time.Duration(i), Node: int32(i)})
				}
				for i := range 3 * pending.n {
					e, _ := q.Pop()
					e.At += deltas[i%len(deltas)]
					q.Push(e)
				}
				b.ReportAllocs()
				b.ResetTimer()
				for i := range b.N {
					e, _ := q.Pop()
					e.At += deltas[i%len(deltas)]
					q.Push(e)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/sec")
			})
		}
	}
}
