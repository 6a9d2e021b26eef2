// Package load is the load driver: it offers the requests of a workload to a running group of
// replicas, whatever that group is and whatever clock it runs on, and tells a [Sink] what became of
// each of them.
//
// An open-loop driver ([NewOpen]) sends every request at its intended time, whether or not earlier
// ones were answered: so do citizens who know nothing of each other. Latency counts from the
// intended time, so a stall of the group shows in the latency of every request that was due during
// the stall. What could not be offered (too many requests outstanding, or the run ended before the
// generator came round to it) is reported as dropped, never forgotten.
//
// A closed-loop driver ([NewClosed]) is a fixed number of clients, each of which sends its next
// request a think time after its last answer. It suffers from what Gil Tene named coordinated
// omission: while the group stalls its clients send nothing, so the stall is measured once a client
// instead of once a request that would have been due. Its latencies tell how the group serves that
// many clients; they do not tell what citizens would see, and no tail quantile of a closed loop may
// be compared with one of an open loop (Schroeder, Wierman, Harchol-Balter, "Open versus closed: a
// cautionary tale", NSDI 2006).
//
// A case is a chain of requests, each sent a think time after the answer to the one before. Case
// latency runs from the intended time of the first to the last answer and includes the think times.
//
// A driver never sends a request a second time: what was refused or lost stays refused or lost.
package load
