package experiment

import (
	"fmt"
	"slices"
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
	Name    string         `yaml:"name,required" doc:"as in reports"`
	Base    string         `yaml:"base,omitempty" doc:"the built-in machine that this one changes; reference by default"`
	Cores   int            `yaml:"cores,omitempty" doc:"cores of a node"`
	Fsync   *time.Duration `yaml:"fsync,omitempty" doc:"time of an fsync"`
	Disk    strict.Size    `yaml:"disk_bytes_per_sec,omitempty" doc:"what the disk writes in a second"`
	Sign    *time.Duration `yaml:"sign,omitempty" doc:"time of a replica's signature on a core"`
	Verify  *time.Duration `yaml:"verify,omitempty" doc:"time of checking a signature on a core, a client's or a replica's"`
	Execute *time.Duration `yaml:"execute,omitempty" doc:"time of executing a command on a core"`
	Handle  *time.Duration `yaml:"handle,omitempty" doc:"time of taking in a message on a core"`
	Source  string         `yaml:"source,required" doc:"where the figures come from"`
}

// operation is a cost of a machine by the name that users give it, and what it prices.
type operation struct {
	name string
	ops  []consensus.Op
}

func operations() []operation {
	return []operation{
		{"execute", []consensus.Op{consensus.OpExecute}},
		{"handle", []consensus.Op{consensus.OpHandle}},
		{"sign", []consensus.Op{consensus.OpSign}},
		{"verify", []consensus.Op{consensus.OpVerify, consensus.OpCheckPayload}},
	}
}

// Bounds of a machine, those of package resource.
const (
	costMax  = time.Second // an operation, an fsync
	coresMax = 4096
)

func checkCost(d time.Duration) error {
	if d > costMax {
		return fmt.Errorf("found %v: allowed is at most %v", d, costMax)
	}
	return nil
}

// price sets what an operation takes on a core.
func price(p *resource.Profile, ops []consensus.Op, d time.Duration, source string) {
	for _, op := range ops {
		p.Costs[op] = resource.Cost{Picos: 1000 * uint64(d), Source: source}
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
		return p, strict.UnknownName("machine", base, machineNames())
	}
	p = p.With(scheme)
	p.Name, p.Title = f.Name, f.Name+", from "+base
	switch {
	case f.Name == "":
		return p, fmt.Errorf("a machine needs a name")
	case f.Source == "":
		return p, fmt.Errorf("machine %s: say in source where the figures come from", f.Name)
	case f.Cores < 0 || f.Cores > coresMax:
		return p, fmt.Errorf("machine %s: cores is %d: allowed are 1 to %d", f.Name, f.Cores, coresMax)
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
	own := map[string]*time.Duration{"execute": f.Execute, "handle": f.Handle, "sign": f.Sign, "verify": f.Verify}
	for _, o := range operations() {
		if d := own[o.name]; d != nil {
			if err := checkCost(*d); err != nil {
				return p, fmt.Errorf("machine %s: %s: %w", f.Name, o.name, err)
			}
			price(&p, o.ops, *d, f.Source)
		}
	}
	if err := p.Validate(); err != nil {
		return p, fmt.Errorf("machine %s: %s", f.Name, oneLine(err))
	}
	return p, nil
}

// UnmarshalStrict reads a name, a file's path or a mapping.
func (r *MachineRef) UnmarshalStrict(n *strict.Node) error {
	return readReference(r, "machine", machineNames(), n)
}

// Set takes a name or a file.
func (r *MachineRef) Set(name string) error {
	return setReference(r, "machine", machineNames(), ".", name)
}

func (r *MachineRef) named(name string) (bool, error) {
	*r = MachineRef{Name: name}
	return slices.Contains(machineNames(), name), nil
}

func (r *MachineRef) define(n *strict.Node) error {
	f := &MachineFile{}
	if err := n.Decode(f); err != nil {
		return err
	}
	*r = MachineRef{Name: f.Name, Inline: f}
	scheme, err := resource.LookupScheme(defaults().Signature)
	if err == nil {
		_, err = f.profile(scheme)
	}
	return located(n, err)
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
