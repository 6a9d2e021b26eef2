package hotstuff

import (
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
)

func (s *stage) proposalOf(view uint64, by consensus.NodeID, parent *consensus.Block, justify, timeout *consensus.Certificate) *Proposal {
	return &Proposal{
		Block:   consensus.NewBlock(parent.Height+1, view, by, parent.ID, emptyPayload),
		Justify: justify, Timeout: timeout,
	}
}

func (h *stageHost) hear(from consensus.NodeID, msg consensus.Message) {
	h.step(consensus.Input{Kind: consensus.Receive, From: from, Msg: msg})
}

// §4.2: "a replica votes at most once in a view", also after a crash.
func TestOneVoteAView(t *testing.T) {
	s := newStage(t, nil)
	h := s.host[2]
	first := s.proposalOf(1, 0, genesis(), nil, nil)
	rival := &Proposal{Block: consensus.NewBlock(1, 1, 0, genesis().ID, payloadOf(9, 1))}
	h.hear(0, first)
	if h.m.voted.Digest != first.Block.ID {
		t.Fatal("no vote for a good proposal")
	}
	h.hear(0, rival)
	if h.m.voted.Digest != first.Block.ID {
		t.Fatal("a second vote in one view")
	}
	h.boot(nil, time.Second)
	h.hear(0, rival)
	if h.m.voted.Digest != first.Block.ID {
		t.Fatal("a second vote in one view after a crash")
	}
}

// §4.2, Algorithm 1: matchingQC and createLeaf: a proposal from the wrong replica, without a right to
// its view, with a weak certificate or not on the certified block is ignored.
func TestBadProposalsGetNoVote(t *testing.T) {
	g := genesis()
	b1 := consensus.NewBlock(1, 1, 0, g.ID, emptyPayload)
	for name, make1 := range map[string]func(s *stage) (consensus.NodeID, *Proposal){
		"not the leader": func(s *stage) (consensus.NodeID, *Proposal) { return 1, s.proposalOf(1, 1, g, nil, nil) },
		"relayed":        func(s *stage) (consensus.NodeID, *Proposal) { return 1, s.proposalOf(1, 0, g, nil, nil) },
		"skips a view":   func(s *stage) (consensus.NodeID, *Proposal) { return 1, s.proposalOf(2, 1, g, nil, nil) },
		"weak QC": func(s *stage) (consensus.NodeID, *Proposal) {
			return 1, s.proposalOf(2, 1, b1, s.cert(statementOf(b1), 0, 1), nil)
		},
		"forged QC": func(s *stage) (consensus.NodeID, *Proposal) {
			c := &consensus.Certificate{Statement: statementOf(b1)}
			for id := range consensus.NodeID(3) {
				c.Add(id, s.keys.For(faultyID).Sign(c.Statement))
			}
			return 1, s.proposalOf(2, 1, b1, c, nil)
		},
		"timeouts as a QC": func(s *stage) (consensus.NodeID, *Proposal) {
			st := statementOf(b1)
			st.Kind = KindTimeout
			return 1, s.proposalOf(2, 1, b1, s.cert(st, 0, 1, 2), nil)
		},
		"wrong TC": func(s *stage) (consensus.NodeID, *Proposal) {
			return 2, s.proposalOf(3, 2, g, nil, s.gaveUp(1, 0, 1))
		},
		"another parent": func(s *stage) (consensus.NodeID, *Proposal) {
			return 1, s.proposalOf(2, 1, g, s.cert(statementOf(b1), 0, 1, 2), nil)
		},
		"lying identity": func(s *stage) (consensus.NodeID, *Proposal) {
			b := *b1
			b.ID[0]++
			return 0, &Proposal{Block: &b}
		},
		"no payload": func(*stage) (consensus.NodeID, *Proposal) {
			b := *b1
			b.Payload = nil
			return 0, &Proposal{Block: &b}
		},
	} {
		s := newStage(t, nil)
		h := s.host[2]
		h.hear(0, s.proposalOf(1, 0, g, nil, nil))
		before := h.m.voted
		if name == "lying identity" || name == "no payload" || name == "relayed" || name == "not the leader" {
			s = newStage(t, nil)
			h, before = s.host[2], consensus.Statement{}
		}
		from, p := make1(s)
		h.hear(from, p)
		if h.m.voted != before {
			t.Errorf("%s: got a vote", name)
		}
	}
}

// §4.2 safeNode, liveness rule: a lock yields to a newer certificate.
func TestLockYieldsToNewerCertificate(t *testing.T) {
	s := newStage(t, nil)
	g, h := genesis(), s.host[2]
	a1 := s.proposalOf(1, 0, g, nil, nil)
	a2 := s.proposalOf(2, 1, a1.Block, s.cert(statementOf(a1.Block), 0, 1, 2), nil)
	h.hear(0, a1)
	h.hear(1, a2)
	h.hear(faultyID, &NewView{View: 3, High: s.cert(statementOf(a2.Block), 0, 1, 2)})
	if h.m.lock != statementOf(a1.Block) {
		t.Fatalf("locked on %+v, want the head of the two-chain", h.m.lock)
	}
	// View 4 forks off the genesis block: refused. The others certify it all the same; view 5 is newer.
	b1 := s.proposalOf(4, 3, g, nil, s.gaveUp(3, 0, 1))
	h.hear(3, b1)
	if h.m.voted.View == 4 {
		t.Fatal("voted against the lock")
	}
	b2 := s.proposalOf(5, 0, b1.Block, s.cert(statementOf(b1.Block), 0, 1, 3), nil)
	h.hear(0, b2)
	if h.m.voted.View != 5 {
		t.Fatal("did not vote for a block whose certificate is newer than the lock")
	}
}

// §5: three certified blocks in a row commit only if their views are consecutive.
func TestThreeChainNeedsConsecutiveViews(t *testing.T) {
	s := newStage(t, nil)
	h := s.host[2]
	parent, justify := genesis(), (*consensus.Certificate)(nil)
	want := map[uint64]int{1: 0, 2: 0, 4: 0, 5: 0, 6: 0, 7: 3} // commits once the view's proposal is in
	for _, view := range []uint64{1, 2, 4, 5, 6, 7} {
		var tc *consensus.Certificate
		if view == 4 {
			tc = s.gaveUp(3, 0, 1)
		}
		by := consensus.NodeID((view - 1) % 4)
		if by == 2 {
			continue
		}
		p := s.proposalOf(view, by, parent, justify, tc)
		h.hear(by, p)
		parent, justify = p.Block, s.cert(statementOf(p.Block), 0, 1, 3)
		if view == 6 { // view 7 is the replica's own: the certificate alone must do
			h.hear(faultyID, &NewView{View: 7, High: justify})
			view = 7
		}
		if len(h.commits) != want[view] {
			t.Fatalf("view %d: %d commits, want %d", view, len(h.commits), want[view])
		}
	}
}

// §4.4: the timeout doubles for each view given up since the last commit, up to its bound.
func TestTimeoutGrowsUntilACommit(t *testing.T) {
	s := newStage(t, map[string]string{"timeout_max": "5s"})
	h := s.host[2]
	for i, want := range []time.Duration{1, 2, 4, 5, 5} {
		h.step(consensus.Input{Kind: consensus.Waiting})
		if got := h.timers[timerView]; got != want*time.Second {
			t.Fatalf("after %d failed views the timer is %v, want %v", i, got, want*time.Second)
		}
		h.hear(faultyID, &NewView{View: uint64(i + 2), Timeout: s.gaveUp(uint64(i+1), 0, 1)})
	}
	h.m.failures = 70 // no overflow
	if h.m.patience() != 5*time.Second {
		t.Fatal("the timeout overflowed")
	}
}

// §4.2: a new leader proposes once it has the highest certificates of n-f replicas, and extends the
// highest of them.
func TestNewLeaderWaitsForAQuorumAndExtendsTheHighest(t *testing.T) {
	s := newStage(t, nil)
	h := s.host[2] // leads view 3
	b1 := s.proposalOf(1, 0, genesis(), nil, nil)
	h.hear(0, b1)
	tc := s.gaveUp(2, 0, 1)
	h.hear(faultyID, &NewView{View: 3, Timeout: tc})
	if h.m.proposed != 0 {
		t.Fatal("proposed on its own and one other's word")
	}
	h.pool = append(h.pool, payloadOf(1, 1))
	qc := s.cert(statementOf(b1.Block), 0, 1, 2)
	h.hear(0, &NewView{View: 3, High: qc, Timeout: tc})
	if h.m.proposed != 3 || h.m.tree.find(&h.m.voted.Digest).block.Parent != b1.Block.ID {
		t.Fatal("did not propose on the highest certificate of a quorum")
	}
}

// Cost of a proposal at a replica: one hash of the payload, its clients' signatures, and a quorum of
// signatures in the certificate or one aggregate.
func TestWorkCharged(t *testing.T) {
	for aggregate, want := range map[string][2]int{"false": {3, 0}, "true": {0, 1}} {
		s := newStage(t, map[string]string{"aggregate": aggregate})
		h := s.host[2]
		b1 := s.proposalOf(1, 0, genesis(), nil, nil)
		h.hear(0, b1)
		h.work = [consensus.OpCount]int{}
		payload := payloadOf(1, 5)
		b2 := consensus.NewBlock(2, 2, 1, b1.Block.ID, payload)
		h.hear(1, &Proposal{Block: b2, Justify: s.cert(statementOf(b1.Block), 0, 1, 2)})
		got := h.work
		if got[consensus.OpVerify] != want[0] || got[consensus.OpVerifyAggregate] != want[1] ||
			got[consensus.OpSign] != 1 || got[consensus.OpCheckPayload] != 5 ||
			got[consensus.OpHash] != consensus.BlockHeaderBytes+payload.Bytes {
			t.Errorf("aggregate %s: charged %v", aggregate, got)
		}
	}
}

// The tree, the tallies and the log stay small however long a group runs.
func TestMemoryIsBounded(t *testing.T) {
	p := newPump(t, 7, nil)
	payload := payloadOf(1, 1)
	last := p.hosts[6]
	p.hosts[0].pool = append(p.hosts[0].pool, payload)
	p.hosts[0].step(consensus.Input{Kind: consensus.Ready})
	p.run(func() bool {
		for _, h := range p.hosts {
			h.pool = append(h.pool[:0], payload)
			if len(h.m.tree.nodes) > 8 || len(h.m.tallies) > 2 || len(h.m.terms) > 0 || h.m.records > 129 {
				t.Fatalf("tree %d, tallies %d, terms %d, records %d", len(h.m.tree.nodes), len(h.m.tallies), len(h.m.terms), h.m.records)
			}
		}
		return last.commits >= 2000
	})
	if last.commits < 2000 {
		t.Fatal("the group stopped")
	}
}

// Settings that contradict each other are refused.
func TestSettings(t *testing.T) {
	p := Protocol()
	v, err := consensus.ParseValues(p.Settings, map[string]string{"view_timeout": "2s", "timeout_max": "1s"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.New(consensus.Config{N: 4}, v); err == nil {
		t.Fatal("a timeout above its bound was accepted")
	}
	if p.Answers(4) != 2 || p.Answers(7) != 3 {
		t.Fatal("a client waits for f+1 answers")
	}
}
