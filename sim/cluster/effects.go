package cluster

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// deed is an effect that takes place later.
type deed struct {
	kind consensus.EffectKind
	to   consensus.NodeID
	view uint64
	msg  consensus.Message
}

// buffer holds the deeds of one moment.
type buffer struct {
	epoch uint32
	list  []deed
}

// pending collects the deeds of a step that take place at one later moment.
type pending struct {
	at     time.Duration
	buffer uint64
	used   bool
}

// carryOut puts the effects of a step into force. Its CPU work is done at done. The disk and the
// committed blocks are booked at once for that moment, which is safe because a replica's steps end in
// the order in which they begin; what leaves the replica waits for an event.
//
// What is due at once is done at once, unless effects of an earlier step are still to come.
func (n *node) carryOut(done time.Duration) {
	c := n.c
	free := done == c.now && n.flushes == 0
	var soon, late pending
	for i := range n.fx.List {
		e := &n.fx.List[i]
		switch e.Kind {
		case consensus.EffectWork:
		case consensus.EffectSetTimer:
			n.setTimer(e.Timer, done+e.After)
		case consensus.EffectStopTimer:
			n.timers[e.Timer].armed = false
		case consensus.EffectPersist, consensus.EffectCheckpoint:
			n.persist(e.Record, e.Kind == consensus.EffectCheckpoint, done)
		case consensus.EffectCommit:
			n.commit(e.Block, e.Msg, e.Answer, done)
		default:
			d := deed{kind: e.Kind, to: e.To, view: e.View, msg: e.Msg}
			at := done
			if e.Kind == consensus.EffectSend || e.Kind == consensus.EffectSynced {
				at = max(at, n.wal.durableAt)
			}
			switch {
			case at > done || free && d.kind == consensus.EffectSynced:
				n.add(&late, at, d)
			case free:
				n.perform(&d)
			default:
				n.add(&soon, at, d)
			}
		}
	}
	n.schedule(&soon)
	n.schedule(&late)
}

// add appends a deed to those of its moment.
func (n *node) add(p *pending, at time.Duration, d deed) {
	if p.used && p.at != at {
		n.schedule(p)
	}
	c := n.c
	if !p.used {
		*p = pending{at: at, used: true}
		if s := len(c.buffers.spare); s > 0 {
			p.buffer = c.buffers.spare[s-1]
			c.buffers.spare = c.buffers.spare[:s-1]
		} else {
			p.buffer = c.buffers.put(buffer{})
		}
	}
	b := c.buffers.at(p.buffer)
	b.epoch = n.epoch
	b.list = append(b.list, d)
}

func (n *node) schedule(p *pending) {
	if p.used {
		n.flushes++
		n.c.push(p.at, evFlush, n.id, p.buffer)
	}
	p.used = false
}

// flush performs the deeds of this moment, unless the replica crashed since, and gives their buffer
// back without giving up its memory. Persisted inputs come last: they are steps of their own, whose
// effects follow all of this one's.
func (n *node) flush(i uint64) {
	n.flushes--
	b := *n.c.buffers.at(i)
	if n.up && b.epoch == n.epoch {
		synced := 0
		for k := range b.list {
			if d := &b.list[k]; d.kind == consensus.EffectSynced {
				synced++
			} else {
				n.perform(d)
			}
		}
		for k := 0; synced > 0; k++ {
			if d := &b.list[k]; d.kind == consensus.EffectSynced {
				synced--
				n.step(consensus.Input{Kind: consensus.Persisted, Token: d.view})
			}
		}
	}
	clear(b.list)
	n.c.buffers.at(i).list = b.list[:0]
	n.c.buffers.spare = append(n.c.buffers.spare, i)
}

// perform lets a deed take place now.
func (n *node) perform(d *deed) {
	switch d.kind {
	case consensus.EffectSend, consensus.EffectSendEarly:
		n.send(d.to, d.msg)
	case consensus.EffectRoute:
		n.setRoute(d.to)
	case consensus.EffectLead:
		n.c.observe(consensus.Event{Kind: consensus.EventLed, At: n.c.now, Node: n.id, Peer: d.to, View: d.view})
	}
}
