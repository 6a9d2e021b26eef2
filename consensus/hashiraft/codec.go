package hashiraft

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/govbench/govbench/consensus"
)

// An entry of the engine's log holds one block. It is exactly as long as consensus.Block.WireSize
// says, so that disks and links carry the bytes that the other runtimes charge for: a header of
// BlockHeaderBytes and for each command an envelope of CommandEnvelopeBytes, of which the client's
// signature is left blank, with the operation behind it.
const (
	entryVersion = 1

	// Offsets in the header; the rest of it is zero.
	offVersion  = 0  // 1 byte
	offProposer = 4  // 4 bytes
	offSequence = 8  // 8 bytes
	offCount    = 16 // 8 bytes
	offDigest   = 24 // 32 bytes, of the payload

	// Offsets in a command's envelope.
	offID     = 0  // 8 bytes
	offSite   = 8  // 8 bytes
	offLength = 88 // 8 bytes, after a sequence number and a signature
)

// entry is a decoded log entry.
type entry struct {
	proposer consensus.NodeID
	sequence uint64 // of the proposal in this run
	payload  *consensus.Payload
}

func encodeEntry(e entry) []byte {
	buf := make([]byte, consensus.BlockHeaderBytes+e.payload.Bytes)
	buf[offVersion] = entryVersion
	binary.BigEndian.PutUint32(buf[offProposer:], uint32(e.proposer))
	binary.BigEndian.PutUint64(buf[offSequence:], e.sequence)
	binary.BigEndian.PutUint64(buf[offCount:], uint64(e.payload.Len()))
	copy(buf[offDigest:], e.payload.Digest[:])
	at := buf[consensus.BlockHeaderBytes:]
	for _, c := range e.payload.Commands {
		binary.BigEndian.PutUint64(at[offID:], uint64(c.ID))
		binary.BigEndian.PutUint64(at[offSite:], uint64(c.Site))
		binary.BigEndian.PutUint64(at[offLength:], uint64(len(c.Op)))
		at = at[consensus.CommandEnvelopeBytes+copy(at[consensus.CommandEnvelopeBytes:], c.Op):]
	}
	return buf
}

var errEntry = errors.New("hashiraft: malformed log entry")

// decodeEntry reads an entry; operations alias data. The error says what is wrong.
func decodeEntry(data []byte) (entry, error) {
	if len(data) < consensus.BlockHeaderBytes || data[offVersion] != entryVersion {
		return entry{}, fmt.Errorf("%w: %d bytes without a header of version %d", errEntry, len(data), entryVersion)
	}
	e := entry{
		proposer: consensus.NodeID(binary.BigEndian.Uint32(data[offProposer:])),
		sequence: binary.BigEndian.Uint64(data[offSequence:]),
	}
	count := binary.BigEndian.Uint64(data[offCount:])
	rest := data[consensus.BlockHeaderBytes:]
	if count > uint64(len(rest)/consensus.CommandEnvelopeBytes) {
		return entry{}, fmt.Errorf("%w: %d commands in %d bytes", errEntry, count, len(rest))
	}
	commands := make([]*consensus.Command, count)
	store := make([]consensus.Command, count)
	for i := range commands {
		if len(rest) < consensus.CommandEnvelopeBytes {
			return entry{}, fmt.Errorf("%w: command %d of %d is cut off", errEntry, i, count)
		}
		size := binary.BigEndian.Uint64(rest[offLength:])
		if size > uint64(len(rest)-consensus.CommandEnvelopeBytes) {
			return entry{}, fmt.Errorf("%w: command %d of %d is longer than the entry", errEntry, i, count)
		}
		end := consensus.CommandEnvelopeBytes + int(size)
		store[i] = consensus.Command{
			ID:   consensus.CommandID(binary.BigEndian.Uint64(rest[offID:])),
			Site: consensus.SiteID(binary.BigEndian.Uint64(rest[offSite:])),
			Op:   rest[consensus.CommandEnvelopeBytes:end:end],
		}
		commands[i] = &store[i]
		rest = rest[end:]
	}
	if len(rest) != 0 {
		return entry{}, fmt.Errorf("%w: %d bytes behind the last command", errEntry, len(rest))
	}
	e.payload = consensus.NewPayload(commands)
	if string(e.payload.Digest[:]) != string(data[offDigest:offDigest+len(e.payload.Digest)]) {
		return entry{}, fmt.Errorf("%w: the payload does not match its digest", errEntry)
	}
	return e, nil
}
