package cluster_test

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/workloads"
)

// In the long run of a group that keeps up, with and without faults, nothing grows: not the messages and
// effects under way (a replica that catches up has some hundreds of them), nor the blocks, the operations of finished commands or the logs.
func TestNothingGrows(t *testing.T) {
	for _, p := range protocols() {
		for _, faults := range []string{"none", "crash-follower", "lossy"} {
			const length = 60 * time.Second // half a million events and more
			cfg := base(t, p, 4, 0).with(city(t, p, 4, 5), func(c *tweaked) {
				c.Faults, _ = fault.Named(faults, 4, length)
				c.Faults.Duplicates = anyDuplicate(10_000)
				c.App = func() workloads.App { return &tape{} }
			})
			c, err := cluster.New(cfg.Config)
			if err != nil {
				t.Fatal(err)
			}
			offer(c, 1000, 4, func(consensus.Outcome) {})
			if err := c.Run(context.Background(), length); err != nil {
				t.Fatal(err)
			}
			slots, buffers, calls, used := c.Slabs()
			blocks, commands := c.Held()
			events, records := c.Pending()
			if slots+buffers+calls > 4000 || used > events || commands > 0 || blocks > 2000 || records > 4*3000 {
				t.Errorf("%s, %s: %d slots, %d buffers, %d calls, %d of them in use with %d events due; %d blocks, %d commands, %d records kept at height %d",
					p.Name, faults, slots, buffers, calls, used, events, blocks, commands, records, c.Height())
			}
			for i := range 4 {
				if c.Lag(i) > 100*time.Millisecond {
					t.Errorf("%s, %s: replica %d is %v behind", p.Name, faults, i, c.Lag(i))
				}
			}
		}
	}
}
