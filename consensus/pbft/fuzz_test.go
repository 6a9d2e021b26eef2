package pbft

import (
	"bytes"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// fuzzed is a group of four whose script decides everything: which message arrives when or never,
// which timers expire, who crashes, and what replica 3, whose keys the script holds, says.
type fuzzed struct {
	*testing.T
	*pump
	keys   *consensus.ModelKeys
	script []byte
	at     int
	now    time.Duration
	ids    consensus.CommandID
	heard  []consensus.Message // everything ever sent, for replica 3 to repeat
	blocks []*consensus.Block  // everything ever proposed
}

// FuzzMachine feeds arbitrary sequences of messages, faults and timeouts: no step may panic, and no
// two correct replicas may commit different blocks at a height.
func FuzzMachine(f *testing.F) {
	f.Add(bytes.Repeat([]byte{0, 1, 2, 3, 4}, 100))
	f.Add([]byte{0, 0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5, 1, 6, 2, 9, 9, 9})
	for seed := range uint64(20) {
		script, x := make([]byte, 1500), seed
		for i := range script {
			x = x*6364136223846793005 + 1442695040888963407
			script[i] = byte(x >> 33)
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 4096 {
			script = script[:4096]
		}
		z := &fuzzed{T: t, script: script, keys: consensus.NewModelKeys(4, 64, 7),
			pump: newPump(t, 4, map[string]string{settingCheckpointInterval: "2", settingWindow: "4", settingPipeline: "3"})}
		for z.at < len(z.script) {
			z.act()
		}
		z.judge()
	})
}

func (z *fuzzed) next() int {
	if z.at >= len(z.script) {
		return 0
	}
	z.at++
	return int(z.script[z.at-1])
}

// act does one thing that the script says.
func (z *fuzzed) act() {
	op := z.next()
	switch {
	case op < 160:
		z.deliver(op)
	case op < 185:
		z.ids++
		z.nodes[z.next()%3].offer(z.now, z.ids)
	case op < 200:
		z.now += time.Duration(z.next()) * 20 * time.Millisecond
		z.nodes[z.next()%3].step(z.now, consensus.Input{Kind: consensus.Timeout, Timer: consensus.TimerID(op % 2)})
	case op < 205:
		z.crash(z.next() % 3)
	default:
		to := consensus.NodeID(z.next() % 3)
		msg := z.lie(op)
		if msg == nil {
			return
		}
		z.nodes[to].step(z.now, consensus.Input{Kind: consensus.Receive, From: 3, Msg: msg})
	}
	z.note()
}

// deliver hands over one message in flight, out of order and sometimes twice or never.
func (z *fuzzed) deliver(op int) {
	if len(z.queue) == 0 {
		return
	}
	i := 0
	if op%4 == 0 {
		i = z.next() % len(z.queue)
	}
	d := z.queue[i]
	if op%16 != 1 {
		z.queue = append(z.queue[:i], z.queue[i+1:]...)
	}
	if op%16 != 2 && d.to != 3 {
		z.nodes[d.to].step(z.now, d.in)
	}
}

// note remembers what is in flight, for later lies.
func (z *fuzzed) note() {
	for _, d := range z.queue[max(0, len(z.queue)-8):] {
		if len(z.heard) < 512 {
			z.heard = append(z.heard, d.in.Msg)
		}
		if p, ok := d.in.Msg.(*PrePrepare); ok && p.Block != nil && len(z.blocks) < 64 {
			z.blocks = append(z.blocks, p.Block)
		}
	}
}

// crash boots a correct replica again from what it had written.
func (z *fuzzed) crash(id int) {
	node := z.nodes[id]
	m, err := New(node.machine.cfg, defaultsWith(z.T, map[string]string{settingCheckpointInterval: "2", settingWindow: "4", settingPipeline: "3"}))
	if err != nil {
		z.Fatal(err)
	}
	node.machine = m
	node.step(z.now, consensus.Input{Kind: consensus.Start, Durable: node.log, Applied: uint64(len(node.store))})
}

func defaultsWith(t *testing.T, given map[string]string) consensus.Values {
	v, err := consensus.ParseValues(settings(), given)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// lie makes a message of replica 3, which may be well signed nonsense.
func (z *fuzzed) lie(op int) consensus.Message {
	view, seq := uint64(z.next()%9), uint64(z.next()%9)
	b := z.someBlock(view, seq)
	sign := z.keys.For(3).Sign
	switch op % 10 {
	case 0, 1:
		v := &Vote{Kind: KindPrepare + uint8(op/10%2), View: view, Seq: seq, Digest: b.ID}
		v.Sig = sign(v.statement())
		return v
	case 2:
		return &PrePrepare{View: view, Block: b, Sig: sign(consensus.Statement{Kind: KindPrePrepare, View: view, Height: b.Height, Digest: b.ID})}
	case 3:
		return z.lieAboutViews(view, b)
	case 4:
		return &Status{View: view, Target: view + seq, Low: seq, Committed: seq * 3, Known: view * 77, Ask: consensus.NodeID(z.next() % 4), Reply: op > 230}
	case 5:
		return &Fetch{First: seq, Last: view * 5}
	case 6:
		return &FetchBody{Seq: seq, Digest: b.ID}
	case 7:
		return &Body{b}
	case 8:
		c := &Checkpoint{Seq: seq, Digest: b.ID}
		c.Sig = sign(checkpointStatement(seq, c.Digest))
		return c
	}
	if len(z.heard) == 0 {
		return &Blocks{Items: []consensus.Committed{{Block: b, Proof: &Commitment{}}, {}}}
	}
	return z.heard[z.next()%len(z.heard)]
}

func (z *fuzzed) someBlock(view, seq uint64) *consensus.Block {
	if len(z.blocks) > 0 && z.next()%2 == 0 {
		return z.blocks[z.next()%len(z.blocks)]
	}
	c := &consensus.Command{ID: 1 << 40, Op: []byte{byte(view), byte(seq)}}
	return consensus.NewBlock(seq, view, 3, consensus.Digest{}, consensus.NewPayload([]*consensus.Command{c}))
}

// lieAboutViews asks for, or announces, a view with whatever proofs are at hand.
func (z *fuzzed) lieAboutViews(view uint64, b *consensus.Block) consensus.Message {
	var prepared []*Prepared
	var changes []*ViewChange
	for _, msg := range z.heard {
		if vc, ok := msg.(*ViewChange); ok {
			prepared = append(prepared, vc.Prepared...)
			if vc.View == view {
				changes = append(changes, vc)
			}
		}
	}
	if z.next()%4 == 0 {
		prepared = append(prepared, nil, &Prepared{Seq: b.Height, Digest: b.ID})
	}
	own := &ViewChange{View: view, From: 3, Prepared: prepared}
	if z.next()%2 == 0 {
		own.Prepared = nil
	}
	for _, p := range own.Prepared {
		if p == nil {
			return own // cannot even be signed
		}
	}
	own.Sig = z.keys.For(3).Sign(own.statement())
	if z.next()%2 == 0 || len(changes) < 2 {
		return own
	}
	nv := &NewView{View: view, Changes: append(changes[:2:2], own)}
	p := z.nodes[0].machine.planFor(view, nv.Changes)
	for i, d := range p.digests {
		at := p.low + 1 + uint64(i)
		if z.next()%8 == 0 {
			d = b.ID
		}
		st := consensus.Statement{Kind: KindPrePrepare, View: view, Height: at, Digest: d}
		nv.Proposals = append(nv.Proposals, Proposal{Seq: at, Digest: d, Sig: z.keys.For(3).Sign(st)})
	}
	nv.Sig = z.keys.For(3).Sign(nv.statement())
	return nv
}

// judge compares what the correct replicas committed.
func (z *fuzzed) judge() {
	for a := range 3 {
		for i, c := range z.nodes[a].store {
			if c.Block.Height != uint64(i)+1 {
				z.Fatalf("replica %d commits height %d in place %d", a, c.Block.Height, i+1)
			}
			for b := range a {
				if i < len(z.nodes[b].store) && z.nodes[b].store[i].Block.ID != c.Block.ID {
					z.Fatalf("replicas %d and %d commit different blocks at height %d", a, b, i+1)
				}
			}
		}
	}
}
