package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// ratio is how much slower the new side of a session was: the change of the median over all trials, with
// its 95 % interval.
func ratio(old, new []result.Record) (change, low, high float64) {
	rule := stats.DefaultRule()
	rule.Interleaved = true
	c := stats.Contrasts(stats.Pairs(old, new), []string{metric}, rule)[0]
	return c.Change, c.Low, c.High
}

// rounds is how often the time is corrected before it is checked.
const rounds = 2

// plant finds the extra time of an operation that makes the median latency slower by share: it tries a
// time, sees what it did, and corrects it in proportion. A session of its own then measures what the time
// amounts to.
func plant(ctx context.Context, share float64, trials int, seed uint64, w io.Writer) (time.Duration, error) {
	extra := time.Millisecond / 2
	for i := range rounds + 1 {
		last := i == rounds
		n := trials
		if last {
			n = 2 * trials
		}
		b, err := newBench(n, extra)
		if err != nil {
			return 0, err
		}
		_, s, err := b.session(ctx, seed+uint64(i))
		if err != nil {
			return 0, err
		}
		change, low, high := ratio(s.Old, s.New)
		fmt.Fprintf(w, "%v more work an operation: %s is %+.2f %% slower, 95 %% interval %+.2f to %+.2f %%, %d trials a side\n",
			extra, metric, 100*change, 100*low, 100*high, n)
		if last {
			return extra, nil
		}
		if change <= 0 {
			return 0, fmt.Errorf("the planted work made %s %+.2f %% slower: the machine is too noisy to plant %.0f %%", metric, 100*change, 100*share)
		}
		extra = time.Duration(float64(extra) * share / change)
	}
	return extra, nil
}
