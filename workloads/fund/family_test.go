package fund

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for name, params := range map[string]workloads.Params{
		"benefits": {Agencies: 5, PayloadBytes: 64, ReadPercent: 50, Population: 200_000, Approvals: 2},
		"wages": {Agencies: 8, PayloadBytes: 16, ReadPercent: 20, LogReads: true, Population: 100_000, Approvals: 3,
			KeyChoice: "entity", ThinkMean: 20 * time.Millisecond, Rule: map[string]int64{"payroll-percent": 60}},
		"donations": {Agencies: 10, ReadPercent: 60, Population: 100_000, Approvals: 0, KeyChoice: "zipf",
			Rule: map[string]int64{"donate-percent": 60, "project-start": 1_000_000_000}},
	} {
		t.Run(name, func(t *testing.T) { programtest.Conform(t, Family(), params) })
	}
}
