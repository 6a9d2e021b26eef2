package main

import (
	"context"
	"crypto/sha256"
	_ "embed" // the experiment is a file that users can read and run
	"fmt"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/workloads"
)

//go:embed experiment.yaml
var experimentText []byte

// metric is what the gates judge.
const metric = "latency-p50"

// busy is a program that takes longer: each operation it applies costs extra time on the processor.
type busy struct {
	workloads.App
	extra time.Duration
}

// Apply works for the extra time before the operation's own work.
func (b busy) Apply(op []byte) []byte {
	sum := sha256.Sum256(op)
	for start := time.Now(); time.Since(start) < b.extra; {
		sum = sha256.Sum256(sum[:])
	}
	return b.App.Apply(op)
}

// newCell is one run of the experiment, of a program whose operations each take extra longer.
func newCell(extra time.Duration) (*experiment.Cell, error) {
	file, err := experiment.Parse("experiment.yaml", experimentText)
	if err != nil {
		return nil, err
	}
	plan, err := file.Plan()
	if err != nil {
		return nil, err
	}
	if len(plan.Cells) != 1 {
		return nil, fmt.Errorf("the experiment has %d cells: want 1", len(plan.Cells))
	}
	cell := plan.Cells[0]
	if extra > 0 {
		slow := *cell.Workload
		app := slow.Program.App
		slow.Program.App = func() workloads.App { return busy{app(), extra} }
		cell.Workload = &slow
	}
	return cell, nil
}

// runOnce runs a cell on a fresh group with fresh files.
func runOnce(ctx context.Context, cell *experiment.Cell) ([]result.Record, error) {
	var records []result.Record
	err := experiment.Run(ctx, []*experiment.Cell{cell}, experiment.Options{Jobs: 1, Keep: func(r result.Record) error {
		records = append(records, r)
		return nil
	}})
	return records, err
}
