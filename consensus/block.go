package consensus

import (
	"crypto/sha256"
	"encoding/binary"
)

// CommandEnvelopeBytes is what a command carries on the wire beside its operation: id, client and
// sequence number of 8 bytes each, an ed25519 signature of 64 and a length of 8.
//
// assumed: the sizes of a plain fixed-width encoding.
const CommandEnvelopeBytes = 96

// Command is one operation that a client asks the replicated program to execute. It is immutable
// once submitted and shared by pointer between replicas.
type Command struct {
	ID   CommandID
	Site SiteID // where its client stands
	Read bool   // answered by one replica from its own state, never ordered
	Op   []byte // the operation, meaningful to the program only
}

// WireSize is the command's size in bytes on the wire and in a block.
func (c *Command) WireSize() int { return CommandEnvelopeBytes + len(c.Op) }

// Payload is an immutable batch of commands: what a block orders. It may be empty.
type Payload struct {
	Commands []*Command
	Bytes    int    // sum of WireSize
	Digest   Digest // over the ids and operations, in order; see NewPayload
}

// NewPayload freezes commands into a payload and computes its digest. The slice is kept.
func NewPayload(commands []*Command) *Payload {
	p := &Payload{Commands: commands}
	h := sha256.New()
	var buf [16]byte
	for _, c := range commands {
		binary.BigEndian.PutUint64(buf[:8], uint64(c.ID))
		binary.BigEndian.PutUint64(buf[8:], uint64(len(c.Op)))
		h.Write(buf[:])
		h.Write(c.Op)
		p.Bytes += c.WireSize()
	}
	h.Sum(p.Digest[:0])
	return p
}

// Len is the number of commands.
func (p *Payload) Len() int { return len(p.Commands) }

// BlockHeaderBytes is the encoded size of a block's header: two heights, a proposer and two digests.
const BlockHeaderBytes = 8 + 8 + 8 + 32 + 32

// Block is a payload at a place in the order. It is immutable and shared by pointer.
type Block struct {
	ID       Digest // over all that follows; see NewBlock
	Height   uint64 // 1, 2, 3 ... along a chain or slot by slot
	View     uint64 // view, term or round in which it was proposed
	Proposer NodeID
	Parent   Digest // zero in protocols that order by slot
	Payload  *Payload

	sealed *Block // the block itself when NewBlock made it: a changed copy is not sealed
}

// NewBlock builds a block and its ID.
func NewBlock(height, view uint64, proposer NodeID, parent Digest, payload *Payload) *Block {
	b := &Block{Height: height, View: view, Proposer: proposer, Parent: parent, Payload: payload}
	b.ID = b.header()
	b.sealed = b
	return b
}

// Genuine reports whether the block's ID is the digest of its header, as a replica checks of a block
// that another one sent. Blocks are immutable, so one that NewBlock made in this process need not be
// hashed again; whoever checks charges OpHash all the same.
func (b *Block) Genuine() bool { return b.sealed == b || b.ID == b.header() }

func (b *Block) header() Digest {
	var buf [BlockHeaderBytes]byte
	binary.BigEndian.PutUint64(buf[0:], b.Height)
	binary.BigEndian.PutUint64(buf[8:], b.View)
	binary.BigEndian.PutUint64(buf[16:], uint64(b.Proposer))
	copy(buf[24:], b.Parent[:])
	copy(buf[56:], b.Payload.Digest[:])
	return sha256.Sum256(buf[:])
}

// WireSize is the block's size in bytes on the wire, payload included.
func (b *Block) WireSize() int { return BlockHeaderBytes + b.Payload.Bytes }

// Committed is a block together with whatever convinces another replica that it is committed (nil
// where the protocol's fault model needs no proof). Hosts store it and hand it back for catch-up.
type Committed struct {
	Block *Block
	Proof Message
}
