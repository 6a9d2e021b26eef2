package raft_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/raft"
)

// endless is a Host with work for ever and a free disk.
type endless struct {
	payload *consensus.Payload
	left    int
}

func (h *endless) Pull(consensus.PullRequest) (*consensus.Payload, bool) {
	if h.left == 0 {
		return nil, false
	}
	h.left--
	return h.payload, true
}
func (*endless) Rewind()                                   {}
func (*endless) Waiting() (int, time.Duration)             { return 0, 0 }
func (*endless) Stored(uint64) (consensus.Committed, bool) { return consensus.Committed{}, false }

type delivery struct {
	from, to consensus.NodeID
	in       consensus.Input
}

// BenchmarkBlock is one block decided by a group of n with messages delivered at once: the cost of
// the machines alone, in time and allocations.
func BenchmarkBlock(b *testing.B) {
	for _, n := range []int{3, 7, 31, 100} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			benchmarkBlock(b, n)
		})
	}
}

func benchmarkBlock(b *testing.B, n int) {
	p := raft.Protocol()
	values, err := consensus.ParseValues(p.Settings, nil)
	if err != nil {
		b.Fatal(err)
	}
	machines := make([]consensus.Machine, n)
	hosts := make([]endless, n)
	fxs := make([]consensus.Effects, n)
	for i := range machines {
		machines[i], err = p.New(consensus.Config{Self: consensus.NodeID(i), N: n, Rand: &counter{}}, values)
		if err != nil {
			b.Fatal(err)
		}
		hosts[i].payload = consensus.NewPayload(nil)
		fxs[i].Host = &hosts[i]
	}
	var queue []delivery
	steps, commits := 0, 0
	run := func() {
		for head := 0; head < len(queue); head++ {
			d := queue[head]
			fx := &fxs[d.to]
			fx.Reset()
			machines[d.to].Step(0, d.in, fx)
			steps++
			for i := range fx.List {
				e := &fx.List[i]
				switch e.Kind {
				case consensus.EffectSend, consensus.EffectSendEarly:
					in := consensus.Input{Kind: consensus.Receive, From: d.to, Msg: e.Msg}
					if e.To != consensus.Everyone {
						queue = append(queue, delivery{d.to, e.To, in})
						continue
					}
					for id := range consensus.NodeID(n) {
						if id != d.to {
							queue = append(queue, delivery{d.to, id, in})
						}
					}
				case consensus.EffectSynced:
					queue = append(queue, delivery{d.to, d.to, consensus.Input{Kind: consensus.Persisted, Token: e.View}})
				case consensus.EffectCommit:
					commits++
				}
			}
		}
		queue = queue[:0]
	}
	for i := range machines {
		queue = append(queue, delivery{0, consensus.NodeID(i), consensus.Input{Kind: consensus.Start}})
	}
	run()
	steps, commits = 0, 0
	b.ReportAllocs()
	for b.Loop() {
		hosts[0].left = 1
		queue = append(queue, delivery{0, 0, consensus.Input{Kind: consensus.Ready}})
		run()
	}
	if commits != n*b.N {
		b.Fatalf("%d commits of %d blocks", commits, b.N)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
}
