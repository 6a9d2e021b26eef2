package claim

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "claim"

// ApprovalsMax bounds the parties that confirm an instrument beside its debtor.
const ApprovalsMax = 31

// Bounds of amounts and times.
const (
	amountMax = 1_000_000_000_000_000 // fen, ten trillion yuan
	day       = 86_400_000            // ms
	basis     = 10_000                // basis points in a whole
)

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (at least 2: a debtor is no claimant), PayloadBytes, ReadPercent and LogReads (the question
// whether an instrument is taken), KeyChoice (which holder is next), Population (at least 1: the holders, each with
// an instrument at the start), Approvals (0 ... 31 and below Agencies: parties that confirm beside the debtor) and
// ThinkMean.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Claim once: reimbursement and pledge without duplicates",
		Laws: []string{
			"an instrument is never locked by two claims at once, and its lock is its live claim",
			"no content is registered twice",
			"the two parts of a split instrument sum to it",
			"a claim is paid by two desks of its claimant, within the advance rate in force then",
			"the instruments in every state sum to those that exist, and so do the claims",
			"nothing is settled twice, and what is settled, cancelled or split is never claimed again",
			"a confirmed instrument has its debtor's and every further party's confirmation of its content",
			"what an inquiry was answered was so at its place in the order",
			"every amount, term, lock and declaration keeps to the rule in force when it was made",
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
	return program.Rules([]workloads.Rule{
		{Name: "single-use", Unit: "bool", Default: 0, Min: 0, Max: 1,
			Doc: "1: to pay a claim uses the instrument up, as a bill is reimbursed once; 0: it is a pledge, which " +
				"ends when the debtor settles; modelled: the two kinds of instrument in the scenario list"},
		{Name: "issuer", Unit: "bool", Default: 0, Min: 0, Max: 1,
			Doc: "1: the debtor registers instruments and so confirms them, as a hospital issues a bill; 0: the " +
				"holder registers and the debtor confirms, as the Haidian service does with receivables"},
		{Name: "face", Unit: "fen", Default: 20_000_000, Min: 1_000, Max: amountMax / 100,
			Doc: "typical face of an instrument, from an eighth to twice of it; assumed: 200,000 yuan, " +
				"the amounts of the Haidian service are not published"},
		{Name: "start-term", Unit: "ms", Default: 90 * day, Min: 1_000, Max: 3_650 * day,
			Doc: "instruments of the start and new ones are due evenly within this time; assumed: 90 days"},
		{Name: "advance-rate", Unit: "basis points", Default: 8_000, Min: 1, Max: basis, Governed: true,
			Doc: "most that is paid on an instrument, of its face; assumed: 80 %, a usual rate for receivables; " +
				"set 10,000 for reimbursement in full"},
		{Name: "lock-life", Unit: "ms", Default: 7 * day, Min: 1_000, Max: 365 * day, Governed: true,
			Doc: "how long a claim locks its instrument before it is paid; assumed: 7 days"},
		{Name: "grace", Unit: "ms", Default: 30 * day, Min: 0, Max: 3_650 * day, Governed: true,
			Doc: "time after the due date before an instrument may be declared overdue; 30 days: within which an " +
				"agency pays a small enterprise, Regulation on Payments to SMEs (State Council order 728), article 8"},
		{Name: "term-max", Unit: "ms", Default: 365 * day, Min: 1_000, Max: 3_650 * day, Governed: true,
			Doc: "longest time from registration to the due date; assumed: 1 year"},
		{Name: "face-max", Unit: "fen", Default: 10_000_000_000, Min: 1_000, Max: amountMax, Governed: true,
			Doc: "largest face that is registered; assumed: 100 million yuan"},
		{Name: "part-min", Unit: "fen", Default: 100_000, Min: 1, Max: amountMax, Governed: true,
			Doc: "smallest part of a split instrument; assumed: 1,000 yuan"},
		{Name: "split-depth", Unit: "splits", Default: 4, Min: 0, Max: 32, Governed: true,
			Doc: "how often an instrument and its parts may be split one after the other; assumed: 4; 0 forbids it"},
		{Name: "new-percent", Unit: "%", Default: 50, Min: 0, Max: 100,
			Doc: "share of cases that begin with a new instrument although the holder has an unused one; assumed: 50"},
		{Name: "dispute-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of confirmations that turn into a dispute; assumed: 3"},
		{Name: "cancel-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of claims during which the debtor cancels the instrument; assumed: 2"},
		{Name: "split-percent", Unit: "%", Default: 15, Min: 0, Max: 100,
			Doc: "share of instruments that are split before they are claimed; assumed: 15"},
		{Name: "assign-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of instruments that are assigned before they are claimed; assumed: 5"},
		{Name: "reject-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of claims that the claimant rejects; assumed: 5"},
		{Name: "withdraw-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of claims that the holder withdraws; assumed: 3"},
		{Name: "transfer-percent", Unit: "%", Default: 10, Min: 0, Max: 100,
			Doc: "share of lent claims that move to another agency; assumed: 10"},
		{Name: "release-percent", Unit: "%", Default: 10, Min: 0, Max: 100,
			Doc: "share of lent claims that the claimant releases before the debtor pays; assumed: 10"},
		{Name: "settle-percent", Unit: "%", Default: 60, Min: 0, Max: 100,
			Doc: "share of the other lent claims whose debtor settles while the case is watched; assumed: 60"},
	})
}

func check(settings *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, settings.Agencies-1)
	switch {
	case settings.Agencies < 2:
		return fail("Agencies", settings.Agencies, fmt.Sprintf("2 ... %d (a debtor is no claimant)", program.AgencyMax))
	case settings.Population < 1:
		return fail("Population", settings.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case settings.Approvals > most:
		return fail("Approvals", settings.Approvals, fmt.Sprintf("0 ... %d (they are distinct and not the debtor)", most))
	}
	return nil
}
