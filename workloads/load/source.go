package load

import (
	"time"

	"github.com/govbench/govbench/workloads"
)

// Process yields intended times in ascending order (arrival.Process).
type Process interface {
	Next() (time.Duration, bool)
}

// Source makes requests out of arrivals: each arrival begins a new transaction or case. It is a
// workloads.Follower.
type Source struct {
	arrivals  Process
	generator workloads.Generator
	lastID    uint64
}

// NewSource composes arrivals and a generator of requests.
func NewSource(arrivals Process, generator workloads.Generator) *Source {
	return &Source{arrivals: arrivals, generator: generator}
}

// Next yields the request of the next arrival.
func (s *Source) Next() (workloads.Request, bool) {
	at, ok := s.arrivals.Next()
	if !ok {
		return workloads.Request{}, false
	}
	r := s.generator.Begin(at)
	s.lastID++
	r.ID = s.lastID
	return r, true
}

// Follow names the next request of a case. Its id is dense with those of Next, in the order in which
// the two were called.
func (s *Source) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	r, ok := s.generator.Follow(answered, result, now)
	if !ok {
		return workloads.Request{}, false
	}
	s.lastID++
	r.ID = s.lastID
	return r, true
}
