package experiment

import (
	"fmt"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/network"
)

// constantPrefix begins the name of a network whose sites are all the same delay apart.
const constantPrefix = "constant:"

// NetworkRef is a built-in network's name, constant:DELAY, a file, or an inline network.
type NetworkRef struct {
	Name   string
	Inline *NetworkFile
}

// NetworkFile is a network as written in a file: sites and either the round trips or the one-way
// delays between them.
type NetworkFile struct {
	Name      string            `yaml:"name"`
	Title     string            `yaml:"title,omitempty"`
	Sites     []string          `yaml:"sites"`
	RTT       [][]time.Duration `yaml:"rtt,omitempty"`
	OneWay    [][]time.Duration `yaml:"one_way,omitempty"`
	Jitter    *JitterFile       `yaml:"jitter,omitempty"`
	Bandwidth strict.BitRate    `yaml:"bandwidth,omitempty"` // a node's link, each way; 0: infinite
	Source    string            `yaml:"source"`
}

// JitterFile is a jitter as written in a file.
type JitterFile struct {
	Kind   string        `yaml:"kind"`
	Min    time.Duration `yaml:"min,omitempty"`
	Max    time.Duration `yaml:"max,omitempty"`
	Mean   time.Duration `yaml:"mean,omitempty"`
	Dev    time.Duration `yaml:"dev,omitempty"`
	Median time.Duration `yaml:"median,omitempty"`
	Sigma  uint32        `yaml:"sigma_permille,omitempty"`
}

func (j *JitterFile) jitter() network.Jitter {
	if j == nil {
		return network.Jitter{}
	}
	return network.Jitter{Kind: network.JitterKind(j.Kind), Min: j.Min, Max: j.Max, Mean: j.Mean,
		Dev: j.Dev, Median: j.Median, SigmaPermille: j.Sigma}
}

// Topology checks the file and builds the network.
func (f *NetworkFile) Topology() (network.Topology, error) {
	t := network.Topology{Name: f.Name, Title: f.Title, Source: f.Source, Jitter: f.Jitter.jitter(),
		BandwidthBitPerSec: uint64(f.Bandwidth)}
	if t.Title == "" {
		t.Title = f.Name
	}
	for _, s := range f.Sites {
		t.Sites = append(t.Sites, network.Site{Name: s, Title: s})
	}
	switch {
	case f.Source == "":
		return t, fmt.Errorf("network %s: say in source where the figures come from", f.Name)
	case (f.RTT == nil) == (f.OneWay == nil):
		return t, fmt.Errorf("network %s: give either rtt or one_way", f.Name)
	case f.OneWay != nil:
		t.OneWay = f.OneWay
	default:
		for _, row := range f.RTT {
			half := make([]time.Duration, len(row))
			for i, d := range row {
				half[i] = d / 2
			}
			t.OneWay = append(t.OneWay, half)
		}
	}
	if err := t.Validate(); err != nil {
		return t, fmt.Errorf("network %s: %w", f.Name, err)
	}
	return t, nil
}

// UnmarshalStrict reads a name, a file's path or a mapping.
func (r *NetworkRef) UnmarshalStrict(n *strict.Node) error {
	if n.Kind == strict.Mapping {
		r.Inline = &NetworkFile{}
		if err := n.Decode(r.Inline); err != nil {
			return err
		}
		r.Name = r.Inline.Name
		if _, err := r.Inline.Topology(); err != nil {
			return n.Errorf("%v", err)
		}
		return nil
	}
	name, err := n.Scalar("a network's name, constant:DELAY, a file or a mapping")
	if err != nil {
		return err
	}
	if err := r.Set(name); err != nil {
		return at(n, err)
	}
	return nil
}

// Set points the reference to a name, constant:DELAY or a file, and checks that it is there.
func (r *NetworkRef) Set(name string) error {
	*r = NetworkRef{Name: name}
	switch {
	case strings.HasPrefix(name, constantPrefix):
		_, err := constantDelay(name)
		return err
	case isFile(name):
		r.Inline = &NetworkFile{}
		if err := strict.DecodeFile(name, r.Inline); err != nil {
			return err
		}
		r.Name = r.Inline.Name
		_, err := r.Inline.Topology()
		return err
	}
	if _, err := network.Lookup(name); err != nil {
		return unknown("network", name, append(networkNames(), "constant:DELAY"))
	}
	return nil
}

func constantDelay(name string) (time.Duration, error) {
	text := strings.TrimPrefix(name, constantPrefix)
	d, err := strict.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("network constant: %w", err)
	}
	if d > time.Hour {
		return 0, fmt.Errorf("network constant: %v: allowed is an hour at most", d)
	}
	return d, nil
}

// build makes the topology for a group of n replicas.
func (r NetworkRef) build(n int) (network.Topology, error) {
	switch {
	case r.Inline != nil:
		return r.Inline.Topology()
	case strings.HasPrefix(r.Name, constantPrefix):
		d, err := constantDelay(r.Name)
		return network.Constant(d, n), err
	}
	return network.Lookup(r.Name)
}

// MarshalYAML writes the name of a built-in network and the whole of any other.
func (r NetworkRef) MarshalYAML() (any, error) {
	if r.Inline != nil {
		return r.Inline, nil
	}
	return r.Name, nil
}

func networkNames() []string {
	var names []string
	for _, t := range network.Topologies() {
		names = append(names, t.Name)
	}
	return names
}

// at puts an error at a place in a file, unless it has one.
func at(n *strict.Node, err error) error {
	if _, ok := err.(*strict.Error); ok {
		return err
	}
	return n.Errorf("%v", err)
}
