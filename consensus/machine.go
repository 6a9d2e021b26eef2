package consensus

import "time"

// Machine is one replica of a protocol: a deterministic function of its inputs.
//
// now is the virtual or real time since the start of the run at which the step begins. Step appends
// to fx and returns; it must not keep fx or the slices reachable from in.
type Machine interface {
	Step(now time.Duration, in Input, fx *Effects)
}

// Message is what replicas send each other. Messages are immutable once sent: a broadcast shares one
// value among all receivers.
type Message interface {
	// WireSize is the size in bytes of the encoded message without transport framing.
	WireSize() int
}

// Record is what a replica must not forget in a crash. Records are immutable.
type Record interface {
	// WireSize is the size in bytes of the encoded record.
	WireSize() int
}

// TimerID names one of a machine's timers; small numbers (below 8), chosen by the protocol.
type TimerID uint8

// TimersMax bounds the TimerIDs a machine may use.
const TimersMax = 8

// InputKind says what happened.
type InputKind uint8

// The kinds of input.
const (
	// Start is the first input after a boot or a restart. Durable and Applied say what survived.
	Start InputKind = iota
	// Receive delivers Msg from replica From.
	Receive
	// Timeout says that Timer expired.
	Timeout
	// Waiting says that the pool of this replica, empty until now, holds a command that is not yet
	// committed here. Backups start their suspicion timers on it.
	Waiting
	// Ready says that a Pull that was refused since the last Ready would succeed now.
	Ready
	// Persisted answers Effects.Synced: everything persisted before it is durable. Token says which.
	Persisted
)

// Input is one thing that happened to a replica. Which fields are set depends on Kind.
type Input struct {
	Kind    InputKind
	From    NodeID
	Timer   TimerID
	Msg     Message
	Durable []Record // Start: the records that were durable, oldest first; empty at first boot
	Applied uint64   // Start: height up to which committed blocks are durable in the host's store
	Token   uint64   // Persisted: the token given to Synced
}

// Op names an operation that costs CPU time. The host's cost table says how much.
type Op uint8

// The operations a machine or host charges for. N counts operations, except for OpHash (bytes).
const (
	OpHandle          Op = iota // taking one message from the wire: decoding and dispatch
	OpSign                      // one signature
	OpVerify                    // one signature check
	OpAggregate                 // combining one share into an aggregate
	OpVerifyAggregate           // checking one aggregate signature
	OpHash                      // hashing N bytes
	OpCheckPayload              // checking the client signatures of N commands not checked here before
	OpExecute                   // executing one command of the replicated program
	OpCount                     // number of operations; not an operation
)

// EffectKind says what a step wants done.
type EffectKind uint8

// The kinds of effect.
const (
	EffectSend EffectKind = iota
	EffectSendEarly
	EffectPersist
	EffectCheckpoint
	EffectSetTimer
	EffectStopTimer
	EffectCommit
	EffectWork
	EffectRoute
	EffectLead
	EffectSynced
)

// Effect is one thing a step wants done; build it with the methods of Effects.
type Effect struct {
	Kind   EffectKind
	Op     Op            // Work
	Timer  TimerID       // SetTimer, StopTimer
	Answer bool          // Commit: this replica answers the clients
	To     NodeID        // Send, SendEarly, Route; Lead: the leader
	N      int           // Work
	View   uint64        // Lead; Synced: the token
	After  time.Duration // SetTimer
	Msg    Message       // Send, SendEarly; Commit: the proof
	Record Record        // Persist, Checkpoint
	Block  *Block        // Commit
}

// Host answers what a machine may ask in the middle of a step.
type Host interface {
	// Pull takes the next payload from this replica's pool, or reports that the cutter would rather
	// wait; then a Ready input follows.
	Pull(PullRequest) (*Payload, bool)
	// Rewind makes every command that was pulled here and is not committed available again.
	Rewind()
	// Waiting is the number of commands in this replica's pool that it has not seen committed, and
	// the time at which the oldest of them arrived here.
	Waiting() (n int, oldest time.Duration)
	// Stored returns a block that this replica has committed, or false.
	Stored(height uint64) (Committed, bool)
}

// PullRequest says how a payload is to be cut.
type PullRequest struct {
	Force bool // take what is there, even nothing: never refused
	// Exclude holds the proposals in flight on the branch to be extended, whose commands to leave out.
	// Commands that a successful Pull passed over count as pulled until Rewind.
	Exclude []*Block
}

// Effects collects what a step wants done, in order, and passes its questions to the host.
type Effects struct {
	Host
	List []Effect
}

// Reset empties the list for the next step and keeps its memory.
func (fx *Effects) Reset() {
	clear(fx.List)
	fx.List = fx.List[:0]
}

// Send sends msg to one replica, or to Everyone else, once every earlier Persist is durable.
// A machine never sends to itself: it handles its own vote in place.
func (fx *Effects) Send(to NodeID, msg Message) {
	fx.List = append(fx.List, Effect{Kind: EffectSend, To: to, Msg: msg})
}

// SendEarly sends without waiting for the disk: for messages that promise nothing.
func (fx *Effects) SendEarly(to NodeID, msg Message) {
	fx.List = append(fx.List, Effect{Kind: EffectSendEarly, To: to, Msg: msg})
}

// Persist appends r to the replica's write-ahead log.
func (fx *Effects) Persist(r Record) {
	fx.List = append(fx.List, Effect{Kind: EffectPersist, Record: r})
}

// Checkpoint replaces the whole write-ahead log by r, atomically: once r is durable, Start sees it
// first and none of the records before it.
func (fx *Effects) Checkpoint(r Record) {
	fx.List = append(fx.List, Effect{Kind: EffectCheckpoint, Record: r})
}

// Synced asks for a Persisted input with this token once every earlier Persist and Checkpoint of this
// replica is durable: in a later step of the same instant when they already are. Tokens come back in
// the order in which they were given; those still open are lost in a crash. A replica needs it when
// it counts its own vote only once its disk has it, while the others are already asked.
func (fx *Effects) Synced(token uint64) {
	fx.List = append(fx.List, Effect{Kind: EffectSynced, View: token})
}

// SetTimer makes timer id expire after the given time; a running timer of that id is replaced.
func (fx *Effects) SetTimer(id TimerID, after time.Duration) {
	fx.List = append(fx.List, Effect{Kind: EffectSetTimer, Timer: id, After: after})
}

// StopTimer stops timer id, running or not.
func (fx *Effects) StopTimer(id TimerID) {
	fx.List = append(fx.List, Effect{Kind: EffectStopTimer, Timer: id})
}

// Commit says that b is final at this replica. Heights are consecutive. proof convinces a replica
// that catches up, nil where no proof is needed. answer says whether this replica answers the
// clients of b's commands: the leader alone in crash-fault protocols, every replica in Byzantine ones.
func (fx *Effects) Commit(b *Block, proof Message, answer bool) {
	fx.List = append(fx.List, Effect{Kind: EffectCommit, Block: b, Msg: proof, Answer: answer})
}

// Work charges n operations of kind op to the CPU; they may use all cores of the node.
func (fx *Effects) Work(op Op, n int) {
	fx.List = append(fx.List, Effect{Kind: EffectWork, Op: op, N: n})
}

// Route says where this replica's clients' commands are to be proposed: at one replica (possibly
// itself), at Everyone (each replica's pool receives a copy) or at Nobody known for the moment.
func (fx *Effects) Route(to NodeID) {
	fx.List = append(fx.List, Effect{Kind: EffectRoute, To: to})
}

// Lead reports that the replica entered a view (term, round) because the one before failed or at
// the start; it is counted and traced, nothing else. Rotation in the normal case is not reported.
func (fx *Effects) Lead(view uint64, leader NodeID) {
	fx.List = append(fx.List, Effect{Kind: EffectLead, View: view, To: leader})
}
