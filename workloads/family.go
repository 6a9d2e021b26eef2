package workloads

import "time"

// Rand is a named stream of random numbers (sim.Stream).
type Rand interface {
	Uint64() uint64
	Below(n uint64) uint64 // uniform in 0 ... n-1
}

// Params is how a scenario parameterises a family of programs. A family documents which fields it
// reads and refuses values that make no sense for it.
type Params struct {
	Agencies     int              // participants; a request's Agency is below it
	PayloadBytes int              // on-chain bytes a write carries beside its keys
	ReadPercent  int              // share of application-level queries, 0 ... 100
	LogReads     bool             // a verification is itself a transaction, so that its trail is on chain
	KeyChoice    string           // none (uniform), zipf, entity, quota, seq, catalog: how requests pick what they touch
	Population   int              // entities (people, licences, files ...) that exist at the start
	Approvals    int              // parties that must sign a case
	ThinkMean    time.Duration    // mean time a person takes between the steps of a case
	Rule         map[string]int64 // the family's own numbers: fees, thresholds, quotas, deadlines in ms
	Amendments   []Amendment      // changes of rules that the agencies decide on in mid-run
	Salt         string           // goes into the program's tag, so that equal programs of two services differ
}

// Enacted is an amendment that took effect.
type Enacted struct {
	Member int // of a mix, else 0
	Rule   string
	Value  int64
	Height uint64        // transactions that the old value governed
	At     time.Duration // the program's newest time when it took effect
}

// Governed is an App that tells which amendments took effect, in the order in which they were proposed.
type Governed interface{ Enacted() []Enacted }

// Amendment is a change of a rule that takes effect in mid-run by a governed transaction: one agency
// proposes it, the quorum of agencies endorses it, and from its height on the program judges by the new
// value.
type Amendment struct {
	Rule  string
	Value int64
	// Height is the number of transactions of the program that the old value still governs. It counts the
	// program's own accepted transactions, not blocks, so that one order of operations gives one state
	// whatever the blocks.
	Height uint64
}

// Generator turns arrivals into requests. It keeps its own picture of what it created, never looks
// into the App, and learns only from answers.
type Generator interface {
	// Begin makes the first request of a new transaction or case, arriving at the given time. The
	// caller sets ID.
	Begin(at time.Duration) Request
	// Follow names the next request of a case after an answer; see Follower. The caller sets ID.
	Follow(answered Request, result []byte, now time.Duration) (Request, bool)
}

// Family is a kind of program that scenarios parameterise.
type Family struct {
	Name  string   // as in scenario files
	Title string   // for people
	Laws  []string // what App.Check verifies, one sentence each
	Rules []Rule   // the numbers Params.Rule may hold
	// New checks params and builds the program. The error names the field, what was found and what
	// is allowed.
	New func(params Params) (Program, error)
}

// Rule is one of a family's own numbers.
type Rule struct {
	Name    string
	Unit    string
	Default int64
	Min     int64
	Max     int64
	Doc     string // meaning, and source or "assumed: ..."
	// Governed rules are judged by the value on the ledger and can be amended in mid-run; the others
	// shape the start or the generator.
	Governed bool
}

// Program is a family with its parameters fixed.
type Program struct {
	// Tag stands in every operation of the program and in no other program's; a mixed workload finds the
	// program of an operation by it.
	Tag uint64
	// App makes a fresh replicated program in its initial state.
	App func() App
	// Generator makes the generator of its requests.
	Generator func(rand Rand) Generator
}
