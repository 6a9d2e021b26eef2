package raft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// leadership is what only a leader needs (figure 2: volatile state on leaders).
type leadership struct {
	peers     []progress
	startedAt uint64        // index of the empty entry that began the term
	round     uint64        // of the newest heartbeat
	checkAt   time.Duration // when a quorum must have been heard again
	syncs     []sync        // Synced tokens that are open, oldest first
}

// progress is what the leader knows of one replica.
type progress struct {
	match     uint64 // has everything up to here, durably
	next      uint64 // next entry to send
	floor     uint64 // entries above it and below next are in flight, as far as the leader can tell
	mark      uint64 // was sent up to here when mark was set, at heartbeat markRound
	markRound uint64
	probing   bool // next is a guess: one message at a time until it proves right
	heard     bool // since the last check
}

// moveTo goes on from entry next: nothing that was sent before counts as in flight.
func (p *progress) moveTo(next uint64) { p.next, p.floor = next, next-1 }

// sync is one request to learn that the own log is durable up to index.
type sync struct{ term, index uint64 }

// lead takes office: an empty entry of the new term lets everything before it be committed (§5.4.2,
// §8), and tells the others.
func (m *Machine) lead(now time.Duration, fx *consensus.Effects) {
	m.role = leading
	m.leader = m.self
	fx.StopTimer(timerElection)
	fx.Lead(m.term, m.self)
	fx.Route(m.self)

	if m.peers == nil {
		m.peers = make([]progress, m.n)
	}
	last := m.log.last()
	for i := range m.peers {
		m.peers[i] = progress{next: last + 1, floor: last, mark: last}
	}
	clear(m.log.acks)
	m.round = 0
	m.checkAt = now + m.electionTimeout
	m.startedAt = last + 1
	m.add(consensus.NewPayload(nil))
	m.replicate(m.startedAt, fx)
	m.propose(fx)
	if m.n > 1 {
		fx.SetTimer(timerHeartbeat, m.heartbeat)
	}
}

func (m *Machine) add(p *consensus.Payload) {
	m.log.add(consensus.NewBlock(m.log.last()+1, m.term, m.self, consensus.Digest{}, p))
}

// propose pulls payloads for as long as the window of uncommitted entries allows, and reports
// whether there was any.
func (m *Machine) propose(fx *consensus.Effects) bool {
	first := m.log.last() + 1
	for m.log.last()-m.commit < m.maxInflight {
		// Entries of earlier terms may hold commands that wait in this replica's pool too.
		var inherited []*consensus.Block
		if m.commit+1 < m.startedAt {
			inherited = m.log.from(m.commit+1, m.startedAt-1)
		}
		p, ok := fx.Pull(consensus.PullRequest{Exclude: inherited})
		if !ok {
			break
		}
		fx.Work(consensus.OpCheckPayload, p.Len())
		m.add(p)
	}
	if m.log.last() < first {
		return false
	}
	m.replicate(first, fx)
	return true
}

// replicate sends the new entries from first on to the followers that have all before, and writes
// them to the own disk at the same time (thesis §10.2.1): the leader counts itself when that is done.
func (m *Machine) replicate(first uint64, fx *consensus.Effects) {
	last := m.log.last()
	entries := m.log.from(first, last)
	record := newEntries(entries)
	if m.n > 1 {
		msg := &Append{
			Term: m.term, PrevIndex: first - 1, PrevTerm: m.termAt(first-1, fx),
			Entries: entries, Commit: m.commit, bytes: record.bytes, record: record,
		}
		m.broadcast(msg, first, last, fx)
	}
	fx.Persist(record)
	m.syncs = append(m.syncs, sync{m.term, last})
	fx.Synced(last)
}

// broadcast sends one shared message to every follower that expects entry first now.
func (m *Machine) broadcast(msg *Append, first, last uint64, fx *consensus.Effects) {
	ready := 0
	for i := range m.peers {
		if m.expects(i, first) {
			ready++
		}
	}
	if ready == m.n-1 {
		fx.SendEarly(consensus.Everyone, msg)
	}
	for i := range m.peers {
		if !m.expects(i, first) {
			continue
		}
		if ready < m.n-1 {
			fx.SendEarly(consensus.NodeID(i), msg)
		}
		m.peers[i].next = last + 1
	}
}

// expects reports whether peer i can be sent entry first right away.
func (m *Machine) expects(i int, first uint64) bool {
	p := &m.peers[i]
	return consensus.NodeID(i) != m.self && !p.probing && p.next == first && first-p.floor <= m.maxInflight
}

// feed sends peer `to` what it lacks, as far as its window allows; at least one message if must.
func (m *Machine) feed(to consensus.NodeID, must bool, fx *consensus.Effects) {
	p := &m.peers[to]
	for {
		room := uint64(0)
		if sent := p.next - 1 - p.floor; sent < m.maxInflight {
			room = m.maxInflight - sent
		}
		entries := m.cut(p.next, room, fx)
		if len(entries) == 0 && !must {
			return
		}
		fx.SendEarly(to, &Append{
			Term: m.term, PrevIndex: p.next - 1, PrevTerm: m.termAt(p.next-1, fx),
			Entries: entries, Commit: m.commit, bytes: bytesOf(entries),
		})
		must = false
		if p.probing {
			p.mark, p.markRound = p.next-1+uint64(len(entries)), m.round
			return
		}
		p.next += uint64(len(entries))
	}
}

// persisted says that the oldest open Synced is answered.
func (m *Machine) persisted(fx *consensus.Effects) {
	s := m.syncs[0]
	m.syncs = m.syncs[1:]
	if m.role == leading && s.term == m.term {
		m.acknowledge(m.self, s.index, fx)
	}
}

// acknowledge counts one more replica for every entry up to index and commits what a majority has,
// if its newest entry is of this term (§5.3, §5.4.2). An entry is counted once a replica, so a step
// costs no more than the answers it brings.
func (m *Machine) acknowledge(from consensus.NodeID, index uint64, fx *consensus.Effects) {
	p := &m.peers[from]
	if index <= p.match {
		return
	}
	for i := max(p.match, m.commit) + 1; i <= index; i++ {
		m.log.acks[i-m.log.base-1]++
	}
	p.match = index
	reached := m.commit
	for reached < index && int(m.log.acks[reached-m.log.base]) >= m.quorum {
		reached++
	}
	if reached == m.commit || m.log.at(reached).View != m.term {
		return
	}
	m.commitTo(reached, fx)
	if !m.propose(fx) && m.eagerCommit && m.n > 1 && m.commit == m.log.last() {
		fx.SendEarly(consensus.Everyone, &Beat{Term: m.term, Commit: m.commit})
	}
}

// reply handles a follower's answer.
func (m *Machine) reply(now time.Duration, from consensus.NodeID, r *Reply, fx *consensus.Effects) {
	if r.Term > m.term {
		m.enter(now, r.Term, fx)
		return
	}
	if m.role != leading || r.Term < m.term {
		return
	}
	p := &m.peers[from]
	p.heard = true
	if r.Reject {
		m.backtrack(from, r, fx)
		return
	}
	m.acknowledge(from, r.Match, fx)
	if p.probing && r.Match >= p.next-1 {
		p.probing = false
	}
	if !p.probing {
		p.next = max(p.next, r.Match+1)
		p.floor = max(p.floor, r.Match)
	}
	switch {
	case r.Round > p.markRound && r.Match < p.mark:
		// The follower has answered a heartbeat sent after entries that it lacks: they were lost.
		p.moveTo(max(p.match, r.Match) + 1)
		p.mark, p.markRound = p.next-1, m.round
		m.feed(from, true, fx)
	case !p.probing:
		m.feed(from, false, fx)
	}
	if r.Round > p.markRound {
		p.mark, p.markRound = p.next-1, m.round
	}
}

// backtrack finds an earlier entry to go on from, skipping the follower's whole conflicting term at
// once (§5.3).
func (m *Machine) backtrack(from consensus.NodeID, r *Reply, fx *consensus.Effects) {
	p := &m.peers[from]
	if r.Prev <= p.match || r.Prev >= p.next || p.probing && r.Prev != p.next-1 {
		return // an answer to a message of long ago
	}
	next := r.HintIndex
	if r.HintTerm != 0 {
		i := r.Prev
		for i > m.log.base && i > p.match && m.log.at(i).View > r.HintTerm {
			i--
		}
		if i > m.log.base && m.log.at(i).View == r.HintTerm {
			next = i + 1
		}
	}
	p.moveTo(max(p.match+1, min(next, r.Prev)))
	p.probing = true
	m.feed(from, true, fx)
}

// beat is the heartbeat timer: followers are told that the leader lives (§5.2), and a leader that no
// quorum answers steps down (thesis §6.2).
func (m *Machine) beat(now time.Duration, fx *consensus.Effects) {
	if m.role != leading {
		return
	}
	if m.checkQuorum && now >= m.checkAt {
		heard := 1
		for i := range m.peers {
			if m.peers[i].heard {
				heard++
			}
			m.peers[i].heard = false
		}
		if heard < m.quorum {
			m.stepDown(now, fx)
			return
		}
		m.checkAt = now + m.electionTimeout
	}
	m.round++
	fx.SendEarly(consensus.Everyone, &Beat{Term: m.term, Commit: m.commit, Round: m.round})
	fx.SetTimer(timerHeartbeat, m.heartbeat)
}
