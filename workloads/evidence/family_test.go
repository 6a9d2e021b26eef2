package evidence

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 17, PayloadBytes: 100, ReadPercent: 10, Population: 1000},
		{Agencies: 22, PayloadBytes: 300, ReadPercent: 50, LogReads: true, Population: 5000, KeyChoice: "zipf"},
		{Agencies: 2, PayloadBytes: 0, ReadPercent: 5, Population: 100},
	} {
		programtest.Conform(t, Family(), params)
	}
}
