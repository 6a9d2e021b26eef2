package main

import (
	"context"
	"fmt"
	"time"

	"github.com/govbench/govbench/reports/interleave"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/scenarios/experiment"
)

// kind is what a gate's new side is.
type kind string

// The kinds.
const (
	same    kind = "a/a"
	planted kind = "planted"
)

// outcome is a session and what the rule said of it.
type outcome struct {
	Seed      uint64  `json:"seed"` // of the order
	Failed    bool    `json:"failed"`
	Change    float64 `json:"change"` // of the median, as a share
	P         float64 `json:"p"`
	OldSec    float64 `json:"old_sec"` // median over the trials
	NewSec    float64 `json:"new_sec"`
	ElapsedMs int64   `json:"elapsed_ms"`
}

// line is a gate in the results file.
type line struct {
	Kind    kind     `json:"kind"`
	Gate    int      `json:"gate"`
	First   outcome  `json:"first"`
	Confirm *outcome `json:"confirm,omitempty"` // of a gate that failed at first
	Broken  []string `json:"broken,omitempty"`  // sessions without a verdict that went before, and why
}

// bench runs gates.
type bench struct {
	trials int
	cells  map[interleave.Arm]*experiment.Cell
}

// newBench makes both sides of a kind of gate.
func newBench(trials int, extra time.Duration) (*bench, error) {
	old, err := newCell(0)
	if err != nil {
		return nil, err
	}
	slow, err := newCell(extra)
	if err != nil {
		return nil, err
	}
	return &bench{trials, map[interleave.Arm]*experiment.Cell{interleave.Old: old, interleave.New: slow}}, nil
}

// session makes one session and judges it by the gate's rule.
func (b *bench) session(ctx context.Context, seed uint64) (outcome, interleave.Session, error) {
	start := time.Now()
	s, err := interleave.Run(ctx, interleave.Plan{Trials: b.trials, Seed: seed}, func(ctx context.Context, arm interleave.Arm) ([]result.Record, error) {
		return runOnce(ctx, b.cells[arm])
	})
	if err != nil {
		return outcome{}, s, err
	}
	rule := stats.GateRule()
	rule.Interleaved = true
	contrasts := stats.Contrasts(stats.Pairs(s.Old, s.New), []string{metric}, rule)
	if len(contrasts) != 1 {
		return outcome{}, s, fmt.Errorf("%d comparisons: want 1", len(contrasts))
	}
	c := contrasts[0]
	return outcome{
		Seed: seed, Failed: c.Verdict == stats.Worse, Change: c.Change, P: c.P,
		OldSec: c.Old.Median, NewSec: c.New.Median, ElapsedMs: time.Since(start).Milliseconds(),
	}, s, nil
}

// brokenMax is how many sessions of one gate may break before the machine is given up.
const brokenMax = 20

// gate makes a gate: a session, and another when it fails.
func (b *bench) gate(ctx context.Context, k kind, n int, seed uint64) (line, error) {
	out := line{Kind: k, Gate: n}
	for {
		first, _, err := b.session(ctx, seed)
		if err != nil && (ctx.Err() != nil || len(out.Broken) == brokenMax) {
			return out, err
		}
		if err != nil {
			out.Broken = append(out.Broken, err.Error())
			seed++
			continue
		}
		if out.First.Seed == 0 {
			out.First = first
		} else {
			out.Confirm = &first
		}
		if !first.Failed || out.Confirm != nil {
			return out, nil
		}
		seed++
	}
}
