package attest

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var benchParams = workloads.Params{Agencies: 11, PayloadBytes: 300, ReadPercent: 50, LogReads: true, Population: 1_000_000}

func BenchmarkApply(b *testing.B) { programtest.BenchApply(b, Family(), benchParams) }

func BenchmarkApplyCheckIns(b *testing.B) {
	params := workloads.Params{Agencies: 6, PayloadBytes: 200, ReadPercent: 5, Population: 1_000_000, KeyChoice: "zipf",
		Rule: map[string]int64{"venues": 50_000, "checkin-percent": 95, "issue-percent": 0, "register-percent": 0, "recognise-percent": 0}}
	programtest.BenchApply(b, Family(), params)
}

func BenchmarkGenerator(b *testing.B) { programtest.BenchGenerator(b, Family(), benchParams) }

func BenchmarkCheck(b *testing.B) { programtest.BenchCheck(b, Family(), benchParams) }
