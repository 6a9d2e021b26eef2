package hashiraft

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// pollMax bounds how long the loop of a bubble sleeps in virtual time without looking at the context:
// a channel from outside must not be waited for inside, it would stop the fake clock.
const pollMax = 20 * time.Millisecond

// Timers of the Go runtime may be late by timerLate on the wall clock, so the end of a wait is slept
// otherwise; the loop does so in pieces of pausePiece, to see what was posted meanwhile.
//
// assumed: a little more than the poller's millisecond, and a piece that wakes a core 20,000 times a
// second at worst.
const (
	timerLate  = 1200 * time.Microsecond
	pausePiece = 50 * time.Microsecond
)

// loop runs callbacks one at a time on one goroutine: timed ones in order of time, and those that
// the engine's goroutines post, which never wait for it. Its times count from open.
type loop struct {
	base    time.Time // set by open
	bubbled bool      // the clock is a bubble's
	wake    chan struct{}

	mu    sync.Mutex
	inbox []func()

	spare []func() // memory of the inbox that was run last
	timed timedCalls
	seq   uint64
}

type timedCall struct {
	at  time.Duration
	seq uint64
	fn  func()
}

// timedCalls is a heap in order of time, then of scheduling.
type timedCalls []timedCall

func (h timedCalls) Len() int      { return len(h) }
func (h timedCalls) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h timedCalls) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].seq < h[j].seq
}

// Push implements heap.Interface.
func (h *timedCalls) Push(x any) { *h = append(*h, x.(timedCall)) }

// Pop implements heap.Interface.
func (h *timedCalls) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = timedCall{}
	*h = old[:len(old)-1]
	return last
}

// open starts the clock. Inside a bubble it must be called there: its channel belongs to the bubble.
func (l *loop) open(bubbled bool) {
	l.bubbled = bubbled
	l.base = time.Now()
	l.wake = make(chan struct{}, 1)
}

// now is the time since open; safe from any goroutine.
func (l *loop) now() time.Duration { return time.Since(l.base) }

// at schedules fn; only from the loop's goroutine, or before it runs.
func (l *loop) at(t time.Duration, fn func()) {
	l.seq++
	heap.Push(&l.timed, timedCall{at: t, seq: l.seq, fn: fn})
}

// post hands fn to the loop from any goroutine and does not wait.
func (l *loop) post(fn func()) {
	l.mu.Lock()
	l.inbox = append(l.inbox, fn)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drain runs what was posted.
func (l *loop) drain() {
	for {
		l.mu.Lock()
		batch := l.inbox
		l.inbox = l.spare[:0]
		l.mu.Unlock()
		for i, fn := range batch {
			fn()
			batch[i] = nil
		}
		l.spare = batch[:0]
		if len(batch) == 0 {
			return
		}
	}
}

// due runs every timed call up to limit whose time has come, and what was posted between them.
func (l *loop) due(limit time.Duration) {
	l.drain()
	for len(l.timed) > 0 && l.timed[0].at <= min(l.now(), limit) {
		heap.Pop(&l.timed).(timedCall).fn()
		l.drain()
	}
}

// run executes callbacks until the given time, until done reports true, or until ctx ends.
func (l *loop) run(ctx context.Context, until time.Duration, done func() bool) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var cancelled <-chan struct{}
	if !l.bubbled {
		cancelled = ctx.Done()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.due(until)
		if done() || l.now() >= until {
			return nil
		}
		next := until
		if len(l.timed) > 0 {
			next = min(next, l.timed[0].at)
		}
		wait := next - l.now()
		switch {
		case l.bubbled:
			wait = min(wait, pollMax)
		case wait > timerLate:
			wait -= timerLate
		case wait > 0:
			pause(min(wait, pausePiece))
			continue
		}
		timer.Reset(wait)
		select {
		case <-l.wake:
		case <-timer.C:
		case <-cancelled:
		}
	}
}

// sleep waits until the given time, on any goroutine, or reports false when dead is closed first.
func (l *loop) sleep(until time.Duration, dead <-chan struct{}) bool {
	wait := until - l.now()
	if wait <= 0 {
		select {
		case <-dead:
			return false
		default:
			return true
		}
	}
	if !l.bubbled {
		wait -= timerLate
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-dead:
			return false
		}
	}
	for left := until - l.now(); left > 0 && !l.bubbled; left = until - l.now() {
		pause(left)
	}
	return true
}
