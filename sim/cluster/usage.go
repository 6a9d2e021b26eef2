package cluster

import "github.com/govbench/govbench/consensus"

// Usage returns what each node's resources did so far. Work that was accepted counts as done,
// also when a crash came first.
func (c *Cluster) Usage() []consensus.Usage {
	out := make([]consensus.Usage, len(c.nodes))
	for i := range c.nodes {
		n := &c.nodes[i]
		out[i] = consensus.Usage{
			CPUBusy:   n.before.CPUBusy + n.cpu.Busy(),
			DiskBusy:  n.before.DiskBusy + n.disk.Busy(),
			LinkBusy:  n.link.Busy(),
			BytesSent: n.sent,
			Messages:  n.messages,
			Fsyncs:    n.before.Fsyncs + n.disk.Fsyncs(),
		}
	}
	return out
}
