package hotstuff

import (
	"fmt"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

// stage is a group of four of which replica 3 is faulty: it has keys and a tongue but no machine, and
// the test decides which of the messages under way arrive. The others run what New gives them.
type stage struct {
	t      *testing.T
	keys   *consensus.ModelKeys
	host   [3]*stageHost
	sent   []mail
	values map[string]string
	// colluding makes the faulty replica vote for every proposal it gets.
	colluding bool
}

type stageHost struct {
	s       *stage
	id      consensus.NodeID
	m       *Machine
	fx      consensus.Effects
	pool    []*consensus.Payload
	log     []consensus.Record
	commits []consensus.Committed
	synced  []uint64
	leads   []uint64
	timers  [consensus.TimersMax]time.Duration // 0: stopped
	work    [consensus.OpCount]int
}

const faultyID consensus.NodeID = 3

func newStage(t *testing.T, values map[string]string) *stage {
	t.Helper()
	s := &stage{t: t, keys: consensus.NewModelKeys(4, 64, 7)}
	for i := range s.host {
		s.host[i] = &stageHost{s: s, id: consensus.NodeID(i)}
		s.host[i].boot(values, 0)
	}
	return s
}

// boot starts a machine on what the host's log holds.
func (h *stageHost) boot(values map[string]string, now time.Duration) {
	h.s.t.Helper()
	v, err := consensus.ParseValues(Protocol().Settings, values)
	if err != nil {
		h.s.t.Fatal(err)
	}
	m, err := Protocol().New(consensus.Config{Self: h.id, N: 4, Auth: h.s.keys.For(h.id)}, v)
	if err != nil {
		h.s.t.Fatal(err)
	}
	h.m = m.(*Machine)
	h.fx.Host = h
	h.stepAt(now, consensus.Input{Kind: consensus.Start, Durable: h.log, Applied: uint64(len(h.commits))})
}

func (h *stageHost) Pull(r consensus.PullRequest) (*consensus.Payload, bool) {
	if len(h.pool) > 0 {
		p := h.pool[0]
		h.pool = h.pool[1:]
		return p, true
	}
	return emptyPayload, r.Force
}

func (h *stageHost) Rewind() {}

// Waiting says that there always is something to do, so that timers run.
func (h *stageHost) Waiting() (int, time.Duration) { return 1, 0 }

func (h *stageHost) Stored(height uint64) (consensus.Committed, bool) {
	if height == 0 || height > uint64(len(h.commits)) {
		return consensus.Committed{}, false
	}
	return h.commits[height-1], true
}

func (h *stageHost) step(in consensus.Input) { h.stepAt(0, in) }

func (h *stageHost) stepAt(now time.Duration, in consensus.Input) {
	h.fx.Reset()
	h.m.Step(now, in, &h.fx)
	for i := range h.fx.List {
		h.apply(&h.fx.List[i])
	}
	for len(h.synced) > 0 {
		token := h.synced[0]
		h.synced = h.synced[1:]
		h.step(consensus.Input{Kind: consensus.Persisted, Token: token})
	}
}

func (h *stageHost) apply(e *consensus.Effect) {
	switch e.Kind {
	case consensus.EffectSend, consensus.EffectSendEarly:
		for to := range consensus.NodeID(4) {
			if to != h.id && (e.To == to || e.To == consensus.Everyone) {
				h.s.sent = append(h.s.sent, mail{from: h.id, to: to, msg: e.Msg})
			}
		}
	case consensus.EffectPersist:
		h.log = append(h.log, e.Record)
	case consensus.EffectCheckpoint:
		h.log = []consensus.Record{e.Record}
	case consensus.EffectCommit:
		h.commits = append(h.commits, consensus.Committed{Block: e.Block, Proof: e.Msg})
	case consensus.EffectSynced:
		h.synced = append(h.synced, e.View)
	case consensus.EffectLead:
		h.leads = append(h.leads, e.View)
	case consensus.EffectSetTimer:
		h.timers[e.Timer] = e.After
	case consensus.EffectStopTimer:
		h.timers[e.Timer] = 0
	case consensus.EffectWork:
		h.work[e.Op] += e.N
	}
}

// deliver hands over everything under way that pass lets through, and what that causes, in order; the
// rest is lost.
func (s *stage) deliver(pass func(m mail) bool) {
	for steps := 0; len(s.sent) > 0; steps++ {
		if steps > 100_000 {
			s.t.Fatal("the group does not come to rest")
		}
		m := s.sent[0]
		s.sent = s.sent[1:]
		if p, ok := m.msg.(*Proposal); ok && m.to == faultyID && s.colluding {
			next := consensus.NodeID(p.Block.View % 4)
			s.sent = append(s.sent, mail{from: faultyID, to: next, msg: s.vote(p.Block, faultyID)})
		}
		if m.to != faultyID && pass(m) {
			s.host[m.to].step(consensus.Input{Kind: consensus.Receive, From: m.from, Msg: m.msg})
		}
	}
}

// say makes the faulty replica send msg and hands it over.
func (s *stage) say(to consensus.NodeID, msg consensus.Message) {
	s.host[to].step(consensus.Input{Kind: consensus.Receive, From: faultyID, Msg: msg})
}

func (s *stage) vote(b *consensus.Block, by consensus.NodeID) *Vote {
	st := statementOf(b)
	return &Vote{Statement: st, Signature: s.keys.For(by).Sign(st)}
}

func (s *stage) cert(st consensus.Statement, by ...consensus.NodeID) *consensus.Certificate {
	c := &consensus.Certificate{Statement: st}
	for _, id := range by {
		c.Add(id, s.keys.For(id).Sign(st))
	}
	return c
}

// conflict returns a height at which two correct replicas committed different blocks.
func (s *stage) conflict() string {
	for _, a := range s.host {
		for _, b := range s.host {
			for i := range min(len(a.commits), len(b.commits)) {
				if a.commits[i].Block.ID != b.commits[i].Block.ID {
					return fmt.Sprintf("height %d: replica %d view %d, replica %d view %d", i+1,
						a.id, a.commits[i].Block.View, b.id, b.commits[i].Block.View)
				}
			}
		}
	}
	return ""
}

// among lets messages between the given replicas through.
func among(ids ...consensus.NodeID) func(m mail) bool {
	in := func(id consensus.NodeID) bool {
		for _, x := range ids {
			if x == id {
				return true
			}
		}
		return false
	}
	return func(m mail) bool { return in(m.from) && in(m.to) }
}

// proposals lets proposals up to a view through, and every other message.
func proposalsUpTo(view uint64) func(m mail) bool {
	return func(m mail) bool {
		p, ok := m.msg.(*Proposal)
		return !ok || p.Block.View <= view
	}
}

// stolen is the certificate that the faulty replica makes of its own vote and those of the others, nil
// unless all of them voted for b.
func (s *stage) stolen(b *consensus.Block, voters ...consensus.NodeID) *consensus.Certificate {
	for _, id := range voters {
		if s.host[id].m.voted != statementOf(b) {
			return nil
		}
	}
	return s.cert(statementOf(b), append([]consensus.NodeID{faultyID}, voters...)...)
}

// gaveUp is a timeout certificate signed by the faulty replica and two whose timers expired unheard.
func (s *stage) gaveUp(term uint64, a, b consensus.NodeID) *consensus.Certificate {
	return s.cert(consensus.Statement{Kind: KindTimeout, View: term}, faultyID, a, b)
}

// forkBehind plays the schedule against which only the third chain link protects: replica 2 alone
// learns QC(2), then the faulty leader of view 4 extends the genesis block, which the locks of the
// others (heads of a two-chain, hence genesis) allow. It reports whether the rival was certified.
func forkBehind(s *stage) bool {
	s.propose(0)
	s.deliver(proposalsUpTo(2))
	rival := consensus.NewBlock(1, 4, faultyID, genesis().ID, payloadOf(2, 1))
	p := &Proposal{Block: rival, Timeout: s.gaveUp(3, 0, 1)}
	s.say(0, p)
	s.say(1, p)
	s.colluding = true
	s.sent = append(s.sent, mail{from: faultyID, to: 0, msg: s.vote(rival, faultyID)})
	s.deliver(func(m mail) bool { return m.to != 2 && m.from != 2 })
	return s.host[1].m.high.node.view() == 5 && s.host[1].m.high.node.parent.block == rival
}

// forkPastLock plays the schedule against which only the lock protects: replica 0 alone learns QC(3)
// and commits, then the faulty leader of view 8 extends the genesis block although replicas 1 and 2 are
// locked on the committed one. It reports whether they voted for the rival.
func forkPastLock(s *stage) bool {
	s.propose(0)
	s.deliver(proposalsUpTo(3))
	b3 := s.host[1].m.tree.find(&s.host[1].m.voted.Digest).block
	s.say(0, &NewView{View: 4, High: s.stolen(b3, 0, 1, 2)})
	rival := consensus.NewBlock(1, 8, faultyID, genesis().ID, payloadOf(2, 1))
	s.sayBoth(&Proposal{Block: rival, Timeout: s.gaveUp(7, 1, 2)})
	qc := s.stolen(rival, 1, 2)
	if qc == nil {
		return false
	}
	s.colluding = true
	s.sent = nil
	s.sayBoth(&NewView{View: 10, High: qc, Timeout: s.gaveUp(9, 1, 2)})
	s.deliver(among(1, 2, faultyID)) // views 10 and 11, led by 1 and 2
	b11 := s.host[1].m.tree.find(&s.host[1].m.voted.Digest).block
	b12 := consensus.NewBlock(b11.Height+1, 12, faultyID, b11.ID, emptyPayload)
	s.sayBoth(&Proposal{Block: b12, Justify: s.stolen(b11, 1, 2)})
	s.say(1, &NewView{View: 13, High: s.stolen(b12, 1, 2)})
	return true
}

func (s *stage) propose(by consensus.NodeID) {
	s.host[by].pool = []*consensus.Payload{payloadOf(1, 1)}
	s.host[by].step(consensus.Input{Kind: consensus.Ready})
}

func (s *stage) sayBoth(msg consensus.Message) {
	s.say(1, msg)
	s.say(2, msg)
}

// The three-chain rule and the lock hold against the schedules that break weaker rules (§4.3, Lemma 1
// and Theorem 2; §5).
func TestRulesHoldWhereWeakerOnesBreak(t *testing.T) {
	twoChain := func(tip *node) *node {
		if tip.parent != nil && tip.view() == tip.parent.view()+1 {
			return tip.parent
		}
		return nil
	}
	noLock := func(*Machine, *node) bool { return true }
	t.Run("two-chain", func(t *testing.T) {
		if s := newStage(t, nil); !forkBehind(s) || s.conflict() != "" {
			t.Fatalf("the schedule does not get far enough, or the real rule breaks: %q", s.conflict())
		}
		s := newStage(t, nil)
		s.plant(func(m *Machine) { m.rules.decide = twoChain })
		if forkBehind(s); s.conflict() == "" {
			t.Fatal("committing on a two-chain was not caught")
		}
	})
	t.Run("lock", func(t *testing.T) {
		s := newStage(t, nil)
		if forkPastLock(s) || s.conflict() != "" || len(s.host[0].commits) != 1 {
			t.Fatalf("the lock did not hold, or replica 0 did not commit: %q", s.conflict())
		}
		s = newStage(t, nil)
		s.plant(func(m *Machine) { m.rules.safe = noLock })
		if !forkPastLock(s) || s.conflict() == "" {
			t.Fatal("voting past a lock was not caught")
		}
	})
}

func (s *stage) plant(bug func(*Machine)) {
	for _, h := range s.host {
		bug(h.m)
	}
}
