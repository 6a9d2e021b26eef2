package pbft

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

// meddler runs the protocol and lets tamper replace each message on its way to each replica; nil
// drops it. It signs as its replica.
type meddler struct {
	machine consensus.Machine
	cfg     consensus.Config
	old     *consensus.Command // the first command proposed
	tamper  func(m *meddler, to consensus.NodeID, msg consensus.Message) consensus.Message
}

// Step implements consensus.Machine.
func (b *meddler) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	before := len(fx.List)
	b.machine.Step(now, in, fx)
	list := append([]consensus.Effect(nil), fx.List[before:]...)
	fx.List = fx.List[:before]
	for _, e := range list {
		if e.Kind != consensus.EffectSend && e.Kind != consensus.EffectSendEarly {
			fx.List = append(fx.List, e)
			continue
		}
		for to := range b.cfg.N {
			id := consensus.NodeID(to)
			if id == b.cfg.Self || e.To != consensus.Everyone && e.To != id {
				continue
			}
			if msg := b.tamper(b, id, e.Msg); msg != nil {
				fx.Send(id, msg)
			}
		}
	}
}

func corrupt(tamper func(*meddler, consensus.NodeID, consensus.Message) consensus.Message) consensustest.Corrupt {
	return func(cfg consensus.Config, m consensus.Machine) consensus.Machine {
		return &meddler{machine: m, cfg: cfg, tamper: tamper}
	}
}

// double is another block for the same place, correctly hashed, with every command twice.
func double(b *consensus.Block) *consensus.Block {
	commands := append([]*consensus.Command(nil), b.Payload.Commands...)
	return consensus.NewBlock(b.Height, b.View, b.Proposer, b.Parent, consensus.NewPayload(append(commands, commands...)))
}

// equivocate tells odd replicas another block than even ones: an old command in place of the new
// ones. It votes for its own.
func equivocate(m *meddler, to consensus.NodeID, msg consensus.Message) consensus.Message {
	p, ok := msg.(*PrePrepare)
	if !ok {
		return msg
	}
	first := p.Block.Payload.Commands[0]
	if m.old == nil {
		m.old = first
	}
	if to%2 == 0 || m.old == first {
		return msg
	}
	return m.instead(p, consensus.NewBlock(p.Block.Height, p.View, m.cfg.Self, consensus.Digest{},
		consensus.NewPayload([]*consensus.Command{m.old})))
}

// instead is a pre-prepare like p, but for another block.
func (b *meddler) instead(p *PrePrepare, block *consensus.Block) *PrePrepare {
	other := *p
	other.Block = block
	other.Sig = b.cfg.Auth.Sign(consensus.Statement{Kind: KindPrePrepare, View: p.View, Height: block.Height, Digest: block.ID})
	return &other
}

// repeat proposes blocks that hold each command twice.
func repeat(m *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	if p, ok := msg.(*PrePrepare); ok {
		return m.instead(p, double(p.Block))
	}
	return msg
}

// idle proposes blocks without commands, to look busy.
func idle(m *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	if p, ok := msg.(*PrePrepare); ok {
		b := p.Block
		return m.instead(p, consensus.NewBlock(b.Height, b.View, b.Proposer, b.Parent, consensus.NewPayload(nil)))
	}
	return msg
}

// lieInVotes votes for a digest that nobody proposed, to some.
func lieInVotes(m *meddler, to consensus.NodeID, msg consensus.Message) consensus.Message {
	if v, ok := msg.(*Vote); ok && to%2 == 0 {
		other := *v
		other.Digest[0] ^= 1
		other.Sig = m.cfg.Auth.Sign(other.statement())
		return &other
	}
	return msg
}

// forge sends everything with a signature of something else.
func forge(_ *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	bad := consensus.Signature{1, 2, 3, 4, 5, 6, 7, 8}
	switch m := msg.(type) {
	case *PrePrepare:
		other := *m
		other.Sig = bad
		return &other
	case *Vote:
		other := *m
		other.Sig = bad
		return &other
	case *ViewChange:
		other := *m
		other.Sig = bad
		return &other
	case *NewView:
		other := *m
		other.Sig = bad
		return &other
	case *Checkpoint:
		other := *m
		other.Sig = bad
		return &other
	}
	return msg
}

// forget claims in every VIEW-CHANGE and NEW-VIEW that nothing was prepared.
func forget(m *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	switch v := msg.(type) {
	case *ViewChange:
		other := *v
		other.Prepared = nil
		other.Sig = m.cfg.Auth.Sign(other.statement())
		return &other
	case *NewView:
		other := *v
		other.Proposals = nil
		other.Sig = m.cfg.Auth.Sign(other.statement())
		return &other
	}
	return msg
}

// boast claims to be far ahead and hands out nothing.
func boast(_ *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	switch v := msg.(type) {
	case *Status:
		other := *v
		other.Committed += 1 << 40
		return &other
	case *Blocks, *Body:
		return nil
	}
	return msg
}

// swapBodies answers every fetch with blocks whose headers were changed after hashing.
func swapBodies(_ *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	twist := func(b *consensus.Block) *consensus.Block {
		other := *double(b)
		other.ID = b.ID
		return &other
	}
	switch v := msg.(type) {
	case *Blocks:
		other := *v
		other.Items = nil
		for _, c := range v.Items {
			other.Items = append(other.Items, consensus.Committed{Block: twist(c.Block), Proof: c.Proof})
		}
		return &other
	case *Body:
		return &Body{twist(v.Block)}
	case *PrePrepare:
		other := *v
		other.Block = twist(v.Block)
		return &other
	}
	return msg
}

// censor, as a primary, proposes nothing: it drops its pre-prepares.
func censor(_ *meddler, _ consensus.NodeID, msg consensus.Message) consensus.Message {
	if _, ok := msg.(*PrePrepare); ok {
		return nil
	}
	return msg
}

// favour, as a primary, sends its proposals to 2f backups only.
func favour(m *meddler, to consensus.NodeID, msg consensus.Message) consensus.Message {
	if _, ok := msg.(*PrePrepare); ok && int(to) == m.cfg.N-1 {
		return nil
	}
	return msg
}

func TestByzantine(t *testing.T) {
	narrow := map[string]string{"checkpoint_interval": "4", "window": "8", "fetch_batch": "3"}
	for _, c := range []struct {
		name   string
		tamper func(*meddler, consensus.NodeID, consensus.Message) consensus.Message
	}{
		{"equivocate", equivocate}, {"lie-in-votes", lieInVotes}, {"forge", forge}, {"forget", forget},
		{"boast", boast}, {"swap-bodies", swapBodies}, {"censor", censor}, {"favour", favour}, {"repeat", repeat}, {"idle", idle},
	} {
		seeds := 6
		if testing.Short() {
			seeds = 2
		}
		s := consensustest.Suite{Protocol: Protocol(), Seeds: seeds}
		s.RunByzantine(t, c.name, corrupt(c.tamper))
		s.Options.Values = narrow
		s.RunByzantine(t, c.name+"-narrow", corrupt(c.tamper))
	}
}
