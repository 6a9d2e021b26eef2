package pbft

import (
	"fmt"
	"testing"

	"github.com/govbench/govbench/consensus"
)

// BenchmarkStepPrepare is the hot path: one PREPARE that brings its slot no further.
func BenchmarkStepPrepare(b *testing.B) { benchmarkVote(b, KindPrepare) }

// BenchmarkStepCommit is the same for a COMMIT.
func BenchmarkStepCommit(b *testing.B) { benchmarkVote(b, KindCommit) }

func benchmarkVote(b *testing.B, kind uint8) {
	for _, n := range []int{64, 128} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			p := newPump(b, n, nil)
			node := p.nodes[1]
			const slots = 8
			var inputs []consensus.Input
			for seq := uint64(1); seq <= slots; seq++ {
				for from := 2; from < n; from++ {
					v := &Vote{Kind: kind, Seq: seq, Digest: consensus.Digest{byte(seq)}}
					v.Sig = p.nodes[from].machine.auth.Sign(v.statement())
					inputs = append(inputs, consensus.Input{Kind: consensus.Receive, From: consensus.NodeID(from), Msg: v})
				}
			}
			b.ReportAllocs()
			at := 0
			for b.Loop() {
				if at == len(inputs) {
					for i := range node.machine.ring {
						node.machine.leaveView(&node.machine.ring[i])
					}
					at = 0
				}
				node.fx.Reset()
				node.machine.Step(0, inputs[at], &node.fx)
				at++
			}
		})
	}
}

// BenchmarkConsensus is one block through all three phases at all replicas.
func BenchmarkConsensus(b *testing.B) {
	for _, n := range []int{4, 64, 128} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) { benchmarkConsensus(b, n) })
	}
}

// BenchmarkConsensus128 is the published comparison: one consensus of 128 replicas.
func BenchmarkConsensus128(b *testing.B) { benchmarkConsensus(b, 128) }

func benchmarkConsensus(b *testing.B, n int) {
	p := newPump(b, n, nil)
	messages, id := 0, consensus.CommandID(0)
	b.ReportAllocs()
	for b.Loop() {
		id++
		p.nodes[0].offer(0, id)
		messages += p.run(0)
	}
	for _, node := range p.nodes {
		if len(node.store) != int(id) {
			b.Fatalf("replica %d committed %d of %d blocks", node.id, len(node.store), id)
		}
	}
	b.ReportMetric(float64(messages)/float64(id), "messages/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(messages), "ns/message")
}
