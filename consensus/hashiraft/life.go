package hashiraft

import (
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/resource"
)

// cpu is a node's processor, shared by the loop and the goroutines of the engine.
type cpu struct {
	mu     sync.Mutex
	model  *resource.CPU
	worked time.Duration // Wall: real time that cores were busy
}

// use takes service time and returns when it is over. What costs nothing does not wait either.
func (p *cpu) use(now, service time.Duration) time.Duration {
	if service <= 0 {
		return now
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.model.Use(now, service)
}

// work adds real time that a core was busy.
func (p *cpu) work(d time.Duration) {
	p.mu.Lock()
	p.worked += d
	p.mu.Unlock()
}

func (p *cpu) busy() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.model.Busy() + p.worked
}

// life is a replica from one start to its crash: an unmodified raft.Raft and what it stands on.
type life struct {
	node      *node
	c         *Cluster
	fsm       *fsm
	endpoint  *endpoint
	store     storage
	raft      *raft.Raft
	proposals chan []byte
	dead      chan struct{} // closed by the loop: the replica stops
	stopped   chan struct{} // closed when nothing of it runs any more
}

// newLife makes a replica that is not running yet; on the loop.
func (c *Cluster) newLife(n *node) *life {
	l := &life{
		node: n, c: c,
		proposals: make(chan []byte, 2*c.cfg.Engine.InFlightMax),
		dead:      make(chan struct{}),
		stopped:   make(chan struct{}),
	}
	l.endpoint = c.newEndpoint(n.id, l.dead)
	l.fsm = &fsm{
		shared: c.shared, app: c.cfg.App(), now: c.Now,
		sessions: map[consensus.CommandID][]byte{},
		execute:  l.execute,
		onOrder:  func(o ordered) { c.loop.post(func() { c.onOrder(l, o) }) },
		onState:  func(o ordered) { c.loop.post(func() { c.onState(l, o) }) },
		onFail:   func(err error) { c.loop.post(func() { c.fail(err) }) },
	}
	if c.cfg.Mode == Wall {
		l.fsm.onWork = n.cpu.work
	}
	return l
}

// execute waits while the CPU executes commands.
func (l *life) execute(commands int) bool {
	at := l.node.cpu.use(l.c.loop.now(), time.Duration(commands)*l.c.modelled(l.c.cfg.ExecuteCost))
	return l.c.loop.sleep(at, l.dead)
}

// begin starts the replica once its earlier life, if any, is over, and keeps it until it dies.
func (l *life) begin(earlier *life) {
	l.c.running.Add(1)
	go func() {
		defer l.c.running.Done()
		defer close(l.stopped)
		if earlier != nil {
			<-earlier.stopped
		}
		err := l.start()
		l.c.loop.post(func() { l.c.booted(l, err) })
		if err == nil {
			l.propose()
		}
		l.halt()
	}()
}

// start opens the disk and starts the engine on it. A disk without state is bootstrapped with the
// configuration of the whole group.
func (l *life) start() error {
	c, n := l.c, l.node
	if err := l.open(); err != nil {
		return err
	}
	conf := c.cfg.raftConfig(n.id, c.logger)
	exists, err := raft.HasExistingState(l.store.logs, l.store.stable, l.store.snaps)
	if err != nil {
		return fmt.Errorf("hashiraft: state of replica %d: %w", n.id, err)
	}
	if !exists {
		var group raft.Configuration
		for i := range c.nodes {
			id := serverID(consensus.NodeID(i))
			group.Servers = append(group.Servers, raft.Server{ID: id, Address: raft.ServerAddress(id)})
		}
		if err := raft.BootstrapCluster(conf, l.store.logs, l.store.stable, l.store.snaps, l.endpoint, group); err != nil {
			return fmt.Errorf("hashiraft: bootstrap of replica %d: %w", n.id, err)
		}
	}
	r, err := raft.NewRaft(conf, l.fsm, l.store.logs, l.store.stable, l.store.snaps, l.endpoint)
	if err != nil {
		return fmt.Errorf("hashiraft: start of replica %d: %w", n.id, err)
	}
	l.raft = r
	r.RegisterObserver(raft.NewObserver(nil, false, l.observe))
	return nil
}

// open opens what an earlier life left on the disk, or a new disk.
func (l *life) open() (err error) {
	c, n := l.c, l.node
	if c.cfg.Mode == Wall {
		l.store, err = openBolt(c.dir, n.id, &n.disk, c.logger)
		return err
	}
	mem := &memStore{
		image: n.image, loop: &c.loop, meter: &n.disk, dead: l.dead,
		disk: resource.NewDisk(c.cfg.Fsync, c.cfg.DiskBytesPerSec),
		slow: func() uint32 { return c.cfg.Faults.DiskPercent(n.id, c.Now()) },
	}
	l.store = storage{logs: mem, stable: mem, snaps: &n.snaps, mem: mem, close: func() error { return nil }}
	return nil
}

// observe learns of leadership. The engine calls it in the middle of things; it only posts.
func (l *life) observe(o *raft.Observation) bool {
	switch data := o.Data.(type) {
	case raft.RaftState:
		leads := data == raft.Leader
		l.c.loop.post(func() { l.c.onRole(l, leads) })
	case raft.LeaderObservation:
		leader, term := nodeID(data.LeaderID), o.Raft.CurrentTerm()
		l.c.loop.post(func() { l.c.onLeader(l, leader, term) })
	}
	return false
}

// propose hands proposals to the engine until the replica dies. Apply blocks until the engine takes
// the proposal or shuts down. Its future is not waited for: a replica that shuts down leaves futures
// unanswered that were on their way to its program. Success is what the program reports, failure is
// what the loop sees as lost leadership or a proposal that stays open too long.
func (l *life) propose() {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for {
			select {
			case data := <-l.proposals:
				l.raft.Apply(data, 0)
			case <-l.dead:
				return
			}
		}
	}()
	<-l.dead
	_ = l.raft.Shutdown().Error() // never fails; it unblocks Apply and waits for the engine
	<-over
}

// halt closes the disk.
func (l *life) halt() {
	if l.store.close == nil {
		return
	}
	if err := l.store.close(); err != nil {
		l.c.loop.post(func() { l.c.fail(fmt.Errorf("hashiraft: disk of replica %d: %w", l.node.id, err)) })
	}
}
