package verify

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// Consents get shorter in mid-run: longer ones are refused from the height on, until people know.
func TestConsentsGetShorter(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 10, ReadPercent: 30, LogReads: true, Population: 500}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "grant-life", Value: 1000, Height: 3000})
	const reason = "a consent lasts too long or no time"
	if before, after := programtest.Refusals(run.Before, reason), programtest.Refusals(run.After, reason); before > 0 || after > 300 {
		t.Errorf("%d consents too long before, %d after: people do not learn", before, after)
	}
	longest := func(steps []programtest.Step) (life uint64) {
		for i := range steps {
			if step := &steps[i]; step.Order > 0 && step.Op[1] == KindGrant {
				life = max(life, binary.BigEndian.Uint64(step.Op[program.HeaderSize+14:]))
			}
		}
		return life
	}
	if before, after := longest(run.Before), longest(run.After); before != uint64(run.Old) || after != uint64(run.New) {
		t.Errorf("the longest consent has %d ms before and %d after, want %d and %d", before, after, run.Old, run.New)
	}
}

// The records are opened in mid-run: checks that lacked a consent are refused before and accepted after.
func TestRecordsAreOpened(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 80, LogReads: true, Population: 500, Rule: map[string]int64{"standing": 0}}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "consent", Value: 0, Height: 300})
	if before, after := programtest.Refusals(run.Before, "no consent"), programtest.Refusals(run.After, "no consent"); before == 0 || after > 0 {
		t.Errorf("%d checks without a consent refused before, %d after", before, after)
	}
}
