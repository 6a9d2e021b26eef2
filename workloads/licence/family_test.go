package licence

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 5, PayloadBytes: 100, ReadPercent: 60, Population: 3000, KeyChoice: "seq"},
		{Agencies: 60, PayloadBytes: 300, ReadPercent: 90, LogReads: true, Population: 10_000, KeyChoice: "zipf"},
		{Agencies: 2, PayloadBytes: 0, ReadPercent: 5, Population: 10_000},
	} {
		programtest.Conform(t, Family(), params)
	}
}
