// Package record measures a run while it happens: it is the sink of the load driver and a tap of the
// runtime, and ends in the figures, checks and curves of a run record.
//
// # The window
//
// A run lasts from 0 to Config.Duration; the window is the part from Config.Warmup (inclusive) to
// Config.Duration (exclusive). Every transaction has two times: At, when it was meant to be sent, and
// Done, when its client had an answer that it may trust. What happens is counted by the time at which
// it happens:
//
//   - offered, dropped, failed, unfinished and every latency belong to the transactions whose At lies
//     in the window, whenever they end: a slow answer is never lost for being late;
//   - throughput and goodput count the transactions whose Done lies in the window, wherever they
//     began: work left over from the warm-up is work too.
//
// So throughput can exceed offered by at most what was outstanding when the window opened, and that
// bound is checked. Outstanding is the mean over the window of the number of transactions with
// At <= t < Done, by an exact integral.
//
// # Little's law
//
// The mean number outstanding equals throughput times mean latency. Over a finite window it holds up
// to the transactions that straddle its ends, and with those it is an identity of integers:
//
//	area = Σ latency of those done in the window
//	     + Σ time spent in the window by those that ended in it without an answer
//	     + Σ time spent in the window by those open at its end
//	     - Σ time spent before the window by those answered in it
//
// The left side is kept by a counter that knows only that something began or ended; the right side
// comes from each transaction's own times. They are compared with no tolerance, for every runtime: a
// transaction that is answered twice, or reported with other times than it had, breaks it. One that
// never ends is found by the check of accounts.
//
// # Transactions and reads
//
// A transaction is a request that the group orders. Reads are counted apart (read-*).
//
// # Exactness
//
// Counts and means are exact: sums are integers of nanoseconds, and a published figure is the float
// nearest to an exact fraction, so it is the same on every architecture. Quantiles use the nearest
// rank, ceil(q*n), and come from a log-linear histogram whose buckets are 1/2048 of their value wide
// and remember the mean of what fell into them: the error is below 0.05 %, and nothing at all where a
// bucket holds equal values, as on an ideal machine.
package record
