package experiment

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/workloads/load"
)

// placeReplicas says at which site each replica stands: where the design puts it, round robin; without
// a placement, at the network's sites in their order.
func placeReplicas(d *Design, t *network.Topology) ([]consensus.SiteID, error) {
	out := make([]consensus.SiteID, d.Replicas)
	for i := range out {
		if len(d.Placement) == 0 {
			out[i] = consensus.SiteID(i % len(t.Sites))
			continue
		}
		name := d.Placement[i%len(d.Placement)]
		site, ok := t.Site(name)
		if !ok {
			return nil, strict.UnknownName("site of "+t.Name, name, siteNames(t))
		}
		out[i] = site
	}
	return out, nil
}

// nearest is the replica that a client at a site hands its requests to: the one with the shortest
// way, the lowest number among equals.
func nearest(t *network.Topology, replicas []consensus.SiteID, site consensus.SiteID) consensus.NodeID {
	best := 0
	for i, s := range replicas {
		if t.Delay(site, s) < t.Delay(site, replicas[best]) {
			best = i
		}
	}
	return consensus.NodeID(best)
}

// clientPlaces says, for each agency of a cell's scenario, where its requests come from; of a mix, for each agency
// of one service after another, as requests count them.
func (c *Cell) clientPlaces(replicas []consensus.SiteID) ([]load.Place, error) {
	var out []load.Place
	for _, w := range c.Workload.Members() {
		places, err := c.placesOf(w.Scenario, replicas)
		if err != nil {
			return nil, err
		}
		out = append(out, places...)
	}
	return out, nil
}

// placesOf places the agencies of one scenario: at their own site when the network has it, at the network's
// sites in turn otherwise. On constant:DELAY, whose sites are those of replicas, clients stand at the leader's.
func (c *Cell) placesOf(s *scenarios.Scenario, replicas []consensus.SiteID) ([]load.Place, error) {
	t, at := &c.Network, s.ClientsAt
	agencies := s.Participants.List()
	out := make([]load.Place, len(agencies))
	for i, a := range agencies {
		name := a.Site
		switch {
		case len(at.Sites) > 0:
			name = at.Sites[i%len(at.Sites)]
			if _, ok := t.Site(name); !ok {
				return nil, fmt.Errorf("scenario %s: clients_at: %w", s.ID, strict.UnknownName("site of "+t.Name, name, siteNames(t)))
			}
		case at.Mode == scenarios.ClientsLeader || isConstant(t):
			out[i] = load.Place{Site: replicas[0], Entry: 0}
			continue
		}
		site, ok := t.Site(name)
		if !ok {
			site = consensus.SiteID(i % len(t.Sites))
		}
		out[i] = load.Place{Site: site, Entry: nearest(t, replicas, site)}
	}
	return out, nil
}

// isConstant reports whether a network is one of constant:DELAY, whose clients stand at the leader's.
func isConstant(t *network.Topology) bool { return strings.HasPrefix(t.Name, constantPrefix) }

func siteNames(t *network.Topology) []string {
	var names []string
	for _, s := range t.Sites {
		names = append(names, s.Name)
	}
	return names
}
