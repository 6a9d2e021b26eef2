// Package ledger is the replicated state of a program: keys with values and versions under one
// authenticated root.
//
// # State
//
// A key holds a value and a version: 1 when it is written first, one more at each later write. A
// deleted key leaves nothing behind. [Ledger.Get] costs one map access. [Tx] buffers the writes of one
// operation, so that an operation which is refused half way changes nothing.
//
// # Root
//
// The root is that of a sparse Merkle trie over SHA-256 in which four subtrees hang under a node and
// a subtree with one entry is that entry's leaf (B. Laurie, E. Kasper, Revocation Transparency, 2012,
// for sparse Merkle trees; Z. Gao, Y. Hu, Q. Wu, Jellyfish Merkle Tree, 2021, for the short form). An
// entry's place is the SHA-256 of its key, two bits a level.
//
//	leaf = SHA-256(0x00 | SHA-256(key) | version, 8 bytes big endian | value)
//	node = SHA-256(0x01 | child 0 | child 1 | child 2 | child 3)   an empty child is 32 zero bytes
//	root = the node of depth 0, which exists even when the ledger is empty
//
// The form of the trie is a function of the set of keys alone. So equal content (keys, values and
// versions) has the equal root, whatever the order of the writes and whatever was deleted on the way.
//
// Writing only notes the entry; [Ledger.Digest] brings the trie up to date, once for all operations of a block
// and in the order of the trie, so that each node on the way is read and hashed once. Why four children: hashing a node of four costs three compressions
// for two bits, two nodes of two cost four, and a node of sixteen nine compressions for four bits.
//
// # Speed
//
// Measure with
//
//	go test -run '^$' -bench . -benchmem -cpu 1 ./workloads/ledger
//
// A write to a key that is in the trie costs the SHA-256 of one leaf and of the nodes above it that no other
// write of the block shares: about log4(keys) - log4(writes of the block) nodes of three compressions each.
package ledger
