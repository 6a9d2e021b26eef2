package pbft

import "github.com/govbench/govbench/consensus"

// fetchBytesMax ends an answer to Fetch after the block that exceeds it. assumed: 1 MiB.
const fetchBytesMax = 1 << 20

// goal is the highest height that this replica has reason to believe committed. Peers' claims are
// believed without proof: blocks that are fetched bring their own.
func (m *Machine) goal() uint64 {
	goal := m.low
	for _, h := range m.heard {
		goal = max(goal, h)
	}
	if m.ahead != nil {
		goal = max(goal, m.ahead.Statement.Height)
	}
	return goal
}

// noticeLag takes a message above the high watermark as a hint that its sender is a window ahead.
func (m *Machine) noticeLag(from consensus.NodeID, seq uint64, fx *consensus.Effects) {
	if seq <= m.low+m.opt.window {
		return
	}
	m.heard[from] = max(m.heard[from], seq-m.opt.window)
	if m.heard[from] > m.committed {
		m.startFetch(fx)
	}
}

// startFetch asks a peer for the blocks after the last one committed here (TOCS, state transfer),
// unless it was asked already or nothing is known to be missing. A status tick asks another peer
// when this one does not answer.
func (m *Machine) startFetch(fx *consensus.Effects) {
	if m.fetching || m.n == 1 || m.goal() <= m.committed {
		return
	}
	peer := int(m.fetchPeer)
	for range m.n {
		peer = m.other(peer)
		if m.heard[peer] > m.committed {
			break
		}
	}
	m.fetching = true
	m.fetchPeer = consensus.NodeID(peer)
	m.fetchMore(fx)
}

func (m *Machine) fetchMore(fx *consensus.Effects) {
	m.fetchMark = m.committed
	fx.SendEarly(m.fetchPeer, &Fetch{First: m.committed + 1, Last: m.committed + m.opt.fetchBatch})
}

// onFetch answers from the host's store of committed blocks.
func (m *Machine) onFetch(from consensus.NodeID, f *Fetch, fx *consensus.Effects) {
	if f.First == 0 {
		return
	}
	answer := &Blocks{bytes: headerBytes + numberBytes}
	for h := f.First; h <= f.Last && h <= m.committed && h-f.First < m.opt.fetchBatch && answer.bytes <= fetchBytesMax; h++ {
		c, ok := fx.Stored(h)
		if !ok || c.Block == nil || c.Proof == nil {
			break
		}
		answer.Items = append(answer.Items, c)
		answer.bytes += c.Block.WireSize() + c.Proof.WireSize()
	}
	if len(answer.Items) > 0 {
		fx.SendEarly(from, answer)
	}
}

// onBlocks commits fetched blocks, each on the strength of its own commit certificate.
func (m *Machine) onBlocks(from consensus.NodeID, answer *Blocks, fx *consensus.Effects) {
	if !m.fetching || from != m.fetchPeer {
		return
	}
	for _, item := range answer.Items {
		b := item.Block
		if b == nil || b.Payload == nil {
			break
		}
		if b.Height <= m.committed {
			continue
		}
		proof, ok := item.Proof.(*Commitment)
		if !ok || proof == nil || b.Height != m.committed+1 || !m.validCommitment(b, proof, fx) {
			break
		}
		if s := m.at(b.Height); s != nil {
			s.decided, s.final = nil, nil
		}
		m.commit(b, proof, fx)
	}
	if m.committed > m.fetchMark && m.goal() > m.committed {
		m.fetchMore(fx)
	} else {
		m.fetching = false
	}
	m.deliver(fx)
}

// validCommitment checks that a block is committed: 2f+1 commits of one view for its digest.
func (m *Machine) validCommitment(b *consensus.Block, proof *Commitment, fx *consensus.Effects) bool {
	if proof.Cert == nil {
		return false
	}
	st := consensus.Statement{Kind: KindCommit, View: proof.Cert.Statement.View, Height: b.Height, Digest: b.ID}
	return proof.Cert.Statement == st && m.genuine(b, fx) && m.validCert(proof.Cert, m.quorum, fx)
}

// askHolders asks, for each proposal of O whose block is missing here, a replica that proved to have
// prepared it (OSDI 4.4: missing requests are obtained from others).
func (m *Machine) askHolders(fx *consensus.Effects) {
	m.eachMissing(func(s *slot) {
		for _, vc := range m.newView.Changes {
			for _, p := range vc.Prepared {
				if p.Seq == s.seq && p.Digest == s.digest && vc.From != m.self {
					fx.SendEarly(vc.From, &FetchBody{Seq: s.seq, Digest: s.digest})
					return
				}
			}
		}
	})
}

// askBodies asks the next peer in turn for the blocks still missing.
func (m *Machine) askBodies(fx *consensus.Effects) {
	m.bodyPeer = consensus.NodeID(m.other(int(m.bodyPeer)))
	m.eachMissing(func(s *slot) {
		fx.SendEarly(m.bodyPeer, &FetchBody{Seq: s.seq, Digest: s.digest})
	})
}

func (m *Machine) eachMissing(visit func(*slot)) {
	for seq := m.low + 1; seq <= m.inherited; seq++ {
		if s := m.at(seq); s != nil && s.phase == phaseProposed && s.block == nil {
			visit(s)
		}
	}
}

// onFetchBody answers with a block that this replica accepted or committed.
func (m *Machine) onFetchBody(from consensus.NodeID, f *FetchBody, fx *consensus.Effects) {
	var b *consensus.Block
	if s := m.at(f.Seq); s != nil {
		b = m.bodyOf(s, f.Digest, fx)
	} else if c, ok := fx.Stored(f.Seq); ok && c.Block.ID == f.Digest {
		b = c.Block
	}
	if b != nil {
		fx.SendEarly(from, &Body{b})
	}
}

// onBody takes in a block that was missing.
func (m *Machine) onBody(answer *Body, fx *consensus.Effects) {
	b := answer.Block
	if b == nil || b.Payload == nil {
		return
	}
	s := m.at(b.Height)
	if s == nil || s.phase != phaseProposed || s.block != nil || s.digest != b.ID || !m.genuine(b, fx) {
		return
	}
	fx.Work(consensus.OpCheckPayload, b.Payload.Len())
	m.acceptInherited(s, b, false, fx)
	m.propose(fx)
}
