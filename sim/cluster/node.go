package cluster

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/resource"
)

// node is one replica and the resources it stands on. It is the consensus.Host of its machine.
type node struct {
	c    *Cluster
	id   consensus.NodeID
	site consensus.SiteID
	auth consensus.Authenticator

	machine  consensus.Machine
	up       bool
	epoch    uint32 // number of crashes: what was under way before one is void after it
	fx       consensus.Effects
	frontier time.Duration // when the effects of the newest step take place
	flushes  int           // evFlush events that are due, those of earlier lives included

	cpu      *resource.CPU
	disk     *resource.Disk
	link     *resource.Link
	wal      wal
	timers   [consensus.TimersMax]timer
	pool     *mempool.Pool
	route    consensus.NodeID
	inbox    []incoming // commands from other replicas, being checked; inbox[taken:] are not in the pool yet
	taken    int
	watching bool          // an evTaken is due
	hungry   bool          // a Pull was refused
	readyAt  time.Duration // when the next evReady is due; never: none
	retrying bool          // an evRetry is due

	applied  uint64        // newest height committed here
	executed time.Duration // when the newest block's execution is done
	forked   *fork         // nil while this replica is in the common order

	messages uint64
	sent     uint64
	before   consensus.Usage // CPU and disk in earlier lives
	about    []Heights       // blocks of the step under way, while somebody listens
}

// never is a time that no event has.
const never time.Duration = -1

// timer is one of a machine's timers. An event that comes too early is pushed again, so restarting a
// timer costs no event.
type timer struct {
	armed      bool
	generation uint32
	deadline   time.Duration
	eventAt    time.Duration // of the live event; never: none
}

func (n *node) init(c *Cluster, id consensus.NodeID, auth consensus.Authenticator) {
	*n = node{
		c: c, id: id, site: c.cfg.Placement[id], auth: auth,
		link: resource.NewLink(c.cfg.Topology.BandwidthBitPerSec),
	}
	n.powerOn()
}

// powerOn gives the node an idle processor and disk.
func (n *node) powerOn() {
	p := &n.c.cfg.Profile
	n.cpu = resource.NewCPU(p.Cores)
	n.disk = resource.NewDisk(p.Fsync, p.DiskBytesPerSec)
}

// boot makes a fresh machine; the caller gives it its Start.
func (n *node) boot() error {
	stream := sim.NewStream(n.c.cfg.Seed, fmt.Sprintf("replica/%d/%d", n.id, n.epoch))
	m, err := n.c.cfg.Protocol.New(consensus.Config{
		Self: n.id, N: n.c.cfg.Replicas, Auth: n.auth, Rand: stream,
	}, n.c.cfg.Values)
	if err != nil {
		return fmt.Errorf("cluster: replica %d: %w", n.id, err)
	}
	n.machine, n.up = m, true
	n.fx.Host = n
	n.route = consensus.Nobody
	n.pool = mempool.New(n.c.cfg.Limits, n.isCommitted)
	n.readyAt = never
	for i := range n.timers {
		n.timers[i].armed, n.timers[i].eventAt = false, never
		n.timers[i].generation++
	}
	return nil
}

// step gives the machine one input and charges what it asks for.
func (n *node) step(in consensus.Input) {
	c := n.c
	now := c.now
	if n.taken < len(n.inbox) {
		n.drain()
	}
	n.fx.Reset()
	n.machine.Step(now, in, &n.fx)
	worked := n.charge(in.Kind)
	if c.cfg.Spend != nil {
		n.spentOnStep(in, worked)
	}
	done := max(worked, n.frontier)
	n.frontier = done
	n.carryOut(done)
}

// charge bills the CPU for a step and returns when its work is done; its effects also wait for the step before. Operations that
// are spread over the cores follow the others of the step; they are booked from now on all the same,
// so that no core is kept idle for them.
func (n *node) charge(kind consensus.InputKind) time.Duration {
	c := n.c
	var serial time.Duration
	if kind == consensus.Receive {
		serial = c.unit[consensus.OpHandle]
	}
	spread := false
	for i := range n.fx.List {
		if e := &n.fx.List[i]; e.Kind == consensus.EffectWork {
			if count := n.workCount(e); count > 1 && e.Op != consensus.OpHash {
				spread = true
			} else if count > 0 {
				serial += c.cost(e.Op, count)
			}
		}
	}
	done := c.now
	if serial > 0 {
		done = n.cpu.Use(done, serial)
	}
	if !spread {
		return done
	}
	for i := range n.fx.List {
		e := &n.fx.List[i]
		if e.Kind != consensus.EffectWork || e.Op == consensus.OpHash {
			continue
		}
		if count := n.workCount(e); count > 1 {
			each := c.unit[e.Op]
			rounds := time.Duration((count + n.cpu.Cores() - 1) / n.cpu.Cores())
			done = max(done+rounds*each, n.cpu.UseParallel(c.now, count, each))
		}
	}
	return done
}

// cost is what n operations take on one core.
func (c *Cluster) cost(op consensus.Op, n int) time.Duration {
	if n == 1 {
		return c.unit[op]
	}
	return c.cfg.Profile.Cost(op, n)
}

// workCount is the number of operations to bill. Commands that were spread to everyone, and those that
// the proposer itself proposes, had their signatures checked when they came in.
func (n *node) workCount(e *consensus.Effect) int {
	if e.Op == consensus.OpCheckPayload && (n.route == consensus.Everyone || n.route == n.id) {
		return 0
	}
	return e.N
}

func (n *node) setTimer(id consensus.TimerID, at time.Duration) {
	t := &n.timers[id]
	t.armed, t.deadline = true, at
	if t.eventAt == never || t.eventAt > at {
		t.generation++
		t.eventAt = at
		n.c.push(at, evTimer, n.id, uint64(id)|uint64(t.generation)<<8)
	}
}

func (n *node) timeout(arg uint64) {
	id := consensus.TimerID(arg & 0xff)
	t := &n.timers[id]
	if uint32(arg>>8) != t.generation || !n.up {
		return
	}
	t.eventAt = never
	if !t.armed {
		return
	}
	if t.deadline > n.c.now {
		n.setTimer(id, t.deadline)
		return
	}
	t.armed = false
	n.step(consensus.Input{Kind: consensus.Timeout, Timer: id})
}
