package pbft

import "github.com/govbench/govbench/consensus"

// plan is what a set of VIEW-CHANGEs obliges the new view to: OSDI 4.4.
type plan struct {
	low       uint64                 // min-s
	stable    *consensus.Certificate // proof of low; nil for 0
	digests   []consensus.Digest     // of low+1, low+2 ... max-s
	nullBlock []*consensus.Block     // parallel: the null request of a gap, or nil
}

// planFor computes min-s, max-s and O from V. Each sequence number between takes the digest that was
// prepared in the highest view, or a null request when none was (OSDI 4.4).
func (m *Machine) planFor(view uint64, changes []*ViewChange) plan {
	var p plan
	for _, vc := range changes {
		if vc.low() > p.low {
			p.low, p.stable = vc.low(), vc.Stable
		}
	}
	var chosen []*Prepared
	for _, vc := range changes {
		for _, have := range vc.Prepared {
			if have.Seq <= p.low {
				continue
			}
			i := int(have.Seq - p.low - 1)
			for len(chosen) <= i {
				chosen = append(chosen, nil)
			}
			if chosen[i] == nil || have.View > chosen[i].View {
				chosen[i] = have
			}
		}
	}
	p.digests = make([]consensus.Digest, len(chosen))
	p.nullBlock = make([]*consensus.Block, len(chosen))
	for i, have := range chosen {
		if have != nil {
			p.digests[i] = have.Digest
			continue
		}
		seq := p.low + 1 + uint64(i)
		p.nullBlock[i] = consensus.NewBlock(seq, view, m.primaryOf(view), consensus.Digest{}, consensus.NewPayload(nil))
		p.digests[i] = p.nullBlock[i].ID
	}
	return p
}

// startNewView lets the new primary announce the view (OSDI 4.4).
func (m *Machine) startNewView(fx *consensus.Effects) {
	nv := &NewView{View: m.target}
	for _, vc := range m.changes {
		if vc != nil && vc.View == m.target && len(nv.Changes) < m.quorum {
			nv.Changes = append(nv.Changes, vc)
		}
	}
	p := m.planFor(nv.View, nv.Changes)
	for i, d := range p.digests {
		seq := p.low + 1 + uint64(i)
		st := consensus.Statement{Kind: KindPrePrepare, View: nv.View, Height: seq, Digest: d}
		nv.Proposals = append(nv.Proposals, Proposal{Seq: seq, Digest: d, Sig: m.sign(st, fx)})
	}
	nv.Sig = m.sign(nv.statement(), fx)
	nv.bytes = headerBytes + consensus.StatementBytes + m.sigSize +
		len(nv.Proposals)*(numberBytes+digestBytes+m.sigSize)
	for _, vc := range nv.Changes {
		nv.bytes += vc.bytes
	}
	fx.Persist(&Entered{nv})
	fx.Send(consensus.Everyone, nv)
	m.enterView(nv, p, fx)
}

// onNewView checks a NEW-VIEW, from its primary or passed on, by doing the computation again
// (OSDI 4.4).
func (m *Machine) onNewView(nv *NewView, fx *consensus.Effects) {
	if nv.View <= m.view || nv.View < m.target || m.primaryOf(nv.View) == m.self {
		return
	}
	p, ok := m.validNewView(nv, fx)
	if !ok {
		return
	}
	fx.Persist(&Entered{nv})
	m.enterView(nv, p, fx)
}

func (m *Machine) validNewView(nv *NewView, fx *consensus.Effects) (plan, bool) {
	leader := m.primaryOf(nv.View)
	if len(nv.Changes) < m.quorum || len(nv.Changes) > m.n {
		return plan{}, false
	}
	var senders consensus.NodeSet
	for _, vc := range nv.Changes {
		if vc == nil || vc.View != nv.View || vc.From < 0 || int(vc.From) >= m.n || !senders.Add(vc.From) {
			return plan{}, false
		}
		for _, p := range vc.Prepared {
			if p == nil {
				return plan{}, false
			}
		}
	}
	fx.Work(consensus.OpHash, nv.bytes)
	if !m.verify(leader, nv.statement(), nv.Sig, fx) {
		return plan{}, false
	}
	for _, vc := range nv.Changes {
		// What was checked when it came from its sender is not checked again.
		if m.changes[vc.From] != vc && !m.validChange(vc, fx) {
			return plan{}, false
		}
	}
	p := m.planFor(nv.View, nv.Changes)
	if len(p.digests) != len(nv.Proposals) {
		return plan{}, false
	}
	for i, o := range nv.Proposals {
		st := consensus.Statement{Kind: KindPrePrepare, View: nv.View, Height: p.low + 1 + uint64(i), Digest: p.digests[i]}
		if o.Seq != st.Height || o.Digest != st.Digest || !m.verify(leader, st, o.Sig, fx) {
			return plan{}, false
		}
	}
	return p, true
}

// enterView starts a view whose NEW-VIEW is valid and was persisted: the proposals of O go through
// the phases again, without being executed again (OSDI 4.4).
func (m *Machine) enterView(nv *NewView, p plan, fx *consensus.Effects) {
	led := m.primary()
	m.proposing = true // not before the view stands
	m.view, m.target, m.newView, m.change = nv.View, nv.View, nv, nil
	m.fruitful, m.armed, m.entered = false, false, m.now
	fx.StopTimer(timerSuspicion)
	for i := range m.ring {
		m.leaveView(&m.ring[i])
	}
	if p.stable != nil {
		m.advanceLow(p.stable, fx)
	}
	m.inherited = p.low + uint64(len(p.digests))
	m.highest, m.seen = max(m.inherited, m.low), 0
	fx.Lead(m.view, m.primaryOf(m.view))
	fx.Route(m.primaryOf(m.view))
	if led || m.primary() {
		fx.Rewind()
	}
	for i, o := range nv.Proposals {
		if m.inWindow(o.Seq) {
			m.inherit(o, p.nullBlock[i], fx)
		}
	}
	m.askHolders(fx)
	if m.committed < m.low {
		m.startFetch(fx)
	}
	m.replay(fx)
	m.arm(fx)
	m.proposing = false
	m.propose(fx)
}

// inherit enters an element of O. A backup sends its prepare once it has the body.
func (m *Machine) inherit(o Proposal, null *consensus.Block, fx *consensus.Effects) {
	s := m.slotOf(o.Seq)
	s.phase, s.digest, s.primarySig, s.since = phaseProposed, o.Digest, o.Sig, m.now
	b := null
	if b == nil {
		b = m.bodyOf(s, o.Digest, fx)
	}
	if b != nil {
		m.acceptInherited(s, b, s.body(b.ID) != nil || b.Height <= m.committed, fx)
	}
}

// acceptInherited continues an element of O whose body is here. known says that the disk has the
// body already.
func (m *Machine) acceptInherited(s *slot, b *consensus.Block, known bool, fx *consensus.Effects) {
	if !m.changing() {
		m.persistVote(&Accepted{View: m.view, Block: b, Sig: s.primarySig, known: known, sigBytes: m.sigSize}, fx)
	}
	m.accept(s, b, s.primarySig, fx)
}

// bodyOf finds the block of a digest: proposed in an earlier view, or committed.
func (m *Machine) bodyOf(s *slot, id consensus.Digest, fx *consensus.Effects) *consensus.Block {
	if b := s.body(id); b != nil {
		return b
	}
	if s.final != nil && s.final.ID == id {
		return s.final
	}
	if s.seq <= m.committed {
		if c, ok := fx.Stored(s.seq); ok && c.Block.ID == id {
			return c.Block
		}
	}
	return nil
}
