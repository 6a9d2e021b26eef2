package cluster_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/pbft"
	"github.com/govbench/govbench/consensus/raft"
	"github.com/govbench/govbench/sim/network"
)

// world is a closed-form model of one command in an idle group: what each operation takes, and
// nothing of the simulator's machinery.
type world struct {
	handle, sign, verify, check, execute time.Duration
	hash                                 time.Duration // a byte
	fsync, delay                         time.Duration
	wire                                 func(bytes int) time.Duration
}

// exactWorld is a world of primes, so that no two sums of different operations are equal.
func exactWorld() world {
	const nsPerByte = 8
	return world{
		handle: 2003, sign: 24_007, verify: 57_037, check: 41_011, execute: 10_007, hash: 3,
		fsync: 58_013, delay: 200_003,
		wire: func(bytes int) time.Duration { return time.Duration(network.WireBytes(bytes)) * nsPerByte },
	}
}

func (w world) apply(c *tweaked) {
	costs(64, map[consensus.Op]time.Duration{
		consensus.OpHandle: w.handle, consensus.OpSign: w.sign, consensus.OpVerify: w.verify,
		consensus.OpCheckPayload: w.check, consensus.OpExecute: w.execute,
		consensus.OpHash: w.hash,
	})(c)
	fsync(w.fsync)(c)
	c.Topology = network.Constant(w.delay, len(c.Placement))
	c.Topology.BandwidthBitPerSec = 1_000_000_000 // 8 ns a byte
}

// command is what a client of these tests sends, and block the block that holds it.
var command = &consensus.Command{ID: 1, Op: make([]byte, 2)}

func blockOf(cmd *consensus.Command) *consensus.Block {
	return consensus.NewBlock(1, 1, 0, consensus.Digest{}, consensus.NewPayload([]*consensus.Command{cmd}))
}

// stages are the moments of a command, as its outcome tells them.
type stages struct{ proposed, ordered, executed, done time.Duration }

// exactly runs five commands of a client at site 0, far apart, and compares.
func exactly(t *testing.T, p consensus.Protocol, n int, want stages) {
	t.Helper()
	b := start(t, base(t, p, n, 0).with(exactWorld().apply))
	for i := range 5 {
		b.submitAt(time.Duration(i+1)*time.Second+50*time.Millisecond, 0, 0, false)
	}
	b.run(10 * time.Second)
	for i, o := range b.outcomes {
		got := stages{o.Proposed - b.sentAt[i], o.Ordered - b.sentAt[i], o.Executed - b.sentAt[i], o.Done - b.sentAt[i]}
		if o.Status != consensus.Answered || got != want {
			t.Errorf("n = %d, command %d: ended as %d, stages\n%v, want\n%v", n, i+1, o.Status, got, want)
		}
	}
}

// Raft in full: every stage of a command at the leader's site, to the nanosecond.
func TestRaftExactly(t *testing.T) {
	for _, n := range []int{3, 4, 5, 7} {
		w := exactWorld()
		var s stages
		s.proposed = w.handle + w.check // the entry takes the command in and checks its client's signature
		// The leader writes to its disk and to everyone at once: the last follower that the majority
		// needs is sent the copy in that place. It takes it in, writes it and answers.
		place := time.Duration(n / 2)
		appendBytes := (&raft.Append{}).WireSize() + blockOf(command).WireSize()
		there := s.proposed + place*w.wire(appendBytes) + w.delay
		back := there + w.handle + w.fsync + w.wire((&raft.Reply{}).WireSize()) + w.delay
		s.ordered = back + w.handle
		s.executed = s.ordered + w.execute
		s.done = s.executed + w.wire(24+1) // the client stands beside the leader
		exactly(t, raft.Protocol(), n, s)
	}
}

// PBFT in full. Castro and Liskov 1999, section 4.2: the moments of all replicas, round by round.
func TestPBFTExactly(t *testing.T) {
	for _, n := range []int{4, 7} {
		w := exactWorld()
		const sig = 64
		f := (n - 1) / 3
		vote := w.wire((&pbft.Vote{}).WireSize() + sig)
		block := blockOf(command)
		proposal := w.wire((&pbft.PrePrepare{Block: block}).WireSize() + sig)
		// nth is the k-th of the times at which a broadcast of the others reaches replica r; from is when
		// each sends, first the lowest of them. Copies leave in order of receivers.
		nth := func(k, r, first int, from []time.Duration) time.Duration {
			var at []time.Duration
			for s := first; s < n; s++ {
				if s != r {
					place := r + 1
					if r > s {
						place = r
					}
					at = append(at, from[s]+time.Duration(place)*vote+w.delay)
				}
			}
			slices.Sort(at)
			for i := 1; i < k; i++ { // the receiver's link takes in one at a time
				at[i] = max(at[i], at[i-1]+vote)
			}
			return at[k-1]
		}
		var s stages
		s.proposed = w.handle + w.check
		prepare, commit, answer := make([]time.Duration, n), make([]time.Duration, n), make([]time.Duration, n)
		for r := 1; r < n; r++ { // a backup has the copy in its place, checks it, writes its promise and sends it
			there := s.proposed + w.sign + w.fsync + time.Duration(r)*proposal + w.delay
			prepare[r] = there + w.handle + w.verify + time.Duration(block.WireSize())*w.hash + w.check + w.sign + w.fsync
		}
		for r := range n { // 2f prepares, a backup's own among them
			needed := 2*f - 1
			if r == 0 {
				needed = 2 * f
			}
			commit[r] = nth(needed, r, 1, prepare) + w.handle + w.verify + w.sign + w.fsync
		}
		s.ordered = time.Hour
		for r := range n { // 2f+1 commits, the own among them
			committed := nth(2*f, r, 0, commit) + w.handle + w.verify
			s.ordered = min(s.ordered, committed)
			answer[r] = committed + w.execute + w.sign
		}
		// The client stands beside the primary and needs f+1 answers.
		type reply struct{ executed, there time.Duration }
		var replies []reply
		for r := range n {
			there := answer[r] + w.wire(24+1+sig)
			if r > 0 {
				there += w.delay
			}
			replies = append(replies, reply{answer[r], there})
		}
		slices.SortFunc(replies, func(a, b reply) int { return cmp.Compare(a.there, b.there) })
		s.executed, s.done = replies[f].executed, replies[f].there
		exactly(t, pbft.Protocol(), n, s)
	}
}
