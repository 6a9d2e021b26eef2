package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// toy is a machine whose behaviour a test writes down.
type toy struct {
	cfg  consensus.Config
	step func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects)
}

func (m *toy) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	m.step(m.cfg.Self, now, in, fx)
}

// toys is a protocol of machines that all share one script; clients wait for so many answers.
func toys(answers int, step func(consensus.NodeID, time.Duration, consensus.Input, *consensus.Effects)) consensus.Protocol {
	return consensus.Protocol{
		Name: "toy", FaultModel: consensus.CrashFaults, MinReplicas: 1,
		Answers: func(int) int { return answers },
		New: func(cfg consensus.Config, _ consensus.Values) (consensus.Machine, error) {
			return &toy{cfg: cfg, step: step}, nil
		},
	}
}

// note is a message or record that says what it is and how long it is on the wire.
type note struct {
	text  string
	bytes int
}

func (n note) WireSize() int { return n.bytes }

// diary collects what happened, for comparison with what should have.
type diary struct{ lines []string }

func (d *diary) add(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) expect(t *testing.T, want ...string) {
	t.Helper()
	if len(d.lines) != len(want) {
		t.Errorf("%d lines, want %d", len(d.lines), len(want))
	}
	for i := range max(len(d.lines), len(want)) {
		got, wanted := "nothing", "nothing"
		if i < len(d.lines) {
			got = d.lines[i]
		}
		if i < len(want) {
			wanted = want[i]
		}
		if got != wanted {
			t.Errorf("line %d: %s; want %s", i+1, got, wanted)
		}
	}
}

// only is a script for one replica: the others do nothing but note down what they receive.
func only(id consensus.NodeID, d *diary, step func(time.Duration, consensus.Input, *consensus.Effects)) func(consensus.NodeID, time.Duration, consensus.Input, *consensus.Effects) {
	return func(self consensus.NodeID, now time.Duration, in consensus.Input, fx *consensus.Effects) {
		switch {
		case self == id:
			step(now, in, fx)
		case in.Kind == consensus.Receive:
			d.add("%v %s", now, in.Msg.(note).text)
		}
	}
}

// costs makes an operation cost so much, on so many cores.
func costs(cores int, list map[consensus.Op]time.Duration) tweak {
	return func(c *tweaked) {
		c.Profile.Cores = cores
		for op, d := range list {
			c.Profile.Costs[op].Picos = uint64(d) * 1000
		}
	}
}

// fsync gives the disks a time to fsync and no limit to their bandwidth.
func fsync(d time.Duration) tweak {
	return func(c *tweaked) { c.Profile.Fsync, c.Profile.DiskBytesPerSec = d, 0 }
}
