package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// Client stands for the clients where a message is from one or to one.
const Client consensus.NodeID = -2

// Wired is one message on its way. Watching messages changes nothing in a run.
type Wired struct {
	From, To      consensus.NodeID // or Client
	Sent, Arrived time.Duration    // handed to the sender's link; the last bit at the receiver's
	Bytes         int
	Msg           consensus.Message   // of the protocol; nil of a command or its answer
	Command       consensus.CommandID // of a client's command, or one forwarded to another replica
	Height        uint64              // of a replica's answers: the block whose they are
	Lost          bool
}

// wired tells of a message, where anybody listens.
func (c *Cluster) wired(w Wired) {
	if c.cfg.Wire != nil {
		c.cfg.Wire(w)
	}
}

// wiredBetween tells of a message from one replica to another, where somebody listens: the caller looks, because this is
// the kernel's busiest way.
func (n *node) wiredBetween(to consensus.NodeID, size int, arrived time.Duration, kind uint16, arg uint64, lost bool) {
	c := n.c
	w := Wired{From: n.id, To: to, Sent: c.now, Arrived: arrived, Bytes: size, Lost: lost}
	if kind == evArrive {
		w.Msg = c.slots.at(arg).msg
	} else {
		w.Command = consensus.CommandID(arg &^ again)
	}
	c.cfg.Wire(w)
}
