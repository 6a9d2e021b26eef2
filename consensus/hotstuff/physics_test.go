package hotstuff_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/hotstuff"
)

const d = 10 * time.Millisecond

// commitTimes submits a command where the leader is and returns when each replica committed it.
func commitTimes(g *consensustest.Group, leader consensus.NodeID) []time.Duration {
	start := g.Now()
	c := g.Submit(leader)
	at := make([]time.Duration, g.N())
	g.RunUntil(func() bool {
		missing := false
		for i := range at {
			if g.Has(consensus.NodeID(i), c) {
				if at[i] == 0 {
					at[i] = g.Now() - start
				}
			} else {
				missing = true
			}
		}
		return !missing
	}, time.Second)
	return at
}

// §5: a block is proposed (1 delay) and voted for (1 delay), which certifies it; two more generic
// phases on top of it make a three-chain. So the leader that forms the third certificate decides after
// 6 delays, and the others when its proposal brings them that certificate, after 7.
func TestDecisionTakesSixDelaysAndSevenAtOthers(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		for _, n := range []int{4, 5, 7, 10} {
			g := consensustest.NewGroup(t, hotstuff.Protocol(), consensustest.Options{
				N: n, DelayMin: d, MaxTxs: 1, Values: map[string]string{"leader": leader},
			})
			view := 1
			for range 5 { // an idle group starts again wherever its view has got to
				proposer, decider := consensus.NodeID((view-1)%n), consensus.NodeID((view+2)%n)
				if leader == "stable" {
					proposer, decider = 0, 0
				}
				for id, at := range commitTimes(g, proposer) {
					want := 7 * d
					if consensus.NodeID(id) == decider {
						want = 6 * d
					}
					if at != want {
						t.Fatalf("%s n=%d view %d: replica %d committed after %v, want %v", leader, n, view, id, at, want)
					}
				}
				g.RunFor(time.Second)
				view += 4
			}
		}
	}
}

// A steady stream is decided at one block every 2 delays: a proposal and its votes (§5, pipelining).
func TestPipelineDecidesEveryTwoDelays(t *testing.T) {
	g := consensustest.NewGroup(t, hotstuff.Protocol(), consensustest.Options{DelayMin: d, MaxTxs: 1})
	for range 20 {
		g.Submit(0)
	}
	last := time.Duration(0)
	for height := uint64(1); height <= 20; height++ {
		if !g.RunUntil(func() bool { return g.Height(0) >= height }, time.Second) {
			t.Fatalf("height %d is not committed", height)
		}
		// Replica 0 decides itself when it forms the certificate, one delay before it would hear.
		if gap := g.Now() - last; height > 1 && (gap < d || gap > 3*d) {
			t.Fatalf("height %d came after %v", height, gap)
		}
		last = g.Now()
	}
	if want := 7*d + 19*2*d; last != want && last != want-d {
		t.Fatalf("20 blocks took %v, want %v or a delay less", last, want)
	}
}

// Once everything is committed nobody says anything more, and no view is left.
func TestIdleGroupIsQuiet(t *testing.T) {
	for _, leader := range []string{"rotating", "stable"} {
		g := consensustest.NewGroup(t, hotstuff.Protocol(), consensustest.Options{
			Transcript: true, Values: map[string]string{"leader": leader},
		})
		g.Submit(2)
		g.Settle(time.Second)
		g.RunFor(time.Second)
		before := len(g.Trace())
		g.RunFor(time.Hour)
		for _, line := range strings.Split(g.Trace()[before:], "\n") {
			if line != "" && !strings.HasSuffix(line, "timeout 0") {
				t.Fatalf("%s: an idle group does something: %s", leader, line)
			}
		}
	}
}

// golden compares a transcript with testdata; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

func TestTranscriptOfNormalCase(t *testing.T) {
	g := consensustest.NewGroup(t, hotstuff.Protocol(), consensustest.Options{DelayMin: d, Transcript: true})
	g.Submit(0)
	g.RunFor(2 * time.Second)
	golden(t, "normal.txt", g.Trace())
}

func TestTranscriptOfLeaderFailure(t *testing.T) {
	g := consensustest.NewGroup(t, hotstuff.Protocol(), consensustest.Options{DelayMin: d, Transcript: true})
	g.RunFor(d)
	g.Crash(0)
	g.Submit(1)
	g.RunFor(3 * time.Second)
	g.Restart(0)
	g.RunFor(3 * time.Second)
	if !g.AllCommitted() {
		t.Error("the command was not committed everywhere")
	}
	golden(t, "leader-failure.txt", g.Trace())
}
