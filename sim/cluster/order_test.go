package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

const us = time.Microsecond

// simulate runs a group without load.
func simulate(t *testing.T, cfg tweaked, until time.Duration) {
	t.Helper()
	if err := start(t, cfg).Run(context.Background(), until); err != nil {
		t.Fatal(err)
	}
}

// A Send waits for the records before it, a SendEarly does not, and neither waits for records after it.
func TestSendsWaitForTheDisk(t *testing.T) {
	var d diary
	p := toys(1, only(0, &d, func(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
		if in.Kind != consensus.Start {
			return
		}
		fx.Work(consensus.OpSign, 1)
		fx.Send(1, note{"before", 10})
		fx.Persist(note{"record", 10})
		fx.Send(1, note{"after", 10})
		fx.SendEarly(1, note{"early", 10})
		fx.Synced(7)
	}))
	cfg := base(t, p, 2, 100*us).with(costs(1, map[consensus.Op]time.Duration{consensus.OpSign: 24 * us}), fsync(58*us))
	simulate(t, cfg, time.Second)
	d.expect(t, "124µs before", "124µs early", "182µs after")
}

// Two writes that come while the disk is busy share the next fsync; one that finds it idle has its own.
func TestGroupCommit(t *testing.T) {
	var d diary
	p := toys(1, only(0, &d, func(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch in.Kind {
		case consensus.Start:
			fx.SetTimer(0, 10*us)
			fx.SetTimer(1, 20*us)
			fx.SetTimer(2, 500*us)
			fx.Persist(note{"a", 1})
			fx.Send(1, note{"a", 1})
		case consensus.Timeout:
			text := string(rune('b' + in.Timer))
			fx.Persist(note{text, 1})
			fx.Send(1, note{text, 1})
		}
	}))
	simulate(t, base(t, p, 2, 0).with(fsync(100*us)), time.Second)
	d.expect(t, "100µs a", "200µs b", "200µs c", "600µs d")
}

// Effects of one step never overtake those of the step before, on however many cores, also when both
// fall on the same nanosecond.
func TestEffectsKeepTheOrderOfSteps(t *testing.T) {
	for _, cores := range []int{1, 4} {
		var d diary
		p := toys(1, only(0, &d, func(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
			switch in.Kind {
			case consensus.Start:
				fx.SetTimer(0, 10*us) // set below at 30: fires at 40
				fx.SetTimer(1, 0)     // fires at 30, when the effects of this very step are due
				fx.Work(consensus.OpSign, 30)
				fx.Send(1, note{"first", 1})
			case consensus.Timeout:
				if in.Timer == 0 {
					fx.Work(consensus.OpSign, 50)
					fx.Send(1, note{"third", 1})
					fx.SetTimer(2, 0)
				} else {
					fx.Send(1, note{[]string{"", "second", "fourth"}[in.Timer], 1})
				}
			}
		}))
		simulate(t, base(t, p, 2, 0).with(costs(cores, map[consensus.Op]time.Duration{consensus.OpSign: us})), time.Second)
		if cores == 1 {
			d.expect(t, "30µs first", "30µs second", "90µs third", "90µs fourth")
		} else { // 50 signatures on four cores: 13 rounds
			d.expect(t, "8µs first", "8µs second", "31µs third", "31µs fourth")
		}
	}
}

// Persisted comes as a step of its own after everything else that its step does at that moment, and
// tokens come back in order.
func TestSyncedIsALaterStep(t *testing.T) {
	for _, wait := range []time.Duration{0, 58 * us} {
		var d diary
		p := toys(1, only(0, &d, func(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
			switch in.Kind {
			case consensus.Start:
				fx.Work(consensus.OpSign, 1)
				fx.Persist(note{"record", 1})
				fx.Synced(1)
				fx.Synced(2)
				fx.Send(1, note{"sent", 1})
			case consensus.Persisted:
				fx.Send(1, note{[]string{"", "token 1", "token 2"}[in.Token], 1})
			}
		}))
		cfg := base(t, p, 2, 0).with(costs(1, map[consensus.Op]time.Duration{consensus.OpSign: 2 * us}), fsync(wait))
		simulate(t, cfg, time.Second)
		at := (2*us + wait).String()
		d.expect(t, at+" sent", at+" token 1", at+" token 2")
	}
}

// A broadcast leaves the sender's link copy by copy, and a receiver's link delivers one at a time.
func TestLinksSerialise(t *testing.T) {
	var d diary
	p := toys(1, func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case in.Kind == consensus.Start && self == 0:
			fx.Send(consensus.Everyone, note{"out", 1000})
		case in.Kind == consensus.Receive && self != 0:
			d.add("%v replica %d", now, self)
			fx.SetTimer(0, time.Second-now) // all answer at once
		case in.Kind == consensus.Timeout:
			fx.Send(0, note{"back", 1000})
		case in.Kind == consensus.Receive:
			d.add("%v from %d", now-time.Second, in.From)
		}
	})
	cfg := base(t, p, 4, 50*us)
	cfg.Topology.BandwidthBitPerSec = 8_000_000 // a byte a microsecond
	simulate(t, cfg, 2*time.Second)
	// 1,000 bytes, 22 of TLS and 90 of Ethernet, IP and TCP: 1,112 us a copy. Incoming bits pass through, so the first
	// answer is there when its last bit is.
	d.expect(t, "1.162ms replica 1", "2.274ms replica 2", "3.386ms replica 3",
		"1.162ms from 1", "2.274ms from 2", "3.386ms from 3")
}

// Jitter delays, but one connection delivers in order; duplicates follow their original.
func TestOneConnectionIsInOrder(t *testing.T) {
	const count = 500
	next, spread := 0, false
	p := toys(1, func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case self == 0 && (in.Kind == consensus.Start || in.Kind == consensus.Timeout):
			if next < count {
				fx.Send(1, note{string(rune('A' + next)), next})
				next++
				fx.SetTimer(0, us)
			}
		}
	})
	last, seen := -1, map[int]int{}
	inner := p.New
	p.New = func(cfg consensus.Config, v consensus.Values) (consensus.Machine, error) {
		m, err := inner(cfg, v)
		if cfg.Self == 1 {
			m = &toy{cfg: cfg, step: func(_ consensus.NodeID, now time.Duration, in consensus.Input, _ *consensus.Effects) {
				if in.Kind != consensus.Receive {
					return
				}
				k := in.Msg.(note).bytes
				if k < last {
					t.Errorf("message %d came after %d", k, last)
				}
				last, spread = k, spread || now > 2*time.Millisecond
				seen[k]++
			}}
		}
		return m, err
	}
	cfg := base(t, p, 2, 50*us).with(city(t, p, 2, 9))
	cfg.Faults.Duplicates = anyDuplicate(500_000)
	simulate(t, cfg, time.Minute)
	twice := 0
	for k := range count {
		if seen[k] == 0 || seen[k] > 2 {
			t.Errorf("message %d came %d times", k, seen[k])
		}
		twice += seen[k] - 1
	}
	if twice < count*4/10 || twice > count*6/10 || !spread {
		t.Errorf("%d of %d messages came twice, jitter seen: %v", twice, count, spread)
	}
}
