package hashiraft

import (
	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
)

// proposalMax is how many retry periods a proposal may stay open before its commands are proposed
// again; executing them twice is impossible.
const proposalMax = 10

// onRole notes that a replica took or lost the leader's office.
func (c *Cluster) onRole(l *life, leads bool) {
	n := l.node
	if n.life != l {
		return
	}
	c.resign(n)
	if !leads {
		return
	}
	c.stints++
	n.stint = c.stints
	n.pool = mempool.New(c.cfg.Limits, n.done.has)
	n.flight = make(map[uint64]struct{}, c.cfg.Engine.InFlightMax)
	n.cutAt = 0
}

// resign drops what a leader had queued and proposed: its fate is open, and the replicas that answer
// for those commands pass them to the next leader.
func (c *Cluster) resign(n *node) {
	n.stint, n.pool, n.flight = 0, nil, nil
}

// onLeader notes that a replica learned who leads, and passes what it answers for on.
func (c *Cluster) onLeader(l *life, leader consensus.NodeID, term uint64) {
	n := l.node
	if n.life != l || n.leader == leader {
		return
	}
	n.leader = leader
	if leader < 0 {
		return
	}
	c.observe(consensus.Event{Kind: consensus.EventLed, At: c.Now(), Node: n.id, Peer: leader, View: term})
	n.prune()
	for _, p := range n.open {
		if !p.answered {
			c.pass(n, p)
		}
	}
}

// cut takes as many blocks from a leader's pool as are ready and may be in flight, and proposes them.
func (c *Cluster) cut(n *node) {
	for n.stint != 0 && len(n.flight) < c.cfg.Engine.InFlightMax {
		batch, ok := n.pool.Pull(c.loop.now(), consensus.PullRequest{})
		if !ok {
			break
		}
		c.propose(n, batch.Payload)
	}
	if n.stint == 0 || len(n.flight) >= c.cfg.Engine.InFlightMax {
		return // what is in flight comes back here
	}
	at, ok := n.pool.ReadyAt(c.loop.now())
	if !ok || n.cutAt != 0 && n.cutAt <= at {
		return
	}
	n.cutAt = at
	stint := n.stint
	c.loop.at(at, func() {
		if n.stint == stint && n.cutAt == at {
			n.cutAt = 0
			c.cut(n)
		}
	})
}

// propose hands a block to the engine; its commands were checked when they came in. The engine's queue
// has room for twice what may be in flight; what does not fit all the same is proposed again when it
// is overdue.
func (c *Cluster) propose(n *node, payload *consensus.Payload) {
	c.sequence++
	sequence, stint := c.sequence, n.stint
	n.flight[sequence] = struct{}{}
	select {
	case n.life.proposals <- encodeEntry(entry{proposer: n.id, sequence: sequence, payload: payload}):
	default:
	}
	for _, cmd := range payload.Commands {
		if p := c.commands[cmd.ID]; p != nil {
			p.attempts = append(p.attempts, attempt{sequence: sequence, queued: p.queuedAt, proposed: c.Now()})
		}
	}
	c.after(proposalMax*c.cfg.Retry, func() {
		if _, open := n.flight[sequence]; open && n.stint == stint {
			delete(n.flight, sequence)
			n.pool.Rewind()
			c.cut(n)
		}
	})
}

// onOrder notes that a replica learned of a committed block.
func (c *Cluster) onOrder(l *life, o ordered) {
	n, b := l.node, o.block
	if n.life != l {
		return
	}
	if b.Height == c.height+1 {
		c.height++
		for _, cmd := range b.Payload.Commands {
			if uint64(cmd.ID) < uint64(len(c.commands)) && c.commands[cmd.ID] != nil {
				c.commands[cmd.ID].ordered(&o)
			}
		}
	}
	if b.Height <= uint64(len(n.reported)) && n.reported[b.Height-1].block == b.ID {
		return // a replica that came back goes through its log again
	}
	if b.Height > uint64(len(n.reported)) {
		n.reported = append(n.reported, report{block: b.ID})
	}
	c.observe(consensus.Event{Kind: consensus.EventCommitted, At: o.at, Node: n.id, View: b.View, Block: b})
}

// onState notes that a replica executed an entry, and answers clients when it leads.
func (c *Cluster) onState(l *life, o ordered) {
	n := l.node
	if n.life != l {
		return
	}
	for _, id := range o.commands {
		n.done.add(id)
	}
	if b := o.block; b != nil {
		if r := &n.reported[b.Height-1]; r.block != b.ID || r.state != o.state {
			*r = report{block: b.ID, state: o.state}
			c.observe(consensus.Event{Kind: consensus.EventExecuted, At: o.at, Node: n.id, View: b.View, Block: b, State: o.state})
		}
	}
	if n.stint == 0 {
		return
	}
	var mine []*pending
	for _, id := range o.commands {
		if id >= consensus.CommandID(len(c.commands)) {
			continue
		}
		if p := c.commands[id]; p != nil && p.stint == n.stint && !p.answered {
			mine = append(mine, p)
		}
	}
	c.reply(n, mine)
	delete(n.flight, o.sequence)
	n.pool.Purge()
	c.cut(n)
}

// booted notes that a replica runs, or could not be started.
func (c *Cluster) booted(l *life, err error) {
	n := l.node
	if err != nil {
		c.fail(err)
		return
	}
	if n.life != l {
		return
	}
	n.up = true
	c.net.attach(n.id, l.endpoint)
	if c.started {
		c.observe(consensus.Event{Kind: consensus.EventRestarted, At: c.Now(), Node: n.id})
	}
}
