package consensustest

import (
	"container/heap"
	"time"
)

// event is something that will happen; equal times happen in order of seq.
type event struct {
	at  time.Duration
	seq uint64
	fn  func()
}

type eventQueue []event

func (q eventQueue) Len() int { return len(q) }
func (q eventQueue) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].seq < q[j].seq
}
func (q eventQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *eventQueue) Push(x any) { *q = append(*q, x.(event)) }

// Pop implements heap.Interface.
func (q *eventQueue) Pop() any {
	old := *q
	e := old[len(old)-1]
	*q = old[:len(old)-1]
	return e
}

func (q *eventQueue) pop() event { return heap.Pop(q).(event) }

// after calls fn once d has passed, in an event of its own.
func (g *Group) after(d time.Duration, fn func()) {
	g.seq++
	heap.Push(&g.events, event{g.now + d, g.seq, fn})
}
