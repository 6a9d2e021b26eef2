package hashiraft_test

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
)

// BenchmarkBubble is 1,000 commands a second for a virtual minute on five replicas with 5 ms links.
// x-realtime is how many virtual seconds pass in a real one.
func BenchmarkBubble(b *testing.B) {
	const virtual = 60 * time.Second
	for range b.N {
		cfg, _ := config(hashiraft.Bubble, 5)
		cfg.Tap = nil
		c := mustNew(b, cfg)
		answered, next := 0, consensus.CommandID(0)
		op := make([]byte, 100)
		var send func()
		send = func() {
			next++
			c.Submit(consensus.NodeID(int(next)%5), &consensus.Command{ID: next, Op: op}, func(o consensus.Outcome) {
				if o.Status == consensus.Answered {
					answered++
				}
			})
			c.At(time.Duration(next)*time.Millisecond, send)
		}
		c.At(0, send)
		if err := c.Run(context.Background(), virtual); err != nil {
			b.Fatal(err)
		}
		if answered < 59000 {
			b.Fatalf("%d of 60000 commands answered", answered)
		}
	}
	b.ReportMetric(virtual.Seconds()*float64(b.N)/b.Elapsed().Seconds(), "x-realtime")
}
