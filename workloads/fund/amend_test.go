package fund

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var amendParams = workloads.Params{
	Agencies: 5, PayloadBytes: 10, ReadPercent: 20, Approvals: 1, Population: 50_000, Rule: map[string]int64{"projects": 100},
}

// applications are those of a class that were made up to a height, and after it.
func applications(run *programtest.Amended, class byte) (before, after []application) {
	for e := range run.App.(*app).Ledger.Each([]byte{keyApplication}) {
		x, _ := readApplication(e.Value)
		switch {
		case x.class != class:
		case x.made <= run.Height:
			before = append(before, x)
		default:
			after = append(after, x)
		}
	}
	return before, after
}

// A lower cap binds who applies from its height on; who has applied before keeps what was granted.
func TestBenefitCapFalls(t *testing.T) {
	run := programtest.Amend(t, Family(), amendParams, workloads.Amendment{Rule: "benefit-cap", Value: 50_000, Height: 1200})
	before, after := applications(run, ClassBenefit)
	above := func(list []application) (count, paid int) {
		for _, x := range list {
			if x.amount > 50_000 {
				count++
				if x.paid > run.Height {
					paid++
				}
			}
		}
		return count, paid
	}
	if count, paid := above(before); count == 0 || paid == 0 {
		t.Errorf("%d applications of before are above the cap, %d of them were paid after it", count, paid)
	}
	if count, _ := above(after); count != 0 || len(after) == 0 {
		t.Errorf("%d of %d applications are above the cap", count, len(after))
	}
}

// The finance agency signs smaller payments too.
func TestLargeFalls(t *testing.T) {
	run := programtest.Amend(t, Family(), amendParams, workloads.Amendment{Rule: "large", Value: 0, Height: 1200})
	before, after := applications(run, ClassBenefit)
	finance := func(list []application) (count int) {
		for _, x := range list {
			if x.needed>>amendParams.Approvals == 1 {
				count++
			}
		}
		return count
	}
	if finance(before) != 0 || finance(after) == 0 {
		t.Errorf("the finance agency signs %d of %d before, %d of %d after",
			finance(before), len(before), finance(after), len(after))
	}
}

// A ceiling below what was appropriated takes nothing back and allows nothing more.
func TestCeilingFalls(t *testing.T) {
	params := amendParams
	params.Rule = map[string]int64{"projects": 100, "finance-percent": 30}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "ceiling", Value: 1, Height: 1200})
	accepted := func(steps []programtest.Step) (yes, no int) {
		for _, step := range steps {
			switch {
			case step.Op[1] != KindAppropriate:
			case step.Order > 0:
				yes++
			case step.Reason() == "above the programme's ceiling":
				no++
			}
		}
		return yes, no
	}
	if yes, no := accepted(run.Before); yes == 0 || no != 0 {
		t.Errorf("before: %d appropriations, %d refused for the ceiling", yes, no)
	}
	if yes, no := accepted(run.After); yes != 0 || no == 0 {
		t.Errorf("after: %d appropriations, %d refused for the ceiling", yes, no)
	}
}

// The bank's returns reject an application at once when none is tolerated.
func TestReturnsMaxFalls(t *testing.T) {
	params := amendParams
	params.Rule = map[string]int64{"projects": 100, "return-percent": 50, "clawback-percent": 0}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "returns-max", Value: 0, Height: 1500})
	states := func(steps []programtest.Step) (returned, rejected int) {
		for _, step := range steps {
			if step.Op[1] != KindOutcome || step.Order == 0 {
				continue
			}
			switch step.Answer[1] {
			case StateReturned:
				returned++
			case StateRejected:
				rejected++
			}
		}
		return returned, rejected
	}
	if returned, _ := states(run.Before); returned == 0 {
		t.Error("before: nothing was returned to be ordered again")
	}
	if returned, rejected := states(run.After); returned != 0 || rejected == 0 {
		t.Errorf("after: %d returned, %d rejected", returned, rejected)
	}
}

// A shorter time for demands refuses what was allowed before.
func TestClawbackLifeFalls(t *testing.T) {
	params := amendParams
	params.ThinkMean = 2 * time.Second
	params.Rule = map[string]int64{"projects": 100, "clawback-percent": 100}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "clawback-life", Value: 1_000, Height: 1500})
	const reason = "too late to demand it back"
	if before, after := programtest.Refusals(run.Before, reason), programtest.Refusals(run.After, reason); before != 0 || after == 0 {
		t.Errorf("%d demands too late before, %d after", before, after)
	}
}
