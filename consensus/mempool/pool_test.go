package mempool

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

func command(id int) *consensus.Command {
	return &consensus.Command{ID: consensus.CommandID(id), Op: make([]byte, 4)}
}

func newPool(limits Limits) (*Pool, map[consensus.CommandID]bool) {
	done := map[consensus.CommandID]bool{}
	return New(limits, func(id consensus.CommandID) bool { return done[id] }), done
}

func TestCutByNumberBytesAndWait(t *testing.T) {
	size := command(1).WireSize()
	p, _ := newPool(Limits{MaxTxs: 3, MaxBytes: 5 * size, MaxWait: 50, Capacity: 100})
	if _, ok := p.Pull(0, consensus.PullRequest{}); ok {
		t.Fatal("an empty pool gave a payload")
	}
	if b, ok := p.Pull(0, consensus.PullRequest{Force: true}); !ok || b.Payload.Len() != 0 {
		t.Fatal("a forced pull must give an empty payload")
	}
	p.Add(10, command(1))
	p.Add(20, command(2))
	if at, ok := p.ReadyAt(20); !ok || at != 60 {
		t.Fatalf("ready at %v, want 60: the oldest command waits 50", at)
	}
	if _, ok := p.Pull(59, consensus.PullRequest{}); ok {
		t.Fatal("cut before the wait was over")
	}
	if at, ok := p.ReadyAt(59); !ok || at != 60 {
		t.Fatalf("after a refusal ready at %v, want 60", at)
	}
	b, ok := p.Pull(60, consensus.PullRequest{})
	if !ok || b.Payload.Len() != 2 || b.Arrived[1] != 20 {
		t.Fatalf("got %+v", b)
	}
	for i := 3; i < 10; i++ {
		p.Add(70, command(i))
	}
	if b, ok := p.Pull(70, consensus.PullRequest{}); !ok || b.Payload.Len() != 3 {
		t.Fatal("a full block is cut at once")
	}
}

func TestBytesLimitAndOversizedCommand(t *testing.T) {
	size := command(1).WireSize()
	p, _ := newPool(Limits{MaxTxs: 100, MaxBytes: 2*size + 1, MaxWait: time.Hour, Capacity: 100})
	big := &consensus.Command{ID: 1, Op: make([]byte, 10*size)}
	p.Add(0, big)
	for i := 2; i < 6; i++ {
		p.Add(0, command(i))
	}
	for i, want := range []int{1, 2, 2} {
		b, ok := p.Pull(0, consensus.PullRequest{Force: true})
		if !ok || b.Payload.Len() != want {
			t.Fatalf("pull %d took %d commands, want %d", i, b.Payload.Len(), want)
		}
	}
}

func TestRewindExcludeAndPurge(t *testing.T) {
	p, done := newPool(Limits{MaxTxs: 2, MaxBytes: 1 << 20, MaxWait: 0, Capacity: 4})
	for i := 1; i <= 4; i++ {
		if p.Full() {
			t.Fatal("full below capacity")
		}
		p.Add(0, command(i))
	}
	if !p.Full() {
		t.Fatal("not full at capacity")
	}
	b, _ := p.Pull(0, consensus.PullRequest{})
	p.Rewind()
	block := consensus.NewBlock(1, 1, 0, consensus.Digest{}, b.Payload)
	b2, ok := p.Pull(0, consensus.PullRequest{Exclude: []*consensus.Block{block}})
	if !ok || b2.Payload.Commands[0].ID != 3 {
		t.Fatal("commands in flight on the branch were proposed again")
	}
	done[1], done[2] = true, true
	p.Rewind()
	if p.Len() != 2 || p.Pullable() != 2 {
		t.Fatalf("%d wait and %d can be pulled, want 2 and 2", p.Len(), p.Pullable())
	}
	if p.AddAgain(0, command(3)); p.Len() != 2 {
		t.Fatal("a known command was added twice")
	}
	if p.AddAgain(0, command(1)); p.Len() != 2 {
		t.Fatal("a committed command was added again")
	}
}

// What one branch excludes is there for another.
func TestAbandonedBranchGivesItsCommandsBack(t *testing.T) {
	p, _ := newPool(Limits{MaxTxs: 2, MaxBytes: 1 << 20, MaxWait: 0, Capacity: 4})
	p.Add(0, command(1))
	b, _ := p.Pull(0, consensus.PullRequest{})
	p.Rewind()
	branch := []*consensus.Block{consensus.NewBlock(1, 1, 0, consensus.Digest{}, b.Payload)}
	if _, ok := p.Pull(1, consensus.PullRequest{Exclude: branch}); ok {
		t.Fatal("everything was excluded, but there was a payload")
	}
	if b, ok := p.Pull(1, consensus.PullRequest{}); !ok || b.Payload.Len() != 1 {
		t.Fatal("the branch was abandoned, but its command stays excluded")
	}
}

// A refused pull must never be promised again for the same commands, or a host would spin.
func TestReadyAtNeverSpins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p, done := newPool(Limits{MaxTxs: 1 + rng.IntN(4), MaxBytes: 400, MaxWait: time.Duration(rng.IntN(20)), Capacity: 64})
		var flight []*consensus.Block
		now := time.Duration(0)
		next := 1
		for range 60 {
			now += time.Duration(rng.IntN(5))
			switch rng.IntN(5) {
			case 0, 1:
				p.Add(now, command(next))
				next++
			case 2:
				done[consensus.CommandID(1+rng.IntN(next))] = true
				p.Purge()
			case 3:
				p.Rewind()
			case 4:
				if b, ok := p.Pull(now, consensus.PullRequest{Exclude: flight}); ok && rng.IntN(2) == 0 {
					flight = []*consensus.Block{consensus.NewBlock(1, 1, 0, consensus.Digest{}, b.Payload)}
				} else if at, again := p.ReadyAt(now); !ok && again && at <= now {
					t.Fatalf("refused at %v but ready at %v", now, at)
				}
			}
			bytes := 0
			p.Commands(func(c *consensus.Command, _ time.Duration) bool { bytes += c.WireSize(); return true })
			if bytes != p.bytes || p.pullable < 0 || p.pullable > p.bytes || p.cursor < p.head {
				t.Fatalf("accounts are off: %d bytes held, %d counted, %d to pull", bytes, p.bytes, p.pullable)
			}
		}
	}
}
