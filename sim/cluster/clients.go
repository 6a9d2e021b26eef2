package cluster

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/network"
)

// again marks a forwarded command that the receiver may know already: the last bit before the tag.
const again = uint64(1) << (tagBits - 1)

// commandState is what the cluster knows of one command. There is one for every command of the run, to
// its end, so it holds nothing that can be had from elsewhere.
type commandState struct {
	cmd      *consensus.Command // nil once it ended
	done     func(consensus.Outcome)
	height   uint64           // block that ordered it first; 0: none yet
	index    int32            // its place among that block's commands
	entry    consensus.NodeID // replica that answers for it
	proposer consensus.NodeID // replica that put it into a block last
	wire     int32            // bytes on a link
	tries    int32            // entry replicas that failed since one took the command; 1 for any before
	held     bool             // the entry replica took it; otherwise it is on its way there
	sentAt   time.Duration    // when its entry replica last passed it on
	received time.Duration    // and so on: as in consensus.Outcome
	queued   time.Duration
	proposed time.Duration
	ordered  time.Duration
}

// Submit sends a command on its way from its client to replica `to`.
// After the end of the run it does nothing.
func (c *Cluster) Submit(to consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
	if c.over {
		return
	}
	if cmd.ID != c.commands.next() {
		c.fail("command %d was submitted after %d: identifiers count from 1 without gaps", cmd.ID, c.commands.next()-1)
		return
	}
	if to < 0 || int(to) >= len(c.nodes) || cmd.Site < 0 || int(cmd.Site) >= len(c.legs) {
		c.fail("command %d goes from site %d to replica %d, which do not exist", cmd.ID, cmd.Site, to)
		return
	}
	st := c.commands.add()
	st.cmd, st.done, st.entry, st.wire = cmd, done, to, int32(network.WireBytes(cmd.WireSize()))
	c.open++
	c.observe(consensus.Event{Kind: consensus.EventSubmitted, At: c.now, Node: to, Command: cmd.ID, Read: cmd.Read})
	n := &c.nodes[to]
	at := c.now + c.legDelay(cmd.Site, n)
	c.wired(Wired{From: Client, To: to, Sent: c.now, Arrived: at, Bytes: int(st.wire), Command: cmd.ID})
	c.push(at, evClient, to, uint64(cmd.ID))
}

// finish ends a command as o says, which the command's state completes.
func (c *Cluster) finish(id consensus.CommandID, o consensus.Outcome) {
	st := c.commands.at(id)
	done := st.done
	if done == nil {
		return
	}
	st.done = nil
	st.cmd = nil
	c.open--
	o.Command, o.Done, o.Height, o.Proposer = id, c.now, st.height, st.proposer
	o.Received, o.Queued, o.Proposed, o.Ordered = st.received, st.queued, st.proposed, st.ordered
	c.record(&o)
	if o.Status == consensus.Answered {
		c.observe(consensus.Event{Kind: consensus.EventAnswered, At: c.now, Command: id})
	}
	done(o)
}

// record puts an outcome into the digest of the run.
func (c *Cluster) record(o *consensus.Outcome) {
	c.digest.Add2(uint64(o.Command), uint64(o.Status)|uint64(uint32(o.Proposer))<<8)
	c.digest.Add2(o.Height, uint64(o.Received))
	c.digest.Add2(uint64(o.Queued), uint64(o.Proposed))
	c.digest.Add2(uint64(o.Ordered), uint64(o.Executed))
	c.digest.AddBytes(o.Result)
}

// closeOpen ends what the run leaves open.
func (c *Cluster) closeOpen() {
	c.over = true
	for id := consensus.CommandID(1); id < c.commands.next() && c.open > 0; id++ {
		c.finish(id, consensus.Outcome{Status: consensus.Unfinished, Reason: "the run ended first"})
	}
}

// enter takes a command from its client.
func (c *Cluster) enter(n *node, id consensus.CommandID) {
	st := c.commands.at(id)
	if st.done == nil {
		return
	}
	if !n.up {
		c.failover(id)
		return
	}
	arg := tagged(uint64(id), n.epoch)
	if at := n.link.Receive(c.now, int(st.wire)); at > c.now {
		c.push(at, evEntered, n.id, arg)
		return
	}
	c.entered(n, arg)
}

// entered checks a command that came from its client.
func (c *Cluster) entered(n *node, arg uint64) {
	id, epoch := untag(arg)
	if epoch != n.epoch {
		if c.commands.at(consensus.CommandID(id)).done != nil {
			c.failover(consensus.CommandID(id))
		}
		return
	}
	if at := n.checked(consensus.CommandID(id)); at > c.now {
		c.push(at, evAdmit, n.id, arg)
		return
	}
	c.admit(n, arg)
}

// checked bills a command that is there now, taking it in and checking its client's signature, and
// returns when that is done.
func (n *node) checked(id consensus.CommandID) time.Duration {
	cost := n.c.unit[consensus.OpHandle] + n.c.unit[consensus.OpCheckPayload]
	if cost == 0 {
		return n.c.now
	}
	done := n.cpu.Use(n.c.now, cost)
	if n.c.cfg.Spend != nil {
		n.spentOnCommand(id, cost, done)
	}
	return done
}

// failover makes a client turn to the next replica after its retry period, until it has met nothing but
// failures in two rounds of them.
func (c *Cluster) failover(id consensus.CommandID) {
	st := c.commands.at(id)
	st.held = false
	st.tries++
	if int(st.tries) >= 2*len(c.nodes) {
		c.refuse(id, "no replica accepted the command")
		return
	}
	st.entry = (st.entry + 1) % consensus.NodeID(len(c.nodes))
	n := &c.nodes[st.entry]
	c.push(c.now+c.cfg.Retry+c.legDelay(st.cmd.Site, n), evClient, n.id, uint64(id))
}

// admit takes a checked command into its entry replica and passes it on.
func (c *Cluster) admit(n *node, arg uint64) {
	value, epoch := untag(arg)
	id := consensus.CommandID(value)
	st := c.commands.at(id)
	if st.done == nil || st.entry != n.id {
		return
	}
	if epoch != n.epoch {
		c.failover(id)
		return
	}
	if st.cmd.Read {
		st.received = c.now
		c.query(n, st)
		return
	}
	n.drain()
	if n.isCommitted(id) {
		return // its session is asked for the answer; see remind
	}
	if n.pool.Full() {
		c.refuse(id, fmt.Sprintf("the pool of replica %d is full", n.id))
		return
	}
	if st.received == 0 {
		st.received = c.now
	}
	n.take(st.cmd, c.now, st.tries > 0)
	st.sentAt = c.now
	n.pass(st.cmd, st.tries > 0)
	st.tries, st.held = min(st.tries, 1), true
	n.scheduleRetry()
}

// refuse ends a command that no replica takes: nobody ever did, or its fate is unknown.
func (c *Cluster) refuse(id consensus.CommandID, reason string) {
	status := consensus.Refused
	if c.commands.at(id).received != 0 {
		status = consensus.Lost
	}
	c.finish(id, consensus.Outcome{Status: status, Reason: reason})
}

// query runs a read.
func (c *Cluster) query(n *node, st *commandState) {
	arg := tagged(uint64(st.cmd.ID), n.epoch)
	if cost := c.unit[consensus.OpExecute]; cost > 0 {
		c.push(n.cpu.Use(c.now, cost), evAsked, n.id, arg)
		return
	}
	c.asked(n, arg)
}

// asked answers a read from the newest executed state.
func (c *Cluster) asked(n *node, arg uint64) {
	id, epoch := untag(arg)
	if epoch != n.epoch {
		c.failover(consensus.CommandID(id))
		return
	}
	st := c.commands.at(consensus.CommandID(id))
	result := c.chain.app.Query(st.cmd.Op)
	size := network.WireBytes(answerBytes + len(result))
	n.sent += uint64(size)
	q := queried{st.cmd.ID, c.now, result}
	c.push(n.link.Send(c.now, size)+c.legDelay(st.cmd.Site, n), evQuery, n.id, c.queries.put(q))
}

// queried is a query's answer on its way.
type queried struct {
	id       consensus.CommandID
	executed time.Duration
	result   []byte
}

func (c *Cluster) finishQuery(i uint64) {
	q := *c.queries.at(i)
	c.queries.free(i)
	c.finish(q.id, consensus.Outcome{Status: consensus.Answered, Result: q.result, Executed: q.executed})
}
