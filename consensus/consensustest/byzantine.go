package consensustest

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Corrupt makes a faulty machine out of a correct one. cfg is that of its replica; its Authenticator
// signs as that replica, and what it signs is not held against it.
type Corrupt func(cfg consensus.Config, m consensus.Machine) consensus.Machine

// RunByzantine checks that the group is safe and live with f replicas corrupted by wrap: the f first
// (the first leaders of most protocols), and f chosen at random, on a jittery network.
func RunByzantine(t *testing.T, p consensus.Protocol, name string, wrap Corrupt) {
	t.Helper()
	Suite{Protocol: p}.RunByzantine(t, name, wrap)
}

// RunByzantine is the function of the same name with the suite's options.
func (s Suite) RunByzantine(t *testing.T, name string, wrap Corrupt) {
	t.Helper()
	for _, c := range s.ByzantineCases(name, wrap) {
		t.Run(c.Name, func(t *testing.T) { c.Run(t) })
	}
}

// ByzantineCases lists what RunByzantine runs.
func (s Suite) ByzantineCases(name string, wrap Corrupt) []Case {
	s = s.withDefaults()
	var cases []Case
	for _, n := range s.Sizes {
		f := faulty(s.Protocol, n)
		if f == 0 {
			continue
		}
		for _, first := range []bool{true, false} {
			cases = append(cases, Case{
				Name: fmt.Sprintf("%s/n=%d/first=%v", name, n, first),
				Run: func(tb testing.TB) {
					tb.Helper()
					for seed := range s.Seeds {
						s.group(tb, n, uint64(seed+1), nil).withCorrupted(f, first, wrap)
					}
				},
			})
		}
	}
	return cases
}

// withCorrupted corrupts f replicas, the first ones or any, and demands that the others stay safe
// and live.
func (t trial) withCorrupted(f int, first bool, wrap Corrupt) {
	t.tb.Helper()
	bad := t.pick(f)
	if first {
		for i := range bad {
			bad[i] = consensus.NodeID(i)
		}
	}
	for _, id := range bad {
		cfg := consensus.Config{Self: id, N: t.N(), Auth: t.Auth(id), Rand: zeroes{}}
		t.Wrap(id, func(m consensus.Machine) consensus.Machine { return wrap(cfg, m) })
	}
	t.RunFor(300 * time.Millisecond)
	t.load(20, 50*time.Millisecond)
	t.settleAndJudge()
	t.RunFor(5 * time.Second)
	t.load(10, 300*time.Millisecond)
	t.settleAndJudge()
}

// Silent is a Corrupt that does nothing at all.
func Silent(consensus.Config, consensus.Machine) consensus.Machine { return silent{} }

type silent struct{}

// Step implements consensus.Machine.
func (silent) Step(time.Duration, consensus.Input, *consensus.Effects) {}

// DeafTo is a Corrupt that runs the protocol faithfully but never hears replica `to`, nor speaks to
// it other than by broadcast.
func DeafTo(to consensus.NodeID) Corrupt {
	return func(_ consensus.Config, m consensus.Machine) consensus.Machine { return &deaf{m, to} }
}

type deaf struct {
	machine consensus.Machine
	to      consensus.NodeID
}

// Step implements consensus.Machine.
func (d *deaf) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	if in.Kind == consensus.Receive && in.From == d.to {
		return
	}
	before := len(fx.List)
	d.machine.Step(now, in, fx)
	kept := fx.List[:before]
	for _, e := range fx.List[before:] {
		direct := e.Kind == consensus.EffectSend || e.Kind == consensus.EffectSendEarly
		if !direct || e.To != d.to {
			kept = append(kept, e)
		}
	}
	fx.List = kept
}
