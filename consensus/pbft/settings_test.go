package pbft

import (
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

func TestDescriptor(t *testing.T) {
	p := Protocol()
	if p.Name != "pbft" || p.MinReplicas != 4 || p.FaultModel != consensus.ByzantineFaults {
		t.Errorf("descriptor %+v", p)
	}
	for n, want := range map[int]int{1: 1, 3: 1, 4: 2, 6: 2, 7: 3, 100: 34} {
		if got := p.Answers(n); got != want {
			t.Errorf("a client of %d replicas waits for %d answers, want f+1 = %d", n, got, want)
		}
	}
}

func TestSettingsThatContradict(t *testing.T) {
	keys := consensus.NewModelKeys(4, 64, 1)
	for want, given := range map[string]map[string]string{
		"":                                 nil,
		"window is 4, which is below":      {settingWindow: "4"},
		"window is 100000":                 {settingWindow: "100000"},
		"view_timeout_max is 1s, which is": {settingViewTimeoutMax: "1s"},
	} {
		values, err := consensus.ParseValues(settings(), given)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Protocol().New(consensus.Config{N: 4, Auth: keys.For(0)}, values)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v: error %v, want %q", given, err, want)
		}
	}
}

// A window equal to the checkpoint interval, and one that is no power of two or multiple of it, work.
func TestOddWindows(t *testing.T) {
	for _, w := range [][2]string{{"1", "1"}, {"1", "2"}, {"5", "5"}, {"5", "13"}, {"7", "100"}} {
		p := newPump(t, 4, map[string]string{settingCheckpointInterval: w[0], settingWindow: w[1]})
		for id := consensus.CommandID(1); id <= 100; id++ {
			p.nodes[0].offer(0, id)
			if id%9 == 0 {
				p.run(0)
			}
		}
		p.run(0)
		for _, n := range p.nodes {
			if len(n.store) != 100 {
				t.Errorf("interval %s, window %s: replica %d committed %d of 100", w[0], w[1], n.id, len(n.store))
			}
		}
	}
}

// TestVolatileVotes runs the cases in which at most f replicas lose their memory, as the paper
// assumes, with votes in memory only.
func TestVolatileVotes(t *testing.T) {
	cases := consensustest.Suite{Protocol: Protocol(), Options: consensustest.Options{
		Values: map[string]string{settingDurableVotes: "false"},
	}}.Cases()
	ran := 0
	for _, c := range cases {
		name, size, _ := strings.Cut(c.Name, "/")
		if size != "n=1" && slices.Contains([]string{"fault-free", "lossy", "crashed-minority", "leader-crash", "minority-partition", "long-absence"}, name) {
			ran++
			t.Run(c.Name, func(t *testing.T) { c.Run(t) })
		}
	}
	if ran != 12 {
		t.Errorf("%d cases ran, want 12", ran)
	}
}

// Sizes on the wire count every signature.
func TestWireSizes(t *testing.T) {
	const sig, statement, header = 64, consensus.StatementBytes, headerBytes
	p := newPump(t, 4, nil)
	for id := consensus.CommandID(1); id <= 2; id++ {
		p.nodes[0].offer(0, id)
	}
	for _, d := range p.queue {
		if pp, ok := d.in.Msg.(*PrePrepare); ok {
			if got, want := pp.WireSize(), header+statement+sig+pp.Block.WireSize(); got != want {
				t.Errorf("pre-prepare: %d bytes, want %d", got, want)
			}
		}
	}
	p.run(0)
	for _, n := range p.nodes[1:] {
		n.machine.startViewChange(1, &n.fx)
	}
	// Two elements of P: statement, pre-prepare signature, bitmap, 2f prepare signatures.
	prepared := statement + sig + 1 + 2*sig
	change := header + statement + sig + 2*numberBytes + 2*prepared
	vc := p.nodes[1].machine.change
	if got := vc.WireSize(); got != change {
		t.Errorf("VIEW-CHANGE: %d bytes, want %d", got, change)
	}
	lead := p.nodes[1].machine
	for _, n := range p.nodes[2:] {
		lead.Step(0, consensus.Input{Kind: consensus.Receive, From: n.id, Msg: n.machine.change}, &p.nodes[1].fx)
	}
	if lead.newView == nil {
		t.Fatal("no NEW-VIEW")
	}
	if got, want := lead.newView.WireSize(), header+statement+sig+3*change+2*(numberBytes+digestBytes+sig); got != want {
		t.Errorf("NEW-VIEW: %d bytes, want %d", got, want)
	}
	for _, r := range p.nodes[1].log {
		if r.WireSize() <= statement {
			t.Errorf("%T counts %d bytes", r, r.WireSize())
		}
	}
}
