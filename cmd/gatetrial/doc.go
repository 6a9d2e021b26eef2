// Command gatetrial measures how far a gate on live runs can be believed: how often it stops a change that
// changed nothing, and how often it lets a real slowdown pass.
//
// Every gate is a session of interleaved trials (reports/interleave) of three replicas of hashicorp/raft in
// real time with raft-boltdb on a disk that is synced, a fresh group with fresh files each. In an A/A gate
// both sides are the same. In a planted gate the new side's program works longer on every operation, by
// computing hashes for a fixed time, so that the median latency of a run is slower by the asked share. The
// time is found by trial before the gates, never from their results, and what it amounted to is measured and
// printed; no figure is altered afterwards. Gates of both kinds alternate in random order.
//
// A gate that fails is confirmed by a session of fresh trials, as govbench gate does; both results are
// counted, the first alone as the default rule without confirmation. Results go to a file, a gate a line, as they
// are made; a second start goes on from there.
package main
