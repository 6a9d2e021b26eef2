package raft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// follow handles what comes with every message of a leader; it reports whether the message counts.
func (m *Machine) follow(now time.Duration, from consensus.NodeID, term uint64, fx *consensus.Effects) bool {
	if term < m.term {
		fx.Send(from, &Reply{Term: m.term}) // tells a leader of the past (§5.1)
		return false
	}
	if term > m.term {
		m.enter(now, term, fx)
	}
	if m.leader != from {
		m.stepDown(now, fx) // a candidate of the same term lost (§5.2)
		m.leader = from
		fx.Lead(m.term, from)
		fx.Route(from)
	}
	m.heardAt = now
	m.deadline = now + m.timeout
	return true
}

// append is AppendEntries at the follower (§5.3).
func (m *Machine) append(from consensus.NodeID, a *Append, fx *consensus.Effects) {
	if !m.holds(a.PrevIndex, a.PrevTerm) {
		fx.Send(from, m.reject(a.PrevIndex))
		return
	}
	m.store(a, fx)
	m.agreed = max(m.agreed, a.PrevIndex+uint64(len(a.Entries)))
	m.commitTo(min(a.Commit, m.agreed), fx)
	fx.Send(from, &Reply{Term: m.term, Match: m.agreed})
}

// holds is the consistency check of AppendEntries: an entry of this term at this index. Whatever is
// committed agrees with every leader (§5.4.3).
func (m *Machine) holds(index, term uint64) bool {
	if index <= m.commit {
		return true
	}
	return index <= m.log.last() && m.log.at(index).View == term
}

// store appends the entries that are missing, after removing those that conflict (§5.3).
func (m *Machine) store(a *Append, fx *consensus.Effects) {
	for k, b := range a.Entries {
		if b.Height <= m.commit || b.Height <= m.log.last() && m.log.at(b.Height).View == b.View {
			continue
		}
		fresh := a.Entries[k:]
		m.log.put(fresh)
		if k == 0 && a.record.of(fresh) {
			fx.Persist(a.record) // as its leader writes it, and the other followers
		} else {
			fx.Persist(newEntries(fresh))
		}
		return
	}
}

// reject builds the answer that lets the leader skip a whole term at a time (§5.3).
func (m *Machine) reject(prev uint64) *Reply {
	r := &Reply{Term: m.term, Reject: true, Prev: prev, Match: m.agreed}
	last := m.log.last()
	if prev > last {
		r.HintIndex = last + 1
		return r
	}
	r.HintTerm = m.log.at(prev).View
	r.HintIndex = prev
	for r.HintIndex > m.commit+1 && m.log.at(r.HintIndex-1).View == r.HintTerm {
		r.HintIndex--
	}
	return r
}
