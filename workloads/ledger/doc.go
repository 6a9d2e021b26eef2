// Package ledger is the replicated state of a program: keys with values and versions under one
// authenticated root.
//
// # State
//
// A key holds a value and a version: 1 when it is written first, one more at each later write. A
// deleted key leaves nothing behind. [Tx] buffers the writes of one operation, so that an operation which is
// refused half way changes nothing. [Ledger.Each] walks through all entries in the order in which they lie in
// memory, which is how laws over a whole ledger are checked in linear time.
//
// # Root
//
// The root is that of a sparse Merkle trie over SHA-256 in which four subtrees hang under a node and a subtree
// with at most eight entries is one bucket (B. Laurie, E. Kasper, Revocation Transparency, 2012, for sparse
// Merkle trees; Z. Gao, Y. Hu, Q. Wu, Jellyfish Merkle Tree, 2021, for ending a path early). An entry's place
// is the SHA-256 of its key, two bits a level.
//
//	leaf   = SHA-256(0x00 | SHA-256(key) | version, 8 bytes big endian | value)
//	bucket = SHA-256(0x02 | leaves in the order of SHA-256(key))
//	node   = SHA-256(0x01 | child 0 | child 1 | child 2 | child 3)   an empty child is 28 zero bytes
//	root   = the node or bucket of depth 0, 32 bytes; below it hashes are cut to their first 28
//
// A ledger made by [NewHeaded] has a head: one entry that nearly every operation writes, such as totals. It has no place
// in the trie, and the root is
//
//	root   = SHA-256(0x03 | the trie's root | length of its key, 4 bytes | key | version, 8 bytes | value)
//
// without what follows the trie's root while the head is not there.
//
// The form of the trie is a function of the set of keys alone. So equal content (keys, values and
// versions) has the equal root, whatever the order of the writes and whatever was deleted on the way.
//
// Hashes inside are cut to 224 bits, which leaves the collision resistance of SHA-224 (112 bits; NIST SP 800-57
// part 1, table 3): a node of four children is then 113 bytes, two compressions of SHA-256 instead of three, and
// two cache lines with its links. A bucket of eight replaces two levels of nodes and most of their memory.
//
// Writing only notes the entry; [Ledger.Digest] brings the trie up to date, once for all operations of a block, so
// that each node on the way is read and hashed once.
//
// # Speed
//
// Measure with
//
//	go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/ledger
//
// A write to a key that is in the trie costs the SHA-256 of one leaf, of its bucket (about three compressions)
// and of the nodes above it that no other write of the block shares: about log4(keys/5) - log4(writes of the
// block) nodes of two compressions each. A key that is looked up costs three cache misses: a slot of the table, the
// entry, the value; one that is absent costs one. Nothing in a ledger is a pointer to the collector but pages.
package ledger
