package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/govbench/govbench/reports/interleave"
	"github.com/govbench/govbench/reports/stats"
)

// A share is tried in so many trials of each side for every trial of a gate. It is taken when what it does is
// as asked to within plantNear of that, and the last of plantRounds is taken in any case: what it does is printed.
const (
	plantTrials = 10
	plantNear   = 0.03
	plantRounds = 5
)

// plant finds the share by which messages must travel longer to make the median latency slower by
// o.slowdown: it tries one, sees what it did, and corrects it in proportion. As many sessions run at a time as
// gates will.
func plant(ctx context.Context, o options, w io.Writer) (float64, error) {
	stretch := o.slowdown
	for round := range plantRounds {
		change, err := slower(ctx, o, stretch, plantTrials*o.trials, round, w)
		if err != nil {
			return 0, err
		}
		if change <= 0 {
			return 0, fmt.Errorf("messages %+.2f %% longer made %s %+.2f %% slower: the machine is too noisy for the planted change", 100*stretch, metric, 100*change)
		}
		if math.Abs(change-o.slowdown) <= plantNear*o.slowdown || round == plantRounds-1 {
			break
		}
		stretch *= o.slowdown / change
	}
	return stretch, nil
}

// slower measures what a share does to the median over so many trials of each side.
func slower(ctx context.Context, o options, stretch float64, trials, round int, w io.Writer) (float64, error) {
	sessions := make([]interleave.Session, o.jobs)
	errs := make([]error, o.jobs)
	var workers sync.WaitGroup
	for i := range sessions {
		workers.Go(func() {
			b, err := newBench((trials+o.jobs-1)/o.jobs, stretch)
			if err == nil {
				_, sessions[i], _, err = b.sound(ctx, o.seed+uint64(round*o.jobs+i)*(brokenMax+1))
			}
			errs[i] = err
		})
	}
	workers.Wait()
	if err := errors.Join(errs...); err != nil {
		return 0, err
	}
	var all interleave.Session
	for _, s := range sessions {
		all.Old, all.New = append(all.Old, s.Old...), append(all.New, s.New...)
	}
	rule := stats.DefaultRule()
	rule.Interleaved = true
	c := stats.Contrasts(stats.Pairs(all.Old, all.New), []string{metric}, rule)[0]
	fmt.Fprintf(w, "messages %.3f %% longer: %s is %+.2f %% slower, 95 %% interval %+.2f to %+.2f %%, %d trials a side\n",
		100*stretch, metric, 100*c.Change, 100*c.Low, 100*c.High, c.Old.N)
	return c.Change, nil
}
