package load

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// lcg is a small generator for tests.
type lcg uint64

func (l *lcg) below(n int) int {
	*l = *l*6364136223846793005 + 1442695040888963407
	return int(uint64(*l) >> 33 % uint64(n))
}

// TestFlightsAgainstMap plays random sends and outcomes against a plain map.
func TestFlightsAgainstMap(t *testing.T) {
	var f flights
	rnd := lcg(1)
	twin := map[consensus.CommandID]uint64{}
	var order []consensus.CommandID
	next := consensus.CommandID(0)
	for range 200_000 {
		if len(order) == 0 || rnd.below(100) < 50 && len(order) < 5000 {
			next++
			f.add(due{req: workloads.Request{ID: uint64(next) * 7}})
			twin[next] = uint64(next) * 7
			order = append(order, next)
			continue
		}
		i := rnd.below(len(order))
		if rnd.below(3) > 0 {
			i = 0 // mostly in order
		}
		id := order[i]
		order = append(order[:i], order[i+1:]...)
		w, ok := f.take(id)
		if !ok || w.req.ID != twin[id] {
			t.Fatalf("command %d: %v %v, want request %d", id, w.req.ID, ok, twin[id])
		}
		delete(twin, id)
		if _, again := f.take(id); again {
			t.Fatalf("command %d was taken twice", id)
		}
	}
	if _, ok := f.take(next + 1); ok {
		t.Error("a command that was never sent was taken")
	}
	if _, ok := f.take(0); ok {
		t.Error("command 0 was taken")
	}
	if pages := len(f.pages) + len(f.free); pages > 5000/pageFlights*20 {
		t.Errorf("%d pages for at most 5,000 open requests", pages)
	}
}

func TestHeapSorts(t *testing.T) {
	var h dueHeap
	rnd := lcg(2)
	for i := range 5000 {
		h.push(due{req: workloads.Request{At: time.Duration(rnd.below(500)), ID: uint64(rnd.below(3))}, user: int32(i)})
	}
	last := h.pop()
	for len(h) > 0 {
		w := h.pop()
		if !last.before(&w) {
			t.Fatalf("%v came before %v", last, w)
		}
		last = w
	}
}
