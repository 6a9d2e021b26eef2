package pbft

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// viewTimeout doubles with every fruitless view change (OSDI 4.5.2).
func (m *Machine) viewTimeout() time.Duration {
	t := m.opt.viewTimeout
	for i := uint(0); i < m.backoff && t < m.opt.viewTimeoutMax; i++ {
		t *= 2
	}
	return min(t, m.opt.viewTimeoutMax)
}

// arm starts the request timer of a backup that waits for something, unless it runs (OSDI 4.4).
// Commits do not touch the timer: when it expires, deadline says whether its time has come.
func (m *Machine) arm(fx *consensus.Effects) {
	if m.armed || m.changing() || m.primary() {
		return
	}
	at, waiting := m.deadline(fx)
	if !waiting {
		return
	}
	m.armed = true
	fx.SetTimer(timerSuspicion, max(at-m.now, 0))
}

// deadline is the time at which this backup suspects the primary, unless something commits before:
// a view timeout after the last progress, or after it began to wait for a command in its pool or a
// proposal. waiting is false when it waits for nothing, so that an idle primary is not suspected.
func (m *Machine) deadline(fx *consensus.Effects) (at time.Duration, waiting bool) {
	const never = time.Duration(1<<63 - 1)
	at = never
	since := max(m.lastProgress, m.entered)
	for seq := m.committed + 1; seq <= m.highest; seq++ {
		if s := m.at(seq); s != nil && s.phase != phaseIdle && s.phase != phaseCommitted {
			at = max(since, s.since) + m.viewTimeout()
			break
		}
	}
	if n, oldest := fx.Waiting(); n > 0 {
		at = min(at, max(since, oldest)+m.viewTimeout())
		at = min(at, max(oldest, m.entered)+max(m.opt.censorshipTimeout, m.viewTimeout()))
	}
	return at, at != never
}

// onSuspicion handles the expiry of the request timer, or of the wait for a new view.
func (m *Machine) onSuspicion(fx *consensus.Effects) {
	if !m.armed {
		return
	}
	m.armed = false
	if m.changing() {
		m.startViewChange(m.target+1, fx)
		return
	}
	if at, waiting := m.deadline(fx); waiting && at <= m.now && !m.primary() {
		m.startViewChange(m.view+1, fx)
		return
	}
	m.arm(fx)
}
