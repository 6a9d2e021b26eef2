package hotstuff

import "github.com/govbench/govbench/consensus"

// syncBytesMax is the size at which an answer to Fetch stops taking committed blocks.
//
// assumed: 4 MiB, a tenth of a second on a link of 1 Gbit/s with room to spare.
const syncBytesMax = 4 << 20

// fetch asks a peer for the blocks up to the one that ahead certifies, unless that is under way.
func (m *Machine) fetch(from consensus.NodeID, fx *consensus.Effects) {
	if m.ahead == nil || m.asked != nil {
		return
	}
	if from == m.self {
		from = m.nextPeer(from)
	}
	m.ask(from, fx)
}

func (m *Machine) ask(peer consensus.NodeID, fx *consensus.Effects) {
	m.peer, m.asked = peer, m.ahead
	fx.SendEarly(peer, &Fetch{After: m.tree.root.height(), Digest: m.ahead.Statement.Digest})
	fx.SetTimer(timerSync, m.opt.SyncRetry)
}

func (m *Machine) nextPeer(id consensus.NodeID) consensus.NodeID {
	id = (id + 1) % consensus.NodeID(m.n)
	if id == m.self {
		id = (id + 1) % consensus.NodeID(m.n)
	}
	return id
}

// retrySync turns to the next peer when one did not deliver, and repeats the question of a restart.
func (m *Machine) retrySync(fx *consensus.Effects) {
	if m.asking {
		m.inquire(fx)
	}
	if m.ahead != nil {
		m.ask(m.nextPeer(m.peer), fx)
	}
}

// stopSync ends the wait for blocks.
func (m *Machine) stopSync(fx *consensus.Effects) {
	m.asked = nil
	if !m.asking {
		fx.StopTimer(timerSync)
	}
}

// onFetch answers with as much as fits.
func (m *Machine) onFetch(from consensus.NodeID, f *Fetch, fx *consensus.Effects) {
	msg := &Blocks{}
	root := m.tree.root
	height, size := f.After, 0
	for height < root.height() && len(msg.Committed) < m.opt.SyncBlocks && size < syncBytesMax {
		c, ok := fx.Stored(height + 1)
		proof, isProof := c.Proof.(*Proof)
		if !ok || !isProof {
			break
		}
		height++
		msg.Committed = append(msg.Committed, c.Block)
		msg.Proof = proof
		size += c.Block.WireSize()
	}
	if height >= root.height() {
		if n := m.tree.find(&f.Digest); n != nil {
			msg.Open = n.path(height, nil)
		}
	}
	if len(msg.Committed)+len(msg.Open) > 0 {
		fx.Send(from, msg)
	}
}

// onBlocks takes in what a peer delivered: committed blocks on their proof, the others because a
// certificate of the last is known.
func (m *Machine) onBlocks(from consensus.NodeID, msg *Blocks, fx *consensus.Effects) {
	if m.asked == nil || from != m.peer {
		return
	}
	before := m.tree.root.height()
	if len(msg.Committed) > 0 && !m.restore(msg, from, fx) {
		return
	}
	m.extend(msg.Open, fx)
	if m.asked == nil {
		m.adoptOrphan(fx)
		return
	}
	if n := m.tree.find(&m.asked.Statement.Digest); n != nil {
		c := m.asked
		m.asked = nil
		m.onCert(c, from, fx)
	}
	m.adoptOrphan(fx)
	switch {
	case m.ahead != nil && m.ahead.Statement.Height <= m.tree.root.height():
		m.ahead = nil
		m.stopSync(fx)
	case m.ahead != nil && (m.tree.root.height() > before || m.asked == nil):
		m.ask(from, fx)
	}
}

// adoptOrphan returns to the proposal whose parent was missing.
func (m *Machine) adoptOrphan(fx *consensus.Effects) {
	p := m.orphan
	if p == nil || m.tree.find(&p.Block.Parent) == nil {
		return
	}
	m.orphan = nil
	m.attach(p.Block.Proposer, p, fx)
}

// linkedBlocks checks the headers of consecutive blocks, charges for their payloads, and leaves out
// those up to height after.
func (m *Machine) linkedBlocks(blocks []*consensus.Block, after uint64, fx *consensus.Effects) ([]*consensus.Block, bool) {
	for i, b := range blocks {
		if !genuine(b) || i > 0 && (b.Parent != blocks[i-1].ID || b.Height != blocks[i-1].Height+1 || b.View <= blocks[i-1].View) {
			return nil, false
		}
	}
	for len(blocks) > 0 && blocks[0].Height <= after {
		blocks = blocks[1:]
	}
	for _, b := range blocks {
		fx.Work(consensus.OpHash, consensus.BlockHeaderBytes+b.Payload.Bytes)
		if b.Payload.Len() > 0 {
			fx.Work(consensus.OpCheckPayload, b.Payload.Len())
		}
	}
	return blocks, true
}

// restore commits the blocks of a state transfer.
func (m *Machine) restore(msg *Blocks, from consensus.NodeID, fx *consensus.Effects) bool {
	root := m.tree.root
	blocks, ok := m.linkedBlocks(msg.Committed, root.height(), fx)
	if !ok || len(blocks) == 0 {
		return ok
	}
	if blocks[0].Parent != root.block.ID || !m.proven(blocks[len(blocks)-1], msg.Proof, fx) {
		return false
	}
	n := root
	for _, b := range blocks {
		n = m.tree.insert(b, n)
	}
	chain := append(append([]*consensus.Block(nil), blocks...), msg.Proof.Chain...)
	m.commit(n, chain, msg.Proof.QC, fx)
	m.onCert(msg.Proof.QC, from, fx)
	return true
}

// extend puts blocks into the tree that end in the one that was asked for.
func (m *Machine) extend(open []*consensus.Block, fx *consensus.Effects) {
	if m.asked == nil || len(open) == 0 || open[len(open)-1] == nil ||
		open[len(open)-1].ID != m.asked.Statement.Digest {
		return
	}
	blocks, ok := m.linkedBlocks(open, m.tree.root.height(), fx)
	if !ok || len(blocks) == 0 {
		return
	}
	parent := m.tree.find(&blocks[0].Parent)
	if parent == nil {
		return
	}
	for i, b := range blocks {
		if m.tree.find(&b.ID) == nil {
			e := &Entry{Block: b, bytes: flagBytes}
			if i == len(blocks)-1 {
				e.QC, e.bytes = m.asked, m.certBytes(m.asked)
			}
			m.record(e, fx)
		}
		parent = m.tree.insert(b, parent)
	}
}
