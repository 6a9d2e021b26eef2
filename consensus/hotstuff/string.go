package hotstuff

import (
	"fmt"

	"github.com/govbench/govbench/consensus"
)

// String implements fmt.Stringer, for transcripts.
func (p *Proposal) String() string {
	return fmt.Sprintf("proposal view %d height %d txs %d on %s%s", p.Block.View, p.Block.Height,
		p.Block.Payload.Len(), certName(p.Justify), because(p.Timeout))
}

// String implements fmt.Stringer, for transcripts.
func (v *Vote) String() string {
	return fmt.Sprintf("vote view %d height %d", v.Statement.View, v.Statement.Height)
}

// String implements fmt.Stringer, for transcripts.
func (t *Timeout) String() string {
	s := fmt.Sprintf("timeout of %d with %s", t.Term, certName(t.High))
	if t.Vote != nil {
		s += " and " + t.Vote.String()
	}
	return s
}

// String implements fmt.Stringer, for transcripts.
func (v *NewView) String() string {
	s := fmt.Sprintf("new-view %d with %s%s", v.View, certName(v.High), because(v.Timeout))
	if v.Ask {
		s += ", asks"
	}
	return s
}

// String implements fmt.Stringer, for transcripts.
func (f *Fetch) String() string { return fmt.Sprintf("fetch after %d", f.After) }

// String implements fmt.Stringer, for transcripts.
func (b *Blocks) String() string {
	return fmt.Sprintf("blocks %d committed %d open", len(b.Committed), len(b.Open))
}

func certName(c *consensus.Certificate) string {
	if c == nil {
		return "QC(0)"
	}
	return fmt.Sprintf("QC(%d)", c.Statement.View)
}

func because(c *consensus.Certificate) string {
	if c == nil {
		return ""
	}
	return fmt.Sprintf(" after TC(%d)", c.Statement.View)
}
