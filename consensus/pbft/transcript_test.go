package pbft

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

var update = flag.Bool("update", false, "write the golden transcripts")

// The transcripts under testdata are the protocol as it speaks: read them beside OSDI figure 1.
func TestTranscripts(t *testing.T) {
	options := consensustest.Options{N: 4, DelayMin: 10 * time.Millisecond, Transcript: true,
		Values: map[string]string{settingCheckpointInterval: "2", settingWindow: "4"}}
	for name, script := range map[string]func(g *consensustest.Group){
		"normal-case": func(g *consensustest.Group) {
			g.Submit(0)
			g.RunFor(100 * time.Millisecond)
			g.Submit(2)
			g.RunFor(100 * time.Millisecond)
		},
		"view-change": func(g *consensustest.Group) {
			g.RunFor(100 * time.Millisecond)
			g.Partition([]consensus.NodeID{3})
			g.Submit(0)
			g.RunFor(15 * time.Millisecond)
			g.Crash(0)
			g.RunFor(20 * time.Millisecond)
			g.Partition([]consensus.NodeID{1}, []consensus.NodeID{2})
			g.RunFor(2100*time.Millisecond - g.Now())
			g.Heal()
			g.Submit(1)
			g.RunFor(time.Second)
		},
		"catch-up": func(g *consensustest.Group) {
			g.Submit(0)
			g.RunFor(40 * time.Millisecond)
			g.Crash(3)
			for range 5 {
				g.Submit(0)
				g.RunFor(40 * time.Millisecond)
			}
			g.Restart(3)
			g.RunFor(100 * time.Millisecond)
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := consensustest.NewGroup(t, Protocol(), options)
			script(g)
			path := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(g.Trace()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if g.Trace() != string(want) {
				t.Errorf("the transcript differs from %s (run with -update and read the difference):\n%s", path, g.Trace())
			}
		})
	}
}
