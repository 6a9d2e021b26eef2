package cluster_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hotstuff"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads"
)

// group is a group on reference machines in one rack.
func group(b *testing.B, p consensus.Protocol, n int, limits mempool.Limits, params map[string]string) *cluster.Cluster {
	b.Helper()
	rack, err := network.Lookup("rack")
	if err != nil {
		b.Fatal(err)
	}
	ref, err := resource.LookupProfile("reference")
	if err != nil {
		b.Fatal(err)
	}
	cfg := cluster.Config{
		Protocol: p, Values: values(b, p, params), Replicas: n, Topology: rack, Profile: ref,
		Placement: make([]consensus.SiteID, n), Limits: limits, SigBytes: 64, Retry: 10 * time.Second,
		Seed: 1, App: func() workloads.App { return &tape{} },
	}
	c, err := cluster.New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// busy is a group under a steady load at replica 0.
func busy(b *testing.B, p consensus.Protocol, n, rate int, limits mempool.Limits, params map[string]string) *cluster.Cluster {
	c := group(b, p, n, limits, params)
	offer(c, rate, 1, func(consensus.Outcome) {})
	return c
}

// offer submits a command of 200 bytes every 1/rate seconds, for ever, to so many replicas in turn.
func offer(c *cluster.Cluster, rate, entries int, answered func(consensus.Outcome)) {
	gap := time.Second / time.Duration(rate)
	op := make([]byte, 200)
	next := consensus.CommandID(0)
	var pump func()
	pump = func() {
		next++
		c.Submit(consensus.NodeID(int(next)%entries), &consensus.Command{ID: next, Op: op}, answered)
		c.At(c.Now()+gap, pump)
	}
	c.At(0, pump)
}

func messages(c *cluster.Cluster) (sum uint64) {
	for _, u := range c.Usage() {
		sum += u.Messages
	}
	return sum
}

// Messages of PBFT through network, CPU and disk models: msgs/s of wall-clock time, and of CPU time
// for machines that do other things as well.
func BenchmarkMessages(b *testing.B) {
	for _, n := range []int{4, 64} {
		b.Run(fmt.Sprintf("pbft/n=%d", n), func(b *testing.B) {
			// One transaction a block: as many messages a transaction as the protocol has.
			limits := mempool.Limits{MaxTxs: 1, MaxBytes: 1 << 20, Capacity: 1 << 20}
			total, began := uint64(0), cpuTime()
			for b.Loop() {
				c := busy(b, pbft.Protocol(), n, 8000/n, limits, nil)
				if err := c.Run(context.Background(), time.Duration(40/n+1)*time.Second); err != nil {
					b.Fatal(err)
				}
				total += messages(c)
			}
			b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "msgs/s")
			b.ReportMetric(float64(total)/(cpuTime()-began).Seconds(), "msgs/cpu-s")
		})
	}
}

// cpuTime is what this process has used of all cores, the garbage collector included.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// A four-replica PBFT group at 2,000 tx/s for 60 virtual seconds.
func BenchmarkPBFTMinute(b *testing.B) {
	limits := mempool.Limits{MaxTxs: 500, MaxBytes: 1 << 20, MaxWait: 50 * time.Millisecond, Capacity: 1 << 20}
	for b.Loop() {
		c := busy(b, pbft.Protocol(), 4, 2000, limits, nil)
		if err := c.Run(context.Background(), time.Minute); err != nil {
			b.Fatal(err)
		}
	}
}

// One consensus of PBFT at n = 128: the CPU time of all replicas together.
func BenchmarkPBFTConsensus128(b *testing.B) {
	limits := mempool.Limits{MaxTxs: 1, MaxBytes: 1 << 20, Capacity: 1 << 20}
	heights := uint64(0)
	for b.Loop() {
		c := busy(b, pbft.Protocol(), 128, 20, limits, nil)
		if err := c.Run(context.Background(), time.Second); err != nil {
			b.Fatal(err)
		}
		heights += c.Height()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(heights), "ms/consensus")
}

// One decision of chained HotStuff at n = 256: the CPU time of all replicas together.
func BenchmarkHotStuffDecision256(b *testing.B) {
	limits := mempool.Limits{MaxTxs: 1, MaxBytes: 1 << 20, Capacity: 1 << 20}
	heights := uint64(0)
	for b.Loop() {
		c := busy(b, hotstuff.Protocol(), 256, 200, limits, map[string]string{"leader": "stable"})
		if err := c.Run(context.Background(), 2*time.Second); err != nil {
			b.Fatal(err)
		}
		heights += c.Height()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(heights), "ms/decision")
}

// A hundred replicas of HotStuff commit 1,000 blocks of 500 transactions.
func BenchmarkHotStuff100x1000(b *testing.B) {
	limits := mempool.Limits{MaxTxs: 500, MaxBytes: 1 << 20, MaxWait: time.Hour, Capacity: 1 << 20}
	for _, leader := range []string{"stable", "rotating"} {
		b.Run(leader, func(b *testing.B) {
			for b.Loop() {
				c := group(b, hotstuff.Protocol(), 100, limits, map[string]string{"leader": leader})
				answered := 0
				offer(c, 10000, 100, func(consensus.Outcome) { answered++ })
				if err := c.Run(context.Background(), 52*time.Second); err != nil {
					b.Fatal(err)
				}
				if answered < 500_000 {
					b.Fatalf("%d of 500000 transactions in height %d", answered, c.Height())
				}
			}
		})
	}
}
