package numbering

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 6, PayloadBytes: 100, ReadPercent: 10, Population: 300, Approvals: 1, KeyChoice: "seq"},
		{Agencies: 12, PayloadBytes: 300, ReadPercent: 60, LogReads: true, Population: 1000, KeyChoice: "zipf"},
		{Agencies: 1, PayloadBytes: 0, ReadPercent: 90, Population: 10_000, Rule: map[string]int64{"period": 100}},
	} {
		programtest.Conform(t, Family(), params)
	}
}
