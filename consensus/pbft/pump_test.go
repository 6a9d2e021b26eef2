package pbft

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// pump is a host of nothing but queues: no time passes but a message delay, every disk is instant,
// and what a machine persists is kept by the replica.
type pump struct {
	nodes []*pumpNode
	queue []delivery // a ring would be faster; the benchmarks reset it every round
}

type delivery struct {
	to, from consensus.NodeID
	in       consensus.Input
}

type pumpNode struct {
	p       *pump
	id      consensus.NodeID
	machine *Machine
	fx      consensus.Effects
	pool    []*consensus.Payload
	log     []consensus.Record
	store   []consensus.Committed
	tokens  []uint64
	waiting int           // what Waiting answers
	oldest  time.Duration // likewise
	charged [consensus.OpCount]int
}

func newPump(tb testing.TB, n int, values map[string]string) *pump {
	tb.Helper()
	v, err := consensus.ParseValues(settings(), values)
	if err != nil {
		tb.Fatal(err)
	}
	keys := consensus.NewModelKeys(n, 64, 7)
	p := &pump{}
	for i := range n {
		node := &pumpNode{p: p, id: consensus.NodeID(i)}
		node.machine, err = New(consensus.Config{Self: node.id, N: n, Auth: keys.For(node.id)}, v)
		if err != nil {
			tb.Fatal(err)
		}
		node.fx.Host = node
		p.nodes = append(p.nodes, node)
	}
	for _, node := range p.nodes {
		node.step(0, consensus.Input{Kind: consensus.Start})
	}
	return p
}

func (p *pump) run(now time.Duration) (messages int) {
	for i := 0; i < len(p.queue); i++ {
		d := &p.queue[i]
		p.nodes[d.to].step(now, d.in)
		if d.in.Kind == consensus.Receive {
			messages++
		}
	}
	clear(p.queue)
	p.queue = p.queue[:0]
	return messages
}

func (n *pumpNode) step(now time.Duration, in consensus.Input) {
	n.fx.Reset()
	n.machine.Step(now, in, &n.fx)
	tokens := n.tokens[:0]
	for i := range n.fx.List {
		switch e := &n.fx.List[i]; e.Kind {
		case consensus.EffectSend, consensus.EffectSendEarly:
			in := consensus.Input{Kind: consensus.Receive, From: n.id, Msg: e.Msg}
			if e.To != consensus.Everyone {
				n.p.queue = append(n.p.queue, delivery{to: e.To, from: n.id, in: in})
				continue
			}
			for to := range n.p.nodes {
				if consensus.NodeID(to) != n.id {
					n.p.queue = append(n.p.queue, delivery{to: consensus.NodeID(to), from: n.id, in: in})
				}
			}
		case consensus.EffectSynced:
			tokens = append(tokens, e.View)
		case consensus.EffectPersist:
			n.log = append(n.log, e.Record)
		case consensus.EffectCheckpoint:
			n.log = append(n.log[:0], e.Record)
		case consensus.EffectCommit:
			n.store = append(n.store, consensus.Committed{Block: e.Block, Proof: e.Msg})
		case consensus.EffectWork:
			n.charged[e.Op] += e.N
		}
	}
	n.tokens = nil
	for _, token := range tokens { // the disk is instant
		n.step(now, consensus.Input{Kind: consensus.Persisted, Token: token})
	}
	n.tokens = tokens[:0]
}

// offer gives a payload of one command to a replica's pool and wakes it.
func (n *pumpNode) offer(now time.Duration, id consensus.CommandID) {
	c := &consensus.Command{ID: id, Op: []byte(fmt.Sprintf("op-%d", id))}
	n.pool = append(n.pool, consensus.NewPayload([]*consensus.Command{c}))
	n.step(now, consensus.Input{Kind: consensus.Ready})
}

func (n *pumpNode) Pull(consensus.PullRequest) (*consensus.Payload, bool) {
	if len(n.pool) == 0 {
		return nil, false
	}
	p := n.pool[0]
	n.pool = n.pool[1:]
	return p, true
}

func (n *pumpNode) Rewind() {}

func (n *pumpNode) Waiting() (int, time.Duration) { return n.waiting, n.oldest }

func (n *pumpNode) Stored(h uint64) (consensus.Committed, bool) {
	if h == 0 || h > uint64(len(n.store)) {
		return consensus.Committed{}, false
	}
	return n.store[h-1], true
}
