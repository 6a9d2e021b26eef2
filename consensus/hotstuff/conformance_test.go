package hotstuff_test

import (
	"os"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/hotstuff"
)

// suite is the kit for one kind of leader. The bound leaves room for a replica that stays away: with
// rotating leaders each of its views costs a timeout.
func suite(leader string) consensustest.Suite {
	seeds := 12
	if testing.Short() {
		seeds = 2
	}
	return consensustest.Suite{
		Protocol: hotstuff.Protocol(),
		Bound:    10 * time.Minute,
		Seeds:    seeds,
		Options:  consensustest.Options{Values: map[string]string{"leader": leader}, Conflict: conflict},
	}
}

// conflict is the promise behind the protocol's safety (§4.3): one vote a view, whatever the height.
func conflict(a, b consensus.Statement) bool {
	return a.Kind == hotstuff.KindVote && a.Digest != b.Digest
}

func TestConformance(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		t.Run(leader, func(t *testing.T) { suite(leader).Run(t) })
	}
}

// Small checkpoints, short transfers and odd sizes take other ways through catch-up and restart.
func TestConformanceWithTightLimits(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		s := suite(leader)
		s.Sizes, s.Seeds, s.Blocks = []int{4, 5, 6}, 5, 40
		s.Options.Values["checkpoint_records"] = "3"
		s.Options.Values["sync_blocks"] = "2"
		s.Options.Values["aggregate"] = "true"
		t.Run(leader, func(t *testing.T) { s.Run(t) })
	}
}

// With STRESS=1 the kit and the faulty replicas run with many more seeds and sizes (two minutes).
func TestStress(t *testing.T) {
	if os.Getenv("STRESS") == "" {
		t.Skip("STRESS is not set")
	}
	for _, leader := range []string{"rotating", "stable"} {
		s := suite(leader)
		s.Sizes, s.Seeds, s.Blocks = []int{1, 2, 4, 5, 6, 7, 10}, 80, 50
		s.Options.Values["checkpoint_records"] = "5"
		s.Options.Values["sync_blocks"] = "3"
		t.Run(leader, func(t *testing.T) {
			s.Run(t)
			s.Seeds = 40
			byzantine(t, s)
		})
	}
}
