package experiment

import (
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim/network"
)

// line is a network of three sites in a row, 1 ms from one to the next.
const line = `network:
  name: row
  sites: [west, middle, east]
  one_way: [[0s, 1ms, 2ms], [1ms, 0s, 1ms], [2ms, 1ms, 0s]]
  source: made up for this test
`

// TestPlaceReplicas: round robin over the placement, or over the network's sites.
func TestPlaceReplicas(t *testing.T) {
	for _, c := range []struct {
		set  string
		want []consensus.SiteID
	}{
		{"", []consensus.SiteID{0, 1, 2, 0}},
		{", placement: [east]", []consensus.SiteID{2, 2, 2, 2}},
		{", placement: [east, west]", []consensus.SiteID{2, 0, 2, 0}},
	} {
		p := plan(t, strings.Replace(base, "[raft, pbft]", "[{name: p, protocol: pbft"+c.set+"}]", 1)+line)
		got, err := placeReplicas(&p.Cells[0].Design, &p.Cells[0].Network)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.set, got, err, c.want)
		}
	}
	_, err := parse(t, ".", strings.Replace(base, "[raft, pbft]", "[{name: p, protocol: pbft, placement: [est]}]", 1)+line).Plan()
	if err == nil || !strings.Contains(err.Error(), `designs[0].placement: unknown site of row "est": allowed are east, middle, west; did you mean east?`) {
		t.Errorf("%v", err)
	}
}

// TestNearest: the shortest way, and the lowest number among equals.
func TestNearest(t *testing.T) {
	top := network.Constant(1, 3)
	replicas := []consensus.SiteID{2, 1, 1}
	for site, want := range map[consensus.SiteID]consensus.NodeID{0: 0, 1: 1, 2: 0} {
		if got := nearest(&top, replicas, site); got != want {
			t.Errorf("from site %d to replica %d, want %d", site, got, want)
		}
	}
}

// TestClientPlaces: clients stand at their agency's site, at the leader's, at given sites, or, on a
// network that knows none of them, round robin.
func TestClientPlaces(t *testing.T) {
	places := func(text string) (sites []string, entries []consensus.NodeID, agencies []string) {
		c := plan(t, strings.Replace(base, "[raft, pbft]", "[pbft]", 1)+text).Cells[0]
		replicas, err := placeReplicas(&c.Design, &c.Network)
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.clientPlaces(replicas)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			sites = append(sites, c.Network.Sites[p.Site].Name)
			entries = append(entries, p.Entry)
		}
		for _, a := range c.Scenario.Participants.List() {
			agencies = append(agencies, a.Site)
		}
		return sites, entries, agencies
	}
	if sites, _, agencies := places(""); !slices.Equal(sites, agencies) {
		t.Errorf("metro: clients at %v, agencies at %v", sites, agencies)
	}
	sites, entries, _ := places(line)
	for i, s := range sites {
		if want := []string{"west", "middle", "east"}[i%3]; s != want || entries[i] != consensus.NodeID(i%3) {
			t.Errorf("row: client %d at %s enters at %d", i, s, entries[i])
		}
	}
	for _, text := range []string{line + "set: {scenario.clients_at: leader}\n", "network: constant:5ms\n"} {
		sites, entries, _ := places(text)
		for i := range sites {
			if sites[i] != sites[0] || entries[i] != 0 {
				t.Errorf("%s: client %d at %s enters at %d, not at the leader's", text, i, sites[i], entries[i])
			}
		}
	}
	sites, entries, _ = places("network: constant:5ms\nset: {scenario.clients_at: site-2}\n")
	if sites[0] != "site-2" || entries[0] != 2 {
		t.Errorf("at %s, entering at %d", sites[0], entries[0])
	}
}
