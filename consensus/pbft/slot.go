package pbft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// phase is how far a slot got in the current view.
type phase uint8

const (
	phaseIdle      phase = iota // no proposal known
	phaseProposed               // digest known; the block may be missing after a view change
	phasePrepared               // pre-prepare and 2f prepares: a commit was sent
	phaseCommitted              // 2f+1 commits
)

// tally collects the votes of one phase, the first of each replica. votes is borrowed from the
// machine's spare ones while the phase lasts.
type tally struct {
	votes    []*Vote // by sender; nil while there is none
	matching int     // votes for the slot's digest
}

// slot is everything known about one sequence number above the low watermark.
type slot struct {
	seq uint64

	// In the current view.
	phase      phase
	digest     consensus.Digest
	block      *consensus.Block // nil while missing
	primarySig consensus.Signature
	proposal   *PrePrepare // nil for what NEW-VIEW proposed
	since      time.Duration
	prepares   tally
	commits    tally
	myPrepare  *Vote
	myCommit   *Vote
	synced     uint64 // token: the own commit counts once what it promises is durable

	// Across views.
	prepared *Prepared // of the highest view
	bodies   []*consensus.Block
	decided  *Commitment // set until the block was handed to the host
	final    *consensus.Block
}

// bodiesMax bounds the blocks remembered for one sequence number: one a view, of the views that can
// still matter. assumed: 4.
const bodiesMax = 4

// remember keeps a block for proposals by later views. The one prepared last and the newest stay.
func (s *slot) remember(b *consensus.Block) {
	for _, have := range s.bodies {
		if have.ID == b.ID {
			return
		}
	}
	if len(s.bodies) == bodiesMax {
		drop := 0
		if s.prepared != nil && s.bodies[0].ID == s.prepared.Digest {
			drop = 1
		}
		s.bodies = append(s.bodies[:drop], s.bodies[drop+1:]...)
	}
	s.bodies = append(s.bodies, b)
}

// body returns the remembered block with the given id, or nil.
func (s *slot) body(id consensus.Digest) *consensus.Block {
	for _, b := range s.bodies {
		if b.ID == id {
			return b
		}
	}
	return nil
}

// inWindow reports whether seq lies above the low and not above the high watermark (OSDI 4.2).
func (m *Machine) inWindow(seq uint64) bool { return seq-m.low-1 < m.opt.window }

// at returns the slot of a sequence number, or nil when it lies outside the window.
func (m *Machine) at(seq uint64) *slot {
	if !m.inWindow(seq) {
		return nil
	}
	return m.slotOf(seq)
}

// slotOf returns the slot of a sequence number inside the window.
func (m *Machine) slotOf(seq uint64) *slot {
	s := &m.ring[seq&m.mask]
	s.seq = seq
	return s
}

// leaveView forgets what belongs to a view only.
func (m *Machine) leaveView(s *slot) {
	m.release(&s.prepares)
	m.release(&s.commits)
	s.phase, s.digest, s.block, s.primarySig, s.proposal = phaseIdle, consensus.Digest{}, nil, nil, nil
	s.since, s.myPrepare, s.myCommit, s.synced = 0, nil, nil, 0
}

// recycle makes a slot ready for another sequence number.
func (m *Machine) recycle(s *slot) {
	m.leaveView(s)
	clear(s.bodies)
	*s = slot{bodies: s.bodies[:0]}
}

// borrow gives a tally room for one vote of each replica.
func (m *Machine) borrow(t *tally) {
	if last := len(m.spare) - 1; last >= 0 {
		t.votes, m.spare = m.spare[last], m.spare[:last]
		return
	}
	t.votes = make([]*Vote, m.n)
}

// release takes the room back.
func (m *Machine) release(t *tally) {
	if t.votes != nil {
		clear(t.votes)
		m.spare = append(m.spare, t.votes)
	}
	*t = tally{}
}

// count recounts the votes that match the slot's digest, which became known just now.
func (t *tally) count(digest consensus.Digest) {
	t.matching = 0
	for _, v := range t.votes {
		if v != nil && v.Digest == digest {
			t.matching++
		}
	}
}

// certify fills a certificate with the first size votes that match its statement. The caller has
// verified them all.
func (t *tally) certify(c *consensus.Certificate, size int) {
	c.Grow(size, len(t.votes))
	for from, v := range t.votes {
		if len(c.Shares) == size {
			return
		}
		if v != nil && v.Digest == c.Statement.Digest {
			c.Add(consensus.NodeID(from), v.Sig)
		}
	}
}
