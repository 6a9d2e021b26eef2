package program

import (
	"encoding/binary"
	"time"
)

// Format is the version of the encoding, the first byte of every operation.
const Format byte = 1

// HeaderSize is the length of the envelope before the body, in bytes.
const HeaderSize = 1 + 1 + 8 + 4 + 8 + 8

// TimeMax is the latest time an operation may carry, in milliseconds: 1,000 years. Sums of times
// below it and of rules' values do not overflow.
const TimeMax = 1000 * 365 * 86_400_000

// Header is the envelope of an operation.
type Header struct {
	Kind     byte
	Tag      uint64
	Client   uint32
	Sequence uint64
	At       uint64 // ms since the start of the run
}

// Append adds the encoded header.
func (h Header) Append(op []byte) []byte {
	op = append(op, Format, h.Kind)
	op = binary.BigEndian.AppendUint64(op, h.Tag)
	op = binary.BigEndian.AppendUint32(op, h.Client)
	op = binary.BigEndian.AppendUint64(op, h.Sequence)
	return binary.BigEndian.AppendUint64(op, h.At)
}

// ReadHeader decodes the envelope; ok is false when it is cut short or of another format.
func ReadHeader(op []byte) (header Header, body Reader, ok bool) {
	if len(op) < HeaderSize || op[0] != Format {
		return Header{}, Reader{}, false
	}
	return Header{
		Kind:     op[1],
		Tag:      binary.BigEndian.Uint64(op[2:]),
		Client:   binary.BigEndian.Uint32(op[10:]),
		Sequence: binary.BigEndian.Uint64(op[14:]),
		At:       binary.BigEndian.Uint64(op[22:]),
	}, Reader{rest: op[HeaderSize:]}, true
}

// Milliseconds is a time as operations carry it.
func Milliseconds(t time.Duration) uint64 { return uint64(max(t, 0) / time.Millisecond) }

// Reader takes an operation's body apart. After reading past the end every value is zero and Done is
// false.
type Reader struct {
	rest  []byte
	short bool
}

// Bytes takes the next n bytes; the slice belongs to the operation.
func (r *Reader) Bytes(n int) []byte {
	if len(r.rest) < n || r.short {
		r.short = true
		return nil
	}
	taken := r.rest[:n:n]
	r.rest = r.rest[n:]
	return taken
}

// Uint8 takes one byte.
func (r *Reader) Uint8() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Uint16 takes two bytes.
func (r *Reader) Uint16() uint16 {
	if b := r.Bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// Uint32 takes four bytes.
func (r *Reader) Uint32() uint32 {
	if b := r.Bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// Uint64 takes eight bytes.
func (r *Reader) Uint64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Hash takes 32 bytes.
func (r *Reader) Hash() (hash [32]byte) {
	copy(hash[:], r.Bytes(32))
	return hash
}

// Done reports whether everything was there and nothing is left.
func (r *Reader) Done() bool { return !r.short && len(r.rest) == 0 }
