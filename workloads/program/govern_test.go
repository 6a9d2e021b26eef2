package program_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var toyParams = []workloads.Params{
	{Agencies: 3, Population: 5},
	{Agencies: 1, PayloadBytes: 20, Population: 5},
	{Agencies: 12, PayloadBytes: 3, Rule: map[string]int64{"amend-quorum": 2}},
	{Agencies: 4, Rule: map[string]int64{"amend-quorum": 900, "skew-max": 200_000}},
}

// Every interleaving of proposals and endorsements gives the rules that a fold over the enacted amendments gives.
func TestGovernanceAgreesWithModel(t *testing.T) {
	for _, params := range toyParams {
		for seed := range uint64(8) {
			programtest.Agree(t, toyFamily(), params, seed, 3000, newToyModel(params))
		}
	}
}

func FuzzGovern(f *testing.F) {
	params := workloads.Params{Agencies: 3, PayloadBytes: 2}
	programtest.Fuzz(f, toyFamily(), params, newToyModel(params))
}

// script plays lines against a toy of three agencies: "note NUMBER", "propose AGENCY RULE VALUE HEIGHT", "endorse
// AGENCY NUMBER", "value RULE". Each has the answer that is wanted after an arrow.
func script(t *testing.T, params workloads.Params, text string) *toy {
	t.Helper()
	_, a, g := build(t, params)
	sequence := uint64(0)
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		do, want, _ := strings.Cut(strings.TrimSpace(line), " -> ")
		var rule string
		var agency, value int64
		var number uint64
		var answer []byte
		switch verb, rest, _ := strings.Cut(do, " "); verb {
		case "note":
			fmt.Sscan(rest, &value)
			sequence++
			header := program.Header{Kind: toyNote, Tag: binary.BigEndian.Uint64(g.Ask("limit")[2:]), Client: 0, Sequence: sequence}
			answer = a.Apply(binary.BigEndian.AppendUint16(header.Append(nil), uint16(value)))
		case "propose":
			fmt.Sscan(rest, &agency, &rule, &value, &number)
			answer = a.Apply(g.Propose(int(agency), 0, rule, value, number))
		case "endorse":
			fmt.Sscan(rest, &agency, &number)
			answer = a.Apply(g.Endorse(int(agency), 0, number))
		case "value":
			answer = a.Query(g.Ask(rest))
		}
		if got := show(answer); got != want {
			t.Errorf("%s -> %s, want %s", do, got, want)
		}
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
	return a
}

func show(answer []byte) string {
	if reason, refused := workloads.Refused(answer); refused {
		return reason
	}
	switch data := answer[1:]; len(data) {
	case 0:
		return "ok"
	case 1:
		return map[byte]string{0: "open", 1: "scheduled"}[data[0]]
	default:
		return fmt.Sprint(binary.BigEndian.Uint64(data))
	}
}

func TestGovern(t *testing.T) {
	three := workloads.Params{Agencies: 3}
	for _, test := range []struct {
		name   string
		params workloads.Params
		text   string
	}{
		{"the value changes after exactly as many transactions as the height", three, `
			propose 0 limit 5 4 -> 1
			endorse 2 1 -> scheduled
			note 900 -> ok
			value limit -> 1000
			note 900 -> ok
			value limit -> 5
			note 6 -> no
			note 5 -> ok`},
		{"two at one height: the later proposal wins", three, `
			propose 0 limit 5 5 -> 1
			propose 1 limit 7 5 -> 2
			endorse 2 2 -> scheduled
			endorse 1 1 -> scheduled
			value limit -> 1000
			note 1 -> ok
			value limit -> 7`},
		{"one rule twice, decided in the other order", three, `
			propose 0 limit 5 8 -> 1
			propose 1 limit 7 6 -> 2
			endorse 1 1 -> scheduled
			endorse 0 2 -> scheduled
			note 8 -> ok
			value limit -> 1000
			note 8 -> ok
			value limit -> 7
			note 8 -> no
			note 7 -> ok
			note 7 -> ok
			value limit -> 5`},
		{"at the very next transaction", workloads.Params{Agencies: 1}, `
			propose 0 limit 3 2 -> 1
			value limit -> 1000
			note 9 -> ok
			value limit -> 3
			propose 0 limit 4 4 -> 2
			note 4 -> no
			value limit -> 3
			note 3 -> ok
			value limit -> 4`},
		{"an amendment without its quorum lapses", three, `
			propose 0 limit 5 3 -> 1
			note 1 -> ok
			endorse 1 1 -> the height has passed
			note 1 -> ok
			endorse 1 1 -> the height has passed
			value limit -> 1000`},
		{"what is refused", three, `
			propose 0 limit 65536 9 -> value out of the rule's bounds
			propose 0 limit -1 9 -> value out of the rule's bounds
			propose 0 fixed 2 9 -> the rule cannot be changed
			propose 0 amend-quorum 1 9 -> the rule cannot be changed
			propose 0 nonsense 2 9 -> no such rule
			propose 0 limit 2 1 -> the height has passed
			propose 0 limit 2 0 -> the height has passed
			endorse 0 1 -> no such amendment
			propose 0 limit 2 9 -> 1
			endorse 0 1 -> the agency has endorsed it
			endorse 0 2 -> no such amendment
			endorse 1 1 -> scheduled
			endorse 2 1 -> the amendment is decided
			value limit -> 1000
			value nonsense -> no such rule`},
		{"skew-max and leap-max are judged by the ledger as well", three, `
			propose 0 skew-max 1000 3 -> 1
			endorse 1 1 -> scheduled
			value skew-max -> 600000
			note 1 -> ok
			value skew-max -> 1000`},
		{"a quorum above all agencies is all of them", workloads.Params{Agencies: 3, Rule: map[string]int64{"amend-quorum": 99}}, `
			propose 0 limit 5 9 -> 1
			endorse 1 1 -> open
			endorse 2 1 -> scheduled`},
	} {
		t.Run(test.name, func(t *testing.T) { script(t, test.params, test.text) })
	}
}

// The schedule is bounded: the amendment that would be one too many can be endorsed again later.
func TestScheduleIsBounded(t *testing.T) {
	_, a, g := build(t, workloads.Params{Agencies: 2})
	for i := range uint64(65) {
		a.Apply(g.Propose(0, 0, "limit", int64(i), 1000))
		reason, _ := workloads.Refused(a.Apply(g.Endorse(1, 0, i+1)))
		if (i == 64) != (reason == "too many amendments wait for their height") {
			t.Errorf("amendment %d: %q", i+1, reason)
		}
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
}

// A majority of 1024 agencies.
func TestManyAgencies(t *testing.T) {
	params := workloads.Params{Agencies: program.AgencyMax}
	_, a, g := build(t, params)
	g.Enact(t, a, 0, "limit", 7, 514)
	if got := g.Value(t, a, "limit"); got != 1000 {
		t.Errorf("the limit is %d after 513 transactions", got)
	}
	a.Apply(g.Propose(1023, 0, "limit", 9, 5000))
	if got := g.Value(t, a, "limit"); got != 7 {
		t.Errorf("the limit is %d after 514 transactions", got)
	}
	if err := a.Check(); err != nil {
		t.Error(err)
	}
}

// RuleAt tells for each transaction which value governed it.
func TestRuleAt(t *testing.T) {
	a := script(t, workloads.Params{Agencies: 1}, `
		propose 0 limit 3 2 -> 1
		note 9 -> ok
		propose 0 limit 4 5 -> 2
		note 3 -> ok
		note 3 -> ok
		note 4 -> ok`)
	want := []int64{1000, 1000, 1000, 3, 3, 3, 4, 4}
	for order, value := range want {
		if got := a.RuleAt("limit", uint64(order)); got != value {
			t.Errorf("the limit of transaction %d was %d, want %d", order, got, value)
		}
	}
	if a.Governance() != 2 {
		t.Errorf("%d transactions of governance", a.Governance())
	}
}

func TestGovernPlants(t *testing.T) {
	healthy := func() *toy {
		_, a, g := build(t, workloads.Params{Agencies: 5})
		g.Enact(t, a, 0, "limit", 700, 4)
		g.Enact(t, a, 0, "limit", 500, 7)
		a.Apply(g.Propose(0, 0, "limit", 3, 99))
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	plants := programtest.GovernPlants(healthy().Ledger)
	programtest.Planted(t, func() (workloads.App, programtest.Ledger) { a := healthy(); return a, a.Ledger }, plants)
}

func TestToyConforms(t *testing.T) {
	for _, params := range []workloads.Params{{Agencies: 3, PayloadBytes: 9, Population: 5}, {Agencies: 40}} {
		run := programtest.Amend(t, toyFamily(), params, workloads.Amendment{Rule: "limit", Value: 10, Height: 900})
		over := func(steps []programtest.Step) (count int) {
			for i := range steps {
				if steps[i].Order > 0 && binary.BigEndian.Uint16(steps[i].Op[program.HeaderSize:]) > 10 {
					count++
				}
			}
			return count
		}
		if over(run.Before) == 0 || over(run.After) > 0 {
			t.Errorf("%d notes above 10 before, %d after", over(run.Before), over(run.After))
		}
	}
}

// A generator's amendments are checked with the other parameters.
func TestAmendmentsAreChecked(t *testing.T) {
	for _, test := range []struct {
		list []workloads.Amendment
		want string
	}{
		{[]workloads.Amendment{{Rule: "limits", Value: 1, Height: 9}}, `Amendments[0].Rule is "limits", allowed: ["limit" "skew-max" "leap-max"]`},
		{[]workloads.Amendment{{Rule: "fixed", Value: 1, Height: 9}}, `Amendments[0].Rule is "fixed"`},
		{[]workloads.Amendment{{Rule: "limit", Value: -1, Height: 9}}, "Amendments[0].Value is -1, allowed: 0 ... 65535 points"},
		{[]workloads.Amendment{{Rule: "limit", Value: 1, Height: 1}}, "Amendments[0].Height is 1, allowed: 2 ... 2^62"},
		{[]workloads.Amendment{{Rule: "limit", Value: 1, Height: 9}, {Rule: "limit", Value: 2, Height: 9}},
			`Amendments[1] changes "limit" at height 9 as Amendments[0] does`},
	} {
		_, err := toyFamily().New(workloads.Params{Agencies: 3, Amendments: test.list})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v, want %s", test.list, err, test.want)
		}
	}
}
