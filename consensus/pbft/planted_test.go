package pbft

import (
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

// planted is PBFT with a mistake: change sees each new machine, filter each step's effects.
func planted(change func(*Machine), filter func(consensus.Effect) bool) consensus.Protocol {
	p := Protocol()
	p.New = func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
		m, err := New(cfg, values)
		if err != nil {
			return nil, err
		}
		if change != nil {
			change(m)
		}
		return &buggy{m, filter}, nil
	}
	return p
}

type buggy struct {
	machine *Machine
	keep    func(consensus.Effect) bool
}

// Step implements consensus.Machine.
func (b *buggy) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	before := len(fx.List)
	b.machine.Step(now, in, fx)
	if b.keep == nil {
		return
	}
	kept := fx.List[:before]
	for _, e := range fx.List[before:] {
		if b.keep(e) {
			kept = append(kept, e)
		}
	}
	fx.List = kept
}

// TestPlantedBugs tests the testers: each mistake must be caught, as what it is.
func TestPlantedBugs(t *testing.T) {
	isVote := func(e consensus.Effect) bool {
		switch e.Record.(type) {
		case *Accepted, *PreparedHere:
			return e.Kind == consensus.EffectPersist
		}
		return false
	}
	sends := func(want func(consensus.Message) bool) func(consensus.Effect) bool {
		return func(e consensus.Effect) bool {
			send := e.Kind == consensus.EffectSend || e.Kind == consensus.EffectSendEarly
			return !send || !want(e.Msg)
		}
	}
	for _, c := range []struct {
		name     string
		protocol consensus.Protocol
		corrupt  consensustest.Corrupt
		want     string // in the message of some failure
	}{
		{name: "votes that are not written down", want: "promise",
			protocol: planted(nil, func(e consensus.Effect) bool { return !isVote(e) })},
		{name: "a quorum of f+1", want: "agreement", corrupt: corrupt(equivocate),
			protocol: planted(func(m *Machine) { m.quorum = m.weak }, nil)},
		{name: "no request timer", want: "liveness",
			protocol: planted(nil, func(e consensus.Effect) bool {
				return e.Kind != consensus.EffectSetTimer || e.Timer != timerSuspicion
			})},
		{name: "no state transfer", want: "liveness",
			protocol: planted(nil, sends(func(msg consensus.Message) bool { _, ok := msg.(*Blocks); return ok }))},
		{name: "no checkpoints", want: "liveness",
			protocol: planted(nil, sends(func(msg consensus.Message) bool { _, ok := msg.(*Checkpoint); return ok }))},
		{name: "a commit counted before it is durable", want: "agreement",
			protocol: eager()},
	} {
		t.Run(c.name, func(t *testing.T) {
			failures := failuresOf(c.protocol, c.corrupt)
			for _, f := range failures {
				if strings.Contains(f, c.want+":") {
					return
				}
			}
			t.Errorf("%d failures, none of them about %s: %.400q", len(failures), c.want, failures)
		})
	}
}

// eager tells each machine at once that its disk is done.
func eager() consensus.Protocol {
	p := Protocol()
	p.MinReplicas = 1
	p.New = func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
		m, err := New(cfg, values)
		return &hasty{m}, err
	}
	return p
}

type hasty struct{ machine *Machine }

// Step implements consensus.Machine.
func (h *hasty) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	at := len(fx.List)
	h.machine.Step(now, in, fx)
	for ; at < len(fx.List); at++ {
		if e := fx.List[at]; e.Kind == consensus.EffectSynced {
			fx.List[at] = consensus.Effect{Kind: consensus.EffectWork}
			h.machine.Step(now, consensus.Input{Kind: consensus.Persisted, Token: e.View}, fx)
		}
	}
}

func failuresOf(p consensus.Protocol, wrap consensustest.Corrupt) []string {
	s := consensustest.Suite{Protocol: p, Seeds: 6, Sizes: []int{p.MinReplicas}, Bound: 30 * time.Second,
		Options: consensustest.Options{Values: map[string]string{settingCheckpointInterval: "8", settingWindow: "16"}}}
	if wrap == nil {
		return s.Failures()
	}
	var out []string
	for seed := range uint64(20) {
		msg := consensustest.Attempt(func(tb testing.TB) {
			g := consensustest.NewGroup(tb, p, consensustest.Options{N: 4, Seed: seed, DelayMin: time.Millisecond, DelayMax: 30 * time.Millisecond})
			cfg := consensus.Config{Self: 0, N: 4, Auth: g.Auth(0)}
			g.Wrap(0, func(m consensus.Machine) consensus.Machine { return wrap(cfg, m) })
			for range 20 {
				g.Submit(1)
				g.RunFor(50 * time.Millisecond)
			}
		})
		if msg != "" {
			out = append(out, msg)
		}
	}
	return out
}

// TestForgottenPIsCaught plants the classic mistake: a VIEW-CHANGE that forgets what was prepared
// loses a block that somebody committed.
func TestForgottenPIsCaught(t *testing.T) {
	forgetful := planted(nil, func(e consensus.Effect) bool { return true })
	inner := forgetful.New
	forgetful.New = func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
		m, err := inner(cfg, values)
		return &amnesiac{m.(*buggy).machine}, err
	}
	caught := 0
	for seed := range uint64(30) {
		if consensustest.Attempt(func(tb testing.TB) { crashWhileCommitting(tb, forgetful, seed) }) != "" {
			caught++
		}
		if msg := consensustest.Attempt(func(tb testing.TB) { crashWhileCommitting(tb, Protocol(), seed) }); msg != "" {
			t.Fatalf("the protocol without the mistake fails: %s", msg)
		}
	}
	if caught == 0 {
		t.Error("never caught")
	}
}

type amnesiac struct{ machine *Machine }

// Step implements consensus.Machine.
func (a *amnesiac) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	for i := range a.machine.ring {
		a.machine.ring[i].prepared = nil
	}
	a.machine.Step(now, in, fx)
}

// crashWhileCommitting lets the primary commit a block that the others only prepare, and die.
func crashWhileCommitting(tb testing.TB, p consensus.Protocol, seed uint64) {
	g := consensustest.NewGroup(tb, p, consensustest.Options{N: 4, Seed: seed, DelayMin: 5 * time.Millisecond, DelayMax: 25 * time.Millisecond})
	g.RunFor(10 * time.Millisecond)
	g.Submit(0)
	g.RunUntil(func() bool { return g.Height(0) == 1 }, time.Second)
	g.Partition([]consensus.NodeID{0}, []consensus.NodeID{1}, []consensus.NodeID{2}, []consensus.NodeID{3})
	g.Submit(1)
	g.RunFor(2500 * time.Millisecond)
	g.Partition([]consensus.NodeID{0})
	g.Submit(1)
	g.RunFor(20 * time.Second)
	g.Heal()
	g.Settle(time.Minute)
}
