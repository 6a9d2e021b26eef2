package hashiraft_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/workloads"
)

// tally is a program that counts operations and hashes their order.
type tally struct {
	count uint64
	root  [32]byte
}

func newTally() workloads.App { return &tally{} }

func (a *tally) Apply(op []byte) []byte {
	a.count++
	a.root = sha256.Sum256(append(a.root[:], op...))
	return binary.BigEndian.AppendUint64([]byte{workloads.AnswerOK}, a.count)
}

func (a *tally) Query([]byte) []byte {
	return binary.BigEndian.AppendUint64([]byte{workloads.AnswerOK}, a.count)
}

func (a *tally) Digest() [32]byte { return a.root }
func (a *tally) Check() error     { return nil }

// checker is a tap that holds every replica against the others.
type checker struct {
	n         int
	blocks    []*consensus.Block // by height-1, as first committed
	states    []consensus.Digest
	committed []uint64 // by node
	executed  []uint64
	seen      map[consensus.CommandID]uint64 // height
	submitted map[consensus.CommandID]bool
	counts    map[consensus.EventKind]int
	last      time.Duration
	errs      []error
}

func newChecker(n int) *checker {
	return &checker{
		n: n, committed: make([]uint64, n), executed: make([]uint64, n),
		seen: map[consensus.CommandID]uint64{}, submitted: map[consensus.CommandID]bool{},
		counts: map[consensus.EventKind]int{},
	}
}

func (k *checker) failf(format string, args ...any) {
	k.errs = append(k.errs, fmt.Errorf(format, args...))
}

func (k *checker) Observe(e consensus.Event) {
	k.counts[e.Kind]++
	if e.At < k.last {
		k.failf("event %d at %v after %v", e.Kind, e.At, k.last)
	}
	k.last = e.At
	switch e.Kind {
	case consensus.EventSubmitted:
		k.submitted[e.Command] = true
	case consensus.EventCommitted:
		k.commit(e)
	case consensus.EventExecuted:
		h := e.Block.Height
		if h != k.executed[e.Node]+1 {
			k.failf("replica %d executed %d after %d", e.Node, h, k.executed[e.Node])
		}
		k.executed[e.Node] = h
		if h == uint64(len(k.states))+1 {
			k.states = append(k.states, e.State)
		} else if k.states[h-1] != e.State {
			k.failf("state roots differ at height %d", h)
		}
	}
}

func (k *checker) commit(e consensus.Event) {
	b := e.Block
	if b.Height != k.committed[e.Node]+1 {
		k.failf("replica %d committed %d after %d", e.Node, b.Height, k.committed[e.Node])
	}
	k.committed[e.Node] = b.Height
	if b.Height <= uint64(len(k.blocks)) {
		if k.blocks[b.Height-1].ID != b.ID {
			k.failf("two blocks at height %d", b.Height)
		}
		return
	}
	k.blocks = append(k.blocks, b)
	for _, cmd := range b.Payload.Commands {
		if at, twice := k.seen[cmd.ID]; twice {
			k.failf("command %d at heights %d and %d", cmd.ID, at, b.Height)
		}
		if !k.submitted[cmd.ID] {
			k.failf("command %d was never submitted", cmd.ID)
		}
		k.seen[cmd.ID] = b.Height
	}
}

// load submits commands at a fixed rate and keeps their outcomes.
type load struct {
	rt       *hashiraft.Cluster
	outcomes map[consensus.CommandID]consensus.Outcome
	sentAt   map[consensus.CommandID]time.Duration
	calls    map[consensus.CommandID]int
	next     consensus.CommandID
	entries  int
}

func newLoad(rt *hashiraft.Cluster, entries int) *load {
	return &load{
		rt: rt, entries: entries, outcomes: map[consensus.CommandID]consensus.Outcome{},
		sentAt: map[consensus.CommandID]time.Duration{}, calls: map[consensus.CommandID]int{},
	}
}

func (l *load) every(gap, from, to time.Duration) {
	for t := from; t < to; t += gap {
		l.rt.At(t, func() { l.submit(false) })
	}
}

func (l *load) submit(read bool) {
	l.next++
	id := l.next
	entry := consensus.NodeID(int(id) % l.entries)
	l.sentAt[id] = l.rt.Now()
	l.rt.Submit(entry, &consensus.Command{ID: id, Site: consensus.SiteID(entry), Read: read, Op: fmt.Appendf(nil, "op-%d", id)},
		func(o consensus.Outcome) {
			l.outcomes[id] = o
			l.calls[id]++
		})
}

func (l *load) count(s consensus.Status) (n int) {
	for _, o := range l.outcomes {
		if o.Status == s {
			n++
		}
	}
	return n
}

// check verifies what must hold after every run.
func (l *load) check(t *testing.T, k *checker) {
	t.Helper()
	for i, err := range k.errs {
		if i == 10 {
			break
		}
		t.Error(err)
	}
	if len(l.calls) != int(l.next) {
		t.Errorf("%d commands, %d outcomes", l.next, len(l.calls))
	}
	for id, calls := range l.calls {
		if calls != 1 {
			t.Errorf("done of command %d was called %d times", id, calls)
		}
	}
	for id, o := range l.outcomes {
		if o.Status != consensus.Answered || o.Height == 0 {
			continue
		}
		if k.seen[id] != o.Height {
			t.Errorf("command %d was answered for height %d, committed at %d", id, o.Height, k.seen[id])
		}
		if !(l.sentAt[id] <= o.Received && o.Received <= o.Queued && o.Queued <= o.Proposed &&
			o.Proposed <= o.Ordered && o.Ordered <= o.Executed && o.Executed <= o.Done) {
			t.Errorf("stages of command %d are out of order: sent %v, %+v", id, l.sentAt[id], o)
		}
	}
	if t.Failed() {
		t.Logf("events: %v", k.counts)
	}
}

func config(mode hashiraft.Mode, n int) (hashiraft.Config, *checker) {
	k := newChecker(n)
	return hashiraft.Config{
		Replicas: n,
		Mode:     mode,
		Delay:    func(consensus.NodeID, consensus.NodeID) time.Duration { return 5 * time.Millisecond },
		Fsync:    2 * time.Millisecond,
		Limits:   mempool.Limits{MaxTxs: 100, MaxBytes: 1 << 20, MaxWait: 10 * time.Millisecond, Capacity: 10000},
		App:      newTally,
		Tap:      k,
	}, k
}

func mustNew(t testing.TB, cfg hashiraft.Config) *hashiraft.Cluster {
	t.Helper()
	c, err := hashiraft.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAgreementInBubble(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 5)
	c := mustNew(t, cfg)
	l := newLoad(c, 5)
	l.every(time.Millisecond, 0, 5*time.Second)
	if err := c.Run(context.Background(), 6*time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	if got := l.count(consensus.Answered); got != 5000 {
		t.Errorf("%d of 5000 commands answered", got)
	}
	for i, h := range k.executed {
		if h != uint64(len(k.blocks)) {
			t.Errorf("replica %d executed %d of %d blocks", i, h, len(k.blocks))
		}
	}
}

func TestCancellation(t *testing.T) {
	for _, mode := range []hashiraft.Mode{hashiraft.Bubble, hashiraft.Wall} {
		cfg, k := config(mode, 3)
		cfg.Dir = t.TempDir()
		c := mustNew(t, cfg)
		l := newLoad(c, 3)
		l.every(time.Millisecond, 0, time.Second)
		ctx, cancel := context.WithCancel(context.Background())
		c.At(200*time.Millisecond, cancel)
		if err := c.Run(ctx, time.Hour); !errors.Is(err, context.Canceled) {
			t.Fatalf("mode %d: got %v", mode, err)
		}
		l.check(t, k)
		if l.count(consensus.Unfinished) == 0 || l.count(consensus.Answered) == 0 {
			t.Errorf("mode %d: %d answered, %d unfinished", mode, l.count(consensus.Answered), l.count(consensus.Unfinished))
		}
	}
}

// End ends a run that has nothing left to do, without an error and with every answer.
func TestEnd(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 3)
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(time.Millisecond, 0, time.Second)
	c.At(2*time.Second, c.End)
	if err := c.Run(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	if c.Now() != 2*time.Second || l.count(consensus.Unfinished) > 0 {
		t.Errorf("it ended at %v with %d commands unfinished", c.Now(), l.count(consensus.Unfinished))
	}
}

// A bubble's results are samples: two runs of one configuration need not be equal, but commands are
// all answered and the medians are close.
func TestBubbleIsASample(t *testing.T) {
	medians := make([]time.Duration, 2)
	for i := range medians {
		cfg, k := config(hashiraft.Bubble, 3)
		c := mustNew(t, cfg)
		l := newLoad(c, 3)
		l.every(3*time.Millisecond, 0, 3*time.Second)
		if err := c.Run(context.Background(), 4*time.Second); err != nil {
			t.Fatal(err)
		}
		l.check(t, k)
		var all []time.Duration
		for id, o := range l.outcomes {
			all = append(all, o.Done-l.sentAt[id])
		}
		slices.Sort(all)
		medians[i] = all[len(all)/2]
	}
	if a, b := medians[0], medians[1]; 100*a > 105*b || 100*b > 105*a {
		t.Errorf("medians %v and %v", a, b)
	}
}

// What a run on the wall clock started has ended when Run returns, in so far as it is this package's;
// the library's own stragglers follow at once.
func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	cfg, k := config(hashiraft.Wall, 3)
	cfg.Dir = t.TempDir()
	c := mustNew(t, cfg)
	l := newLoad(c, 3)
	l.every(5*time.Millisecond, 0, 100*time.Millisecond)
	c.At(50*time.Millisecond, func() { c.Crash(1) })
	if err := c.Run(context.Background(), 150*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	for range 500 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	buf := make([]byte, 1<<20)
	t.Errorf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
}

func TestUsageCounts(t *testing.T) {
	cfg, k := config(hashiraft.Bubble, 3)
	cfg.ExecuteCost, cfg.VerifyCost, cfg.BandwidthBitPerSec = 10*time.Microsecond, 20*time.Microsecond, 1_000_000_000
	c := mustNew(t, cfg)
	l := newLoad(c, 1)
	l.every(10*time.Millisecond, 0, time.Second)
	if err := c.Run(context.Background(), 2*time.Second); err != nil {
		t.Fatal(err)
	}
	l.check(t, k)
	if l.count(consensus.Answered) != 100 {
		t.Errorf("%d of 100 answered", l.count(consensus.Answered))
	}
	for i, u := range c.Usage() {
		cpu := 100 * cfg.ExecuteCost
		if i == 0 {
			cpu += 100 * cfg.VerifyCost // the load enters at the leader
		}
		if u.CPUBusy != cpu {
			t.Errorf("replica %d: CPU busy for %v, want %v", i, u.CPUBusy, cpu)
		}
		if u.Fsyncs == 0 || u.DiskBusy != time.Duration(u.Fsyncs)*cfg.Fsync {
			t.Errorf("replica %d: %d syncs took %v", i, u.Fsyncs, u.DiskBusy)
		}
		if u.BytesSent == 0 || u.Messages == 0 || u.LinkBusy == 0 {
			t.Errorf("replica %d: %+v", i, u)
		}
	}
}
