package consensus

import (
	"context"
	"time"
)

// Runtime is a running group of replicas on some clock: all that a load driver sees of it.
//
// Callbacks run one at a time, never concurrently with each other, in order of time; they may call
// Now, At and Submit.
type Runtime interface {
	// Now is the time since the start of the run.
	Now() time.Duration
	// At calls fn at time t, or as soon as possible when t has passed.
	At(t time.Duration, fn func())
	// Submit hands cmd to replica `to` at the current time, over the way from the client's site. It
	// never blocks. done is called exactly once, when the client may trust the answer, when the
	// command was refused, or at the end of the run.
	Submit(to NodeID, cmd *Command, done func(Outcome))
	// Run executes until the given time, then ends every command that is still open. It may be
	// called once.
	Run(ctx context.Context, until time.Duration) error
}

// Status is how a command ended.
type Status uint8

// The ways a command ends.
const (
	Answered   Status = iota // executed, and the client may trust the answer
	Refused                  // not admitted: the pool of the entry replica was full, or it was down
	Lost                     // admitted, but its fate is unknown (leadership lost, node stopped)
	Unfinished               // the run ended first
)

// Outcome tells a client what became of its command. Times count from the start of the run; those
// of stages that were not reached are zero.
type Outcome struct {
	Command  CommandID
	Status   Status
	Result   []byte        // the program's answer; nil unless Answered
	Reason   string        // why it was refused or lost
	Height   uint64        // block that holds it
	Proposer NodeID        // replica that proposed that block
	Received time.Duration // at the entry replica
	Queued   time.Duration // in the pool of the replica that proposed it
	Proposed time.Duration // in a block
	Ordered  time.Duration // committed at the first replica
	Executed time.Duration // at the replica whose answer was the deciding one
	Done     time.Duration // at the client
}

// EventKind is a kind of Event.
type EventKind uint8

// The kinds of event that every runtime reports.
const (
	EventSubmitted EventKind = iota // a client submitted Command
	EventProposed                   // Node cut Block's payload (virtual runtimes)
	EventSent                       // Node sent Bytes to Peer
	EventPersisted                  // Bytes of Node's log became durable
	EventCommitted                  // Node committed Block
	EventExecuted                   // Node executed Block and reached State
	EventAnswered                   // Command's client has its answer
	EventCrashed                    // Node stopped
	EventRestarted                  // Node came back
	EventLed                        // Node entered view View led by Peer, because the last one failed
)

// Event is one thing that happened in a run, in a shape common to all runtimes. Fields that do not
// belong to Kind are zero.
type Event struct {
	Kind    EventKind
	At      time.Duration
	Node    NodeID
	Peer    NodeID
	View    uint64
	Bytes   int
	Command CommandID
	Read    bool // EventSubmitted: a query, which is not ordered
	Block   *Block
	State   Digest
}

// Tap observes a run. It is called in the runtime's order, one event at a time.
type Tap interface {
	Observe(Event)
}

// Usage is what one node's resources did since the start of the run.
type Usage struct {
	CPUBusy   time.Duration // summed over the cores
	DiskBusy  time.Duration
	LinkBusy  time.Duration // the busier of the two directions
	BytesSent uint64
	Messages  uint64 // protocol messages sent
	Fsyncs    uint64
}

// Meter is implemented by runtimes that know what their nodes' resources do.
type Meter interface {
	// Usage returns one entry a node, as of Now.
	Usage() []Usage
}
