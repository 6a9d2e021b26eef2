package experiment

import (
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

// FaultFile is a fault schedule as written in a file. Times count from the start of the run; a fault
// without `to` never ends. A link end without a node means every node.
type FaultFile struct {
	Name       string          `yaml:"name"`
	Crashes    []CrashFile     `yaml:"crashes,omitempty"`
	Partitions []PartitionFile `yaml:"partitions,omitempty"`
	Loss       []LinkFile      `yaml:"loss,omitempty"`
	Duplicates []LinkFile      `yaml:"duplicates,omitempty"`
	Delays     []LinkFile      `yaml:"delays,omitempty"`
	SlowDisks  []SlowDiskFile  `yaml:"slow_disks,omitempty"`
}

// CrashFile stops a replica from one time to another.
type CrashFile struct {
	Replica int32         `yaml:"replica"`
	From    time.Duration `yaml:"from"`
	To      time.Duration `yaml:"to,omitempty"`
}

// PartitionFile cuts the links between groups of replicas.
type PartitionFile struct {
	From   time.Duration `yaml:"from"`
	To     time.Duration `yaml:"to,omitempty"`
	Groups [][]int32     `yaml:"groups"`
}

// LinkFile disturbs the messages of some links.
type LinkFile struct {
	From       time.Duration `yaml:"from"`
	To         time.Duration `yaml:"to,omitempty"`
	Sender     *int32        `yaml:"sender,omitempty"`
	Receiver   *int32        `yaml:"receiver,omitempty"`
	PerMillion uint32        `yaml:"per_million,omitempty"` // loss, duplicates
	Extra      time.Duration `yaml:"extra,omitempty"`       // delays
}

// SlowDiskFile slows a replica's disk down.
type SlowDiskFile struct {
	Replica int32         `yaml:"replica"`
	From    time.Duration `yaml:"from"`
	To      time.Duration `yaml:"to,omitempty"`
	Percent uint32        `yaml:"percent"`
}

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
	if n.Kind == strict.Mapping {
		r.Inline = &FaultFile{}
		if err := n.Decode(r.Inline); err != nil {
			return err
		}
		if r.Name = r.Inline.Name; r.Name == "" {
			return n.Errorf("a fault schedule needs a name")
		}
		return nil
	}
	name, err := n.Scalar("a fault schedule's name, a file or a mapping")
	if err != nil {
		return err
	}
	if err := r.Set(name); err != nil {
		return at(n, err)
	}
	return nil
}

// Set points the reference to a name or a file and checks that it is there.
func (r *FaultRef) Set(name string) error {
	*r = FaultRef{Name: name}
	if isFile(name) {
		r.Inline = &FaultFile{}
		err := strict.DecodeFile(name, r.Inline)
		r.Name = r.Inline.Name
		return err
	}
	for _, known := range faultNames() {
		if known == name {
			return nil
		}
	}
	return unknown("fault schedule", name, faultNames())
}

// build makes the schedule for a group of n replicas and a run of that length.
func (r FaultRef) build(n int, duration time.Duration) (fault.Schedule, error) {
	if r.Inline == nil {
		return fault.Named(r.Name, n, duration)
	}
	s := r.Inline.schedule()
	return s, s.Validate(n)
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
