package experiment

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/resource"
)

// MachineRef is a built-in machine's name, a file, or an inline machine.
type MachineRef struct {
	Name   string
	Inline *MachineFile
}

// MachineFile is a machine as written in a file: a built-in one with changes. Costs are times on one
// core; a signature scheme's own costs apply where none is given.
type MachineFile struct {
	Name    string         `yaml:"name"`
	Base    string         `yaml:"base,omitempty"` // reference when empty
	Cores   int            `yaml:"cores,omitempty"`
	Fsync   *time.Duration `yaml:"fsync,omitempty"`
	Disk    strict.Size    `yaml:"disk_bytes_per_sec,omitempty"`
	Sign    *time.Duration `yaml:"sign,omitempty"`
	Verify  *time.Duration `yaml:"verify,omitempty"`
	Execute *time.Duration `yaml:"execute,omitempty"`
	Handle  *time.Duration `yaml:"handle,omitempty"`
	Source  string         `yaml:"source"`
}

// cost is a machine's own cost of some operations, which goes before the signature scheme's.
type cost struct {
	ops   []consensus.Op
	value *time.Duration
}

func (f *MachineFile) costs() []cost {
	return []cost{
		{[]consensus.Op{consensus.OpSign}, f.Sign},
		{[]consensus.Op{consensus.OpVerify, consensus.OpCheckPayload}, f.Verify},
		{[]consensus.Op{consensus.OpExecute}, f.Execute},
		{[]consensus.Op{consensus.OpHandle}, f.Handle},
	}
}

// profile checks the file and builds the machine with a signature scheme's costs.
func (f *MachineFile) profile(scheme resource.Scheme) (resource.Profile, error) {
	base := f.Base
	if base == "" {
		base = "reference"
	}
	p, err := resource.LookupProfile(base)
	if err != nil {
		return p, unknown("machine", base, machineNames())
	}
	p = p.With(scheme)
	p.Name, p.Title = f.Name, f.Name+", from "+base
	switch {
	case f.Name == "":
		return p, fmt.Errorf("a machine needs a name")
	case f.Source == "":
		return p, fmt.Errorf("machine %s: say in source where the figures come from", f.Name)
	case f.Cores < 0 || f.Cores > 4096:
		return p, fmt.Errorf("machine %s: cores is %d: allowed are 1 to 4096", f.Name, f.Cores)
	}
	if f.Cores > 0 {
		p.Cores = f.Cores
	}
	if f.Fsync != nil {
		p.Fsync, p.FsyncSource = *f.Fsync, f.Source
	}
	if f.Disk > 0 {
		p.DiskBytesPerSec, p.DiskSource = uint64(f.Disk), f.Source
	}
	for _, c := range f.costs() {
		for _, op := range c.ops {
			if c.value != nil {
				p.Costs[op] = resource.Cost{Picos: 1000 * uint64(*c.value), Source: f.Source}
			}
		}
	}
	return p, nil
}

// UnmarshalStrict reads a name, a file's path or a mapping.
func (r *MachineRef) UnmarshalStrict(n *strict.Node) error {
	if n.Kind == strict.Mapping {
		r.Inline = &MachineFile{}
		if err := n.Decode(r.Inline); err != nil {
			return err
		}
		r.Name = r.Inline.Name
		_, err := r.Inline.profile(resource.Scheme{})
		if err != nil {
			return at(n, err)
		}
		return nil
	}
	name, err := n.Scalar("a machine's name, a file or a mapping")
	if err != nil {
		return err
	}
	if err := r.Set(name); err != nil {
		return at(n, err)
	}
	return nil
}

// Set points the reference to a name or a file and checks that it is there.
func (r *MachineRef) Set(name string) error {
	*r = MachineRef{Name: name}
	if isFile(name) {
		r.Inline = &MachineFile{}
		if err := strict.DecodeFile(name, r.Inline); err != nil {
			return err
		}
		r.Name = r.Inline.Name
		_, err := r.Inline.profile(resource.Scheme{})
		return err
	}
	if _, err := resource.LookupProfile(name); err != nil {
		return unknown("machine", name, machineNames())
	}
	return nil
}

// build makes the machine with the costs of a signature scheme.
func (r MachineRef) build(scheme resource.Scheme) (resource.Profile, error) {
	if r.Inline != nil {
		return r.Inline.profile(scheme)
	}
	p, err := resource.LookupProfile(r.Name)
	return p.With(scheme), err
}

// MarshalYAML writes the name of a built-in machine and the whole of any other.
func (r MachineRef) MarshalYAML() (any, error) {
	if r.Inline != nil {
		return r.Inline, nil
	}
	return r.Name, nil
}

func machineNames() []string {
	var names []string
	for _, p := range resource.Profiles() {
		names = append(names, p.Name)
	}
	return names
}
