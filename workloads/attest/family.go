package attest

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "attest"

// Milliseconds of an hour and of a day.
const (
	hour = 3_600_000
	day  = 24 * hour
)

// DosesMax bounds the rule "doses-max".
const DosesMax = 8

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (at least 1), PayloadBytes, ReadPercent, LogReads, KeyChoice, Population (at least 1) and
// ThinkMean. Approvals may only be 0 or 1: an attestation is signed by its issuer alone. KeyChoice picks the
// subject of an attestation or check and the venue of a check-in.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Attest health, check colours and record check-ins that expire",
		Laws: []string{
			"no logged check or verification answered an attestation as valid after its expiry or revocation",
			"doses are numbered without a gap and lie an interval apart by the rule in force",
			"a subject has at most one live order, on confirmed grounds and of the governed length",
			"every trace has an open case of the health authority, and answers no check-in that expired",
			"a venue holds the check-ins of the journal without the purged ones, and those had expired",
			"every record equals what the journal makes of it, and every counter its lines",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New:   newProgram,
	}
}

func rules() []workloads.Rule {
	return program.Rules(append(governed(), shares()...))
}

// governed are the rules that the agencies may amend.
func governed() []workloads.Rule {
	return []workloads.Rule{
		{Name: "test-validity", Unit: "ms", Default: 72 * hour, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long a test result is valid, from the taking of the sample; assumed: 72 hours, cities asked for 24 to 72"},
		{Name: "status-life", Unit: "ms", Default: 14 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long a status is valid; assumed: 14 days, the length of an observation"},
		{Name: "recognition-life", Unit: "ms", Default: 7 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long another province's result is recognised, from its taking; assumed: 7 days"},
		{Name: "foreign-issuers", Unit: "issuers", Default: 30, Min: 0, Max: 1_000, Governed: true,
			Doc: "issuers of other provinces that are listed, numbered from 0; the 31 provincial regions of the mainland but Beijing"},
		{Name: "test-needed", Unit: "bool", Default: 0, Min: 0, Max: 1, Governed: true,
			Doc: "1: a healthy status alone is not green; assumed: 0"},
		{Name: "doses-pass", Unit: "doses", Default: 0, Min: 0, Max: DosesMax, Governed: true,
			Doc: "doses that make green by themselves, 0: none do; assumed: 0"},
		{Name: "doses-max", Unit: "doses", Default: 3, Min: 1, Max: DosesMax, Governed: true,
			Doc: "doses of a full course with its booster; assumed: 3, two and one booster"},
		{Name: "dose-interval", Unit: "ms", Default: 21 * day, Min: 0, Max: 730 * day, Governed: true,
			Doc: "least time between two doses; assumed: 3 weeks, as is usual for inactivated vaccines"},
		{Name: "report-max", Unit: "ms", Default: 24 * hour, Min: 1_000, Max: 30 * day, Governed: true,
			Doc: "how long after the taking an attestation may be issued; assumed: 24 hours"},
		{Name: "confirm-max", Unit: "ms", Default: 24 * hour, Min: 1_000, Max: 30 * day, Governed: true,
			Doc: "time in which a district confirms or rejects an arrival; assumed: 24 hours"},
		{Name: "observation-days", Unit: "days", Default: 14, Min: 1, Max: 90, Governed: true,
			Doc: "length of an observation that is ordered; assumed: 14 days, the rule of 2020"},
		{Name: "appeal-deadline", Unit: "ms", Default: 24 * hour, Min: 1_000, Max: 30 * day, Governed: true,
			Doc: "time in which a district decides an appeal against a colour; assumed: 24 hours"},
		{Name: "retention", Unit: "ms", Default: 28 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long a check-in may be read; assumed: 28 days, two observations"},
		{Name: "repeat-min", Unit: "ms", Default: 60_000, Min: 0, Max: day, Governed: true,
			Doc: "time within which the same token is no new check-in; assumed: a minute"},
		{Name: "trace-window", Unit: "ms", Default: 14 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "longest window of time of a tracing case; assumed: 14 days, the incubation time"},
		{Name: "case-life", Unit: "ms", Default: 3 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long a tracing case may be used; assumed: 3 days"},
	}
}

// shares are the rules that shape the start and the generator.
func shares() []workloads.Rule {
	percent := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name, Unit: "%", Default: value, Min: 0, Max: 100, Doc: doc}
	}
	return []workloads.Rule{
		{Name: "labs", Unit: "agencies", Default: 0, Min: 0, Max: program.AgencyMax,
			Doc: "agencies that issue attestations, numbered from 0; 0: all; assumed: all"},
		{Name: "venues", Unit: "venues", Default: 1_000, Min: 1, Max: 1_000_000,
			Doc: "venues that record check-ins; assumed: 1,000"},
		percent("tested-percent", 90, "share of subjects with a negative test at the start; assumed: 90"),
		percent("vaccinated-percent", 50, "share of subjects with a first dose at the start; assumed: half"),
		percent("issue-percent", 50, "share of writes that issue an attestation; assumed: half"),
		percent("checkin-percent", 25, "share of writes that are check-ins; assumed: 25"),
		percent("register-percent", 10, "share of new writes that declare an arrival; assumed: 10"),
		percent("recognise-percent", 10, "share of writes that recognise another province's result; assumed: 10; "+
			"what the four leave over is upkeep: corrections, revocations, tracing, appeals"),
		percent("test-percent", 70, "share of test results among attestations; assumed: 70"),
		percent("dose-percent", 15, "share of doses among attestations, the rest are statuses; assumed: 15"),
		percent("positive-percent", 2, "share of positive results, bad statuses and rejected arrivals; assumed: 2"),
		percent("observe-percent", 30, "share of confirmed arrivals that are put under observation; assumed: 30"),
		percent("guard-percent", 80, "share of reads that ask for a colour, the rest verify a commitment or read "+
			"a record; assumed: 80"),
	}
}

func newProgram(params workloads.Params) (workloads.Program, error) {
	return program.Build(program.Parts{
		Name: Name, Rules: rules(), Check: check,
		App: func(settings *program.Settings) workloads.App { return newApp(settings) },
		Generator: func(settings *program.Settings, rand workloads.Rand) workloads.Generator {
			return newGenerator(settings, rand)
		},
	}, params)
}

// check holds the family's own demands on its parameters.
func check(settings *program.Settings) error {
	writes := settings.Rule("issue-percent") + settings.Rule("checkin-percent") +
		settings.Rule("register-percent") + settings.Rule("recognise-percent")
	issues := settings.Rule("test-percent") + settings.Rule("dose-percent")
	switch {
	case settings.Population < 1:
		return fmt.Errorf("%s: Population is %d, allowed: 1 ... %d", Name, settings.Population, program.PopulationMax)
	case settings.Approvals > 1:
		return fmt.Errorf("%s: Approvals is %d, allowed: 0 ... 1", Name, settings.Approvals)
	case writes > 100:
		return fmt.Errorf("%s: the rules issue-percent, checkin-percent, register-percent and recognise-percent sum to %d, "+
			"allowed: 0 ... 100", Name, writes)
	case issues > 100:
		return fmt.Errorf("%s: the rules test-percent and dose-percent sum to %d, allowed: 0 ... 100", Name, issues)
	case settings.Rule("labs") > int64(settings.Agencies):
		return fmt.Errorf("%s: the rule labs is %d, allowed: 0 ... %d (Agencies)", Name, settings.Rule("labs"), settings.Agencies)
	}
	return nil
}
