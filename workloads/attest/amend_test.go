package attest

import (
	"encoding/binary"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// Rules that are tightened refuse what was accepted before, from the height on and not earlier.
func TestRulesAreTightened(t *testing.T) {
	base := everything
	base.Amendments = nil
	base.Population = 600
	for _, amendment := range []struct {
		rule   string
		value  int64
		reason string
	}{
		{"doses-max", 1, "more doses than a course has"},
		{"dose-interval", 10 * day, "too soon after the dose before"},
		{"foreign-issuers", 0, "the issuer is not listed"},
		{"repeat-min", day, "this token has just checked in"},
	} {
		params := base
		if amendment.rule == "repeat-min" {
			params.Population = 20
		}
		run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: amendment.rule, Value: amendment.value, Height: 1500})
		before, after := programtest.Refusals(run.Before, amendment.reason), programtest.Refusals(run.After, amendment.reason)
		if before > 0 || after == 0 {
			t.Errorf("%s from %d to %d: %q %d times before and %d after", amendment.rule, run.Old, run.New, amendment.reason, before, after)
		}
	}
}

// Windows of tracing cases get shorter: a longer one is opened before the height and none after it.
func TestWindowsGetShorter(t *testing.T) {
	params := venueParams
	params.Rule = map[string]int64{"venues": 50, "checkin-percent": 60, "issue-percent": 10, "register-percent": 0, "recognise-percent": 0}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "trace-window", Value: 1_000, Height: 2500})
	longest := func(steps []programtest.Step) (window uint64, cases int) {
		for i := range steps {
			if s := &steps[i]; s.Order > 0 && s.Op[1] == KindOpen {
				body := s.Op[program.HeaderSize:]
				window = max(window, binary.BigEndian.Uint64(body[16:])-binary.BigEndian.Uint64(body[8:]))
				cases++
			}
		}
		return window, cases
	}
	before, _ := longest(run.Before)
	after, cases := longest(run.After)
	if before <= 1_000 || after > 1_000 || cases == 0 {
		t.Errorf("windows of %d ms before, of %d ms in %d cases after", before, after, cases)
	}
}

// Colours are judged anew from the height on: without a test nobody is green any more, and with a dose everybody.
func TestColoursFollowTheRule(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 80, LogReads: true, Population: 100,
		Rule: map[string]int64{"tested-percent": 0, "vaccinated-percent": 50, "issue-percent": 100, "checkin-percent": 0, "register-percent": 0,
			"recognise-percent": 0, "test-percent": 0, "dose-percent": 0, "positive-percent": 0, "refused-percent": 0}}
	greens := func(steps []programtest.Step) (green, other int) {
		for i := range steps {
			if s := &steps[i]; s.Order > 0 && s.Op[1] == KindGuard {
				if s.Answer[1] == Green {
					green++
				} else {
					other++
				}
			}
		}
		return green, other
	}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "test-needed", Value: 1, Height: 800})
	before, _ := greens(run.Before)
	after, yellow := greens(run.After)
	if before < 100 || after > 0 || yellow < 100 {
		t.Errorf("%d green before, %d after, %d others", before, after, yellow)
	}
	params.Rule["issue-percent"], params.Rule["vaccinated-percent"] = 0, 100
	params.Rule["recognise-percent"], params.Rule["register-percent"] = 1, 99
	run = programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "doses-pass", Value: 1, Height: 400})
	before, _ = greens(run.Before)
	after, _ = greens(run.After)
	if before*3 > after || after < 50 {
		t.Errorf("%d green before a dose was enough, %d after", before, after)
	}
}

// A test is valid for as long as the rule says at the check: when it is shortened, all who are past it are no longer
// green at once.
func TestValidityIsShortened(t *testing.T) {
	params := workloads.Params{Agencies: 5, ReadPercent: 95, LogReads: true, Population: 1000,
		Rule: map[string]int64{"tested-percent": 100, "register-percent": 0, "recognise-percent": 0, "issue-percent": 0, "checkin-percent": 100}}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "test-validity", Value: 1_000, Height: 3000})
	count := func(steps []programtest.Step, want byte) (n int) {
		for i := range steps {
			s := &steps[i]
			if s.Order > 0 && s.Op[1] == KindGuard && s.Answer[1] != want {
				n++
			}
		}
		return n
	}
	if before, after := count(run.Before, Green), count(run.After, Yellow); before > 0 || after > 0 {
		t.Errorf("%d not green before, %d not yellow after", before, after)
	}
}
