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
			"a granted case has the signatures of distinct agencies that were needed when it was granted, stage after stage",
			"no case was returned, handed in again or rejected against the limit of resubmissions in force",
			"a case has the deadline that was in force when it was submitted",
			"no case was decided twice, and no case ended without a decision, a withdrawal or a deadline",
			"a matter has at most one open case, and an open case holds its matter",
			"every signature is for the documents that the case has now",
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
		{Name: "stage-width", Unit: "agencies", Default: 2, Min: 1, Max: ApprovalsMax,
			Doc: "agencies that work in parallel in one stage; 1: all one after the other; assumed: 2"},
		{Name: "deadline", Unit: "ms", Default: 45 * 86_400_000, Min: 1_000, Max: 3_650 * 86_400_000,
			Doc: "time from submission to decision; 45 days: limit for jointly handled matters in the " +
				"Administrative Licence Law of the PRC, article 42; a case keeps the deadline of its submission", Governed: true},
		{Name: "resubmissions-max", Unit: "times", Default: 3, Min: 0, Max: 100,
			Doc: "how often a returned case may be handed in again; assumed: 3", Governed: true},
		{Name: "signatures-needed", Unit: "agencies", Default: 0, Min: 0, Max: ApprovalsMax,
			Doc: "signatures that are enough for a grant, counted from the first stage on; 0: those of all Approvals " +
				"agencies; assumed: all", Governed: true},
		{Name: "return-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of an agency's examinations that return the case to the applicant; assumed: 5"},
		{Name: "withdraw-percent", Unit: "%", Default: 20, Min: 0, Max: 100,
			Doc: "share of returned cases that the applicant withdraws; assumed: 20"},
		{Name: "reject-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of final decisions that are negative; assumed: 3"},
	})
}

// check is what the family demands of its parameters.
func check(settings *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, settings.Agencies)
	switch {
	case settings.Population < 1:
		return fail("Population", settings.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case settings.Approvals > most:
		return fail("Approvals", settings.Approvals, fmt.Sprintf("0 ... %d (signers are distinct agencies)", most))
	case settings.LogReads:
		return fail("LogReads", settings.LogReads, "false")
	}
	return nil
}
