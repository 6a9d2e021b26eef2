// Command determinism checks that one experiment and seed give the same bytes everywhere.
//
// It builds govbench for several instruction sets (GOAMD64=v1 and v3, GOARCH=386 and arm64, the last under
// qemu-aarch64 where the machine is no arm64), runs one experiment of the pure designs under jitter and
// faults with GOMAXPROCS and --jobs of 1 and 2 and twice in a row, and compares runs.jsonl byte for byte. Another
// seed must give another result.
//
// Then it tests itself: it builds govbench twice more with nondeterminism planted by `go build -overlay`,
// a range over a map in a broadcast and a clock in a random stream, and fails unless two runs of each differ.
//
// A leg whose instruction set this machine cannot run is skipped and named. With -require ARCH,... a
// skipped leg is a failure.
package main
