package cluster_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/consensus/raft"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/workloads"
)

// crowd is a number of clients at site 0 who each have one command under way at replica 0, always.
type crowd struct {
	*cluster.Cluster
	next     consensus.CommandID
	op       []byte
	answered uint64
	waited   time.Duration // sum over answers
	limit    consensus.CommandID
}

func newCrowd(t *testing.T, cfg tweaked, clients, opBytes int) *crowd {
	t.Helper()
	cfg.App = func() workloads.App { return &tape{} }
	c, err := cluster.New(cfg.Config)
	if err != nil {
		t.Fatal(err)
	}
	w := &crowd{Cluster: c, op: make([]byte, opBytes), limit: 1 << 40}
	c.At(0, func() {
		for range clients {
			w.submit(t)
		}
	})
	return w
}

func (w *crowd) submit(t *testing.T) {
	if w.next == w.limit {
		return
	}
	w.next++
	sent := w.Now()
	w.Submit(0, &consensus.Command{ID: w.next, Op: w.op}, func(o consensus.Outcome) {
		if o.Status == consensus.Answered {
			w.answered++
			w.waited += o.Done - sent
			w.submit(t)
		}
	})
}

// rate runs the crowd for five seconds and measures the answers a second after the first.
func (w *crowd) rate(t *testing.T) float64 {
	t.Helper()
	before := uint64(0)
	w.At(time.Second, func() { before = w.answered })
	if err := w.Run(context.Background(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	return float64(w.answered-before) / 4
}

func withinPercent(t *testing.T, what string, got, want float64) {
	t.Helper()
	t.Logf("%s: %.1f tx/s, the bottleneck allows %.1f (%+.2f %%)", what, got, want, 100*(got/want-1))
	if got < 0.99*want || got > 1.01*want {
		t.Errorf("%s is %.2f %% off", what, 100*(got/want-1))
	}
}

// A group that never lacks work runs at the rate of its bottleneck.
func TestSaturatedProcessor(t *testing.T) {
	for _, cores := range []int{1, 2, 4} {
		for _, n := range []int{4, 7} {
			w := exactWorld()
			cfg := base(t, pbft.Protocol(), n, 100*us).with(w.apply, fsync(0), func(c *tweaked) {
				c.Profile.Cores, c.Topology.BandwidthBitPerSec = cores, 0
				c.Values = values(t, pbft.Protocol(), map[string]string{"pipeline": "16"})
			})
			got := newCrowd(t, cfg, 400, 2).rate(t)
			// Its own commit is late, behind all that the processor has to do, and counts for nothing: it
			// checks 2f+1 others.
			want := float64(cores) * float64(time.Second) / float64(w.pbftPrimary(n, 2*(n-1)/3+1))
			withinPercent(t, fmt.Sprintf("pbft, %d cores a replica, n = %d", cores, n), got, want)
		}
	}
}

// pbftPrimary is the work of the primary for a block of one command that it took in itself: the command,
// its proposal, 2f prepares checked out of n-1, its commit, so many commits checked out of n-1, the
// execution and the answer.
func (w world) pbftPrimary(n, commits int) time.Duration {
	f := time.Duration(n-1) / 3
	votes := 2*time.Duration(n-1)*w.handle + (2*f+time.Duration(commits))*w.verify
	return w.handle + w.check + w.sign + votes + w.sign + w.execute + w.sign
}

// pbftBackup is the work of a backup for it: the proposal and its command, its prepare, 2f-1 prepares
// checked out of n-2, its commit, 2f commits checked out of n-1, the execution and the answer.
func (w world) pbftBackup(n int, block *consensus.Block) time.Duration {
	f := time.Duration(n-1) / 3
	proposal := w.handle + w.verify + time.Duration(block.WireSize())*w.hash + w.check
	votes := time.Duration(2*n-3)*w.handle + (4*f-1)*w.verify
	return proposal + w.sign + votes + w.sign + w.execute + w.sign
}

// Work that is spread over the cores after work that is not leaves no core idle while there is more.
func TestSaturatedCores(t *testing.T) {
	const steps = 10_000
	done, last := 0, time.Duration(0)
	p := toys(1, func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case self == 1 && in.Kind == consensus.Receive:
			last = now
		case self == 1 && done < steps: // an input each 100 us
			done++
			fx.Send(0, note{"input", 1})
			fx.SetTimer(0, 100*us)
		case in.Kind == consensus.Receive:
			fx.Work(consensus.OpSign, 1)
			fx.Work(consensus.OpCheckPayload, 8)
			fx.Send(1, note{"done", 1})
		}
	})
	simulate(t, base(t, p, 2, 0).with(costs(4, map[consensus.Op]time.Duration{
		consensus.OpSign: 50 * us, consensus.OpCheckPayload: 50 * us,
	})), 5*time.Second)
	withinPercent(t, "steps of 450 us on four cores", steps/last.Seconds(), 4/450e-6)
}

func TestSaturatedLink(t *testing.T) {
	const bytes, mbit = 20_000, 100_000_000
	for _, n := range []int{3, 5} {
		cfg := base(t, raft.Protocol(), n, 100*us)
		cfg.Topology.BandwidthBitPerSec = mbit
		cfg.Values = values(t, raft.Protocol(), map[string]string{"max_inflight": "8"})
		got := newCrowd(t, cfg, 40, bytes).rate(t)
		entry := consensus.NewPayload([]*consensus.Command{{ID: 1, Op: make([]byte, bytes)}})
		block := consensus.NewBlock(1, 1, 0, consensus.Digest{}, entry)
		onWire := float64(block.WireSize()) * (1 + 90./1448) // Ethernet, IP and TCP around each full segment
		withinPercent(t, fmt.Sprintf("raft over 100 Mbit/s, n = %d", n), got, mbit/8/(onWire*float64(n-1)))
	}
}

func TestSaturatedDisk(t *testing.T) {
	for _, p := range []struct {
		inflight string
		want     float64
	}{
		{"1", 1000 / 1.2}, // an entry at a time: there, fsync, back
		{"16", 16 * 1000 / 1.2},
	} {
		cfg := base(t, raft.Protocol(), 3, 100*us).with(fsync(time.Millisecond), func(c *tweaked) {
			c.Values = values(t, raft.Protocol(), map[string]string{"max_inflight": p.inflight})
		})
		withinPercent(t, "raft on a disk of 1 ms, "+p.inflight+" in flight", newCrowd(t, cfg, 100, 2).rate(t), p.want)
	}
}

// The laws that hold for any system (Lazowska et al., Quantitative System Performance, 1984, chapter 3):
// the busy time of a processor is the number of commands times the work for each, to the nanosecond; and
// the clients in the system are their throughput times their waiting.
func TestOperationalLaws(t *testing.T) {
	const n, clients, commands = 4, 20, 3000
	w := exactWorld()
	cfg := base(t, pbft.Protocol(), n, 100*us).with(w.apply, func(c *tweaked) {
		c.Values = values(t, pbft.Protocol(), map[string]string{
			"checkpoint_interval": "4096", "window": "4096", "status_interval": "1h",
		})
	})
	crowd := newCrowd(t, cfg, clients, 2)
	crowd.limit = commands
	var last time.Duration
	var watch func()
	watch = func() {
		if last = crowd.Now(); crowd.answered+clients < commands {
			crowd.At(last+10*us, watch)
		}
	}
	crowd.At(0, watch)
	if err := crowd.Run(context.Background(), time.Minute); err != nil {
		t.Fatal(err)
	}
	if crowd.answered != commands {
		t.Fatalf("%d of %d answered", crowd.answered, commands)
	}
	// Little: until the last command was submitted there were always all clients in the system.
	if in := float64(crowd.waited) / float64(last); in < 0.99*clients || in > 1.01*clients {
		t.Errorf("%.2f clients in the system, want %d", in, clients)
	}
	block := blockOf(command)
	for r, u := range crowd.Usage() {
		work, sent := w.pbftPrimary(n, 2*(n-1)/3), 2*(n-1) // proposal and commit
		if r > 0 {
			work = w.pbftBackup(n, block)
		}
		if u.CPUBusy != commands*work {
			t.Errorf("replica %d was busy for %v, want %v", r, u.CPUBusy, commands*work)
		}
		if u.Messages != uint64(commands*sent) { // a backup: prepare and commit
			t.Errorf("replica %d sent %d messages, want %d", r, u.Messages, commands*sent)
		}
	}
}
