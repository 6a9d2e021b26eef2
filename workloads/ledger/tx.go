package ledger

import "slices"

// Tx buffers the writes of one operation. It reads its own writes; nothing reaches the ledger before
// Commit. A Tx is used again for the next operation after Commit or Discard.
type Tx struct {
	ledger *Ledger
	writes []write
	arena  []byte // keys and values of the writes
	seen   []seen // what Get looked up, so that Commit need not do it again
}

// write is one buffered write; the numbers are offsets in the arena.
type write struct {
	keyAt, valueAt, end int
	hash                uint32 // of the key
	remove              bool
}

// seen is an entry that was found.
type seen struct{ hash, number uint32 }

// Begin makes a Tx on the ledger. Operations do not overlap: an application has one Tx and uses it
// again.
func (l *Ledger) Begin() *Tx { return &Tx{ledger: l} }

// Get is what the key holds after the buffered writes. The value must not be changed and holds only
// until Commit or Discard.
func (t *Tx) Get(key []byte) (value []byte, ok bool) {
	hash := hashKey(key)
	if at := t.find(key, hash); at >= 0 {
		w := t.writes[at]
		if w.remove {
			return nil, false
		}
		return t.arena[w.valueAt:w.end:w.end], true
	}
	number, found := t.ledger.find(key, hash)
	if !found {
		return nil, false
	}
	e := t.ledger.entries.at(number)
	if e.version == 0 {
		return nil, false
	}
	t.seen = append(t.seen, seen{hash, number})
	return t.ledger.valueOf(e), true
}

// find is the index of the buffered write to the key, or -1. An operation writes a handful of keys, so
// a scan is the fastest.
func (t *Tx) find(key []byte, hash uint32) int {
	for at := len(t.writes) - 1; at >= 0; at-- {
		w := &t.writes[at]
		if w.hash == hash && string(t.arena[w.keyAt:w.valueAt]) == string(key) {
			return at
		}
	}
	return -1
}

// Put buffers a write. Several writes to one key in one operation count as one, the last.
func (t *Tx) Put(key, value []byte) { t.add(key, value, false) }

// Edit buffers a write of what the key holds, cut or filled up with zeros to the given size, and returns it for
// the caller to change in place until its next call to the Tx.
func (t *Tx) Edit(key []byte, size int) []byte {
	value, _ := t.Get(key)
	value = value[:min(len(value), size)]
	at := t.add(key, value, false)
	from := len(t.arena) - len(value)
	t.arena = slices.Grow(t.arena, size-len(value))[:from+size]
	clear(t.arena[from+len(value):])
	t.writes[at].end = len(t.arena)
	return t.arena[from:]
}

// Delete buffers a removal; removing what is not there does nothing.
func (t *Tx) Delete(key []byte) { t.add(key, nil, true) }

// add returns the index of the write.
func (t *Tx) add(key, value []byte, remove bool) int {
	hash := hashKey(key)
	at := t.find(key, hash)
	if at < 0 {
		at = len(t.writes)
		t.writes = append(t.writes, write{})
	}
	w := write{keyAt: len(t.arena), hash: hash, remove: remove}
	t.arena = append(t.arena, key...)
	w.valueAt = len(t.arena)
	t.arena = append(t.arena, value...)
	w.end = len(t.arena)
	t.writes[at] = w
	return at
}

// Commit applies the buffered writes.
func (t *Tx) Commit() {
	l := t.ledger
	for i := range t.writes {
		w := &t.writes[i]
		key := t.arena[w.keyAt:w.valueAt]
		if w.remove {
			l.Delete(key)
			continue
		}
		number, found := t.lookedUp(key, w.hash)
		if !found {
			number, found = l.find(key, w.hash)
		}
		if !found {
			number = l.newEntry(key, w.hash, w.end-w.valueAt)
		}
		l.write(number, t.arena[w.valueAt:w.end])
	}
	t.Discard()
}

// lookedUp is the entry of the key when Get has found it. Entries are forgotten only between operations, when a
// root is taken, so it is still that key's.
func (t *Tx) lookedUp(key []byte, hash uint32) (number uint32, found bool) {
	for _, s := range t.seen {
		if s.hash == hash && string(t.ledger.keyOf(t.ledger.entries.at(s.number))) == string(key) {
			return s.number, true
		}
	}
	return 0, false
}

// Discard forgets the buffered writes and what was looked up. Call it also after an operation that only read.
func (t *Tx) Discard() {
	t.writes = t.writes[:0]
	t.arena = t.arena[:0]
	t.seen = t.seen[:0]
}
