// Command gatetrial measures how far a gate on live runs can be believed: how often it stops a change that
// changed nothing, and how often it lets a real slowdown pass.
//
// Every gate is a session of interleaved trials (reports/interleave) of three replicas of hashicorp/raft in
// real time with raft-boltdb on a disk that is synced, a fresh group with fresh files each. In an A/A gate
// both sides are the same. In a planted gate every message of the new side travels longer, by the share that
// makes the median latency of a run slower as asked: about 5.1 % for 5 %, because the disk is no slower. The share is
// found by trial before the gates, never from their results, and what it amounted to is measured and printed; no figure
// is altered afterwards. Gates of both kinds alternate in random order.
//
// A gate that fails is made once more with fresh trials, as govbench gate does before it fails, so that the
// effect of that on both kinds of error shows; of planted gates only the first fifty are. Results go to a file, a gate a
// line, as they are made; a second start with the same flags and --stretch goes on from there.
package main
