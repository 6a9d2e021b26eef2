package hashiraft

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"github.com/govbench/govbench/consensus"
)

// pipeline is a connection on which AppendEntries requests follow each other without waiting. One
// goroutine carries requests to the peer in order and sees each one answered, as a server does with
// the requests of one connection; another brings the answers back. A lost message breaks it: what
// follows on the connection fails too, and the engine starts over.
type pipeline struct {
	e      *endpoint
	to     consensus.NodeID
	queue  chan *appendFuture // on the way to the peer
	back   chan *appendFuture // on the way from the peer
	done   chan raft.AppendFuture
	broken chan struct{} // closed when a request failed
	closed chan struct{} // closed by the engine
	once   sync.Once
}

// appendFuture is one pipelined request.
type appendFuture struct {
	start  time.Time
	at     time.Duration // of the request's arrival, then of the answer's
	lost   bool
	req    *raft.AppendEntriesRequest
	resp   *raft.AppendEntriesResponse
	answer raft.RPCResponse
	err    error
	ready  chan struct{} // closed when err and resp are final
}

// Error implements raft.AppendFuture; it waits.
func (f *appendFuture) Error() error {
	<-f.ready
	return f.err
}

// Start implements raft.AppendFuture.
func (f *appendFuture) Start() time.Time { return f.start }

// Request implements raft.AppendFuture.
func (f *appendFuture) Request() *raft.AppendEntriesRequest { return f.req }

// Response implements raft.AppendFuture.
func (f *appendFuture) Response() *raft.AppendEntriesResponse { return f.resp }

// AppendEntriesPipeline implements raft.Transport.
func (e *endpoint) AppendEntriesPipeline(_ raft.ServerID, addr raft.ServerAddress) (raft.AppendPipeline, error) {
	p := &pipeline{
		e: e, to: nodeID(addr),
		queue:  make(chan *appendFuture, e.pipelined),
		back:   make(chan *appendFuture, e.pipelined),
		done:   make(chan raft.AppendFuture, e.pipelined),
		broken: make(chan struct{}),
		closed: make(chan struct{}),
	}
	e.running.Go(p.carry)
	e.running.Go(p.bringBack)
	return p, nil
}

// AppendEntries implements raft.AppendPipeline. It blocks while PipelineMax requests are under way.
func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	f := &appendFuture{start: time.Now(), req: args, resp: resp, ready: make(chan struct{})}
	var ok bool
	f.at, ok = p.e.net.depart(p.e.loop.now(), p.e.self, p.to, appendSize(args), true)
	f.lost = !ok
	select {
	case p.queue <- f:
		return f, nil
	case <-p.broken:
		return nil, errLost
	case <-p.closed:
		return nil, errStopped
	case <-p.e.dead:
		return nil, errStopped
	}
}

// Consumer implements raft.AppendPipeline.
func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.done }

// Close implements raft.AppendPipeline.
func (p *pipeline) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// carry takes requests to the peer until the connection breaks or is closed.
func (p *pipeline) carry() {
	defer close(p.back)
	for {
		var f *appendFuture
		select {
		case f = <-p.queue:
		case <-p.closed:
			return
		case <-p.e.dead:
			return
		}
		deadline := max(p.e.loop.now(), f.at) + p.e.timeout
		if f.lost {
			f.err = p.e.lose(deadline)
		} else {
			f.answer, f.err = p.e.serve(p.to, f.at, deadline, request{command: f.req, size: appendSize(f.req)})
		}
		if f.err == nil {
			var ok bool
			if f.at, ok = p.e.net.depart(p.e.loop.now(), p.to, p.e.self, responseBytes, true); !ok {
				f.err = p.e.lose(deadline)
			}
		}
		broken := f.err != nil
		if broken {
			close(p.broken)
		}
		select {
		case p.back <- f:
		case <-p.closed:
			return
		case <-p.e.dead:
			return
		}
		if broken {
			return
		}
	}
}

// bringBack completes requests when their answers have travelled.
func (p *pipeline) bringBack() {
	for f := range p.back {
		if f.err == nil {
			if !p.e.arrive(f.at, p.e.self, responseBytes) {
				return
			}
			f.err = take(f.answer, f.resp)
		}
		close(f.ready)
		select {
		case p.done <- f:
		case <-p.closed:
			return
		case <-p.e.dead:
			return
		}
	}
}
