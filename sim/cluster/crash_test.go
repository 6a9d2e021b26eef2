package cluster_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/fault"
)

// crash takes a replica down and starts it again later, or never when to is zero.
func crash(node consensus.NodeID, from, to time.Duration) tweak {
	return func(c *tweaked) {
		c.Faults.Crashes = append(c.Faults.Crashes, fault.Crash{Node: node, From: from, To: to})
	}
}

// empty is a block without commands.
func empty(height uint64) *consensus.Block {
	return consensus.NewBlock(height, 1, 0, consensus.Digest{}, consensus.NewPayload(nil))
}

// A replica writes at 0, 10, 20 ... us with an fsync of 30 us: a is durable at 30, b to d together at 60,
// e to g at 90. What a crash finds durable is there again at the restart, and nothing else; blocks are
// durable with the first record after their commit.
func TestExactlyTheDurableRecordsSurvive(t *testing.T) {
	tests := []struct {
		crash   time.Duration
		records string
		applied uint64
	}{
		{29 * us, "", 0},
		{30*us - 1, "", 0},
		{30 * us, "a", 0},
		{59 * us, "a", 0},
		{60*us - 1, "a", 0},
		{60 * us, "abcd", 3}, // block k is committed right after record k: d holds those of a, b and c
		{89 * us, "abcd", 3},
		{90 * us, "g", 6}, // g replaces all before it
		{119 * us, "g", 6},
		{120 * us, "ghij", 9},
	}
	for _, tt := range tests {
		t.Run(tt.crash.String(), func(t *testing.T) {
			starts := 0
			written := uint64(0)
			p := toys(1, func(_ consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
				if in.Kind == consensus.Start {
					if starts++; starts == 2 {
						text := ""
						for _, r := range in.Durable {
							text += r.(note).text
						}
						if text != tt.records || in.Applied != tt.applied {
							t.Errorf("%q and height %d survived, want %q and %d", text, in.Applied, tt.records, tt.applied)
						}
						if _, ok := fx.Stored(in.Applied); in.Applied > 0 && !ok {
							t.Errorf("block %d survived but is not there", in.Applied)
						}
						if _, ok := fx.Stored(in.Applied + 1); ok {
							t.Errorf("block %d did not survive but is there", in.Applied+1)
						}
						return
					}
				}
				if in.Kind == consensus.Start || in.Kind == consensus.Timeout {
					r := note{string(rune('a' + written)), 1}
					if r.text == "g" {
						fx.Checkpoint(r)
					} else {
						fx.Persist(r)
					}
					written++
					fx.Commit(empty(written), nil, false)
					fx.SetTimer(0, 10*us)
				}
			})
			cfg := base(t, p, 1, 0).with(fsync(30*us), crash(0, tt.crash, time.Millisecond))
			simulate(t, cfg, 2*time.Millisecond)
			if starts != 2 {
				t.Errorf("%d starts, want 2", starts)
			}
		})
	}
}

// Timers, sends, tokens, processor and disk queues of an earlier life do not reach the next one.
func TestNothingOfAnEarlierLifeComesBack(t *testing.T) {
	var d diary
	starts := 0
	p := toys(1, only(0, &d, func(now time.Duration, in consensus.Input, fx *consensus.Effects) {
		if in.Kind != consensus.Start {
			d.add("%v input %d", now, in.Kind)
			return
		}
		starts++
		fx.Send(1, note{fmt.Sprintf("life %d begins", starts), 1})
		fx.Work(consensus.OpSign, 1)
		if starts == 1 {
			fx.SetTimer(0, 10*time.Millisecond)
			fx.SetTimer(1, time.Millisecond)
			fx.Work(consensus.OpHash, 1000) // a second
		}
		fx.Persist(note{"record", 1})
		fx.Synced(1)
		fx.Send(1, note{fmt.Sprintf("life %d is durable", starts), 1})
	}))
	cfg := base(t, p, 2, 0).with(costs(1, map[consensus.Op]time.Duration{
		consensus.OpSign: us, consensus.OpHash: time.Millisecond,
	}), fsync(30*us), crash(0, 500*us, 2*time.Millisecond))
	simulate(t, cfg, 2*time.Second)
	d.expect(t, "2.001ms life 2 begins", fmt.Sprintf("2.031ms input %d", consensus.Persisted), "2.031ms life 2 is durable")
}

// What a replica has on its way is lost with it: a message that waits at its link, a command that it
// checks, a query that it runs. The message is gone; the client turns to another replica.
func TestCrashLosesWhatIsBeingTakenIn(t *testing.T) {
	var d diary
	p := toys(1, func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case in.Kind == consensus.Start && now == 0 && self == 0:
			fx.Send(1, note{"first", 1000})
		case in.Kind == consensus.Start && now == 0 && self == 2:
			fx.Send(1, note{"second", 1000})
		case in.Kind == consensus.Receive:
			d.add("%v %s", now, in.Msg.(note).text)
		}
	})
	cfg := base(t, p, 3, 0).with(crash(1, 1500*us, 1600*us), func(c *tweaked) {
		c.Topology.BandwidthBitPerSec = 8_000_000
		c.Retry = 10 * time.Millisecond
		c.Profile.Costs[consensus.OpCheckPayload].Picos = uint64(time.Millisecond) * 1000
		c.Profile.Costs[consensus.OpVerify].Picos = uint64(time.Hour) * 1000 // not for clients' signatures
	})
	b := start(t, cfg)
	b.submitAt(1200*us, 2, 1, false)
	b.submitAt(1200*us, 2, 1, true)
	if err := b.Run(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	// The second message would have been through at 2.224 ms. The command goes to replica 2 when its check
	// at replica 1 would have been over, and the query later still.
	d.expect(t, "1.112ms first")
	if o := b.outcomes[0]; o.Status != consensus.Unfinished || o.Received < 10*time.Millisecond {
		t.Errorf("the command was received at %v and ended as %d", o.Received, o.Status)
	}
	if o := b.outcomes[1]; o.Status != consensus.Answered || o.Executed < 10*time.Millisecond {
		t.Errorf("the query was run at %v and ended as %d", o.Executed, o.Status)
	}
}

// A leader that commits a block and stops before it has executed it leaves clients without an answer.
// They ask again, and another replica that executed the block answers: once.
func TestAnotherReplicaAnswersForTheDead(t *testing.T) {
	for _, answers := range []int{1, 2} {
		p := toys(answers, func(self consensus.NodeID, _ time.Duration, in consensus.Input, fx *consensus.Effects) {
			switch in.Kind {
			case consensus.Start:
				fx.Route(0)
			case consensus.Waiting:
				if payload, ok := fx.Pull(consensus.PullRequest{}); ok && self == 0 {
					block := consensus.NewBlock(1, 1, 0, consensus.Digest{}, payload)
					fx.Send(consensus.Everyone, proposal{block})
					fx.Commit(block, nil, true)
				}
			case consensus.Receive:
				fx.Commit(in.Msg.(proposal).block, nil, answers > 1 && self == 1)
			}
		})
		cfg := base(t, p, 3, us).with(costs(1, map[consensus.Op]time.Duration{consensus.OpExecute: time.Millisecond}),
			crash(0, time.Second+500*us, 0))
		b := start(t, cfg)
		b.submitAt(time.Second, 0, 0, false)
		b.run(20 * time.Second)
		if o := b.outcomes[0]; o.Status != consensus.Answered || o.Done < time.Second+cfg.Retry || o.Done > time.Second+cfg.Retry+2*time.Millisecond {
			t.Errorf("%d answers: ended as %d at %v; want an answer after the retry period", answers, o.Status, o.Done)
		}
	}
}

// proposal is a block on the wire.
type proposal struct{ block *consensus.Block }

func (p proposal) WireSize() int { return p.block.WireSize() }
