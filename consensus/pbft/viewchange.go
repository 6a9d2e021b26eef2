package pbft

import "github.com/govbench/govbench/consensus"

// startViewChange stops taking part in the current view and asks for another (OSDI 4.4).
func (m *Machine) startViewChange(target uint64, fx *consensus.Effects) {
	if target <= m.target {
		return
	}
	if m.changing() || !m.fruitful {
		m.backoff++
	}
	m.target = target
	fx.StopTimer(timerSuspicion)
	m.armed = false
	vc := &ViewChange{View: target, From: m.self, Stable: m.stable}
	for seq := m.low + 1; seq <= m.low+m.opt.window; seq++ {
		if s := m.slotOf(seq); s.prepared != nil {
			vc.Prepared = append(vc.Prepared, s.prepared)
		}
	}
	vc.Sig = m.sign(vc.statement(), fx)
	vc.bytes = m.changeBytes(vc)
	m.change = vc
	fx.Persist(&Changing{vc})
	m.routeChanging(fx)
	fx.Send(consensus.Everyone, vc)
	m.changes[m.self] = vc
	m.considerChanges(fx)
}

// routeChanging sends commands to everybody while no primary is known here, as a client does that gets
// no answer (OSDI 4.1). If this replica is the only one that lost faith in the primary, that is how
// its clients are still served; if the primary is faulty, that is how the others learn of it.
func (m *Machine) routeChanging(fx *consensus.Effects) { fx.Route(consensus.Everyone) }

func (m *Machine) changeBytes(vc *ViewChange) int {
	size := headerBytes + consensus.StatementBytes + m.sigSize + 2*numberBytes
	if vc.Stable != nil {
		size += vc.Stable.WireSize(m.auth, m.n)
	}
	for _, p := range vc.Prepared {
		size += p.bytes
	}
	return size
}

// onViewChange collects VIEW-CHANGEs, the one of the highest view of each replica.
func (m *Machine) onViewChange(from consensus.NodeID, vc *ViewChange, fx *consensus.Effects) {
	if vc.From != from || vc.View <= m.view {
		return
	}
	if have := m.changes[from]; have != nil && have.View >= vc.View {
		return
	}
	if !m.validChange(vc, fx) {
		return
	}
	m.changes[from] = vc
	m.heard[from] = max(m.heard[from], vc.low())
	m.considerChanges(fx)
}

// validChange checks a VIEW-CHANGE with everything that it claims to prove (OSDI 4.4).
func (m *Machine) validChange(vc *ViewChange, fx *consensus.Effects) bool {
	if vc.View == 0 || vc.From < 0 || int(vc.From) >= m.n || uint64(len(vc.Prepared)) > m.opt.window {
		return false
	}
	for _, p := range vc.Prepared {
		if p == nil {
			return false
		}
	}
	fx.Work(consensus.OpHash, vc.bytes)
	if !m.verify(vc.From, vc.statement(), vc.Sig, fx) {
		return false
	}
	if vc.Stable != nil && !m.validStable(vc.Stable, fx) {
		return false
	}
	last := vc.low()
	for _, p := range vc.Prepared {
		if p.Seq <= last || p.Seq > vc.low()+m.opt.window || p.View >= vc.View || !m.validPrepared(p, fx) {
			return false
		}
		last = p.Seq
	}
	return true
}

// validPrepared checks an element of P: a valid pre-prepare and 2f prepares of backups that match
// it (OSDI 4.4).
func (m *Machine) validPrepared(p *Prepared, fx *consensus.Effects) bool {
	leader := m.primaryOf(p.View)
	st := consensus.Statement{Kind: KindPrepare, View: p.View, Height: p.Seq, Digest: p.Digest}
	if p.Prepares == nil || p.Prepares.Statement != st || p.Prepares.Signers.Has(leader) {
		return false
	}
	st.Kind = KindPrePrepare
	return m.verify(leader, st, p.PrimarySig, fx) && m.validCert(p.Prepares, m.quorum-1, fx)
}

// considerChanges draws the consequences of the VIEW-CHANGEs here.
func (m *Machine) considerChanges(fx *consensus.Effects) {
	// f+1 replicas are beyond: one of them is correct, so follow, to the smallest of their views,
	// although no timer expired (OSDI 4.5.2).
	beyond, smallest := 0, uint64(0)
	for _, vc := range m.changes {
		if vc != nil && vc.View > m.target {
			beyond++
			if smallest == 0 || vc.View < smallest {
				smallest = vc.View
			}
		}
	}
	if beyond >= m.weak {
		m.startViewChange(smallest, fx)
		return
	}
	if !m.changing() {
		return
	}
	exact, reached := 0, 0
	for _, vc := range m.changes {
		if vc != nil && vc.View >= m.target {
			reached++
			if vc.View == m.target {
				exact++
			}
		}
	}
	if exact >= m.quorum && m.primaryOf(m.target) == m.self {
		m.startNewView(fx)
		return
	}
	// The timer for the new view starts when 2f+1 replicas want it, so that nobody runs ahead of
	// the others (OSDI 4.5.2).
	if reached >= m.quorum && !m.armed {
		m.armed = true
		fx.SetTimer(timerSuspicion, m.viewTimeout())
	}
}
