// Package sim is the kernel of the simulator: virtual time, the order of events, named streams of
// random numbers and the digest of a run.
//
// Everything in it is integer arithmetic on 64-bit words, so a run gives the same result on every
// architecture, for any number of processors and with any Go release.
package sim
