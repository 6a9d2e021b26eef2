package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"slices"
)

// Ledger is the state. It is not safe for concurrent use. New makes one.
type Ledger struct {
	index   index
	entries slab[entry]
	arena   arena
	length  int // of the entries those that were not deleted

	nodes   slab[node]
	buckets slab[bucket]
	root    ref
	digest  [32]byte // of the trie's root when there are no changes
	headed  bool     // the entry under headKey is the head
	headKey []byte
	stale   bool     // the head or the trie changed since topmost was computed
	topmost [32]byte // root of a ledger with a head
	changes []uint64 // entries to be settled in the trie: 32 bits of the path, then the number
	scratch []uint64 // reused to sort them
	warmed  uint32   // what warm read, so that the compiler cannot leave it out
	input   []byte   // reused for the input of a leaf's hash
}

// entry is a key with what it holds, in one cache line. A deleted entry stays until the trie is settled.
type entry struct {
	path     [32]byte // SHA-256 of the key
	version  uint64   // 0: it was deleted
	room     room     // of the key and, after it, the value
	keyLen   uint32
	valueLen uint32
	changed  bool // it is among the changes
	placed   bool // the trie has it
	head     bool // it stands above the trie
}

func (l *Ledger) keyOf(e *entry) []byte {
	return l.arena.chunks[e.room.chunk][e.room.offset : e.room.offset+e.keyLen : e.room.offset+e.keyLen]
}

func (l *Ledger) valueOf(e *entry) []byte {
	from := e.room.offset + e.keyLen
	return l.arena.chunks[e.room.chunk][from : from+e.valueLen : from+e.valueLen]
}

// New makes an empty ledger.
func New() *Ledger {
	l := &Ledger{index: newIndex()}
	l.digest = sha256.Sum256([]byte{tagBucket})
	return l
}

// Len is the number of keys.
func (l *Ledger) Len() int { return l.length }

// Get is what the key holds. The value belongs to the ledger: it must not be changed, and holds only
// until the next write.
func (l *Ledger) Get(key []byte) (value []byte, version uint64, ok bool) {
	number, found := l.find(key, hashKey(key))
	if !found {
		return nil, 0, false
	}
	e := l.entries.at(number)
	if e.version == 0 {
		return nil, 0, false
	}
	return l.valueOf(e), e.version, true
}

// Put writes a copy of the value.
func (l *Ledger) Put(key, value []byte) {
	hash := hashKey(key)
	number, found := l.find(key, hash)
	if !found {
		number = l.newEntry(key, hash, len(value))
	}
	l.write(number, value)
}

func (l *Ledger) newEntry(key []byte, hash uint32, valueLen int) (number uint32) {
	number = l.entries.take()
	e := l.entries.at(number)
	if e.head = l.headed && string(key) == string(l.headKey); !e.head {
		e.path = pathOf(key)
	}
	e.room = l.arena.take(len(key) + valueLen)
	e.keyLen = uint32(len(key))
	copy(l.keyOf(e), key)
	l.index.add(hash, number)
	return number
}

func (l *Ledger) write(number uint32, value []byte) {
	e := l.entries.at(number)
	e.valueLen = 0
	l.reach(e, len(value))
	copy(l.valueOf(e), value)
	l.change(number, e)
}

// patch writes a part of a value; what it does not reach stays, or is zero where there was nothing.
func (l *Ledger) patch(number uint32, offset int, part []byte) {
	e := l.entries.at(number)
	had := int(e.valueLen)
	l.reach(e, max(had, offset+len(part)))
	value := l.valueOf(e)
	if had < offset {
		clear(value[had:offset])
	}
	copy(value[offset:], part)
	l.change(number, e)
}

// reach sets the length of a value and gives it a larger room if it needs one.
func (l *Ledger) reach(e *entry, size int) {
	if need := int(e.keyLen) + size; need > int(e.room.size) {
		old := e.room // a value that grows is likely to grow again
		grown := l.arena.take(max(need, int(old.size)+int(old.size)/2))
		copy(l.arena.bytes(grown), l.arena.bytes(old)[:e.keyLen+e.valueLen])
		e.room = grown
		l.arena.give(old)
	}
	e.valueLen = uint32(size)
}

// change counts a write and notes that the trie has to be brought up to date with the entry.
func (l *Ledger) change(number uint32, e *entry) {
	if e.version == 0 {
		l.length++
	}
	e.version++
	l.note(number, e)
}

func (l *Ledger) note(number uint32, e *entry) {
	l.stale = true
	if !e.changed && !e.head {
		e.changed = true
		l.changes = append(l.changes, uint64(binary.BigEndian.Uint32(e.path[:]))<<32|uint64(number))
	}
}

// Delete removes the key and reports whether it was there.
func (l *Ledger) Delete(key []byte) bool {
	number, found := l.find(key, hashKey(key))
	if !found {
		return false
	}
	e := l.entries.at(number)
	if e.version == 0 {
		return false
	}
	e.version, e.valueLen = 0, 0
	l.length--
	l.note(number, e)
	return true
}

// Entry is a key with what it holds.
type Entry struct {
	Key     []byte // must not be changed
	Value   []byte // must not be changed
	Version uint64
}

// Each yields the entries whose keys begin so, in an order that depends on the history but on nothing else.
// It costs a walk through the entries in the order in which they lie in memory: it is the way for checks. The
// ledger must not be written meanwhile.
func (l *Ledger) Each(prefix []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		for number := range l.entries.used {
			e := l.entries.at(number)
			if e.version == 0 {
				continue
			}
			key := l.keyOf(e)
			if len(key) < len(prefix) || string(key[:len(prefix)]) != string(prefix) {
				continue
			}
			if !yield(Entry{Key: key, Value: l.valueOf(e), Version: e.version}) {
				return
			}
		}
	}
}

// Range yields the entries with from <= key < to in the order of their keys; a nil to is no bound.
// It costs a walk over the whole ledger and a sort. The ledger must not be written meanwhile.
func (l *Ledger) Range(from, to []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		var list []Entry
		for e := range l.Each(nil) {
			if bytes.Compare(e.Key, from) >= 0 && (to == nil || bytes.Compare(e.Key, to) < 0) {
				list = append(list, e)
			}
		}
		inOrder(list, yield)
	}
}

// Prefix yields the entries whose keys begin so, like Range.
func (l *Ledger) Prefix(prefix []byte) iter.Seq[Entry] {
	return func(yield func(Entry) bool) { inOrder(slices.Collect(l.Each(prefix)), yield) }
}

func inOrder(list []Entry, yield func(Entry) bool) {
	slices.SortFunc(list, func(a, b Entry) int { return bytes.Compare(a.Key, b.Key) })
	for _, e := range list {
		if !yield(e) {
			return
		}
	}
}

// Equal reports whether two ledgers have equal content. It compares entry by entry and does not use
// the roots.
func Equal(a, b *Ledger) bool {
	if a.Len() != b.Len() {
		return false
	}
	for e := range a.Each(nil) {
		value, version, ok := b.Get(e.Key)
		if !ok || version != e.Version || !bytes.Equal(value, e.Value) {
			return false
		}
	}
	return true
}
