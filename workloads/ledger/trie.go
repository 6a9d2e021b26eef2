package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// Shape of the trie; see the package comment.
const (
	fanOut    = 4
	bitsStep  = 2
	depthMax  = 256 / bitsStep
	bucketMax = 8
	hashSize  = 28
)

// First bytes of what is hashed, so that one kind of thing can never be taken for another.
const (
	tagLeaf   byte = 0x00
	tagNode   byte = 0x01
	tagBucket byte = 0x02
)

// Hash is the SHA-256 of a subtree or a leaf, cut to 224 bits.
type Hash [hashSize]byte

// ref names a subtree: nothing (0), a node or a bucket, by number plus one.
type ref uint32

const isBucket ref = 1 << 31

func (r ref) bucket() bool   { return r&isBucket != 0 }
func (r ref) number() uint32 { return uint32(r&^isBucket) - 1 }

// node has its subtrees' hashes beside their names: two cache lines.
type node struct {
	hash [fanOut]Hash // zero where nothing is
	sub  [fanOut]ref
}

// bucket is a subtree with few entries, in the order of their paths.
type bucket struct {
	count uint32
	entry [bucketMax]uint32
	order [bucketMax]uint32 // first bytes of the paths, so that entries need not be read to keep the order
	hash  [bucketMax]Hash
}

func pathOf(key []byte) [32]byte { return sha256.Sum256(key) }

// slotOf is the child that the path takes below a node of the given depth.
func slotOf(path *[32]byte, depth int) int {
	return int(path[depth/4]>>(6-bitsStep*(depth%4))) & (fanOut - 1)
}

// Digest is the root: a hash of the whole content. It costs work in proportion to what was written
// since the last Digest.
func (l *Ledger) Digest() [32]byte {
	l.settle()
	return l.top()
}

// settle brings the trie up to date with the changes since the last time, all together, so that each node is
// visited once.
func (l *Ledger) settle() {
	if len(l.changes) == 0 {
		return
	}
	batch := l.changes[:0]
	for _, change := range l.changes {
		if e := l.entries.at(uint32(change)); e.version == 0 && !e.placed {
			l.forget(uint32(change), e) // it came and went between two roots
			continue
		}
		batch = append(batch, change)
	}
	if len(batch) > 0 {
		if cap(l.scratch) < len(batch) {
			l.scratch = make([]uint64, 2*len(batch))
		}
		l.warm(batch, l.scratch)
		l.root, l.digest, _ = l.update(l.root, 0, batch, l.scratch[:len(batch)])
	}
	l.changes = l.changes[:0]
}

// warm reads the way of every change, level by level. The reads of a level do not depend on each other, so that
// their cache misses overlap; in update each would wait for the one before.
func (l *Ledger) warm(batch, scratch []uint64) {
	at := scratch[:len(batch)]
	for i := range at {
		at[i] = uint64(l.root)
	}
	for depth, more := 0, true; more && depth < 32/bitsStep; depth++ {
		more = false
		for i, sub := range at {
			if sub != 0 && !ref(sub).bucket() {
				n := l.nodes.at(ref(sub).number())
				at[i] = uint64(n.sub[batch[i]>>(64-bitsStep-bitsStep*depth)&(fanOut-1)])
				more = true
			}
		}
	}
	for _, sub := range at {
		if ref(sub).bucket() {
			b := l.buckets.at(ref(sub).number())
			l.warmed ^= b.count ^ uint32(b.hash[1][0]) ^ uint32(b.hash[bucketMax-2][0])
		}
	}
}

// forget gives back what a deleted entry holds.
func (l *Ledger) forget(number uint32, e *entry) {
	l.index.remove(hashKey(l.keyOf(e)), number)
	l.arena.give(e.room)
	e.changed = false
	l.entries.give(number)
}

// update applies changes to a subtree at the given depth and returns its new name and hash, and whether it lost an
// entry. The scratch has the length of the batch.
func (l *Ledger) update(sub ref, depth int, batch, scratch []uint64) (now ref, hash [32]byte, lost bool) {
	fresh := false
	if sub == 0 || sub.bucket() {
		left := l.remaining(sub, batch)
		if left == 0 {
			l.empty(sub, batch)
			return 0, sha256.Sum256([]byte{tagBucket}), true
		}
		if left <= bucketMax {
			return l.updateBucket(sub, batch)
		}
		sub, fresh = l.split(sub, depth), true
	}
	n := l.nodes.at(sub.number())
	for slot, group := range l.groups(depth, batch, scratch) {
		if len(group) == 0 {
			if below := n.sub[slot]; fresh && below != 0 {
				hash = l.hashBucket(l.buckets.at(below.number()))
				n.hash[slot] = Hash(hash[:hashSize])
			}
			continue
		}
		below, hash, less := l.update(n.sub[slot], depth+1, group, scratch[:len(group)])
		n.sub[slot], n.hash[slot] = below, Hash(hash[:hashSize])
		if below == 0 {
			n.hash[slot] = Hash{}
		}
		lost = lost || less
	}
	if lost {
		if merged := l.merge(sub, n); merged != 0 {
			return merged, l.hashBucket(l.buckets.at(merged.number())), true
		}
	}
	return sub, hashNode(&n.hash), lost
}

// groups sorts a batch by the child that each change goes to (counting sort).
func (l *Ledger) groups(depth int, batch, scratch []uint64) (parts [fanOut][]uint64) {
	if len(batch) == 1 {
		parts[l.slotOf(batch[0], depth)] = batch
		return parts
	}
	var end [fanOut]int
	for _, change := range batch {
		end[l.slotOf(change, depth)]++
	}
	from := 0
	for slot, count := range end {
		parts[slot] = batch[from : from+count : from+count]
		end[slot] = from
		from += count
	}
	copy(scratch, batch)
	for _, change := range scratch[:len(batch)] {
		slot := l.slotOf(change, depth)
		batch[end[slot]] = change
		end[slot]++
	}
	return parts
}

// slotOf is the child that a change goes to; only deep in the trie it has to read the entry for that.
func (l *Ledger) slotOf(change uint64, depth int) int {
	if depth < 32/bitsStep {
		return int(change>>(64-bitsStep-bitsStep*depth)) & (fanOut - 1)
	}
	return slotOf(&l.entries.at(uint32(change)).path, depth)
}

// remaining is how many entries a bucket, or nothing, will have after the changes.
func (l *Ledger) remaining(sub ref, batch []uint64) int {
	count := 0
	if sub != 0 {
		count = int(l.buckets.at(sub.number()).count)
	}
	for _, change := range batch {
		e := l.entries.at(uint32(change))
		if e.version == 0 {
			count--
		} else if !e.placed {
			count++
		}
	}
	return count
}

// empty gives back a bucket whose entries were all deleted.
func (l *Ledger) empty(sub ref, batch []uint64) {
	for _, change := range batch {
		l.forget(uint32(change), l.entries.at(uint32(change)))
	}
	l.buckets.give(sub.number())
}

// updateBucket applies changes to a bucket, or to nothing, that will have 1 ... bucketMax entries.
func (l *Ledger) updateBucket(sub ref, batch []uint64) (now ref, hash [32]byte, lost bool) {
	if sub == 0 {
		sub = isBucket | ref(l.buckets.take()+1)
	}
	b := l.buckets.at(sub.number())
	for _, change := range batch { // first what goes, so that the rest has room
		number := uint32(change)
		if e := l.entries.at(number); e.version == 0 {
			b.cut(b.find(number))
			l.forget(number, e)
			lost = true
		}
	}
	for _, change := range batch {
		number := uint32(change)
		e := l.entries.at(number)
		if e.version == 0 {
			continue
		}
		hash := l.hashLeaf(e)
		if e.placed {
			b.hash[b.find(number)] = hash
		} else {
			l.insert(b, number, e, hash)
			e.placed = true
		}
		e.changed = false
	}
	return sub, l.hashBucket(b), lost
}

func (b *bucket) find(number uint32) int {
	at := 0
	for b.entry[at] != number {
		at++
	}
	return at
}

// cut takes out the entry at a place.
func (b *bucket) cut(at int) {
	copy(b.hash[at:b.count], b.hash[at+1:b.count])
	copy(b.order[at:b.count], b.order[at+1:b.count])
	copy(b.entry[at:b.count], b.entry[at+1:b.count])
	b.count--
}

// insert puts an entry into a bucket that has room.
func (l *Ledger) insert(b *bucket, number uint32, e *entry, hash Hash) {
	order := binary.BigEndian.Uint32(e.path[:])
	at := int(b.count)
	for at > 0 && (b.order[at-1] > order ||
		b.order[at-1] == order && bytes.Compare(l.entries.at(b.entry[at-1]).path[:], e.path[:]) > 0) {
		at--
	}
	b.count++
	copy(b.hash[at+1:b.count], b.hash[at:])
	copy(b.order[at+1:b.count], b.order[at:])
	copy(b.entry[at+1:b.count], b.entry[at:])
	b.hash[at], b.order[at], b.entry[at] = hash, order, number
}

// split makes a node of a bucket, or of nothing, and leaves the hashes of its children to the caller. Those of leaves
// do not depend on the depth.
func (l *Ledger) split(sub ref, depth int) ref {
	made := l.nodes.take()
	if sub == 0 {
		return ref(made + 1)
	}
	n, b := l.nodes.at(made), l.buckets.at(sub.number())
	for at := range int(b.count) {
		slot := l.slotOf(uint64(b.order[at])<<32|uint64(b.entry[at]), depth)
		if n.sub[slot] == 0 {
			n.sub[slot] = isBucket | ref(l.buckets.take()+1)
		}
		into := l.buckets.at(n.sub[slot].number())
		into.hash[into.count], into.order[into.count], into.entry[into.count] = b.hash[at], b.order[at], b.entry[at]
		into.count++
	}
	l.buckets.give(sub.number())
	return ref(made + 1)
}

// merge makes one bucket of a node whose subtrees are few enough, or returns 0.
func (l *Ledger) merge(sub ref, n *node) ref {
	count := uint32(0)
	for _, below := range n.sub {
		if below == 0 {
			continue
		}
		if !below.bucket() {
			return 0
		}
		count += l.buckets.at(below.number()).count
	}
	if count > bucketMax {
		return 0
	}
	made := l.buckets.take()
	into := l.buckets.at(made)
	for _, below := range n.sub { // in the order of the paths
		if below == 0 {
			continue
		}
		b := l.buckets.at(below.number())
		for at := range b.count {
			into.hash[into.count], into.order[into.count], into.entry[into.count] = b.hash[at], b.order[at], b.entry[at]
			into.count++
		}
		l.buckets.give(below.number())
	}
	l.nodes.give(sub.number())
	return isBucket | ref(made+1)
}

func hashNode(children *[fanOut]Hash) [32]byte {
	var input [1 + fanOut*hashSize]byte
	input[0] = tagNode
	for slot := range children {
		copy(input[1+slot*hashSize:], children[slot][:])
	}
	return sha256.Sum256(input[:])
}

func (l *Ledger) hashBucket(b *bucket) [32]byte { return hashLeaves(b.hash[:b.count]) }

func hashLeaves(leaves []Hash) [32]byte {
	var input [1 + bucketMax*hashSize]byte
	input[0] = tagBucket
	for at := range leaves {
		copy(input[1+at*hashSize:], leaves[at][:])
	}
	return sha256.Sum256(input[:1+len(leaves)*hashSize])
}

func (l *Ledger) hashLeaf(e *entry) Hash {
	l.input = appendLeaf(l.input[:0], &e.path, e.version, l.valueOf(e))
	sum := sha256.Sum256(l.input)
	return Hash(sum[:hashSize])
}

func appendLeaf(buf []byte, path *[32]byte, version uint64, value []byte) []byte {
	buf = append(buf, tagLeaf)
	buf = append(buf, path[:]...)
	buf = binary.BigEndian.AppendUint64(buf, version)
	return append(buf, value...)
}
