package hotstuff

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// puppeteer lets a string of bytes decide what the network, the clock, crashes and the faulty replica do.
// It knows every block and signature that was ever under way.
type puppeteer struct {
	*stage
	script []byte
	blocks []*consensus.Block
	votes  map[consensus.Statement]*consensus.Certificate
	certs  []*consensus.Certificate // votes of quorums
	tcs    []*consensus.Certificate // timeouts of quorums
	heard  int                      // of sent, looked at
	nextTx int
}

func newPuppeteer(t *testing.T, script []byte) *puppeteer {
	values := map[string]string{"checkpoint_records": "3", "sync_blocks": "2"}
	if len(script) > 0 && script[0]&1 == 1 {
		values["leader"] = "stable"
	}
	p := &puppeteer{
		stage: newStage(t, values), script: script, blocks: []*consensus.Block{genesis()},
		votes: make(map[consensus.Statement]*consensus.Certificate),
	}
	p.values = values
	return p
}

// next is the next byte of the script, modulo n.
func (p *puppeteer) next(n int) int {
	if len(p.script) == 0 || n == 0 {
		return 0
	}
	b := int(p.script[0])
	p.script = p.script[1:]
	return b % n
}

// overhear learns from what was sent since the last time.
func (p *puppeteer) overhear() {
	for _, m := range p.sent[min(p.heard, len(p.sent)):] {
		switch msg := m.msg.(type) {
		case *Proposal:
			p.learn(msg.Block)
		case *Vote:
			p.sign(msg.Statement, m.from, msg.Signature)
		case *Timeout:
			p.sign(consensus.Statement{Kind: KindTimeout, View: msg.Term}, m.from, msg.Signature)
		}
	}
	p.heard = len(p.sent)
}

func (p *puppeteer) learn(b *consensus.Block) {
	for _, known := range p.blocks {
		if known.ID == b.ID {
			return
		}
	}
	p.blocks = append(p.blocks, b)
}

// sign adds a signature, and the faulty replica's own, and keeps the certificate once it is complete.
func (p *puppeteer) sign(s consensus.Statement, by consensus.NodeID, sig consensus.Signature) {
	c := p.votes[s]
	if c == nil {
		c = &consensus.Certificate{Statement: s}
		c.Add(faultyID, p.keys.For(faultyID).Sign(s))
		p.votes[s] = c
	}
	if c.Signers.Len() == 3 || !c.Add(by, sig) || c.Signers.Len() < 3 {
		return
	}
	if s.Kind == KindVote {
		p.certs = append(p.certs, c)
	} else {
		p.tcs = append(p.tcs, c)
	}
}

func pickOf[T any](p *puppeteer, list []T) (out T) {
	if len(list) > 0 {
		out = list[len(list)-1-p.next(len(list))] // small bytes mean what is new
	}
	return out
}

func (p *puppeteer) play() {
	for len(p.script) > 0 {
		p.overhear()
		h := p.host[p.next(3)]
		switch op := p.next(16); {
		case op < 6: // deliver a burst
			for range p.next(8) + 1 {
				p.deliverOne(p.next(4))
			}
		case op == 6:
			p.sent = append(p.sent[:0], p.sent[min(len(p.sent), p.next(20)):]...)
			p.heard = len(p.sent)
		case op == 7 || op == 8:
			h.step(consensus.Input{Kind: consensus.Timeout, Timer: consensus.TimerID(p.next(2))})
		case op == 9:
			h.boot(p.values, time.Second)
		case op == 10 || op == 11:
			p.nextTx++
			h.pool = append(h.pool, payloadOf(p.nextTx, 1))
			h.step(consensus.Input{Kind: consensus.Ready})
		default:
			msg := p.lie(op)
			for to := range consensus.NodeID(3) {
				if p.next(2) == 0 {
					p.say(to, msg)
				}
			}
		}
		if c := p.conflict(); c != "" {
			p.t.Fatalf("agreement broken at %s", c)
		}
	}
}

func (p *puppeteer) deliverOne(skip int) {
	if len(p.sent) == 0 {
		return
	}
	p.overhear()
	i := min(skip, len(p.sent)-1)
	m := p.sent[i]
	p.sent = append(p.sent[:i], p.sent[i+1:]...)
	p.heard = len(p.sent)
	if m.to != faultyID {
		p.host[m.to].hear(m.from, m.msg)
	}
}

// lie makes a message of the faulty replica.
func (p *puppeteer) lie(kind int) consensus.Message {
	high, tc, b := pickOf(p, p.certs), pickOf(p, p.tcs), pickOf(p, p.blocks)
	switch kind {
	case 12: // a proposal in its own next view, on any block
		view := b.View + 1
		var after *consensus.Certificate
		if tc != nil && p.next(2) == 0 {
			after = tc
			view = p.host[0].m.firstView(tc.Statement.View + 1)
		}
		var justify *consensus.Certificate
		for _, c := range p.certs {
			if c.Statement.Digest == b.ID {
				justify = c
			}
		}
		p.nextTx++
		rival := consensus.NewBlock(b.Height+1, view, faultyID, b.ID, payloadOf(p.nextTx, 1))
		p.learn(rival)
		return &Proposal{Block: rival, Justify: justify, Timeout: after}
	case 13:
		return &NewView{View: uint64(p.next(40)), High: high, Timeout: tc, Ask: p.next(4) == 0}
	case 14:
		term := uint64(p.next(40))
		st := consensus.Statement{Kind: KindTimeout, View: term}
		return &Timeout{Term: term, Signature: p.keys.For(faultyID).Sign(st), High: high, Vote: p.vote(b, faultyID)}
	}
	switch p.next(4) {
	case 0:
		return p.vote(b, faultyID)
	case 1:
		return &Fetch{After: uint64(p.next(10)), Digest: b.ID}
	case 2:
		return &Blocks{Open: []*consensus.Block{b, nil}, Committed: []*consensus.Block{nil}}
	}
	return &Blocks{Open: []*consensus.Block{b}, Committed: []*consensus.Block{b}, Proof: &Proof{Chain: p.blocks, QC: high}}
}

// FuzzSchedule looks for panics and for two correct replicas that commit different blocks.
func FuzzSchedule(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		f.Add(randomScript(rng, 400))
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 4000 {
			return
		}
		newPuppeteer(t, script).play()
	})
}

func randomScript(rng *rand.Rand, n int) []byte {
	script := make([]byte, n)
	for i := range script {
		script[i] = byte(rng.Uint32())
	}
	return script
}

// Random schedules commit, by and large, and never differently at two replicas.
func TestRandomSchedules(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	commits := 0
	for range 400 {
		p := newPuppeteer(t, randomScript(rng, 1500))
		p.play()
		for _, h := range p.host {
			commits += len(h.commits)
		}
	}
	if commits < 400 {
		t.Fatalf("only %d commits: the schedules show nothing", commits)
	}
	t.Logf("%d commits", commits)
}
