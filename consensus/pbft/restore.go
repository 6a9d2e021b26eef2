package pbft

import "github.com/govbench/govbench/consensus"

// start boots the replica, with what survived the last crash.
func (m *Machine) start(in consensus.Input, fx *consensus.Effects) {
	again := len(in.Durable) > 0 || in.Applied > 0
	m.lastCommit, m.entered, m.restarted = m.now, m.now, again
	if again {
		m.proposing = true
		m.restore(in, fx)
		m.proposing = false
	} else if !m.opt.durableVotes {
		fx.Persist(&Boot{})
	}
	m.tickMark = m.committed
	fx.Lead(m.view, m.primaryOf(m.view))
	fx.Route(m.primaryOf(m.view))
	if m.n > 1 {
		fx.SetTimer(timerStatus, m.opt.statusInterval)
	}
	if again {
		if m.n > 1 {
			m.round = m.other(m.round)
			fx.SendEarly(consensus.Everyone, m.status(consensus.NodeID(m.round), false))
		}
		switch {
		case m.changing():
			m.routeChanging(fx)
			m.changes[m.self] = m.change
			m.considerChanges(fx)
		case !m.opt.durableVotes:
			// It forgot what it voted for in this view, and must not vote there again.
			m.startViewChange(m.view+1, fx)
		case m.primary():
			fx.Rewind()
		}
	}
	m.arm(fx)
	m.propose(fx)
}

// survivors are the records of a log, folded.
type survivors struct {
	snapshot *Snapshot
	newView  *NewView
	change   *ViewChange
	accepted []*Accepted
	prepared []*Prepared
}

func fold(records []consensus.Record) (v survivors) {
	for _, r := range records {
		switch r := r.(type) {
		case *Snapshot:
			v = survivors{snapshot: r, newView: r.NewView, change: r.Change}
			v.accepted = append(v.accepted, r.Accepted...)
			v.prepared = append(v.prepared, r.Prepared...)
		case *Accepted:
			v.accepted = append(v.accepted, r)
		case *PreparedHere:
			v.prepared = append(v.prepared, r.Prepared)
		case *Changing:
			v.change = r.Change
		case *Entered:
			v.newView, v.change = r.NewView, nil
		}
	}
	return v
}

// restore rebuilds the replica from its log and the host's store: same view, same votes.
func (m *Machine) restore(in consensus.Input, fx *consensus.Effects) {
	v := fold(in.Durable)
	m.committed = in.Applied
	if v.snapshot != nil && v.snapshot.Stable != nil {
		m.stable, m.low = v.snapshot.Stable, v.snapshot.Stable.Statement.Height
	}
	m.restoreChain(v.snapshot, fx)
	m.highest = max(m.low, m.committed)
	if m.newView = v.newView; m.newView != nil {
		m.view = m.newView.View
	}
	m.target = m.view
	if v.change != nil && v.change.View > m.view {
		m.change, m.target = v.change, v.change.View
	}
	nulls := m.restoreInherited()
	for _, a := range v.accepted {
		m.restoreAccepted(a, fx)
	}
	for _, p := range v.prepared {
		m.restorePrepared(p, fx)
	}
	if m.primary() {
		m.inherited = max(m.inherited, m.highest) // what it proposed is no longer in its pool
	}
	for seq := m.low + 1; seq <= m.inherited; seq++ {
		s := m.at(seq)
		if s == nil || s.phase != phaseProposed || s.block != nil {
			continue
		}
		b := nulls(seq)
		if b == nil {
			b = m.bodyOf(s, s.digest, fx)
		}
		if b != nil {
			m.acceptInherited(s, b, true, fx)
		}
	}
	for seq := m.committed + 1; seq <= m.highest; seq++ {
		if s := m.at(seq); s != nil && s.block != nil {
			m.advance(s, fx) // a group of one waits for nobody
		}
	}
}

// restoreChain finds the digest over all committed blocks from the nearest known one, and with it the
// last CHECKPOINT that this replica sent: others may still need it to open their windows.
func (m *Machine) restoreChain(snap *Snapshot, fx *consensus.Effects) {
	base := uint64(0)
	if m.stable != nil && m.low <= m.committed {
		base, m.chain = m.low, m.stable.Statement.Digest
	} else if snap != nil && snap.Committed <= m.committed {
		base, m.chain = snap.Committed, snap.Chain
	}
	for h := base + 1; h <= m.committed; h++ {
		c, ok := fx.Stored(h)
		if !ok {
			return // never: Applied promises it
		}
		m.chain = chain(m.chain, c.Block.ID)
		if h%m.opt.interval == 0 && h > m.low {
			m.myCheckpoint = &Checkpoint{Seq: h, Digest: m.chain, sigBytes: m.sigSize}
		}
	}
	if c := m.myCheckpoint; c != nil {
		c.Sig = m.sign(checkpointStatement(c.Seq, c.Digest), fx)
		m.claim(m.self, c, fx)
	}
}

// restoreInherited enters O of the current view and returns its null requests by sequence number.
func (m *Machine) restoreInherited() func(seq uint64) *consensus.Block {
	if m.newView == nil {
		return func(uint64) *consensus.Block { return nil }
	}
	p := m.planFor(m.view, m.newView.Changes)
	m.inherited = p.low + uint64(len(p.digests))
	m.highest = max(m.highest, m.inherited)
	for _, o := range m.newView.Proposals {
		if m.inWindow(o.Seq) {
			s := m.slotOf(o.Seq)
			s.phase, s.digest, s.primarySig, s.since = phaseProposed, o.Digest, o.Sig, m.now
		}
	}
	return func(seq uint64) *consensus.Block {
		if i := seq - p.low - 1; i < uint64(len(p.nullBlock)) {
			return p.nullBlock[i]
		}
		return nil
	}
}

func (m *Machine) restoreAccepted(a *Accepted, fx *consensus.Effects) {
	s := m.at(a.Block.Height)
	if s == nil {
		return
	}
	s.remember(a.Block)
	if a.View != m.view {
		return
	}
	s.phase, s.digest, s.block, s.primarySig, s.since = phaseProposed, a.Block.ID, a.Block, a.Sig, m.now
	m.highest = max(m.highest, s.seq)
	if a.Block.View == m.view && s.seq > m.inherited {
		s.proposal = &PrePrepare{View: m.view, Block: a.Block, Sig: a.Sig, sigBytes: m.sigSize}
	}
	if !m.changing() && !m.primary() {
		s.myPrepare = m.voteAgain(KindPrepare, s, fx)
		m.addOwn(&s.prepares, s.myPrepare)
	}
}

func (m *Machine) restorePrepared(p *Prepared, fx *consensus.Effects) {
	s := m.at(p.Seq)
	if s == nil {
		return
	}
	if s.prepared == nil || p.View > s.prepared.View {
		s.prepared = p
	}
	if p.View != m.view || s.block == nil || m.changing() {
		return
	}
	s.phase = phasePrepared
	m.release(&s.prepares)
	s.myCommit = m.voteAgain(KindCommit, s, fx)
	m.addOwn(&s.commits, s.myCommit)
}

// voteAgain signs once more what was signed before the crash, for retransmission.
func (m *Machine) voteAgain(kind uint8, s *slot, fx *consensus.Effects) *Vote {
	v := &Vote{Kind: kind, View: m.view, Seq: s.seq, Digest: s.digest, sigBytes: m.sigSize}
	v.Sig = m.sign(v.statement(), fx)
	return v
}

// snapshot collects what lives on after the log below the watermark was discarded.
func (m *Machine) snapshot() *Snapshot {
	snap := &Snapshot{Stable: m.stable, Committed: m.committed, Chain: m.chain, NewView: m.newView, Change: m.change}
	snap.bytes = 1 + numberBytes + digestBytes + m.stable.WireSize(m.auth, m.n)
	if m.newView != nil {
		snap.bytes += m.newView.bytes
	}
	if m.change != nil {
		snap.bytes += m.change.bytes
	}
	if !m.opt.durableVotes {
		return snap
	}
	for seq := m.low + 1; seq <= m.low+m.opt.window; seq++ {
		s := m.slotOf(seq)
		for _, b := range s.bodies {
			a := &Accepted{View: b.View, Block: b, known: seq <= m.committed, sigBytes: m.sigSize}
			if b == s.block {
				a.View, a.Sig = m.view, s.primarySig
			}
			snap.Accepted = append(snap.Accepted, a)
			snap.bytes += a.WireSize()
		}
		if s.prepared != nil {
			snap.Prepared = append(snap.Prepared, s.prepared)
			snap.bytes += s.prepared.bytes
		}
	}
	return snap
}
