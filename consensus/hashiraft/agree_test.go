package hashiraft_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/hashiraft"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/consensus/raft"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// world is one network, machine and load for both runtimes.
type world struct {
	topology network.Topology
	profile  resource.Profile
	sites    []consensus.SiteID
	limits   mempool.Limits
	rate     int // commands a second
}

func (w *world) engine() hashiraft.Config {
	p := &w.profile
	site := func(n consensus.NodeID) consensus.SiteID { return w.sites[n] }
	return hashiraft.Config{
		Replicas: len(w.sites),
		Delay: func(from, to consensus.NodeID) time.Duration {
			return w.topology.Delay(site(from), site(to))
		},
		ClientDelay: func(s consensus.SiteID, n consensus.NodeID) time.Duration { return w.topology.Delay(s, site(n)) },
		Jitter:      w.topology.Jitter, BandwidthBitPerSec: w.topology.BandwidthBitPerSec,
		Fsync: p.Fsync, DiskBytesPerSec: p.DiskBytesPerSec, Cores: p.Cores,
		ExecuteCost: p.Cost(consensus.OpExecute, 1), HandleCost: p.Cost(consensus.OpHandle, 1),
		VerifyCost: p.Cost(consensus.OpHandle, 1) + p.Cost(consensus.OpVerify, 1),
		Limits:     w.limits, App: newTally, Seed: 1,
	}
}

func (w *world) machine(t *testing.T) *cluster.Cluster {
	t.Helper()
	protocol := raft.Protocol()
	values, err := consensus.ParseValues(protocol.Settings, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := cluster.New(cluster.Config{
		Protocol: protocol, Values: values, Replicas: len(w.sites), Placement: w.sites, Topology: w.topology,
		Profile: w.profile, Limits: w.limits, SigBytes: 64, Retry: time.Second, Seed: 1, App: newTally,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// latencies offers load for 4 s and returns the sorted latencies of all but the first second.
func (w *world) latencies(t *testing.T, rt consensus.Runtime) []time.Duration {
	t.Helper()
	var got []time.Duration
	id := consensus.CommandID(0)
	op := make([]byte, 200)
	var send func()
	send = func() {
		id++
		at := rt.Now()
		entry := consensus.NodeID(int(id*7919>>3) % len(w.sites))
		rt.Submit(entry, &consensus.Command{ID: id, Site: w.sites[entry], Op: op}, func(o consensus.Outcome) {
			if o.Status == consensus.Answered && at > time.Second {
				got = append(got, o.Done-at)
			}
		})
		// The gaps are uneven so that no entry replica keeps step with the block cutter.
		if next := at + time.Second/time.Duration(w.rate)*time.Duration(1+id*id%7)/4; next < 4*time.Second {
			rt.At(next, send)
		}
	}
	rt.At(100*time.Millisecond, send)
	if err := rt.Run(context.Background(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if len(got) < w.rate {
		t.Fatalf("only %d answers", len(got))
	}
	return got
}

// On the same network, disk and load, the engine and the pure machine see the same median latency to
// within 15 %. What remains is the leader's own sync, which the engine waits for before it replicates.
func TestAgreesWithPureRaftOnMetro(t *testing.T) {
	w := world{limits: mempool.Limits{MaxTxs: 500, MaxBytes: 1 << 20, MaxWait: 10 * time.Millisecond, Capacity: 100000}, rate: 2000}
	for _, topology := range network.Topologies() {
		if topology.Name == "metro" {
			w.topology = topology
		}
	}
	for _, profile := range resource.Profiles() {
		if profile.Name == "reference" {
			w.profile = profile
		}
	}
	w.sites = []consensus.SiteID{0, 1, 2, 3, 4}
	engine := w.latencies(t, mustNew(t, w.engine()))
	machine := w.latencies(t, w.machine(t))
	for _, percent := range []int{50, 90, 99} {
		t.Logf("p%d: engine %v, machine %v", percent, engine[len(engine)*percent/100], machine[len(machine)*percent/100])
	}
	a, b := engine[len(engine)/2], machine[len(machine)/2]
	if 100*a > 115*b || 100*b > 115*a {
		t.Errorf("median %v in the engine, %v in the machine", a, b)
	}
}
