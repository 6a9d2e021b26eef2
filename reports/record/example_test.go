package record_test

import (
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
)

// A recorder is the sink of a load driver. Here its calls are made by hand: a transaction every 10 ms,
// each answered after 25 ms.
func Example() {
	rec := record.New(record.Config{Warmup: time.Second, Duration: 3 * time.Second, Exact: true})
	for i := range 300 {
		at := time.Duration(i) * 10 * time.Millisecond
		q := workloads.Request{ID: uint64(i + 1), At: at}
		rec.Offered(q)
		rec.Answered(q, consensus.Outcome{Done: at + 25*time.Millisecond})
	}
	var run result.Record
	rec.Finish().Apply(&run)
	for _, name := range []string{"offered", "throughput", "outstanding", "latency-p99"} {
		v, _ := run.Value(name)
		fmt.Println(v.Name, v.Value, v.Unit)
	}
	for _, c := range run.Checks {
		fmt.Println(c.Name, c.OK)
	}
	// Output:
	// offered 100 tx/sec
	// throughput 100 tx/sec
	// outstanding 2.5 tx
	// latency-p99 0.025 sec
	// something was measured true
	// every request ends once true
	// throughput not above offered true
	// little's law true
}
