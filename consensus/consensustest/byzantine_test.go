package consensustest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// liar is a Raft leader that tells odd replicas of other blocks than even ones.
type liar struct {
	consensus.Machine
	n int
}

func (l *liar) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	l.Machine.Step(now, in, fx)
	list := fx.List
	fx.List = nil
	for _, e := range list {
		a, ok := e.Msg.(*raft.Append)
		if !ok || len(a.Entries) == 0 {
			fx.List = append(fx.List, e)
			continue
		}
		other := *a
		other.Entries = nil
		for _, b := range a.Entries {
			other.Entries = append(other.Entries, consensus.NewBlock(b.Height, b.View, b.Proposer, consensus.Digest{}, consensus.NewPayload(nil)))
		}
		for to := range consensus.NodeID(l.n) {
			switch {
			case to == 0 || e.To != consensus.Everyone && e.To != to:
			case to%2 == 1:
				fx.SendEarly(to, &other)
			default:
				fx.SendEarly(to, a)
			}
		}
	}
}

// Raft claims nothing about lies: believed to be Byzantine-tolerant, it must be found out. A
// silent replica is a crashed one, which it survives.
func TestByzantineCases(t *testing.T) {
	p := raft.Protocol()
	p.FaultModel, p.MinReplicas = consensus.ByzantineFaults, 4
	s := consensustest.Suite{Protocol: p, Seeds: 2, Bound: 20 * time.Second}
	attempt := func(name string, wrap consensustest.Corrupt) string {
		out := ""
		for _, c := range s.ByzantineCases(name, wrap) {
			if msg := consensustest.Attempt(c.Run); msg != "" {
				out += c.Name + ": " + msg + "\n"
			}
		}
		return out
	}
	if got := attempt("silent", consensustest.Silent); got != "" {
		t.Errorf("a silent replica: %s", got)
	}
	if got := attempt("deaf", consensustest.DeafTo(3)); !strings.Contains(got, "liveness") {
		t.Errorf("a leader that starves a replica went unnoticed: %q", got)
	}
	got := attempt("liar", func(cfg consensus.Config, m consensus.Machine) consensus.Machine {
		return &liar{m, cfg.N}
	})
	if !strings.Contains(got, "agreement") {
		t.Errorf("a leader that lies went unnoticed: %q", got)
	}
}
