package pbft

import (
	"math/bits"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Machine is one replica of PBFT.
type Machine struct {
	cfg     consensus.Config
	opt     options
	self    consensus.NodeID
	n       int
	quorum  int // any two share a correct replica: 2f+1
	weak    int // contains a correct replica: f+1
	auth    consensus.Authenticator
	sigSize int
	now     time.Duration

	// Views.
	view      uint64 // entered last
	target    uint64 // asked for; above view while a view change is under way
	newView   *NewView
	change    *ViewChange   // own, sent last
	changes   []*ViewChange // by sender, the one of the highest view
	inherited uint64        // last sequence number of O: new proposals come after it
	later     []postponed   // messages of views not entered yet
	laterFrom []int

	// The log.
	low       uint64                 // low watermark: the last stable checkpoint
	stable    *consensus.Certificate // proof of low; nil for 0
	ring      []slot
	mask      uint64
	spare     [][]*Vote
	committed uint64           // last height handed to the host
	chain     consensus.Digest // over the blocks up to committed
	highest   uint64           // last sequence number with a proposal in this view
	seen      uint64           // last sequence number with a vote in this view
	proposing bool
	tokens    uint64 // last token of a Synced effect

	// Checkpoints.
	claims       [][]*Checkpoint // by sender, the latest ones
	myCheckpoint *Checkpoint
	ahead        *consensus.Certificate // stable, but not reached here yet
	snapshotDue  bool

	// Timers.
	backoff      uint          // doublings of the view timeout
	fruitful     bool          // something committed since the view began
	armed        bool          // the suspicion timer runs
	lastProgress time.Duration // last commit of a block with commands
	lastCommit   time.Duration // last commit of any block; the start before that
	entered      time.Duration // when the view began
	restarted    bool          // nothing committed since a restart
	tickMark     uint64        // committed at the last status tick
	round        int           // peer that the last status asked

	// Catch-up.
	heard     []uint64 // by peer, the height it claims to have committed
	fetching  bool
	fetchPeer consensus.NodeID
	fetchMark uint64
	bodyPeer  consensus.NodeID
}

// postponed is a message that waits for its view.
type postponed struct {
	from consensus.NodeID
	view uint64
	msg  consensus.Message
}

// Timers.
const (
	timerSuspicion consensus.TimerID = iota // OSDI 4.4, 4.5.2
	timerStatus                             // TOCS, message retransmission
)

// New builds replica cfg.Self. It fails on settings that contradict each other.
func New(cfg consensus.Config, values consensus.Values) (*Machine, error) {
	opt, err := parseOptions(values)
	if err != nil {
		return nil, err
	}
	size := uint64(1) << bits.Len64(opt.window-1)
	return &Machine{
		cfg: cfg, opt: opt, self: cfg.Self, n: cfg.N, auth: cfg.Auth, sigSize: cfg.Auth.Size(),
		quorum:    consensus.ByzantineQuorum(cfg.N),
		weak:      consensus.MaxFaulty(cfg.N) + 1,
		changes:   make([]*ViewChange, cfg.N),
		laterFrom: make([]int, cfg.N),
		claims:    make([][]*Checkpoint, cfg.N),
		heard:     make([]uint64, cfg.N),
		ring:      make([]slot, size),
		mask:      size - 1,
		fruitful:  true,
		round:     int(cfg.Self),
		fetchPeer: cfg.Self,
		bodyPeer:  cfg.Self,
	}, nil
}

// Step implements consensus.Machine.
func (m *Machine) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	m.now = now
	switch in.Kind {
	case consensus.Start:
		m.start(in, fx)
	case consensus.Receive:
		if in.From >= 0 && int(in.From) < m.n && in.From != m.self {
			m.receive(in.From, in.Msg, fx)
		}
	case consensus.Timeout:
		if in.Timer == timerStatus {
			m.onStatusTick(fx)
		} else {
			m.onSuspicion(fx)
		}
	case consensus.Waiting:
		m.arm(fx)
		m.propose(fx)
	case consensus.Persisted:
		m.onPersisted(in.Token, fx)
	case consensus.Ready:
		m.propose(fx)
	}
	if m.snapshotDue {
		m.snapshotDue = false
		fx.Checkpoint(m.snapshot())
	}
}

func (m *Machine) receive(from consensus.NodeID, msg consensus.Message, fx *consensus.Effects) {
	switch msg := msg.(type) {
	case *Vote:
		m.onVote(from, msg, fx)
	case *PrePrepare:
		m.onPrePrepare(from, msg, fx)
	case *Checkpoint:
		m.onCheckpoint(from, msg, fx)
	case *Stable:
		m.onStable(msg, fx)
	case *ViewChange:
		m.onViewChange(from, msg, fx)
	case *NewView:
		m.onNewView(msg, fx)
	case *Status:
		m.onStatus(from, msg, fx)
	case *Fetch:
		m.onFetch(from, msg, fx)
	case *Blocks:
		m.onBlocks(from, msg, fx)
	case *FetchBody:
		m.onFetchBody(from, msg, fx)
	case *Body:
		m.onBody(msg, fx)
	}
}

// primaryOf is p = v mod |R| (OSDI 4.2).
func (m *Machine) primaryOf(view uint64) consensus.NodeID {
	return consensus.NodeID(view % uint64(m.n))
}

// primary reports whether this replica leads the view it entered.
func (m *Machine) primary() bool { return m.primaryOf(m.view) == m.self }

// changing reports whether this replica asked for a view that it has not entered.
func (m *Machine) changing() bool { return m.target > m.view }

// sign signs and charges for it.
func (m *Machine) sign(st consensus.Statement, fx *consensus.Effects) consensus.Signature {
	fx.Work(consensus.OpSign, 1)
	return m.auth.Sign(st)
}

// verify checks and charges for it.
func (m *Machine) verify(by consensus.NodeID, st consensus.Statement, sig consensus.Signature, fx *consensus.Effects) bool {
	fx.Work(consensus.OpVerify, 1)
	return m.auth.Verify(by, st, sig)
}

// validCert checks a certificate of this group and charges for its signatures.
func (m *Machine) validCert(c *consensus.Certificate, size int, fx *consensus.Effects) bool {
	if c == nil || len(c.Shares) > m.n || len(c.Shares) != c.Signers.Len() {
		return false
	}
	fx.Work(consensus.OpVerify, len(c.Shares))
	return c.Valid(m.auth, size, m.n)
}

// persistVote writes what a vote promises, unless votes live in memory only.
func (m *Machine) persistVote(r consensus.Record, fx *consensus.Effects) {
	if m.opt.durableVotes {
		fx.Persist(r)
	}
}

// postpone keeps a message of a view that was not entered yet, within bounds for each sender.
func (m *Machine) postpone(from consensus.NodeID, view uint64, msg consensus.Message) {
	if uint64(m.laterFrom[from]) >= 2*m.opt.window+2 {
		return
	}
	m.laterFrom[from]++
	m.later = append(m.later, postponed{from, view, msg})
}

// replay delivers the postponed messages of the view just entered, in order of arrival.
func (m *Machine) replay(fx *consensus.Effects) {
	waiting := m.later
	m.later = nil
	clear(m.laterFrom)
	for _, p := range waiting {
		switch {
		case p.view > m.view:
			m.postpone(p.from, p.view, p.msg)
		case p.view == m.view:
			m.receive(p.from, p.msg, fx)
		}
	}
}
