package fault

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
)

const anyone = consensus.Everyone

func TestDown(t *testing.T) {
	s := Schedule{Crashes: []Crash{
		{Node: 1, From: 10, To: 20}, {Node: 1, From: 15, To: 30}, {Node: 1, From: 50, To: 60}, {Node: 2, From: 5},
	}}
	for _, c := range []struct {
		node     consensus.NodeID
		at       time.Duration
		down     bool
		nextDown time.Duration
		everDown bool
		nextUp   time.Duration
		everUp   bool
	}{
		{0, 0, false, 0, false, 0, true},
		{1, 0, false, 10, true, 0, true},
		{1, 9, false, 10, true, 9, true},
		{1, 10, true, 10, true, 30, true}, // overlapping crashes are one
		{1, 19, true, 19, true, 30, true},
		{1, 20, true, 20, true, 30, true},
		{1, 30, false, 50, true, 30, true}, // half open
		{1, 60, false, 0, false, 60, true},
		{2, 4, false, 5, true, 4, true},
		{2, 1 << 60, true, 1 << 60, true, 0, false},
	} {
		name := fmt.Sprintf("node %d at %d", c.node, c.at)
		if got := s.Down(c.node, c.at); got != c.down {
			t.Errorf("%s: down %v", name, got)
		}
		if at, ok := s.NextDown(c.node, c.at); at != c.nextDown || ok != c.everDown {
			t.Errorf("%s: next down %d, %v", name, at, ok)
		}
		if at, ok := s.NextUp(c.node, c.at); at != c.nextUp || ok != c.everUp {
			t.Errorf("%s: next up %d, %v", name, at, ok)
		}
	}
}

func TestCut(t *testing.T) {
	s := Schedule{Partitions: []Partition{
		{From: 10, To: 20, Groups: [][]consensus.NodeID{{0, 1}, {2, 3}}}, // 4 and 5 stand alone
		{From: 15, To: 16, Groups: [][]consensus.NodeID{{0}}},
	}}
	for _, c := range []struct {
		a, b consensus.NodeID
		at   time.Duration
		cut  bool
	}{
		{0, 2, 9, false}, {0, 2, 10, true}, {2, 0, 19, true}, {0, 2, 20, false},
		{0, 1, 12, false}, {2, 3, 12, false}, {4, 5, 12, true}, {0, 4, 12, true}, {4, 0, 12, true},
		{4, 4, 12, false}, {0, 1, 15, true}, {0, 0, 15, false}, {2, 3, 15, true},
	} {
		if got := s.Cut(c.a, c.b, c.at); got != c.cut {
			t.Errorf("%d to %d at %d: cut %v", c.a, c.b, c.at, got)
		}
	}
}

func TestLinksAndDisks(t *testing.T) {
	s := Schedule{
		Loss:       []Loss{{From: 10, To: 20, LinkFrom: 1, LinkTo: anyone, PerMillion: Million}},
		Duplicates: []Duplicate{{From: 10, LinkFrom: anyone, LinkTo: 2, PerMillion: Million}},
		Delays: []Delay{
			{From: 10, To: 20, LinkFrom: 1, LinkTo: 2, Extra: 5},
			{From: 15, To: 30, LinkFrom: anyone, LinkTo: anyone, Extra: 7},
		},
		SlowDisks: []SlowDisk{{Node: 1, From: 10, To: 20, Percent: 300}, {Node: anyone, From: 15, To: 30, Percent: 200}},
	}
	stream := sim.NewStream(1, "links")
	in := NewInjector(&s, 1)
	for _, c := range []struct {
		a, b        consensus.NodeID
		at          time.Duration
		lost, twice bool
		extra       time.Duration
		percent     uint32 // of a's disk
	}{
		{1, 2, 9, false, false, 0, 100},
		{1, 2, 10, true, true, 5, 300},
		{2, 1, 10, false, false, 0, 100},
		{1, 0, 19, true, false, 7, 300},
		{1, 2, 19, true, true, 12, 300},
		{0, 2, 25, false, true, 7, 200},
		{0, 2, 30, false, true, 0, 100},
	} {
		name := fmt.Sprintf("%d to %d at %d", c.a, c.b, c.at)
		if got := s.Lost(stream, c.a, c.b, c.at); got != c.lost || in.Lost(c.a, c.b, c.at) != c.lost {
			t.Errorf("%s: lost %v", name, got)
		}
		if got := s.Duplicated(stream, c.a, c.b, c.at); got != c.twice || in.Duplicated(c.a, c.b, c.at) != c.twice {
			t.Errorf("%s: twice %v", name, got)
		}
		if got := s.ExtraDelay(c.a, c.b, c.at); got != c.extra {
			t.Errorf("%s: extra %d", name, got)
		}
		if got := s.DiskPercent(c.a, c.at); got != c.percent {
			t.Errorf("%s: disk at %d %%", name, got)
		}
	}
}

// TestLossRate checks the rate of two independent losses on one link: 1 - 0.9 * 0.8.
func TestLossRate(t *testing.T) {
	s := Schedule{Loss: []Loss{
		{LinkFrom: anyone, LinkTo: anyone, PerMillion: 100_000},
		{LinkFrom: 0, LinkTo: 1, PerMillion: 200_000},
	}}
	in, lost := NewInjector(&s, 1), 0
	const n = 200_000
	for i := range n {
		if in.Lost(0, 1, time.Duration(i)) {
			lost++
		}
	}
	if want := n * 28 / 100; lost < want-1000 || lost > want+1000 {
		t.Errorf("%d of %d lost, want about %d", lost, n, want)
	}
}

// TestFaultsHaveStreamsOfTheirOwn takes one fault out and checks that the other strikes the same
// messages as before.
func TestFaultsHaveStreamsOfTheirOwn(t *testing.T) {
	one := Loss{LinkFrom: 0, LinkTo: 1, PerMillion: 300_000}
	two := Loss{LinkFrom: 1, LinkTo: 0, PerMillion: 300_000}
	both := NewInjector(&Schedule{Loss: []Loss{two, one}}, 5)
	alone := NewInjector(&Schedule{Loss: []Loss{one}}, 5)
	other := NewInjector(&Schedule{Loss: []Loss{one}}, 6)
	differ := false
	for i := range time.Duration(1000) {
		both.Lost(1, 0, i)
		got := both.Lost(0, 1, i)
		if got != alone.Lost(0, 1, i) {
			t.Fatalf("message %d: another fault's absence shows", i)
		}
		differ = differ || got != other.Lost(0, 1, i)
	}
	if !differ {
		t.Error("the seed does not matter")
	}
}

func TestEmpty(t *testing.T) {
	var s Schedule
	if !s.Empty() || s.Validate(1) != nil {
		t.Error("the zero schedule has faults")
	}
	stream, fresh := sim.NewStream(1, "x"), sim.NewStream(1, "x")
	if s.Down(0, 5) || s.Cut(0, 1, 5) || s.Lost(stream, 0, 1, 5) || s.Duplicated(stream, 0, 1, 5) ||
		s.ExtraDelay(0, 1, 5) != 0 || s.DiskPercent(0, 5) != 100 {
		t.Error("something goes wrong without faults")
	}
	if stream.Uint64() != fresh.Uint64() {
		t.Error("a run without faults draws")
	}
	for i, s := range []Schedule{
		{Crashes: make([]Crash, 1)}, {Partitions: make([]Partition, 1)}, {Loss: make([]Loss, 1)},
		{Duplicates: make([]Duplicate, 1)}, {Delays: make([]Delay, 1)}, {SlowDisks: make([]SlowDisk, 1)},
	} {
		if s.Empty() {
			t.Errorf("schedule %d counts as empty", i)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		want     string
	}{
		{Schedule{Crashes: []Crash{{Node: 4}}}, "crash 0 names node 4: want 0 to 3"},
		{Schedule{Crashes: []Crash{{Node: anyone}}}, "crash 0 names node -1"},
		{Schedule{Crashes: []Crash{{From: 5, To: 5}}}, "crash 0 from 5ns to 5ns"},
		{Schedule{Crashes: []Crash{{From: -1}}}, "crash 0 from -1ns"},
		{Schedule{Partitions: []Partition{{}}}, "partition 0 has no groups"},
		{Schedule{Partitions: []Partition{{Groups: [][]consensus.NodeID{{0, 1}, {1}}}}}, "names node 1 twice"},
		{Schedule{Partitions: []Partition{{Groups: [][]consensus.NodeID{{9}}}}}, "names node 9"},
		{Schedule{Loss: []Loss{{PerMillion: Million + 1}}}, "1000001 per million"},
		{Schedule{Loss: []Loss{{LinkTo: 7}}}, "loss 0 names node 7"},
		{Schedule{Duplicates: []Duplicate{{LinkFrom: -2}}}, "duplicate 0 names node -2"},
		{Schedule{Duplicates: []Duplicate{{PerMillion: 1 << 30}}}, "per million"},
		{Schedule{Delays: []Delay{{Extra: -1}}}, "delay 0 adds -1ns"},
		{Schedule{Delays: []Delay{{Extra: 2 * time.Hour}}}, "delay 0 adds 2h"},
		{Schedule{SlowDisks: []SlowDisk{{Percent: 99}}}, "slow disk 0 takes 99 percent"},
	} {
		if err := c.schedule.Validate(4); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want it to say %q", c.schedule, err, c.want)
		}
	}
}

func TestNamed(t *testing.T) {
	const minute = time.Minute
	for _, b := range Builtins() {
		for _, n := range []int{1, 2, 3, 4, 7, 100} {
			for _, d := range []time.Duration{0, 1, time.Millisecond, minute, time.Hour} {
				s, err := Named(b.Name, n, d)
				if err != nil || s.Name != b.Name {
					t.Errorf("%s, %d nodes, %v: %v", b.Name, n, d, err)
				}
			}
		}
	}
	down := func(name string, n int, at time.Duration) (ids []consensus.NodeID) {
		s, _ := Named(name, n, minute)
		for i := range consensus.NodeID(n) {
			if s.Down(i, at) {
				ids = append(ids, i)
			}
		}
		return ids
	}
	for _, c := range []struct {
		name string
		n    int
		at   time.Duration
		want string
	}{
		{"none", 4, 30 * time.Second, "[]"},
		{"crash-leader", 4, 19 * time.Second, "[]"},
		{"crash-leader", 4, 20 * time.Second, "[0]"},
		{"crash-leader", 4, 40 * time.Second, "[]"},
		{"crash-follower", 4, 30 * time.Second, "[3]"},
		{"crash-f", 7, 59 * time.Second, "[5 6]"},
		{"crash-f", 3, 59 * time.Second, "[]"}, // a Byzantine group of 3 survives nobody's crash
		{"rolling-restart", 4, 21 * time.Second, "[0]"},
		{"rolling-restart", 4, 23 * time.Second, "[]"},
		{"rolling-restart", 4, 36 * time.Second, "[3]"},
	} {
		if got := fmt.Sprint(down(c.name, c.n, c.at)); got != c.want {
			t.Errorf("%s, %d nodes, at %v: %s are down, want %s", c.name, c.n, c.at, got, c.want)
		}
	}
	s, _ := Named("partition-minority", 4, minute)
	if !s.Cut(0, 1, 30*time.Second) || s.Cut(1, 3, 30*time.Second) || s.Cut(0, 1, 50*time.Second) {
		t.Error("partition-minority does not cut off the first leader for the middle third")
	}
	if s, _ := Named("slow-disk", 4, minute); s.DiskPercent(0, 30*time.Second) != 1000 || s.DiskPercent(1, 30*time.Second) != 100 {
		t.Error("slow-disk does not slow the first leader's disk")
	}
	if _, err := Named("earthquake", 4, minute); err == nil || !strings.Contains(err.Error(), "rolling-restart") {
		t.Errorf("unknown faults: %v", err)
	}
}
