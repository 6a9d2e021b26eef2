package consensustest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// note is a message, and a record, of a number or a signature.
type note struct {
	Number    uint64
	Signature consensus.Signature
}

func (*note) WireSize() int { return 16 }

// script is a machine made of one function.
type script func(in consensus.Input, fx *consensus.Effects)

func (s script) Step(_ time.Duration, in consensus.Input, fx *consensus.Effects) { s(in, fx) }

// signer signs, at every boot, a statement that no earlier life signed, and tells replica 1. It
// writes the fact down but never reads it.
func signer(early bool) consensus.Protocol {
	lives := uint64(0)
	return protocolOf(func(cfg consensus.Config) consensus.Machine {
		return script(func(in consensus.Input, fx *consensus.Effects) {
			if in.Kind != consensus.Start || cfg.Self != 0 {
				return
			}
			lives++
			sig := cfg.Auth.Sign(consensus.Statement{Kind: 1, View: 1, Digest: consensus.Digest{byte(lives)}})
			fx.Persist(&note{Number: lives})
			if early {
				fx.SendEarly(1, &note{Signature: sig})
			} else {
				fx.Send(1, &note{Signature: sig})
			}
		})
	})
}

// A signature counts from when somebody may have seen it: once the writes of its step are durable, or
// at once if it leaves early.
func TestSignaturesBindOnceTheyLeave(t *testing.T) {
	for _, c := range []struct {
		name    string
		early   bool
		downFor time.Duration // before the crash
		want    bool          // a contradiction
	}{
		{"never left", false, 5 * time.Millisecond, false},
		{"left after the disk", false, 15 * time.Millisecond, true},
		{"left before the disk", true, 5 * time.Millisecond, true},
	} {
		msg := consensustest.Attempt(func(tb testing.TB) {
			g := consensustest.NewGroup(tb, signer(c.early), consensustest.Options{Fsync: 10 * time.Millisecond})
			g.RunFor(c.downFor)
			g.Crash(0)
			g.Restart(0)
			g.RunFor(time.Second)
		})
		if got := strings.Contains(msg, "promise"); got != c.want {
			t.Errorf("%s: contradiction noticed: %v, want %v (%s)", c.name, got, c.want, msg)
		}
	}
}

// A protocol may bring its own rule of what contradicts what.
func TestConflictRule(t *testing.T) {
	msg := consensustest.Attempt(func(tb testing.TB) {
		g := consensustest.NewGroup(tb, signer(true), consensustest.Options{
			Conflict: func(a, b consensus.Statement) bool { return false },
		})
		g.RunFor(time.Second)
		g.Crash(0)
		g.Restart(0)
		g.RunFor(time.Second)
	})
	if msg != "" {
		t.Errorf("a rule under which nothing conflicts found %s", msg)
	}
}

// A crash keeps a prefix of what was on its way to the disk, in order; a Send waits for the disk and a
// Persisted comes when it is done.
func TestDiskKeepsAPrefix(t *testing.T) {
	seen := make(map[int]bool)
	for seed := range uint64(40) {
		survived := -1
		var persisted []uint64
		p := protocolOf(func(cfg consensus.Config) consensus.Machine {
			return script(func(in consensus.Input, fx *consensus.Effects) {
				switch {
				case cfg.Self != 0:
				case in.Kind == consensus.Persisted:
					persisted = append(persisted, in.Token)
				case in.Kind == consensus.Start && survived == -1:
					survived = -2
					fx.Synced(1)
					fx.Persist(&note{Number: 1})
					fx.Persist(&note{Number: 2})
					fx.Synced(2)
					fx.SetTimer(0, 15*time.Millisecond)
				case in.Kind == consensus.Timeout: // the first write is durable
					fx.Checkpoint(&note{Number: 3})
					fx.Persist(&note{Number: 4})
					fx.Synced(4)
				case in.Kind == consensus.Start:
					survived = len(in.Durable)
					last := uint64(0)
					for _, r := range in.Durable {
						if n := r.(*note).Number; n <= last {
							t.Errorf("records out of order: %d after %d", n, last)
						} else {
							last = n
						}
					}
					seen[int(last)] = true
					if (last == 2) != (survived == 2 && in.Durable[0].(*note).Number == 1) {
						t.Errorf("a checkpoint is not atomic: %d records up to %d", survived, last)
					}
				}
			})
		})
		g := consensustest.NewGroup(t, p, consensustest.Options{Seed: seed, Fsync: 10 * time.Millisecond})
		g.RunFor(20 * time.Millisecond)
		g.Crash(0)
		g.Restart(0)
		g.RunFor(time.Second)
		if len(persisted) != 2 || persisted[0] != 1 || persisted[1] != 2 {
			t.Fatalf("tokens %v came back, want 1 and 2", persisted)
		}
	}
	for _, last := range []int{2, 3, 4} {
		if !seen[last] {
			t.Errorf("no seed of 40 kept the log up to record %d: %v", last, seen)
		}
	}
}

// Timers fire once, the last setting counts, and a stopped one does not fire.
func TestTimers(t *testing.T) {
	var fired []consensus.TimerID
	p := protocolOf(func(cfg consensus.Config) consensus.Machine {
		return script(func(in consensus.Input, fx *consensus.Effects) {
			switch {
			case cfg.Self != 0:
			case in.Kind == consensus.Timeout:
				fired = append(fired, in.Timer)
			case in.Kind == consensus.Start:
				fx.SetTimer(1, time.Millisecond)
				fx.SetTimer(1, 30*time.Millisecond)
				fx.SetTimer(2, 20*time.Millisecond)
				fx.SetTimer(3, 10*time.Millisecond)
				fx.StopTimer(3)
			}
		})
	})
	g := consensustest.NewGroup(t, p, consensustest.Options{})
	g.RunFor(time.Second)
	if len(fired) != 2 || fired[0] != 2 || fired[1] != 1 {
		t.Errorf("timers fired: %v", fired)
	}
}

// What a machine must not do at all.
func TestForbiddenEffects(t *testing.T) {
	for want, do := range map[string]func(*consensus.Effects){
		"sends nothing":             func(fx *consensus.Effects) { fx.Send(1, nil) },
		"sends *consensustest_test": func(fx *consensus.Effects) { fx.Send(0, &note{}) },
		"routes to 3":               func(fx *consensus.Effects) { fx.Route(3) },
		"sets timer 8":              func(fx *consensus.Effects) { fx.SetTimer(8, 0) },
		"charges -1":                func(fx *consensus.Effects) { fx.Work(consensus.OpSign, -1) },
		"commits nothing":           func(fx *consensus.Effects) { fx.Commit(nil, nil, true) },
		"total order": func(fx *consensus.Effects) {
			empty := consensus.NewPayload(nil)
			fx.Commit(consensus.NewBlock(1, 0, 0, consensus.Digest{}, empty), nil, true)
			fx.Commit(consensus.NewBlock(2, 0, 0, consensus.Digest{1}, empty), nil, true)
		},
		"not what its identity says": func(fx *consensus.Effects) {
			b := *consensus.NewBlock(1, 0, 0, consensus.Digest{}, consensus.NewPayload(nil))
			b.View = 9
			fx.Commit(&b, nil, true)
		},
		"changed on its way": func(fx *consensus.Effects) {
			m := &note{Number: 1}
			fx.Send(1, m)
			fx.SetTimer(0, time.Millisecond)
			changed = m
		},
	} {
		p := protocolOf(func(cfg consensus.Config) consensus.Machine {
			return script(func(in consensus.Input, fx *consensus.Effects) {
				if in.Kind == consensus.Start && cfg.Self == 0 {
					do(fx)
				}
				if in.Kind == consensus.Timeout {
					changed.Number++
				}
			})
		})
		msg := consensustest.Attempt(func(tb testing.TB) {
			consensustest.NewGroup(tb, p, consensustest.Options{}).RunFor(time.Second)
		})
		if !strings.Contains(msg, want) {
			t.Errorf("want a failure naming %q, got %q", want, strings.SplitN(msg, "\n", 2)[0])
		}
	}
}

var changed *note // by the machine that changes what it sent

// Corrupted replicas are not checked, but what the others make of them is.
func TestCorruptedReplicasAreNotJudged(t *testing.T) {
	g := consensustest.NewGroup(t, raft.Protocol(), consensustest.Options{N: 3})
	g.Wrap(2, func(consensus.Machine) consensus.Machine {
		return script(func(in consensus.Input, fx *consensus.Effects) {
			if in.Kind == consensus.Start {
				fx.Commit(consensus.NewBlock(7, 7, 7, consensus.Digest{}, consensus.NewPayload(nil)), nil, true)
			}
		})
	})
	g.RunFor(100 * time.Millisecond)
	g.Submit(0)
	g.Submit(2) // may be lost
	g.Settle(time.Minute)
}

// Partitions cut both ways, also what is in flight, and Heal ends them.
func TestPartition(t *testing.T) {
	heard := make([]int, 3)
	p := protocolOf(func(cfg consensus.Config) consensus.Machine {
		return script(func(in consensus.Input, fx *consensus.Effects) {
			switch in.Kind {
			case consensus.Receive:
				heard[cfg.Self]++
			case consensus.Start:
				fx.SetTimer(0, 0)
			case consensus.Timeout:
				fx.Send(consensus.Everyone, &note{})
				fx.SetTimer(0, 20*time.Millisecond)
			}
		})
	})
	g := consensustest.NewGroup(t, p, consensustest.Options{DelayMin: 10 * time.Millisecond})
	g.RunFor(5 * time.Millisecond) // the first messages are in flight
	g.Partition([]consensus.NodeID{2})
	g.RunFor(10 * time.Millisecond)
	if heard[0] != 1 || heard[1] != 1 || heard[2] != 0 {
		t.Errorf("heard %v, want one message between 0 and 1", heard)
	}
	g.Heal()
	g.RunFor(20 * time.Millisecond)
	if heard[0] != 3 || heard[1] != 3 || heard[2] != 2 {
		t.Errorf("heard %v after the heal", heard)
	}
}
