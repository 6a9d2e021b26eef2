package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hotstuff"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/consensus/raft"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

func protocols() []consensus.Protocol {
	return []consensus.Protocol{raft.Protocol(), pbft.Protocol(), hotstuff.Protocol()}
}

// city is a group on reference machines with a millisecond between sites, jitter and real links. Its
// blocks are large: rotating leaders, one of four of them dead, commit three blocks in two seconds.
func city(t testing.TB, p consensus.Protocol, n int, seed uint64) tweak {
	return func(c *tweaked) {
		ref, err := resource.LookupProfile("reference")
		if err != nil {
			t.Fatal(err)
		}
		c.Profile, c.Seed, c.Retry = ref, seed, time.Second
		c.Topology = network.Constant(time.Millisecond, n)
		c.Topology.Jitter = network.Jitter{Kind: network.JitterExponential, Mean: 200 * time.Microsecond}
		c.Topology.BandwidthBitPerSec = 1_000_000_000
		c.Limits = mempool.Limits{MaxTxs: 200, MaxBytes: 1 << 20, MaxWait: 2 * time.Millisecond, Capacity: 10000}
	}
}

// Under every schedule of faults every command is answered exactly once, once the faults are over,
// and no promise is broken. Commands go to every replica all the time, the dead ones included.
func TestEveryCommandIsAnsweredOnceUnderFaults(t *testing.T) {
	const length = 30 * time.Second
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for _, p := range protocols() {
		for _, n := range []int{4, 5, 7} {
			for _, f := range fault.Builtins() {
				for seed := uint64(1); seed <= seeds; seed++ {
					t.Run(fmt.Sprintf("%s/n=%d/%s/%d", p.Name, n, f.Name, seed), func(t *testing.T) {
						schedule, err := fault.Named(f.Name, n, length)
						if err != nil {
							t.Fatal(err)
						}
						schedule.Duplicates = anyDuplicate(10_000)
						answeredOnce(t, p, n, seed, schedule, length)
					})
				}
			}
		}
	}
}

// anyDuplicate delivers messages of every link twice with that probability, all the time.
func anyDuplicate(perMillion uint32) []fault.Duplicate {
	return []fault.Duplicate{{LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: perMillion}}
}

// The power fails twice, for everyone at once, with a partition in between and a replica that misses most
// of it: whatever was lost in memory, clients bring it again.
func TestPowerFailures(t *testing.T) {
	const length = 30 * time.Second
	for _, p := range protocols() {
		for _, n := range []int{4, 7} {
			for seed := uint64(1); seed <= 4; seed++ {
				t.Run(fmt.Sprintf("%s/n=%d/%d", p.Name, n, seed), func(t *testing.T) {
					draws := sim.NewStream(seed, "test/power")
					s := fault.Schedule{
						Duplicates: anyDuplicate(10_000),
						Partitions: []fault.Partition{{From: 12 * time.Second, To: 15 * time.Second, Groups: [][]consensus.NodeID{{0, 1}, {2, 3}}}},
						Loss:       []fault.Loss{{To: length, LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: 20_000}},
						Crashes:    []fault.Crash{{Node: consensus.NodeID(n - 1), From: 2 * time.Second, To: 28 * time.Second}},
					}
					for _, at := range []time.Duration{5 * time.Second, 20 * time.Second} {
						at += draws.Exp(time.Second)
						for i := range n { // within a millisecond, and back within three seconds
							s.Crashes = append(s.Crashes, fault.Crash{
								Node: consensus.NodeID(i), From: at + draws.Uniform(0, time.Millisecond),
								To: at + time.Second + draws.Uniform(0, 2*time.Second),
							})
						}
					}
					answeredOnce(t, p, n, seed, s, length)
				})
			}
		}
	}
}

func answeredOnce(t *testing.T, p consensus.Protocol, n int, seed uint64, s fault.Schedule, length time.Duration) {
	t.Helper()
	cfg := base(t, p, n, 0).with(city(t, p, n, seed))
	cfg.Faults = s
	b := start(t, cfg)
	draws := sim.NewStream(seed, "test/load")
	for at := time.Duration(0); at < length; at += draws.Exp(20 * time.Millisecond) {
		site := consensus.SiteID(draws.Below(uint64(n)))
		b.submitAt(at, site, consensus.NodeID(site), false)
	}
	b.run(length + 60*time.Second)
	open := 0
	for i, o := range b.outcomes {
		if o.Status != consensus.Answered {
			open++
			if open < 4 {
				t.Errorf("command %d of %v at site %d ended as %d: %s (height %d, proposed %v)",
					i+1, b.sentAt[i], b.sites[i], o.Status, o.Reason, o.Height, o.Proposed)
			}
			continue
		}
		stages := []time.Duration{b.sentAt[i], o.Received, o.Proposed, o.Ordered, o.Executed, o.Done}
		for k := 1; k < len(stages); k++ {
			if stages[k] < stages[k-1] {
				t.Errorf("command %d goes back in time: %v", i+1, stages)
				break
			}
		}
	}
	if open > 0 {
		t.Errorf("%d of %d commands have no answer", open, len(b.outcomes))
	}
}
