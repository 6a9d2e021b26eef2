package approval

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// One signature is enough from a height on: cases are granted with it, before which all four were needed.
func TestFewerSignatures(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 10, ReadPercent: 10, Population: 500, Approvals: 4}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: ruleNeeded, Value: 1, Height: 1000})
	a := run.App.(*app)
	few, all := 0, 0
	var f file
	for e := range a.Ledger.Each([]byte{keyCase}) {
		if !f.read(e.Value) || f.state != StateGranted {
			continue
		}
		value, _, _ := a.Ledger.Get(append([]byte{keyEnding}, e.Key[1:]...))
		end, _ := readEnding(value)
		switch {
		case end.order <= run.Height && len(f.signatures) < 4:
			t.Errorf("case %x: granted by transaction %d with %d signatures", e.Key[1:], end.order, len(f.signatures))
		case end.order <= run.Height:
			all++
		case len(f.signatures) == 1:
			few++
		}
	}
	if few == 0 || all == 0 {
		t.Errorf("%d cases granted with all signatures before, %d with one after", all, few)
	}
}

// The deadline gets shorter in mid-run: a case keeps that of its submission.
func TestDeadlineGetsShorter(t *testing.T) {
	params := workloads.Params{Agencies: 3, Population: 500, Approvals: 3}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "deadline", Value: 1000, Height: 500})
	a := run.App.(*app)
	deadlines := map[uint64]int{}
	var f file
	for e := range a.Ledger.Each([]byte{keyCase}) {
		if f.read(e.Value) {
			deadlines[f.deadline-f.submittedAt]++
			if (f.order <= run.Height) != (f.deadline-f.submittedAt == uint64(run.Old)) {
				t.Errorf("case %x of transaction %d has %d ms", e.Key[1:], f.order, f.deadline-f.submittedAt)
			}
		}
	}
	if len(deadlines) != 2 {
		t.Errorf("deadlines %v", deadlines)
	}
	if len(run.After) == 0 || run.After[0].Op[1] >= program.KindPropose {
		t.Error("nothing came after")
	}
}
