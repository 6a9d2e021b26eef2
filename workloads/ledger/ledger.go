package ledger

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
)

// Ledger is the state. It is not safe for concurrent use. New makes one.
type Ledger struct {
	index   map[string]*entry
	root    *node
	digest  [32]byte          // of the root when there are no changes
	changes []change          // entries to be settled in the trie
	removed map[string]*entry // of them those that the trie still has but the index does not
	slab    []entry           // room for new entries, taken from the front
	nodes   []node            // room for new nodes, likewise
	bytes   []byte            // room for the values of new entries, likewise
	input   []byte            // reused for the input of a leaf's hash
}

// entry is a key with what it holds.
type entry struct {
	path    [32]byte // SHA-256 of the key
	key     string
	value   []byte
	version uint64
	changed bool // it is among the changes
	placed  bool // the trie has it
	dead    bool // it was deleted
}

// How much is allocated at a time.
const (
	slabEntries = 256
	slabBytes   = 1 << 14
)

// New makes an empty ledger.
func New() *Ledger {
	l := &Ledger{index: make(map[string]*entry), removed: make(map[string]*entry)}
	l.root = l.newNode()
	l.digest = l.update(l.root, 0, nil)
	return l
}

// Len is the number of keys.
func (l *Ledger) Len() int { return len(l.index) }

// Get is what the key holds. The value belongs to the ledger: it must not be changed, and holds only
// until the next write to that key.
func (l *Ledger) Get(key []byte) (value []byte, version uint64, ok bool) {
	found, ok := l.index[string(key)]
	if !ok {
		return nil, 0, false
	}
	return found.value, found.version, true
}

// Put writes a copy of the value.
func (l *Ledger) Put(key, value []byte) {
	found, ok := l.index[string(key)]
	if !ok {
		found = l.newEntry(key)
	}
	l.write(found, value)
}

func (l *Ledger) write(e *entry, value []byte) {
	if cap(e.value) < len(value) && len(value) <= slabBytes/16 {
		if len(l.bytes) < len(value) {
			l.bytes = make([]byte, slabBytes)
		}
		e.value, l.bytes = l.bytes[:0:len(value)], l.bytes[len(value):]
	}
	e.value = append(e.value[:0], value...)
	e.version++
	l.change(e)
}

// change notes that the trie has to be brought up to date with the entry.
func (l *Ledger) change(e *entry) {
	if !e.changed {
		e.changed = true
		l.changes = append(l.changes, change{binary.BigEndian.Uint64(e.path[:]), e})
	}
}

// Delete removes the key and reports whether it was there.
func (l *Ledger) Delete(key []byte) bool {
	found, ok := l.index[string(key)]
	if !ok {
		return false
	}
	delete(l.index, found.key)
	found.dead = true
	if found.placed {
		l.removed[found.key] = found
		l.change(found)
	}
	return true
}

// newEntry makes the entry for a key, or takes back one that the trie still has.
func (l *Ledger) newEntry(key []byte) *entry {
	if len(l.removed) > 0 {
		if back, ok := l.removed[string(key)]; ok {
			delete(l.removed, back.key)
			back.dead, back.version = false, 0
			l.index[back.key] = back
			return back
		}
	}
	if len(l.slab) == 0 {
		l.slab = make([]entry, slabEntries)
	}
	made := &l.slab[0]
	l.slab = l.slab[1:]
	made.path = pathOf(key)
	made.key = string(key)
	l.index[made.key] = made
	return made
}

// Entry is a key with what it holds.
type Entry struct {
	Key     []byte
	Value   []byte // must not be changed
	Version uint64
}

// Range yields the entries with from <= key < to in the order of their keys; a nil to is no bound.
// It costs a walk over the whole ledger and a sort, and is meant for checks, not for operations. The
// ledger must not be written meanwhile.
func (l *Ledger) Range(from, to []byte) iter.Seq[Entry] {
	inside := func(key string) bool {
		return key >= string(from) && (to == nil || key < string(to))
	}
	return l.sorted(inside)
}

// Prefix yields the entries whose keys begin so, like Range.
func (l *Ledger) Prefix(prefix []byte) iter.Seq[Entry] {
	inside := func(key string) bool {
		return len(key) >= len(prefix) && key[:len(prefix)] == string(prefix)
	}
	return l.sorted(inside)
}

func (l *Ledger) sorted(inside func(key string) bool) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		l.settle()
		var list []*entry
		l.root.each(func(e *entry) {
			if inside(e.key) {
				list = append(list, e)
			}
		})
		slices.SortFunc(list, func(a, b *entry) int { return cmpString(a.key, b.key) })
		for _, e := range list {
			if !yield(Entry{Key: []byte(e.key), Value: e.value, Version: e.version}) {
				return
			}
		}
	}
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Equal reports whether two ledgers have equal content. It compares entry by entry and does not use
// the roots.
func Equal(a, b *Ledger) bool {
	if a.Len() != b.Len() {
		return false
	}
	a.settle()
	same := true
	a.root.each(func(e *entry) {
		value, version, ok := b.Get([]byte(e.key))
		same = same && ok && version == e.version && bytes.Equal(value, e.value)
	})
	return same
}
