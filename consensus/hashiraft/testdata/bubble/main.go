// Command bubble runs hashicorp/raft for a virtual minute in an ordinary program, without go test.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/workloads"
)

// echo is a program without state.
type echo struct{}

func (echo) Apply(op []byte) []byte { return op }
func (echo) Query(op []byte) []byte { return op }
func (echo) Digest() [32]byte       { return [32]byte{} }
func (echo) Check() error           { return nil }

func main() {
	c, err := hashiraft.New(hashiraft.Config{
		Replicas: 3,
		Delay:    func(consensus.NodeID, consensus.NodeID) time.Duration { return 5 * time.Millisecond },
		Fsync:    time.Millisecond,
		Limits:   mempool.Limits{MaxTxs: 10, MaxBytes: 1 << 20, Capacity: 1000},
		App:      func() workloads.App { return echo{} },
	})
	if err != nil {
		fail(err)
	}
	answered := 0
	var latency time.Duration
	for i := range 60 {
		at := time.Duration(i) * time.Second
		c.At(at, func() {
			c.Submit(0, &consensus.Command{ID: consensus.CommandID(i + 1)}, func(o consensus.Outcome) {
				if o.Status == consensus.Answered {
					answered++
					latency = o.Done - at
				}
			})
		})
	}
	if err := c.Run(context.Background(), time.Minute); err != nil {
		fail(err)
	}
	fmt.Printf("answered %d, latency %v\n", answered, latency)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
