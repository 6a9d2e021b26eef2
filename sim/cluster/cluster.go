package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads"
)

// Config describes a group and the world it runs in.
type Config struct {
	Protocol  consensus.Protocol
	Values    consensus.Values // of the protocol's settings
	Replicas  int
	Placement []consensus.SiteID // site of each replica
	Topology  network.Topology
	Profile   resource.Profile // costs, with the signature scheme applied
	Faults    fault.Schedule
	Limits    mempool.Limits
	SigBytes  int           // a signature on the wire
	Retry     time.Duration // how long a client or entry replica waits before it sends a command again
	Seed      uint64
	App       func() workloads.App
	Tap       consensus.Tap // nil: nobody watches
	// Wire, when set, hears of every message; it must not touch the group.
	Wire func(Wired)
	// Spend, when set, hears of all CPU and disk time, queries apart; it must not touch the group.
	Spend func(Spent)
	// Beat, when set, is called every few thousand events, which takes about a millisecond of this machine's time. It
	// must not touch the group.
	Beat func(now time.Duration)
}

func (c *Config) validate() error {
	switch {
	case c.Replicas < 1:
		return fmt.Errorf("cluster: %d replicas, at least 1 is needed", c.Replicas)
	case len(c.Placement) != c.Replicas:
		return fmt.Errorf("cluster: %d places for %d replicas", len(c.Placement), c.Replicas)
	case c.Limits.MaxTxs < 1 || c.Limits.MaxBytes < 1 || c.Limits.Capacity < 1:
		return errors.New("cluster: block and pool limits must be at least 1")
	case c.Retry <= 0:
		return errors.New("cluster: the retry period must be positive")
	case c.App == nil:
		return errors.New("cluster: no program to replicate")
	}
	for i, s := range c.Placement {
		if s < 0 || int(s) >= len(c.Topology.Sites) {
			return fmt.Errorf("cluster: replica %d stands at site %d of %d", i, s, len(c.Topology.Sites))
		}
	}
	return c.Faults.Validate(c.Replicas)
}

// The kinds of kernel event. Arg is an index into the slab that belongs to the kind.
const (
	evArrive    uint16 = iota // the last bit of a message is at Node's link: slots
	evDeliver                 // a message waited for the link and is at Node: slots, tagged
	evTimer                   // one of Node's timers may be due: id | generation<<8
	evFlush                   // effects of a step of Node take place: buffers
	evReady                   // Node's block cutter may be able to answer
	evClient                  // a command from its client is at Node's link: CommandID
	evEntered                 // such a command waited for the link: CommandID, tagged
	evAdmit                   // Node checked a client's command: CommandID, tagged
	evForward                 // a command from another replica is at Node's link: CommandID, or again
	evForwarded               // such a command waited for the link: tagged
	evTaken                   // Node checked a forwarded command that its machine waits for: epoch
	evRetry                   // Node looks for commands that wait too long
	evExecuted                // Node executed a block: height, tagged
	evReply                   // Node's answers are at a client site: height | site<<48
	evOwed                    // clients may still wait for the answers of a block: height
	evAsked                   // Node ran a query: CommandID, tagged
	evQuery                   // a query's answer is at its client: queries
	evCall                    // a callback of the load driver: calls
	evCrash                   // Node stops
	evRestart                 // Node comes back
)

// Cluster is a group of replicas in virtual time. It implements consensus.Runtime and
// consensus.Meter.
type Cluster struct {
	cfg      Config
	queue    *sim.Queue
	now      time.Duration
	nodes    []node
	slots    slab[slot]
	buffers  slab[buffer]
	calls    slab[func()]
	queries  slab[queried]
	commands table
	chain    chain
	links    []pairState // from*n + to
	legs     []*sim.Stream
	faulty   bool // the schedule is not empty
	faults   *fault.Injector
	digest   sim.RunDigest
	unit     [consensus.OpCount]time.Duration // cost of one operation
	answers  int                              // matching answers a client needs
	open     int                              // commands without an outcome
	ran      bool
	over     bool // the run has ended
	err      error
}

var (
	_ consensus.Runtime = (*Cluster)(nil)
	_ consensus.Meter   = (*Cluster)(nil)
)

// New builds the group; nothing happens before Run.
func New(cfg Config) (*Cluster, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	n := cfg.Replicas
	c := &Cluster{
		cfg:     cfg,
		queue:   sim.NewQueue(),
		nodes:   make([]node, n),
		links:   make([]pairState, n*n),
		faulty:  !cfg.Faults.Empty(),
		answers: cfg.Protocol.Answers(n),
	}
	for op := range consensus.OpCount {
		c.unit[op] = cfg.Profile.Cost(op, 1)
	}
	c.faults = fault.NewInjector(&c.cfg.Faults, cfg.Seed)
	c.chain.app = cfg.App()
	c.chain.root = c.chain.app.Digest()
	for i := range n * n {
		c.links[i].stream = sim.NewStream(cfg.Seed, fmt.Sprintf("net/%d-%d", i/n, i%n))
	}
	for s := range cfg.Topology.Sites {
		c.legs = append(c.legs, sim.NewStream(cfg.Seed, fmt.Sprintf("client/%d", s)))
	}
	keys := consensus.NewModelKeys(n, cfg.SigBytes, cfg.Seed)
	for i := range c.nodes {
		c.nodes[i].init(c, consensus.NodeID(i), keys.For(consensus.NodeID(i)))
	}
	for i := range c.nodes {
		if err := c.nodes[i].boot(); err != nil {
			return nil, err
		}
	}
	c.scheduleFaults()
	return c, nil
}

// Now is the current virtual time.
func (c *Cluster) Now() time.Duration { return c.now }

// At calls fn at time t.
func (c *Cluster) At(t time.Duration, fn func()) {
	c.push(max(t, c.now), evCall, 0, c.calls.put(fn))
}

// Digest condenses the run: every event with its time and place, every message's sender and size, every
// commit, block, state and outcome, and what each replica's resources did. Equal digests mean equal runs.
func (c *Cluster) Digest() [32]byte {
	d := c.digest
	for _, u := range c.Usage() {
		d.Add2(uint64(u.CPUBusy), uint64(u.DiskBusy))
		d.Add4(uint64(u.LinkBusy), u.BytesSent, u.Messages, u.Fsyncs)
	}
	return d.Sum()
}

// StateRoot is the root of the replicated program's state after the newest executed block.
func (c *Cluster) StateRoot() consensus.Digest { return c.chain.root }

// App is the replicated program in the newest executed state, for its own checks.
func (c *Cluster) App() workloads.App { return c.chain.app }

// Height is the newest committed height at any replica.
func (c *Cluster) Height() uint64 { return c.chain.height() }

func (c *Cluster) push(at time.Duration, kind uint16, to consensus.NodeID, arg uint64) {
	c.queue.Push(sim.Event{At: at, Kind: kind, Node: int32(to), Arg: arg})
}

// Run executes events until the given time, until a machine breaks its contract or until ctx is done.
// Commands that are still open then end as Unfinished.
func (c *Cluster) Run(ctx context.Context, until time.Duration) error {
	if c.ran {
		return errors.New("cluster: a run can be made once only")
	}
	c.ran = true
	err := c.events(ctx, until)
	if err == nil {
		c.now = until
	}
	c.closeOpen()
	return err
}

// events begins with the Start of every machine and then lets one event after the other happen.
func (c *Cluster) events(ctx context.Context, until time.Duration) error {
	for i := range c.nodes {
		c.nodes[i].step(consensus.Input{Kind: consensus.Start})
	}
	for count := uint32(0); c.err == nil; count++ {
		if count&0xfff == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if c.cfg.Beat != nil {
				c.cfg.Beat(c.now)
			}
		}
		ev, ok := c.queue.Pop()
		if !ok || ev.At > until {
			break
		}
		c.now = ev.At
		c.digest.Add2(uint64(ev.At), uint64(ev.Kind)<<32|uint64(uint32(ev.Node)))
		c.handle(&ev)
	}
	return c.err
}

func (c *Cluster) handle(ev *sim.Event) {
	n := &c.nodes[ev.Node]
	switch ev.Kind {
	case evArrive:
		n.arrive(ev.Arg)
	case evDeliver:
		n.received(ev.Arg)
	case evTimer:
		n.timeout(ev.Arg)
	case evFlush:
		n.flush(ev.Arg)
	case evReady:
		n.ready()
	case evClient:
		c.enter(n, consensus.CommandID(ev.Arg))
	case evEntered:
		c.entered(n, ev.Arg)
	case evAdmit:
		c.admit(n, ev.Arg)
	case evForward:
		n.forwarded(ev.Arg)
	case evForwarded:
		if arg, epoch := untag(ev.Arg); epoch == n.epoch {
			n.inspect(arg)
		}
	case evTaken:
		n.wake(ev.Arg)
	case evRetry:
		n.retry(ev.Arg)
	case evExecuted:
		c.executed(n, ev.Arg)
	case evReply:
		c.replied(n, ev.Arg)
	case evOwed:
		c.remind(ev.Arg)
	case evAsked:
		c.asked(n, ev.Arg)
	case evQuery:
		c.finishQuery(ev.Arg)
	case evCall:
		fn := *c.calls.at(ev.Arg)
		c.calls.free(ev.Arg)
		fn()
	case evCrash:
		n.crash()
	case evRestart:
		n.restart()
	}
}

func (c *Cluster) observe(ev consensus.Event) {
	if c.cfg.Tap != nil {
		c.cfg.Tap.Observe(ev)
	}
}

// fail stops the run: a machine broke its contract.
func (c *Cluster) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("cluster: at %v: %w", c.now, fmt.Errorf(format, args...))
	}
}
