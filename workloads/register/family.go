package register

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "register"

// Limits of one object and one case.
const (
	ApprovalsMax = 32                  // departments that examine one transfer
	HoldersMax   = 200                 // holders of one object
	SlotsMax     = 16                  // mortgages of one object, asked for or in force
	AccountsMax  = 4                   // utility accounts of one object
	MoneyMax     = 100_000_000_000_000 // fen: a price or a loan; times 10,000 it fits an int64
)

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (at least 1), PayloadBytes, ReadPercent, LogReads (a title search is then a transaction),
// KeyChoice, Population (objects, and as many parties that hold them; at least 2), Approvals (0 ... 32 and not above
// Agencies: departments that examine a transfer) and ThinkMean.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Register with transfer of ownership",
		Laws: []string{
			"the holders of every object hold exactly one whole of it",
			"money in escrow is what was deposited less what was released to sellers and returned to buyers",
			"the tax of every case is its price at the rate that was in force when it was assessed",
			"no title moved while the object was frozen or while a lender's consent was missing",
			"a registered transfer was accepted, paid for, taxed and examined by every department",
			"certificates are numbered without a gap",
			"an object has at most one open transfer, and an open transfer holds its object",
			"the mortgages of an object are those that were granted and not discharged, in order of priority",
			"every record and every counter is what the journal of all steps makes it",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New:   newProgram,
	}
}

func rules() []workloads.Rule {
	return program.Rules(append(lawRules(), mixRules()...))
}

// lawRules are the numbers that the program judges by.
func lawRules() []workloads.Rule {
	const day = 86_400_000
	return []workloads.Rule{
		{Name: "parts", Unit: "parts", Default: 10_000, Min: 1, Max: 1_000_000_000_000,
			Doc: "parts that make one whole object: hundredths of a percent of a property, or a company's shares; assumed: 10,000"},
		{Name: "holders", Unit: "parties", Default: 1, Min: 1, Max: 50,
			Doc: "holders of every object at the start, in equal parts; assumed: a sole owner"},
		{Name: "accounts", Unit: "accounts", Default: 1, Min: 0, Max: AccountsMax,
			Doc: "utility accounts (power, water, gas, heat) that follow an object's title; 1: power, as in Haidian's " +
				"registration with electricity transfer (2019)"},
		{Name: "holders-max", Unit: "parties", Default: 50, Min: 1, Max: HoldersMax, Governed: true,
			Doc: "holders that one object may have; 50: shareholders of a limited company, Company Law of the PRC (2018), article 24"},
		{Name: "deposit-bp", Unit: "1/10000", Default: 10_000, Min: 0, Max: 10_000, Governed: true,
			Doc: "share of the price that must lie in escrow before registration, 0 for no escrow; assumed: all of it"},
		{Name: "tax-bp", Unit: "1/10000", Default: 300, Min: 0, Max: 10_000, Governed: true,
			Doc: "deed tax on a price above tax-threshold; 3 %: lower bound of the Deed Tax Law of the PRC, article 3, the rate in Beijing"},
		{Name: "tax-low-bp", Unit: "1/10000", Default: 100, Min: 0, Max: 10_000, Governed: true,
			Doc: "deed tax on a price up to tax-threshold; 1 %: relief for a small only home (Ministry of Finance notice 2016 no. 23); " +
				"with both rates 0 nothing is assessed"},
		{Name: "tax-threshold", Unit: "fen", Default: 300_000_000, Min: 0, Max: MoneyMax, Governed: true,
			Doc: "price up to which tax-low-bp applies; assumed: 3 million yuan, the notice goes by floor space"},
		{Name: "deadline", Unit: "ms", Default: 30 * day, Min: 1_000, Max: 3_650 * day, Governed: true,
			Doc: "time from the offer to registration; 30 working days: Provisional Regulations on Real Estate Registration, " +
				"article 20, taken as days"},
		{Name: "lender-consent", Unit: "bool", Default: 1, Min: 0, Max: 1, Governed: true,
			Doc: "1: a mortgaged object moves only with its lenders' consent, Property Law of the PRC (2007), article 191; " +
				"0: without, Civil Code, article 406, from 2021"},
		{Name: "disposal-bp", Unit: "1/10000", Default: 6_667, Min: 1, Max: 10_000, Governed: true,
			Doc: "share that a holder must have to mortgage the object; two thirds: Civil Code of the PRC, article 301"},
		{Name: "mortgages-max", Unit: "mortgages", Default: 3, Min: 0, Max: SlotsMax, Governed: true,
			Doc: "mortgages in force on one object; assumed: 3"},
		{Name: "permit-life", Unit: "ms", Default: 30 * day, Min: 1_000, Max: 3_650 * day, Governed: true,
			Doc: "longest permit that a holder may give an agency to search the title; assumed: 30 days"},
	}
}

// mixRules are the numbers that only the generator reads.
func mixRules() []workloads.Rule {
	weight := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name + "-weight", Unit: "weight", Default: value, Min: 0, Max: 1_000_000,
			Doc: "how often " + doc + ", in proportion to the other weights; assumed: nothing is published"}
	}
	percent := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name + "-percent", Unit: "%", Default: value, Min: 0, Max: 100, Doc: doc + "; assumed"}
	}
	return []workloads.Rule{
		weight("transfer", 60, "a new case transfers a title"),
		weight("mortgage", 20, "a new case asks for or discharges a mortgage"),
		weight("freeze", 2, "a court freezes or unfreezes an object"),
		weight("correct", 3, "the registry corrects an entry"),
		weight("permit", 15, "a holder permits a search and the agency searches"),
		percent("whole", 90, "share of transfers in which the seller gives up all parts"),
		percent("amend", 5, "share of transfers whose seller corrects the offer once after acceptance"),
		percent("withdraw", 3, "share of accepted transfers that a side withdraws"),
		percent("refuse", 2, "share of transfers that a department or the registry refuses"),
		percent("search", 30, "share of reads that are title searches and not questions for the status"),
	}
}

func newProgram(params workloads.Params) (workloads.Program, error) {
	return program.Build(program.Parts{
		Name: Name, Rules: rules(), Check: checkSettings,
		App:       func(s *program.Settings) workloads.App { return newApp(s) },
		Generator: func(s *program.Settings, r workloads.Rand) workloads.Generator { return newGenerator(s, r) },
	}, params)
}

// checkSettings refuses parameters that make no sense for this family.
func checkSettings(s *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, s.Agencies)
	holders := s.Rule("holders")
	weights := int64(0)
	for _, name := range weightNames {
		weights += s.Rule(name)
	}
	switch {
	case s.Population < 2:
		return fail("Population", s.Population, fmt.Sprintf("2 ... %d", program.PopulationMax))
	case s.Approvals > most:
		return fail("Approvals", s.Approvals, fmt.Sprintf("0 ... %d (departments are distinct agencies)", most))
	case holders > s.Rule("parts") || holders > int64(s.Population) || holders > s.Rule("holders-max"):
		return fail(`Rule["holders"]`, holders, `1 ... the smallest of Rule["parts"], Rule["holders-max"] and Population`)
	case weights == 0:
		return fail("Rule of every weight", 0, "at least one weight above 0")
	}
	return nil
}
