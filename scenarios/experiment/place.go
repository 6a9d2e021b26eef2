package experiment

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios"
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
			return nil, fmt.Errorf("design.placement: %w", unknown("site", name, siteNames(t)))
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

// places says, for each agency of a cell's scenario, where its requests come from: its own site when
// the network has it, the network's sites in turn otherwise.
func (c *Cell) places(replicas []consensus.SiteID) (func(agency uint16) load.Place, error) {
	t, at := &c.Network, c.Scenario.ClientsAt
	agencies := c.Scenario.Participants.List()
	out := make([]load.Place, len(agencies))
	for i, a := range agencies {
		if at.Mode == scenarios.ClientsLeader || isConstant(t) {
			out[i] = load.Place{Site: replicas[0], Entry: 0}
			continue
		}
		name := a.Site
		if len(at.Sites) > 0 {
			name = at.Sites[i%len(at.Sites)]
			if _, ok := t.Site(name); !ok {
				return nil, fmt.Errorf("scenario.clients_at: %w", unknown("site", name, siteNames(t)))
			}
		}
		site, ok := t.Site(name)
		if !ok {
			site = consensus.SiteID(i % len(t.Sites))
		}
		out[i] = load.Place{Site: site, Entry: nearest(t, replicas, site)}
	}
	return func(agency uint16) load.Place { return out[int(agency)%len(out)] }, nil
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
