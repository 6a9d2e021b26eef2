// Package hotstuff is chained HotStuff with the three-chain commit rule as a pure machine.
//
// Source: M. Yin, D. Malkhi, M. K. Reiter, G. Golan Gueta, I. Abraham, "HotStuff: BFT Consensus in the
// Lens of Blockchain", PODC 2019, arXiv:1803.05069v6. Sections and algorithms are cited at each rule.
//
// # Rules
//
// A leader proposes one block a view; a replica votes for at most one block a view, to the leader of
// the next view; votes of a quorum are a certificate (QC), which the next block carries (§5). A
// replica votes for a block that extends the one it is locked on, or whose certificate is newer than
// the lock (safeNode, §4.2); it locks the parent of each block it sees certified; and it commits a
// block when it, its child and its grandchild are of consecutive views and the grandchild is certified
// (three-chain, §5, Algorithm 4).
//
// # Timing
//
// With no cost but a message delay d, a block proposed at 0 is voted for at d and certified at 2d (§5).
// Two more blocks, empty when nothing waits, are certified at 4d and 6d: then the leader that holds the
// third certificate commits, and all others do when its proposal arrives at 7d. Under load there is a
// block every 2d. A leader proposes at once as long as the branch holds commands whose commit the
// branch itself does not yet show to everyone; otherwise the block cutter decides.
//
// # Pacemaker
//
// The paper leaves view synchronisation to a pacemaker (§4.4, §6 Algorithm 5). Here a view ends by a
// QC of its block or by a timeout certificate of a quorum; f+1 timeouts make a replica join; timeouts
// are repeated until the view ends; and the time grows by a factor for each view given up since the
// last commit. A new leader waits for the highest certificates of a quorum (§4.2). Timers run only
// while something waits to be committed. A replica that has nothing to do joins a single timeout, so
// that a command known to one replica alone finds a leader.
//
// Two things are added because leaders rotate each view. A timeout carries its sender's last vote, so
// that a certificate whose collector crashed is formed by the others: without it three consecutive
// views out of every four replicas, one of them down, would never be certified. And the view whose
// leader failed to show such a certificate in time is skipped.
//
// With a stable leader a view's number has its leader's term in the upper 32 bits, and timeouts end
// terms. The views reported by Lead are terms.
//
// # What is durable
//
// Each block with its certificate is recorded together with the vote for it, before the vote leaves;
// the own vote counts once it is durable. From these records a replica regains its last vote, lock,
// highest certificate and uncommitted blocks; a checkpoint replaces them by one record now and then.
// A restarted replica asks the others how far they are until f+1 answered.
//
// # Catching up
//
// A replica that sees a certificate of a block it lacks fetches the chain below it: committed blocks
// with a [Proof], at most sync_blocks in an answer, then the uncommitted ones, which the certificate
// itself vouches for. A peer that does not deliver is replaced by the next.
//
// # Not modelled
//
// Proposals are not signed: links are authenticated, and nobody relays a proposal as such. A Byzantine
// leader's two proposals of one view are harmless, as at most one is certified.
package hotstuff
