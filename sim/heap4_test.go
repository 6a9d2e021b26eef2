package sim

import (
	"testing"
	"time"
)

// heap4 is the contender: a flat 4-ary heap on (time, sequence number). It stays here so that the
// choice of the radix heap can be measured again.
type heap4 struct {
	items []twinItem
	seq   uint64
}

func (h *heap4) less(a, b *twinItem) bool {
	return a.event.At < b.event.At || a.event.At == b.event.At && a.seq < b.seq
}

func (h *heap4) push(e Event) {
	h.seq++
	it := twinItem{e, h.seq}
	h.items = append(h.items, it)
	i := len(h.items) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !h.less(&it, &h.items[parent]) {
			break
		}
		h.items[i] = h.items[parent]
		i = parent
	}
	h.items[i] = it
}

func (h *heap4) pop() Event {
	top := h.items[0].event
	n := len(h.items) - 1
	last := h.items[n]
	h.items = h.items[:n]
	for i := 0; n > 0; {
		first := 4*i + 1
		if first >= n {
			h.items[i] = last
			break
		}
		least := first
		for c := first + 1; c < min(first+4, n); c++ {
			if h.less(&h.items[c], &h.items[least]) {
				least = c
			}
		}
		if !h.less(&h.items[least], &last) {
			h.items[i] = last
			break
		}
		h.items[i] = h.items[least]
		i = least
	}
	return top
}

func TestHeap4EqualsHeap(t *testing.T) {
	for _, d := range distances[:5] {
		s := NewStream(1, "heap4/"+d.name)
		h, w, now := &heap4{}, &twin{}, time.Duration(0)
		for i := range uint64(50_000) {
			for range s.Below(3) {
				e := Event{At: now + d.draw(s), Arg: i}
				h.push(e)
				w.push(e)
			}
			if w.Len() > 0 {
				got, want := h.pop(), w.pop()
				if got != want {
					t.Fatalf("%s: got %+v, want %+v", d.name, got, want)
				}
				now = got.At
			}
		}
	}
}

func BenchmarkHeap4(b *testing.B) {
	for _, pending := range []int{1000, 100_000} {
		for _, d := range distances[:3] {
			b.Run(d.name+"/"+map[int]string{1000: "1k", 100_000: "100k"}[pending], func(b *testing.B) {
				s := NewStream(1, "bench")
				deltas := make([]time.Duration, 1<<12)
				for i := range deltas {
					deltas[i] = d.draw(s)
				}
				h := &heap4{}
				for i := range pending {
					h.push(Event{At: deltas[i%len(deltas)] + time.Duration(i), Node: int32(i)})
				}
				b.ResetTimer()
				for i := range b.N {
					e := h.pop()
					e.At += deltas[i%len(deltas)]
					h.push(e)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/sec")
			})
		}
	}
}
