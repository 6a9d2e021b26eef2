package hotstuff

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// record appends to the write-ahead log.
func (m *Machine) record(e *Entry, fx *consensus.Effects) {
	fx.Persist(e)
	m.records++
}

// checkpoint replaces the log by what still matters of it.
func (m *Machine) checkpoint(fx *consensus.Effects) {
	s := &State{Voted: m.voted, Lock: m.lock, High: m.high.cert, bytes: m.certBytes(m.high.cert)}
	for _, n := range m.tree.nodes[1:] {
		s.Blocks = append(s.Blocks, n.block)
	}
	fx.Checkpoint(s)
	m.records = 0
}

// start begins a life: the first, or the next one after a crash, with what was durable.
func (m *Machine) start(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	if in.Applied > 0 {
		if c, ok := fx.Stored(in.Applied); ok {
			m.tree.reset(c.Block)
			m.high = certified{node: m.tree.root}
			m.lock = statementOf(c.Block)
		}
	}
	var voted *consensus.Block
	for _, r := range in.Durable {
		switch r := r.(type) {
		case *State:
			m.replayState(r, fx)
		case *Entry:
			m.replay(r.Block, r.QC, fx)
			if r.Voted {
				voted, m.voted = r.Block, statementOf(r.Block)
			}
		}
	}
	m.records = len(in.Durable)
	m.due, m.restless = true, true
	if m.voted.View > 0 {
		m.enter(m.voted.View, fx)
	}
	if m.opt.Stable {
		fx.Route(m.leader(m.view))
	} else {
		fx.Route(consensus.Everyone)
	}
	fx.Lead(m.term(m.view), m.leader(m.view))
	if now > 0 || in.Applied > 0 || len(in.Durable) > 0 {
		m.restart(voted, in.Applied, fx)
	}
}

func (m *Machine) replayState(s *State, fx *consensus.Effects) {
	m.voted = s.Voted
	if s.Lock.View > m.lock.View {
		m.lock = s.Lock
	}
	for _, b := range s.Blocks {
		m.replay(b, nil, fx)
	}
	m.onRecord(s.High, fx)
}

// replay puts a recorded block into the tree, if it is still of interest, and its certificate into
// effect. Nothing of it is checked again: it was before it was recorded.
func (m *Machine) replay(b *consensus.Block, qc *consensus.Certificate, fx *consensus.Effects) {
	if b.Height > m.tree.root.height() {
		if parent := m.tree.find(&b.Parent); parent != nil {
			m.tree.insert(b, parent)
		}
	}
	m.onRecord(qc, fx)
}

func (m *Machine) onRecord(c *consensus.Certificate, fx *consensus.Effects) {
	if !m.newer(c) {
		return
	}
	if n := m.tree.find(&c.Statement.Digest); n != nil {
		m.adopt(n, c, fx)
	}
}

// restart sends the last vote again, in case its leader lost it or never got it, asks peers how far they
// are, and fetches the descendants that the proof of the last committed block speaks of.
func (m *Machine) restart(voted *consensus.Block, applied uint64, fx *consensus.Effects) {
	if m.voted.View > 0 {
		m.lastVote = &Vote{Statement: m.voted, Signature: m.sign(m.voted, fx), bytes: m.auth.Size()}
		if n := m.tree.find(&m.voted.Digest); n != nil {
			m.votedFull = n.full
		} else if voted != nil && voted.Payload.Len() > 0 {
			m.votedFull = voted.Height
		}
	}
	if m.n == 1 {
		m.countOwn(m.voted.View, fx)
		return
	}
	m.asking = true
	if c, ok := fx.Stored(applied); ok && applied > 0 {
		if p, ok := c.Proof.(*Proof); ok {
			m.onCert(p.QC, m.self, fx)
		}
	}
	m.inquire(fx)
	if m.lastVote == nil {
		return
	}
	if next := m.leader(m.voted.View + 1); next == m.self {
		m.countOwn(m.voted.View, fx)
	} else {
		fx.Send(next, m.lastVote)
	}
}

// inquire asks every peer for its view, certificates and, if this replica leads, its last vote.
func (m *Machine) inquire(fx *consensus.Effects) {
	fx.Send(consensus.Everyone, m.newView(true))
	fx.SetTimer(timerSync, m.opt.SyncRetry)
}

// answer tells a replica that restarted how far this one is.
func (m *Machine) answer(to consensus.NodeID, fx *consensus.Effects) {
	fx.Send(to, m.newView(false))
	if m.lastVote != nil && m.leader(m.voted.View+1) == to {
		fx.Send(to, m.lastVote)
	}
}

// reply counts the peers that told their views after a restart; f+1 of them suffice, as one is correct.
func (m *Machine) reply(from consensus.NodeID, fx *consensus.Effects) {
	if !m.asking || !m.replies.Add(from) || m.replies.Len() <= m.faulty {
		return
	}
	m.asking = false
	if m.ahead == nil {
		fx.StopTimer(timerSync)
	}
}
