// Package consensustest is the conformance kit that every consensus.Protocol must pass.
//
// It brings its own host, a second one, naive on purpose and independent of the simulator: a heap of
// closures for a clock, slices for pools, a list for a disk. A protocol that passes here and behaves
// differently in the simulator shows a bug in one of the two hosts.
//
// # What a Group models
//
// Messages take a random time between two bounds, so they overtake each other; they may be lost or
// doubled, and partitions cut them off both when sent and when they would arrive. A disk writes in order: what
// is persisted while a write is under way waits for the next one (group commit). A crash keeps what
// is durable and a random prefix of what was on its way. Committed blocks and log records share that
// order. A command enters at one replica, whose pool keeps it; it is forwarded to wherever Route
// points, again after a retry period, and from the second retry on to everyone, as a client would.
// CPU time is zero.
//
// # What is checked
//
// At every commit: agreement, contiguous heights, parents, that each command was submitted, and that
// what a restarted replica commits again is what it had committed. At every signature (and at every unsigned message that
// Options.Promise recognises): that it contradicts nothing this replica promised before, crashes
// included. At the end of each case: that everything submitted at a replica that did not crash was committed by
// every replica that is up, once. A case in which nothing was committed fails.
package consensustest
