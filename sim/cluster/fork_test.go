package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/check"
)

// split is a protocol in which replica 0 gives replica `odd` another block at height 2 than the rest, and
// an empty one on top of it. Everyone answers. later is called for further inputs of the odd replica.
func split(answers int, odd consensus.NodeID, later func(consensus.Input, *consensus.Effects)) consensus.Protocol {
	commit := func(self consensus.NodeID, b *consensus.Block, fx *consensus.Effects) {
		if self == odd && b.Height > 1 {
			payload := consensus.NewPayload(nil)
			if b.Height == 2 {
				payload = consensus.NewPayload(append([]*consensus.Command(nil), b.Payload.Commands[1:]...))
			}
			b = consensus.NewBlock(b.Height, 2, 0, consensus.Digest{}, payload)
		}
		fx.Commit(b, nil, true)
		fx.Persist(note{"committed", 1})
	}
	height := uint64(0)
	return toys(answers, func(self consensus.NodeID, _ time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch in.Kind {
		case consensus.Start:
			if in.Applied > 0 {
				later(in, fx)
				return
			}
			fx.Route(0)
			fx.SetTimer(0, time.Second)
		case consensus.Timeout:
			if self == 0 {
				payload, _ := fx.Pull(consensus.PullRequest{Force: true})
				height++
				block := consensus.NewBlock(height, 1, 0, consensus.Digest{}, payload)
				fx.Send(consensus.Everyone, proposal{block})
				commit(self, block, fx)
				fx.SetTimer(0, time.Second)
			}
		case consensus.Receive:
			commit(self, in.Msg.(proposal).block, fx)
		}
	})
}

// A replica that leaves the common order breaks agreement and has another state; its answers count for
// nobody, even after a restart, while those of the others still do.
func TestDivergedReplicaIsCaughtAndNotTrusted(t *testing.T) {
	for _, answers := range []int{3, 4} {
		restarted := false
		p := split(answers, 2, func(in consensus.Input, fx *consensus.Effects) {
			restarted = true
			if cb, ok := fx.Stored(2); !ok || cb.Block.View != 2 {
				t.Errorf("the diverged replica did not keep its own block 2: %+v", cb.Block)
			}
			if cb, ok := fx.Stored(1); !ok || cb.Block.View != 1 {
				t.Errorf("the diverged replica lost the common block 1: %+v", cb.Block)
			}
		})
		cfg := base(t, p, 4, time.Millisecond).with(crash(2, 4500*time.Millisecond, 5*time.Second), func(c *tweaked) { c.Limits.MaxTxs = 10 })
		b := start(t, cfg)
		for i := range 4 {
			b.submitAt(time.Duration(500+300*i)*time.Millisecond, 0, 0, false) // two a block
		}
		if err := b.Run(context.Background(), 30*time.Second); err != nil {
			t.Fatal(err)
		}
		broken := map[string]bool{}
		for _, v := range b.checker.Verdicts(b.app.applied) {
			broken[v.Name] = !v.OK
		}
		if !restarted || !broken[check.Agreement] || !broken[check.StateRoot] || broken[check.Integrity] {
			t.Errorf("restarted: %v, broken: %v", restarted, broken)
		}
		for i, o := range b.outcomes {
			want := consensus.Answered
			if i >= 2 && answers == 4 {
				want = consensus.Unfinished // the fourth answer never comes
			}
			if o.Status != want {
				t.Errorf("%d answers: command %d in block %d ended as %d, want %d", answers, i+1, o.Height, o.Status, want)
			}
		}
	}
}

// A command that two blocks hold is executed once and answered once; counting it twice is noticed.
func TestCommandOrderedTwiceExecutesOnce(t *testing.T) {
	p := toys(1, func(_ consensus.NodeID, _ time.Duration, in consensus.Input, fx *consensus.Effects) {
		if in.Kind != consensus.Waiting {
			return
		}
		payload, _ := fx.Pull(consensus.PullRequest{Force: true})
		twice := consensus.NewPayload(append(payload.Commands, payload.Commands...))
		fx.Commit(consensus.NewBlock(1, 1, 0, consensus.Digest{}, twice), nil, true)
		fx.Commit(consensus.NewBlock(2, 1, 0, consensus.Digest{}, payload), nil, true)
	})
	b := start(t, base(t, p, 1, 0))
	b.submitAt(time.Second, 0, 0, false)
	b.run(2 * time.Second)
	if o := b.outcomes[0]; o.Status != consensus.Answered || o.Height != 1 || b.app.applied != 1 {
		t.Errorf("applied %d times, outcome %+v", b.app.applied, o)
	}
	for _, v := range b.checker.Verdicts(b.app.applied + 1) {
		if v.Name == check.Integrity && v.OK {
			t.Error("a second execution went unnoticed")
		}
	}
}

// A block may hold a command that no client ever sent: it is not executed, and the checker tells.
func TestForgedCommandIsNotExecuted(t *testing.T) {
	p := toys(1, func(_ consensus.NodeID, _ time.Duration, in consensus.Input, fx *consensus.Effects) {
		if in.Kind == consensus.Waiting {
			payload, _ := fx.Pull(consensus.PullRequest{Force: true})
			forged := []*consensus.Command{payload.Commands[0], {ID: 0}, {ID: 2}, {ID: 5000}}
			fx.Commit(consensus.NewBlock(1, 1, 0, consensus.Digest{}, consensus.NewPayload(forged)), nil, true)
		}
	})
	b := start(t, base(t, p, 1, 0))
	b.submitAt(time.Second, 0, 0, false)
	if err := b.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if b.outcomes[0].Status != consensus.Answered || b.app.applied != 1 {
		t.Errorf("applied %d commands, outcome %+v", b.app.applied, b.outcomes[0])
	}
	for _, v := range b.checker.Verdicts(b.app.applied) {
		if v.Name == check.Integrity && v.OK {
			t.Error("a forged command went unnoticed")
		}
	}
}
