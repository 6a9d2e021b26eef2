package directory

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "directory"

// StandingMax bounds the rule "standing".
const StandingMax = 64

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (2 or more: an administrator and somebody to share with), PayloadBytes, ReadPercent, LogReads (a use
// is a transaction), KeyChoice (which entry), Population (entries at the start, at least 1), Approvals (0: conditional
// entries are granted at once; 1: the owner grants; 2: the administrator countersigns) and ThinkMean (before an owner
// or administrator answers, and before what follows).
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Data directory and access grants",
		Laws: []string{
			"an entry's versions have no gap, and its record is the latest",
			"nobody but the owner changed an entry, and nobody after its withdrawal",
			"every grant was signed by those who had to, within the limits in force at its time",
			"every logged use had a live grant for its fields at its time, and no overdue complaint stood against the entry",
			"every counter equals the length of the log it counts",
			"open requests of an entry sum to its total, and an agency has at most one of them",
			"a complaint is settled at most once, and due when the deadline in force said",
			"a district's batches have no gap, and their chain recomputes to its head",
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
	const day = 86_400_000
	share := func(name string, percent int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name, Unit: "%", Default: percent, Min: 0, Max: 100,
			Doc: fmt.Sprintf("%s; assumed: %d", doc, percent)}
	}
	return program.Rules([]workloads.Rule{
		{Name: "grant-life", Unit: "ms", Default: 180 * day, Min: 1, Max: 3_650 * day, Governed: true,
			Doc: "how long a grant lasts at most, from the decision or renewal; assumed: 180 days"},
		{Name: "grant-uses", Unit: "uses", Default: 0, Min: 0, Max: 1_000_000_000, Governed: true,
			Doc: "logged uses that a grant given in the run allows, 0 for any number; assumed: any"},
		{Name: "answer-deadline", Unit: "ms", Default: 14 * day, Min: 1, Max: 3_650 * day, Governed: true,
			Doc: "time after which the administrator may answer a request for its owner; ten working days: " +
				"State Council document 51 of 2016"},
		{Name: "correction-deadline", Unit: "ms", Default: 5 * day, Min: 1, Max: 3_650 * day, Governed: true,
			Doc: "time after a complaint in which the owner corrects the entry before its use is blocked; assumed: 5 days"},
		{Name: "renewals-max", Unit: "times", Default: 3, Min: 0, Max: 255, Governed: true,
			Doc: "how often a grant may be renewed; assumed: 3"},
		{Name: "admin-signs", Unit: "bool", Default: 1, Min: 0, Max: 1, Governed: true,
			Doc: "1: with Approvals 2 the administrator countersigns grants of conditional entries; 0: it does not; assumed: 1"},
		{Name: "batch-max", Unit: "entries", Default: 1000, Min: 1, Max: 1_000_000, Governed: true,
			Doc: "entries that a district reports in one batch; assumed: 1000"},
		{Name: "districts", Unit: "agencies", Default: 16, Min: 0, Max: program.AgencyMax,
			Doc: "agencies that are districts, the last ones, all but agency 0 when there are fewer; 16: Beijing's " +
				"(blocking.net/30995)"},
		{Name: "standing", Unit: "agencies", Default: 3, Min: 0, Max: StandingMax,
			Doc: "agencies that hold a grant of every shared entry at the start; assumed: 3"},
		share("conditional-percent", 40, "share of the entries at the start and of new ones that are shared on conditions"),
		share("closed-percent", 10, "share of the entries at the start and of new ones that are not shared"),
		share("register-percent", 10, "share of writes in which an agency registers an entry"),
		share("update-percent", 25, "share of writes in which an owner makes a new version"),
		share("batch-percent", 5, "share of writes in which a district reports a batch; the rest asks for access"),
		share("refuse-percent", 8, "share of requests that the owner refuses"),
		share("partial-percent", 15, "share of requests of which the owner grants some fields"),
		share("revoke-percent", 3, "share of grants that are revoked"),
		share("renew-percent", 10, "share of grants that are renewed"),
		share("complain-percent", 3, "share of grants in which the holder complains of wrong data"),
		share("withdraw-percent", 1, "share of new entries that are withdrawn again"),
		share("look-percent", 40, "share of reads in which somebody looks an entry up; the others use a grant"),
	})
}

// check is what the family demands of its parameters.
func check(settings *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	sum := func(names ...string) (percent int64) {
		for _, name := range names {
			percent += settings.Rule(name)
		}
		return percent
	}
	switch {
	case settings.Agencies < 2:
		return fail("Agencies", settings.Agencies, fmt.Sprintf("2 ... %d", program.AgencyMax))
	case settings.Population < 1:
		return fail("Population", settings.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case settings.Approvals > 2:
		return fail("Approvals", settings.Approvals, "0 ... 2")
	case sum("conditional-percent", "closed-percent") > 100:
		return fail(`Rule["closed-percent"]`, settings.Rule("closed-percent"), "at most 100 together with conditional-percent")
	case sum("register-percent", "update-percent", "batch-percent") > 100:
		return fail(`Rule["batch-percent"]`, settings.Rule("batch-percent"),
			"at most 100 together with register-percent and update-percent")
	}
	return nil
}
