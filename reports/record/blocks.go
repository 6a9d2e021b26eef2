package record

import (
	"time"

	"github.com/govbench/govbench/consensus"
)

// blocks counts what the tap shows of blocks, views and messages in the window.
type blocks struct {
	cfg      Config
	height   uint64 // highest height committed anywhere
	count    uint64 // blocks first committed in the window
	txs      uint64
	first    time.Duration
	last     time.Duration
	led      bool
	view     uint64 // highest view entered
	changes  uint64
	messages uint64
	bytes    uint64
}

// Observe implements consensus.Tap. A block counts once, at the first replica that commits it.
//
// Every replica reports a view when it learns of it, and again after a restart. A view counts once, when
// the first replica enters it and it is higher than all entered so far: whoever reports a lower one is
// late. The first view of the run counts only when something had been committed before it, because then
// there was a leader whom the runtime put into office without a report.
func (r *Recorder) Observe(e consensus.Event) {
	b := &r.blocks
	within := r.inWindow(e.At)
	switch e.Kind {
	case consensus.EventCommitted:
		if e.Block == nil || e.Block.Height <= b.height {
			return
		}
		b.height = e.Block.Height
		if !within {
			return
		}
		if b.count == 0 {
			b.first = e.At
		}
		b.count++
		b.last = e.At
		if e.Block.Payload != nil {
			b.txs += uint64(e.Block.Payload.Len())
		}
	case consensus.EventSent:
		if within {
			b.messages++
			b.bytes += uint64(e.Bytes)
		}
	case consensus.EventLed:
		if b.led && e.View <= b.view {
			return
		}
		if within && (b.led || b.height > 0) {
			b.changes++
		}
		b.led, b.view = true, e.View
	}
}
