package hashiraft_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/workloads"
)

// fast shortens the engine's timeouts so that wall-clock tests are quick.
func fast() hashiraft.Engine {
	return hashiraft.Engine{
		HeartbeatTimeout:   100 * time.Millisecond,
		ElectionTimeout:    100 * time.Millisecond,
		LeaderLeaseTimeout: 80 * time.Millisecond,
		CommitTimeout:      10 * time.Millisecond,
		RPCTimeout:         200 * time.Millisecond,
	}
}

// runUntil runs until everything that was submitted by then has its outcome and every replica has
// executed every block, after the given time and within 20 s.
func runUntil(t *testing.T, c *hashiraft.Cluster, l *load, k *checker, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var look func()
	look = func() {
		settled := len(l.outcomes) == int(l.next)
		for _, h := range k.executed {
			settled = settled && h == uint64(len(k.blocks))
		}
		if settled {
			cancel()
		}
		c.At(c.Now()+10*time.Millisecond, look)
	}
	c.At(after, look)
	if err := c.Run(ctx, 20*time.Second); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	for i, h := range k.executed {
		if h != uint64(len(k.blocks)) || h == 0 {
			t.Errorf("replica %d executed %d of %d blocks", i, h, len(k.blocks))
		}
	}
}

// The leader stops under load and comes back. Nothing is executed twice, every command is answered,
// and the old leader catches up from its own disk.
func TestLeaderCrash(t *testing.T) {
	for _, mode := range []hashiraft.Mode{hashiraft.Bubble, hashiraft.Wall} {
		cfg, k := config(mode, 3)
		cfg.Delay = func(consensus.NodeID, consensus.NodeID) time.Duration { return time.Millisecond }
		cfg.Engine, cfg.Retry, cfg.Dir = fast(), 300*time.Millisecond, t.TempDir()
		c := mustNew(t, cfg)
		l := newLoad(c, 3)
		l.every(2*time.Millisecond, 0, time.Second)
		c.At(300*time.Millisecond, func() { c.Crash(0) })
		c.At(1200*time.Millisecond, func() { c.Restart(0) })
		l.every(10*time.Millisecond, 1300*time.Millisecond, 1500*time.Millisecond)
		runUntil(t, c, l, k, 1500*time.Millisecond)
		l.check(t, k)
		for id, o := range l.outcomes {
			if o.Status != consensus.Answered {
				t.Errorf("mode %d: command %d: %+v", mode, id, o)
			}
		}
		if k.counts[consensus.EventCrashed] != 1 || k.counts[consensus.EventRestarted] != 1 || k.counts[consensus.EventLed] < 2 {
			t.Errorf("mode %d: events %v", mode, k.counts)
		}
	}
}

// All replicas stop and come back: what was answered is still there.
func TestGroupRestartsFromBolt(t *testing.T) {
	cfg, k := config(hashiraft.Wall, 3)
	cfg.Delay, cfg.Engine, cfg.Retry, cfg.Dir = nil, fast(), 300*time.Millisecond, t.TempDir()
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(2*time.Millisecond, 0, 300*time.Millisecond)
	var before uint64
	c.At(500*time.Millisecond, func() {
		before = uint64(len(k.blocks))
		for i := range 3 {
			c.Crash(consensus.NodeID(i))
		}
		for i := range 3 {
			c.Restart(consensus.NodeID(i))
		}
	})
	l.every(10*time.Millisecond, 1300*time.Millisecond, 1500*time.Millisecond)
	runUntil(t, c, l, k, 1500*time.Millisecond)
	l.check(t, k)
	if got := l.count(consensus.Answered); got != 170 {
		t.Errorf("%d of 170 commands answered", got)
	}
	if before == 0 || uint64(len(k.blocks)) <= before {
		t.Errorf("%d blocks before the restart, %d after", before, len(k.blocks))
	}
	if left, err := os.ReadDir(cfg.Dir); err != nil || len(left) != 0 {
		t.Errorf("files left behind: %v, %v", left, err)
	}
}

// A leader that is cut off resigns; the majority goes on, and the minority's commands are answered
// after it heals, once.
func TestPartition(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 5)
	c := mustNew(t, cfg)
	l := newLoad(c, 5)
	l.every(5*time.Millisecond, 0, 12*time.Second)
	c.At(2*time.Second, func() { c.Partition([]consensus.NodeID{0, 1}, []consensus.NodeID{2, 3, 4}) })
	var split uint64
	c.At(8*time.Second, func() {
		split = uint64(len(k.blocks))
		c.Partition()
	})
	var at2 uint64
	c.At(2*time.Second, func() { at2 = uint64(len(k.blocks)) })
	if err := c.Run(context.Background(), 20*time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	if split < at2+100 {
		t.Errorf("%d blocks before the partition, %d at its end: the majority did not go on", at2, split)
	}
	if got := l.count(consensus.Answered); got != int(l.next) {
		t.Errorf("%d of %d commands answered", got, l.next)
	}
}

// A replica that was away longer than the log reaches back is brought up by a snapshot.
func TestSnapshotBringsLaggardUp(t *testing.T) {
	for _, mode := range []hashiraft.Mode{hashiraft.Bubble, hashiraft.Wall} {
		cfg, k := config(mode, 3)
		cfg.Delay, cfg.Engine, cfg.Dir = nil, fast(), t.TempDir()
		cfg.Limits.MaxWait = time.Millisecond
		var log bytes.Buffer // the engine's logger locks it
		cfg.Log = &log
		cfg.Engine.SnapshotInterval, cfg.Engine.SnapshotThreshold, cfg.Engine.TrailingLogs = 50*time.Millisecond, 20, 5
		c := mustNew(t, cfg)
		l := newLoad(c, 2)
		l.every(4*time.Millisecond, 0, 1200*time.Millisecond)
		var missed uint64
		c.At(200*time.Millisecond, func() { c.Crash(2) })
		c.At(1100*time.Millisecond, func() {
			missed = uint64(len(k.blocks)) - k.executed[2]
			c.Restart(2)
		})
		runUntil(t, c, l, k, 1300*time.Millisecond)
		l.check(t, k)
		if missed < 30 {
			t.Errorf("mode %d: only %d blocks were missed", mode, missed)
		}
		if !strings.Contains(log.String(), "Installed remote snapshot") {
			t.Errorf("mode %d: no snapshot was installed", mode)
		}
	}
}

// The checker of these tests must notice a replica that computes something else.
func TestPlantedDivergenceIsSeen(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 3)
	made := 0
	cfg.App = func() workloads.App {
		made++
		return &liar{tally: tally{}, from: 10, lies: made == 2}
	}
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(5*time.Millisecond, 0, time.Second)
	if err := c.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	if len(k.errs) == 0 {
		t.Error("a replica with another state root went unnoticed")
	}
}

// liar is a tally that goes wrong on one replica.
type liar struct {
	tally
	from uint64
	lies bool
}

func (a *liar) Apply(op []byte) []byte {
	if a.lies && a.count >= a.from {
		op = append([]byte("not "), op...)
	}
	return a.tally.Apply(op)
}

func TestFullPoolRefuses(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 3)
	cfg.Limits.Capacity, cfg.Limits.MaxTxs = 20, 5
	cfg.Engine.InFlightMax = 1
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(100*time.Microsecond, 0, 200*time.Millisecond)
	if err := c.Run(context.Background(), time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	refused, answered := l.count(consensus.Refused), l.count(consensus.Answered)
	if refused == 0 || answered == 0 || refused+answered != 2000 {
		t.Errorf("%d refused, %d answered of 2000", refused, answered)
	}
}

func TestReadsAreAnsweredByTheEntryReplica(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 3)
	cfg.ClientDelay = func(consensus.SiteID, consensus.NodeID) time.Duration { return 3 * time.Millisecond }
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(10*time.Millisecond, 0, 300*time.Millisecond)
	c.At(time.Second, func() { l.submit(true) })
	if err := c.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	o := l.outcomes[l.next]
	if o.Status != consensus.Answered || o.Done != time.Second+6*time.Millisecond || o.Height != 0 || len(o.Result) != 9 || o.Result[8] != 30 {
		t.Errorf("got %+v", o)
	}
}

// A schedule's faults strike: crashes, lost messages, slow links and disks; then everything recovers.
func TestFaultSchedule(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 5)
	cfg.Seed = 7
	cfg.Faults = fault.Schedule{
		Crashes:    []fault.Crash{{Node: 0, From: 2 * time.Second, To: 6 * time.Second}},
		Loss:       []fault.Loss{{From: time.Second, To: 8 * time.Second, LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: 2000}},
		Delays:     []fault.Delay{{From: time.Second, To: 8 * time.Second, LinkFrom: 1, LinkTo: consensus.Everyone, Extra: 20 * time.Millisecond}},
		SlowDisks:  []fault.SlowDisk{{Node: 2, From: time.Second, To: 8 * time.Second, Percent: 1000}},
		Partitions: []fault.Partition{{From: 6 * time.Second, To: 7 * time.Second, Groups: [][]consensus.NodeID{{0, 1, 2}, {3, 4}}}},
	}
	c := mustNew(t, cfg)
	l := newLoad(c, 5)
	l.every(5*time.Millisecond, 0, 10*time.Second)
	if err := c.Run(context.Background(), 25*time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	if got := l.count(consensus.Answered); got != int(l.next) {
		t.Errorf("%d of %d commands answered, %d refused, %d lost", got, l.next, l.count(consensus.Refused), l.count(consensus.Lost))
	}
	if k.counts[consensus.EventCrashed] != 1 || k.counts[consensus.EventRestarted] != 1 {
		t.Errorf("events %v", k.counts)
	}
}
