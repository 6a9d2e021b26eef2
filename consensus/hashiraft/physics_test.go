package hashiraft_test

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
)

// one sends single commands far apart and returns their outcomes.
func one(t *testing.T, cfg hashiraft.Config, entry consensus.NodeID, count int) []consensus.Outcome {
	t.Helper()
	cfg.Limits.MaxTxs, cfg.Limits.MaxWait = 1, 0
	c := mustNew(t, cfg)
	var got []consensus.Outcome
	for i := range count {
		c.At(time.Second+time.Duration(i)*173*time.Millisecond, func() {
			cmd := &consensus.Command{ID: consensus.CommandID(i + 1), Op: []byte{byte(i)}}
			c.Submit(entry, cmd, func(o consensus.Outcome) { got = append(got, o) })
		})
	}
	if err := c.Run(context.Background(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	for _, o := range got {
		if o.Status != consensus.Answered {
			t.Fatalf("command %d: %+v", o.Command, o)
		}
	}
	return got
}

// The library's leader syncs an entry before it sends it (raft.go, dispatchLogs), so a light load sees
// two syncs and one round trip, and nothing else.
func TestLatencyIsDelaysAndSyncs(t *testing.T) {
	const delay, fsync, client, execute, verify = 10 * time.Millisecond, 3 * time.Millisecond,
		4 * time.Millisecond, 70 * time.Microsecond, 30 * time.Microsecond
	for _, test := range []struct {
		name  string
		entry consensus.NodeID
		full  bool // with client legs and CPU
		want  time.Duration
	}{
		{"at the leader", 0, false, 2*delay + 2*fsync},
		{"at a follower", 3, false, 3*delay + 2*fsync},
		{"far client at the leader", 0, true, 2*client + verify + 2*delay + 2*fsync + execute},
		{"far client at a follower", 3, true, 2*client + 2*verify + 3*delay + 2*fsync + execute},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg, _ := config(hashiraft.Bubble, 5)
			cfg.Delay = func(consensus.NodeID, consensus.NodeID) time.Duration { return delay }
			cfg.Fsync = fsync
			if test.full {
				cfg.ClientDelay = func(consensus.SiteID, consensus.NodeID) time.Duration { return client }
				cfg.ExecuteCost, cfg.VerifyCost = execute, verify
			}
			for _, o := range one(t, cfg, test.entry, 20) {
				if got := o.Done - (time.Second + time.Duration(o.Command-1)*173*time.Millisecond); got != test.want {
					t.Errorf("command %d took %v, want %v", o.Command, got, test.want)
				}
			}
		})
	}
}

// A command of known size on a slow link takes its serialisation at each hop.
func TestLatencyCountsBytes(t *testing.T) {
	cfg, _ := config(hashiraft.Bubble, 3)
	cfg.Fsync = 0
	base := one(t, cfg, 0, 1)[0]
	cfg.BandwidthBitPerSec = 1_000_000
	slow := one(t, cfg, 0, 1)[0]
	// Into the leader, out to the first follower (or behind it to the second), back, and out to the
	// client; only the biggest part is checked.
	entry := time.Duration(8*(consensus.BlockHeaderBytes+consensus.CommandEnvelopeBytes+1)) * time.Microsecond
	if extra := slow.Done - base.Done; extra < 2*entry || extra > 8*entry {
		t.Errorf("1 Mbit/s adds %v to %v; an entry alone takes %v", extra, base.Done, entry)
	}
}
