package experiment

import (
	"errors"
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/fault"
)

// FaultRef is a built-in fault schedule's name, a file, or an inline schedule.
type FaultRef struct {
	Name   string
	Inline *FaultFile
}

// FaultFile is a fault schedule as written in a file. Times count from the start of the run.
type FaultFile struct {
	Name       string          `yaml:"name,required" doc:"as in reports"`
	Crashes    []CrashFile     `yaml:"crashes,omitempty" doc:"replicas that stop and come back with what was durable"`
	Partitions []PartitionFile `yaml:"partitions,omitempty" doc:"links that are cut"`
	Loss       []ChanceFile    `yaml:"loss,omitempty" doc:"messages that are lost"`
	Duplicates []ChanceFile    `yaml:"duplicates,omitempty" doc:"messages that arrive twice"`
	Delays     []DelayFile     `yaml:"delays,omitempty" doc:"messages that take longer"`
	SlowDisks  []SlowDiskFile  `yaml:"slow_disks,omitempty" doc:"disks that take longer"`
}

// CrashFile stops a replica from one time to another.
type CrashFile struct {
	Replica int32         `yaml:"replica,required" doc:"from 0, the first leader"`
	From    time.Duration `yaml:"from,required" doc:"when it begins"`
	To      time.Duration `yaml:"to,omitempty" doc:"when it ends; never, when left out"`
}

// PartitionFile cuts the links between groups of replicas.
type PartitionFile struct {
	From   time.Duration `yaml:"from,required" doc:"when it begins"`
	To     time.Duration `yaml:"to,omitempty" doc:"when it ends; never, when left out"`
	Groups [][]int32     `yaml:"groups,required" doc:"replicas that reach each other and no others"`
}

// ChanceFile makes some of the messages of some links victims of a fault.
type ChanceFile struct {
	From       time.Duration `yaml:"from,required" doc:"when it begins"`
	To         time.Duration `yaml:"to,omitempty" doc:"when it ends; never, when left out"`
	Sender     *int32        `yaml:"sender,omitempty" doc:"a replica; every one, when left out"`
	Receiver   *int32        `yaml:"receiver,omitempty" doc:"a replica; every one, when left out"`
	PerMillion uint32        `yaml:"per_million,required" doc:"how many of a million messages"`
}

// DelayFile makes the messages of some links slower.
type DelayFile struct {
	From     time.Duration `yaml:"from,required" doc:"when it begins"`
	To       time.Duration `yaml:"to,omitempty" doc:"when it ends; never, when left out"`
	Sender   *int32        `yaml:"sender,omitempty" doc:"a replica; every one, when left out"`
	Receiver *int32        `yaml:"receiver,omitempty" doc:"a replica; every one, when left out"`
	Extra    time.Duration `yaml:"extra,required" doc:"how much longer"`
}

// SlowDiskFile slows a replica's disk down.
type SlowDiskFile struct {
	Replica int32         `yaml:"replica,required" doc:"from 0, the first leader"`
	From    time.Duration `yaml:"from,required" doc:"when it begins"`
	To      time.Duration `yaml:"to,omitempty" doc:"when it ends; never, when left out"`
	Percent uint32        `yaml:"percent,required" doc:"of the normal time; 1000 is ten times as slow"`
}

// end is one end of a link.
func end(node *int32) consensus.NodeID {
	if node == nil {
		return consensus.Everyone
	}
	return consensus.NodeID(*node)
}

// schedule builds the schedule.
func (f *FaultFile) schedule() fault.Schedule {
	s := fault.Schedule{Name: f.Name}
	for _, c := range f.Crashes {
		s.Crashes = append(s.Crashes, fault.Crash{Node: consensus.NodeID(c.Replica), From: c.From, To: c.To})
	}
	for _, p := range f.Partitions {
		out := fault.Partition{From: p.From, To: p.To}
		for _, g := range p.Groups {
			var group []consensus.NodeID
			for _, id := range g {
				group = append(group, consensus.NodeID(id))
			}
			out.Groups = append(out.Groups, group)
		}
		s.Partitions = append(s.Partitions, out)
	}
	for _, l := range f.Loss {
		s.Loss = append(s.Loss, fault.Loss{From: l.From, To: l.To, LinkFrom: end(l.Sender), LinkTo: end(l.Receiver), PerMillion: l.PerMillion})
	}
	for _, l := range f.Duplicates {
		s.Duplicates = append(s.Duplicates, fault.Duplicate{From: l.From, To: l.To, LinkFrom: end(l.Sender), LinkTo: end(l.Receiver), PerMillion: l.PerMillion})
	}
	for _, l := range f.Delays {
		s.Delays = append(s.Delays, fault.Delay{From: l.From, To: l.To, LinkFrom: end(l.Sender), LinkTo: end(l.Receiver), Extra: l.Extra})
	}
	for _, d := range f.SlowDisks {
		s.SlowDisks = append(s.SlowDisks, fault.SlowDisk{Node: consensus.NodeID(d.Replica), From: d.From, To: d.To, Percent: d.Percent})
	}
	return s
}

// UnmarshalStrict reads a name, a file's path or a mapping.
func (r *FaultRef) UnmarshalStrict(n *strict.Node) error {
	return readReference(r, "fault schedule", faultNames(), n)
}

// Set takes a name or a file.
func (r *FaultRef) Set(name string) error {
	return setReference(r, "fault schedule", faultNames(), ".", name)
}

func (r *FaultRef) named(name string) (bool, error) {
	*r = FaultRef{Name: name}
	return slices.Contains(faultNames(), name), nil
}

func (r *FaultRef) define(n *strict.Node) error {
	f := &FaultFile{}
	if err := n.Decode(f); err != nil {
		return err
	}
	*r = FaultRef{Name: f.Name, Inline: f}
	if f.Name == "" {
		return below(n, "name").Errorf("found an empty text: a fault schedule needs a name")
	}
	return nil
}

// build makes the schedule for a group of n replicas and a run of that length.
func (r FaultRef) build(n int, duration time.Duration) (fault.Schedule, error) {
	if r.Inline == nil {
		return fault.Named(r.Name, n, duration)
	}
	s := r.Inline.schedule()
	if err := s.Validate(n); err != nil {
		return s, errors.New(oneLine(err))
	}
	return s, nil
}

// MarshalYAML writes the name of a built-in schedule and the whole of any other.
func (r FaultRef) MarshalYAML() (any, error) {
	if r.Inline != nil {
		return r.Inline, nil
	}
	return r.Name, nil
}

func faultNames() []string {
	var names []string
	for _, b := range fault.Builtins() {
		names = append(names, b.Name)
	}
	return names
}
