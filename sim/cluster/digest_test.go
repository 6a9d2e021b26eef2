package cluster_test

import (
	"context"
	"encoding/hex"
	"runtime"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/workloads"
)

// small is a run of ten seconds with costs, jitter, a crash, loss, duplicates and a slow disk.
func small(t testing.TB, p consensus.Protocol, seed uint64, changes ...tweak) string {
	t.Helper()
	const n = 4
	cfg := base(t, p, n, 0).with(city(t, p, n, seed), crash(1, 3*time.Second, 5*time.Second), func(c *tweaked) {
		c.Faults.Loss = []fault.Loss{{LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: 2000}}
		c.Faults.SlowDisks = []fault.SlowDisk{{Node: 2, From: 6 * time.Second, To: 7 * time.Second, Percent: 1000}}
		c.Faults.Duplicates = anyDuplicate(2000)
		c.App = func() workloads.App { return &tape{} }
	}).with(changes...)
	c, err := cluster.New(cfg.Config)
	if err != nil {
		t.Fatal(err)
	}
	load := sim.NewStream(1, "test/load")
	next, answered := consensus.CommandID(0), 0
	var submit func()
	submit = func() {
		next++
		site := consensus.SiteID(load.Below(n))
		c.Submit(consensus.NodeID(site), &consensus.Command{ID: next, Site: site, Read: next%10 == 0, Op: make([]byte, next%300)},
			func(o consensus.Outcome) {
				if o.Status == consensus.Answered {
					answered++
				}
			})
		c.At(c.Now()+load.Exp(10*time.Millisecond), submit)
	}
	c.At(0, submit)
	if err := c.Run(context.Background(), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	if answered < int(next)/2 {
		t.Errorf("%s: only %d of %d commands answered", p.Name, answered, next)
	}
	d := c.Digest()
	return hex.EncodeToString(d[:])
}

// golden digests of small runs: the same on every architecture, with any number of processors and any
// release of Go. A change of a protocol or of the model changes them, and says so in this file.
var golden = map[string]string{
	"raft":     "5b2ff375310b74a7b23e5874f77c5b5ea35998baf9f0e1a1efe48e7d5e962fcb",
	"pbft":     "6c4fc8d14386253fe06c22833e22f16e13f44d40553e01ca1b31d235f0c5463f",
	"hotstuff": "0c82171cfb68ab8da2aac911abcd318b7161180e9d389997d26238c06f779035",
}

func TestGoldenDigests(t *testing.T) {
	for _, p := range protocols() {
		if got := small(t, p, 1); got != golden[p.Name] {
			t.Errorf("%s: digest %s, want %s", p.Name, got, golden[p.Name])
		}
	}
}

// silent is an observer that does nothing.
type silent struct{ events int }

func (s *silent) Observe(consensus.Event) { s.events++ }

// The digest depends on the run alone: not on who watches, nor on how many processors there are. Any
// change of what a user can see changes it.
func TestDigestTellsRunsApart(t *testing.T) {
	for _, p := range protocols() {
		seen := map[string]string{}
		first := small(t, p, 1)
		seen[first] = "the run itself"
		if again := small(t, p, 1); again != first {
			t.Errorf("%s: two runs of one seed differ", p.Name)
		}
		watcher := &silent{}
		if watched := small(t, p, 1, func(c *tweaked) { c.Tap = watcher }); watched != first || watcher.events == 0 {
			t.Errorf("%s: the run changes when somebody watches (%d events)", p.Name, watcher.events)
		}
		heard := 0
		traced := small(t, p, 1, func(c *tweaked) {
			c.Wire, c.Spend = func(cluster.Wired) { heard++ }, func(cluster.Spent) { heard++ }
		})
		if traced != first || heard == 0 {
			t.Errorf("%s: the run changes when it is traced (%d messages and spans)", p.Name, heard)
		}
		procs := runtime.GOMAXPROCS(1)
		one := small(t, p, 1)
		runtime.GOMAXPROCS(procs)
		if one != first {
			t.Errorf("%s: the run depends on the number of processors", p.Name)
		}
		for name, change := range map[string]tweak{
			"another seed":        func(c *tweaked) { c.Seed = 2 },
			"a slower disk":       func(c *tweaked) { c.Profile.Fsync++ },
			"dearer execution":    func(c *tweaked) { c.Profile.Costs[consensus.OpExecute].Picos += 1000 },
			"a longer signature":  func(c *tweaked) { c.SigBytes++ },
			"a shorter retry":     func(c *tweaked) { c.Retry -= 100 * time.Millisecond },
			"one fault less":      func(c *tweaked) { c.Faults.SlowDisks = nil },
			"another program":     func(c *tweaked) { c.App = func() workloads.App { return &tape{applied: 1, root: [32]byte{1}} } },
			"answers of a query":  func(c *tweaked) { c.App = func() workloads.App { return &chatty{} } },
			"one more core":       func(c *tweaked) { c.Profile.Cores++ },
			"another block limit": func(c *tweaked) { c.Limits.MaxTxs = 3 },
		} {
			d := small(t, p, 1, change)
			if name == "a longer signature" && p.Name == "raft" {
				continue // which signs nothing
			}
			if other, ok := seen[d]; ok {
				t.Errorf("%s: %s has the digest of %s", p.Name, name, other)
			}
			seen[d] = name
		}
	}
}

// chatty is a tape whose queries answer something else.
type chatty struct{ tape }

func (c *chatty) Query(op []byte) []byte { return append([]byte{1}, c.tape.Query(op)[1:]...) }
