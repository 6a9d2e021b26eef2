package hotstuff

import "github.com/govbench/govbench/consensus"

// Kinds of statement that a replica signs.
const (
	// KindVote is a vote for the block Digest of View at Height (§4.2 "vote", Algorithm 4 line 19).
	KindVote uint8 = 1
	// KindTimeout says that its signer has given up on a term: View is the term, the rest is zero.
	KindTimeout uint8 = 2
)

// Encoded sizes of the parts of messages.
//
// assumed: fixed-width fields of 8 bytes, digests of 32, one byte for flags or an absent part.
const (
	wordBytes   = 8
	digestBytes = 32
	flagBytes   = 1
)

// Proposal is the one phase of the chained protocol, "generic" (§5, Algorithm 3): a block that extends
// the block certified by Justify. A proposal proves its right to its view: Justify is of the view
// before, or Timeout certifies that the term before was given up.
type Proposal struct {
	Block   *consensus.Block
	Justify *consensus.Certificate // votes for Block.Parent; nil for the genesis block
	Timeout *consensus.Certificate // nil when the view before ended in Justify
	bytes   int                    // of the certificates
}

// WireSize implements consensus.Message. The block's parent travels within Justify.
func (p *Proposal) WireSize() int { return p.Block.WireSize() + p.bytes }

// phases is how many blocks one message takes forward: it is the first phase of its own block and a later one of those
// before it (§5, figure 2).
const phases = 4

// Heights implements consensus.Concerning: a proposal's certificate is of the block before, and makes a chain of three
// below that.
func (p *Proposal) Heights() (first, last uint64) {
	return before(p.Block.Height, phases-1), p.Block.Height
}

// before is so many heights below another, and the first height below that.
func before(height, n uint64) uint64 { return max(height, n+1) - n }

// Vote is a replica's signature under a block, sent to the leader of the next view (§5).
type Vote struct {
	Statement consensus.Statement
	Signature consensus.Signature
	bytes     int
}

// WireSize implements consensus.Message.
func (v *Vote) WireSize() int { return consensus.StatementBytes + v.bytes }

// Heights implements consensus.Concerning: a vote helps to the certificate that commits the block two before.
func (v *Vote) Heights() (first, last uint64) {
	return before(v.Statement.Height, phases-2), v.Statement.Height
}

// Timeout says that its sender gave up on a term, and takes along what a new leader needs: the highest
// certificate the sender knows and its last vote, which may have been on its way to a leader that died.
type Timeout struct {
	Term      uint64
	Signature consensus.Signature
	High      *consensus.Certificate
	Vote      *Vote // nil when High is newer
	bytes     int
}

// WireSize implements consensus.Message.
func (t *Timeout) WireSize() int { return wordBytes + t.bytes }

// NewView tells the leader of a view the sender's highest certificate (§4.2, §6 Algorithm 5
// onReceiveNewView), and a replica that fell behind how to come forward.
type NewView struct {
	View    uint64
	High    *consensus.Certificate
	Timeout *consensus.Certificate // the newest one the sender knows
	Ask     bool                   // a replica that restarted wants the same from its peers
	bytes   int
}

// WireSize implements consensus.Message.
func (v *NewView) WireSize() int { return wordBytes + flagBytes + v.bytes }

// Fetch asks for the blocks above height After up to the block Digest.
type Fetch struct {
	After  uint64
	Digest consensus.Digest
}

// WireSize implements consensus.Message.
func (f *Fetch) WireSize() int { return wordBytes + digestBytes }

// Blocks answers Fetch with blocks in ascending order: first committed ones, of which Proof convinces
// the receiver of the last and so of all, then those between the last committed block and the block
// that was asked for, which the receiver already holds a certificate of.
type Blocks struct {
	Committed []*consensus.Block
	Proof     *Proof // nil when Committed is empty
	Open      []*consensus.Block
}

// WireSize implements consensus.Message.
func (b *Blocks) WireSize() int {
	size := 2*wordBytes + flagBytes
	for _, block := range b.Committed {
		size += block.WireSize()
	}
	for _, block := range b.Open {
		size += block.WireSize()
	}
	if b.Proof != nil {
		size += b.Proof.WireSize()
	}
	return size
}

// Proof convinces a replica that a block is committed: the headers of its descendants up to one that QC
// certifies, among which, the block included, three follow each other in consecutive views. A correct
// replica voted for the last header, hence knew certificates of all before it (§5, three-chain).
type Proof struct {
	Chain []*consensus.Block // only the headers count, and travel
	QC    *consensus.Certificate
	bytes int // of QC
}

// WireSize implements consensus.Message.
func (p *Proof) WireSize() int {
	return wordBytes + len(p.Chain)*consensus.BlockHeaderBytes + p.bytes
}

// Entry is the record of a block that entered the tree and, when Voted, of the vote for it. QC is the
// certificate that came with it: of its parent, or of the block itself when it was fetched.
type Entry struct {
	Block *consensus.Block
	QC    *consensus.Certificate
	Voted bool
	bytes int // of QC
}

// WireSize implements consensus.Record.
func (e *Entry) WireSize() int { return flagBytes + e.Block.WireSize() + e.bytes }

// State is the record that replaces all Entries before it: the last vote, the lock, the highest
// certificate and the blocks that are not committed, parents first.
type State struct {
	Voted  consensus.Statement
	Lock   consensus.Statement // View, Height and Digest of the locked block
	High   *consensus.Certificate
	Blocks []*consensus.Block
	bytes  int // of High
}

// WireSize implements consensus.Record.
func (s *State) WireSize() int {
	size := 2*consensus.StatementBytes + wordBytes + s.bytes
	for _, b := range s.Blocks {
		size += b.WireSize()
	}
	return size
}
