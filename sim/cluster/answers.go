package cluster

import (
	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/network"
)

// tagBits is the room that an argument with a tag leaves for its value.
const tagBits = 40

// tagged marks the argument of an event with the epoch in which it was meant: a crash voids it.
func tagged(value uint64, epoch uint32) uint64 { return value | uint64(epoch)<<tagBits }

// untag undoes tagged.
func untag(arg uint64) (value uint64, epoch uint32) {
	return arg & (1<<tagBits - 1), uint32(arg >> tagBits)
}

// executed is the moment at which a replica's answers of a block are ready.
func (c *Cluster) executed(n *node, arg uint64) {
	if height, epoch := untag(arg); epoch == n.epoch {
		c.reply(n, height)
	}
}

// reply sends a replica's answers of one block to its clients, one message a site.
func (c *Cluster) reply(n *node, height uint64) {
	st := c.chain.blocks[height-1]
	if !n.up || st == nil || n.applied < height || n.forked.has(height) || !st.answered.Add(n.id) {
		return
	}
	for k := range st.sites {
		s := &st.sites[k]
		if s.got >= c.answers {
			continue
		}
		size := s.bytes
		if c.answers > 1 {
			size += c.cfg.SigBytes
		}
		size = network.WireBytes(size)
		n.sent += uint64(size)
		at := n.link.Send(c.now, size) + c.legDelay(s.site, n)
		c.wired(Wired{From: n.id, To: Client, Sent: c.now, Arrived: at, Bytes: size, Height: height})
		c.push(at, evReply, n.id, height|uint64(k)<<48)
	}
}

// replied counts a replica's answers at a client site; enough matching ones are the answer.
func (c *Cluster) replied(n *node, arg uint64) {
	height := arg & (1<<48 - 1)
	st := c.chain.blocks[height-1]
	if st == nil {
		return
	}
	s := &st.sites[arg>>48]
	s.got++
	if s.got != c.answers {
		return
	}
	st.owed--
	for _, id := range s.commands {
		cs := c.commands.at(id)
		result := st.results[cs.index]
		st.results[cs.index] = nil
		c.finish(id, consensus.Outcome{Status: consensus.Answered, Result: result, Executed: st.executed[n.id]})
	}
	s.commands = nil
}

// remind makes the clients of a block that still wait a retry period after it was ordered ask again.
// Their sessions remember what was executed, so a replica that has executed the block answers for
// it, whoever should have done so and crashed. A client that needs one answer asks its own replica
// first and then the others in turn; one that needs several asks all.
func (c *Cluster) remind(height uint64) {
	st := c.chain.blocks[height-1]
	if st == nil || st.owed == 0 {
		return
	}
	first := consensus.NodeID(0)
	for k := range st.sites {
		if s := &st.sites[k]; s.got < c.answers {
			first = c.commands.at(s.commands[0]).entry
			break
		}
	}
	for i := range c.nodes {
		n := &c.nodes[(int(first)+i)%len(c.nodes)]
		if !n.up || n.applied < height || st.executed[n.id] > c.now || n.forked.has(height) || st.answered.Has(n.id) {
			continue
		}
		c.reply(n, height)
		if c.answers == 1 {
			break
		}
	}
	c.push(c.now+c.cfg.Retry, evOwed, 0, height)
}
