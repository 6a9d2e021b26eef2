package pbft

import "github.com/govbench/govbench/consensus"

// statusSlots is how many sequence numbers a status message describes.
const statusSlots = 64

// onStatusTick sends a status message, unless the last period brought progress: to everybody when
// this replica knows that it misses something, else to one peer in turn, so that a replica that was
// cut off learns of it even when the group is idle (TOCS, message retransmission).
func (m *Machine) onStatusTick(fx *consensus.Effects) {
	fx.SetTimer(timerStatus, m.opt.statusInterval)
	progress := m.committed != m.tickMark
	m.tickMark = m.committed
	if m.fetching && m.committed == m.fetchMark {
		// The peer did not deliver: forget what it claimed and ask another.
		m.fetching = false
		m.heard[m.fetchPeer] = 0
	}
	m.fetchMark = m.committed
	if progress && !m.changing() {
		return
	}
	m.round = m.other(m.round)
	ask := consensus.NodeID(m.round)
	unstable := m.myCheckpoint != nil && m.myCheckpoint.Seq > m.low
	if m.changing() || unstable || max(m.goal(), m.highest, m.seen) > m.committed {
		fx.SendEarly(consensus.Everyone, m.status(ask, false))
	} else {
		fx.SendEarly(ask, m.status(ask, false))
	}
	m.startFetch(fx)
	m.askBodies(fx)
}

// other is the replica after id in turn, skipping this one.
func (m *Machine) other(id int) int {
	id = (id + 1) % m.n
	if id == int(m.self) {
		id = (id + 1) % m.n
	}
	return id
}

func (m *Machine) status(ask consensus.NodeID, reply bool) *Status {
	st := &Status{View: m.view, Target: m.target, Low: m.low, Committed: m.committed, Ask: ask, Reply: reply}
	for i := uint64(0); i < statusSlots; i++ {
		s := m.at(m.committed + 1 + i)
		if s == nil {
			continue
		}
		if s.block != nil {
			st.Known |= 1 << i
		}
		if s.phase >= phasePrepared {
			st.Prepared |= 1 << i
		}
	}
	if m.changing() {
		st.bitmap = (m.n + 7) / 8
		for _, vc := range m.changes {
			if vc != nil && vc.View == m.target {
				st.Changes.Add(vc.From)
			}
		}
	}
	return st
}

// onStatus sends again what the sender of a status message lacks. Everybody repeats its own votes;
// what is large comes from the primary and from the peer that was asked.
func (m *Machine) onStatus(from consensus.NodeID, st *Status, fx *consensus.Effects) {
	m.heard[from] = max(m.heard[from], st.Committed)
	if st.Committed > m.committed && (m.restarted || m.now-m.lastCommit >= m.opt.statusInterval) {
		m.startFetch(fx)
	}
	if st.Reply {
		return
	}
	helper := st.Ask == m.self || m.primary()
	if m.changing() && (st.Target < m.target || st.Target == m.target && !st.Changes.Has(m.self)) {
		fx.Send(from, m.change)
	}
	if helper && (m.committed > st.Committed || m.view > st.View) {
		fx.SendEarly(from, m.status(from, true))
	}
	if helper && m.stable != nil && st.Low < m.low {
		fx.SendEarly(from, &Stable{Cert: m.stable, bytes: m.stable.WireSize(m.auth, m.n)})
	}
	if c := m.myCheckpoint; c != nil && c.Seq > m.low && c.Seq > st.Low {
		fx.Send(from, c)
	}
	switch {
	case st.View < m.view && helper && st.Target <= m.view:
		fx.Send(from, m.newView)
	case st.View == m.view:
		m.retransmit(from, st, helper, fx)
	}
}

// retransmit repeats this replica's messages of the current view for slots above what the peer has
// committed.
func (m *Machine) retransmit(to consensus.NodeID, st *Status, helper bool, fx *consensus.Effects) {
	for i := uint64(0); i < statusSlots; i++ {
		seq := st.Committed + 1 + i
		if seq > m.highest {
			return
		}
		s := m.at(seq)
		if s == nil || s.phase == phaseIdle {
			continue
		}
		if helper && s.proposal != nil && st.Known>>i&1 == 0 {
			fx.Send(to, s.proposal)
		}
		if s.myPrepare != nil && st.Prepared>>i&1 == 0 {
			fx.Send(to, s.myPrepare)
		}
		if s.myCommit != nil {
			fx.Send(to, s.myCommit)
		}
	}
}
