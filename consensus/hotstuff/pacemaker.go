package hotstuff

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// termsAhead is how many terms ahead of its own a replica collects timeouts.
const termsAhead = 64

// enter moves the replica to a later view.
func (m *Machine) enter(view uint64, fx *consensus.Effects) {
	if view <= m.view {
		return
	}
	moved := m.term(view) != m.term(m.view)
	m.view = view
	m.due, m.restless = true, true
	if !moved {
		return
	}
	m.greeted.Clear()
	kept := m.terms[:0]
	for _, t := range m.terms {
		if t.Statement.View >= m.term(view) {
			kept = append(kept, t)
		}
	}
	clear(m.terms[len(kept):])
	m.terms = kept
	if m.opt.Stable {
		fx.Route(m.leader(view))
	}
}

// entered reports whether the newest timeout certificate leads to the given view.
func (m *Machine) entered(view uint64) bool {
	return m.timeout != nil && m.firstView(m.timeout.Statement.View+1) == view
}

// pending reports whether something waits to be committed: commands in the pool, or on the branch that
// is being extended. Nobody times out while nothing is.
func (m *Machine) pending(fx *consensus.Effects) bool {
	if m.open() {
		return true
	}
	n, _ := fx.Waiting()
	return n > 0
}

// open reports whether the branch being extended holds commands.
func (m *Machine) open() bool {
	root := m.tree.root.height()
	return m.high.node.full > root || m.voted.View == m.view && m.votedFull > root
}

// pace keeps the view timer running exactly while something is pending, from the time at which the view
// was entered or the first command came (§6, Algorithm 5).
func (m *Machine) pace(fx *consensus.Effects) {
	if !m.pending(fx) {
		if m.timerOn {
			m.timerOn = false
			fx.StopTimer(timerView)
		}
		return
	}
	if !m.timerOn || m.timerView != m.view {
		m.timerOn, m.timerView = true, m.view
		fx.SetTimer(timerView, m.patience())
	}
}

// patience is the current view's timeout: exponential in the views that failed since the last commit,
// so that all replicas eventually stay in a view for long enough (§4.4).
func (m *Machine) patience() time.Duration {
	d := m.opt.ViewTimeout
	for range m.failures {
		if d > m.opt.TimeoutMax/time.Duration(m.opt.TimeoutMultiplier) {
			return m.opt.TimeoutMax
		}
		if d *= time.Duration(m.opt.TimeoutMultiplier); m.opt.TimeoutMultiplier == 1 {
			break
		}
	}
	return d
}

// expire gives up on the current term, and says so again and again until a certificate ends it.
func (m *Machine) expire(fx *consensus.Effects) {
	m.timerOn = false
	if !m.pending(fx) {
		return
	}
	m.timerOn, m.timerView = true, m.view
	fx.SetTimer(timerView, m.opt.ViewTimeout)
	m.giveUp(consensus.Everyone, fx)
}

// giveUp sends this replica's timeout for its current term.
func (m *Machine) giveUp(to consensus.NodeID, fx *consensus.Effects) {
	t := m.term(m.view)
	m.gone, m.abandoned = true, t
	m.gaveUp[m.self] = t + 1
	msg := m.newTimeout(t, fx)
	fx.Send(to, msg)
	if msg.Vote != nil {
		fx.Synced(m.voted.View) // everyone collects the votes that timeouts carry
	}
	m.addTimeout(m.self, msg, fx)
}

// skip gives up on the current view at once when the block of the view before, which this replica had
// voted for, was certified only by the votes that came with timeouts: then this view's leader, to whom
// those votes went first, had its time. Without this a crashed leader would cost two timeouts.
//
// It costs no liveness. A faulty leader can have its own block certified late and so the next, correct
// leader's view skipped; but the certified view continues the run of consecutive ones before it. Of
// 2f+1 correct leaders in f gaps between faulty ones, a gap still has three certified views in a row.
func (m *Machine) skip(fx *consensus.Effects) {
	if m.voted.View+1 == m.view && m.leader(m.view) != m.self && m.abandoned < m.view && m.pending(fx) {
		m.giveUp(consensus.Everyone, fx)
	}
}

func (m *Machine) newTimeout(term uint64, fx *consensus.Effects) *Timeout {
	s := consensus.Statement{Kind: KindTimeout, View: term}
	t := &Timeout{Term: term, Signature: m.sign(s, fx), High: m.high.cert}
	t.bytes = m.auth.Size() + m.certBytes(t.High) + flagBytes
	if m.lastVote != nil && m.voted.View > m.high.node.view() {
		t.Vote = m.lastVote
		t.bytes += t.Vote.WireSize()
	}
	return t
}

// onTimeout handles a peer's timeout: it learns from the certificate and vote inside, helps a peer that
// is behind, and gives up too once one correct replica has (round synchronisation as in Bracha's
// echo: f+1 make all join, 2f+1 end the term).
func (m *Machine) onTimeout(from consensus.NodeID, t *Timeout, fx *consensus.Effects) {
	if t.Term >= m.termMax() {
		return
	}
	fx.Work(consensus.OpVerify, 1)
	if !m.auth.Verify(from, consensus.Statement{Kind: KindTimeout, View: t.Term}, t.Signature) {
		return
	}
	if m.newer(t.High) && m.trust(t.High, KindVote, m.ahead, fx) {
		m.onCert(t.High, from, fx)
	}
	if t.Vote != nil {
		m.collect(from, t.Vote, fx)
	}
	if m.firstView(t.Term+1) == m.view {
		m.greet(from, m.view)
	}
	current := m.term(m.view)
	first := m.gaveUp[from] < t.Term+1
	m.gaveUp[from] = max(m.gaveUp[from], t.Term+1)
	if t.Term < current {
		// When all gave up together, the last timeouts to arrive are no call for help: their senders are
		// being told by the others. One who says it again is.
		if !first || !m.gone || m.abandoned < t.Term {
			m.help(from, t, fx)
		}
		return
	}
	if t.Term < current+termsAhead {
		m.addTimeout(from, t, fx)
	}
	m.join(from, t, fx)
}

// newer reports whether c would teach this replica something.
func (m *Machine) newer(c *consensus.Certificate) bool {
	return c != nil && (c.Statement.View > m.high.node.view() ||
		m.high.cert == nil && c.Statement.Digest == m.high.node.block.ID)
}

// addTimeout counts a verified timeout; a quorum of them ends the term.
func (m *Machine) addTimeout(from consensus.NodeID, t *Timeout, fx *consensus.Effects) {
	var tally *consensus.Certificate
	for _, c := range m.terms {
		if c.Statement.View == t.Term {
			tally = c
			break
		}
	}
	if tally == nil {
		tally = &consensus.Certificate{Statement: consensus.Statement{Kind: KindTimeout, View: t.Term}}
		m.terms = append(m.terms, tally)
	}
	if tally.Signers.Len() >= m.quorum || !tally.Add(from, t.Signature) || tally.Signers.Len() < m.quorum {
		return
	}
	m.combine(tally, fx)
	m.onTimeoutCert(tally, fx)
	if m.entered(m.view) {
		for _, id := range tally.Signers.Members() {
			m.greet(id, m.view)
		}
	}
}

// join gives up on the current term, or on a later one, when f+1 replicas gave up on it, of whom one is
// correct. A replica that has nothing to do joins a single one: the view is of no use to it.
func (m *Machine) join(from consensus.NodeID, t *Timeout, fx *consensus.Effects) {
	current := m.term(m.view)
	if t.Term < current {
		return // the term ended meanwhile
	}
	again := m.gone && m.abandoned >= t.Term
	if t.Term <= current+1 && !m.pending(fx) {
		to := consensus.Everyone
		if again {
			to = from
		}
		m.enterTerm(t.Term, fx)
		m.giveUp(to, fx)
		return
	}
	if again {
		return
	}
	others := 0
	for _, g := range m.gaveUp {
		if g > t.Term {
			others++
		}
	}
	if others > m.faulty {
		m.enterTerm(t.Term, fx)
		m.giveUp(consensus.Everyone, fx)
	}
}

func (m *Machine) enterTerm(term uint64, fx *consensus.Effects) {
	if term > m.term(m.view) {
		m.enter(m.firstView(term), fx)
	}
}

// help answers a peer that gives up on a term this replica has left. A certificate brings it forward;
// lacking one, this replica left to join others and gives up on that term as well.
func (m *Machine) help(to consensus.NodeID, t *Timeout, fx *consensus.Effects) {
	seen := m.certified(t.High).View
	left := m.timeout != nil && m.timeout.Statement.View >= t.Term
	if m.opt.Stable {
		left = left || m.term(m.high.node.view()) > t.Term
	} else {
		left = left || m.high.node.view() >= t.Term
	}
	if left || m.high.cert != nil && m.high.node.view() > seen {
		fx.Send(to, m.newView(false))
		return
	}
	fx.Send(to, m.newTimeout(t.Term, fx))
}

func (m *Machine) newView(ask bool) *NewView {
	v := &NewView{View: m.view, High: m.high.cert, Timeout: m.timeout, Ask: ask}
	v.bytes = m.certBytes(v.High) + m.certBytes(v.Timeout)
	return v
}

// onTimeoutCert enters the view after a term that a quorum gave up (§4.2, nextView interrupt), and
// tells its leader the highest certificate.
func (m *Machine) onTimeoutCert(c *consensus.Certificate, fx *consensus.Effects) {
	if c == nil || m.timeout != nil && c.Statement.View <= m.timeout.Statement.View {
		return
	}
	m.timeout = c
	v := m.firstView(c.Statement.View + 1)
	if v < m.view {
		return
	}
	m.enter(v, fx)
	if m.pending(fx) { // views that an idle group is talked out of say nothing about the network
		m.failures++
	}
	m.due, m.restless = true, true
	m.timerOn = false // the leader gets its time even if this replica entered the view before
	fx.Lead(m.term(v), m.leader(v))
	if m.leader(v) == m.self {
		m.greet(m.self, v)
		return
	}
	fx.Send(m.leader(v), m.newView(false))
}

// greet counts a replica whose highest certificate this replica learnt as leader of view.
func (m *Machine) greet(from consensus.NodeID, view uint64) {
	if view == m.view && m.leader(view) == m.self && m.greeted.Add(from) && m.greeted.Len() >= m.quorum {
		m.due = true
	}
}

// onNewView handles a peer's view and highest certificate (§6, Algorithm 5, onReceiveNewView).
func (m *Machine) onNewView(from consensus.NodeID, v *NewView, fx *consensus.Effects) {
	if c := v.Timeout; c != nil && (m.timeout == nil || c.Statement.View > m.timeout.Statement.View) &&
		m.check(c, KindTimeout, fx) {
		m.onTimeoutCert(c, fx)
	}
	if m.newer(v.High) && m.trust(v.High, KindVote, m.ahead, fx) {
		m.onCert(v.High, from, fx)
	}
	if v.Ask {
		m.answer(from, fx)
		return
	}
	m.greet(from, v.View)
	m.reply(from, fx)
}
