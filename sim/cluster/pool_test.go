package cluster_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
)

const ms = time.Millisecond

// Waiting comes when an empty pool gets a command, once; Ready comes when a Pull that was refused would
// succeed: when the block is full or its oldest command has waited long enough, and not otherwise.
func TestWaitingAndReady(t *testing.T) {
	var d diary
	height := uint64(0)
	p := toys(1, func(_ consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		pull := func() {
			payload, ok := fx.Pull(consensus.PullRequest{})
			if !ok {
				d.add("%v refused", now)
				return
			}
			height++
			d.add("%v pulled %d", now, payload.Len())
			fx.Commit(consensus.NewBlock(height, 1, 0, consensus.Digest{}, payload), nil, true)
		}
		switch in.Kind {
		case consensus.Start:
			pull()
		case consensus.Waiting:
			n, oldest := fx.Waiting()
			d.add("%v waiting %d since %v", now, n, oldest)
			if now == 70*ms {
				pull()
			}
		case consensus.Ready:
			d.add("%v ready", now)
			pull()
		}
	})
	cfg := base(t, p, 1, 0)
	cfg.Limits = mempool.Limits{MaxTxs: 3, MaxBytes: 1 << 20, MaxWait: 50 * ms, Capacity: 100}
	b := start(t, cfg)
	for _, at := range []time.Duration{10, 20, 70, 71, 72, 73, 200, 210} {
		b.submitAt(at*ms, 0, 0, false)
	}
	if err := b.Run(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	d.expect(t,
		"0s refused",
		"10ms waiting 1 since 10ms",
		"60ms ready", "60ms pulled 2", // the oldest has waited
		"70ms waiting 1 since 70ms", "70ms refused",
		"72ms ready", "72ms pulled 3", // full
		"73ms waiting 1 since 73ms", // nobody was refused since: the three that wait are worth no Ready
	)
}

// A pool takes no more than its capacity, wherever its commands come from, and says so.
func TestPoolIsFull(t *testing.T) {
	p := toys(1, func(_ consensus.NodeID, _ time.Duration, in consensus.Input, fx *consensus.Effects) {})
	cfg := base(t, p, 1, 0)
	cfg.Limits.Capacity = 2
	b := start(t, cfg)
	for range 4 {
		b.submitAt(time.Second, 0, 0, false)
	}
	b.submitAt(time.Second, 0, 0, true)
	if err := b.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	for i, want := range []consensus.Status{consensus.Unfinished, consensus.Unfinished, consensus.Refused, consensus.Refused, consensus.Answered} {
		o := b.outcomes[i]
		if o.Status != want || want == consensus.Refused && (!strings.Contains(o.Reason, "full") || o.Done != time.Second) {
			t.Errorf("command %d ended as %d at %v: %s", i+1, o.Status, o.Done, o.Reason)
		}
	}
}

// Commands go where the machine routes them: kept, to one replica, to everyone; a new route takes along
// what waits, and what waits too long goes to everyone.
func TestRoutes(t *testing.T) {
	var d diary
	p := toys(1, func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case in.Kind == consensus.Start && self == 0:
			fx.SetTimer(0, 200*ms)
			fx.SetTimer(1, 400*ms)
		case in.Kind == consensus.Timeout:
			fx.Route([]consensus.NodeID{1, consensus.Everyone}[in.Timer])
		case in.Kind == consensus.Waiting:
			d.add("%v replica %d", now, self)
		}
	})
	cfg := base(t, p, 4, 10*ms).with(func(c *tweaked) { c.Retry = 300 * ms })
	b := start(t, cfg)
	b.submitAt(100*ms, 0, 0, false)
	b.submitAt(100*ms, 3, 3, false)
	if err := b.Run(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	d.expect(t, "100ms replica 0", "100ms replica 3", "210ms replica 1", "410ms replica 2")
}

// A query costs its check, its execution and its way, and changes nothing.
func TestQuery(t *testing.T) {
	p := toys(1, func(_ consensus.NodeID, _ time.Duration, _ consensus.Input, _ *consensus.Effects) {})
	w := exactWorld()
	b := start(t, base(t, p, 2, 0).with(w.apply))
	b.submitAt(time.Second, 1, 0, true)
	if err := b.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	o := b.outcomes[0]
	executed := time.Second + w.delay + w.handle + w.check + w.execute
	if done := executed + w.wire(24+8) + w.delay; o.Executed != executed || o.Done != done || len(o.Result) != 8 || b.app.applied != 0 {
		t.Errorf("executed at %v, done at %v, want %v and %v; result %x", o.Executed, o.Done, executed, done, o.Result)
	}
}

// However a run ends, every command has its outcome, once.
func TestEveryEndClosesTheCommands(t *testing.T) {
	boom := func(_ consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		if in.Kind == consensus.Start {
			fx.SetTimer(0, 5*time.Second)
		} else if in.Kind == consensus.Timeout {
			fx.Commit(empty(7), nil, false) // a height out of order
		}
	}
	for _, name := range []string{"time", "cancel", "breach"} {
		b := start(t, base(t, toys(1, boom), 1, 0))
		for i := range 10 {
			b.submitAt(time.Duration(i)*100*ms, 0, 0, false)
		}
		ctx, cancel := context.WithCancel(context.Background())
		var tick func()
		tick = func() {
			if name == "cancel" && b.Now() > 2*time.Second {
				cancel()
			}
			b.At(b.Now()+us*100, tick)
		}
		b.At(0, tick)
		until := 4 * time.Second
		if name == "breach" {
			until = 10 * time.Second
		}
		err := b.Run(ctx, until)
		cancel()
		if (err == nil) != (name == "time") || name == "cancel" && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		for i, o := range b.outcomes {
			if o.Status != consensus.Unfinished || o.Done < time.Second {
				t.Errorf("%s: command %d ended as %d at %v", name, i+1, o.Status, o.Done)
			}
		}
		late := false
		b.Submit(0, &consensus.Command{ID: 11}, func(consensus.Outcome) { late = true })
		if err := b.Run(context.Background(), until); err == nil || late {
			t.Errorf("%s: a second run: %v, a late command was answered: %v", name, err, late)
		}
	}
}
