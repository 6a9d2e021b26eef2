package hotstuff

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// The timers of the machine.
const (
	timerView consensus.TimerID = iota // the pacemaker's (§6, Algorithm 5)
	timerSync                          // missing blocks, and peers' views after a restart
)

// certified is a block with votes of a quorum. cert is nil for the genesis block and for a root that
// was learnt through catch-up.
type certified struct {
	node *node
	cert *consensus.Certificate
}

// rules are the two decisions on which agreement rests, apart from the rest so that tests can plant bugs.
type rules struct {
	safe   func(m *Machine, n *node) bool // may the block be voted for
	decide func(tip *node) *node          // what a certificate of tip makes final, or nil
}

// Machine is one replica of chained HotStuff. It is a pure value, see consensus.Machine.
type Machine struct {
	opt    Options
	self   consensus.NodeID
	n      int
	quorum int
	faulty int
	auth   consensus.Authenticator
	rules  rules

	// The rules' state (Algorithm 4: vheight, b_lock, qc_high, b_exec).
	tree tree // its root is b_exec
	high certified
	lock consensus.Statement // View, Height and Digest of b_lock
	// voted is the last vote's statement: no second vote in its view, nor in any before.
	voted     consensus.Statement
	votedFull uint64 // node.full of the block voted for
	lastVote  *Vote

	// The pacemaker's.
	view      uint64
	timeout   *consensus.Certificate // the newest timeout certificate
	failures  uint                   // views given up since the last commit
	abandoned uint64                 // highest term given up by a Timeout of ours; see gone
	gone      bool                   // abandoned is set: term 0 can be given up too
	late      bool                   // this step certified a block only after its view was given up
	timerOn   bool
	timerView uint64
	terms     []*consensus.Certificate // timeouts being collected, one certificate a term
	gaveUp    []uint64                 // by replica: its highest timeout's term plus one
	greeted   consensus.NodeSet        // who sent its highest certificate to us as leader of view

	// The leader's.
	tallies  []*consensus.Certificate // votes being collected, one certificate a block
	votedBy  []uint64                 // by replica: view of the last vote counted
	proposed uint64                   // last view in which this replica proposed
	seen     []uint64                 // by replica: view of its last proposal
	exclude  []*consensus.Block       // scratch
	// final are the blocks committed in this step: the pool does not know of them yet.
	final []*consensus.Block

	// Catching up.
	ahead   *consensus.Certificate // the highest certificate of a block that is missing
	asked   *consensus.Certificate // the one Fetch was sent for
	orphan  *Proposal              // the latest proposal whose parent is missing
	peer    consensus.NodeID
	asking  bool              // after a restart, until enough peers told their views
	replies consensus.NodeSet // who did

	records  int  // in the write-ahead log
	due      bool // a proposal may have become possible
	restless bool // the pacemaker's timer may have to change
}

// Step implements consensus.Machine.
func (m *Machine) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	switch in.Kind {
	case consensus.Start:
		m.start(now, in, fx)
	case consensus.Receive:
		if in.From >= 0 && int(in.From) < m.n && in.From != m.self {
			m.receive(in.From, in.Msg, fx)
		}
	case consensus.Timeout:
		switch in.Timer {
		case timerView:
			m.expire(fx)
		case timerSync:
			m.retrySync(fx)
		}
	case consensus.Waiting:
		if !m.open() {
			m.timerOn = false // whatever it was for is done: the new command has its full time
		}
		m.restless = true
	case consensus.Ready:
		m.due = true
	case consensus.Persisted:
		m.countOwn(in.Token, fx)
	}
	if m.late {
		m.late = false
		m.skip(fx)
	}
	for m.due {
		m.due = false
		m.propose(fx)
	}
	if m.restless {
		m.restless = false
		m.pace(fx)
	}
	if m.records > m.opt.CheckpointRecords {
		m.checkpoint(fx)
	}
	clear(m.final)
	m.final = m.final[:0]
}

func (m *Machine) receive(from consensus.NodeID, msg consensus.Message, fx *consensus.Effects) {
	switch msg := msg.(type) {
	case *Proposal:
		m.onProposal(from, msg, fx)
	case *Vote:
		m.onVote(from, msg, fx)
	case *Timeout:
		m.onTimeout(from, msg, fx)
	case *NewView:
		m.onNewView(from, msg, fx)
	case *Fetch:
		m.onFetch(from, msg, fx)
	case *Blocks:
		m.onBlocks(from, msg, fx)
	}
}

// term is the unit in which views are given up: a view with rotating leaders, a leader's reign with
// stable ones, whose number is the upper half of the view's.
func (m *Machine) term(view uint64) uint64 {
	if m.opt.Stable {
		return view >> 32
	}
	return view
}

// firstView is the first view of a term other than that of view 1.
func (m *Machine) firstView(term uint64) uint64 {
	if m.opt.Stable {
		return term << 32
	}
	return term
}

// termMax bounds the terms that peers may name, so that views never overflow.
func (m *Machine) termMax() uint64 {
	if m.opt.Stable {
		return 1 << 31
	}
	return 1 << 62
}

// leader of a view; that of view 1 is replica 0.
func (m *Machine) leader(view uint64) consensus.NodeID {
	if m.opt.Stable {
		return consensus.NodeID((view >> 32) % uint64(m.n))
	}
	return consensus.NodeID((view - 1) % uint64(m.n))
}

// certBytes is a certificate's size on the wire, one byte if it is absent.
func (m *Machine) certBytes(c *consensus.Certificate) int {
	switch {
	case c == nil:
		return flagBytes
	case m.opt.Aggregate:
		return flagBytes + consensus.StatementBytes + (m.n+7)/8 + m.auth.Size()
	}
	return flagBytes + c.WireSize(m.auth, m.n)
}

// check verifies a certificate of the given kind and charges for it.
func (m *Machine) check(c *consensus.Certificate, kind uint8, fx *consensus.Effects) bool {
	if c.Statement.Kind != kind {
		return false
	}
	if m.opt.Aggregate {
		fx.Work(consensus.OpVerifyAggregate, 1)
	} else {
		fx.Work(consensus.OpVerify, m.quorum)
	}
	return c.Valid(m.auth, m.quorum, m.n)
}

// sign signs a statement and charges for it.
func (m *Machine) sign(s consensus.Statement, fx *consensus.Effects) consensus.Signature {
	fx.Work(consensus.OpSign, 1)
	return m.auth.Sign(s)
}

// combine charges for turning a quorum of verified signatures into one certificate.
func (m *Machine) combine(c *consensus.Certificate, fx *consensus.Effects) {
	if m.opt.Aggregate {
		fx.Work(consensus.OpAggregate, c.Signers.Len())
	}
}
