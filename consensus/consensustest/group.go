package consensustest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// Group is a group of replicas of one protocol on a virtual clock. It is not safe for concurrent use.
type Group struct {
	tb       testing.TB
	protocol consensus.Protocol
	opts     Options
	values   consensus.Values
	keys     *consensus.ModelKeys
	rng      *rand.Rand

	now    time.Duration
	events eventQueue
	seq    uint64
	nodes  []*node
	side   []int // partition each replica is in

	commands []*consensus.Command // by ID-1
	entry    []consensus.NodeID   // where each command entered
	excused  []bool               // its entry replica crashed, or is corrupted: it may be lost
	check    checker
	trace    []string
	hash     uint64 // over the transcript, kept even when the text is not
}

// NewGroup makes a group whose replicas start at time 0, with the first RunFor or RunUntil. Every
// violated property fails tb at once.
func NewGroup(tb testing.TB, p consensus.Protocol, o Options) *Group {
	tb.Helper()
	o = o.withDefaults(p)
	values, err := consensus.ParseValues(p.Settings, o.Values)
	if err != nil {
		tb.Fatalf("settings: %v", err)
	}
	g := &Group{
		tb: tb, protocol: p, opts: o, values: values,
		keys: consensus.NewModelKeys(o.N, o.SignatureBytes, o.Seed),
		rng:  rand.New(rand.NewPCG(o.Seed, 0x636f6e66)),
		side: make([]int, o.N),
		hash: 14695981039346656037,
	}
	g.check.init(g)
	for i := range o.N {
		n := &node{g: g, id: consensus.NodeID(i)}
		g.nodes = append(g.nodes, n)
		n.up = true
		g.after(0, n.boot)
	}
	return g
}

// N is the number of replicas.
func (g *Group) N() int { return len(g.nodes) }

// Now is the time since the start of the group.
func (g *Group) Now() time.Duration { return g.now }

// Machine is the machine that replica id runs, with its wrapper if it has one; nil before its start.
func (g *Group) Machine(id consensus.NodeID) consensus.Machine { return g.nodes[id].machine }

// Up reports whether replica id runs.
func (g *Group) Up(id consensus.NodeID) bool { return g.nodes[id].up }

// Auth signs and checks as replica id, unrecorded: what a corrupted replica may use.
func (g *Group) Auth(id consensus.NodeID) consensus.Authenticator { return g.keys.For(id) }

// Submit hands a new command to replica `to`. A command that enters at a replica that is down, or
// that crashes or is corrupted, may be lost.
func (g *Group) Submit(to consensus.NodeID) consensus.CommandID {
	id := consensus.CommandID(len(g.commands) + 1)
	c := &consensus.Command{ID: id, Op: []byte(fmt.Sprintf("op-%d", id))}
	g.commands = append(g.commands, c)
	g.entry = append(g.entry, to)
	n := g.nodes[to]
	g.excused = append(g.excused, !n.up || n.corrupt != nil)
	g.after(0, func() { n.submitted(c) })
	return id
}

// Crash stops replica id: it loses its memory and what had not reached its disk, except a random
// prefix of it. Crashing a replica that is down does nothing.
func (g *Group) Crash(id consensus.NodeID) {
	n := g.nodes[id]
	if !n.up {
		return
	}
	for i, e := range g.entry {
		if e == id && !n.committed[consensus.CommandID(i+1)] {
			g.excused[i] = true
		}
	}
	g.note("%d crash", id)
	n.crash()
}

// Restart boots replica id from what was durable when it crashed.
func (g *Group) Restart(id consensus.NodeID) {
	n := g.nodes[id]
	if n.up {
		return
	}
	g.note("%d restart", id)
	n.up = true
	g.after(0, n.boot)
}

// Partition splits the group: replicas in different groups cannot hear each other, and those that
// are not named form one more group.
func (g *Group) Partition(groups ...[]consensus.NodeID) {
	clear(g.side)
	for i, members := range groups {
		for _, id := range members {
			g.side[id] = i + 1
		}
	}
	g.note("partition %v", g.side)
}

// Heal ends the partition, the loss and the duplication of messages.
func (g *Group) Heal() {
	clear(g.side)
	g.opts.LossPerMille, g.opts.DuplicatePerMille = 0, 0
	g.note("heal")
}

// SetNetwork changes the rates of loss and duplication from now on.
func (g *Group) SetNetwork(lossPerMille, duplicatePerMille int) {
	g.opts.LossPerMille, g.opts.DuplicatePerMille = lossPerMille, duplicatePerMille
}

// Wrap corrupts replica id from its next boot on (before the first run: from the start): wrap gets
// each machine it boots. What a corrupted replica says or commits is not checked.
func (g *Group) Wrap(id consensus.NodeID, wrap func(consensus.Machine) consensus.Machine) {
	g.nodes[id].corrupt = wrap
}

// RunFor lets the given time pass.
func (g *Group) RunFor(d time.Duration) {
	g.RunUntil(func() bool { return false }, d)
}

// RunUntil lets time pass until cond holds, but at most max, and reports whether it held. cond is
// asked after every event.
func (g *Group) RunUntil(cond func() bool, max time.Duration) bool {
	g.tb.Helper()
	end := g.now + max
	if cond() {
		return true
	}
	for steps := 0; len(g.events) > 0 && g.events[0].at <= end; steps++ {
		if steps > 20_000_000 {
			g.tb.Fatalf("at %v: 20 million events in one run: the protocol does not come to rest", g.now)
		}
		e := g.events.pop()
		g.now = e.at
		e.fn()
		if cond() {
			return true
		}
	}
	g.now = end
	return false
}

// Committed lists what replica id has committed and would still have after a crash or, while it is
// up, has committed so far.
func (g *Group) Committed(id consensus.NodeID) []consensus.Committed { return g.nodes[id].store }

// Has reports whether replica id has committed command c.
func (g *Group) Has(id consensus.NodeID, c consensus.CommandID) bool { return g.nodes[id].committed[c] }

// Height is the height up to which replica id has committed.
func (g *Group) Height(id consensus.NodeID) uint64 { return uint64(len(g.nodes[id].store)) }

// Leader is the replica that most running replicas route to or, in protocols that rotate or know
// none, the proposer of the newest block committed anywhere (replica 0 before the first).
func (g *Group) Leader() consensus.NodeID {
	votes := make([]int, g.N())
	best, top := consensus.NodeID(0), uint64(0)
	for _, n := range g.nodes {
		if n.up && n.route >= 0 {
			votes[n.route]++
		}
		if h := uint64(len(n.store)); h > top {
			top, best = h, n.store[h-1].Block.Proposer
		}
	}
	for id, v := range votes {
		if 2*v > g.N() {
			return consensus.NodeID(id)
		}
	}
	return best
}

// AllCommitted reports whether every correct replica that is up has committed every command that
// may not be lost.
func (g *Group) AllCommitted() bool {
	for _, n := range g.nodes {
		if !n.up || n.corrupt != nil {
			continue
		}
		for i := range g.commands {
			if !g.excused[i] && !n.committed[consensus.CommandID(i+1)] {
				return false
			}
		}
	}
	return true
}

// Settle runs until AllCommitted, and fails the test when that takes longer than max.
func (g *Group) Settle(max time.Duration) {
	g.tb.Helper()
	if !g.RunUntil(g.AllCommitted, max) {
		g.fail("liveness: after %v not every command is committed: %s", max, g.status())
	}
}

func (g *Group) status() string {
	out := ""
	for _, n := range g.nodes {
		missing := 0
		for i := range g.commands {
			if !g.excused[i] && !n.committed[consensus.CommandID(i+1)] {
				missing++
			}
		}
		out += fmt.Sprintf("\n  replica %d: up %v, height %d, missing %d of %d, routes to %d",
			n.id, n.up, len(n.store), missing, len(g.commands), n.route)
	}
	return out
}

// fail reports a violation with what is needed to see it again.
func (g *Group) fail(format string, args ...any) {
	g.tb.Helper()
	tail := g.trace
	if len(tail) > 60 {
		tail = tail[len(tail)-60:]
	}
	text := ""
	for _, line := range tail {
		text += "\n  " + line
	}
	g.tb.Fatalf("%s n=%d seed=%d at %v: %s%s", g.protocol.Name, g.N(), g.opts.Seed, g.now,
		fmt.Sprintf(format, args...), text)
}
