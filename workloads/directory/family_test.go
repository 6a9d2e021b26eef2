package directory

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 53, PayloadBytes: 100, ReadPercent: 30, Population: 300, Approvals: 2, KeyChoice: "entity"},
		{Agencies: 17, PayloadBytes: 300, ReadPercent: 60, LogReads: true, Population: 1000, KeyChoice: "zipf", Approvals: 1},
		{Agencies: 2, PayloadBytes: 0, ReadPercent: 80, Population: 10_000},
		{Agencies: 17, PayloadBytes: 40, ReadPercent: 10, Population: 200, KeyChoice: "seq", Rule: map[string]int64{"batch-percent": 60}},
	} {
		programtest.Conform(t, Family(), params)
	}
}
