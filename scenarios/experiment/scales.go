package experiment

import (
	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
)

// scales weigh what each replica has to keep of a run. A nil one weighs nothing.
type scales struct {
	before uint64 // bytes of the state before the run
	height uint64
	kept   result.Storage
}

// newScales are nil unless the cell is to be weighed. app is a program before its first block.
func (c *Cell) newScales(app workloads.App) *scales {
	if !c.weigh {
		return nil
	}
	s := &scales{kept: result.Storage{OrdersYear: c.ordersYear}}
	if sized, ok := app.(workloads.Sized); ok {
		s.before = sized.StateBytes()
	}
	return s
}

// beside are taps that include the scales.
func (s *scales) beside(others ...consensus.Tap) taps {
	if s == nil {
		return others
	}
	return append(others, s)
}

// Observe implements consensus.Tap. A block counts once, whoever commits it first.
func (s *scales) Observe(e consensus.Event) {
	if e.Kind != consensus.EventCommitted || e.Block == nil || e.Block.Height <= s.height {
		return
	}
	s.height = e.Block.Height
	s.kept.BlockBytes += consensus.BlockHeaderBytes
	if e.Block.Payload != nil {
		s.kept.BlockBytes += uint64(e.Block.Payload.Bytes)
		s.kept.Transactions += uint64(e.Block.Payload.Len())
	}
}

// read writes the weight into a record, with the state of a replica at the end.
func (s *scales) read(out *result.Record, app workloads.App) {
	if s == nil {
		return
	}
	if sized, ok := app.(workloads.Sized); ok {
		s.kept.StateBytes = int64(sized.StateBytes()) - int64(s.before)
	}
	out.Storage = &s.kept
}
