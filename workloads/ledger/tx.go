package ledger

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
	offset              int    // of the part of the value that is written, -1: all of it
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
	var place Place
	return t.GetAt(key, &place)
}

// Place remembers where a key was found, so that the next look-up of the same key is shorter. The zero value remembers
// nothing. A place is only a hint: it may be out of date, and never changes what is found.
type Place struct{ entry uint32 } // its number plus one

// GetAt is Get for a key that is looked up again and again: it looks at the place first, and remembers it.
func (t *Tx) GetAt(key []byte, place *Place) (value []byte, ok bool) {
	hash := hashKey(key)
	if at := t.find(key, hash); at >= 0 {
		if t.writes[at].offset >= 0 {
			t.whole(at, key)
		}
		w := t.writes[at]
		if w.remove {
			return nil, false
		}
		return t.arena[w.valueAt:w.end:w.end], true
	}
	number := place.entry - 1
	if !t.ledger.holds(number, key) {
		var found bool
		if number, found = t.ledger.find(key, hash); !found {
			return nil, false
		}
		place.entry = number + 1
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

// Patch buffers a write of a part of what the key holds, from an offset on. Before the offset the value stays as it
// is, filled up with zeros where it is shorter.
func (t *Tx) Patch(key []byte, offset int, part []byte) {
	if at := t.find(key, hashKey(key)); at < 0 {
		t.writes[t.add(key, part, false)].offset = offset
		return
	}
	value, _ := t.Get(key)
	at := t.add(key, value, false)
	t.reach(at, offset+len(part))
	copy(t.arena[t.writes[at].valueAt+offset:], part)
}

// reach fills up the last write's value with zeros to at least the given size.
func (t *Tx) reach(at, size int) {
	w := &t.writes[at]
	for w.end-w.valueAt < size {
		t.arena = append(t.arena, 0)
		w.end++
	}
}

// whole makes a patch a write of the whole value.
func (t *Tx) whole(at int, key []byte) {
	patch := t.writes[at]
	var value []byte
	number, found := t.lookedUp(key, patch.hash)
	if !found {
		number, found = t.ledger.find(key, patch.hash)
	}
	if found {
		value = t.ledger.valueOf(t.ledger.entries.at(number))
	}
	part := t.arena[patch.valueAt:patch.end:patch.end]
	t.add(key, value, false)
	t.reach(at, patch.offset+len(part))
	copy(t.arena[t.writes[at].valueAt+patch.offset:], part)
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
	w := write{keyAt: len(t.arena), offset: -1, hash: hash, remove: remove}
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
			number = l.newEntry(key, w.hash, w.end-w.valueAt+max(w.offset, 0))
		}
		if w.offset >= 0 {
			l.patch(number, w.offset, t.arena[w.valueAt:w.end])
		} else {
			l.write(number, t.arena[w.valueAt:w.end])
		}
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
