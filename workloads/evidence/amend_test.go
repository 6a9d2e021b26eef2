package evidence

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// Kinds of evidence are no longer admitted from a height on; what was deposited before stays.
func TestKindsAreWithdrawn(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 10, ReadPercent: 20, Population: 50}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "categories", Value: 3, Height: 400})
	const reason = "no such category"
	if before, after := programtest.Refusals(run.Before, reason), programtest.Refusals(run.After, reason); before > 0 || after == 0 {
		t.Errorf("%d deposits refused for their kind before, %d after", before, after)
	}
	accepted := func(steps []programtest.Step) (count int) {
		for i := range steps {
			if step := &steps[i]; step.Order > 0 && step.Op[1] == KindDeposit && step.Op[program.HeaderSize+32] >= 3 {
				count++
			}
		}
		return count
	}
	if accepted(run.Before) == 0 || accepted(run.After) > 0 {
		t.Errorf("%d deposits of withdrawn kinds accepted before, %d after", accepted(run.Before), accepted(run.After))
	}
}
