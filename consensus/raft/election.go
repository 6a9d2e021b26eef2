package raft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// rearm draws a new election timeout, between one and two times the setting (§5.2).
func (m *Machine) rearm(now time.Duration, fx *consensus.Effects) {
	m.timeout = m.electionTimeout + time.Duration(m.rand.Uint64()%uint64(m.electionTimeout))
	m.deadline = now + m.timeout
	fx.SetTimer(timerElection, m.timeout)
}

// electionTimer runs when the timer expires. Hearing the leader only moves the deadline, so that a
// timer costs one event an election timeout, not one a message.
func (m *Machine) electionTimer(now time.Duration, fx *consensus.Effects) {
	switch {
	case m.role == leading:
	case now < m.deadline:
		fx.SetTimer(timerElection, m.deadline-now)
	case m.prevote:
		m.preCampaign(now, fx)
	default:
		m.campaign(now, fx)
	}
}

// preCampaign asks whether a campaign would succeed; it changes no term and promises nothing
// (thesis §9.6).
func (m *Machine) preCampaign(now time.Duration, fx *consensus.Effects) {
	m.stepDown(now, fx)
	m.role = preCandidate
	m.votes.Clear()
	m.votes.Add(m.self)
	m.rearm(now, fx)
	last := m.log.last()
	fx.SendEarly(consensus.Everyone, &VoteRequest{
		Term: m.term + 1, LastIndex: last, LastTerm: m.termAt(last, fx), Pre: true,
	})
}

// campaign starts a term with a vote for itself (§5.2). The request waits for the disk: it is that vote.
func (m *Machine) campaign(now time.Duration, fx *consensus.Effects) {
	m.stepDown(now, fx)
	m.role = candidate
	m.term++
	m.vote = m.self
	fx.Persist(&Ballot{m.term, m.vote})
	m.votes.Clear()
	m.votes.Add(m.self)
	if m.votes.Len() >= m.quorum {
		m.lead(now, fx)
		return
	}
	m.rearm(now, fx)
	last := m.log.last()
	fx.Send(consensus.Everyone, &VoteRequest{Term: m.term, LastIndex: last, LastTerm: m.termAt(last, fx)})
}

func (m *Machine) voteRequest(now time.Duration, from consensus.NodeID, r *VoteRequest, fx *consensus.Effects) {
	if r.Term < m.term {
		fx.Send(from, &VoteReply{Term: m.term, Pre: r.Pre})
		return
	}
	if m.content(now) {
		return // thesis §4.2.3, §9.6: who hears a leader elects no other, nor takes over the term
	}
	upToDate := m.upToDate(r, fx)
	if r.Pre {
		// A campaign for the current term would find the vote given or the term's leader elected.
		if upToDate && r.Term > m.term {
			fx.SendEarly(from, &VoteReply{Term: r.Term, Granted: true, Pre: true})
		} else {
			fx.Send(from, &VoteReply{Term: m.term, Pre: true})
		}
		return
	}
	if r.Term > m.term {
		m.enter(now, r.Term, fx)
	}
	granted := upToDate && m.role == follower && (m.vote == consensus.Nobody || m.vote == from)
	if granted {
		if m.vote != from {
			m.vote = from
			fx.Persist(&Ballot{m.term, m.vote})
		}
		m.deadline = now + m.timeout
	}
	fx.Send(from, &VoteReply{Term: m.term, Granted: granted})
}

// content reports whether the replica has reason to believe in a leader: it is one, and has checked
// that it reaches a quorum, or it heard one within the shortest election timeout.
func (m *Machine) content(now time.Duration) bool {
	if !m.checkQuorum && !m.prevote {
		return false
	}
	if m.role == leading {
		return m.checkQuorum
	}
	return m.leader != consensus.Nobody && now < m.heardAt+m.electionTimeout
}

// upToDate is the election restriction (§5.4.1): the later last term wins, then the longer log.
func (m *Machine) upToDate(r *VoteRequest, fx *consensus.Effects) bool {
	last := m.log.last()
	term := m.termAt(last, fx)
	return r.LastTerm > term || r.LastTerm == term && r.LastIndex >= last
}

func (m *Machine) voteReply(now time.Duration, from consensus.NodeID, r *VoteReply, fx *consensus.Effects) {
	if r.Term > m.term && !(r.Pre && r.Granted) {
		m.enter(now, r.Term, fx)
		return
	}
	switch {
	case !r.Granted:
	case r.Pre && m.role == preCandidate && r.Term == m.term+1:
		if m.votes.Add(from) && m.votes.Len() >= m.quorum {
			m.campaign(now, fx)
		}
	case !r.Pre && m.role == candidate && r.Term == m.term:
		if m.votes.Add(from) && m.votes.Len() >= m.quorum {
			m.lead(now, fx)
		}
	}
}
