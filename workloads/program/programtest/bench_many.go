package programtest

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
)

// Member is one of many programs on a chain.
type Member struct {
	Family workloads.Family
	Params workloads.Params
	Share  uint64 // of the transactions, in proportion to the others'
}

// BenchMany measures transactions of many programs that take turns at random by their shares, with the roots of
// those that a block touched taken after each block of 500. In a mix most programs see a few operations of a
// block, so that what a root costs by itself weighs more than in [BenchApply].
func BenchMany(b *testing.B, members []Member) {
	apps := make([]workloads.App, len(members))
	next := make([]func(want int) [][]byte, len(members))
	total := uint64(0)
	var turns []int // a table of members, each as often as its share
	for i, m := range members {
		built := Build(b, m.Family, m.Params)
		apps[i], next[i] = built.App(), prepare(built)
		total += m.Share
		for range m.Share {
			turns = append(turns, i)
		}
	}
	type turn struct {
		member int
		op     []byte
	}
	rand, used := New(3), time.Duration(0)
	plan, count := make([]turn, 0, benchChunk), make([]int, len(members))
	touched := make([]bool, len(members))
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		plan = plan[:0]
		clear(count)
		for range min(benchChunk, b.N-done) {
			member := turns[rand.Below(total)]
			plan = append(plan, turn{member: member})
			count[member]++
		}
		ops := make([][][]byte, len(members))
		for i := range members {
			ops[i] = next[i](count[i])
		}
		for i := range plan {
			m := plan[i].member
			plan[i].op, ops[m] = ops[m][0], ops[m][1:]
		}
		b.StartTimer()
		from := cpuTime()
		for i := range plan {
			m := plan[i].member
			apps[m].Apply(plan[i].op)
			touched[m] = true
			if i%blockOps != blockOps-1 {
				continue
			}
			for at, is := range touched {
				if is {
					apps[at].Digest()
					touched[at] = false
				}
			}
		}
		used += cpuTime() - from
		done += len(plan)
	}
	perCPU(b, b.N, used, "ops/cpu-s")
}
