package hashiraft

import (
	"sync"
	"time"

	"github.com/govbench/govbench/consensus"
)

// frameBytes is what a message carries beside its encoding: Ethernet, IPv4 and TCP headers with
// timestamps, and the preamble and gap between frames: 14+4+20+32+20.
const frameBytes = 90

// network is the wire between the replicas: for each node a link with bandwidth each way, for each
// pair a delay. One pair delivers in order. All times count from loop.open.
type network struct {
	mu       sync.Mutex
	n        int
	bitRate  int64           // 0: infinite
	delays   []time.Duration // from*n + to
	arrivals []time.Duration // from*n + to: of the newest message
	cuts     []bool          // from*n + to: nothing gets through
	ports    []port
	sent     func(from, to consensus.NodeID, size int) // nil: nobody watches
}

// port is a node's end of the network.
type port struct {
	out, in  server
	bytes    uint64
	messages uint64
	endpoint *endpoint // nil: the node is down
}

// server is a first-come-first-served resource with one place.
type server struct {
	free time.Duration // when it has done all that was asked of it
	busy time.Duration // in all
}

// use takes service time from now on and returns when it is over.
func (s *server) use(now, service time.Duration) time.Duration {
	if service == 0 {
		return max(s.free, now)
	}
	s.free = max(s.free, now) + service
	s.busy += service
	return s.free
}

func newNetwork(cfg *Config) *network {
	n := cfg.Replicas
	w := &network{
		n:        n,
		bitRate:  cfg.BandwidthBitPerSec,
		delays:   make([]time.Duration, n*n),
		arrivals: make([]time.Duration, n*n),
		cuts:     make([]bool, n*n),
		ports:    make([]port, n),
	}
	for i := range n * n {
		if from, to := i/n, i%n; from != to {
			w.delays[i] = cfg.Delay(consensus.NodeID(from), consensus.NodeID(to))
		}
	}
	return w
}

// serialise is how long size bytes occupy a link.
func (w *network) serialise(size int) time.Duration {
	if w.bitRate == 0 {
		return 0
	}
	return time.Duration(int64(size) * 8 * int64(time.Second) / w.bitRate)
}

// depart puts size bytes on the way now and returns when their last one is at the receiver's link,
// false when the way is cut; then ask arrive. protocol says whether the message counts as one of the
// engine's.
func (w *network) depart(now time.Duration, from, to consensus.NodeID, size int, protocol bool) (time.Duration, bool) {
	size += frameBytes
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
	at := src.out.use(now, w.serialise(size))
	pair := int(from)*w.n + int(to)
	if w.cuts[pair] {
		return 0, false
	}
	at = max(at+w.delays[pair], w.arrivals[pair])
	w.arrivals[pair] = at
	return at, true
}

// arrive takes size bytes, whose last one is at a node's link now, through that link. The link is
// cut-through: a message that meets no other was serialised once, at the sender.
func (w *network) arrive(now time.Duration, node consensus.NodeID, size int) time.Duration {
	service := w.serialise(size + frameBytes)
	if service == 0 {
		return now
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ports[node].in.use(now-service, service)
}

// leave sends bytes to a client through a node's link.
func (w *network) leave(now time.Duration, node consensus.NodeID, size int) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.ports[node]
	p.bytes += uint64(size + frameBytes)
	return p.out.use(now, w.serialise(size+frameBytes))
}

// cut makes or heals a partition in one direction.
func (w *network) cut(from, to consensus.NodeID, on bool) {
	w.mu.Lock()
	w.cuts[int(from)*w.n+int(to)] = on
	w.mu.Unlock()
}

func (w *network) isCut(from, to consensus.NodeID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cuts[int(from)*w.n+int(to)]
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
	u.LinkBusy = max(p.out.busy, p.in.busy)
	u.BytesSent = p.bytes
	u.Messages = p.messages
}

// reset forgets what was counted.
func (w *network) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.ports {
		p := &w.ports[i]
		p.out.busy, p.in.busy, p.bytes, p.messages = 0, 0, 0, 0
	}
}
