package programtest

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Step is an operation that was played, with its answer.
type Step struct {
	workloads.Request
	Answer []byte
	Order  uint64 // its place among the accepted transactions, 0 for a query and for what was refused
}

// Reason is why the step was refused; it is empty where it was not.
func (s *Step) Reason() string {
	reason, _ := workloads.Refused(s.Answer)
	return reason
}

// Amended is a run in which a rule changed.
type Amended struct {
	App    workloads.App
	Old    int64  // value of the rule before
	New    int64  // value of the rule after
	Height uint64 // transactions that the old value governed
	Before []Step // what the old value governed, operations of governance left out
	After  []Step // what the new value governs
}

// amendRounds bounds a run of Amend, in hundreds of requests: a new value may well refuse everything.
const amendRounds = 300

// Amend runs a program whose generator brings one change of a rule, until the change has governed as many accepted
// transactions as the old value did, or for 30,000 requests. It fails unless the ledger states the old value up to exactly the
// amendment's height and the new one from there on, two replicas agree on every root, and Check passes. What the
// program makes of the new value is for the caller to compare, in Before and After.
func Amend(t testing.TB, family workloads.Family, params workloads.Params, change workloads.Amendment) *Amended {
	t.Helper()
	params.Amendments = []workloads.Amendment{change}
	built := Build(t, family, params)
	governor := NewGovernor(family, built, params)
	run := &Amended{App: built.App(), New: change.Value, Height: change.Height}
	replica := built.App()
	run.Old = governor.Value(t, run.App, change.Rule)
	accepted, play := uint64(0), &scheduler{rand: New(2), generator: built.Generator(New(1)), pendingMax: 4}
	for round := 0; accepted < 2*change.Height && round < amendRounds; round++ {
		play.drive(100, func(r workloads.Request) []byte {
			step := Step{Request: r, Answer: Apply(run.App, r.Op, r.Read)}
			if !r.Read && step.Answer[0] == workloads.AnswerOK {
				accepted++
				step.Order = accepted
			}
			if Apply(replica, r.Op, r.Read); replica.Digest() != run.App.Digest() {
				t.Fatalf("%s: two replicas differ after operation %x", change.Rule, r.Op)
			}
			run.note(step, accepted)
			want := run.Old
			if accepted >= change.Height {
				want = run.New
			}
			if got := governor.Value(t, run.App, change.Rule); got != want {
				t.Fatalf("rule %s is %d after %d transactions, want %d: from %d to %d at %d",
					change.Rule, got, accepted, want, run.Old, run.New, change.Height)
			}
			return step.Answer
		})
	}
	if accepted <= change.Height {
		t.Fatalf("%s: only %d transactions were accepted, the amendment's height is %d", change.Rule, accepted, change.Height)
	}
	if err := run.App.Check(); err != nil {
		t.Fatalf("%s from %d to %d at %d: %v", change.Rule, run.Old, run.New, change.Height, err)
	}
	return run
}

// note keeps a step where it belongs; accepted counts it when it was accepted.
func (r *Amended) note(step Step, accepted uint64) {
	governs := len(step.Op) > 1 && step.Op[1] >= program.KindPropose && step.Op[1] <= program.KindRule
	switch {
	case governs:
	case step.Order > 0 && accepted <= r.Height || step.Order == 0 && accepted < r.Height:
		r.Before = append(r.Before, step)
	default:
		r.After = append(r.After, step)
	}
}

// Refusals counts the steps that were refused for the reason.
func Refusals(steps []Step, reason string) (count int) {
	for i := range steps {
		if steps[i].Reason() == reason {
			count++
		}
	}
	return count
}
