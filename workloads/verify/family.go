package verify

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "verify"

// StandingMax bounds the rule "standing".
const StandingMax = 64

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (at least 1), PayloadBytes, ReadPercent, LogReads, KeyChoice, Population (at
// least 1) and ThinkMean. Approvals has no meaning here and may only be 0 or 1: a consent is given
// by its subject alone.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Verify with consent and log the check",
		Laws: []string{
			"every logged check had a valid consent at its time",
			"every counter equals the length of the log it counts",
			"every trail's hash chain recomputes to its head",
			"no log entry, record or consent was deleted",
			"no consent was used more often than it allows",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New: func(params workloads.Params) (workloads.Program, error) {
			return program.Build(program.Parts{
				Name: Name, Rules: rules(), Check: check,
				App:       func(settings *program.Settings) workloads.App { return newApp(settings) },
				Generator: func(s *program.Settings, rand workloads.Rand) workloads.Generator { return newGenerator(s, rand) },
			}, params)
		},
	}
}

func rules() []workloads.Rule {
	return program.Rules([]workloads.Rule{
		{Name: "consent", Unit: "bool", Default: 1, Min: 0, Max: 1,
			Doc: "1: a check needs the subject's consent; 0: the records are public. " +
				"Modelled: the scenario list's privacy column", Governed: true},
		{Name: "standing", Unit: "agencies", Default: 3, Min: 0, Max: StandingMax,
			Doc: "agencies that hold every subject's unlimited consent at the start; assumed: 3"},
		{Name: "grant-life", Unit: "ms", Default: 30 * 86_400_000, Min: 1_000, Max: 3_650 * 86_400_000,
			Doc: "how long a new consent lasts at most; assumed: 30 days", Governed: true},
		{Name: "grant-uses", Unit: "checks", Default: 1, Min: 0, Max: 1_000_000,
			Doc: "checks a new consent allows, 0 for any number; assumed: one-time, as the 8-digit code " +
				"of the e-licence service is", Governed: true},
		{Name: "trail-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of queries in which a subject reads the trail of its checks; assumed: 2"},
	})
}

// check is what the family demands of its parameters.
func check(settings *program.Settings) error {
	if settings.Population < 1 {
		return fmt.Errorf("%s: Population is %d, allowed: 1 ... %d", Name, settings.Population, program.PopulationMax)
	}
	if settings.Approvals > 1 {
		return fmt.Errorf("%s: Approvals is %d, allowed: 0 ... 1", Name, settings.Approvals)
	}
	return nil
}
