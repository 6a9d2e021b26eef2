package main

import (
	"context"
	_ "embed" // the experiment is a file that users can read and run
	"fmt"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

//go:embed experiment.yaml
var experimentText []byte

// metric is what the gates judge.
const metric = "latency-p50"

// newCell is one run of the experiment, on a network whose every delay is longer by a share. The names in
// its record stay: it is the same cell, of a version that is slower.
func newCell(stretch float64) (*experiment.Cell, error) {
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
	slow := make([][]time.Duration, len(cell.Network.OneWay))
	for i, row := range cell.Network.OneWay {
		for _, d := range row {
			slow[i] = append(slow[i], d+time.Duration(float64(d)*stretch))
		}
	}
	cell.Network.OneWay = slow
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
