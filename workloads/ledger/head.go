package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// tagHead begins the root of a ledger with a head.
const tagHead byte = 0x03

// Head is the entry of a ledger that has no place in the trie, because nearly every operation writes it: it is
// hashed together with the trie's root.
type Head struct {
	Key     []byte
	Version uint64 // 0: nothing is written under the key
	Value   []byte
	Trie    [32]byte // root of the trie that holds all other keys
}

// NewHeaded makes an empty ledger whose entry under the key is its head. A root of such a ledger costs the head's own
// hash instead of a leaf, a bucket and the nodes above them; nothing else tells it from other entries.
func NewHeaded(key []byte) *Ledger {
	l := New()
	l.headKey, l.headed, l.stale = slices.Clone(key), true, true
	return l
}

// head is the head as it is, next to the trie's root.
func (l *Ledger) head() Head {
	h := Head{Key: l.headKey, Trie: l.digest}
	if number, found := l.find(l.headKey, hashKey(l.headKey)); found {
		e := l.entries.at(number)
		h.Version, h.Value = e.version, l.valueOf(e)
	}
	return h
}

// append adds what the root is the hash of.
func (h *Head) append(buf []byte) []byte {
	buf = append(append(buf, tagHead), h.Trie[:]...)
	if h.Version == 0 {
		return buf
	}
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(h.Key)))
	buf = append(buf, h.Key...)
	buf = binary.BigEndian.AppendUint64(buf, h.Version)
	return append(buf, h.Value...)
}

// top is the root of the whole ledger after the trie is settled.
func (l *Ledger) top() [32]byte {
	if !l.headed {
		return l.digest
	}
	if l.stale {
		h := l.head()
		l.input = h.append(l.input[:0])
		l.topmost, l.stale = sha256.Sum256(l.input), false
	}
	return l.topmost
}

// above is the root of a ledger whose trie has that root, as the proof shows it.
func (p *Proof) above(trie [32]byte) [32]byte {
	if p.Head == nil {
		return trie
	}
	h := *p.Head
	h.Trie = trie
	return sha256.Sum256(h.append(nil))
}
