package raft_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
	"github.com/govbench/govbench/consensus/raft"
)

// TestTranscripts replays the scripts in testdata; each command answers with what happened since the
// one before. Run with -rewrite to accept a change, and read the difference.
func TestTranscripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var g *consensustest.Group
		shown := 0
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "group" {
				g, shown = newGroup(t, d), 0
				return ""
			}
			command(t, g, d)
			lines := strings.SplitAfter(strings.TrimSuffix(g.Trace(), "\n"), "\n")
			if g.Trace() == "" {
				lines = nil
			}
			out := strings.Join(lines[shown:], "")
			shown = len(lines)
			if out == "" {
				return ""
			}
			return strings.TrimSuffix(out, "\n") + "\n"
		})
	})
}

// newGroup reads "group n=3 fsync=2ms setting=value ...".
func newGroup(t *testing.T, d *datadriven.TestData) *consensustest.Group {
	o := consensustest.Options{Transcript: true, Values: map[string]string{}}
	for _, arg := range d.CmdArgs {
		switch v := arg.Vals[0]; arg.Key {
		case "n":
			o.N, _ = strconv.Atoi(v)
		case "max_txs":
			o.MaxTxs, _ = strconv.Atoi(v)
		case "fsync":
			o.Fsync, _ = time.ParseDuration(v)
		default:
			o.Values[arg.Key] = v
		}
	}
	return consensustest.NewGroup(t, raft.Protocol(), o)
}

func command(t *testing.T, g *consensustest.Group, d *datadriven.TestData) {
	ids := func() []consensus.NodeID {
		var out []consensus.NodeID
		for _, a := range d.CmdArgs {
			id, err := strconv.Atoi(a.Key)
			if err != nil {
				d.Fatalf(t, "%q is no replica", a.Key)
			}
			out = append(out, consensus.NodeID(id))
		}
		return out
	}
	switch d.Cmd {
	case "run":
		span, err := time.ParseDuration(d.CmdArgs[0].Key)
		if err != nil {
			d.Fatalf(t, "%v", err)
		}
		g.RunFor(span)
	case "submit":
		for _, id := range ids() {
			g.Submit(id)
		}
		g.RunFor(0)
	case "crash":
		for _, id := range ids() {
			g.Crash(id)
		}
	case "restart":
		for _, id := range ids() {
			g.Restart(id)
		}
		g.RunFor(0)
	case "partition":
		g.Partition(ids())
	case "heal":
		g.Heal()
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
}
