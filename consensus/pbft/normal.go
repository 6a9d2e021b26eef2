package pbft

import "github.com/govbench/govbench/consensus"

// propose lets the primary assign sequence numbers to as many blocks as the pipeline and the high
// watermark allow (OSDI 4.2).
func (m *Machine) propose(fx *consensus.Effects) {
	if m.proposing || m.changing() || !m.primary() {
		return
	}
	m.proposing = true
	defer func() { m.proposing = false }()
	for {
		seq := max(m.highest, m.committed) + 1
		if !m.inWindow(seq) || seq > m.committed+m.opt.pipeline || m.committed < m.low {
			return
		}
		inherited, whole := m.inheritedBlocks()
		if !whole {
			return
		}
		payload, ok := fx.Pull(consensus.PullRequest{Exclude: inherited})
		if !ok || payload == nil || payload.Len() == 0 {
			return
		}
		b := consensus.NewBlock(seq, m.view, m.self, consensus.Digest{}, payload)
		p := &PrePrepare{View: m.view, Block: b, sigBytes: m.sigSize}
		p.Sig = m.sign(consensus.Statement{Kind: KindPrePrepare, View: m.view, Height: seq, Digest: b.ID}, fx)
		s := m.slotOf(seq)
		m.highest = seq
		m.persistVote(&Accepted{View: m.view, Block: b, Sig: p.Sig, sigBytes: m.sigSize}, fx)
		fx.Send(consensus.Everyone, p)
		s.proposal = p
		m.accept(s, b, p.Sig, fx)
	}
}

// inheritedBlocks lists the blocks in flight that this replica did not pull from its pool in this
// view. It is not whole while the body of one of them is missing.
func (m *Machine) inheritedBlocks() (blocks []*consensus.Block, whole bool) {
	for seq := m.committed + 1; seq <= m.inherited; seq++ {
		s := m.at(seq)
		if s == nil || s.block == nil {
			return nil, false
		}
		blocks = append(blocks, s.block)
	}
	return blocks, true
}

// onPrePrepare handles the primary's proposal, from the primary or passed on: OSDI 4.2 lists the
// conditions.
func (m *Machine) onPrePrepare(from consensus.NodeID, p *PrePrepare, fx *consensus.Effects) {
	b := p.Block
	if b == nil || b.Payload == nil {
		return
	}
	if p.View > m.view {
		m.postpone(from, p.View, p)
		return
	}
	leader := m.primaryOf(p.View)
	if p.View != m.view || leader == m.self || !m.inWindow(b.Height) {
		m.noticeLag(from, b.Height, fx)
		return
	}
	s := m.slotOf(b.Height)
	// The first proposal for a sequence number in a view is the only one; O of NEW-VIEW came first.
	if s.phase != phaseIdle || b.Height <= m.inherited {
		return
	}
	// A null request fills a gap in O (OSDI 4.4) and is not a proposal.
	if b.View != p.View || b.Proposer != leader || !b.Parent.IsZero() || b.Payload.Len() == 0 || !distinct(b.Payload) {
		return
	}
	st := consensus.Statement{Kind: KindPrePrepare, View: p.View, Height: b.Height, Digest: b.ID}
	if !m.verify(leader, st, p.Sig, fx) || !m.genuine(b, fx) {
		return
	}
	fx.Work(consensus.OpCheckPayload, b.Payload.Len())
	m.highest = max(m.highest, b.Height)
	if !m.changing() {
		m.persistVote(&Accepted{View: m.view, Block: b, Sig: p.Sig, sigBytes: m.sigSize}, fx)
	}
	s.proposal = p
	m.accept(s, b, p.Sig, fx)
}

// distinct reports whether no command is twice in a payload. Pools hand out commands nearly in order
// of their ids, so that one pass nearly always suffices.
func distinct(p *consensus.Payload) bool {
	var seen map[consensus.CommandID]bool
	last := consensus.CommandID(0)
	for i, c := range p.Commands {
		switch {
		case c == nil:
			return false
		case seen != nil:
			if seen[c.ID] {
				return false
			}
			seen[c.ID] = true
		case i > 0 && c.ID <= last:
			seen = make(map[consensus.CommandID]bool, p.Len())
			for _, d := range p.Commands[:i] {
				seen[d.ID] = true
			}
			if seen[c.ID] {
				return false
			}
			seen[c.ID] = true
		}
		last = c.ID
	}
	return true
}

// genuine checks that a block's id is the hash of its header, and charges for hashing all of it.
func (m *Machine) genuine(b *consensus.Block, fx *consensus.Effects) bool {
	fx.Work(consensus.OpHash, b.WireSize())
	return b.Genuine()
}

// accept enters a proposal whose body is here and whose record was persisted: a backup multicasts
// its PREPARE (OSDI 4.2).
func (m *Machine) accept(s *slot, b *consensus.Block, sig consensus.Signature, fx *consensus.Effects) {
	s.phase, s.digest, s.block, s.primarySig, s.since = phaseProposed, b.ID, b, sig, m.now
	s.remember(b)
	if !m.changing() && !m.primary() {
		s.myPrepare = &Vote{}
		m.vote(s.myPrepare, KindPrepare, s, fx)
		m.addOwn(&s.prepares, s.myPrepare)
	}
	s.prepares.count(s.digest)
	s.commits.count(s.digest)
	m.arm(fx)
	m.advance(s, fx)
}

// vote fills in, signs and multicasts a vote for the slot's digest.
func (m *Machine) vote(v *Vote, kind uint8, s *slot, fx *consensus.Effects) {
	*v = Vote{Kind: kind, View: m.view, Seq: s.seq, Digest: s.digest, sigBytes: m.sigSize}
	v.Sig = m.sign(v.statement(), fx)
	fx.Send(consensus.Everyone, v)
}

func (v *Vote) statement() consensus.Statement {
	return consensus.Statement{Kind: v.Kind, View: v.View, Height: v.Seq, Digest: v.Digest}
}

func (m *Machine) addOwn(t *tally, v *Vote) {
	if t.votes == nil {
		m.borrow(t)
	}
	if t.votes[m.self] == nil {
		t.matching++
	}
	t.votes[m.self] = v
}

// onVote handles a PREPARE or COMMIT (OSDI 4.2). This is the hot path: no map, no allocation, and
// votes that can change nothing are dropped before their signatures are checked.
func (m *Machine) onVote(from consensus.NodeID, v *Vote, fx *consensus.Effects) {
	if v.View != m.view || !m.inWindow(v.Seq) {
		m.onStrayVote(from, v, fx)
		return
	}
	s := m.slotOf(v.Seq)
	t := &s.commits
	switch {
	case v.Kind == KindPrepare:
		if s.phase >= phasePrepared || from == m.primaryOf(v.View) {
			return
		}
		t = &s.prepares
	case v.Kind != KindCommit || s.phase == phaseCommitted:
		return
	}
	if t.votes == nil {
		m.borrow(t)
	}
	if t.votes[from] != nil || !m.verify(from, v.statement(), v.Sig, fx) {
		return
	}
	t.votes[from] = v
	m.seen = max(m.seen, v.Seq)
	if s.phase != phaseIdle && v.Digest == s.digest {
		t.matching++
		m.advance(s, fx)
	}
}

// onStrayVote handles a vote of another view or outside the watermarks.
func (m *Machine) onStrayVote(from consensus.NodeID, v *Vote, fx *consensus.Effects) {
	if v.View > m.view {
		m.postpone(from, v.View, v)
		return
	}
	m.noticeLag(from, v.Seq, fx)
}

// advance moves a slot through the phases as far as its votes carry it.
func (m *Machine) advance(s *slot, fx *consensus.Effects) {
	// prepared(m,v,n,i): the block, its pre-prepare and 2f matching prepares of other backups.
	if s.phase == phaseProposed && s.block != nil && s.prepares.matching >= m.quorum-1 && !m.changing() {
		m.becomePrepared(s, fx)
	}
	// committed-local(m,v,n,i): 2f+1 commits.
	if s.phase != phaseIdle && s.phase != phaseCommitted && s.block != nil && s.commits.matching >= m.quorum {
		m.becomeCommitted(s, fx)
	}
}

// onPrepared is what a slot allocates, at once, when it is prepared.
type onPrepared struct {
	prepared Prepared
	cert     consensus.Certificate
	record   PreparedHere
	commit   Vote
}

func (m *Machine) becomePrepared(s *slot, fx *consensus.Effects) {
	o := &onPrepared{}
	o.cert.Statement = consensus.Statement{Kind: KindPrepare, View: m.view, Height: s.seq, Digest: s.digest}
	s.prepares.certify(&o.cert, m.quorum-1)
	o.prepared = Prepared{View: m.view, Seq: s.seq, Digest: s.digest, PrimarySig: s.primarySig, Prepares: &o.cert}
	o.prepared.bytes = m.sigSize + o.cert.WireSize(m.auth, m.n)
	o.record.Prepared = &o.prepared
	s.prepared = &o.prepared
	s.phase = phasePrepared
	m.release(&s.prepares)
	m.persistVote(&o.record, fx)
	s.myCommit = &o.commit
	m.vote(s.myCommit, KindCommit, s, fx)
	if !m.opt.durableVotes {
		m.addOwn(&s.commits, s.myCommit)
		return
	}
	// Others count this commit when it arrives, hence when it is durable. This replica must not be
	// quicker: a crash could take back what it had committed upon.
	m.tokens++
	s.synced = m.tokens*uint64(len(m.ring)) + s.seq&m.mask
	fx.Synced(s.synced)
}

// onPersisted counts the own commit of the slot that asked for it, unless its view is over.
func (m *Machine) onPersisted(token uint64, fx *consensus.Effects) {
	s := &m.ring[token&m.mask]
	if s.synced != token {
		return
	}
	s.synced = 0
	if s.phase == phasePrepared {
		m.addOwn(&s.commits, s.myCommit)
		m.advance(s, fx)
	}
}

func (m *Machine) becomeCommitted(s *slot, fx *consensus.Effects) {
	s.phase = phaseCommitted
	if s.seq > m.committed && s.decided == nil {
		o := &struct {
			Commitment
			cert consensus.Certificate
		}{}
		o.cert.Statement = consensus.Statement{Kind: KindCommit, View: m.view, Height: s.seq, Digest: s.digest}
		s.commits.certify(&o.cert, m.quorum)
		o.Commitment = Commitment{Cert: &o.cert, bytes: o.cert.WireSize(m.auth, m.n)}
		s.decided, s.final = &o.Commitment, s.block
	}
	m.release(&s.commits)
	m.release(&s.prepares)
	m.deliver(fx)
}

// deliver hands decided blocks to the host in order of sequence number (OSDI 4.2).
func (m *Machine) deliver(fx *consensus.Effects) {
	for {
		s := m.at(m.committed + 1)
		if s == nil || s.decided == nil {
			break
		}
		b, proof := s.final, s.decided
		s.decided, s.final = nil, nil // before a checkpoint recycles the slot
		m.commit(b, proof, fx)
		if b.Payload.Len() > 0 && !m.changing() {
			m.backoff, m.fruitful = 0, true
		}
	}
	m.propose(fx)
}

// commit emits one block and takes a checkpoint when one is due.
func (m *Machine) commit(b *consensus.Block, proof *Commitment, fx *consensus.Effects) {
	m.committed++
	m.chain = chain(m.chain, b.ID)
	m.lastCommit, m.restarted = m.now, false
	if b.Payload.Len() > 0 {
		m.lastProgress = m.now
	}
	fx.Commit(b, proof, true)
	if m.committed%m.opt.interval == 0 {
		m.takeCheckpoint(fx)
	}
}
