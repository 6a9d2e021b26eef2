package draw

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 5, PayloadBytes: 100, ReadPercent: 40, Approvals: 3, Population: 100_000},
		{Agencies: 11, PayloadBytes: 300, Approvals: 6, Population: 50_000, Rule: map[string]int64{"mode": 1, "round-length": 1500}},
		{Agencies: 4, PayloadBytes: 50, ReadPercent: 30, Approvals: 2, Population: 50_000, KeyChoice: "zipf",
			Rule: map[string]int64{"mode": 2, "pools": 20, "quota": 1, "round-length": 3000}},
		{Agencies: 1, PayloadBytes: 0, ReadPercent: 50, Approvals: 1, Population: 100_000, KeyChoice: "seq",
			Rule: map[string]int64{"mode": 3, "pools": 3, "quota": 1000}},
		{Agencies: 3, PayloadBytes: 20, ReadPercent: 70, LogReads: true, Approvals: 3, Population: 100_000, KeyChoice: "quota",
			Rule: map[string]int64{"pools": 40}},
	} {
		programtest.Conform(t, Family(), params)
	}
}
