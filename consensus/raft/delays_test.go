package raft_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// A command that enters at the leader is committed there two message delays later and at the
// followers one more (§5.3: AppendEntries and its answer; the commit index travels at once because
// the leader is idle). Entering at a follower costs one delay more.
func TestMessageDelays(t *testing.T) {
	const delay = 10 * time.Millisecond
	for _, n := range []int{3, 4, 5, 7, 31} {
		for _, entry := range []consensus.NodeID{0, 1} {
			t.Run(fmt.Sprintf("n=%d/entry=%d", n, entry), func(t *testing.T) {
				g := consensustest.NewGroup(t, raft.Protocol(), consensustest.Options{N: n, DelayMin: delay})
				g.RunFor(77 * time.Millisecond) // between heartbeats
				start := g.Now() + time.Duration(entry)*delay
				c := g.Submit(entry)
				at := make([]time.Duration, n)
				g.RunUntil(func() bool {
					left := 0
					for id := range at {
						if at[id] == 0 && g.Has(consensus.NodeID(id), c) {
							at[id] = g.Now() - start
						}
						if at[id] == 0 {
							left++
						}
					}
					return left == 0
				}, time.Second)
				for id, got := range at {
					want := 3 * delay
					if id == 0 {
						want = 2 * delay
					}
					if got != want {
						t.Errorf("replica %d commits after %v, want %v", id, got, want)
					}
				}
			})
		}
	}
}

// Without eager_commit the followers learn the commit index with the next heartbeat.
func TestCommitIndexByHeartbeat(t *testing.T) {
	g := consensustest.NewGroup(t, raft.Protocol(), consensustest.Options{Values: map[string]string{"eager_commit": "false"}})
	g.RunFor(120 * time.Millisecond) // the first heartbeat: elected at 20 ms, beats every 100 ms
	c := g.Submit(0)
	if !g.RunUntil(func() bool { return g.Has(1, c) }, time.Second) || g.Now() != 230*time.Millisecond {
		t.Errorf("follower commits at %v, want at the heartbeat of 220ms and its delay", g.Now())
	}
}
