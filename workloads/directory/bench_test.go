package directory

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var benchParams = workloads.Params{Agencies: 53, PayloadBytes: 512, ReadPercent: 50, LogReads: true, KeyChoice: "catalog",
	Population: 1_000_000, Approvals: 2}

func BenchmarkApply(b *testing.B) { programtest.BenchApply(b, Family(), benchParams) }

func BenchmarkGenerator(b *testing.B) { programtest.BenchGenerator(b, Family(), benchParams) }

func BenchmarkCheck(b *testing.B) { programtest.BenchCheck(b, Family(), benchParams) }
