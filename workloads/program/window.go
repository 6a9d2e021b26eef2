package program

import (
	"encoding/binary"
	"math/bits"
)

// windowBits is how far numbers of one client may be reordered.
// assumed: 256; RFC 4303 asks for at least 32 and recommends 64.
const windowBits = 256

// windowSize is the length of a window in the ledger.
const windowSize = 8 + 8 + windowBits/8

// window tells which sequence numbers of a client were accepted.
type window struct {
	highest uint64
	count   uint64                  // numbers accepted so far
	seen    [windowBits / 64]uint64 // bit i of the whole is number highest-i
}

// accept takes a number and reports whether it is new. Number 0 and numbers that fell out of the
// window are never accepted.
func (w *window) accept(sequence uint64) bool {
	if sequence == 0 {
		return false
	}
	if sequence > w.highest {
		w.shift(sequence - w.highest)
		w.highest = sequence
	}
	behind := w.highest - sequence
	if behind >= windowBits {
		return false
	}
	bit := uint64(1) << (behind % 64)
	if w.seen[behind/64]&bit != 0 {
		return false
	}
	w.seen[behind/64] |= bit
	w.count++
	return true
}

// shift makes room for numbers above the highest.
func (w *window) shift(by uint64) {
	if by >= windowBits {
		w.seen = [windowBits / 64]uint64{}
		return
	}
	words, rest := int(by/64), by%64
	for i := len(w.seen) - 1; i >= 0; i-- {
		var moved uint64
		if from := i - words; from >= 0 {
			moved = w.seen[from] << rest
			if from > 0 {
				moved |= w.seen[from-1] >> (64 - rest) // shifting by 64 gives 0
			}
		}
		w.seen[i] = moved
	}
}

// sound reports whether the window can be the result of accepting count numbers.
func (w *window) sound() bool {
	held := uint64(0)
	for i, word := range w.seen {
		held += uint64(bits.OnesCount64(word))
		if length := uint64(64*i + bits.Len64(word)); word != 0 && length > w.highest {
			return false // its last bit would be number 0 or less
		}
	}
	return w.highest > 0 && w.seen[0]&1 == 1 && held <= w.count && w.count <= w.highest
}

func (w *window) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint64(buf, w.highest)
	buf = binary.BigEndian.AppendUint64(buf, w.count)
	for _, word := range w.seen {
		buf = binary.BigEndian.AppendUint64(buf, word)
	}
	return buf
}

func readWindow(value []byte) (w window, ok bool) {
	if len(value) != windowSize {
		return window{}, false
	}
	w.highest = binary.BigEndian.Uint64(value)
	w.count = binary.BigEndian.Uint64(value[8:])
	for i := range w.seen {
		w.seen[i] = binary.BigEndian.Uint64(value[16+8*i:])
	}
	return w, true
}
