package evidence

import (
	"fmt"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Name is the family's name in scenario files.
const Name = "evidence"

// PopulationMax bounds the deposits that are in the log at the start, because their tree is computed.
const PopulationMax = 1 << 22

// Family is the program family: its laws, its rules and how to build it.
//
// It reads Agencies, PayloadBytes, ReadPercent, LogReads, KeyChoice (which deposit a query is about)
// and Population (deposits that are in the log at the start, 0 ... 4,194,304). Approvals has no
// meaning here and may only be 0 or 1: whoever deposits signs. ThinkMean is not used.
func Family() workloads.Family {
	return workloads.Family{
		Name:  Name,
		Title: "Evidence log with proofs",
		Laws: []string{
			"the size of the tree equals the deposits accepted",
			"the tree's root recomputes from the deposits",
			"no document was accepted twice, and none of a kind that was not admitted when it came",
			"deposits are never changed or removed: their numbers have no gap",
			"logged verifications sum to the counter",
			"the replay window of a client holds only numbers it has sent",
		},
		Rules: rules(),
		New:   newProgram,
	}
}

func rules() []workloads.Rule {
	return program.Rules([]workloads.Rule{
		{Name: "categories", Unit: "kinds", Default: 9, Min: 1, Max: 255,
			Doc:      "kinds of evidence; nine on the Tianping chain in September 2021 (english.bjinternetcourt.gov.cn/2021-09/17/c_411.htm)",
			Governed: true},
		{Name: "consistency-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of queries by which an auditor asks for a consistency proof; assumed: 5"},
	})
}

// newProgram builds the program; its replicas share the tree of the archive.
func newProgram(params workloads.Params) (workloads.Program, error) {
	var shared *archive
	return program.Build(program.Parts{
		Name: Name, Rules: rules(),
		Check: func(settings *program.Settings) error {
			shared = newArchive(settings)
			return check(settings)
		},
		App:       func(settings *program.Settings) workloads.App { return newApp(settings, shared) },
		Generator: func(s *program.Settings, rand workloads.Rand) workloads.Generator { return newGenerator(s, rand) },
	}, params)
}

// check is what the family demands of its parameters.
func check(settings *program.Settings) error {
	if settings.Population > PopulationMax {
		return fmt.Errorf("%s: Population is %d, allowed: 0 ... %d", Name, settings.Population, PopulationMax)
	}
	if settings.Approvals > 1 {
		return fmt.Errorf("%s: Approvals is %d, allowed: 0 ... 1", Name, settings.Approvals)
	}
	return nil
}
