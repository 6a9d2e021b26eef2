package load

import "github.com/govbench/govbench/consensus"

// before orders by intended time, then request id, then closed-loop client.
func (a *due) before(b *due) bool {
	switch {
	case a.req.At != b.req.At:
		return a.req.At < b.req.At
	case a.req.ID != b.req.ID:
		return a.req.ID < b.req.ID
	}
	return a.user < b.user
}

// dueHeap is a binary heap: no element comes before the one at half its index (less one).
type dueHeap []due

func (h *dueHeap) push(w due) {
	s := append(*h, w)
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if !s[i].before(&s[up]) {
			break
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
	*h = s
}

func (h *dueHeap) pop() due {
	s := *h
	first := s[0]
	last := len(s) - 1
	s[0], s[last] = s[last], due{}
	s = s[:last]
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(s); c++ {
			if s[c].before(&s[least]) {
				least = c
			}
		}
		if least == i {
			break
		}
		s[i], s[least] = s[least], s[i]
		i = least
	}
	*h = s
	return first
}

// flights holds the requests that were sent, by command id. Ids are dense, so a request is found by
// position; pages whose requests all have their outcome are used again.
type flights struct {
	pages []*page // by (id-1)/pageFlights, nil when finished; pages[0] is page number base
	base  uint64
	count uint64 // ids handed out
	free  []*page
}

const pageFlights = 1024

type page struct {
	slots [pageFlights]flight
	open  int
	used  int
}

// add stores the request of the next command id.
func (f *flights) add(w due) {
	if f.count%pageFlights == 0 {
		f.pages = append(f.pages, f.blank())
	}
	p := f.pages[len(f.pages)-1]
	p.slots[p.used] = flight{due: w, open: true}
	p.used++
	p.open++
	f.count++
}

// blank is a page without requests.
func (f *flights) blank() *page {
	n := len(f.free)
	if n == 0 {
		return &page{}
	}
	p := f.free[n-1]
	f.free = f.free[:n-1]
	p.used = 0 // its slots were emptied one by one
	return p
}

// take removes and returns the request of an open command.
func (f *flights) take(id consensus.CommandID) (due, bool) {
	i := uint64(id) - 1
	if id == 0 || i >= f.count || i/pageFlights < f.base {
		return due{}, false
	}
	p := f.pages[i/pageFlights-f.base]
	if p == nil || !p.slots[i%pageFlights].open {
		return due{}, false
	}
	slot := &p.slots[i%pageFlights]
	w := slot.due
	*slot = flight{}
	p.open--
	if p.open == 0 && p.used == pageFlights {
		f.release(i/pageFlights - f.base)
	}
	return w, true
}

// release takes a finished page out of use, and forgets finished pages at the front.
func (f *flights) release(at uint64) {
	f.free = append(f.free, f.pages[at])
	f.pages[at] = nil
	skip := 0
	for skip < len(f.pages) && f.pages[skip] == nil {
		skip++
	}
	f.pages = f.pages[:copy(f.pages, f.pages[skip:])]
	f.base += uint64(skip)
}
