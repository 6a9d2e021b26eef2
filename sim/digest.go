package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// RunDigest condenses the history of a run, in order, into 32 bytes: two runs that did the same
// things in the same order have equal digests, and two that differ have different ones but for a
// chance of about 2^-128. It is fast rather than cryptographic: it finds mistakes, not forgers. The
// zero value is ready to use.
//
// Each of two lanes folds a word in with a bijection of the lane (the round of xxHash64, with
// different constants), so a difference, once in, cannot disappear by itself; Sum hashes the lanes
// and the number of words with SHA-256.
type RunDigest struct {
	x, y  uint64
	words uint64
}

const (
	prime1 = 0x9e3779b185ebca87
	prime2 = 0xc2b2ae3d27d4eb4f
	prime3 = 0x165667b19e3779f9
	prime4 = 0x85ebca77c2b2ae63
)

// Add1 adds one word.
func (d *RunDigest) Add1(w uint64) {
	d.x = bits.RotateLeft64(d.x+w*prime2, 31) * prime1
	d.y = bits.RotateLeft64(d.y^w*prime4, 27)*prime3 + prime2
	d.words++
}

// Add2 adds two words in order.
func (d *RunDigest) Add2(v, w uint64) {
	d.Add1(v)
	d.Add1(w)
}

// Add4 adds four words in order.
func (d *RunDigest) Add4(t, u, v, w uint64) {
	d.Add1(t)
	d.Add1(u)
	d.Add1(v)
	d.Add1(w)
}

// Add adds words in order; it does not allocate.
func (d *RunDigest) Add(words ...uint64) {
	for _, w := range words {
		d.Add1(w)
	}
}

// AddBytes adds a string of bytes and its length.
func (d *RunDigest) AddBytes(b []byte) {
	d.Add1(uint64(len(b)))
	for ; len(b) >= 8; b = b[8:] {
		d.Add1(binary.LittleEndian.Uint64(b))
	}
	if len(b) > 0 {
		var last [8]byte
		copy(last[:], b)
		d.Add1(binary.LittleEndian.Uint64(last[:]))
	}
}

// Sum is the digest of all words so far. More may be added afterwards.
func (d *RunDigest) Sum() [32]byte {
	var buf [24]byte
	binary.BigEndian.PutUint64(buf[0:], d.x)
	binary.BigEndian.PutUint64(buf[8:], d.y)
	binary.BigEndian.PutUint64(buf[16:], d.words)
	return sha256.Sum256(buf[:])
}

// Hex is Sum in hexadecimal.
func (d *RunDigest) Hex() string {
	sum := d.Sum()
	return hex.EncodeToString(sum[:])
}
