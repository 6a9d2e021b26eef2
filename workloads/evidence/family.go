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
			"no document was accepted twice",
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
			Doc: "kinds of evidence; nine on the Tianping chain in September 2021 (english.bjinternetcourt.gov.cn/2021-09/17/c_411.htm)"},
		{Name: "consistency-percent", Unit: "%", Default: 5, Min: 0, Max: 100,
			Doc: "share of queries by which an auditor asks for a consistency proof; assumed: 5"},
	})
}

func newProgram(params workloads.Params) (workloads.Program, error) {
	settings, err := program.NewSettings(Name, rules(), params)
	if err != nil {
		return workloads.Program{}, err
	}
	if params.Population > PopulationMax {
		return workloads.Program{}, fmt.Errorf("%s: Population is %d, allowed: 0 ... %d",
			Name, params.Population, PopulationMax)
	}
	if params.Approvals > 1 {
		return workloads.Program{}, fmt.Errorf("%s: Approvals is %d, allowed: 0 ... 1", Name, params.Approvals)
	}
	shared := newArchive(settings)
	return workloads.Program{
		App:       func() workloads.App { return newApp(settings, shared) },
		Generator: func(rand workloads.Rand) workloads.Generator { return newGenerator(settings, rand) },
	}, nil
}
