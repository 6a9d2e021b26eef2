package sim_test

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// The digests of this file are the same for every GOARCH, GOAMD64 and Go release. A change that moves
// one of them changes the result of every experiment with a given seed, so it must be meant.
//
// To check other architectures:
//
//	GOAMD64=v3 go test ./sim -run Golden
//	GOARCH=386 go test ./sim -run Golden
//	GOARCH=arm64 go test -c -o sim.test ./sim && qemu-aarch64 ./sim.test -test.run Golden

func TestGoldenSamplers(t *testing.T) {
	for _, c := range []struct {
		name string
		draw func(*sim.Stream) uint64
		want string
	}{
		{"uint64", (*sim.Stream).Uint64, "e2d09a7a021122ce"},
		{"below", func(s *sim.Stream) uint64 { return s.Below(3 << 61) }, "1aaaf9896fb31957"},
		{"uniform", func(s *sim.Stream) uint64 { return uint64(s.Uniform(-time.Hour, time.Hour)) }, "85eee14a06cb4c61"},
		{"exponential", func(s *sim.Stream) uint64 { return uint64(s.Exp(1000 * time.Hour)) }, "a7c6eedf27c2ec80"},
		{"normal", func(s *sim.Stream) uint64 { return uint64(s.Normal(-time.Second, 1000*time.Hour)) }, "848ff83a6ba1cc23"},
		{"lognormal", func(s *sim.Stream) uint64 { return uint64(s.LogNormal(time.Hour, 1234)) }, "55d6a2cbfe651239"},
	} {
		var d sim.RunDigest
		s := sim.NewStream(42, "golden/"+c.name)
		for range 100_000 {
			d.Add1(c.draw(s))
		}
		if got := d.Hex()[:16]; got != c.want {
			t.Errorf("%s: digest %s, want %s", c.name, got, c.want)
		}
	}
}

// miniature is a small run of everything the simulator is made of: nodes that gossip over a jittery,
// lossy, partitioned network, each message costing CPU, link and disk.
type miniature struct {
	queue  *sim.Queue
	top    network.Topology
	ref    resource.Profile
	faults *fault.Injector
	jitter *sim.Stream
	choice *sim.Stream
	cpus   []*resource.CPU
	disks  []*resource.Disk
	links  []*resource.Link
	digest sim.RunDigest
}

func newMiniature(t *testing.T, top string, seed uint64) *miniature {
	t.Helper()
	m := &miniature{queue: sim.NewQueue(), jitter: sim.NewStream(seed, "net"), choice: sim.NewStream(seed, "choice")}
	var err error
	if m.top, err = network.Lookup(top); err != nil {
		t.Fatal(err)
	}
	if m.ref, err = resource.LookupProfile("reference"); err != nil {
		t.Fatal(err)
	}
	n := len(m.top.Sites)
	m.faults = fault.NewInjector(&fault.Schedule{
		Crashes:    []fault.Crash{{Node: 1, From: time.Second, To: 2 * time.Second}},
		Partitions: []fault.Partition{{From: 2 * time.Second, To: 3 * time.Second, Groups: [][]consensus.NodeID{{0, 1}}}},
		Loss:       []fault.Loss{{LinkFrom: consensus.Everyone, LinkTo: consensus.Everyone, PerMillion: 20_000}},
		Duplicates: []fault.Duplicate{{LinkFrom: 0, LinkTo: consensus.Everyone, PerMillion: 10_000}},
		SlowDisks:  []fault.SlowDisk{{Node: 2, From: time.Second, Percent: 250}},
	}, seed)
	if err := m.faults.Validate(n); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		m.cpus = append(m.cpus, resource.NewCPU(m.ref.Cores))
		m.disks = append(m.disks, resource.NewDisk(m.ref.Fsync, m.ref.DiskBytesPerSec))
		m.links = append(m.links, resource.NewLink(m.top.BandwidthBitPerSec))
		m.queue.Push(sim.Event{At: time.Duration(i), Node: int32(i)})
	}
	return m
}

// step handles one event at a node: verify, persist, send on to another node.
func (m *miniature) step(e sim.Event) {
	m.digest.Add4(uint64(e.At), e.Arg, uint64(e.Kind), uint64(e.Node))
	node := consensus.NodeID(e.Node)
	bytes := int(m.choice.Below(5000))
	to := consensus.NodeID(m.choice.Below(uint64(len(m.cpus))))
	if m.faults.Down(node, e.At) {
		at, _ := m.faults.NextUp(node, e.At)
		m.queue.Push(sim.Event{At: at, Node: e.Node, Arg: e.Arg})
		return
	}
	at := m.cpus[node].UseParallel(e.At, int(m.choice.Below(9)), m.ref.Cost(consensus.OpVerify, 1))
	at = m.cpus[node].Use(at, m.ref.Cost(consensus.OpHash, bytes))
	m.disks[node].Slow(m.faults.DiskPercent(node, at))
	at = m.disks[node].Append(at, bytes)
	if to == node || m.faults.Cut(node, to, at) || m.faults.Lost(node, to, at) {
		m.queue.Push(sim.Event{At: at + m.jitter.Exp(time.Millisecond), Node: e.Node, Arg: e.Arg + 1, Kind: 1})
		return
	}
	size := network.WireBytes(bytes)
	copies := 1
	if m.faults.Duplicated(node, to, at) && m.queue.Len() < 1000 {
		copies = 2
	}
	for range copies {
		out := m.links[node].Send(at, size)
		arrival := out + m.top.Delay(consensus.SiteID(node), consensus.SiteID(to)) + m.top.Jitter.Sample(m.jitter)
		m.queue.Push(sim.Event{At: m.links[to].Receive(arrival, size), Node: int32(to), Arg: e.Arg + 1, Kind: 2})
	}
}

func TestGoldenMiniatures(t *testing.T) {
	for _, c := range []struct{ top, want string }{
		{"metro", "d3934f3ebdcc6a3a"},
		{"three-city", "6eb0b8550a5cd1c0"},
		{"cloud-regions", "374888f5b0a486ce"},
	} {
		m := newMiniature(t, c.top, 7)
		for range 60_000 {
			e, ok := m.queue.Pop()
			if !ok {
				t.Fatalf("%s ran dry at %v", c.top, m.queue.Now())
			}
			m.step(e)
		}
		for i := range m.cpus {
			m.digest.Add4(uint64(m.cpus[i].Busy()), uint64(m.disks[i].Busy()), m.disks[i].Fsyncs(), uint64(m.links[i].Busy()))
		}
		if m.queue.Now() < 3*time.Second {
			t.Errorf("%s stopped at %v, before its last fault", c.top, m.queue.Now())
		}
		if got := m.digest.Hex()[:16]; got != c.want {
			t.Errorf("%s: digest %s, want %s", c.top, got, c.want)
		}
	}
}
