package raft

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

// TestInvariants looks inside the machines while leaders fail and messages are lost, and checks the
// properties of figure 3 of the paper: Election Safety, Log Matching and Leader Completeness. (The
// conformance kit sees State Machine Safety from outside.)
func TestInvariants(t *testing.T) {
	for seed := range uint64(8) {
		g := consensustest.NewGroup(t, Protocol(), consensustest.Options{
			N: 5, Seed: seed, DelayMin: time.Millisecond, DelayMax: 40 * time.Millisecond,
			LossPerMille: 100, DuplicatePerMille: 50, Fsync: 6 * time.Millisecond, MaxTxs: 1,
			Values: map[string]string{"election_timeout": "150ms", "heartbeat": "30ms", "window": "16", "first_leader": "-1"},
		})
		look := &observer{t: t, g: g, leaders: map[uint64]consensus.NodeID{}}
		run := func(d time.Duration) {
			g.RunUntil(func() bool { look.events++; look.elections(); return false }, d)
			look.logs()
		}
		for round := range 150 {
			g.Submit(consensus.NodeID(round % 5))
			run(25 * time.Millisecond)
			if round%12 == 7 {
				g.Crash(g.Leader())
			}
			if round%12 == 11 {
				for id := range consensus.NodeID(5) {
					g.Restart(id)
				}
			}
			if round%30 == 20 {
				g.Partition([]consensus.NodeID{g.Leader(), consensus.NodeID(round) % 5})
			}
			if round%30 == 28 {
				g.Heal()
				g.SetNetwork(100, 50)
			}
		}
		if len(look.leaders) < 3 || look.compared == 0 || g.Height(0) < 20 {
			t.Fatalf("seed %d: saw %d leaders, %d comparisons, height %d: too little to mean anything",
				seed, len(look.leaders), look.compared, g.Height(0))
		}
	}
}

type observer struct {
	t        *testing.T
	g        *consensustest.Group
	leaders  map[uint64]consensus.NodeID // by term
	events   int
	compared int
}

func (o *observer) machine(id int) *Machine {
	m, _ := o.g.Machine(consensus.NodeID(id)).(*Machine)
	return m
}

// elections: "at most one leader can be elected in a given term" (§5.2).
func (o *observer) elections() {
	for id := range o.g.N() {
		m := o.machine(id)
		if m == nil || m.role != leading {
			continue
		}
		if old, ok := o.leaders[m.term]; ok && old != m.self {
			o.t.Fatalf("replicas %d and %d both lead term %d", old, m.self, m.term)
		}
		o.leaders[m.term] = m.self
	}
}

// logs: "if two logs contain an entry with the same index and term, then the logs are identical in
// all entries up through the given index" (§5.3), and "if a log entry is committed in a given term,
// then that entry will be present in the logs of the leaders for all higher-numbered terms" (§5.4).
func (o *observer) logs() {
	var newest *Machine
	for id := range o.g.N() {
		a := o.machine(id)
		if a == nil {
			continue
		}
		if a.role == leading && (newest == nil || a.term > newest.term) {
			newest = a
		}
		for other := range id {
			if b := o.machine(other); b != nil {
				o.match(a, b)
			}
		}
	}
	if newest == nil {
		return
	}
	for id := range o.g.N() {
		for _, c := range o.g.Committed(consensus.NodeID(id)) {
			if c.Block.View >= newest.term {
				continue
			}
			if got := o.entry(newest, c.Block.Height); got == nil || got.ID != c.Block.ID {
				o.t.Fatalf("leader %d of term %d lacks the entry %d/%d that replica %d committed",
					newest.self, newest.term, c.Block.Height, c.Block.View, id)
			}
		}
	}
}

func (o *observer) match(a, b *Machine) {
	same := false
	for i := min(a.log.last(), b.log.last()); i > 0; i-- {
		x, y := o.entry(a, i), o.entry(b, i)
		if x == nil || y == nil {
			continue
		}
		o.compared++
		if same && x.ID != y.ID {
			o.t.Fatalf("logs of %d and %d differ at %d below an entry they share", a.self, b.self, i)
		}
		same = same || x.View == y.View
	}
}

// entry is a replica's entry at an index, from its log or its host's store.
func (o *observer) entry(m *Machine, i uint64) *consensus.Block {
	if i > m.log.base && i <= m.log.last() {
		return m.log.at(i)
	}
	if store := o.g.Committed(m.self); i <= uint64(len(store)) {
		return store[i-1].Block
	}
	return nil
}
