// Package workloads is the contract between the load that a run offers and the program that the
// replicas execute.
//
// A [Source] is a pure function of its seed: it yields requests in order of their intended times. An
// [App] is a deterministic program over an authenticated state. Neither knows which protocol or
// clock is underneath.
package workloads

import "time"

// Request is one thing that somebody wants done at a given time.
type Request struct {
	ID     uint64        // dense from 1 in the order in which the source yields them
	At     time.Duration // intended send time since the start of the run: latency counts from here
	Client uint32        // who asks; requests of one client keep their order
	Agency uint16        // index in the scenario's participants: decides the site it enters at
	Member uint16        // index of its scenario in a mixed workload, 0 in one of a single scenario
	Read   bool          // a query: answered from one replica's state, not ordered
	Logged bool          // a query that the program logs, so that it is ordered and Read is false
	Case   uint64        // the case it belongs to, 0 for a request of its own
	Last   bool          // its answer ends the case
	Op     []byte        // the operation, meaningful to the App only
}

// Source yields the requests of a run in order of At.
type Source interface {
	Next() (Request, bool)
}

// Follower is a Source whose cases go on: after a request was answered it may name the next one of
// the same case, to be sent at a later time (a think time after now).
type Follower interface {
	Source
	// Follow is called once for each answered request that belongs to a case and is not its Last.
	Follow(answered Request, result []byte, now time.Duration) (Request, bool)
}

// App is a replicated program: deterministic, single-threaded, with an authenticated state.
type App interface {
	// Apply executes one operation and returns its answer. A malformed or refused operation changes
	// nothing and says so in the answer; see Refused.
	Apply(op []byte) []byte
	// Query answers an operation without changing anything.
	Query(op []byte) []byte
	// Digest is the root of the authenticated state.
	Digest() [32]byte
	// Check verifies the program's own laws (conservation, uniqueness, sequence) over the whole
	// state; the error says which law broke and where.
	Check() error
}

// Sized is an App that can say how much its state holds.
type Sized interface {
	// StateBytes is the sum over all entries of key, value and the 8 bytes of a version. It walks through
	// the whole state.
	StateBytes() uint64
}

// Answer codes: the first byte of every answer of an App.
const (
	AnswerOK      byte = 0 // the operation took effect, or the query found what it asked for
	AnswerRefused byte = 1 // the rules refused it; a reason in UTF-8 follows
)

// Refused reports whether an App refused the operation, and why.
func Refused(answer []byte) (reason string, refused bool) {
	if len(answer) > 0 && answer[0] == AnswerRefused {
		return string(answer[1:]), true
	}
	return "", false
}
