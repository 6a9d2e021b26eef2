package hashiraft

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/resource"
)

// Cluster is a group of hashicorp/raft replicas. It implements consensus.Runtime and consensus.Meter.
//
// Its methods may be called before Run, and from callbacks while Run runs; not from other goroutines.
type Cluster struct {
	cfg     Config
	loop    loop
	origin  atomic.Int64 // start of the run's clock on the loop's, in ns
	net     *network
	shared  *sharedBlocks
	legs    map[consensus.SiteID]*sim.Stream // jitter of client sites
	nodes   []node
	logger  hclog.Logger
	running sync.WaitGroup // lives and the connections between them
	dir     string         // Wall: where the files are

	queued   []func() // calls from before the run
	started  bool     // the clock runs and the tap listens
	enough   bool     // End was called
	ending   bool
	over     bool          // no goroutine is left
	turns    uint64        // of the loop, for beat
	overAt   time.Duration // time of the end
	ran      bool
	err      error
	commands []*pending        // by CommandID; [0] is unused; nil when ended
	height   uint64            // highest that any replica ordered
	stints   uint64            // leaderships so far
	sequence uint64            // proposals so far
	tapped   time.Duration     // time of the newest event
	before   []consensus.Usage // what putting the first leader into office took
}

var (
	_ consensus.Runtime = (*Cluster)(nil)
	_ consensus.Meter   = (*Cluster)(nil)
)

// node is a replica's place in the group: what outlives its crashes, and the loop's view of it.
type node struct {
	id    consensus.NodeID
	cpu   cpu
	disk  diskMeter
	image *image // Bubble: the disk as the last life left it
	snaps memSnapshots

	life   *life // nil: down
	last   *life // the newest, running or not
	up     bool  // booted
	leader consensus.NodeID
	open   []*pending // commands it answers for, oldest first; ended ones are dropped late
	held   int        // those of them without an outcome
	retry  bool       // a look at open is scheduled

	stint    uint64 // of leadership; 0: follows
	pool     *mempool.Pool
	flight   map[uint64]struct{} // proposals of this stint that were not executed yet
	cutAt    time.Duration       // a look at the pool is scheduled; 0: none
	done     idSet               // executed in this life
	reported []report            // by height-1, over all lives
}

// report is what a replica said of a height.
type report struct {
	block consensus.Digest
	state consensus.Digest
}

// New checks the configuration. Nothing happens before Run.
func New(cfg Config) (*Cluster, error) {
	if err := cfg.fill(); err != nil {
		return nil, err
	}
	c := &Cluster{
		cfg: cfg, net: newNetwork(&cfg), shared: newSharedBlocks(), logger: cfg.logger(),
		nodes: make([]node, cfg.Replicas), legs: map[consensus.SiteID]*sim.Stream{}, commands: make([]*pending, 1),
	}
	for i := range c.nodes {
		n := &c.nodes[i]
		n.id, n.leader, n.image = consensus.NodeID(i), consensus.Nobody, newImage()
		n.cpu.model = resource.NewCPU(cfg.Cores)
	}
	c.net.now = c.Now
	c.watch()
	c.scheduleCrashes()
	return c, nil
}

// modelled is what a cost counts: nothing on the wall clock, where work takes its own time.
func (c *Cluster) modelled(cost time.Duration) time.Duration {
	if c.cfg.Mode == Wall {
		return 0
	}
	return cost
}

// leg is the time from a client's site to a replica, or back.
func (c *Cluster) leg(site consensus.SiteID, node consensus.NodeID) time.Duration {
	d := c.cfg.ClientDelay(site, node)
	if c.cfg.Jitter.IsNone() {
		return d
	}
	s := c.legs[site]
	if s == nil {
		s = sim.NewStream(c.cfg.Seed, fmt.Sprintf("client/%d", site))
		c.legs[site] = s
	}
	return d + c.cfg.Jitter.Sample(s)
}

// watch makes the network and the disks tell the tap.
func (c *Cluster) watch() {
	if c.cfg.Tap == nil {
		return
	}
	c.net.sent = func(from, to consensus.NodeID, size int) {
		at := c.Now()
		c.loop.post(func() {
			c.observe(consensus.Event{Kind: consensus.EventSent, At: at, Node: from, Peer: to, Bytes: size})
		})
	}
	for i := range c.nodes {
		n := &c.nodes[i]
		n.disk.synced = func(size int) {
			at := c.Now()
			c.loop.post(func() {
				c.observe(consensus.Event{Kind: consensus.EventPersisted, At: at, Node: n.id, Bytes: size})
			})
		}
	}
}

// Now implements consensus.Runtime. The clock starts when the first leader is in office.
func (c *Cluster) Now() time.Duration {
	switch {
	case c.loop.base.IsZero():
		return 0
	case c.over:
		return c.overAt
	}
	return c.loop.now() - time.Duration(c.origin.Load())
}

// At implements consensus.Runtime.
func (c *Cluster) At(t time.Duration, fn func()) {
	switch {
	case c.ending:
		return
	case !c.started:
		c.queued = append(c.queued, func() { c.At(t, fn) })
		return
	}
	c.loop.at(t+time.Duration(c.origin.Load()), fn)
}

// Run implements consensus.Runtime. When ctx ends, Run ends every open command, stops the replicas
// and returns the context's error; it also fails when no first leader can be found, when a disk fails
// or when a command is submitted out of order. In a bubble it must not be called from inside another
// bubble.
func (c *Cluster) Run(ctx context.Context, until time.Duration) error {
	if c.ran {
		return errors.New("hashiraft: Run may be called once")
	}
	c.ran = true
	if c.cfg.Mode == Wall {
		return c.runWall(ctx, until)
	}
	var err error
	synctest.Test(&testing.T{}, func(*testing.T) { err = c.run(ctx, until) })
	return err
}

// End ends the run as if its time were over. It may be called from the run's own callbacks only.
func (c *Cluster) End() { c.enough = true }

func (c *Cluster) runWall(ctx context.Context, until time.Duration) (err error) {
	c.dir, err = os.MkdirTemp(c.cfg.Dir, "hashiraft-")
	if err != nil {
		return fmt.Errorf("hashiraft: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.dir)) }()
	return c.run(ctx, until)
}

// run is a whole run on the calling goroutine, which becomes the loop's.
func (c *Cluster) run(ctx context.Context, until time.Duration) error {
	c.loop.open(c.cfg.Mode == Bubble)
	err := c.install(ctx)
	if err == nil && c.err == nil {
		c.zero()
		end := until + time.Duration(c.origin.Load())
		err = c.loop.run(ctx, end, func() bool {
			c.beat()
			return c.err != nil || c.enough
		})
	}
	c.end()
	return errors.Join(c.err, err)
}

// beat tells the time once in so many turns of the loop.
func (c *Cluster) beat() {
	const every = 16
	if c.turns++; c.cfg.Beat != nil && c.turns%every == 1 {
		c.cfg.Beat(c.Now())
	}
}

// The first leader gets into office within installMax election timeouts, but at least installFloor:
// on the wall clock a disk may be busy.
const (
	installMax   = 20
	installFloor = 15 * time.Second
)

// install starts the replicas and puts the first leader into office: it receives the message with
// which a leader hands over its office, and so calls an election at once.
func (c *Cluster) install(ctx context.Context) error {
	for i := range c.nodes {
		n := &c.nodes[i]
		n.life = c.newLife(n)
		n.last = n.life
		n.life.begin(nil)
	}
	limit := c.loop.now() + max(installMax*c.cfg.Engine.ElectionTimeout, installFloor)
	if err := c.loop.run(ctx, limit, func() bool { return c.err != nil || c.allUp() }); err != nil || c.err != nil {
		return err
	}
	c.nominate()
	c.tick(time.Millisecond)
	if err := c.loop.run(ctx, limit, func() bool { return c.err != nil || c.installed() }); err != nil {
		return err
	}
	if c.err == nil && !c.installed() {
		return fmt.Errorf("hashiraft: replica %d does not lead after %v", c.cfg.FirstLeader, limit)
	}
	return nil
}

// nominate makes the first leader call an election, and again when that came to nothing because
// another replica had the same idea.
func (c *Cluster) nominate() {
	first := &c.nodes[c.cfg.FirstLeader]
	if c.started || c.ending {
		return
	}
	if first.stint == 0 {
		select {
		case first.life.endpoint.inbox <- raft.RPC{
			Command:  &raft.TimeoutNowRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax}},
			RespChan: make(chan raft.RPCResponse, 1),
		}:
		default:
		}
	}
	c.loop.at(c.loop.now()+c.cfg.Engine.ElectionTimeout, c.nominate)
}

// tick keeps the loop turning until the run's clock starts.
func (c *Cluster) tick(every time.Duration) {
	c.loop.at(c.loop.now()+every, func() {
		if !c.started && !c.ending {
			c.tick(every)
		}
	})
}

func (c *Cluster) allUp() bool {
	for i := range c.nodes {
		if !c.nodes[i].up {
			return false
		}
	}
	return true
}

// installed reports whether everyone follows the first leader and its first entry is committed.
func (c *Cluster) installed() bool {
	for i := range c.nodes {
		if c.nodes[i].leader != c.cfg.FirstLeader {
			return false
		}
	}
	n := &c.nodes[c.cfg.FirstLeader]
	return n.stint != 0 && n.life.raft.CommitIndex() >= 2 && n.life.raft.CommitIndex() == n.life.raft.LastIndex()
}

// zero starts the run's clock and makes the calls that waited for it.
func (c *Cluster) zero() {
	c.origin.Store(int64(c.loop.now()))
	c.before = c.usage()
	c.started = true
	c.net.afflict(fault.NewInjector(&c.cfg.Faults, c.cfg.Seed))
	calls := c.queued
	c.queued = nil
	for _, fn := range calls {
		fn()
	}
}

// end ends what is open and stops every replica.
func (c *Cluster) end() {
	c.ending = true
	for id := 1; id < len(c.commands); id++ {
		if p := c.commands[id]; p != nil {
			c.finish(p, consensus.Unfinished, "the run ended first", nil)
		}
	}
	for _, fn := range c.queued { // a run that never started
		fn()
	}
	for i := range c.nodes {
		n := &c.nodes[i]
		c.net.attach(n.id, nil)
		if n.life != nil {
			close(n.life.dead)
			n.life = nil
		}
	}
	c.running.Wait()
	c.loop.drain()
	c.overAt = c.Now()
	c.over = true
}

// fail ends the run with the first error.
func (c *Cluster) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// observe tells the tap, in order of time.
func (c *Cluster) observe(e consensus.Event) {
	if c.cfg.Tap == nil || !c.started || c.ending && e.Kind != consensus.EventAnswered {
		return
	}
	c.tapped = max(c.tapped, e.At)
	e.At = c.tapped
	c.cfg.Tap.Observe(e)
}

// Usage implements consensus.Meter.
func (c *Cluster) Usage() []consensus.Usage {
	all := c.usage()
	for i, b := range c.before {
		u := &all[i]
		u.CPUBusy -= b.CPUBusy
		u.DiskBusy -= b.DiskBusy
		u.LinkBusy -= b.LinkBusy
		u.BytesSent -= b.BytesSent
		u.Messages -= b.Messages
		u.Fsyncs -= b.Fsyncs
	}
	return all
}

// usage counts from when the replicas were started.
func (c *Cluster) usage() []consensus.Usage {
	all := make([]consensus.Usage, len(c.nodes))
	for i := range all {
		n := &c.nodes[i]
		c.net.usage(n.id, &all[i])
		all[i].CPUBusy = n.cpu.busy()
		all[i].DiskBusy, all[i].Fsyncs = n.disk.read()
	}
	return all
}
