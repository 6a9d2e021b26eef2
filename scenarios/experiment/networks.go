package experiment

import (
	"fmt"
	"slices"
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
	Name      string            `yaml:"name,required" doc:"as in reports"`
	Title     string            `yaml:"title,omitempty" doc:"for people"`
	Sites     []string          `yaml:"sites,required" doc:"places where replicas and agencies stand"`
	RTT       [][]time.Duration `yaml:"rtt,omitempty" doc:"round trips from site to site; half of one is its one-way delay"`
	OneWay    [][]time.Duration `yaml:"one_way,omitempty" doc:"one-way delays from site to site, instead of rtt"`
	Jitter    *JitterFile       `yaml:"jitter,omitempty" doc:"random extra delay of every message"`
	Bandwidth strict.BitRate    `yaml:"bandwidth,omitempty" doc:"a node's link, each way; infinite when left out"`
	Source    string            `yaml:"source,required" doc:"where the figures come from"`
}

// JitterFile is a jitter as written in a file.
type JitterFile struct {
	Kind   string        `yaml:"kind,required" doc:"none, uniform (min, max), normal (mean, dev), lognormal (median, sigma_permille) or exponential (mean)"`
	Min    time.Duration `yaml:"min,omitempty" doc:"of uniform"`
	Max    time.Duration `yaml:"max,omitempty" doc:"of uniform"`
	Mean   time.Duration `yaml:"mean,omitempty" doc:"of normal and exponential"`
	Dev    time.Duration `yaml:"dev,omitempty" doc:"standard deviation of normal"`
	Median time.Duration `yaml:"median,omitempty" doc:"of lognormal"`
	Sigma  uint32        `yaml:"sigma_permille,omitempty" doc:"of lognormal: a thousandth of the logarithm's deviation"`
}

func (j *JitterFile) jitter() network.Jitter {
	if j == nil {
		return network.Jitter{}
	}
	return network.Jitter{Kind: network.JitterKind(j.Kind), Min: j.Min, Max: j.Max, Mean: j.Mean,
		Dev: j.Dev, Median: j.Median, SigmaPermille: j.Sigma}
}

// topology checks the file and builds the network.
func (f *NetworkFile) topology() (network.Topology, error) {
	t := network.Topology{Name: f.Name, Title: f.Title, Source: f.Source, Jitter: f.Jitter.jitter(),
		BandwidthBitPerSec: uint64(f.Bandwidth)}
	if t.Title == "" {
		t.Title = f.Name
	}
	for _, s := range f.Sites {
		t.Sites = append(t.Sites, network.Site{Name: s, Title: s})
	}
	switch {
	case strings.HasPrefix(f.Name, constantPrefix):
		return t, fmt.Errorf("network %s: names that begin with %s are taken", f.Name, constantPrefix)
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
		return t, fmt.Errorf("network %s: %s", f.Name, oneLine(err))
	}
	return t, nil
}

// UnmarshalStrict reads a name, constant:DELAY, a file's path or a mapping.
func (r *NetworkRef) UnmarshalStrict(n *strict.Node) error {
	return readReference(r, "network", networkNames(), n)
}

// Set takes a name, constant:DELAY or a file.
func (r *NetworkRef) Set(name string) error {
	return setReference(r, "network", networkNames(), ".", name)
}

func (r *NetworkRef) named(name string) (bool, error) {
	*r = NetworkRef{Name: name}
	if strings.HasPrefix(name, constantPrefix) {
		_, err := constantDelay(name)
		return true, err
	}
	return slices.Contains(networkNames(), name), nil
}

func (r *NetworkRef) define(n *strict.Node) error {
	f := &NetworkFile{}
	if err := n.Decode(f); err != nil {
		return err
	}
	*r = NetworkRef{Name: f.Name, Inline: f}
	_, err := f.topology()
	return located(n, err)
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
		return r.Inline.topology()
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

// networkNames lists what a network's name may be.
func networkNames() []string {
	var names []string
	for _, t := range network.Topologies() {
		names = append(names, t.Name)
	}
	return append(names, constantPrefix+"DELAY")
}
