// Package resource models what a node is made of: processor cores, a disk with group commit and a
// link with two directions, and what operations cost on a given machine.
//
// Every resource answers one question, "if this arrives now, when is it done?", by arithmetic on the
// times at which its servers become free. There are no events inside and nothing allocates. Calls
// may come slightly out of order of time: what arrives is then served as if it had come when the
// call was made, and never sooner than it arrived.
//
// What is not modelled: preemption and context switches, caches and memory bandwidth, disk reads,
// the write amplification and garbage collection of flash, TCP's windows and retransmissions, and
// contention inside switches.
package resource
