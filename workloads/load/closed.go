package load

import (
	"errors"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/workloads"
)

// PauseMin is how long a closed-loop client waits at least after a request of its was missed, so that
// a group that refuses everything at once does not make the clients ask forever at one instant.
//
// assumed: a person's or a gateway's quickest sensible repetition.
const PauseMin = 100 * time.Millisecond

// Clients are the callers of a closed loop.
type Clients struct {
	N int
	// Think draws the time between a client's answer and its next request; nil is none. It must not
	// be negative.
	Think func() time.Duration
	// Ramp spreads the clients' first requests evenly over a time; 0 starts all at once.
	Ramp time.Duration
}

// closedLoop is what a closed-loop driver has besides an open one.
type closedLoop struct {
	generator workloads.Generator
	clients   Clients
	lastID    uint64
}

// Next never yields: clients begin by themselves.
func (c *closedLoop) Next() (workloads.Request, bool) { return workloads.Request{}, false }

// Follow numbers the generator's requests densely.
func (c *closedLoop) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	r, ok := c.generator.Follow(answered, result, now)
	if ok {
		c.lastID++
		r.ID = c.lastID
	}
	return r, ok
}

// NewClosed makes a closed-loop driver: every client goes through one transaction or whole case after
// another. See the package comment for what its latencies do not say.
func NewClosed(rt consensus.Runtime, generator workloads.Generator, clients Clients, place func(agency uint16) Place, sink Sink, opts Options) (*Driver, error) {
	if rt == nil || generator == nil || place == nil || sink == nil {
		return nil, errors.New("load: a driver needs a runtime, a generator, a placement and a sink")
	}
	if clients.N < 1 || clients.N > 1<<24 || clients.Ramp < 0 {
		return nil, fmt.Errorf("load: %d clients that start within %v: allowed are 1 to %d clients and a time not below zero", clients.N, clients.Ramp, 1<<24)
	}
	if err := opts.check(); err != nil {
		return nil, err
	}
	c := &closedLoop{generator: generator, clients: clients}
	d := &Driver{rt: rt, follow: c, closed: c, place: place, sink: sink, opts: opts}
	d.bind()
	return d, nil
}

// start puts every client in line.
func (c *closedLoop) start(d *Driver) {
	for i := range c.clients.N {
		at := time.Duration(uint64(c.clients.Ramp) / uint64(c.clients.N) * uint64(i))
		c.enqueue(d, int32(i), at)
	}
}

// again puts a client in line for its next transaction, a think time after its last outcome.
func (c *closedLoop) again(d *Driver, user int32, now time.Duration, missed bool) {
	think := time.Duration(0)
	if c.clients.Think != nil {
		think = c.clients.Think()
	}
	if missed {
		think = max(think, PauseMin)
	}
	c.enqueue(d, user, now+think)
}

func (c *closedLoop) enqueue(d *Driver, user int32, at time.Duration) {
	if at < d.opts.Until {
		d.waiting.push(due{req: workloads.Request{At: at}, user: user})
	}
}

// begin makes the request of a client whose turn has come.
func (c *closedLoop) begin(w due) due {
	at := w.req.At
	w.req = c.generator.Begin(at)
	c.lastID++
	w.req.ID, w.req.At, w.began, w.first = c.lastID, at, at, true
	return w
}
