package raft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// role is what a replica is in the current term (§5.1; the pre-candidate is thesis §9.6).
type role uint8

const (
	follower role = iota
	preCandidate
	candidate
	leading
)

// The machine's timers.
const (
	timerElection consensus.TimerID = iota
	timerHeartbeat
)

// Machine is one replica of Raft.
type Machine struct {
	self   consensus.NodeID
	n      int
	quorum int
	rand   consensus.Rand

	electionTimeout time.Duration
	heartbeat       time.Duration
	maxInflight     uint64
	maxAppendBytes  int
	window          uint64
	prevote         bool
	checkQuorum     bool
	eagerCommit     bool
	firstLeader     consensus.NodeID

	// Durable (§5.2, figure 2).
	term         uint64
	vote         consensus.NodeID
	log          window
	checkpointed uint64 // base of the newest checkpoint

	// Volatile.
	role     role
	leader   consensus.NodeID // of the current term, Nobody while unknown
	commit   uint64
	agreed   uint64        // up to here the log is known to equal the current leader's
	heardAt  time.Duration // when the current leader was last heard
	deadline time.Duration // when the election timer is meant to expire
	timeout  time.Duration // randomised election timeout in use
	votes    consensus.NodeSet

	leadership
}

// Step implements consensus.Machine.
func (m *Machine) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	if in.Kind != consensus.Start {
		m.compact(fx)
	}
	switch in.Kind {
	case consensus.Start:
		m.start(now, in, fx)
	case consensus.Receive:
		m.receive(now, in.From, in.Msg, fx)
	case consensus.Timeout:
		if in.Timer == timerHeartbeat {
			m.beat(now, fx)
		} else {
			m.electionTimer(now, fx)
		}
	case consensus.Ready:
		if m.role == leading {
			m.propose(fx)
		}
	case consensus.Persisted:
		m.persisted(fx)
	}
}

func (m *Machine) start(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	m.restore(in.Durable, in.Applied)
	fx.Route(consensus.Nobody)
	fresh := len(in.Durable) == 0 && in.Applied == 0
	if m.n == 1 || fresh && m.firstLeader == m.self {
		m.campaign(now, fx)
		return
	}
	m.rearm(now, fx)
}

func (m *Machine) receive(now time.Duration, from consensus.NodeID, msg consensus.Message, fx *consensus.Effects) {
	switch msg := msg.(type) {
	case *Append:
		if m.follow(now, from, msg.Term, fx) {
			m.append(from, msg, fx)
		}
	case *Beat:
		if m.follow(now, from, msg.Term, fx) {
			m.commitTo(min(msg.Commit, m.agreed), fx)
			if msg.Round != 0 {
				fx.Send(from, &Reply{Term: m.term, Match: m.agreed, Round: msg.Round})
			}
		}
	case *Reply:
		m.reply(now, from, msg, fx)
	case *VoteRequest:
		m.voteRequest(now, from, msg, fx)
	case *VoteReply:
		m.voteReply(now, from, msg, fx)
	}
}

// enter moves to a later term, in which nobody was voted for yet, as a follower (§5.1).
func (m *Machine) enter(now time.Duration, term uint64, fx *consensus.Effects) {
	m.term, m.vote = term, consensus.Nobody
	fx.Persist(&Ballot{m.term, m.vote})
	m.stepDown(now, fx)
}

// stepDown becomes a follower that knows no leader.
func (m *Machine) stepDown(now time.Duration, fx *consensus.Effects) {
	was := m.role
	m.role = follower
	m.agreed = m.commit // committed entries are in every later leader's log (§5.4.3)
	if m.leader != consensus.Nobody {
		m.leader = consensus.Nobody
		fx.Route(consensus.Nobody)
	}
	if was == leading {
		fx.StopTimer(timerHeartbeat)
		fx.Rewind()
	}
	if was != follower {
		m.rearm(now, fx)
	}
}

// commitTo commits up to index i.
func (m *Machine) commitTo(i uint64, fx *consensus.Effects) {
	for m.commit < i {
		m.commit++
		fx.Commit(m.log.at(m.commit), nil, m.role == leading)
	}
}
