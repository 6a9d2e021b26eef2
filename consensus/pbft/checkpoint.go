package pbft

import (
	"slices"

	"github.com/govbench/govbench/consensus"
)

// claimsMax bounds the checkpoints remembered of one sender: those that may become stable here.
// assumed: 4, since a sender is at most a window, a few checkpoints, ahead of its own stable one.
const claimsMax = 4

func checkpointStatement(seq uint64, digest consensus.Digest) consensus.Statement {
	return consensus.Statement{Kind: KindCheckpoint, Height: seq, Digest: digest}
}

// takeCheckpoint multicasts a CHECKPOINT for the state just reached (OSDI 4.3).
func (m *Machine) takeCheckpoint(fx *consensus.Effects) {
	if m.ahead != nil && m.ahead.Statement.Height <= m.committed {
		cert := m.ahead
		m.ahead = nil
		m.advanceLow(cert, fx)
	}
	if m.committed <= m.low {
		return // already stable: nobody needs this one
	}
	c := &Checkpoint{Seq: m.committed, Digest: m.chain, sigBytes: m.sigSize}
	c.Sig = m.sign(checkpointStatement(c.Seq, c.Digest), fx)
	m.myCheckpoint = c
	fx.Send(consensus.Everyone, c)
	m.claim(m.self, c, fx)
}

// onCheckpoint collects CHECKPOINTs, also of replicas that are far ahead.
func (m *Machine) onCheckpoint(from consensus.NodeID, c *Checkpoint, fx *consensus.Effects) {
	if c.Seq <= m.low || c.Seq%m.opt.interval != 0 || m.ahead != nil && c.Seq <= m.ahead.Statement.Height {
		return
	}
	for _, have := range m.claims[from] {
		if have.Seq == c.Seq {
			return
		}
	}
	if !m.verify(from, checkpointStatement(c.Seq, c.Digest), c.Sig, fx) {
		return
	}
	m.heard[from] = max(m.heard[from], c.Seq)
	m.claim(from, c, fx)
}

// claim remembers a CHECKPOINT and looks whether a quorum agrees on it.
func (m *Machine) claim(from consensus.NodeID, c *Checkpoint, fx *consensus.Effects) {
	mine := append(m.claims[from], c)
	slices.SortStableFunc(mine, func(a, b *Checkpoint) int {
		if a.Seq < b.Seq {
			return -1
		}
		return 1
	})
	if len(mine) > claimsMax {
		mine = mine[1:]
	}
	m.claims[from] = mine

	agreeing := 0
	m.eachClaim(c, func(consensus.NodeID, *Checkpoint) { agreeing++ })
	if agreeing < m.quorum {
		return
	}
	cert := &consensus.Certificate{Statement: checkpointStatement(c.Seq, c.Digest)}
	m.eachClaim(c, func(by consensus.NodeID, same *Checkpoint) { cert.Add(by, same.Sig) })
	m.learnStable(cert, fx)
}

// eachClaim visits the remembered CHECKPOINTs that say the same as c.
func (m *Machine) eachClaim(c *Checkpoint, visit func(by consensus.NodeID, same *Checkpoint)) {
	for by, list := range m.claims {
		for _, have := range list {
			if have.Seq == c.Seq && have.Digest == c.Digest {
				visit(consensus.NodeID(by), have)
			}
		}
	}
}

// onStable handles a stable certificate that a peer passed on.
func (m *Machine) onStable(s *Stable, fx *consensus.Effects) {
	if s.Cert == nil || s.Cert.Statement.Height <= m.low {
		return
	}
	if m.validStable(s.Cert, fx) {
		m.learnStable(s.Cert, fx)
	}
}

// validStable checks the proof of a stable checkpoint: 2f+1 CHECKPOINTs (OSDI 4.3).
func (m *Machine) validStable(c *consensus.Certificate, fx *consensus.Effects) bool {
	st := c.Statement
	return st == checkpointStatement(st.Height, st.Digest) && st.Height > 0 &&
		st.Height%m.opt.interval == 0 && m.validCert(c, m.quorum, fx)
}

// learnStable takes in a valid certificate. A replica that has executed that far moves its
// watermarks. One that is a little behind keeps its log, whose commits will come; one that is more
// than a checkpoint behind gives it up and fetches the blocks.
func (m *Machine) learnStable(cert *consensus.Certificate, fx *consensus.Effects) {
	seq := cert.Statement.Height
	switch {
	case seq <= m.low:
	case seq <= m.committed || seq > m.low+m.opt.interval:
		m.advanceLow(cert, fx)
		if m.committed < m.low {
			m.startFetch(fx)
		}
	case m.ahead == nil || m.ahead.Statement.Height < seq:
		m.ahead = cert
	}
}

// advanceLow discards the log up to a stable checkpoint and moves the watermarks (OSDI 4.3).
func (m *Machine) advanceLow(cert *consensus.Certificate, fx *consensus.Effects) {
	seq := cert.Statement.Height
	if seq <= m.low {
		return
	}
	if seq-m.low >= uint64(len(m.ring)) {
		for i := range m.ring {
			m.recycle(&m.ring[i])
		}
	} else {
		for at := m.low + 1; at <= seq; at++ {
			m.recycle(&m.ring[at&m.mask])
		}
	}
	m.low, m.stable = seq, cert
	m.highest = max(m.highest, seq)
	if m.ahead != nil && m.ahead.Statement.Height <= seq {
		m.ahead = nil
	}
	for by, list := range m.claims {
		m.claims[by] = slices.DeleteFunc(list, func(c *Checkpoint) bool { return c.Seq <= seq })
	}
	m.snapshotDue = true
	if m.committed >= seq {
		m.propose(fx)
	}
}
