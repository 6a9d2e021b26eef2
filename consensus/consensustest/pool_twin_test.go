package consensustest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/mempool"
)

// TestPoolTwin drives the kit's naive pool and the real one with the same arrivals, pulls, rewinds
// and commits, and expects the same payloads and refusals.
func TestPoolTwin(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := consensus.Protocol{MinReplicas: 1, New: func(consensus.Config, consensus.Values) (consensus.Machine, error) {
			return silent{}, nil
		}}
		g := NewGroup(t, p, Options{MaxTxs: 1 + rng.IntN(4), MaxWait: time.Duration(rng.IntN(3)) * 10 * time.Millisecond})
		g.RunFor(0)
		n := g.nodes[0]
		twin := mempool.New(mempool.Limits{
			MaxTxs: g.opts.MaxTxs, MaxBytes: 1 << 30, MaxWait: g.opts.MaxWait, Capacity: 1 << 20,
		}, func(id consensus.CommandID) bool { return n.committed[id] })
		var known []*consensus.Command
		excluding := false
		var blocks []*consensus.Block // pulled and not committed
		for op := range 60 {
			switch rng.IntN(7) {
			case 0, 1:
				c := &consensus.Command{ID: consensus.CommandID(len(known) + 1)}
				known = append(known, c)
				n.pool.add(c)
				twin.AddAgain(g.now, c)
			case 2:
				if len(known) > 0 {
					c := known[rng.IntN(len(known))]
					n.pool.add(c)
					twin.AddAgain(g.now, c)
				}
			case 3:
				n.Rewind()
				twin.Rewind()
			case 4:
				g.now += time.Duration(rng.IntN(15)) * time.Millisecond
			case 5:
				if len(blocks) > 0 { // any order: other replicas decide too
					k := rng.IntN(len(blocks))
					for _, c := range blocks[k].Payload.Commands {
						n.committed[c.ID] = true
					}
					blocks = append(blocks[:k], blocks[k+1:]...)
					n.pool.purge()
					twin.Purge()
				}
			case 6:
				req := consensus.PullRequest{Force: rng.IntN(3) == 0}
				if rng.IntN(2) == 0 {
					req.Exclude = blocks
				} else if excluding { // who leaves a branch rewinds
					n.Rewind()
					twin.Rewind()
				}
				excluding = req.Exclude != nil
				a, okA := n.Pull(req)
				b, okB := twin.Pull(g.now, req)
				if okA != okB || okA && a.Digest != b.Payload.Digest {
					t.Fatalf("seed %d step %d: kit pulls %v %v, mempool %v %v", seed, op, a, okA, b.Payload, okB)
				}
				if okA {
					blocks = append(blocks, consensus.NewBlock(1, uint64(op), 0, consensus.Digest{}, a))
				}
			}
		}
	}
}
