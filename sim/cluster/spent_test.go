package cluster_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/cluster"
)

// What is told of CPU and disk time adds up to what was billed, whatever the number of cores, and no piece of work ends
// before it began or begins before it was asked for.
func TestSpentAddsUp(t *testing.T) {
	for _, p := range protocols() {
		for _, cores := range []int{1, 3} {
			const n = 4
			cpu, disk := make([]time.Duration, n), make([]time.Duration, n)
			syncs := map[[2]time.Duration]bool{}
			own := 0
			b := start(t, base(t, p, n, 0).with(city(t, p, n, 1), func(c *tweaked) {
				c.Profile.Cores, c.Profile.DiskBytesPerSec = cores, 0
				c.Spend = func(s cluster.Spent) {
					if s.Began < s.Asked || s.Done < s.Began || (s.CPU > 0) != (len(s.Work) > 0) {
						t.Errorf("%s: %+v", p.Name, s)
					}
					cpu[s.Node] += s.CPU
					if key := [2]time.Duration{time.Duration(s.Node), s.Done}; s.Bytes > 0 && !syncs[key] {
						syncs[key] = true
						disk[s.Node] += s.Done - s.Began
					}
					for _, h := range s.Blocks {
						if h.Has(3) {
							own++
							break
						}
					}
				}
			}))
			for i := range 200 {
				b.submitAt(time.Duration(i)*5*time.Millisecond, consensus.SiteID(i%n), consensus.NodeID(i%n), false)
			}
			b.run(5 * time.Second)
			for i, u := range b.Usage() {
				if cpu[i] != u.CPUBusy || cpu[i] == 0 {
					t.Errorf("%s, %d cores: replica %d told of %v of CPU, billed %v", p.Name, cores, i, cpu[i], u.CPUBusy)
				}
				if disk[i] != u.DiskBusy || disk[i] == 0 {
					t.Errorf("%s, %d cores: replica %d told of %v of disk, billed %v", p.Name, cores, i, disk[i], u.DiskBusy)
				}
			}
			if own < 2*n { // at least to store and to execute it, at each replica
				t.Errorf("%s: %d pieces of work for block 3", p.Name, own)
			}
		}
	}
}
