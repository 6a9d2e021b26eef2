package claim

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for name, params := range map[string]workloads.Params{
		"receivables": {Agencies: 8, PayloadBytes: 64, ReadPercent: 50, Population: 5000, Approvals: 2, KeyChoice: "entity"},
		"bills": {Agencies: 12, PayloadBytes: 16, ReadPercent: 55, LogReads: true, Population: 20000, Approvals: 1,
			ThinkMean: 20 * time.Millisecond, Rule: map[string]int64{"single-use": 1, "issuer": 1, "advance-rate": 10_000}},
	} {
		t.Run(name, func(t *testing.T) { programtest.Conform(t, Family(), params) })
	}
}
