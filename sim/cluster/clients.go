package cluster

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/network"
)

// again marks a forwarded command that the receiver may know already.
const again = uint64(1) << 63

// commandState is what the cluster knows of one command.
type commandState struct {
	cmd     *consensus.Command
	wire    int32 // bytes on a link
	done    func(consensus.Outcome)
	height  uint64           // block that ordered it first; 0: none yet
	index   int32            // its place among that block's commands
	entry   consensus.NodeID // replica that answers for it
	tries   int32            // entry replicas tried by the client
	sentAt  time.Duration    // when its entry replica last passed it on
	outcome consensus.Outcome
}

// Submit sends a command on its way from its client to replica `to`.
func (c *Cluster) Submit(to consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
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
	c.observe(consensus.Event{Kind: consensus.EventSubmitted, At: c.now, Node: to, Command: cmd.ID})
	n := &c.nodes[to]
	c.push(c.now+c.legDelay(cmd.Site, n), evClient, to, uint64(cmd.ID))
}

// finish ends a command.
func (c *Cluster) finish(id consensus.CommandID, status consensus.Status, reason string, result []byte) {
	st := c.commands.at(id)
	done := st.done
	if done == nil {
		return
	}
	st.done = nil
	st.cmd = nil
	c.open--
	o := st.outcome
	o.Command = id
	o.Status, o.Reason, o.Result, o.Done = status, reason, result, c.now
	c.digest.Add2(uint64(id), uint64(status))
	if status == consensus.Answered {
		c.observe(consensus.Event{Kind: consensus.EventAnswered, At: c.now, Command: id})
	}
	done(o)
}

// closeOpen ends what the run leaves open.
func (c *Cluster) closeOpen() {
	for id := consensus.CommandID(1); id < c.commands.next() && c.open > 0; id++ {
		c.finish(id, consensus.Unfinished, "the run ended first", nil)
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
	if at := n.link.Receive(c.now, int(st.wire)); at > c.now {
		c.push(at+n.checkTime(at), evAdmit, n.id, uint64(id))
		return
	}
	if at := c.now + n.checkTime(c.now); at > c.now {
		c.push(at, evAdmit, n.id, uint64(id))
		return
	}
	c.admit(n, id)
}

// checkTime bills one client command at time at: taking it in and checking its signature.
func (n *node) checkTime(at time.Duration) time.Duration {
	p := &n.c.cfg.Profile
	cost := p.Cost(consensus.OpHandle, 1) + p.Cost(consensus.OpVerify, 1)
	if cost == 0 {
		return 0
	}
	return n.cpu.Use(at, cost) - at
}

// failover makes a client turn to the next replica after its retry period.
func (c *Cluster) failover(id consensus.CommandID) {
	st := c.commands.at(id)
	st.tries++
	if int(st.tries) >= 2*len(c.nodes) {
		c.finish(id, consensus.Refused, "no replica accepted the command", nil)
		return
	}
	st.entry = (st.entry + 1) % consensus.NodeID(len(c.nodes))
	n := &c.nodes[st.entry]
	c.push(c.now+c.cfg.Retry+c.legDelay(st.cmd.Site, n), evClient, n.id, uint64(id))
}

// admit takes a checked command into its entry replica and passes it on.
func (c *Cluster) admit(n *node, id consensus.CommandID) {
	st := c.commands.at(id)
	if st.done == nil || st.entry != n.id {
		return
	}
	if !n.up {
		c.failover(id)
		return
	}
	if st.outcome.Received == 0 {
		st.outcome.Received = c.now
	}
	if st.cmd.Read {
		c.query(n, st)
		return
	}
	n.drain()
	if n.pool.Full() {
		c.finish(id, consensus.Refused, fmt.Sprintf("the pool of replica %d is full", n.id), nil)
		return
	}
	n.take(st.cmd, c.now, st.tries > 0)
	st.sentAt = c.now
	n.pass(st.cmd, st.tries > 0)
	n.scheduleRetry()
}

// query answers a read from the newest executed state.
func (c *Cluster) query(n *node, st *commandState) {
	at := c.now
	if cost := c.cfg.Profile.Cost(consensus.OpExecute, 1); cost > 0 {
		at = n.cpu.Use(c.now, cost)
	}
	result := c.chain.app.Query(st.cmd.Op)
	st.outcome.Executed = at
	st.outcome.Result = result
	size := network.WireBytes(answerBytes + len(result))
	at = max(at, n.link.Send(c.now, size))
	n.sent += uint64(size)
	c.push(at+c.legDelay(st.cmd.Site, n), evQuery, n.id, uint64(st.cmd.ID))
}

func (c *Cluster) finishQuery(id consensus.CommandID) {
	c.finish(id, consensus.Answered, "", c.commands.at(id).outcome.Result)
}
