package numbering

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "numbering"

// Limits of the rules.
const (
	numbersMax  = 99_999_999 // of a code: 8 digits, from 00000001
	numbersMin  = 100_000
	codesMax    = 1000 // batches of a year: 3 digits
	segmentMax  = 1_000_000
	startMax    = numbersMin        // of the rule "start-segment": it lies within one code
	amountLimit = 1_000_000_000_000 // fen: the greatest value of "bill-max"
)

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies, PayloadBytes, ReadPercent, LogReads, KeyChoice (which issuer acts, and whose bill of those from
// the start is verified), Population (issuers, at least 1), Approvals (1: the authority grants numbers; 0: the
// program does) and ThinkMean (before the authority answers, and before a bill is corrected).
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Numbered bills and invoices",
		Laws: []string{
			"segments are disjoint and follow each other without a gap in every code",
			"in every segment the numbers issued have no gap and none is issued twice",
			"no segment, bill or correction is beyond the limits in force at its time",
			"a number returned is never issued, and none is lost: issued, returned and unused ones sum to those granted",
			"a bill is cancelled at most once, by a red-letter bill with the opposite amounts",
			"the bills' amounts and taxes sum to the totals of every period and of the whole",
			"a closed period is not changed",
			"logged verifications sum to the counters",
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
	return program.Rules([]workloads.Rule{
		{Name: "segment-size", Unit: "numbers", Default: 200, Min: 1, Max: segmentMax, Governed: true,
			Doc: "numbers that an issuer may be granted at a time; assumed: 200"},
		{Name: "outstanding-max", Unit: "numbers", Default: 400, Min: 1, Max: 16 * segmentMax, Governed: true,
			Doc: "unused numbers that an issuer may hold after a grant; assumed: 400, two grants"},
		{Name: "bill-max", Unit: "fen", Default: 9_999_999, Min: 1, Max: amountLimit, Governed: true,
			Doc: "greatest amount of a bill without tax; assumed: below 100,000 yuan, an edition of the paper invoice"},
		{Name: "tax-rate", Unit: "bp", Default: 600, Min: 0, Max: 10_000, Governed: true,
			Doc: "tax on the amount in basis points, rounded half up to a fen; 0 for fiscal bills; " +
				"assumed: 600, the rate of value-added tax on modern services in 2020"},
		{Name: "correction-deadline", Unit: "ms", Default: 180 * day, Min: 1, Max: 3_650 * day, Governed: true,
			Doc: "how long after a bill a red-letter bill may cancel it; assumed: 180 days"},
		{Name: "period", Unit: "ms", Default: 20_000, Min: 1, Max: 366 * day, Governed: true,
			Doc: "time that an issuer's period lasts at least before it is closed; assumed: 20 s stand for a month, so " +
				"that periods end within a run"},
		{Name: "code-numbers", Unit: "numbers", Default: numbersMax, Min: numbersMin, Max: numbersMax,
			Doc: "numbers of a code: 8 digits (blocking.net/beijing-issued-the-first-blockchain-electronic-invoice-" +
				"parking-tickets-and-park-tickets-will-be-included.html)"},
		{Name: "start-segment", Unit: "numbers", Default: 200, Min: 0, Max: startMax,
			Doc: "numbers that every issuer was granted before the start; assumed: 200"},
		{Name: "start-bills", Unit: "numbers", Default: 20, Min: 0, Max: startMax,
			Doc: "of those the ones that are issued, all when there are fewer; assumed: 20"},
		{Name: "void-percent", Unit: "%", Default: 1, Min: 0, Max: 100,
			Doc: "share of new bills that the issuer makes void; assumed: 1"},
		{Name: "red-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of new bills that are not made void and are cancelled by a red-letter bill; assumed: 2"},
		{Name: "cut-percent", Unit: "%", Default: 10, Min: 0, Max: 100,
			Doc: "share of applications of which the authority grants a part; half as many are withdrawn, and a quarter " +
				"refused; assumed: 10"},
		{Name: "forged-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of verifications of a bill that is forged or was never issued; assumed: 3"},
		{Name: "return-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of issuers that return their unused numbers when they close a period; assumed: 5"},
	})
}

// check is what the family demands of its parameters.
func check(settings *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	switch {
	case settings.Population < 1:
		return fail("Population", settings.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case settings.Approvals > 1:
		return fail("Approvals", settings.Approvals, "0 ... 1")
	}
	if p := newPlan(settings); p.codes >= codesMax {
		return fail("Population", settings.Population,
			fmt.Sprintf("1 ... %d, so that the codes of 3 digits are enough", uint64(codesMax-1)*p.perCode))
	}
	return nil
}
