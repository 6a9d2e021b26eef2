package raft_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/raft"
)

func plain() map[string]string {
	return map[string]string{"prevote": "false", "check_quorum": "false"}
}

// §5.1: "If a server receives a request with a stale term number, it rejects the request."
func TestStaleTermIsRejected(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(5, 5)
	if reply := one[*raft.Reply](t, r.receive(2, &raft.Append{Term: 4})); reply.Term != 5 {
		t.Errorf("answer to a leader of the past: %v", reply)
	}
	if reply := one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 4, LastIndex: 9, LastTerm: 4})); reply.Granted || reply.Term != 5 {
		t.Errorf("answer to a candidate of the past: %v", reply)
	}
}

// §5.1: "If a candidate or leader discovers that its term is out of date, it immediately reverts to
// follower state." What the leader had pulled becomes available again.
func TestLeaderOfThePastStepsDown(t *testing.T) {
	for name, msg := range map[string]consensus.Message{
		"reply":  &raft.Reply{Term: 9},
		"append": &raft.Append{Term: 9},
		"vote":   &raft.VoteRequest{Term: 9},
		"no":     &raft.VoteReply{Term: 9},
	} {
		r := newRig(t, 3, plain())
		r.elect(1)
		out := r.receive(2, msg)
		if r.rewound != 1 {
			t.Errorf("%s: did not step down", name)
		}
		if b, ok := r.records[len(r.records)-1].(*raft.Ballot); !ok || b.Term != 9 {
			t.Errorf("%s: term 9 is not on disk: %v", name, out)
		}
	}
}

// §5.2: "Raft uses randomized election timeouts ... chosen randomly from a fixed interval."
func TestElectionTimeoutsAreSpread(t *testing.T) {
	p := raft.Protocol()
	values, err := consensus.ParseValues(p.Settings, map[string]string{"first_leader": "-1"})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[time.Duration]bool)
	for i := range 20 {
		m, err := p.New(consensus.Config{N: 3, Rand: &counter{uint64(i) * 91_000_000_007}}, values)
		if err != nil {
			t.Fatal(err)
		}
		var fx consensus.Effects
		m.Step(0, consensus.Input{Kind: consensus.Start}, &fx)
		for _, e := range fx.List {
			if e.Kind != consensus.EffectSetTimer {
				continue
			}
			seen[e.After] = true
			if e.After < timeout || e.After >= 2*timeout {
				t.Errorf("timeout %v", e.After)
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %d different timeouts in 20", len(seen))
	}
}

// §5.2: "To begin an election, a follower increments its current term ... votes for itself", and
// figure 2: updated on stable storage before it asks others.
func TestCampaignVotesForItselfDurably(t *testing.T) {
	r := newRig(t, 3, plain())
	out := r.expire()
	if !persistedBefore(out, func(rec consensus.Record) bool {
		b, ok := rec.(*raft.Ballot)
		return ok && b.Term == 1 && b.Vote == 0
	}) {
		t.Error("the request does not follow the vote to the disk")
	}
	for _, e := range out {
		if e.Kind == consensus.EffectSendEarly {
			t.Error("a vote request must wait for the disk")
		}
	}
	if req := one[*raft.VoteRequest](t, out); req.Term != 1 || req.Pre {
		t.Errorf("request %v", req)
	}
}

// §5.2: "Each server will vote for at most one candidate in a given term, on a first-come-first-served
// basis", across a restart (figure 2), and repeats the same vote.
func TestOneVoteATerm(t *testing.T) {
	r := newRig(t, 3, plain())
	out := r.receive(1, &raft.VoteRequest{Term: 3})
	if !one[*raft.VoteReply](t, out).Granted {
		t.Fatal("first candidate got no vote")
	}
	if !persistedBefore(out, func(rec consensus.Record) bool {
		b, ok := rec.(*raft.Ballot)
		return ok && b.Term == 3
	}) {
		t.Error("the vote was not on disk first")
	}
	for range 2 {
		if one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 3})).Granted {
			t.Error("second candidate of the term got a vote")
		}
		if !one[*raft.VoteReply](t, r.receive(1, &raft.VoteRequest{Term: 3})).Granted {
			t.Error("the same candidate's repeated request was refused")
		}
		r.boot(3, plain())
	}
	if !one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 4})).Granted {
		t.Error("no vote in a new term")
	}
}

// §5.2: "A candidate wins an election if it receives votes from a majority of the servers"; each
// voter counts once.
func TestMajorityElects(t *testing.T) {
	for n := 1; n <= 9; n++ {
		r := newRig(t, n, plain())
		if n == 1 {
			if got := committed(r.offer(1)); got != 2 {
				t.Errorf("n=1: committed %d", got)
			}
			continue
		}
		r.expire()
		votes := 1
		for id := 1; id < n; id++ {
			r.receive(consensus.NodeID(id), &raft.VoteReply{Term: 1}) // a refusal counts for nothing
			out := r.receive(consensus.NodeID(id), &raft.VoteReply{Term: 1, Granted: true})
			again := r.receive(consensus.NodeID(id), &raft.VoteReply{Term: 1, Granted: true})
			votes++
			if want := votes == n/2+1; isLeading(out) != want || isLeading(again) {
				t.Errorf("n=%d votes=%d: leads %v", n, votes, isLeading(out))
			}
		}
	}
}

// §5.2: "If the leader's term ... is at least as large as the candidate's current term, then the
// candidate recognizes the leader as legitimate and returns to follower state."
func TestCandidateYieldsToLeaderOfItsTerm(t *testing.T) {
	r := newRig(t, 3, plain())
	r.expire()
	r.receive(2, &raft.Append{Term: 1})
	if out := r.receive(1, &raft.VoteReply{Term: 1, Granted: true}); isLeading(out) {
		t.Error("two leaders in term 1")
	}
}

// §5.2: a split vote ends in a timeout and a new election.
func TestSplitVoteStartsAnotherTerm(t *testing.T) {
	r := newRig(t, 3, plain())
	r.expire()
	if req := one[*raft.VoteRequest](t, r.expire()); req.Term != 2 {
		t.Errorf("campaigns again for term %d", req.Term)
	}
	if out := r.receive(1, &raft.VoteReply{Term: 1, Granted: true}); isLeading(out) {
		t.Error("a vote of term 1 elected a leader of term 2")
	}
}

// §5.4.1: "the voter denies its vote if its own log is more up-to-date than that of the candidate".
func TestElectionRestriction(t *testing.T) {
	for _, c := range []struct {
		name              string
		mine              []uint64
		lastIndex, lastTm uint64
		want              bool
	}{
		{"equal", []uint64{1, 2}, 2, 2, true},
		{"longer, same last term", []uint64{1, 2}, 3, 2, true},
		{"shorter, same last term", []uint64{1, 2, 2}, 2, 2, false},
		{"later last term, shorter", []uint64{1, 1, 1}, 1, 2, true},
		{"earlier last term, longer", []uint64{1, 2}, 9, 1, false},
		{"empty against something", []uint64{1}, 0, 0, false},
	} {
		r := newRig(t, 3, plain())
		r.fill(2, c.mine...)
		got := one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 3, LastIndex: c.lastIndex, LastTerm: c.lastTm}))
		if got.Granted != c.want {
			t.Errorf("%s: granted %v", c.name, got.Granted)
		}
	}
}

// Thesis §9.6: a pre-candidate changes no term and writes nothing before a majority would vote for it.
func TestPreVoteChangesNothing(t *testing.T) {
	r := newRig(t, 3, nil)
	out := r.expire()
	if req := one[*raft.VoteRequest](t, out); !req.Pre || req.Term != 1 {
		t.Errorf("request %v", req)
	}
	if len(r.records) != 0 {
		t.Errorf("a question wrote %d records", len(r.records))
	}
	out = r.receive(1, &raft.VoteReply{Term: 1, Granted: true, Pre: true})
	if req := one[*raft.VoteRequest](t, out); req.Pre || req.Term != 1 {
		t.Errorf("after a majority of pre-votes: %v", req)
	}
}

// Thesis §9.6: a pre-vote is granted to an up-to-date log if the replica has heard no leader lately,
// to several candidates, and binds nobody.
func TestPreVoteAnswers(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(2, 1, 2)
	ask := &raft.VoteRequest{Term: 3, LastIndex: 2, LastTerm: 2, Pre: true}
	if got := r.receive(2, ask); len(got) != 0 {
		t.Errorf("a replica with a leader answers %v", got)
	}
	r.now += timeout
	before := len(r.records)
	for _, from := range []consensus.NodeID{1, 2} {
		if !one[*raft.VoteReply](t, r.receive(from, ask)).Granted {
			t.Errorf("no pre-vote for %d", from)
		}
	}
	if one[*raft.VoteReply](t, r.receive(1, &raft.VoteRequest{Term: 3, LastIndex: 1, LastTerm: 1, Pre: true})).Granted {
		t.Error("pre-vote for a log that is behind")
	}
	if len(r.records) != before {
		t.Error("a pre-vote was written to disk")
	}
}

// Thesis §4.2.3: a replica that hears its leader ignores candidates, even of later terms.
func TestLeaderStickiness(t *testing.T) {
	r := newRig(t, 3, nil)
	r.fill(1, 1)
	if out := r.receive(2, &raft.VoteRequest{Term: 7, LastIndex: 9, LastTerm: 6}); len(out) != 0 {
		t.Errorf("disturbed: %v", out)
	}
	r.now += timeout
	if !one[*raft.VoteReply](t, r.receive(2, &raft.VoteRequest{Term: 7, LastIndex: 9, LastTerm: 6})).Granted {
		t.Error("still attached to a leader that is silent for an election timeout")
	}
}

// Thesis §6.2: "a leader ... steps down if an election timeout elapses without a successful round of
// heartbeats to a majority of its cluster".
func TestCheckQuorum(t *testing.T) {
	r := newRig(t, 5, map[string]string{"prevote": "false"})
	r.expire()
	r.receive(1, &raft.VoteReply{Term: 1, Granted: true})
	r.receive(2, &raft.VoteReply{Term: 1, Granted: true})
	for period := range 3 { // two of four followers are a quorum with the leader
		r.now += timeout
		r.receive(1, &raft.Reply{Term: 1})
		r.receive(2, &raft.Reply{Term: 1})
		if r.step(consensus.Input{Kind: consensus.Timeout, Timer: 1}); r.rewound != 0 {
			t.Fatalf("period %d: stepped down with a quorum", period)
		}
	}
	r.now += timeout
	r.receive(1, &raft.Reply{Term: 1})
	if r.step(consensus.Input{Kind: consensus.Timeout, Timer: 1}); r.rewound != 1 {
		t.Error("leads without a quorum")
	}
}

// Thesis §9.6: answers to an earlier question do not start a campaign.
func TestOldPreVotesDoNotCount(t *testing.T) {
	r := newRig(t, 3, nil)
	r.expire()                        // asks for term 1
	r.receive(1, &raft.Beat{Term: 3}) // meanwhile there is a leader of term 3
	r.expire()                        // asks for term 4
	out := r.receive(2, &raft.VoteReply{Term: 1, Granted: true, Pre: true})
	if len(sends[*raft.VoteRequest](out)) != 0 {
		t.Error("a pre-vote for term 1 started term 4")
	}
}
