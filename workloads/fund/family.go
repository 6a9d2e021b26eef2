package fund

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "fund"

// ApprovalsMax bounds the agencies that sign an application.
const ApprovalsMax = 31

// Bounds of amounts, times and numbers.
const (
	amountMax   = 1_000_000_000_000_000 // fen in one operation or rule, ten trillion yuan
	moneyMax    = 1 << 62               // fen that all appropriations and donations may sum to
	projectsMax = 1 << 20
	day         = 86_400_000 // ms
	basis       = 10_000     // basis points in a whole
)

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (at least 1), PayloadBytes, ReadPercent and LogReads (looks at an account), KeyChoice (which
// project is next), Population (at least 1: the subjects), Approvals (0 ... 31 and below Agencies: agencies that sign an
// application beside its manager) and ThinkMean.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Funds with a budget: nothing is created or lost",
		Laws: []string{
			"all accounts and what was paid sum to what was appropriated and donated, less what was returned",
			"no account was ever negative",
			"every balance is what the journal's postings make it, and every posting has its transaction",
			"no subject has two applications for one period that were not rejected or withdrawn",
			"no programme was appropriated more in a year than the ceiling in force",
			"every ordered payment has its needed distinct signatures, the finance agency's where it is large",
			"benefits, wages and milestones keep to the rules in force when they were applied for",
			"a contract is never billed beyond its price, nor in more milestones at once than the rule in force",
			"the applications in every state sum to those made, and every counter to its journal",
			"what a look at an account was answered was so at its place in the order",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New: func(params workloads.Params) (workloads.Program, error) {
			return program.Build(program.Parts{
				Name: Name, Rules: rules(), Check: check,
				App:       func(s *program.Settings) workloads.App { return newApp(s) },
				Generator: func(s *program.Settings, r workloads.Rand) workloads.Generator { return newGenerator(s, r) },
			}, params)
		},
	}
}

func rules() []workloads.Rule {
	return program.Rules(append(startRules(), append(governedRules(), shareRules()...)...))
}

// startRules shape the start.
func startRules() []workloads.Rule {
	return []workloads.Rule{
		{Name: "programmes", Unit: "programmes", Default: 16, Min: 1, Max: 1_024,
			Doc: "programmes of the budget; assumed: one a district, Beijing has 16"},
		{Name: "projects", Unit: "projects", Default: 1_024, Min: 1, Max: projectsMax,
			Doc: "projects of all programmes; assumed: 64 a programme"},
		{Name: "programme-start", Unit: "fen", Default: 100_000_000_000, Min: 0, Max: amountMax,
			Doc: "what a programme has at the start, from former years; assumed: 1 billion yuan"},
		{Name: "project-start", Unit: "fen", Default: 1_000_000_000, Min: 0, Max: amountMax / 1_000,
			Doc: "what a project has at the start; assumed: 10 million yuan"},
		{Name: "contract-price", Unit: "fen", Default: 500_000_000, Min: 1, Max: amountMax / 1_000,
			Doc: "price of every project's contract; assumed: 5 million yuan"},
		{Name: "year", Unit: "ms", Default: 365 * day, Min: 1_000, Max: 3_650 * day,
			Doc: "length of a budget year; 365 days: Budget Law of the PRC, article 18, the calendar year"},
		{Name: "period", Unit: "ms", Default: 30 * day, Min: 1_000, Max: 3_650 * day,
			Doc: "time for which a subject is paid once; assumed: 30 days, benefits and wages are monthly"},
	}
}

// governedRules can be amended.
func governedRules() []workloads.Rule {
	return []workloads.Rule{
		{Name: "ceiling", Unit: "fen", Default: 1_000_000_000_000, Min: 0, Max: amountMax, Governed: true,
			Doc: "most that a programme is appropriated in a year; assumed: 10 billion yuan"},
		{Name: "benefit-share", Unit: "basis points", Default: 8_000, Min: 0, Max: basis, Governed: true,
			Doc: "share of the base that is paid up to the rule benefit-tier; assumed: 80 %"},
		{Name: "benefit-tier", Unit: "fen", Default: 200_000, Min: 0, Max: amountMax, Governed: true,
			Doc: "part of the base that has the first share; assumed: 2,000 yuan"},
		{Name: "benefit-upper-share", Unit: "basis points", Default: 5_000, Min: 0, Max: basis, Governed: true,
			Doc: "share of the rest of the base that is paid; assumed: 50 %"},
		{Name: "benefit-cap", Unit: "fen", Default: 300_000, Min: 1, Max: amountMax, Governed: true,
			Doc: "most that a subject is paid a period; assumed: 3,000 yuan; with shares of 100 % and bases above it " +
				"everybody gets the same"},
		{Name: "wage-max", Unit: "fen", Default: 2_000_000, Min: 1, Max: 1<<32 - 1, Governed: true,
			Doc: "largest wage on a list; assumed: 20,000 yuan"},
		{Name: "milestone-share", Unit: "basis points", Default: 3_000, Min: 1, Max: basis, Governed: true,
			Doc: "most of the contract's price that one milestone bills; assumed: 30 %"},
		{Name: "milestones-open", Unit: "milestones", Default: 1, Min: 1, Max: 10_000, Governed: true,
			Doc: "milestones of one contract that are at work at once; assumed: 1; more where a project has many contractors"},
		{Name: "large", Unit: "fen", Default: 10_000_000, Min: 0, Max: amountMax, Governed: true,
			Doc: "amount from which on the finance agency signs too; assumed: 100,000 yuan"},
		{Name: "returns-max", Unit: "times", Default: 2, Min: 0, Max: 100, Governed: true,
			Doc: "returns by the bank after which one more rejects an application; assumed: 2"},
		{Name: "clawback-life", Unit: "ms", Default: 730 * day, Min: 1_000, Max: 3_650 * day, Governed: true,
			Doc: "time after a payment in which it is demanded back; 2 years: Administrative Penalty Law of the PRC, " +
				"article 36, after which a violation is not punished"},
	}
}

// shareRules shape what the generator does.
func shareRules() []workloads.Rule {
	percent := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name, Unit: "%", Default: value, Min: 0, Max: 100, Doc: doc}
	}
	return []workloads.Rule{
		percent("payroll-percent", 10, "share of new cases that are a wage list; assumed: 10"),
		percent("milestone-percent", 5, "share of new cases that bill a milestone; assumed: 5"),
		percent("donate-percent", 10, "share of new cases that are a donation; assumed: 10"),
		percent("finance-percent", 5, "share of new cases in which money is appropriated, allocated, recalled, returned "+
			"or frozen; assumed: 5; the shares above and this one leave the rest to benefits"),
		percent("reject-percent", 3, "share of signatures that are a rejection instead; assumed: 3"),
		percent("withdraw-percent", 2, "share of applications that are withdrawn; assumed: 2"),
		percent("return-percent", 2, "share of payments that the bank returns; assumed: 2, wrong account numbers"),
		percent("clawback-percent", 1, "share of payments that are demanded back; assumed: 1"),
	}
}

func check(settings *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, settings.Agencies-1)
	rule := settings.Rule
	shares := rule("payroll-percent") + rule("milestone-percent") + rule("donate-percent") + rule("finance-percent")
	switch {
	case settings.Population < 1:
		return fail("Population", settings.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case settings.Approvals > most:
		return fail("Approvals", settings.Approvals, fmt.Sprintf("0 ... %d (they are distinct and not the manager)", most))
	case shares > 100:
		return fail(`Rule["payroll-percent"] + "milestone-percent" + "donate-percent" + "finance-percent"`, shares, "0 ... 100")
	}
	return nil
}
