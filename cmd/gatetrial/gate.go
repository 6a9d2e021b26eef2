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
	Stretch float64  `json:"stretch"` // share by which the new side's messages travel longer
	First   outcome  `json:"first"`
	Confirm *outcome `json:"confirm,omitempty"` // of a gate that failed at first and was made once more
	Broken  []string `json:"broken,omitempty"`  // sessions without a verdict that went before, and why
}

// bench runs gates.
type bench struct {
	trials  int
	stretch float64
	cells   map[interleave.Arm]*experiment.Cell
}

// newBench makes both sides of a kind of gate.
func newBench(trials int, stretch float64) (*bench, error) {
	old, err := newCell(0)
	if err != nil {
		return nil, err
	}
	slow, err := newCell(stretch)
	if err != nil {
		return nil, err
	}
	return &bench{trials, stretch, map[interleave.Arm]*experiment.Cell{interleave.Old: old, interleave.New: slow}}, nil
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

// brokenMax is how many sessions may break in a row before the machine is given up.
const brokenMax = 20

// sound makes sessions until one is whole: the machine may stall so long that a run has nothing to measure, and
// then govbench gate has no verdict either. It gives the reasons of those that broke.
func (b *bench) sound(ctx context.Context, seed uint64) (outcome, interleave.Session, []string, error) {
	var broken []string
	for {
		o, s, err := b.session(ctx, seed+uint64(len(broken)))
		if err == nil || ctx.Err() != nil || len(broken) == brokenMax {
			return o, s, broken, err
		}
		broken = append(broken, err.Error())
	}
}

// gate makes a gate: a session, and when that fails another, if it is to be confirmed.
func (b *bench) gate(ctx context.Context, j job, seed uint64, confirm bool) (line, error) {
	out := line{Kind: j.kind, Gate: j.gate, Stretch: b.stretch}
	first, _, broken, err := b.sound(ctx, seed)
	out.First, out.Broken = first, broken
	if err != nil || !first.Failed || !confirm {
		return out, err
	}
	second, _, broken, err := b.sound(ctx, seed+brokenMax+1)
	out.Confirm, out.Broken = &second, append(out.Broken, broken...)
	return out, err
}
