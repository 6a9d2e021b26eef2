package hashiraft

import (
	"fmt"
	"sync"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/fault"
	simnet "github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// network is the wire between the replicas: for each node a link with bandwidth each way, for each
// pair a delay. One pair delivers in order. All times count from loop.open. The links are the
// simulator's, so that the engine meets the same bandwidth as the virtual runtime's machines.
type network struct {
	mu       sync.Mutex
	n        int
	delays   []time.Duration // from*n + to
	jitter   simnet.Jitter
	streams  []*sim.Stream   // from*n + to
	arrivals []time.Duration // from*n + to: of the newest message
	cuts     []bool          // from*n + to: nothing gets through
	ports    []port
	now      func() time.Duration                      // run time
	faults   *fault.Injector                           // nil: before the run
	sent     func(from, to consensus.NodeID, size int) // nil: nobody watches
}

// port is a node's end of the network.
type port struct {
	link     *resource.Link
	bytes    uint64
	messages uint64
	endpoint *endpoint // nil: the node is down
}

func newNetwork(cfg *Config) *network {
	n := cfg.Replicas
	w := &network{
		n:        n,
		delays:   make([]time.Duration, n*n),
		arrivals: make([]time.Duration, n*n),
		cuts:     make([]bool, n*n),
		ports:    make([]port, n),
		jitter:   cfg.Jitter,
		streams:  make([]*sim.Stream, n*n),
	}
	for i := range n * n {
		w.streams[i] = sim.NewStream(cfg.Seed, fmt.Sprintf("net/%d-%d", i/n, i%n))
		if from, to := i/n, i%n; from != to {
			w.delays[i] = cfg.Delay(consensus.NodeID(from), consensus.NodeID(to))
		}
	}
	for i := range w.ports {
		w.ports[i].link = resource.NewLink(cfg.BandwidthBitPerSec)
	}
	return w
}

// depart puts size bytes on the way now and returns when their last one is at the receiver's link,
// false when the way is cut; then ask arrive. protocol says whether the message counts as one of the
// engine's.
func (w *network) depart(now time.Duration, from, to consensus.NodeID, size int, protocol bool) (time.Duration, bool) {
	size = simnet.WireBytes(size)
	w.mu.Lock()
	defer w.mu.Unlock()
	src := &w.ports[from]
	src.bytes += uint64(size)
	if protocol {
		src.messages++
		if w.sent != nil {
			w.sent(from, to, size)
		}
	}
	at := src.link.Send(now, size)
	pair := int(from)*w.n + int(to)
	if w.cuts[pair] {
		return 0, false
	}
	if w.faults != nil {
		run := w.now()
		if w.faults.Cut(from, to, run) || w.faults.Lost(from, to, run) {
			return 0, false
		}
		at += w.faults.ExtraDelay(from, to, run)
	}
	at = max(at+w.delays[pair]+w.jitter.Sample(w.streams[pair]), w.arrivals[pair])
	w.arrivals[pair] = at
	return at, true
}

// arrive takes size bytes, whose last one is at a node's link now, through that link.
func (w *network) arrive(now time.Duration, node consensus.NodeID, size int) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ports[node].link.Receive(now, simnet.WireBytes(size))
}

// leave sends bytes to a client through a node's link.
func (w *network) leave(now time.Duration, node consensus.NodeID, size int) time.Duration {
	size = simnet.WireBytes(size)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ports[node].bytes += uint64(size)
	return w.ports[node].link.Send(now, size)
}

// cut makes or heals a partition in one direction.
func (w *network) cut(from, to consensus.NodeID, on bool) {
	w.mu.Lock()
	w.cuts[int(from)*w.n+int(to)] = on
	w.mu.Unlock()
}

// afflict lets a schedule's faults strike from now on.
func (w *network) afflict(in *fault.Injector) {
	w.mu.Lock()
	w.faults = in
	w.mu.Unlock()
}

// attach makes a node reachable; nil makes it unreachable.
func (w *network) attach(node consensus.NodeID, e *endpoint) {
	w.mu.Lock()
	w.ports[node].endpoint = e
	w.mu.Unlock()
}

// endpoint is where messages to a node go, nil when it is down.
func (w *network) endpoint(node consensus.NodeID) *endpoint {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ports[node].endpoint
}

// usage adds a node's share of the network to u.
func (w *network) usage(node consensus.NodeID, u *consensus.Usage) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.ports[node]
	u.LinkBusy, u.BytesSent, u.Messages = p.link.Busy(), p.bytes, p.messages
}
