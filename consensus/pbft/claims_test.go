package pbft

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/consensustest"
)

// One test a claim; sections are those of OSDI 1999.

// Section 4.2: a request is committed three message delays after the primary's proposal, at the
// primary and at every backup.
func TestCommitAfterThreeDelays(t *testing.T) {
	const d = 10 * time.Millisecond
	for _, n := range []int{4, 5, 6, 7, 16, 64} {
		g := consensustest.NewGroup(t, Protocol(), consensustest.Options{N: n, DelayMin: d, DelayMax: d})
		g.RunFor(time.Second)
		proposed := g.Now()
		c := g.Submit(0)
		for id := range n {
			if !g.RunUntil(func() bool { return g.Has(consensus.NodeID(id), c) }, time.Second) {
				t.Fatalf("n=%d: replica %d commits nothing", n, id)
			}
			if got := g.Now() - proposed; got != 3*d {
				t.Errorf("n=%d: replica %d commits after %v, want %v", n, id, got, 3*d)
			}
		}
	}
}

// Section 4.2: one multicast of the primary, a PREPARE of each backup, a COMMIT of each replica.
func TestMessagesPerBlock(t *testing.T) {
	for _, n := range []int{1, 2, 3, 4, 7, 31} {
		p := newPump(t, n, nil)
		p.nodes[0].offer(0, 1)
		if got, want := p.run(0), (n-1)+(n-1)*(n-1)+n*(n-1); got != want {
			t.Errorf("n=%d: %d messages for one block, want %d", n, got, want)
		}
	}
}

// The modelled CPU work of one block: signatures made and checked, none of them twice.
func TestWorkPerBlock(t *testing.T) {
	p := newPump(t, 4, nil)
	p.nodes[0].offer(0, 1)
	p.run(0)
	for id, want := range map[int][consensus.OpCount]int{
		0: {consensus.OpSign: 2, consensus.OpVerify: 4}, // 2f prepares, 2f commits
		1: {consensus.OpSign: 2, consensus.OpVerify: 4, consensus.OpCheckPayload: 1,
			consensus.OpHash: p.nodes[1].store[0].Block.WireSize()}, // pre-prepare, 2f-1 prepares, 2f commits
	} {
		if got := p.nodes[id].charged; got != want {
			t.Errorf("replica %d: work %v, want %v", id, got, want)
		}
	}
}

// rig is one replica of four, fed by hand with messages of the others.
type rig struct {
	*testing.T
	*pumpNode
	keys *consensus.ModelKeys
}

func newRig(t *testing.T, self consensus.NodeID, values map[string]string) *rig {
	p := newPump(t, 4, values)
	return &rig{t, p.nodes[self], consensus.NewModelKeys(4, 64, 7)}
}

// hear delivers messages and returns what the replica sent.
func (r *rig) hear(from consensus.NodeID, msgs ...consensus.Message) []consensus.Message {
	before := len(r.p.queue)
	for _, msg := range msgs {
		r.step(r.machine.now, consensus.Input{Kind: consensus.Receive, From: from, Msg: msg})
	}
	return r.sentSince(before)
}

func (r *rig) sentSince(before int) []consensus.Message {
	var out []consensus.Message
	for _, d := range r.p.queue[before:] {
		if len(out) == 0 || out[len(out)-1] != d.in.Msg {
			out = append(out, d.in.Msg)
		}
	}
	return out
}

func (r *rig) block(view, seq uint64, salt int) *consensus.Block {
	c := &consensus.Command{ID: consensus.CommandID(salt), Op: []byte{byte(salt)}}
	return consensus.NewBlock(seq, view, consensus.NodeID(view%4), consensus.Digest{}, consensus.NewPayload([]*consensus.Command{c}))
}

func (r *rig) prePrepare(view uint64, b *consensus.Block) *PrePrepare {
	st := consensus.Statement{Kind: KindPrePrepare, View: view, Height: b.Height, Digest: b.ID}
	return &PrePrepare{View: view, Block: b, Sig: r.keys.For(consensus.NodeID(view % 4)).Sign(st)}
}

func (r *rig) vote(by consensus.NodeID, kind uint8, view uint64, b *consensus.Block) *Vote {
	v := &Vote{Kind: kind, View: view, Seq: b.Height, Digest: b.ID}
	v.Sig = r.keys.For(by).Sign(v.statement())
	return v
}

func (r *rig) change(by consensus.NodeID, view uint64, prepared ...*Prepared) *ViewChange {
	vc := &ViewChange{View: view, From: by, Prepared: prepared}
	vc.Sig = r.keys.For(by).Sign(vc.statement())
	return vc
}

// preparedCert proves that b was prepared in a view, by the primary's and all backups' signatures.
func (r *rig) preparedCert(view uint64, b *consensus.Block) *Prepared {
	leader := consensus.NodeID(view % 4)
	st := consensus.Statement{Kind: KindPrepare, View: view, Height: b.Height, Digest: b.ID}
	cert := &consensus.Certificate{Statement: st}
	for id := consensus.NodeID(0); id < 4 && len(cert.Shares) < 2; id++ {
		if id != leader {
			cert.Add(id, r.keys.For(id).Sign(st))
		}
	}
	st.Kind = KindPrePrepare
	return &Prepared{View: view, Seq: b.Height, Digest: b.ID, PrimarySig: r.keys.For(leader).Sign(st), Prepares: cert}
}

func only[T consensus.Message](msgs []consensus.Message) (out []T) {
	for _, msg := range msgs {
		if m, ok := msg.(T); ok {
			out = append(out, m)
		}
	}
	return out
}

// Section 4.2: the conditions under which a backup accepts a pre-prepare.
func TestPrePrepareConditions(t *testing.T) {
	base := newRig(t, 1, nil)
	good := base.prePrepare(0, base.block(0, 1, 1))
	with := func(change func(p *PrePrepare, b *consensus.Block)) *PrePrepare {
		p, b := *good, *good.Block
		p.Block = &b
		change(&p, &b)
		return &p
	}
	signed := func(b *consensus.Block) *PrePrepare { return base.prePrepare(0, b) }
	empty := consensus.NewPayload(nil)
	for name, p := range map[string]*PrePrepare{
		"signature":          with(func(p *PrePrepare, _ *consensus.Block) { p.Sig = consensus.Signature{1, 2, 3, 4, 5, 6, 7, 8} }),
		"view":               with(func(p *PrePrepare, _ *consensus.Block) { p.View = 4 }),
		"digest":             with(func(_ *PrePrepare, b *consensus.Block) { b.Payload = base.block(0, 1, 2).Payload }),
		"no block":           with(func(p *PrePrepare, _ *consensus.Block) { p.Block = nil }),
		"no payload":         with(func(_ *PrePrepare, b *consensus.Block) { b.Payload = nil }),
		"low watermark":      signed(base.block(0, 0, 1)),
		"high watermark":     signed(base.block(0, 257, 1)),
		"proposer":           signed(consensus.NewBlock(1, 0, 2, consensus.Digest{}, good.Block.Payload)),
		"parent":             signed(consensus.NewBlock(1, 0, 0, consensus.Digest{1}, good.Block.Payload)),
		"block of a view":    signed(consensus.NewBlock(1, 4, 0, consensus.Digest{}, good.Block.Payload)),
		"null outside of O":  signed(consensus.NewBlock(1, 0, 0, consensus.Digest{}, empty)),
		"command twice":      signed(double(good.Block)),
		"command of nothing": signed(&consensus.Block{Height: 1, Payload: &consensus.Payload{Commands: []*consensus.Command{nil}}}),
	} {
		r := newRig(t, 1, nil)
		if sent := only[*Vote](r.hear(0, p)); len(sent) != 0 {
			t.Errorf("%s: the backup voted %v", name, sent)
		}
	}
	r := newRig(t, 1, nil)
	if sent := only[*Vote](r.hear(0, good)); len(sent) != 1 || sent[0].Kind != KindPrepare || sent[0].Digest != good.Block.ID {
		t.Errorf("a good pre-prepare is answered by %v", sent)
	}
	if sent := r.hear(0, r.prePrepare(0, r.block(0, 1, 9))); len(sent) != 0 {
		t.Errorf("a second pre-prepare for the same view and number is answered by %v", sent)
	}
}

// Section 4.2: prepared needs 2f prepares of different backups that match the pre-prepare.
func TestPreparedNeeds2f(t *testing.T) {
	r := newRig(t, 1, nil)
	b, other := r.block(0, 1, 1), r.block(0, 1, 2)
	quiet := func(what string, sent []consensus.Message) {
		t.Helper()
		if len(only[*Vote](sent)) > 0 {
			t.Fatalf("%s made it vote: %v", what, sent)
		}
	}
	quiet("an early prepare", r.hear(2, r.vote(2, KindPrepare, 0, other))) // 2 lies, before the proposal
	r.hear(0, r.prePrepare(0, b))
	quiet("a second prepare of the same backup", r.hear(2, r.vote(2, KindPrepare, 0, b)))
	quiet("a prepare of the primary", r.hear(0, r.vote(0, KindPrepare, 0, b)))
	quiet("a prepare signed by another", r.hear(3, r.vote(2, KindPrepare, 0, b)))
	quiet("a prepare of a past window", r.hear(3, r.vote(3, KindPrepare, 0, r.block(0, 300, 1))))
	sent := only[*Vote](r.hear(3, r.vote(3, KindPrepare, 0, b)))
	if len(sent) != 1 || sent[0].Kind != KindCommit {
		t.Fatalf("with its own and one more prepare it sends %v", sent)
	}
}

// Section 4.2: committed-local needs 2f+1 commits, and execution follows the sequence numbers.
func TestCommittedNeeds2fPlus1InOrder(t *testing.T) {
	r := newRig(t, 1, nil)
	blocks := []*consensus.Block{r.block(0, 1, 1), r.block(0, 2, 2)}
	for _, b := range blocks {
		r.hear(0, r.prePrepare(0, b))
		r.hear(3, r.vote(3, KindPrepare, 0, b))
	}
	r.hear(3, r.vote(3, KindCommit, 0, blocks[1]))
	r.hear(2, r.vote(2, KindCommit, 0, blocks[1]))
	if len(r.store) != 0 {
		t.Fatal("number 2 was executed before number 1")
	}
	r.hear(2, r.vote(2, KindCommit, 0, blocks[0]))
	if len(r.store) != 0 {
		t.Fatal("two commits were enough")
	}
	r.hear(3, r.vote(3, KindCommit, 0, blocks[0]))
	if len(r.store) != 2 {
		t.Fatalf("%d blocks are committed, want 2", len(r.store))
	}
	proof := r.store[1].Proof.(*Commitment)
	if !proof.Cert.Valid(r.machine.auth, 3, 4) {
		t.Error("the proof is not a certificate of 2f+1")
	}
	if want := consensus.StatementBytes + 1 + 3*64; proof.WireSize() != want {
		t.Errorf("the proof counts %d bytes, want %d", proof.WireSize(), want)
	}
}

// Section 4.3: checkpoints every K, stable with 2f+1, then log and write-ahead log are discarded and
// the watermarks move.
func TestCheckpointsBoundTheLog(t *testing.T) {
	p := newPump(t, 4, map[string]string{settingCheckpointInterval: "4", settingWindow: "8"})
	longest := 0
	for id := consensus.CommandID(1); id <= 400; id++ {
		p.nodes[0].offer(0, id)
		p.run(0)
		longest = max(longest, len(p.nodes[2].log))
	}
	m := p.nodes[2].machine
	if m.low != 400 || !m.stable.Valid(m.auth, 3, 4) || m.committed != 400 {
		t.Errorf("low watermark %d with %d committed, want 400 of 400", m.low, m.committed)
	}
	if limit := 2*4 + 1 + 8; longest > limit { // two records a block since the last snapshot
		t.Errorf("the write-ahead log grew to %d records, want at most %d", longest, limit)
	}
	if m.stable.Statement.Digest != p.nodes[0].machine.chain {
		t.Error("the checkpoint does not sign the chain of committed blocks")
	}
}

// Section 4.3: without a stable checkpoint the primary stops at the high watermark.
func TestHighWatermarkStopsThePrimary(t *testing.T) {
	p := newPump(t, 4, map[string]string{settingCheckpointInterval: "4", settingWindow: "8", settingPipeline: "100"})
	for id := consensus.CommandID(1); id <= 20; id++ {
		p.nodes[0].offer(0, id)
	}
	if got := p.nodes[0].machine.highest; got != 8 {
		t.Fatalf("proposed up to %d, want the high watermark 8", got)
	}
	p.run(0)
	if got := len(p.nodes[3].store); got != 20 {
		t.Errorf("%d blocks committed once checkpoints are stable, want 20", got)
	}
}

// The setting pipeline bounds the blocks in flight.
func TestPipelineBound(t *testing.T) {
	p := newPump(t, 4, map[string]string{settingPipeline: "3"})
	for id := consensus.CommandID(1); id <= 10; id++ {
		p.nodes[0].offer(0, id)
	}
	if got := p.nodes[0].machine.highest; got != 3 {
		t.Errorf("%d blocks in flight, want 3", got)
	}
}
