package pbft

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/govbench/govbench/consensus"
)

// Kinds of signed statement. Votes carry theirs as their phase.
const (
	KindPrePrepare uint8 = iota + 1 // Height: sequence number; Digest: block
	KindPrepare                     // as KindPrePrepare
	KindCommit                      // as KindPrePrepare
	KindCheckpoint                  // View: 0; Height: sequence number; Digest: chain of committed blocks
	KindViewChange                  // View: the view asked for; Height: 0; Digest: contents
	KindNewView                     // View: the new view; Height: 0; Digest: contents
)

// Sizes of the encoding. assumed: a plain fixed-width encoding.
const (
	headerBytes = 1 + 4 // message type and sender
	numberBytes = 8
	digestBytes = 32
)

// PrePrepare assigns a sequence number (the block's height) to a block: OSDI 4.2.
type PrePrepare struct {
	View     uint64
	Block    *consensus.Block
	Sig      consensus.Signature // of the view's primary over KindPrePrepare
	sigBytes int
}

// WireSize counts the signed statement and the block.
func (p *PrePrepare) WireSize() int {
	return headerBytes + consensus.StatementBytes + p.sigBytes + p.Block.WireSize()
}

// Heights implements consensus.Concerning.
func (p *PrePrepare) Heights() (first, last uint64) { return p.Block.Height, p.Block.Height }

// Vote is a PREPARE or a COMMIT: OSDI 4.2. Its sender is the replica that it came from.
type Vote struct {
	Kind     uint8 // KindPrepare or KindCommit
	View     uint64
	Seq      uint64
	Digest   consensus.Digest
	Sig      consensus.Signature
	sigBytes int
}

// WireSize is that of a signed statement.
func (v *Vote) WireSize() int { return headerBytes + consensus.StatementBytes + v.sigBytes }

// WireName is how the paper calls the message.
func (v *Vote) WireName() string {
	if v.Kind == KindCommit {
		return "Commit"
	}
	return "Prepare"
}

// Heights implements consensus.Concerning.
func (v *Vote) Heights() (first, last uint64) { return v.Seq, v.Seq }

// Commitment is the commit certificate of a block: 2f+1 signed commits of one view. It is the proof
// that a committed block carries.
type Commitment struct {
	Cert  *consensus.Certificate
	bytes int
}

// WireSize counts the certificate.
func (c *Commitment) WireSize() int { return c.bytes }

// Prepared proves that a block was prepared in a view: the primary's pre-prepare and 2f matching
// prepares of backups, without the block itself. It is an element of P in OSDI 4.4.
type Prepared struct {
	View       uint64
	Seq        uint64
	Digest     consensus.Digest
	PrimarySig consensus.Signature
	Prepares   *consensus.Certificate
	bytes      int
}

// WireSize counts the statement, the primary's signature and the certificate.
func (p *Prepared) WireSize() int { return p.bytes }

// Checkpoint says that its sender has executed everything up to Seq: OSDI 4.3.
type Checkpoint struct {
	Seq      uint64
	Digest   consensus.Digest // chain of the ids of the committed blocks
	Sig      consensus.Signature
	sigBytes int
}

// WireSize is that of a signed statement.
func (c *Checkpoint) WireSize() int { return headerBytes + consensus.StatementBytes + c.sigBytes }

// Stable hands on the certificate of a stable checkpoint.
type Stable struct {
	Cert  *consensus.Certificate
	bytes int
}

// WireSize counts the certificate.
func (s *Stable) WireSize() int { return headerBytes + s.bytes }

// ViewChange asks for a new view: OSDI 4.4.
type ViewChange struct {
	View     uint64
	From     consensus.NodeID
	Stable   *consensus.Certificate // the set C; nil for the initial state
	Prepared []*Prepared            // the set P, ascending by Seq
	Sig      consensus.Signature
	bytes    int
}

// WireSize counts the proofs of C and P.
func (v *ViewChange) WireSize() int { return v.bytes }

// low is the sequence number of the stable checkpoint.
func (v *ViewChange) low() uint64 {
	if v.Stable == nil {
		return 0
	}
	return v.Stable.Statement.Height
}

// Proposal is an element of O in OSDI 4.4: a pre-prepare of the new view without its block.
type Proposal struct {
	Seq    uint64
	Digest consensus.Digest
	Sig    consensus.Signature
}

// NewView starts a view: OSDI 4.4.
type NewView struct {
	View      uint64
	Changes   []*ViewChange // the set V
	Proposals []Proposal    // the set O, ascending by Seq
	Sig       consensus.Signature
	bytes     int
}

// WireSize counts V in full and O.
func (v *NewView) WireSize() int { return v.bytes }

// Status tells what its sender has and lacks, so that others retransmit: TOCS, message
// retransmission. It promises nothing and is not signed.
type Status struct {
	View      uint64 // entered last
	Target    uint64 // asked for; equal to View outside of a view change
	Low       uint64 // stable checkpoint
	Committed uint64
	Known     uint64            // bit i: has the proposal for Committed+1+i in View
	Prepared  uint64            // bit i: Committed+1+i is prepared in View
	Changes   consensus.NodeSet // senders of VIEW-CHANGE messages for Target that are here
	Ask       consensus.NodeID  // who is asked for what is large; everybody sends what is small
	Reply     bool
	bitmap    int // bytes of Changes
}

// WireSize counts the fields and a bitmap.
func (s *Status) WireSize() int {
	return headerBytes + 6*numberBytes + 4 + 1 + s.bitmap
}

// Fetch asks for committed blocks of the given heights.
type Fetch struct{ First, Last uint64 }

// WireSize counts two numbers.
func (*Fetch) WireSize() int { return headerBytes + 2*numberBytes }

// Blocks answers a Fetch with consecutive committed blocks and their proofs.
type Blocks struct {
	Items []consensus.Committed
	bytes int
}

// WireSize counts blocks and certificates.
func (b *Blocks) WireSize() int { return b.bytes }

// FetchBody asks for a proposed block by its digest.
type FetchBody struct {
	Seq    uint64
	Digest consensus.Digest
}

// WireSize counts number and digest.
func (*FetchBody) WireSize() int { return headerBytes + numberBytes + digestBytes }

// Heights implements consensus.Concerning.
func (f *FetchBody) Heights() (first, last uint64) { return f.Seq, f.Seq }

// Body answers a FetchBody; the receiver knows the digest.
type Body struct{ Block *consensus.Block }

// WireSize counts the block.
func (b *Body) WireSize() int { return headerBytes + b.Block.WireSize() }

// Heights implements consensus.Concerning.
func (b *Body) Heights() (first, last uint64) { return b.Block.Height, b.Block.Height }

// hasher feeds numbers and digests into a SHA-256.
type hasher struct {
	h   hash.Hash
	buf [numberBytes]byte
}

func newHasher() *hasher { return &hasher{h: sha256.New()} }

func (h *hasher) number(x uint64) {
	binary.BigEndian.PutUint64(h.buf[:], x)
	h.h.Write(h.buf[:])
}

func (h *hasher) digest(d consensus.Digest) { h.h.Write(d[:]) }

func (h *hasher) sum() (d consensus.Digest) {
	h.h.Sum(d[:0])
	return d
}

// statement is what the sender of a VIEW-CHANGE signs. The signatures inside C and P need no
// signature of their own.
func (v *ViewChange) statement() consensus.Statement {
	h := newHasher()
	h.number(v.low())
	if v.Stable != nil {
		h.digest(v.Stable.Statement.Digest)
	}
	for _, p := range v.Prepared {
		h.number(p.View)
		h.number(p.Seq)
		h.digest(p.Digest)
	}
	return consensus.Statement{Kind: KindViewChange, View: v.View, Digest: h.sum()}
}

// statement is what the new primary signs.
func (v *NewView) statement() consensus.Statement {
	h := newHasher()
	for _, c := range v.Changes {
		h.number(uint64(c.From))
		h.digest(c.statement().Digest)
	}
	for _, p := range v.Proposals {
		h.number(p.Seq)
		h.digest(p.Digest)
	}
	return consensus.Statement{Kind: KindNewView, View: v.View, Digest: h.sum()}
}

// chain extends the digest of a sequence of blocks by one.
func chain(before, id consensus.Digest) consensus.Digest {
	var buf [2 * digestBytes]byte
	copy(buf[:], before[:])
	copy(buf[digestBytes:], id[:])
	return sha256.Sum256(buf[:])
}
