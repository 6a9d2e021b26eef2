package consensustest_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// planted is a machine with a bug: it may change what comes in, and what comes out.
type planted struct {
	consensus.Machine
	in  func(in *consensus.Input)
	out func(now time.Duration, in consensus.Input, fx *consensus.Effects)
}

func (p *planted) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	if p.in != nil {
		p.in(&in)
	}
	p.Machine.Step(now, in, fx)
	if p.out != nil {
		p.out(now, in, fx)
	}
}

// raftWith is Raft with a bug.
func raftWith(bug func(cfg consensus.Config) *planted) consensus.Protocol {
	p := raft.Protocol()
	build := p.New
	p.New = func(cfg consensus.Config, v consensus.Values) (consensus.Machine, error) {
		m, err := build(cfg, v)
		b := bug(cfg)
		b.Machine = m
		return b, err
	}
	return p
}

// forgetting drops some records at a restart.
func forgetting(drop func(consensus.Record) bool) func(consensus.Config) *planted {
	return func(consensus.Config) *planted {
		return &planted{in: func(in *consensus.Input) {
			var kept []consensus.Record
			for _, r := range in.Durable {
				if !drop(r) {
					kept = append(kept, r)
				}
			}
			in.Durable = kept
		}}
	}
}

// changing rewrites effects.
func changing(change func(e *consensus.Effect)) func(consensus.Config) *planted {
	return func(consensus.Config) *planted {
		return &planted{out: func(_ time.Duration, _ consensus.Input, fx *consensus.Effects) {
			for i := range fx.List {
				change(&fx.List[i])
			}
		}}
	}
}

// commitOnReceipt believes whatever its own clients say.
type commitOnReceipt struct {
	cfg    consensus.Config
	height uint64
}

func (c *commitOnReceipt) Step(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
	switch in.Kind {
	case consensus.Start:
		c.height = in.Applied
		fx.Route(consensus.Everyone)
	case consensus.Waiting, consensus.Ready:
	default:
		return
	}
	for {
		p, ok := fx.Pull(consensus.PullRequest{})
		if !ok {
			return
		}
		c.height++
		fx.Commit(consensus.NewBlock(c.height, 0, c.cfg.Self, consensus.Digest{}, p), nil, true)
	}
}

// idle does nothing at all.
type idle struct{}

func (idle) Step(time.Duration, consensus.Input, *consensus.Effects) {}

func protocolOf(build func(consensus.Config) consensus.Machine) consensus.Protocol {
	return consensus.Protocol{
		Name: "planted", MinReplicas: 3, FaultModel: consensus.CrashFaults,
		New: func(cfg consensus.Config, _ consensus.Values) (consensus.Machine, error) { return build(cfg), nil },
	}
}

func isBallot(r consensus.Record) bool { _, ok := r.(*raft.Ballot); return ok }

func votePromise(from, to consensus.NodeID, msg consensus.Message) (consensus.Statement, bool) {
	switch m := msg.(type) {
	case *raft.VoteRequest:
		return consensus.Statement{View: m.Term, Digest: consensus.Digest{byte(from)}}, !m.Pre
	case *raft.VoteReply:
		return consensus.Statement{View: m.Term, Digest: consensus.Digest{byte(to)}}, m.Granted && !m.Pre
	}
	return consensus.Statement{}, false
}

// plants are protocols with one bug each, and the word by which the kit must name it.
var plants = []struct {
	name     string
	protocol consensus.Protocol
	want     string
}{
	{"commits on receipt", protocolOf(func(cfg consensus.Config) consensus.Machine { return &commitOnReceipt{cfg: cfg} }), "agreement"},
	{"does nothing", protocolOf(func(consensus.Config) consensus.Machine { return idle{} }), "liveness"},
	{"forgets its vote after a restart", raftWith(forgetting(isBallot)), "promise"},
	{"forgets its log after a restart", raftWith(forgetting(func(r consensus.Record) bool { return !isBallot(r) })), "agreement"},
	{"answers before its disk", raftWith(changing(func(e *consensus.Effect) {
		if e.Kind == consensus.EffectSend {
			e.Kind = consensus.EffectSendEarly
		}
	})), "agreement"},
	{"commits every block twice", raftWith(func(consensus.Config) *planted {
		return &planted{out: func(_ time.Duration, _ consensus.Input, fx *consensus.Effects) {
			for _, e := range fx.List {
				if e.Kind == consensus.EffectCommit {
					fx.List = append(fx.List, e)
				}
			}
		}}
	}), "integrity"},
	{"invents a command", raftWith(func(consensus.Config) *planted {
		return &planted{out: func(_ time.Duration, _ consensus.Input, fx *consensus.Effects) {
			for i, e := range fx.List {
				if e.Kind == consensus.EffectCommit && e.Block.Payload.Len() > 0 {
					b := e.Block
					forged := consensus.NewPayload([]*consensus.Command{{ID: 1, Op: []byte("forged")}})
					fx.List[i].Block = consensus.NewBlock(b.Height, b.View, b.Proposer, b.Parent, forged)
				}
			}
		}}
	}), "validity"},
	{"proposes again what it proposed", raftWith(func(consensus.Config) *planted {
		return &planted{in: func(*consensus.Input) {}, out: func(_ time.Duration, in consensus.Input, fx *consensus.Effects) {
			if in.Kind == consensus.Receive {
				fx.Rewind()
			}
		}}
	}), "integrity"},
	{"draws from a random source of its own", raftWith(func(consensus.Config) *planted {
		return &planted{out: func(_ time.Duration, _ consensus.Input, fx *consensus.Effects) {
			for i := range fx.List {
				if fx.List[i].Kind == consensus.EffectSetTimer {
					fx.List[i].After += time.Duration(rand.Int64N(int64(time.Millisecond)))
				}
			}
		}}
	}), "determinism"},
	{"never gives up a dead leader", raftWith(changing(func(e *consensus.Effect) {
		if e.Kind == consensus.EffectSetTimer && e.Timer == 0 {
			e.After = time.Hour
		}
	})), "liveness"},
}

func TestKitCatchesPlantedBugs(t *testing.T) {
	for _, p := range plants {
		t.Run(p.name, func(t *testing.T) {
			s := consensustest.Suite{
				Protocol: p.protocol, Sizes: []int{3}, Seeds: 10, Bound: 20 * time.Second, Blocks: 50,
				Options: consensustest.Options{Promise: votePromise},
			}
			failures := s.Failures()
			if len(failures) == 0 {
				t.Fatal("the kit noticed nothing")
			}
			for _, f := range failures {
				if strings.Contains(f, p.want) {
					t.Logf("%d cases fail, as in: %s", len(failures), strings.SplitN(f, "\n", 2)[0])
					return
				}
			}
			t.Errorf("no failure names %q; the first is %s", p.want, strings.SplitN(failures[0], "\n", 2)[0])
		})
	}
}

func TestKitPassesRaft(t *testing.T) {
	s := consensustest.Suite{Protocol: raft.Protocol(), Sizes: []int{3}, Seeds: 3}
	for _, f := range s.Failures() {
		t.Error(f)
	}
}
