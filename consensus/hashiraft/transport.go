package hashiraft

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
)

// Sizes of the engine's messages beside their entries.
//
// assumed: fixed-width fields, a header with a name and an address, as the library's msgpack has it
// to within a few bytes.
const (
	requestBytes  = 80
	responseBytes = 56
	logBytes      = 40 // of each entry: index, term, type, time, length
)

var (
	errStopped = errors.New("hashiraft: the replica has stopped")
	errRefused = errors.New("hashiraft: connection refused")
	errLost    = errors.New("hashiraft: the message was lost")
)

// endpoint is one replica's raft.Transport over the modelled network. A call waits in its caller's
// goroutine until the request has travelled, the peer has answered and the answer has travelled. A
// request to a replica that is down is refused after a
// round trip, one that is lost in a partition fails after RPCTimeout.
type endpoint struct {
	self      consensus.NodeID
	net       *network
	loop      *loop
	running   *sync.WaitGroup // of the goroutines of its connections
	timeout   time.Duration
	pipelined int
	handle    func(node consensus.NodeID, now time.Duration) time.Duration // bills the CPU for a message
	inbox     chan raft.RPC
	dead      chan struct{} // closed when the replica stops
	heartbeat func(raft.RPC)
}

var (
	_ raft.Transport   = (*endpoint)(nil)
	_ raft.WithPreVote = (*endpoint)(nil)
)

func (c *Cluster) newEndpoint(self consensus.NodeID, dead chan struct{}) *endpoint {
	e := &c.cfg.Engine
	return &endpoint{
		self: self, net: c.net, loop: &c.loop, running: &c.running,
		timeout: e.RPCTimeout, pipelined: e.PipelineMax,
		inbox: make(chan raft.RPC, e.PipelineMax), dead: dead,
		handle: func(node consensus.NodeID, now time.Duration) time.Duration {
			return c.nodes[node].cpu.use(now, c.modelled(c.cfg.HandleCost))
		},
	}
}

// Consumer implements raft.Transport.
func (e *endpoint) Consumer() <-chan raft.RPC { return e.inbox }

// LocalAddr implements raft.Transport.
func (e *endpoint) LocalAddr() raft.ServerAddress { return raft.ServerAddress(serverID(e.self)) }

// EncodePeer implements raft.Transport.
func (e *endpoint) EncodePeer(_ raft.ServerID, addr raft.ServerAddress) []byte { return []byte(addr) }

// DecodePeer implements raft.Transport.
func (e *endpoint) DecodePeer(b []byte) raft.ServerAddress { return raft.ServerAddress(b) }

// SetHeartbeatHandler implements raft.Transport: heartbeats overtake requests that wait for the disk,
// as they do in the library's network transport.
func (e *endpoint) SetHeartbeatHandler(fn func(raft.RPC)) { e.heartbeat = fn }

// AppendEntries implements raft.Transport.
func (e *endpoint) AppendEntries(_ raft.ServerID, to raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	req := *args // the engine writes to its request again after a timeout
	return call(e, to, request{command: &req, size: appendSize(&req)}, resp)
}

// RequestVote implements raft.Transport.
func (e *endpoint) RequestVote(_ raft.ServerID, to raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	return call(e, to, request{command: args, size: requestBytes}, resp)
}

// RequestPreVote implements raft.WithPreVote.
func (e *endpoint) RequestPreVote(_ raft.ServerID, to raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	return call(e, to, request{command: args, size: requestBytes}, resp)
}

// InstallSnapshot implements raft.Transport. The snapshot travels as one message.
func (e *endpoint) InstallSnapshot(_ raft.ServerID, to raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) error {
	return call(e, to, request{command: args, size: requestBytes + int(args.Size), reader: data}, resp)
}

// TimeoutNow implements raft.Transport.
func (e *endpoint) TimeoutNow(_ raft.ServerID, to raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	return call(e, to, request{command: args, size: requestBytes}, resp)
}

func appendSize(r *raft.AppendEntriesRequest) int {
	size := requestBytes
	for _, l := range r.Entries {
		size += logBytes + len(l.Data)
	}
	return size
}

// isHeartbeat tells a heartbeat by its shape, as the library's network transport does.
func isHeartbeat(command any) bool {
	r, ok := command.(*raft.AppendEntriesRequest)
	return ok && r.Term != 0 && r.PrevLogEntry == 0 && r.PrevLogTerm == 0 && len(r.Entries) == 0 && r.LeaderCommitIndex == 0
}

// request is one message to a peer.
type request struct {
	command any
	size    int
	reader  io.Reader
}

// call makes a request and waits for the response.
func call[T any](e *endpoint, addr raft.ServerAddress, r request, resp *T) error {
	to, sent := nodeID(addr), e.loop.now()
	at, ok := e.net.depart(sent, e.self, to, r.size, true)
	deadline := max(sent, at) + e.timeout
	if !ok {
		return e.lose(deadline)
	}
	answer, err := e.serve(to, at, deadline, r)
	if err != nil {
		return err
	}
	if at, ok = e.net.depart(e.loop.now(), to, e.self, responseBytes, true); !ok {
		return e.lose(deadline)
	}
	if !e.arrive(at, e.self, responseBytes) {
		return errStopped
	}
	return take(answer, resp)
}

// arrive waits until a message has come to a node's link and through it, and the node's CPU has taken
// it in.
func (e *endpoint) arrive(at time.Duration, node consensus.NodeID, size int) bool {
	if !e.loop.sleep(at, e.dead) {
		return false
	}
	through := e.net.arrive(e.loop.now(), node, size)
	return e.loop.sleep(e.handle(node, through), e.dead)
}

// take copies a response to where the engine wants it.
func take[T any](answer raft.RPCResponse, resp *T) error {
	if answer.Error != nil {
		return answer.Error
	}
	*resp = *answer.Response.(*T)
	return nil
}

// lose waits until a request that got no response is given up.
func (e *endpoint) lose(deadline time.Duration) error {
	if !e.loop.sleep(deadline, e.dead) {
		return errStopped
	}
	return errLost
}

// serve waits for the request's arrival, hands it to the peer and waits until the peer has answered.
func (e *endpoint) serve(to consensus.NodeID, at, deadline time.Duration, r request) (raft.RPCResponse, error) {
	if !e.arrive(at, to, r.size) {
		return raft.RPCResponse{}, errStopped
	}
	peer := e.net.endpoint(to)
	if peer == nil {
		back := e.net.delays[int(to)*e.net.n+int(e.self)]
		if !e.loop.sleep(at+back, e.dead) {
			return raft.RPCResponse{}, errStopped
		}
		return raft.RPCResponse{}, errRefused
	}
	answer := make(chan raft.RPCResponse, 1)
	rpc := raft.RPC{Command: r.command, Reader: r.reader, RespChan: answer}
	if peer.heartbeat != nil && isHeartbeat(r.command) {
		peer.heartbeat(rpc)
	} else if err := e.enqueue(peer, rpc, deadline); err != nil {
		return raft.RPCResponse{}, err
	}
	timer := time.NewTimer(deadline - e.loop.now())
	defer timer.Stop()
	select {
	case got := <-answer:
		return got, nil
	case <-timer.C:
		return raft.RPCResponse{}, errLost
	case <-peer.dead:
		return raft.RPCResponse{}, errRefused
	case <-e.dead:
		return raft.RPCResponse{}, errStopped
	}
}

// enqueue puts a request before the peer's main loop.
func (e *endpoint) enqueue(peer *endpoint, rpc raft.RPC, deadline time.Duration) error {
	select {
	case peer.inbox <- rpc:
		return nil
	default:
	}
	timer := time.NewTimer(deadline - e.loop.now())
	defer timer.Stop()
	select {
	case peer.inbox <- rpc:
		return nil
	case <-timer.C:
		return errLost
	case <-peer.dead:
		return errRefused
	case <-e.dead:
		return errStopped
	}
}
