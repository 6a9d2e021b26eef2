// Package gobench reads results in the Go benchmark format (golang.org/design/14313-benchmark-format),
// as `go test -bench` prints them, into run records: a record a line, so that comparisons and gates take
// them like runs of govbench's own. The format is read by golang.org/x/perf/benchfmt.
//
// A benchmark is a scenario, its package a design, the processor a machine, GOMAXPROCS a factor, and the
// n-th line of a name is trial n-1. Every figure is a sample of the wall clock unless the file says
// otherwise with "Unit NAME assume=exact". The name of a metric is its unit in base units (sec/op, B/op,
// allocs/op, B/s, tx/sec). Which direction is better follows from a table of usual units, from
// "Unit NAME better=lower|higher", which goes first, or is unknown.
package gobench
