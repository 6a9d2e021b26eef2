package approval

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 5, PayloadBytes: 100, ReadPercent: 40, Approvals: 4, Population: 1000, KeyChoice: "entity"},
		{Agencies: 11, PayloadBytes: 300, ReadPercent: 0, Approvals: 6, Population: 5000},
		{Agencies: 1, PayloadBytes: 0, ReadPercent: 50, Population: 10_000, KeyChoice: "seq"},
	} {
		programtest.Conform(t, Family(), params)
	}
}
