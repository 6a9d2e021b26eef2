package hashiraft

import (
	"github.com/govbench/govbench/consensus"
)

// scheduleCrashes turns the schedule's crashes into calls.
func (c *Cluster) scheduleCrashes() {
	for _, f := range c.cfg.Faults.Crashes {
		c.At(f.From, func() { c.Crash(f.Node) })
		if f.To > 0 {
			c.At(f.To, func() { c.Restart(f.Node) })
		}
	}
}

// Crash stops a replica at once: what it has not synced is gone, and so is everything in its memory.
// Clients of commands that it answered for turn to another replica after their retry period. A
// replica that is down stays down.
func (c *Cluster) Crash(id consensus.NodeID) {
	n := &c.nodes[id]
	l := n.life
	if l == nil || !c.started || c.ending {
		return
	}
	if n.up && l.store.mem != nil {
		n.image = l.store.mem.freeze()
	}
	c.net.attach(id, nil)
	close(l.dead)
	c.resign(n)
	n.life, n.up, n.retry, n.leader = nil, false, false, consensus.Nobody
	n.done = idSet{}
	c.observe(consensus.Event{Kind: consensus.EventCrashed, At: c.Now(), Node: id})
	open := n.open
	n.open = nil
	for _, p := range open {
		if !p.answered {
			c.failover(p)
		}
	}
}

// Restart starts a replica that is down, on what is on its disk. It is up some time later; the tap
// hears of it.
func (c *Cluster) Restart(id consensus.NodeID) {
	n := &c.nodes[id]
	if n.life != nil || !c.started || c.ending {
		return
	}
	earlier := n.last
	n.life = c.newLife(n)
	n.last = n.life
	n.life.begin(earlier)
}

// Cut stops all messages from one replica to another from now on, until Heal.
func (c *Cluster) Cut(from, to consensus.NodeID) { c.net.cut(from, to, true) }

// Heal lets messages from one replica to another through again.
func (c *Cluster) Heal(from, to consensus.NodeID) { c.net.cut(from, to, false) }

// Partition cuts every connection between replicas of different groups and heals all others. A
// replica in no group is alone. Without groups everything is healed.
func (c *Cluster) Partition(groups ...[]consensus.NodeID) {
	side := make([]int, len(c.nodes))
	for i := range side {
		side[i] = -i - 1
		if len(groups) == 0 {
			side[i] = 0
		}
	}
	for g, members := range groups {
		for _, id := range members {
			side[id] = g
		}
	}
	for from := range side {
		for to := range side {
			c.net.cut(consensus.NodeID(from), consensus.NodeID(to), side[from] != side[to])
		}
	}
}
