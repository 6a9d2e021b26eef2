package program

import "encoding/binary"

// AppendUint48 adds the low 48 bits of a number, big endian. Times and places in the order of the chain fit in: a
// record with them often needs one compression of SHA-256 less than with 64 bits each.
func AppendUint48(buf []byte, v uint64) []byte {
	return append(buf, byte(v>>40), byte(v>>32), byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
}

// Uint48 reads what AppendUint48 has written; buf has at least 6 bytes.
func Uint48(buf []byte) uint64 {
	return uint64(binary.BigEndian.Uint16(buf))<<32 | uint64(binary.BigEndian.Uint32(buf[2:]))
}
