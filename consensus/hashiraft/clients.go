package hashiraft

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
)

// answerBytes is what an answer carries beside the program's result: command, height and code.
//
// assumed: three fixed-width words, as in the virtual runtime.
const answerBytes = 24

// pending is a command without an outcome.
type pending struct {
	cmd      *consensus.Command
	done     func(consensus.Outcome)
	outcome  consensus.Outcome
	entry    consensus.NodeID // replica that answers for it
	tries    int              // entry replicas tried by the client
	sentAt   time.Duration    // when its entry replica last passed it on, on the loop's clock
	stint    uint64           // leadership in whose pool it is, 0: none yet
	queuedAt time.Duration    // there, on the run's clock
	attempts []attempt        // proposals that hold it
	held     bool             // its entry replica counts it among those that wait
	answered bool             // its answer is on the way
	ended    bool
}

// attempt is one proposal that holds a command. There are several when leadership was lost: the
// outcome tells of the one that was ordered first.
type attempt struct {
	sequence uint64
	queued   time.Duration
	proposed time.Duration
}

// ordered notes the block that holds the command.
func (p *pending) ordered(o *ordered) {
	out := &p.outcome
	out.Height, out.Proposer, out.Ordered = o.block.Height, o.block.Proposer, o.at
	for _, a := range p.attempts {
		if a.sequence == o.sequence {
			out.Queued, out.Proposed = a.queued, a.proposed
		}
	}
}

// Submit implements consensus.Runtime. Commands are numbered from 1 without gaps.
func (c *Cluster) Submit(to consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
	switch {
	case c.ending:
		done(consensus.Outcome{Command: cmd.ID, Status: consensus.Unfinished, Reason: "the run has ended", Done: c.Now()})
		return
	case !c.started:
		c.queued = append(c.queued, func() { c.Submit(to, cmd, done) })
		return
	}
	p := &pending{cmd: cmd, done: done, entry: to}
	p.outcome.Command = cmd.ID
	if uint64(cmd.ID) != uint64(len(c.commands)) || to < 0 || int(to) >= len(c.nodes) {
		c.fail(fmt.Errorf("hashiraft: command %d for replica %d was submitted after %d: identifiers count from 1 without gaps, replicas from 0",
			cmd.ID, to, len(c.commands)-1))
		c.finish(p, consensus.Refused, "wrong identifier or replica", nil)
		return
	}
	c.commands = append(c.commands, p)
	c.observe(consensus.Event{Kind: consensus.EventSubmitted, At: c.Now(), Node: to, Command: cmd.ID, Read: cmd.Read})
	c.after(c.leg(cmd.Site, to), func() { c.enter(p) })
}

// after calls fn after a delay.
func (c *Cluster) after(d time.Duration, fn func()) { c.loop.at(c.loop.now()+d, fn) }

// when calls fn at a time on the loop's clock, at once when it has come.
func (c *Cluster) when(at time.Duration, fn func()) {
	if at <= c.loop.now() {
		fn()
		return
	}
	c.loop.at(at, fn)
}

// finish ends a command.
func (c *Cluster) finish(p *pending, status consensus.Status, reason string, result []byte) {
	if p.ended {
		return
	}
	p.ended = true
	c.letGo(p)
	if id := uint64(p.cmd.ID); id < uint64(len(c.commands)) && c.commands[id] == p {
		c.commands[id] = nil
	}
	o := &p.outcome
	o.Status, o.Reason, o.Result, o.Done = status, reason, result, c.Now()
	if status == consensus.Answered {
		c.observe(consensus.Event{Kind: consensus.EventAnswered, At: o.Done, Command: p.cmd.ID})
	}
	p.done(*o)
}

// enter takes a command from its client at its entry replica.
func (c *Cluster) enter(p *pending) {
	if p.ended || p.answered {
		return
	}
	n := &c.nodes[p.entry]
	if !n.up {
		c.failover(p)
		return
	}
	life := n.life
	at := c.net.arrive(c.loop.now(), n.id, p.cmd.WireSize())
	c.when(n.cpu.use(at, c.modelled(c.cfg.VerifyCost)), func() { c.admit(n, life, p) })
}

// failover makes a client turn to the next replica after its retry period.
func (c *Cluster) failover(p *pending) {
	if p.ended {
		return
	}
	p.tries++
	if p.tries >= 2*len(c.nodes) {
		if p.outcome.Received > 0 {
			c.finish(p, consensus.Lost, "no replica that knew of the command stayed up", nil)
		} else {
			c.finish(p, consensus.Refused, "no replica accepted the command", nil)
		}
		return
	}
	c.letGo(p)
	p.entry = (p.entry + 1) % consensus.NodeID(len(c.nodes))
	c.after(c.cfg.Retry+c.leg(p.cmd.Site, p.entry), func() { c.enter(p) })
}

// admit takes a checked command into its entry replica and passes it on.
func (c *Cluster) admit(n *node, l *life, p *pending) {
	if p.ended || p.answered {
		return
	}
	if n.life != l {
		c.failover(p)
		return
	}
	if p.outcome.Received == 0 {
		p.outcome.Received = c.Now()
	}
	if p.cmd.Read {
		c.query(n, p)
		return
	}
	if n.held >= c.cfg.Limits.Capacity || n.stint != 0 && n.pool.Full() {
		c.refuse(n, p)
		return
	}
	n.held++
	p.held = true
	n.open = append(n.open, p)
	c.pass(n, p)
	c.scheduleRetry(n)
}

// letGo takes a command off its entry replica's count.
func (c *Cluster) letGo(p *pending) {
	if p.held {
		p.held = false
		c.nodes[p.entry].held--
	}
}

// refuse turns a client away: as many commands wait at its entry replica as may.
func (c *Cluster) refuse(n *node, p *pending) {
	p.answered = true
	c.after(c.leg(p.cmd.Site, n.id), func() {
		c.finish(p, consensus.Refused, fmt.Sprintf("the pool of replica %d is full", n.id), nil)
	})
}

// query answers a read from the entry replica's own state.
func (c *Cluster) query(n *node, p *pending) {
	l := n.life
	c.when(n.cpu.use(c.loop.now(), c.modelled(c.cfg.ExecuteCost)), func() {
		if n.life != l {
			c.failover(p)
			return
		}
		result := l.fsm.query(p.cmd.Op)
		p.outcome.Executed = c.Now()
		at := c.net.leave(c.loop.now(), n.id, answerBytes+len(result))
		c.loop.at(at+c.leg(p.cmd.Site, n.id), func() { c.finish(p, consensus.Answered, "", result) })
	})
}

// pass sends a command from its entry replica to the leader it knows of.
func (c *Cluster) pass(n *node, p *pending) {
	p.sentAt = c.loop.now()
	switch {
	case n.leader < 0:
	case n.leader == n.id:
		c.queue(n, p)
	default:
		c.forward(n, &c.nodes[n.leader], p)
	}
}

func (c *Cluster) forward(n, leader *node, p *pending) {
	at, ok := c.net.depart(c.loop.now(), n.id, leader.id, p.cmd.WireSize(), false)
	if !ok {
		return
	}
	c.when(at, func() {
		if p.ended || !leader.up {
			return
		}
		life := leader.life
		at := c.net.arrive(c.loop.now(), leader.id, p.cmd.WireSize())
		c.when(leader.cpu.use(at, c.modelled(c.cfg.VerifyCost)), func() {
			if !p.ended && leader.life == life {
				c.queue(leader, p)
			}
		})
	})
}

// queue puts a command into a leader's pool. A replica that does not lead drops it: its entry replica
// learns of the leader or tries again.
func (c *Cluster) queue(n *node, p *pending) {
	if n.stint == 0 || p.stint == n.stint || p.answered || p.ended {
		return
	}
	if _, ok := n.life.fsm.recall(p.cmd.ID); ok {
		c.reply(n, []*pending{p})
		return
	}
	n.pool.Add(c.loop.now(), p.cmd)
	p.stint, p.queuedAt = n.stint, c.Now()
	c.cut(n)
}

// reply sends the answers of executed commands to their clients, one message for each site.
func (c *Cluster) reply(n *node, batch []*pending) {
	type group struct {
		commands []*pending
		results  [][]byte
		bytes    int
	}
	groups := map[consensus.SiteID]*group{}
	var sites []consensus.SiteID
	for _, p := range batch {
		result, ok := n.life.fsm.recall(p.cmd.ID)
		if !ok {
			continue
		}
		p.answered = true
		p.outcome.Executed = c.Now()
		g := groups[p.cmd.Site]
		if g == nil {
			g = &group{}
			groups[p.cmd.Site] = g
			sites = append(sites, p.cmd.Site)
		}
		g.commands = append(g.commands, p)
		g.results = append(g.results, result)
		g.bytes += answerBytes + len(result)
	}
	for _, site := range sites {
		g := groups[site]
		at := c.net.leave(c.loop.now(), n.id, g.bytes)
		c.loop.at(at+c.leg(site, n.id), func() {
			for i, p := range g.commands {
				c.finish(p, consensus.Answered, "", g.results[i])
			}
		})
	}
}

// scheduleRetry looks at what an entry replica answers for, a retry period from now.
func (c *Cluster) scheduleRetry(n *node) {
	if n.retry {
		return
	}
	n.retry = true
	l := n.life
	c.after(c.cfg.Retry, func() {
		if n.life != l {
			return
		}
		n.retry = false
		n.prune()
		for _, p := range n.open {
			if p.sentAt+c.cfg.Retry <= c.loop.now() && !p.answered {
				c.pass(n, p)
			}
		}
		if len(n.open) > 0 {
			c.scheduleRetry(n)
		}
	})
}

// prune drops the commands that have ended.
func (n *node) prune() {
	kept := n.open[:0]
	for _, p := range n.open {
		if !p.ended {
			kept = append(kept, p)
		}
	}
	clear(n.open[len(kept):])
	n.open = kept
}
