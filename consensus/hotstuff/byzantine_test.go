package hotstuff_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/hotstuff"
)

// tamperer runs the protocol and passes every effect through a function that may replace it.
type tamperer struct {
	cfg     consensus.Config
	machine consensus.Machine
	tamper  func(t *tamperer, e consensus.Effect) []consensus.Effect
}

func tampering(tamper func(t *tamperer, e consensus.Effect) []consensus.Effect) consensustest.Corrupt {
	return func(cfg consensus.Config, m consensus.Machine) consensus.Machine {
		return &tamperer{cfg: cfg, machine: m, tamper: tamper}
	}
}

// Step implements consensus.Machine.
func (t *tamperer) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	before := len(fx.List)
	t.machine.Step(now, in, fx)
	honest := append([]consensus.Effect(nil), fx.List[before:]...)
	fx.List = fx.List[:before]
	for _, e := range honest {
		fx.List = append(fx.List, t.tamper(t, e)...)
	}
}

func send(to consensus.NodeID, m consensus.Message) consensus.Effect {
	return consensus.Effect{Kind: consensus.EffectSendEarly, To: to, Msg: m}
}

// equivocate shows one half of the group another block than the other half, and votes for both.
func equivocate(t *tamperer, e consensus.Effect) []consensus.Effect {
	if p, ok := e.Msg.(*hotstuff.Proposal); ok {
		b := p.Block
		rival := consensus.NewBlock(b.Height, b.View, b.Proposer, b.Parent, consensus.NewPayload(nil))
		if b.Payload.Len() == 0 {
			return []consensus.Effect{e}
		}
		out := []consensus.Effect{}
		for id := range consensus.NodeID(t.cfg.N) {
			q := *p
			if id%2 == 1 {
				q.Block = rival
			}
			if id != t.cfg.Self {
				out = append(out, send(id, &q))
			}
		}
		if next := consensus.NodeID(b.View % uint64(t.cfg.N)); next != t.cfg.Self {
			s := consensus.Statement{Kind: hotstuff.KindVote, View: b.View, Height: b.Height, Digest: rival.ID}
			out = append(out, send(next, &hotstuff.Vote{Statement: s, Signature: t.cfg.Auth.Sign(s)}))
		}
		return out
	}
	return []consensus.Effect{e}
}

// withhold proposes to so few that no certificate can come of it.
func withhold(t *tamperer, e consensus.Effect) []consensus.Effect {
	if p, ok := e.Msg.(*hotstuff.Proposal); ok {
		to := (t.cfg.Self + 1) % consensus.NodeID(t.cfg.N)
		return []consensus.Effect{send(to, p)}
	}
	return []consensus.Effect{e}
}

// playDead hides every certificate it knows, claims to have timed out of everything, and repeats.
func playDead(t *tamperer, e consensus.Effect) []consensus.Effect {
	switch m := e.Msg.(type) {
	case *hotstuff.Timeout:
		lie := *m
		lie.High, lie.Vote = nil, nil
		e.Msg = &lie
	case *hotstuff.NewView:
		lie := *m
		lie.High = nil
		e.Msg = &lie
	case *hotstuff.Vote:
		s := consensus.Statement{Kind: hotstuff.KindTimeout, View: m.Statement.View + 1}
		early := &hotstuff.Timeout{Term: s.View, Signature: t.cfg.Auth.Sign(s)}
		return []consensus.Effect{send(consensus.Everyone, early), e, send(e.To, m)}
	}
	return []consensus.Effect{e}
}

// forge makes certificates of its own signature alone and shows them around.
func forge(t *tamperer, e consensus.Effect) []consensus.Effect {
	v, ok := e.Msg.(*hotstuff.Vote)
	if !ok {
		return []consensus.Effect{e}
	}
	make1 := func(kind uint8, view uint64) *consensus.Certificate {
		s := v.Statement
		s.Kind, s.View = kind, view
		if kind == hotstuff.KindTimeout {
			s.Height, s.Digest = 0, consensus.Digest{}
		}
		c := &consensus.Certificate{Statement: s}
		for id := range consensus.NodeID(t.cfg.N) {
			c.Add(id, t.cfg.Auth.Sign(s))
		}
		return c
	}
	view := v.Statement.View
	return []consensus.Effect{
		e,
		send(consensus.Everyone, &hotstuff.NewView{View: view + 9, High: make1(hotstuff.KindVote, view+8), Timeout: make1(hotstuff.KindTimeout, view+8)}),
		send(consensus.Everyone, &hotstuff.Vote{Statement: v.Statement, Signature: consensus.Signature{1, 2, 3}}),
	}
}

func TestByzantine(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		t.Run(leader, func(t *testing.T) { byzantine(t, suite(leader)) })
	}
}

func byzantine(t *testing.T, s consensustest.Suite) {
	s.RunByzantine(t, "silent", consensustest.Silent)
	s.RunByzantine(t, "deaf", consensustest.DeafTo(2))
	s.RunByzantine(t, "equivocate", tampering(equivocate))
	s.RunByzantine(t, "withhold", tampering(withhold))
	s.RunByzantine(t, "play-dead", tampering(playDead))
	s.RunByzantine(t, "forge", tampering(forge))
}

// forgetful is a replica whose votes never reach its log: it must be caught contradicting itself.
type forgetful struct{ consensus.Machine }

// Step implements consensus.Machine.
func (f forgetful) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	before := len(fx.List)
	f.Machine.Step(now, in, fx)
	kept := fx.List[:before]
	for _, e := range fx.List[before:] {
		if e.Kind != consensus.EffectPersist && e.Kind != consensus.EffectCheckpoint {
			kept = append(kept, e)
		}
	}
	fx.List = kept
}

func TestKitCatchesForgottenVotes(t *testing.T) {
	s := suite("rotating")
	s.Sizes, s.Seeds, s.Blocks, s.Bound = []int{4}, 5, 20, time.Minute
	real := s.Protocol.New
	s.Protocol.New = func(cfg consensus.Config, v consensus.Values) (consensus.Machine, error) {
		m, err := real(cfg, v)
		return forgetful{m}, err
	}
	if len(s.Failures()) == 0 {
		t.Fatal("a replica that forgets its votes passes")
	}
}
