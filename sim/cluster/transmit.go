package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/network"
)

// slot is a message under way. A broadcast is one slot that each receiver releases once.
type slot struct {
	msg   consensus.Message
	from  consensus.NodeID
	bytes int32
	refs  int32
}

// pairState is what a directed pair of nodes remembers.
type pairState struct {
	stream  *sim.Stream
	arrival time.Duration // of the newest message: one connection delivers in order
}

// send puts a message on the wire now, to one replica or to everyone else.
func (n *node) send(to consensus.NodeID, msg consensus.Message) {
	c := n.c
	size := network.WireBytes(msg.WireSize())
	i := c.slots.put(slot{msg: msg, from: n.id, bytes: int32(size)})
	refs := int32(0)
	switch {
	case to == consensus.Everyone:
		for r := range c.nodes {
			if r != int(n.id) {
				refs += n.transmit(consensus.NodeID(r), size, evArrive, i, true)
			}
		}
	case to >= 0 && int(to) < len(c.nodes) && to != n.id:
		refs = n.transmit(to, size, evArrive, i, true)
	default:
		c.fail("replica %d sent a message to %d", n.id, to)
	}
	if refs == 0 {
		c.slots.free(i)
		return
	}
	c.slots.at(i).refs = refs
}

// transmit takes size bytes through n's link and the network, and pushes an event for their arrival.
// It returns how many copies arrive.
func (n *node) transmit(to consensus.NodeID, size int, kind uint16, arg uint64, protocol bool) int32 {
	c := n.c
	if protocol {
		n.messages++
	}
	n.sent += uint64(size)
	if c.cfg.Tap != nil {
		c.observe(consensus.Event{Kind: consensus.EventSent, At: c.now, Node: n.id, Peer: to, Bytes: size})
	}
	at := n.link.Send(c.now, size)
	if c.faulty && (c.faults.Cut(n.id, to, c.now) || c.faults.Lost(n.id, to, c.now)) {
		if c.cfg.Wire != nil {
			n.wiredBetween(to, size, at, kind, arg, true)
		}
		return 0
	}
	link := &c.links[int(n.id)*len(c.nodes)+int(to)]
	peer := &c.nodes[to]
	at += c.cfg.Topology.Delay(n.site, peer.site) + c.cfg.Topology.Jitter.Sample(link.stream)
	if c.faulty {
		at += c.faults.ExtraDelay(n.id, to, c.now)
	}
	at = max(at, link.arrival)
	link.arrival = at
	if c.cfg.Wire != nil {
		n.wiredBetween(to, size, at, kind, arg, false)
	}
	c.push(at, kind, to, arg)
	if c.faulty && protocol && c.faults.Duplicated(n.id, to, c.now) {
		c.push(at, kind, to, arg)
		return 2
	}
	return 1
}

// arrive takes a message through the receiver's link.
func (n *node) arrive(i uint64) {
	c := n.c
	if !n.up {
		c.release(i)
		return
	}
	s := c.slots.at(i)
	c.digest.Add1(uint64(s.bytes)<<32 | uint64(uint32(s.from)))
	if at := n.link.Receive(c.now, int(s.bytes)); at > c.now {
		c.push(at, evDeliver, n.id, tagged(i, n.epoch))
		return
	}
	n.deliver(i)
}

// received hands over a message that waited for the link, unless a crash came first.
func (n *node) received(arg uint64) {
	i, epoch := untag(arg)
	if epoch != n.epoch {
		n.c.release(i)
		return
	}
	n.deliver(i)
}

// deliver hands a message to the machine.
func (n *node) deliver(i uint64) {
	s := *n.c.slots.at(i)
	n.c.release(i)
	if n.up {
		n.step(consensus.Input{Kind: consensus.Receive, From: s.from, Msg: s.msg})
	}
}

func (c *Cluster) release(i uint64) {
	s := c.slots.at(i)
	s.refs--
	if s.refs == 0 {
		c.slots.free(i)
	}
}

// legDelay is the time from a client's site to a node, or back.
func (c *Cluster) legDelay(site consensus.SiteID, n *node) time.Duration {
	return c.cfg.Topology.Delay(site, n.site) + c.cfg.Topology.Jitter.Sample(c.legs[site])
}
