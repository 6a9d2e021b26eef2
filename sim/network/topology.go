// Package network holds topologies: where nodes and clients can stand, how long a message takes
// between two places, and how fast a node's link is. A topology is data with a source.
package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Site is a place where nodes and clients stand.
type Site struct {
	Name  string // as in experiment files
	Title string // for people
}

// Topology says how long messages travel. It is immutable once built.
type Topology struct {
	Name   string
	Title  string
	Source string // where the figures come from
	Sites  []Site
	// OneWay[a][b] is the propagation delay from site a to site b. OneWay[a][a] is the delay
	// between two different machines at one site; a node reaches itself without delay.
	OneWay [][]time.Duration
	Jitter Jitter // extra delay of every message
	// BandwidthBitPerSec is the rate of a node's link, each way; 0 is infinitely fast.
	BandwidthBitPerSec uint64
	Modelled           []string // sentences that say which figures are assumed
}

// Delay is the propagation delay from a machine at site a to another machine at site b.
func (t *Topology) Delay(a, b consensus.SiteID) time.Duration { return t.OneWay[a][b] }

// Site finds a site by name.
func (t *Topology) Site(name string) (consensus.SiteID, bool) {
	i := slices.IndexFunc(t.Sites, func(s Site) bool { return s.Name == name })
	return consensus.SiteID(i), i >= 0
}

// delayMax bounds delays: an hour is more than any network takes and keeps sums far from overflow.
const delayMax = time.Hour

// sitesMax bounds the number of sites, so that a matrix stays within memory.
const sitesMax = 4096

// Validate reports everything that is wrong with a topology.
func (t *Topology) Validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if t.Name == "" {
		fail("a network needs a name")
	}
	if len(t.Sites) == 0 || len(t.Sites) > sitesMax {
		fail("%d sites: want 1 to %d", len(t.Sites), sitesMax)
	}
	seen := make(map[string]bool, len(t.Sites))
	for i, s := range t.Sites {
		if s.Name == "" {
			fail("site %d has no name", i)
		} else if seen[s.Name] {
			fail("two sites are named %q", s.Name)
		}
		seen[s.Name] = true
	}
	if len(t.OneWay) != len(t.Sites) {
		fail("the delay matrix has %d rows for %d sites", len(t.OneWay), len(t.Sites))
		return errors.Join(errs...)
	}
	for i, row := range t.OneWay {
		if len(row) != len(t.Sites) {
			fail("row %d (%s) of the delay matrix has %d columns for %d sites", i, t.Sites[i].Name, len(row), len(t.Sites))
			continue
		}
		for j, d := range row {
			if d < 0 || d > delayMax {
				fail("the delay from %s to %s is %v: want 0s to %v", t.Sites[i].Name, t.Sites[j].Name, d, delayMax)
			}
		}
	}
	if err := t.Jitter.Validate(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Constant is a network of sites that are all the same delay apart, without jitter and with infinite
// bandwidth. Whatever stands at the same site is together: the delay within a site is zero.
func Constant(delay time.Duration, sites int) Topology {
	t := Topology{
		Name:   "constant:" + delay.String(),
		Title:  fmt.Sprintf("every two sites %v apart", delay),
		Source: "none: an idealised network for checking protocols against their papers",
	}
	for i := range sites {
		name := fmt.Sprintf("site-%d", i)
		t.Sites = append(t.Sites, Site{Name: name, Title: name})
		row := make([]time.Duration, sites)
		for j := range row {
			if i != j {
				row[j] = delay
			}
		}
		t.OneWay = append(t.OneWay, row)
	}
	return t
}

// Lookup finds a built-in topology by name; the error lists the names.
func Lookup(name string) (Topology, error) {
	var names []string
	for _, t := range Topologies() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Topology{}, fmt.Errorf("unknown network %q: have %s", name, strings.Join(names, ", "))
}
