package pbft

import "github.com/govbench/govbench/consensus"

// Boot marks the first start of a replica that keeps its votes in memory only.
type Boot struct{}

// WireSize is a tag.
func (*Boot) WireSize() int { return 1 }

// Accepted records a proposal that this replica made, or is about to send a prepare for.
type Accepted struct {
	View     uint64
	Block    *consensus.Block
	Sig      consensus.Signature // the primary's
	known    bool                // the block is in an earlier record or in the store
	sigBytes int
}

// WireSize counts the block unless it was written before.
func (a *Accepted) WireSize() int {
	size := 1 + consensus.StatementBytes + a.sigBytes
	if !a.known {
		size += a.Block.WireSize()
	}
	return size
}

// PreparedHere records a prepared certificate: the promise of a commit, and what the next
// VIEW-CHANGE must tell.
type PreparedHere struct{ Prepared *Prepared }

// WireSize counts the certificate.
func (p *PreparedHere) WireSize() int { return 1 + p.Prepared.bytes }

// Changing records the VIEW-CHANGE that this replica is about to send.
type Changing struct{ Change *ViewChange }

// WireSize counts the message.
func (c *Changing) WireSize() int { return 1 + c.Change.bytes }

// Entered records the NEW-VIEW by which this replica entered a view.
type Entered struct{ NewView *NewView }

// WireSize counts the message.
func (e *Entered) WireSize() int { return 1 + e.NewView.bytes }

// Snapshot replaces the log when a checkpoint became stable: all that lives on.
type Snapshot struct {
	Stable    *consensus.Certificate
	Committed uint64           // when it was written
	Chain     consensus.Digest // over the blocks up to Committed
	NewView   *NewView         // of the view entered last; nil in view 0
	Change    *ViewChange      // sent last; nil if none or older than NewView
	Accepted  []*Accepted
	Prepared  []*Prepared
	bytes     int
}

// WireSize counts everything listed.
func (s *Snapshot) WireSize() int { return s.bytes }
