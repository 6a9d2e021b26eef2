package register

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

func TestConforms(t *testing.T) {
	for _, params := range []workloads.Params{
		{Agencies: 11, PayloadBytes: 100, ReadPercent: 50, Approvals: 4, Population: 3000, KeyChoice: "entity"},
		{Agencies: 5, PayloadBytes: 300, ReadPercent: 40, LogReads: true, Approvals: 3, Population: 5000},
		{Agencies: 1, PayloadBytes: 0, ReadPercent: 0, Population: 10_000, KeyChoice: "seq"},
		{Agencies: 5, PayloadBytes: 10, ReadPercent: 60, Approvals: 2, Population: 5000, Rule: map[string]int64{
			"parts": 1_000_000, "holders": 20, "whole-percent": 10, "accounts": 0, "mortgage-weight": 0}},
	} {
		programtest.Conform(t, Family(), params)
	}
}
