// Package hashiraft runs hashicorp/raft, unmodified, as an engine behind consensus.Runtime: in real
// time on raft-boltdb files that are synced to the disk (Wall), or in virtual time inside a
// testing/synctest bubble (Bubble). No other package imports the library.
//
// # The way of a command
//
// A command travels from its client's site to its entry replica, where its signature is checked, and
// on to the leader that this replica knows of. The leader puts it into a mempool.Pool, the block
// cutter of every other runtime, and hands each block that is cut to raft.Apply as one log entry, with
// at most Engine.InFlightMax blocks under way. Every replica applies every entry to a program of its
// own; the leader's answers travel to the clients. Reads are answered by the entry replica from its
// own state and are not linearisable.
//
// An entry replica passes a command on again when it learns of another leader and after each retry
// period; a client whose entry replica is down turns to the next one. So a command may be proposed
// twice. The program keeps sessions: what stands in the log a second time is passed over and answered
// as it was the first time, as in section 6.3 of Ongaro's thesis. Blocks hold what was executed; an
// entry of nothing new is no block, nor are the library's own entries, so heights have no gaps.
//
// Lost leadership is no error. Success of a proposal is what the program reports; its failure is that
// the replica stops leading, or that it stays open for ten retry periods. The library's futures are
// not waited for, because a replica that shuts down leaves some unanswered for ever.
//
// The clock of a run starts when Config.FirstLeader is in office, put there by the message with which
// a leader hands over (TimeoutNow), and everyone follows it.
//
// # What a bubble is worth
//
// In a bubble the time package runs on a fake clock that jumps when every goroutine waits, so the
// library's own timers run in virtual time. Latencies are exact to the nanosecond, but the order in
// which goroutines run at one instant is not fixed and the library draws election timeouts from a
// source that cannot be seeded: results are samples, to be compared over several trials. Real file
// operations do not advance the fake clock, so the log is in memory behind resource.Disk. Real CPU
// time does not either: the CPU costs are those of Config and nothing else. A bubble cannot be started
// from inside another.
//
// Links, disks, CPUs, jitter and faults are those of the virtual runtime (sim/resource, sim/network,
// sim/fault). In Wall the links and faults are the same, on top of real disks and CPUs, with one
// process for all replicas: they share its cores and its disk.
//
// # Where the engine differs from the pure Raft machine
//
// On the metro network with the reference machine the median latencies of the two lie within 2 % at
// 2,000 commands a second and 10 ms of waiting for a block, and within 8 % at half of what the
// leader's CPU carries without any waiting. On an ideal machine they differ by less than 1 %. What
// differs, and why:
//
//   - The leader's sync comes before replication, not beside it: raft.dispatchLogs stores an entry and
//     only then notifies the replicators. A light load sees two syncs and one round trip where the
//     machine sees the longer of a sync at the leader and a round trip with a sync at the follower (thesis
//     section 10.2.1). With a data centre's disk (58 us) this is 4 % of the latency on metro without
//     waiting for a block; with a consumer disk (891 us) it is 35 %, or 13 % with 5 ms of waiting.
//   - The leader's main goroutine learns of commits between its own syncs, so that under load an
//     answer may wait for the sync of the block behind it. A follower's handles one AppendEntries at a
//     time, with one sync each. The machine writes on while a sync runs and shares it. When a block is
//     cut for every command, the engine therefore saturates near one block a sync: at 2,000 blocks a second
//     on the consumer disk its median is 20 ms, the machine's 3 ms.
//   - Followers learn of a commit with the next block or after Engine.CommitTimeout to twice that. The
//     machine says so with its next message too; clients do not notice, replicas' state roots do.
//   - The library calls an election after one to two times HeartbeatTimeout, preceded by a pre-vote of
//     one round trip, and a leader resigns when it has not heard of a quorum for LeaderLeaseTimeout.
//   - A lost message breaks a pipeline, which starts over after RPCTimeout, as a TCP connection does.
//     In the machine the next heartbeat finds the gap.
//
// # What is not modelled
//
// The snapshot of a program is the sequence of entries that led to it, because programs have no other
// serialised form: a snapshot bounds the log, not memory, and a replica remembers all it applied. A
// snapshot travels as one message. Commands carry blank signatures of the right size. Messages have
// the sizes of their fields and are not encoded. Answers on the way are not lost in faults.
// Deleting old log entries is free in a bubble. Waits on the wall clock are exact to some 50
// microseconds on Linux and to about a millisecond elsewhere.
package hashiraft
