package draw

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "draw"

// Values of the rule "mode".
const (
	ModeLottery byte = 0 // the lowest ranks win, a rank being a hash of the seed and the application's number
	ModePoints  byte = 1 // the most points win, ties broken as in a lottery
	ModeBids    byte = 2 // the best sealed bid wins, the earlier of two equal ones
	ModeFirst   byte = 3 // whoever came first
)

// ApprovalsMax bounds the agencies that confirm one application.
const ApprovalsMax = 32

// SeedersMax bounds the agencies that bring a seed.
const SeedersMax = 64

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies, PayloadBytes, ReadPercent, LogReads (an agency's or applicant's look at an application is
// a transaction), KeyChoice (which of the rule "pools" a request is about; people apply one after the other),
// Population (people or enterprises that may apply, at least 1; applications of a round beyond it are refused
// as second ones), Approvals (0 ... 32 and not above Agencies: each confirms one aspect of an application) and
// ThinkMean (between the steps of an application, and before a place is answered).
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Quota by lottery, points, sealed bids or order of arrival",
		Laws: []string{
			"a round's terms are the rules in force when it was announced, and rounds of a pool do not overlap",
			"nobody applied twice in a round, and the applications are numbered without a gap",
			"nothing was counted after its deadline, and nothing was known of the seeds before the round was closed",
			"every seed that was revealed matches its commitment, and the round's seed recomputes from them",
			"the ranking recomputes from the seed, the points, the bids and the order of the applications",
			"everybody ranked was eligible: all agencies confirmed, points and bids within their bounds",
			"every bid that was opened matches its commitment",
			"places are called in the order of the ranking, never more than the quota, and nobody won twice in a round",
			"the counters equal the records, and the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New:   newProgram,
	}
}

// day in ms.
const day = 86_400_000

func rules() []workloads.Rule {
	return program.Rules([]workloads.Rule{
		{Name: "mode", Unit: "code", Default: 0, Min: 0, Max: 3,
			Doc: "0: lottery, 1: ranking by points, 2: sealed bids, 3: first come, first served; modelled: the kind of service"},
		{Name: "pools", Unit: "pools", Default: 1, Min: 1, Max: 1_000_000,
			Doc: "schools, housing projects, lots or tenders that have rounds side by side; assumed: one"},
		{Name: "round-length", Unit: "ms", Default: 10_000, Min: 100, Max: 3_650 * day, Governed: true,
			Doc: "how long a round takes applications; assumed: 10 s, so that a run of a minute sees some rounds; " +
				"the 2019 round of the points-based household registration took about two months"},
		{Name: "review-length", Unit: "ms", Default: 2_000, Min: 0, Max: 365 * day, Governed: true,
			Doc: "how long after the deadline agencies still confirm or refuse; assumed: a fifth of the round"},
		{Name: "reveal-length", Unit: "ms", Default: 1_000, Min: 1, Max: 365 * day, Governed: true,
			Doc: "how long after the closing seeds and bids may be revealed; assumed: a tenth of the round"},
		{Name: "confirm-length", Unit: "ms", Default: 5_000, Min: 1, Max: 3_650 * day, Governed: true,
			Doc: "how long somebody called to a place may take or decline it; assumed: half a round"},
		{Name: "objection-length", Unit: "ms", Default: 3_000, Min: 0, Max: 3_650 * day, Governed: true,
			Doc: "how long after a call it may be objected to; assumed: 3 s"},
		{Name: "quota", Unit: "places", Default: 100, Min: 1, Max: 10_000_000, Governed: true,
			Doc: "places of a round of a pool; assumed: 100; 6,000 a year in the points-based household registration of 2019"},
		{Name: "reserve-percent", Unit: "%", Default: 20, Min: 0, Max: 1_000, Governed: true,
			Doc: "reserves ranked beside the quota, who are called when places are declined; assumed: 20"},
		{Name: "points-min", Unit: "points", Default: 40, Min: 0, Max: 1_000_000, Governed: true,
			Doc: "sum of points below which an application is not eligible, in mode 1; assumed: 40"},
		{Name: "points-max", Unit: "points", Default: 100, Min: 1, Max: 1_000_000, Governed: true,
			Doc: "points that one agency may give for its aspect, in mode 1; assumed: 100"},
		{Name: "price-max", Unit: "yuan", Default: 1_000_000, Min: 1, Max: 1_000_000_000_000, Governed: true,
			Doc: "highest valid bid (the ceiling price of a tender), in mode 2; assumed: a million"},
		{Name: "price-floor", Unit: "%", Default: 50, Min: 0, Max: 100, Governed: true,
			Doc: "lowest valid bid in percent of price-max, in mode 2, against abnormally low tenders; assumed: 50"},
		{Name: "bid-best", Unit: "code", Default: 0, Min: 0, Max: 1,
			Doc: "0: the lowest bid is the best (tender), 1: the highest (auction); modelled: the kind of service"},
		{Name: "seeders", Unit: "agencies", Default: 3, Min: 1, Max: SeedersMax, Governed: true,
			Doc: "agencies from the lead on that may bring a seed, in modes 0 and 1; at most as many as there are; assumed: 3"},
		{Name: "seeds-min", Unit: "agencies", Default: 2, Min: 1, Max: SeedersMax, Governed: true,
			Doc: "seeds that must be committed before a round is closed; at most as many as there are seeders; assumed: 2"},
		{Name: "corrections-max", Unit: "times", Default: 2, Min: 0, Max: 100, Governed: true,
			Doc: "how often an application may be corrected; assumed: 2"},
		{Name: "withdraw-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of applications that are withdrawn; assumed: 2"},
		{Name: "correct-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of applications that are corrected; assumed: 3"},
		{Name: "ineligible-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of examinations in which an agency refuses; assumed: 3"},
		{Name: "decline-percent", Unit: "%", Default: 10, Min: 0, Max: 100,
			Doc: "share of those called who decline; assumed: 10"},
		{Name: "ignore-percent", Unit: "%", Default: 3, Min: 0, Max: 100,
			Doc: "share of those called who do not answer, so that their place lapses; assumed: 3"},
		{Name: "object-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of calls that somebody objects to, and of refusals that are appealed; assumed: 2"},
		{Name: "withhold-percent", Unit: "%", Default: 2, Min: 0, Max: 100,
			Doc: "share of seeds and bids that are not revealed in time; assumed: 2"},
	})
}

func newProgram(params workloads.Params) (workloads.Program, error) {
	return program.Build(program.Parts{
		Name: Name, Rules: rules(), Check: checkSettings,
		App: func(settings *program.Settings) workloads.App { return newApp(settings) },
		Generator: func(settings *program.Settings, rand workloads.Rand) workloads.Generator {
			return newGenerator(settings, rand)
		},
	}, params)
}

func checkSettings(s *program.Settings) error {
	fail := func(field string, found any, allowed string) error {
		return fmt.Errorf("%s: %s is %v, allowed: %s", Name, field, found, allowed)
	}
	most := min(ApprovalsMax, s.Agencies)
	switch {
	case s.Population < 1:
		return fail("Population", s.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case s.Approvals > most:
		return fail("Approvals", s.Approvals, fmt.Sprintf("0 ... %d (each is another agency)", most))
	case s.Rule("mode") == int64(ModePoints) && s.Approvals == 0:
		return fail("Approvals", s.Approvals, fmt.Sprintf("1 ... %d in mode 1: the agencies give the points", most))
	}
	return nil
}
