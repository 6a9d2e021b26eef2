// Package consensus is the contract between a replication protocol and whoever runs it.
//
// A protocol is a pure value, a [Machine]: it receives one [Input] at a time and answers with
// [Effects], which are data. It reads no clock, starts no goroutine, does no I/O and draws random
// numbers only from the stream it was given, so the same machine runs bit for bit the same in the
// discrete-event simulator and, later, on real clocks and disks.
//
// A host (the simulator's cluster, a live host, the conformance kit) owns everything physical: the
// clock, the network, the disk, CPU costs, the pool of client commands, the store of committed
// blocks and the execution of the replicated program. Whatever happens underneath, a load driver
// sees only a [Runtime].
//
// # Order of effects
//
// A step's effects take place together, in the order in which they were emitted, when the CPU work
// of the step is done. A Send waits until every earlier Persist of the same replica is durable; a
// SendEarly does not, and is for messages that promise nothing. Commits are emitted in order of
// height, without gaps, starting at the height after [Input.Applied].
package consensus
