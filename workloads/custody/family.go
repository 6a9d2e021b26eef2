package custody

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "custody"

// Limits of one consignment.
const (
	ApprovalsMax = 32                // agencies that clear one consignment
	LineageMax   = 256               // ancestors of one consignment
	Terminals    = 32                // clients that act for one firm
	ChildrenMax  = 32                // children that a trace forward lists
	QuantityMax  = 1_000_000_000_000 // units; times 10,000 it fits an int64
)

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies (stations and authorities, at least 1), PayloadBytes, ReadPercent, LogReads (a scan is then a
// transaction), KeyChoice (of the consignments that exist at the start), Population (those consignments; at least 1),
// Approvals (0 ... 32 and not above Agencies: agencies that clear a consignment) and ThinkMean.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Custody of goods and their events",
		Laws: []string{
			"quantity is conserved: what was declared is present, sold, destroyed, lost or returned",
			"a consignment has exactly one holder, who handed it over only to who took it over in time",
			"the chain of every consignment's events recomputes to its head",
			"nothing was released without the clearances of enough distinct agencies",
			"nothing moved, was divided or was sold while it was quarantined",
			"nothing was sold, divided or handed on while it or an ancestor was recalled",
			"temperatures above the bound in force were counted, and too many of them led to quarantine",
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
	const hour = 3_600_000
	return []workloads.Rule{
		{Name: "firms", Unit: "firms", Default: 121, Min: 1, Max: 10_000_000,
			Doc: "firms that declare and hold goods; 121: firms on the airport platform from March to May 2020 (Ledger Insights)"},
		{Name: "quantity", Unit: "units", Default: 100, Min: 1, Max: 1_000_000_000,
			Doc: "units in every consignment at the start, and the mean of those declared; assumed: 100 packages"},
		{Name: "transit-max", Unit: "ms", Default: 48 * hour, Min: 1_000, Max: 8_760 * hour, Governed: true,
			Doc: "time from handing over to taking over; assumed: 48 hours"},
		{Name: "clearances-waived", Unit: "agencies", Default: 0, Min: 0, Max: ApprovalsMax, Governed: true,
			Doc: "clearances that a release may lack, a green lane; assumed: none"},
		{Name: "temperature-max", Unit: "0.1 °C", Default: -180, Min: -1_000, Max: 1_000, Governed: true,
			Doc: "highest temperature of the cold chain; -18 °C: frozen food, GB 31621"},
		{Name: "breaches-max", Unit: "readings", Default: 0, Min: 0, Max: 60_000, Governed: true,
			Doc: "readings above temperature-max that a consignment may have before it is quarantined; assumed: none"},
		{Name: "loss-bp", Unit: "1/10000", Default: 500, Min: 0, Max: 10_000, Governed: true,
			Doc: "share that may be missing when a consignment is taken over; assumed: 5 %"},
		{Name: "split-min", Unit: "units", Default: 1, Min: 1, Max: QuantityMax, Governed: true,
			Doc: "least quantity of either part when a consignment is divided; assumed: 1"},
		{Name: "lineage-max", Unit: "consignments", Default: 32, Min: 1, Max: LineageMax, Governed: true,
			Doc: "ancestors that a consignment may have, which bounds the work of finding a recall; assumed: 32"},
	}
}

// mixRules are the numbers that only the generator reads.
func mixRules() []workloads.Rule {
	weight := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name + "-weight", Unit: "weight", Default: value, Min: 0, Max: 1_000_000,
			Doc: "how often a new case " + doc + ", in proportion to the other weights; assumed: nothing is published"}
	}
	percent := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name + "-percent", Unit: "%", Default: value, Min: 0, Max: 100, Doc: doc + "; assumed"}
	}
	count := func(name string, value int64, doc string) workloads.Rule {
		return workloads.Rule{Name: name, Unit: "steps", Default: value, Min: 0, Max: 100, Doc: doc + "; assumed"}
	}
	return []workloads.Rule{
		weight("declare", 40, "declares a consignment and follows it to its sale"),
		weight("stock", 57, "is about a consignment of the start: events, a hand-over or a sale"),
		weight("quarantine", 2, "quarantines one of them and lifts that again"),
		weight("recall", 1, "recalls one of them and takes that back"),
		count("hops", 3, "hand-overs of a declared consignment"),
		count("events", 2, "events that every holder appends before it hands over"),
		percent("move", 15, "share of cases on stock that hand it over"),
		percent("sell", 5, "share of cases on stock that sell a unit of it"),
		percent("split", 20, "share of declared consignments that are divided"),
		percent("merge", 25, "share of divided consignments that are joined again"),
		percent("breach", 1, "share of temperatures above the bound of the start"),
		percent("fail", 3, "share of clearances that find something and quarantine the goods"),
		percent("loss", 2, "share of consignments of which a unit is missing when taken over"),
		percent("correct", 2, "share of declarations that are corrected before they are cleared"),
		percent("return", 1, "share of declarations that the firm takes back abroad before release"),
		percent("trace", 10, "share of reads that are traces and not scans"),
		percent("fresh", 10, "share of reads that are about goods declared, divided or joined in the run"),
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
	weights := int64(0)
	for _, name := range weightNames {
		weights += s.Rule(name)
	}
	switch {
	case s.Population < 1:
		return fail("Population", s.Population, fmt.Sprintf("1 ... %d", program.PopulationMax))
	case s.Approvals > most:
		return fail("Approvals", s.Approvals, fmt.Sprintf("0 ... %d (agencies that clear are distinct)", most))
	case weights == 0:
		return fail("Rule of every weight", 0, "at least one weight above 0")
	}
	return nil
}
