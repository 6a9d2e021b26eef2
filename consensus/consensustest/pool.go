package consensustest

import (
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
)

// pool is the commands that wait at a replica, in order of arrival, with marks on those that a Pull
// took or passed over since the last Rewind.
type pool struct {
	n       *node
	waiting []waitingCommand
	refused bool // a Pull was refused and no Ready followed yet
	exclude []*consensus.Block
}

type waitingCommand struct {
	cmd     *consensus.Command
	arrived time.Duration
	pulled  bool
}

// add reports whether the command was new.
func (p *pool) add(c *consensus.Command) bool {
	if p.n.committed[c.ID] || slices.ContainsFunc(p.waiting, func(w waitingCommand) bool { return w.cmd == c }) {
		return false
	}
	p.waiting = append(p.waiting, waitingCommand{cmd: c, arrived: p.n.g.now})
	return true
}

func (p *pool) purge() {
	p.waiting = slices.DeleteFunc(p.waiting, func(w waitingCommand) bool { return p.n.committed[w.cmd.ID] })
}

// available lists the places of the commands that a Pull may take.
func (p *pool) available(exclude []*consensus.Block) []int {
	out := make(map[consensus.CommandID]bool)
	for _, b := range exclude {
		for _, c := range b.Payload.Commands {
			out[c.ID] = true
		}
	}
	var places []int
	for i, w := range p.waiting {
		if !w.pulled && !out[w.cmd.ID] {
			places = append(places, i)
		}
	}
	return places
}

// due is how long until the cutter would cut these commands, false when there are none.
func (p *pool) due(places []int) (time.Duration, bool) {
	if len(places) == 0 {
		return 0, false
	}
	if len(places) >= p.n.g.opts.MaxTxs {
		return 0, true
	}
	return max(0, p.waiting[places[0]].arrived+p.n.g.opts.MaxWait-p.n.g.now), true
}

// wake promises a Ready for the time at which a refused Pull would succeed.
func (p *pool) wake() {
	if !p.refused {
		return
	}
	wait, ok := p.due(p.available(p.exclude))
	if !ok {
		return
	}
	p.n.later(wait, func() {
		if wait, ok := p.due(p.available(p.exclude)); p.refused && ok && wait == 0 {
			p.refused = false
			p.n.step(consensus.Input{Kind: consensus.Ready})
		}
	})
}

// Pull implements consensus.Host.
func (n *node) Pull(req consensus.PullRequest) (*consensus.Payload, bool) {
	p := &n.pool
	places := p.available(req.Exclude)
	if wait, ok := p.due(places); !req.Force && (!ok || wait > 0) {
		p.refused, p.exclude = true, slices.Clone(req.Exclude)
		p.wake()
		return nil, false
	}
	end := len(p.waiting) // of what the cutter looked at
	if len(places) > n.g.opts.MaxTxs {
		end = places[n.g.opts.MaxTxs]
		places = places[:n.g.opts.MaxTxs]
	}
	commands := make([]*consensus.Command, 0, len(places))
	for _, i := range places {
		commands = append(commands, p.waiting[i].cmd)
	}
	// Like the real pool, a cursor: what was passed over on the way counts as pulled.
	for i := range p.waiting[:end] {
		p.waiting[i].pulled = true
	}
	return consensus.NewPayload(commands), true
}

// Rewind implements consensus.Host.
func (n *node) Rewind() {
	for i := range n.pool.waiting {
		n.pool.waiting[i].pulled = false
	}
	n.pool.wake()
}

// Waiting implements consensus.Host.
func (n *node) Waiting() (int, time.Duration) {
	if len(n.pool.waiting) == 0 {
		return 0, 0
	}
	return len(n.pool.waiting), n.pool.waiting[0].arrived
}

// Stored implements consensus.Host.
func (n *node) Stored(height uint64) (consensus.Committed, bool) {
	if height == 0 || height > uint64(len(n.store)) {
		return consensus.Committed{}, false
	}
	return n.store[height-1], true
}

// submitted takes a command from a client.
func (n *node) submitted(c *consensus.Command) {
	if !n.up || n.machine == nil {
		return
	}
	o := &own{cmd: c}
	n.own = append(n.own, o)
	n.arrived([]*consensus.Command{c})
	n.forward([]*own{o}, n.route)
}

// arrived puts commands into the pool and tells the machine.
func (n *node) arrived(commands []*consensus.Command) {
	empty, added := len(n.pool.waiting) == 0, false
	for _, c := range commands {
		added = n.pool.add(c) || added
	}
	if !added {
		return
	}
	if empty {
		n.step(consensus.Input{Kind: consensus.Waiting})
	}
	n.pool.wake()
}

func (n *node) routeTo(to consensus.NodeID) {
	if to < consensus.Nobody || int(to) >= n.g.N() {
		n.g.fail("replica %d routes to %d", n.id, to)
	}
	n.g.note("%d route %d", n.id, to)
	if to == n.route {
		return
	}
	n.route = to
	n.forward(n.own, to)
}

// forward sends commands that entered here to where they can be proposed.
func (n *node) forward(list []*own, to consensus.NodeID) {
	if to == consensus.Nobody || to == n.id || len(list) == 0 {
		return
	}
	commands := make([]*consensus.Command, 0, len(list))
	for _, o := range list {
		o.sent++
		commands = append(commands, o.cmd)
	}
	for id := range n.g.nodes {
		if dest := consensus.NodeID(id); dest != n.id && (to == consensus.Everyone || dest == to) {
			n.g.transmit(n.id, dest, packet{commands: commands})
		}
	}
}

// retryLater forwards again what is still not committed, to everyone from the second time on.
func (n *node) retryLater() {
	n.later(n.g.opts.Retry, func() {
		var again, everyone []*own
		for _, o := range n.own {
			if o.sent >= 2 {
				everyone = append(everyone, o)
			} else {
				again = append(again, o)
			}
		}
		n.forward(again, n.route)
		n.forward(everyone, consensus.Everyone)
		n.retryLater()
	})
}
