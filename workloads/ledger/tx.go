package ledger

// Tx buffers the writes of one operation. It reads its own writes; nothing reaches the ledger before
// Commit. A Tx is used again for the next operation after Commit or Discard.
type Tx struct {
	ledger *Ledger
	writes []write
	arena  []byte   // keys and values of the writes
	seen   []*entry // what Get found, so that Commit need not look it up again
}

// write is one buffered write; the numbers are offsets in the arena.
type write struct {
	keyAt, valueAt, end int
	remove              bool
}

// Begin makes a Tx on the ledger. Operations do not overlap: an application has one Tx and uses it
// again.
func (l *Ledger) Begin() *Tx { return &Tx{ledger: l} }

// Get is what the key holds after the buffered writes. The value must not be changed and holds only
// until Commit or Discard.
func (t *Tx) Get(key []byte) (value []byte, ok bool) {
	if at := t.find(key); at >= 0 {
		w := t.writes[at]
		if w.remove {
			return nil, false
		}
		return t.arena[w.valueAt:w.end:w.end], true
	}
	found, ok := t.ledger.index[string(key)]
	if !ok {
		return nil, false
	}
	t.seen = append(t.seen, found)
	return found.value, true
}

// find is the index of the buffered write to the key, or -1. An operation writes a handful of keys, so
// a scan is the fastest.
func (t *Tx) find(key []byte) int {
	for at := len(t.writes) - 1; at >= 0; at-- {
		w := t.writes[at]
		if string(t.arena[w.keyAt:w.valueAt]) == string(key) {
			return at
		}
	}
	return -1
}

// Put buffers a write. Several writes to one key in one operation count as one, the last.
func (t *Tx) Put(key, value []byte) { t.add(key, value, false) }

// Delete buffers a removal; removing what is not there does nothing.
func (t *Tx) Delete(key []byte) { t.add(key, nil, true) }

func (t *Tx) add(key, value []byte, remove bool) {
	at := t.find(key)
	if at < 0 {
		at = len(t.writes)
		t.writes = append(t.writes, write{})
	}
	w := write{keyAt: len(t.arena), remove: remove}
	t.arena = append(t.arena, key...)
	w.valueAt = len(t.arena)
	t.arena = append(t.arena, value...)
	w.end = len(t.arena)
	t.writes[at] = w
}

// Commit applies the buffered writes.
func (t *Tx) Commit() {
	for _, w := range t.writes {
		key := t.arena[w.keyAt:w.valueAt]
		if w.remove {
			t.ledger.Delete(key)
			continue
		}
		if found := t.lookedUp(key); found != nil {
			t.ledger.write(found, t.arena[w.valueAt:w.end])
			continue
		}
		t.ledger.Put(key, t.arena[w.valueAt:w.end])
	}
	t.Discard()
}

// lookedUp is the entry of the key when Get has found it and it is still there.
func (t *Tx) lookedUp(key []byte) *entry {
	for _, e := range t.seen {
		if e.key == string(key) && !e.dead {
			return e
		}
	}
	return nil
}

// Discard forgets the buffered writes and what was looked up. Call it also after an operation that only read.
func (t *Tx) Discard() {
	t.writes = t.writes[:0]
	t.arena = t.arena[:0]
	t.seen = t.seen[:0]
}
