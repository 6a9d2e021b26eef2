package hotstuff

import "github.com/govbench/govbench/consensus"

// votesAhead is how many views ahead of its own a leader collects votes, in multiples of n: it bounds
// what faulty replicas can make it remember.
const votesAhead = 4

// onVote handles a vote for a block of the view before the one this replica leads (§5).
func (m *Machine) onVote(from consensus.NodeID, v *Vote, fx *consensus.Effects) {
	if m.leader(v.Statement.View+1) == m.self {
		m.collect(from, v, fx)
	}
}

// collect verifies a vote and counts it, unless it comes too late to matter.
func (m *Machine) collect(from consensus.NodeID, v *Vote, fx *consensus.Effects) {
	s := &v.Statement
	if s.Kind != KindVote || s.View <= m.high.node.view() || s.View <= m.votedBy[from] ||
		s.View >= m.view+uint64(votesAhead*m.n) {
		return
	}
	fx.Work(consensus.OpVerify, 1)
	if m.auth.Verify(from, *s, v.Signature) {
		m.count(from, v, fx)
	}
}

// count adds a verified vote to its block's tally. A replica's votes count in ascending order of view,
// one a view, so that two certificates of one view cannot come from its tallies.
func (m *Machine) count(from consensus.NodeID, v *Vote, fx *consensus.Effects) {
	if v.Statement.View <= m.votedBy[from] {
		return
	}
	m.votedBy[from] = v.Statement.View
	var tally *consensus.Certificate
	for _, t := range m.tallies {
		if t.Statement == v.Statement {
			tally = t
			break
		}
	}
	if tally == nil {
		tally = &consensus.Certificate{Statement: v.Statement, Shares: make([]consensus.Share, 0, m.quorum)}
		m.tallies = append(m.tallies, tally)
	}
	tally.Add(from, v.Signature)
	if tally.Signers.Len() == m.quorum {
		m.combine(tally, fx)
		m.onCert(tally, from, fx)
	}
}

// forgetTallies drops the votes that can no longer raise the highest certificate.
func (m *Machine) forgetTallies() {
	kept := m.tallies[:0]
	for _, t := range m.tallies {
		if t.Statement.View > m.high.node.view() && t.Signers.Len() < m.quorum {
			kept = append(kept, t)
		}
	}
	clear(m.tallies[len(kept):])
	m.tallies = kept
}

// entitled reports whether this replica may propose in the current view: it leads it, has not proposed
// or voted in it, holds the block to extend, and either certified the block of the view before or heard
// the highest certificates of a quorum (§4.2, "wait for n-f NEW-VIEW messages": n-f is the quorum of n = 3f+1).
func (m *Machine) entitled() bool {
	v := m.view
	if m.leader(v) != m.self || m.proposed >= v || m.voted.View >= v || m.ahead != nil {
		return false
	}
	if m.high.cert == nil && m.high.node.height() > 0 {
		return false
	}
	if m.high.node.view()+1 == v {
		return true
	}
	return m.entered(v) && m.greeted.Len() >= m.quorum
}

// propose makes this replica's proposal for the current view if it may and there is something to
// propose. While the branch holds commands whose commit is not known to all who follow it, even an
// empty block helps: three more certificates commit them (§5). Otherwise the block cutter decides.
func (m *Machine) propose(fx *consensus.Effects) {
	if !m.entitled() {
		return
	}
	parent := m.high.node
	req := consensus.PullRequest{Force: parent.full > parent.known}
	if !m.opt.Stable || m.term(m.proposed) != m.term(m.view) || m.proposed == 0 {
		fx.Rewind()
		m.exclude = parent.path(m.tree.root.height(), append(m.exclude[:0], m.final...))
		req.Exclude = m.exclude
	}
	payload, ok := fx.Pull(req)
	clear(m.exclude)
	if !ok {
		return
	}
	b := consensus.NewBlock(parent.height()+1, m.view, m.self, parent.block.ID, payload)
	p := &Proposal{Block: b, Justify: m.high.cert}
	if b.View != parent.view()+1 {
		p.Timeout = m.timeout
	}
	p.bytes = m.certBytes(p.Justify) + m.certBytes(p.Timeout)
	m.proposed = b.View
	// The proposal waits for the votes this replica cast before, which Justify may contain, but not for
	// its own vote's record, which follows.
	fx.Send(consensus.Everyone, p)
	m.vote(m.insert(b, parent), p.Justify, fx)
}
