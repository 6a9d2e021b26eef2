package cluster_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/pbft"
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
