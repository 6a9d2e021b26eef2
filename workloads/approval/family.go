package approval

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "approval"

// ApprovalsMax bounds the agencies that sign one case.
const ApprovalsMax = 32

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies, PayloadBytes, ReadPercent, KeyChoice, Population (matters that a case may be
// about, at least 1), Approvals (0 ... 32 and not above Agencies: the signers of a case are distinct)
// and ThinkMean. LogReads has no meaning here and is refused: a status query proves nothing to
// anybody else.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Multi-agency approval",
		Laws: []string{
			"the cases in every state sum to the cases submitted",
			"a granted case has exactly the needed signatures of distinct agencies, stage after stage",
			"no case was decided twice, and no case ended without a decision, a withdrawal or a deadline",
			"a matter has at most one open case, and an open case holds its matter",
			"every signature is for the documents that the case has now",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New:   newProgram,
	}
}

func rules() []workloads.Rule {
	return program.Rules([]workloads.Rule{
		{Name: "stage-width", Unit: "agencies", Default: 2, Min: 1, Max: ApprovalsMax,
			Doc: "agencies that work in parallel in one stage; 1: all one after the other; assumed: 2"},
		{Name: "deadline", Unit: "ms", Default: 45 * 86_400_000, Min: 1_000, Max: 3_650 * 86_400_000,
			Doc: "time from submission to decision; 45 days: limit for jointly handled matters in the " +
				"Administrative Licence Law of the PRC, article 42"},
		{Name: "resubmissions-max", Unit: "times", Default: 3, Min: 0, Max: 100,
			Doc: "how often a returned case may be handed in again; assumed: 3"},
		{Name: "return-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of an agency's examinations that return the case to the applicant; assumed: 5"},
		{Name: "withdraw-percent", Unit: "%", Default: 20, Min: 0, Max: 100,
			Doc: "share of returned cases that the applicant withdraws; assumed: 20"},
		{Name: "reject-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of final decisions that are negative; assumed: 3"},
	})
}

func newProgram(params workloads.Params) (workloads.Program, error) {
	settings, err := program.NewSettings(Name, rules(), params)
	if err != nil {
		return workloads.Program{}, err
	}
	fail := func(field string, found any, allowed string) (workloads.Program, error) {
		return workloads.Program{}, fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, params.Agencies)
	switch {
	case params.Population < 1:
		return fail("Population", params.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case params.Approvals > most:
		return fail("Approvals", params.Approvals, fmt.Sprintf("0 ... %d (signers are distinct agencies)", most))
	case params.LogReads:
		return fail("LogReads", params.LogReads, "false")
	}
	return workloads.Program{
		App:       func() workloads.App { return newApp(settings) },
		Generator: func(rand workloads.Rand) workloads.Generator { return newGenerator(settings, rand) },
	}, nil
}
