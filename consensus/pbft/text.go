package pbft

import "fmt"

// The messages of the protocol print as in the paper's figures, for transcripts.

// String names view, sequence number and block.
func (p *PrePrepare) String() string {
	return fmt.Sprintf("pre-prepare v%d #%d %.4s", p.View, p.Block.Height, p.Block.ID)
}

// String names phase, view, sequence number and block.
func (v *Vote) String() string {
	name := "prepare"
	if v.Kind == KindCommit {
		name = "commit"
	}
	return fmt.Sprintf("%s v%d #%d %.4s", name, v.View, v.Seq, v.Digest)
}

// String names the sequence number.
func (c *Checkpoint) String() string { return fmt.Sprintf("checkpoint #%d", c.Seq) }

// String names the sequence number.
func (s *Stable) String() string { return fmt.Sprintf("stable #%d", s.Cert.Statement.Height) }

// String lists what P holds.
func (v *ViewChange) String() string {
	text := fmt.Sprintf("view-change v%d low %d P", v.View, v.low())
	for _, p := range v.Prepared {
		text += fmt.Sprintf(" v%d#%d", p.View, p.Seq)
	}
	return text
}

// String lists the senders of V and the sequence numbers of O.
func (v *NewView) String() string {
	text := fmt.Sprintf("new-view v%d V", v.View)
	for _, c := range v.Changes {
		text += fmt.Sprintf(" %d", c.From)
	}
	text += " O"
	for _, p := range v.Proposals {
		text += fmt.Sprintf(" #%d %.4s", p.Seq, p.Digest)
	}
	return text
}

// String names what its sender has reached.
func (s *Status) String() string {
	return fmt.Sprintf("status v%d/%d low %d committed %d", s.View, s.Target, s.Low, s.Committed)
}

// String names the heights.
func (f *Fetch) String() string { return fmt.Sprintf("fetch %d-%d", f.First, f.Last) }

// String names the heights.
func (b *Blocks) String() string {
	return fmt.Sprintf("blocks %d-%d", b.Items[0].Block.Height, b.Items[len(b.Items)-1].Block.Height)
}

// String names the sequence number and block.
func (f *FetchBody) String() string { return fmt.Sprintf("fetch-body #%d %.4s", f.Seq, f.Digest) }

// String names the sequence number and block.
func (b *Body) String() string {
	return fmt.Sprintf("body #%d %.4s", b.Block.Height, b.Block.ID)
}
