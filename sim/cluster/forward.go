package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// take puts a command that arrived at that time into the pool and tells the machine what it wants to know.
func (n *node) take(cmd *consensus.Command, arrived time.Duration, known bool) {
	if n.isCommitted(cmd.ID) {
		return
	}
	idle := n.pool.Len() == 0
	if known {
		n.pool.AddAgain(arrived, cmd)
	} else {
		n.pool.Add(arrived, cmd)
	}
	if idle && n.pool.Len() > 0 {
		n.step(consensus.Input{Kind: consensus.Waiting})
	}
	n.scheduleReady()
}

// pass sends a command on to whoever proposes.
func (n *node) pass(cmd *consensus.Command, known bool) {
	switch n.route {
	case consensus.Nobody, n.id:
	case consensus.Everyone:
		n.spread(cmd, known)
	default:
		n.forward(n.route, cmd, known)
	}
}

func (n *node) spread(cmd *consensus.Command, known bool) {
	for r := range n.c.nodes {
		if r != int(n.id) {
			n.forward(consensus.NodeID(r), cmd, known)
		}
	}
}

func (n *node) forward(to consensus.NodeID, cmd *consensus.Command, known bool) {
	arg := uint64(cmd.ID)
	if known {
		arg |= again
	}
	n.transmit(to, int(n.c.commands.at(cmd.ID).wire), evForward, arg, false)
}

// forwarded takes a command from another replica through the link.
func (n *node) forwarded(arg uint64) {
	c := n.c
	if !n.up {
		return
	}
	if at := n.link.Receive(c.now, int(c.commands.at(consensus.CommandID(arg&^again)).wire)); at > c.now {
		c.push(at, evForwarded, n.id, tagged(arg, n.epoch))
		return
	}
	n.inspect(arg)
}

// inspect checks a command from another replica, unless its client gave up meanwhile.
func (n *node) inspect(arg uint64) {
	cmd := n.c.commands.at(consensus.CommandID(arg &^ again)).cmd
	if cmd == nil {
		return
	}
	at := n.checked(cmd.ID)
	if at <= n.c.now {
		n.take(cmd, at, arg&again != 0)
		return
	}
	if k := len(n.inbox); k > n.taken {
		at = max(at, n.inbox[k-1].at)
	}
	n.inbox = append(n.inbox, incoming{arg, at})
	n.watchInbox()
}

// incoming is a command from another replica and the time at which this one has checked it.
type incoming struct {
	arg uint64 // CommandID, or again
	at  time.Duration
}

// drain puts the commands that are checked by now into the pool. Nobody looks at a pool between the
// steps of its replica, so most commands need no event of their own: only when the machine waits for
// one is there an event at that moment.
func (n *node) drain() {
	for n.taken < len(n.inbox) && n.inbox[n.taken].at <= n.c.now {
		in := n.inbox[n.taken]
		n.taken++
		if cmd := n.c.commands.at(consensus.CommandID(in.arg &^ again)).cmd; cmd != nil {
			n.take(cmd, in.at, in.arg&again != 0)
		}
	}
	if n.taken == len(n.inbox) {
		n.inbox, n.taken = n.inbox[:0], 0
	} else if n.taken > 1024 && n.taken > len(n.inbox)/2 {
		n.inbox, n.taken = n.inbox[:copy(n.inbox, n.inbox[n.taken:])], 0
	}
}

// watchInbox makes sure that a machine that waits for commands hears of the next one in time.
func (n *node) watchInbox() {
	if n.watching || n.taken == len(n.inbox) || !n.hungry && n.pool.Len() > 0 {
		return
	}
	n.watching = true
	n.c.push(max(n.c.now, n.inbox[n.taken].at), evTaken, n.id, uint64(n.epoch))
}

// wake is the moment for which watchInbox asked.
func (n *node) wake(epoch uint64) {
	if uint64(n.epoch) != epoch {
		return
	}
	n.watching = false
	n.drain()
	n.watchInbox()
}

// setRoute changes where this replica's commands are proposed and sends them there.
func (n *node) setRoute(to consensus.NodeID) {
	if n.route == to {
		return
	}
	n.route = to
	if to == consensus.Nobody || to == n.id {
		return
	}
	n.pool.Commands(func(cmd *consensus.Command, _ time.Duration) bool {
		if st := n.c.commands.at(cmd.ID); st.entry == n.id && !n.isCommitted(cmd.ID) {
			st.sentAt = n.c.now
			n.pass(cmd, true)
		}
		return true
	})
}

func (n *node) scheduleRetry() {
	if !n.retrying {
		n.retrying = true
		n.c.push(n.c.now+n.c.cfg.Retry, evRetry, n.id, uint64(n.epoch))
	}
}

// retry sends to everyone what this replica took in, passed on a retry period ago, and has not seen
// committed since.
func (n *node) retry(epoch uint64) {
	if uint64(n.epoch) != epoch {
		return
	}
	n.retrying = false
	c := n.c
	waiting := false
	n.drain()
	n.pool.Commands(func(cmd *consensus.Command, _ time.Duration) bool {
		st := c.commands.at(cmd.ID)
		if st.entry != n.id || n.isCommitted(cmd.ID) {
			return true
		}
		waiting = true
		if st.sentAt+c.cfg.Retry <= c.now {
			st.sentAt = c.now
			n.spread(cmd, true)
		}
		return true
	})
	if waiting {
		n.scheduleRetry()
	}
}
