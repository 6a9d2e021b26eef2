package licence

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "licence"

// TypesMax bounds the rule "types".
const TypesMax = 255

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies, PayloadBytes, ReadPercent, LogReads, KeyChoice (seq: most writes issue a new
// licence of one type, so that its serial counter is the hot row), Population (licences that exist at
// the start, at least 1) and ThinkMean (between making an authorisation code and using it).
// Approvals has no meaning here and may only be 0 or 1: the issuing agency alone signs.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Licence issue, verification and authorisation codes",
		Laws: []string{
			"the licences in every status sum to the licences issued",
			"a revoked licence stays revoked, and no check after it found it valid",
			"an authorisation code is consumed at most once each time it is made",
			"serial numbers of a type have no gap",
			"no licence was issued beyond the quota of its type that was in force",
			"a licence ends a term after its issue or renewal, a code its life after it was made, as in force at that time",
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
		{Name: "types", Unit: "types", Default: 7, Min: 1, Max: TypesMax,
			Doc: "kinds of licence; seven: the Beijing e-licence service of 2020 (codetd.com/en/article/11820310)"},
		{Name: "term", Unit: "ms", Default: 3 * 365 * 86_400_000, Min: 1_000, Max: 100 * 365 * 86_400_000,
			Doc: "how long a licence is valid from issue or renewal; assumed: three years", Governed: true},
		{Name: "code-life", Unit: "ms", Default: 300_000, Min: 1_000, Max: 86_400_000,
			Doc: "how long an authorisation code may be used; assumed: 5 minutes", Governed: true},
		{Name: "quota", Unit: "licences", Default: 0, Min: 0, Max: 1 << 40,
			Doc: "licences that may be issued of each type beyond those at the start, 0 for any number; " +
				"assumed: none", Governed: true},
		{Name: "code-percent", Unit: "%", Default: 20, Min: 0, Max: 100,
			Doc: "share of changes that make and use an authorisation code; assumed: 20"},
		{Name: "issue-percent", Unit: "%", Default: 40, Min: 0, Max: 100,
			Doc: "share of the other changes that issue a licence, the rest renews, suspends, reinstates " +
				"and revokes; 90 instead when KeyChoice is seq or quota and the rule is not given; assumed: 40"},
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
