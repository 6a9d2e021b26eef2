package cluster_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hotstuff"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/consensus/raft"
)

const delta = 10 * time.Millisecond

// On ideal machines every latency is a number of message delays, to the nanosecond. A client at the
// leader's site adds nothing; a remote client adds its way to its replica, the replica's way to the
// leader, and the way of the deciding answer.
func TestLatencyIsMessageDelays(t *testing.T) {
	tests := []struct {
		name             string
		protocol         consensus.Protocol
		n                int
		site             consensus.SiteID
		entry            consensus.NodeID
		ordering, client int // message delays
	}{
		// Castro and Liskov 1999, section 4.2 and figure 1: pre-prepare, prepare, commit. The client
		// at the primary's site has the primary's answer at 3 and needs one more, a delay away: 4.
		{"pbft, client at the primary", pbft.Protocol(), 4, 0, 0, 3, 4},
		// At another replica: forwarded to the primary (1), ordered at 4; that replica's own answer is
		// there at 4 and the second one a delay later.
		{"pbft, client at a backup", pbft.Protocol(), 4, 1, 1, 3, 5},
		{"pbft, seven replicas", pbft.Protocol(), 7, 0, 0, 3, 4},
		// Ongaro and Ousterhout 2014, section 5.3: AppendEntries and its answer commit an entry at the
		// leader, which answers the client.
		{"raft, client at the leader", raft.Protocol(), 5, 0, 0, 2, 2},
		// From elsewhere: forwarded (1), ordered (2), and the leader's answer travels (1).
		{"raft, client at a follower", raft.Protocol(), 5, 3, 3, 2, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := start(t, base(t, tt.protocol, tt.n, delta))
			for i := range 20 {
				b.submitAt(time.Second+time.Duration(i)*time.Second, tt.site, tt.entry, false)
			}
			b.run(30 * time.Second)
			for i, o := range b.outcomes {
				if o.Status != consensus.Answered {
					t.Fatalf("command %d ended as %d: %s", i+1, o.Status, o.Reason)
				}
				if got, want := o.Ordered-o.Proposed, time.Duration(tt.ordering)*delta; got != want {
					t.Errorf("command %d: ordering took %v, want %v", i+1, got, want)
				}
				if got, want := o.Done-b.sentAt[i], time.Duration(tt.client)*delta; got != want {
					t.Errorf("command %d: the client waited %v, want %v", i+1, got, want)
				}
			}
		})
	}
}

// Chained HotStuff commits a block when the third certificate of a chain that begins with it is there
// (Yin et al. 2019, section 5): three times proposal and vote, 6 delays, at the leader that forms that
// certificate, and one more at the others, which see it in the next proposal.
func TestHotStuffLatencyIsThreeChain(t *testing.T) {
	tests := []struct {
		name             string
		leader           string
		ordering, client int
	}{
		// The stable leader's own answer is there at 6; the others commit at 7 and answer at 8.
		{"stable leader, client at the leader", "stable", 6, 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := base(t, hotstuff.Protocol(), 4, delta)
			cfg.Values = values(t, hotstuff.Protocol(), map[string]string{"leader": tt.leader})
			b := start(t, cfg)
			for i := range 20 {
				b.submitAt(time.Second+time.Duration(i)*time.Second, 0, 0, false)
			}
			b.run(30 * time.Second)
			for i, o := range b.outcomes {
				if o.Status != consensus.Answered {
					t.Fatalf("command %d ended as %d: %s", i+1, o.Status, o.Reason)
				}
				if got, want := o.Ordered-o.Proposed, time.Duration(tt.ordering)*delta; got != want {
					t.Errorf("command %d: ordering took %v, want %v", i+1, got, want)
				}
				if got, want := o.Done-b.sentAt[i], time.Duration(tt.client)*delta; got != want {
					t.Errorf("command %d: the client waited %v, want %v", i+1, got, want)
				}
			}
		})
	}
}

// With rotating leaders the block's proposer is whoever leads the view in which the group rests. From
// the proposal, the fourth leader on commits at 6 and everyone else at 7; a client next to the proposer
// has the proposer's own answer at 7, and the committing leader's after 6 and a way of 1.
func TestHotStuffRotatingLeaders(t *testing.T) {
	b := start(t, base(t, hotstuff.Protocol(), 4, delta))
	for i := range 40 {
		b.submitAt(time.Second+time.Duration(i)*time.Second, consensus.SiteID(i%4), consensus.NodeID(i%4), false)
	}
	b.run(60 * time.Second)
	beside := 0
	for i, o := range b.outcomes {
		if o.Status != consensus.Answered {
			t.Fatalf("command %d ended as %d: %s", i+1, o.Status, o.Reason)
		}
		if got := o.Ordered - o.Proposed; got != 6*delta {
			t.Errorf("command %d: ordering took %v, want %v", i+1, got, 6*delta)
		}
		// Spread to the proposer (1); then the own replica commits after 7, and the early one after 6,
		// a way of 1 from the client.
		want := 8 * delta
		switch consensus.NodeID(i % 4) {
		case o.Proposer:
			want, beside = 7*delta, beside+1
		case (o.Proposer + 3) % 4: // the own replica is the early one: the next answer comes from afar
			want = (1 + 7 + 1) * delta
		}
		if got := o.Done - b.sentAt[i]; got != want {
			t.Errorf("command %d at site %d, proposed by %d: the client waited %v, want %v", i+1, i%4, o.Proposer, got, want)
		}
	}
	if beside == 0 {
		t.Error("no command was proposed by the replica at its client's site")
	}
}
