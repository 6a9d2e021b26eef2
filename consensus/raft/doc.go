// Package raft is Raft as a pure machine: Ongaro and Ousterhout, "In Search of an Understandable
// Consensus Algorithm (Extended Version)", 2014 (cited as §), and Ongaro's thesis "Consensus:
// Bridging Theory and Practice", 2014 (cited as thesis §).
//
// What it has: randomised elections (§5.2), PreVote (thesis §9.6), CheckQuorum and leader stickiness
// (thesis §6.2, §4.2.3), pipelined replication with a bounded window (thesis §10.2.1), one-step
// backtracking by term (§5.3), commitment of the own term's entries only (§5.4.2), an empty entry at
// the start of a term (§8), and the leader's disk writing in parallel with its followers' (thesis §10.2.1).
//
// # Entries are blocks
//
// The entry at index i of term t is one consensus.Block of height i and view t. Blocks order by slot:
// their Parent is zero, the log matching property (§5.3) takes its place.
//
// # Log compaction
//
// The host keeps every committed block (Host.Stored), so the committed log is never lost and Raft's
// InstallSnapshot (§7) is not needed: the machine keeps a window of recent entries in memory and the
// uncommitted ones in its write-ahead log, and a follower that is behind the window is sent committed
// blocks out of the leader's store, as ordinary entries. What a snapshot would save, replaying the
// commands, is not modelled. The write-ahead log is replaced by a checkpoint once a window of entries
// is committed; this relies on a host whose committed blocks are durable no later than a record
// that was persisted after their Commit.
//
// # CPU
//
// Faults are crashes, so followers trust their leader: only the leader checks the clients' signatures of
// a payload (consensus.OpCheckPayload), and replicas sign and hash nothing.
//
// # Left out
//
// Membership changes (§6), leadership transfer (thesis §3.10) and read leases (thesis §6.4): groups
// are fixed, and reads are answered by hosts.
package raft
