package ledger

import (
	"encoding/binary"
	"math/bits"
)

// index finds entries by key: a table with open addressing and linear probing (D. Knuth, The Art of Computer
// Programming 3, section 6.4, algorithms L and R). A slot is 32 bits of the key's hash and 32 bits of the
// entry's number plus one. So an absent key is nearly always seen to be absent in the table alone, and growing
// reads no entry. The hash places nothing in the trie: it is no part of the root.
type index struct {
	slots []uint64
	shift uint8 // 32 minus the binary logarithm of the number of slots
	used  int
}

const indexMin = 6 // binary logarithm of the smallest number of slots

func newIndex() index { return index{slots: make([]uint64, 1<<indexMin), shift: 32 - indexMin} }

// hashKey spreads keys; it multiplies 64-bit words to 128 bits and folds them.
func hashKey(key []byte) uint32 {
	const first, second = 0x9e3779b97f4a7c15, 0xd1b54a32d192ed03
	state := uint64(len(key)) * second
	for ; len(key) >= 8; key = key[8:] {
		high, low := bits.Mul64(state^binary.LittleEndian.Uint64(key), first)
		state = high ^ low ^ second
	}
	tail := uint64(0)
	for i, b := range key {
		tail |= uint64(b) << (8 * i)
	}
	high, low := bits.Mul64(state^tail, first)
	high, low = bits.Mul64(high^low, second)
	return uint32((high ^ low) >> 32)
}

// find is the entry of the key.
func (l *Ledger) find(key []byte, hash uint32) (number uint32, found bool) {
	x := &l.index
	mask := uint32(len(x.slots) - 1)
	for at := hash >> x.shift; ; at = (at + 1) & mask {
		slot := x.slots[at]
		if slot == 0 {
			return 0, false
		}
		if uint32(slot>>32) == hash {
			number = uint32(slot) - 1
			if string(l.keyOf(l.entries.at(number))) == string(key) {
				return number, true
			}
		}
	}
}

// holds reports whether the entry with that number, if there is one, is the key's.
func (l *Ledger) holds(number uint32, key []byte) bool {
	if number >= l.entries.used {
		return false
	}
	e := l.entries.at(number)
	return e.version != 0 && string(l.keyOf(e)) == string(key)
}

// add puts in an entry whose key is not there.
func (x *index) add(hash, number uint32) {
	if 4*(x.used+1) > 3*len(x.slots) {
		old := x.slots
		x.slots = make([]uint64, 2*len(old))
		x.shift--
		for _, slot := range old {
			if slot != 0 {
				x.place(slot)
			}
		}
	}
	x.used++
	x.place(uint64(hash)<<32 | uint64(number+1))
}

func (x *index) place(slot uint64) {
	mask := uint32(len(x.slots) - 1)
	at := uint32(slot>>32) >> x.shift
	for x.slots[at] != 0 {
		at = (at + 1) & mask
	}
	x.slots[at] = slot
}

// remove takes out an entry that is there and moves those behind it that could not be found any more.
func (x *index) remove(hash, number uint32) {
	mask := uint32(len(x.slots) - 1)
	at := hash >> x.shift
	for uint32(x.slots[at]) != number+1 {
		at = (at + 1) & mask
	}
	x.used--
	for next := (at + 1) & mask; ; next = (next + 1) & mask {
		slot := x.slots[next]
		if slot == 0 {
			x.slots[at] = 0
			return
		}
		home := uint32(slot>>32) >> x.shift
		if (next-home)&mask >= (next-at)&mask { // it may stand at the gap
			x.slots[at] = slot
			at = next
		}
	}
}
