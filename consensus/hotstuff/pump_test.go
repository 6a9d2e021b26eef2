package hotstuff

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// pump is the smallest host: constant delay, no loss, no disk, no timers, so that what a benchmark
// measures is the machines. Events of equal delay are a plain queue.
type pump struct {
	now   time.Duration
	delay time.Duration
	queue []mail
	head  int
	hosts []*pumpHost
}

type mail struct {
	at       time.Duration
	from, to consensus.NodeID
	msg      consensus.Message
}

// pumpHost hosts one replica; its pool is a list of payloads to propose.
type pumpHost struct {
	p       *pump
	id      consensus.NodeID
	m       *Machine
	fx      consensus.Effects
	pool    []*consensus.Payload
	commits uint64
	synced  []uint64
}

func newPump(tb testing.TB, n int, values map[string]string) *pump {
	tb.Helper()
	protocol := Protocol()
	v, err := consensus.ParseValues(protocol.Settings, values)
	if err != nil {
		tb.Fatal(err)
	}
	keys := consensus.NewModelKeys(n, 64, 1)
	p := &pump{delay: time.Millisecond}
	for i := range n {
		id := consensus.NodeID(i)
		m, err := protocol.New(consensus.Config{Self: id, N: n, Auth: keys.For(id)}, v)
		if err != nil {
			tb.Fatal(err)
		}
		h := &pumpHost{p: p, id: id, m: m.(*Machine)}
		h.fx.Host = h
		p.hosts = append(p.hosts, h)
	}
	for _, h := range p.hosts {
		h.step(consensus.Input{Kind: consensus.Start})
	}
	return p
}

func (h *pumpHost) Pull(r consensus.PullRequest) (*consensus.Payload, bool) {
	if len(h.pool) > 0 {
		payload := h.pool[0]
		h.pool = h.pool[1:]
		return payload, true
	}
	return emptyPayload, r.Force
}

var emptyPayload = consensus.NewPayload(nil)

func (h *pumpHost) Rewind()                                   {}
func (h *pumpHost) Waiting() (int, time.Duration)             { return len(h.pool), 0 }
func (h *pumpHost) Stored(uint64) (consensus.Committed, bool) { return consensus.Committed{}, false }

func (h *pumpHost) step(in consensus.Input) {
	h.fx.Reset()
	h.m.Step(h.p.now, in, &h.fx)
	for i := range h.fx.List {
		e := &h.fx.List[i]
		switch e.Kind {
		case consensus.EffectSend, consensus.EffectSendEarly:
			h.p.send(h.id, e.To, e.Msg)
		case consensus.EffectCommit:
			h.commits++
		case consensus.EffectSynced:
			h.synced = append(h.synced, e.View)
		}
	}
	for len(h.synced) > 0 {
		token := h.synced[0]
		h.synced = h.synced[1:]
		h.step(consensus.Input{Kind: consensus.Persisted, Token: token})
	}
}

func (p *pump) send(from, to consensus.NodeID, msg consensus.Message) {
	if to != consensus.Everyone {
		p.queue = append(p.queue, mail{p.now + p.delay, from, to, msg})
		return
	}
	for i := range p.hosts {
		if consensus.NodeID(i) != from {
			p.queue = append(p.queue, mail{p.now + p.delay, from, consensus.NodeID(i), msg})
		}
	}
}

// run delivers until nothing is under way or cond holds.
func (p *pump) run(cond func() bool) {
	for p.head < len(p.queue) && !cond() {
		m := p.queue[p.head]
		p.queue[p.head] = mail{}
		p.head++
		if p.head > 4096 && p.head > len(p.queue)/2 {
			p.queue = p.queue[:copy(p.queue, p.queue[p.head:])]
			p.head = 0
		}
		p.now = m.at
		p.hosts[m.to].step(consensus.Input{Kind: consensus.Receive, From: m.from, Msg: m.msg})
	}
}

func payloadOf(first, count int) *consensus.Payload {
	commands := make([]*consensus.Command, count)
	for i := range commands {
		commands[i] = &consensus.Command{ID: consensus.CommandID(first + i), Op: []byte(fmt.Sprint(first + i))}
	}
	return consensus.NewPayload(commands)
}

// BenchmarkDecision256 is one decision of a loaded group: a block proposed, voted for and, three views
// later, committed at all 256 replicas. CPU time is of all replicas together.
func BenchmarkDecision256(b *testing.B) { benchmarkDecision(b, 256, nil) }

// BenchmarkDecision256Stable is the same with a stable leader.
func BenchmarkDecision256Stable(b *testing.B) {
	benchmarkDecision(b, 256, map[string]string{"leader": "stable"})
}

// BenchmarkDecision100 is the same at 100 replicas.
func BenchmarkDecision100(b *testing.B) { benchmarkDecision(b, 100, nil) }

// BenchmarkDecision4 is the same at 4 replicas.
func BenchmarkDecision4(b *testing.B) { benchmarkDecision(b, 4, nil) }

func benchmarkDecision(b *testing.B, n int, values map[string]string) {
	p := newPump(b, n, values)
	payload := payloadOf(1, 1)
	feed := func() {
		for _, h := range p.hosts {
			h.pool = append(h.pool[:0], payload)
		}
	}
	target := uint64(0)
	last := p.hosts[n-1]
	done := func() bool {
		if v := last.m.view; v != target { // refill whoever leads next
			target = v
			feed()
		}
		return last.commits >= uint64(b.N)
	}
	feed()
	b.ReportAllocs()
	b.ResetTimer()
	p.hosts[0].step(consensus.Input{Kind: consensus.Ready})
	p.run(done)
	if last.commits < uint64(b.N) {
		b.Fatalf("%d commits of %d", last.commits, b.N)
	}
}
