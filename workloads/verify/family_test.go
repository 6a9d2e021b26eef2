package verify

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 5, PayloadBytes: 100, ReadPercent: 80, Population: 300, KeyChoice: "zipf"},
		{Agencies: 11, PayloadBytes: 300, ReadPercent: 95, LogReads: true, Population: 1000},
		{Agencies: 1, PayloadBytes: 0, ReadPercent: 50, Population: 10_000, KeyChoice: "entity"},
	} {
		programtest.Conform(t, Family(), params)
	}
}
