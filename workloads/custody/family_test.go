package custody

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 5, PayloadBytes: 100, ReadPercent: 10, Approvals: 4, Population: 3000, KeyChoice: "entity"},
		{Agencies: 15, PayloadBytes: 300, ReadPercent: 40, LogReads: true, Approvals: 2, Population: 5000, KeyChoice: "zipf"},
		{Agencies: 3, PayloadBytes: 0, ReadPercent: 98, Population: 10_000},
		{Agencies: 1, PayloadBytes: 10, ReadPercent: 60, Population: 5000, Rule: map[string]int64{"firms": 1, "split-percent": 80}},
	} {
		programtest.Conform(t, Family(), params)
	}
}
