package consensustest

import (
	"math/rand/v2"
	"time"

	"github.com/govbench/govbench/consensus"
)

// node hosts one replica.
type node struct {
	g       *Group
	id      consensus.NodeID
	corrupt func(consensus.Machine) consensus.Machine
	boots   uint64 // also tells events of an earlier life apart

	up      bool
	machine consensus.Machine // nil while down and until the boot event
	fx      consensus.Effects
	timers  [consensus.TimersMax]uint64 // generation of the running timer, 0 when stopped
	timerNo uint64
	disk    disk
	pool    pool
	route   consensus.NodeID
	own     []*own // commands that entered here and are not committed here

	store     []consensus.Committed // committed blocks, store[h-1] at height h
	committed map[consensus.CommandID]bool
	promises  []promise // made in steps whose writes are not yet durable
}

// own is a command that entered at this replica.
type own struct {
	cmd  *consensus.Command
	sent int // times it was forwarded
}

func (n *node) boot() {
	if !n.up || n.machine != nil {
		return
	}
	n.boots++
	n.route = consensus.Nobody
	n.committed = make(map[consensus.CommandID]bool)
	for _, c := range n.store {
		for _, cmd := range c.Block.Payload.Commands {
			n.committed[cmd.ID] = true
		}
	}
	n.pool = pool{n: n}
	n.own = nil
	cfg := consensus.Config{
		Self: n.id, N: n.g.N(),
		Auth: recorder{n.g.keys.For(n.id), n},
		Rand: rand.NewPCG(n.g.opts.Seed, uint64(n.id)<<32|n.boots),
	}
	m, err := n.g.protocol.New(cfg, n.g.values)
	if err != nil {
		n.g.tb.Fatalf("New: %v", err)
	}
	if n.corrupt != nil {
		m = n.corrupt(m)
	}
	n.machine = m
	n.fx.Host = n
	n.step(consensus.Input{
		Kind: consensus.Start, Durable: n.disk.records(n), Applied: uint64(len(n.store)),
	})
	n.retryLater()
}

func (n *node) crash() {
	n.disk.crash(n)
	n.up, n.machine = false, nil
	n.timers = [consensus.TimersMax]uint64{}
	n.promises = nil
	n.fx = consensus.Effects{}
}

// later calls fn after d unless the replica crashed in between.
func (n *node) later(d time.Duration, fn func()) {
	boots := n.boots
	n.g.after(d, func() {
		if n.up && n.machine != nil && n.boots == boots {
			fn()
		}
	})
}

func (n *node) step(in consensus.Input) {
	n.g.noteInput(n.id, in)
	n.fx.Reset()
	n.machine.Step(n.g.now, in, &n.fx)
	list := n.fx.List
	n.fx.List = nil // a machine that kept fx would show
	for i := range list {
		if n.machine == nil {
			return
		}
		n.apply(&list[i])
	}
	n.disk.flush(n)
	n.bind()
}

func (n *node) apply(e *consensus.Effect) {
	switch e.Kind {
	case consensus.EffectSend:
		n.send(e.To, e.Msg, false)
	case consensus.EffectSendEarly:
		n.send(e.To, e.Msg, true)
	case consensus.EffectPersist, consensus.EffectCheckpoint:
		if e.Record.WireSize() <= 0 {
			n.g.fail("replica %d persists a record of %d bytes", n.id, e.Record.WireSize())
		}
		n.disk.write(n, item{record: e.Record, print: fingerprint(e.Record), replace: e.Kind == consensus.EffectCheckpoint})
	case consensus.EffectSynced:
		token := e.View
		n.disk.whenDurable(func() {
			n.later(0, func() { n.step(consensus.Input{Kind: consensus.Persisted, Token: token}) })
		})
	case consensus.EffectSetTimer:
		n.setTimer(e.Timer, e.After)
	case consensus.EffectStopTimer:
		n.timers[e.Timer] = 0
	case consensus.EffectCommit:
		n.commit(consensus.Committed{Block: e.Block, Proof: e.Msg})
	case consensus.EffectWork:
		if e.Op >= consensus.OpCount || e.N < 0 {
			n.g.fail("replica %d charges %d of operation %d", n.id, e.N, e.Op)
		}
	case consensus.EffectRoute:
		n.routeTo(e.To)
	case consensus.EffectLead:
		n.g.note("%d lead view %d by %d", n.id, e.View, e.To)
	default:
		n.g.fail("replica %d emits an effect of unknown kind %d", n.id, e.Kind)
	}
}

func (n *node) setTimer(id consensus.TimerID, after time.Duration) {
	if id >= consensus.TimersMax {
		n.g.fail("replica %d sets timer %d", n.id, id)
	}
	n.timerNo++
	no := n.timerNo
	n.timers[id] = no
	n.later(max(after, 0), func() {
		if n.timers[id] == no {
			n.timers[id] = 0
			n.step(consensus.Input{Kind: consensus.Timeout, Timer: id})
		}
	})
}

func (n *node) send(to consensus.NodeID, msg consensus.Message, early bool) {
	switch {
	case msg == nil:
		n.g.fail("replica %d sends nothing", n.id)
	case to == n.id || to < consensus.Everyone || int(to) >= n.g.N():
		n.g.fail("replica %d sends %T to %d", n.id, msg, to)
	case msg.WireSize() <= 0:
		n.g.fail("replica %d sends %T of %d bytes", n.id, msg, msg.WireSize())
	}
	if early {
		n.bindCarried(msg)
		n.depart(to, msg)
		return
	}
	n.disk.whenDurable(func() { n.depart(to, msg) })
}

func (n *node) depart(to consensus.NodeID, msg consensus.Message) {
	n.g.noteSend(n.id, to, msg)
	n.g.check.sent(n, to, msg)
	p := packet{msg: msg, print: fingerprint(msg)}
	if to != consensus.Everyone {
		n.g.transmit(n.id, to, p)
		return
	}
	for id := range n.g.nodes {
		if consensus.NodeID(id) != n.id {
			n.g.transmit(n.id, consensus.NodeID(id), p)
		}
	}
}

func (n *node) commit(c consensus.Committed) {
	n.g.check.committed(n, c)
	n.store = append(n.store, c)
	n.g.note("%d commit %d view %d by %d %v", n.id, c.Block.Height, c.Block.View, c.Block.Proposer, ids(c.Block.Payload))
	for _, cmd := range c.Block.Payload.Commands {
		n.committed[cmd.ID] = true
	}
	n.pool.purge()
	kept := n.own[:0]
	for _, o := range n.own {
		if !n.committed[o.cmd.ID] {
			kept = append(kept, o)
		}
	}
	n.own = kept
	n.disk.write(n, item{block: true})
}

func ids(p *consensus.Payload) []consensus.CommandID {
	out := make([]consensus.CommandID, 0, p.Len())
	for _, c := range p.Commands {
		out = append(out, c.ID)
	}
	return out
}
