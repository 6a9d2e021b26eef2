package claim

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// A lower advance rate judges reviews and payments from its height on; what was lent before stays.
func TestAdvanceRateFalls(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 10, ReadPercent: 20, Approvals: 1, Population: 4000}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "advance-rate", Value: 3_000, Height: 1500})
	if before, after := programtest.Refusals(run.Before, reasonRate), programtest.Refusals(run.After, reasonRate); before > 0 || after == 0 {
		t.Errorf("%d refused for the rate before, %d after", before, after)
	}
	a := run.App.(*app)
	above, within := 0, 0
	for e := range a.Ledger.Each([]byte{keyClaim}) {
		c, _ := readClaim(e.Value)
		value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, c.number))
		r, _ := readInstrument(value)
		switch {
		case c.paid == 0:
		case c.amount <= limit(r.face, 3_000):
			within++
		case c.paid > run.Height:
			t.Errorf("transaction %d lent %d fen on %d", c.paid, c.amount, r.face)
		default:
			above++
		}
	}
	if above == 0 || within == 0 {
		t.Errorf("%d claims above the new rate were paid before, %d within it", above, within)
	}
}

// The lock of a claim lasts as long as the rule said when it was made.
func TestLockLifeChanges(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 20, Population: 4000, ThinkMean: 500 * time.Millisecond}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "lock-life", Value: 1_000, Height: 1000})
	if before, after := programtest.Refusals(run.Before, reasonLapsed), programtest.Refusals(run.After, reasonLapsed); before > 0 || after == 0 {
		t.Errorf("%d locks lapsed before, %d after", before, after)
	}
	if run.App.(*app).Count(countClaims+int(ClaimExpired)) == 0 {
		t.Error("no claim expired")
	}
}

// Splits are forbidden in mid-run; parts of before stay.
func TestSplitsForbidden(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 20, Population: 4000, Approvals: 1, Rule: map[string]int64{"split-percent": 50}}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "split-depth", Value: 0, Height: 1000})
	accepted := func(steps []programtest.Step) (count int) {
		for _, step := range steps {
			if step.Op[1] == KindSplit && step.Order > 0 {
				count++
			}
		}
		return count
	}
	if before, after := accepted(run.Before), accepted(run.After); before == 0 || after != 0 {
		t.Errorf("%d splits before, %d after", before, after)
	}
}

// A face above a ceiling that comes into force is refused from there on.
func TestFaceMaxFalls(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 20, Population: 4000, Approvals: 1}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "face-max", Value: 20_000_000, Height: 1000})
	for name, steps := range map[string][]programtest.Step{"before": run.Before, "after": run.After} {
		large, refused := 0, 0
		for _, step := range steps {
			if step.Op[1] != KindRegister || len(step.Op) != program.HeaderSize+58 {
				continue
			}
			if face := binary.BigEndian.Uint64(step.Op[program.HeaderSize+10:]); face > 20_000_000 {
				large++
				if step.Order == 0 {
					refused++
				}
			}
		}
		if large == 0 || name == "before" && refused == large || name == "after" && refused != large {
			t.Errorf("%s: %d of %d large faces refused", name, refused, large)
		}
	}
}
