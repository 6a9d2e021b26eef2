// Package evidence is a log of document hashes for courts and notaries: whoever holds a document deposits
// its hash, and can later prove that it was there, unchanged, at that time.
//
// The Tianping chain of the Beijing Internet Court took more than 70 million deposits in nine categories by
// September 2021 (english.bjinternetcourt.gov.cn/2021-09/17/c_411.htm) for some 3,900 cases: written often, verified
// rarely. The judicial chain of the Supreme People's Court grew by about 33 deposits a second in 2022.
//
// # What is modelled
//
// A deposit is a 32-byte hash with a category, a case reference, who deposited it and when. Deposits form an
// append-only Merkle tree as in RFC 6962 section 2.1 (RFC 9162 section 2.1), with proofs of inclusion and of
// consistency between two sizes; [VerifyInclusion] and [VerifyConsistency] check them. The ledger holds each deposit
// under its hash, so that a hash is accepted once, and the tree's size and frontier (the roots of its perfect
// subtrees), so that the state root commits to the tree; inner nodes are a cache beside the ledger. With LogReads
// a verification is a transaction that counts on the deposit; without, a query answered with an inclusion proof.
//
// The kinds of evidence that are admitted, the rule "categories", can be amended; what was deposited stays.
//
// The Population deposits that are there at the start are an archive: their hashes and leaves follow from their
// numbers, and their tree is computed once for all replicas of a program.
//
// # Not modelled
//
// The documents, their upload, and the court's judgement of them; cross-chain anchoring.
//
// # Speed
//
//	go test -bench . -benchmem -cpu 1 ./workloads/evidence
package evidence
