package hotstuff

import "github.com/govbench/govbench/consensus"

// onProposal handles the generic phase (§5; Algorithm 4, onReceiveProposal).
func (m *Machine) onProposal(from consensus.NodeID, p *Proposal, fx *consensus.Effects) {
	b := p.Block
	if b == nil || from != b.Proposer || b.View <= m.seen[from] || b.View <= m.high.node.view() ||
		from != m.leader(b.View) || !genuine(b) || !m.linked(p) {
		return
	}
	fx.Work(consensus.OpHash, consensus.BlockHeaderBytes+b.Payload.Bytes)
	if b.Payload.Len() > 0 {
		fx.Work(consensus.OpCheckPayload, b.Payload.Len())
	}
	if !m.trust(p.Justify, KindVote, m.high.cert, fx) || !m.trust(p.Timeout, KindTimeout, m.timeout, fx) {
		return
	}
	m.seen[from] = b.View
	m.onTimeoutCert(p.Timeout, fx)
	m.onCert(p.Justify, from, fx)
	m.attach(from, p, fx)
}

// linked checks what a proposal says of itself: the block is the child of the block that Justify
// certifies, and its view follows Justify's or a term that was given up.
func (m *Machine) linked(p *Proposal) bool {
	parent := m.certified(p.Justify)
	b := p.Block
	if b.Parent != parent.Digest || b.Height != parent.Height+1 || b.View <= parent.View {
		return false
	}
	if b.View == parent.View+1 {
		return p.Timeout == nil
	}
	return p.Timeout != nil && b.View == m.firstView(p.Timeout.Statement.View+1)
}

// certified is the statement of a certificate, nil standing for the genesis block's.
func (m *Machine) certified(c *consensus.Certificate) consensus.Statement {
	if c == nil {
		return genesisStatement
	}
	return c.Statement
}

var genesisStatement = statementOf(genesis())

// trust reports whether c may be believed: absent, equal to one that was checked before, or valid.
func (m *Machine) trust(c *consensus.Certificate, kind uint8, known *consensus.Certificate, fx *consensus.Effects) bool {
	if c == nil || c == known {
		return true
	}
	if known != nil && c.Statement == known.Statement && c.Statement.Kind == kind {
		return c.Valid(m.auth, m.quorum, m.n) // this process did the work, and so did this replica
	}
	return m.check(c, kind, fx)
}

// attach puts a proposal's block into the tree and votes for it if the rules allow, or fetches what
// lies between.
func (m *Machine) attach(from consensus.NodeID, p *Proposal, fx *consensus.Effects) {
	parent := m.tree.find(&p.Block.Parent)
	if parent == nil {
		if p.Block.Height > m.tree.root.height()+1 && (m.orphan == nil || m.orphan.Block.View < p.Block.View) {
			m.orphan = p
			m.fetch(from, fx)
		}
		return
	}
	m.insert(p.Block, parent)
	m.vote(m.tree.find(&p.Block.ID), p.Justify, fx)
}

// insert adds a block to the tree and keeps the tree small.
func (m *Machine) insert(b *consensus.Block, parent *node) *node {
	n := m.tree.insert(b, parent)
	if len(m.tree.nodes) > treeNodesMax {
		m.tree.prune(m.high.node)
	}
	return n
}

// treeNodesMax is the size at which forks that lost are dropped from the tree without a commit.
const treeNodesMax = 64

// safe is the predicate safeNode (§4.2, Algorithm 1): the block extends the locked one, or its
// justification is newer than the lock.
func (m *Machine) safe(n *node) bool {
	if n.parent.view() > m.lock.View { // liveness rule
		return true
	}
	if m.lock.Height <= m.tree.root.height() {
		return true // everything in the tree extends what is committed
	}
	locked := n.at(m.lock.Height) // safety rule
	return locked != nil && locked.block.ID == m.lock.Digest
}

// vote records the block, and votes for it if it is of the current view, no vote was cast in this view
// or a later one, and it is safe (Algorithm 4, lines 17-19). The vote leaves once the record is durable.
func (m *Machine) vote(n *node, justify *consensus.Certificate, fx *consensus.Effects) {
	if n == nil {
		return
	}
	b := n.block
	entry := &Entry{Block: b, QC: justify, bytes: m.certBytes(justify)}
	entry.Voted = b.View == m.view && b.View > m.voted.View && m.rules.safe(m, n)
	m.record(entry, fx)
	if !entry.Voted {
		return
	}
	m.voted, m.votedFull = statementOf(b), n.full
	m.lastVote = &Vote{Statement: m.voted, Signature: m.sign(m.voted, fx), bytes: m.auth.Size()}
	if next := m.leader(b.View + 1); next != m.self {
		fx.Send(next, m.lastVote)
	} else {
		fx.Synced(b.View)
	}
}

// countOwn counts this replica's last vote, which is durable, if it is of the given view and still
// matters.
func (m *Machine) countOwn(view uint64, fx *consensus.Effects) {
	if m.lastVote != nil && m.voted.View == view && view > m.high.node.view() {
		m.count(m.self, m.lastVote, fx)
	}
}

// onCert takes a checked certificate into account (Algorithm 4, update and updateQCHigh), or has its
// block fetched from whoever showed it.
func (m *Machine) onCert(c *consensus.Certificate, from consensus.NodeID, fx *consensus.Effects) {
	if c == nil {
		return
	}
	s := &c.Statement
	missing := m.high.cert == nil && s.Digest == m.high.node.block.ID
	if s.View <= m.high.node.view() && !missing {
		return
	}
	if n := m.tree.find(&s.Digest); n != nil {
		m.adopt(n, c, fx)
		return
	}
	if s.Height <= m.tree.root.height() {
		return
	}
	if m.ahead == nil || s.View > m.ahead.Statement.View {
		m.ahead = c
		m.fetch(from, fx)
	}
	m.enter(s.View+1, fx)
}

// adopt makes n, certified by c, the highest certified block; locks its parent, the head of a two-chain
// (§5, "pre-commit"); and commits the head of a three-chain (§5, "decide").
func (m *Machine) adopt(n *node, c *consensus.Certificate, fx *consensus.Effects) {
	m.high = certified{n, c}
	m.due, m.restless = true, true
	m.forgetTallies()
	if p := n.parent; p != nil && p.view() > m.lock.View {
		m.lock = statementOf(p.block)
	}
	if b := m.rules.decide(n); b != nil && b.height() > m.tree.root.height() {
		above := n.path(m.tree.root.height(), nil)
		m.commit(b, above, c, fx)
	}
	if m.ahead != nil && m.ahead.Statement.View <= c.Statement.View {
		m.ahead = nil
		m.stopSync(fx)
	}
	m.enter(c.Statement.View+1, fx)
	m.late = m.late || !m.opt.Stable && m.gone && m.abandoned == c.Statement.View && m.voted.View == c.Statement.View
}

// commit makes b and all its ancestors final (Algorithm 4, onCommit). chain holds the blocks above the
// root, through b, up to the one that qc certifies.
func (m *Machine) commit(b *node, chain []*consensus.Block, qc *consensus.Certificate, fx *consensus.Effects) {
	size := m.certBytes(qc)
	last := int(b.height() - m.tree.root.height())
	for i := range last {
		proof := &Proof{Chain: chain[i+1:], QC: qc, bytes: size}
		fx.Commit(chain[i], proof, true)
		m.final = append(m.final, chain[i])
	}
	m.tree.advance(b)
	m.failures = 0
	m.restless = true
	if m.high.node.at(b.height()) != b {
		m.high = certified{node: b}
	}
	if m.orphan != nil && m.orphan.Block.Height <= b.height() {
		m.orphan = nil
	}
}

// proven reports whether p convinces that b is committed.
func (m *Machine) proven(b *consensus.Block, p *Proof, fx *consensus.Effects) bool {
	if p == nil || p.QC == nil || len(p.Chain) < 2 {
		return false
	}
	run, found, last := 1, false, b
	for _, c := range p.Chain {
		if !genuine(c) || c.Parent != last.ID || c.Height != last.Height+1 || c.View <= last.View {
			return false
		}
		run++
		if c.View != last.View+1 {
			run = 1
		}
		found = found || run >= 3
		last = c
	}
	return found && p.QC.Statement == statementOf(last) && m.check(p.QC, KindVote, fx)
}
