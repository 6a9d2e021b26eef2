// Package pbft is Practical Byzantine Fault Tolerance as a pure [consensus.Machine].
//
// Sources: M. Castro and B. Liskov, "Practical Byzantine Fault Tolerance", OSDI 1999 (cited as
// OSDI), and, for retransmission and state transfer, their "Practical Byzantine Fault Tolerance and
// Proactive Recovery", ACM TOCS 20(4), 2002 (cited as TOCS). The variant is the one of OSDI section
// 4 in which every message that proves something to a third replica is signed.
//
// # What is where
//
//   - normal.go: the three phases, OSDI 4.2. A sequence number orders one block; several are in
//     flight, within the watermarks.
//   - checkpoint.go: signed checkpoints, stable certificates, garbage collection, OSDI 4.3.
//   - viewchange.go, newview.go: VIEW-CHANGE with its P set, NEW-VIEW with O, OSDI 4.4.
//   - timer.go: the request timer, doubling timeouts and the f+1 rule, OSDI 4.5.2.
//   - status.go, transfer.go: receiver-driven retransmission and catch-up from peers, TOCS.
//   - restore.go, record.go: what survives a crash.
//
// # Deviations, all of them
//
//   - A block keeps its identity when a later view proposes it again: the digest that is voted on is
//     Block.ID, which names the view of its first proposal.
//
//   - Group sizes other than 3f+1 use quorums of ceil((n+f+1)/2), which any two share a correct
//     replica, and prepare with one less besides the pre-prepare. For n = 3f+1 these are the
//     paper's 2f+1 and 2f.
//
//   - A commit certificate commits a block whose body is here even when the prepares got lost: 2f+1
//     commits imply that f+1 correct replicas are prepared, which is the paper's committed(m,v,n).
//     The certificate is the proof that is handed to replicas that catch up.
//
//   - A body that is missing after a view change is fetched from a peer before a prepare is sent, so
//     every prepare means that its sender holds the body on disk.
//
//   - A replica that waits for a new view goes on learning what the old one commits; it votes on
//     nothing there (OSDI 4.4 only forbids it to take part).
//
//   - The paper's request timer is tied to one request. Here it restarts on every block that commits
//     something, so that a long queue is not taken for a faulty primary, and the setting
//     censorship_timeout bounds how long one command may be passed over.
//
//   - The paper keeps votes in memory and treats a replica that lost them as faulty until it
//     recovered. With durable_votes, the default, votes are on disk before they are sent, and a crash
//     makes nobody faulty.
//
//   - A replica counts its own commit when the disk has it (Effects.Synced), as the others do, so
//     that a power failure takes back nothing that was committed.
//
//   - While a replica has no primary it routes its clients' commands to everybody, which in the
//     paper the client does when it gets no answer (OSDI 4.1).
//
//   - NEW-VIEW and VIEW-CHANGE carry their proofs in full, as in OSDI. Their size, and the work of
//     checking it, grows with the replicas times the blocks since the stable checkpoint.
//
// # Trust
//
// A block's header is hashed again on receipt. A payload's digest is computed where the payload is
// decoded (consensus.NewPayload), not here; the CPU time for it is charged here. Exactly-once
// execution of a command that a faulty primary orders twice is the host's duty, as it is the
// replica's in OSDI 4.1 with its last-reply table.
package pbft
