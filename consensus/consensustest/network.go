package consensustest

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// packet is what travels: a protocol message or forwarded commands.
type packet struct {
	msg      consensus.Message
	print    uint64 // fingerprint of msg when it departed
	commands []*consensus.Command
}

// transmit puts a packet on its way from one replica to another.
func (g *Group) transmit(from, to consensus.NodeID, p packet) {
	if g.side[from] != g.side[to] || g.draw(g.opts.LossPerMille) {
		return
	}
	copies := 1
	if g.draw(g.opts.DuplicatePerMille) {
		copies = 2
	}
	for range copies {
		g.after(g.delay(), func() {
			n := g.nodes[to]
			if !n.up || n.machine == nil || g.side[from] != g.side[to] {
				return
			}
			if p.msg == nil {
				n.arrived(p.commands)
				return
			}
			if fingerprint(p.msg) != p.print {
				g.fail("immutability: %T from replica %d changed on its way", p.msg, from)
			}
			n.step(consensus.Input{Kind: consensus.Receive, From: from, Msg: p.msg})
		})
	}
}

func (g *Group) draw(perMille int) bool {
	return perMille > 0 && g.rng.IntN(1000) < perMille
}

func (g *Group) delay() time.Duration {
	spread := g.opts.DelayMax - g.opts.DelayMin
	if spread == 0 {
		return g.opts.DelayMin
	}
	return g.opts.DelayMin + time.Duration(g.rng.Int64N(int64(spread)+1))
}
