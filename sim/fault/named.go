package fault

import (
	"fmt"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Builtin is a schedule that scales with the size of the group and the length of the run.
type Builtin struct {
	Name  string
	Title string
	build func(n int, duration time.Duration) Schedule
}

// Builtins lists the built-in schedules. Faults begin after a third of the run and end after two
// thirds of it, unless the title says otherwise, so every run shows before, during and after.
//
// assumed: node 0 is the first leader, as it is in Raft's, PBFT's and HotStuff's machines when the
// run begins; the loss rate, the slow disk's factor and all moments.
func Builtins() []Builtin {
	return []Builtin{
		{"none", "nothing goes wrong", func(int, time.Duration) Schedule { return Schedule{} }},
		{"crash-leader", "the first leader crashes and comes back", crashLeader},
		{"crash-follower", "the last node crashes and comes back", crashFollower},
		{"crash-f", "as many nodes as a Byzantine group survives crash, the leader not among them, and stay down", crashF},
		{"rolling-restart", "one node after the other restarts, as in an upgrade", rollingRestart},
		{"partition-minority", "the first leader and as many others as make a minority are cut off", partitionMinority},
		{"lossy", "one message in a hundred is lost on every link", lossy},
		{"slow-disk", "the first leader's disk takes ten times its normal time", slowDisk},
	}
}

// Named builds a built-in schedule for a group of n nodes and a run of that length. The error lists
// the names.
func Named(name string, n int, duration time.Duration) (Schedule, error) {
	var names []string
	for _, b := range Builtins() {
		if b.Name == name {
			s := b.build(n, duration)
			s.Name = name
			return s, s.Validate(n)
		}
		names = append(names, b.Name)
	}
	return Schedule{}, fmt.Errorf("unknown faults %q: have %s", name, strings.Join(names, ", "))
}

// thirds is when faults begin and end. Even an empty run gives a valid interval.
func thirds(duration time.Duration) (from, to time.Duration) {
	from = max(0, duration/3)
	return from, from + max(1, duration/3)
}

func crashLeader(_ int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	return Schedule{Crashes: []Crash{{Node: 0, From: from, To: to}}}
}

func crashFollower(n int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	return Schedule{Crashes: []Crash{{Node: consensus.NodeID(n - 1), From: from, To: to}}}
}

func crashF(n int, duration time.Duration) Schedule {
	from, _ := thirds(duration)
	var s Schedule
	for i := range consensus.MaxFaulty(n) {
		s.Crashes = append(s.Crashes, Crash{Node: consensus.NodeID(n - 1 - i), From: from})
	}
	return s
}

// rollingRestart gives each node an equal slot of the middle third and takes it down for the first
// half of the slot, so one is down at a time and has the other half to catch up.
func rollingRestart(n int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	slot := max(2, (to-from)/time.Duration(max(1, n)))
	var s Schedule
	for i := range n {
		at := from + time.Duration(i)*slot
		s.Crashes = append(s.Crashes, Crash{Node: consensus.NodeID(i), From: at, To: at + slot/2})
	}
	return s
}

func partitionMinority(n int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	minority := consensus.MaxCrashed(n)
	groups := make([][]consensus.NodeID, 2)
	for i := range n {
		g := 1
		if i < minority {
			g = 0
		}
		groups[g] = append(groups[g], consensus.NodeID(i))
	}
	return Schedule{Partitions: []Partition{{From: from, To: to, Groups: groups}}}
}

func lossy(_ int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	return Schedule{Loss: []Loss{{
		From: from, To: to,
		LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: Million / 100,
	}}}
}

func slowDisk(_ int, duration time.Duration) Schedule {
	from, to := thirds(duration)
	return Schedule{SlowDisks: []SlowDisk{{Node: 0, From: from, To: to, Percent: 1000}}}
}
