package cluster

import "time"

// Slabs is how many places each slab has, and how many of all are in use.
func (c *Cluster) Slabs() (slots, buffers, calls, used int) {
	slots, buffers, calls = len(c.slots.items), len(c.buffers.items), len(c.calls.items)+len(c.queries.items)
	used = slots + buffers + calls - len(c.queries.spare) - len(c.slots.spare) - len(c.buffers.spare) - len(c.calls.spare)
	return slots, buffers, calls, used
}

// Held is how many committed blocks are kept, and how many commands of finished clients.
func (c *Cluster) Held() (blocks uint64, commands int) {
	for i := uint64(0); i < c.commands.count; i++ {
		if st := &c.commands.pages[i>>pageBits][i&(1<<pageBits-1)]; st.done == nil && st.cmd != nil {
			commands++
		}
	}
	return c.chain.height() - c.chain.pruned, commands
}

// Pending is the number of kernel events that are due, and of log records kept by all replicas.
func (c *Cluster) Pending() (events, records int) {
	for i := range c.nodes {
		records += len(c.nodes[i].wal.records)
	}
	return c.queue.Len(), records
}

// Lag is how far behind the effects of a replica's newest step are.
func (c *Cluster) Lag(i int) time.Duration { return c.nodes[i].frontier - c.now }
