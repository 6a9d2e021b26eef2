package custody

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

var benchParams = workloads.Params{Agencies: 11, PayloadBytes: 512, ReadPercent: 0, Approvals: 4, Population: 1_000_000}

func BenchmarkApply(b *testing.B) { programtest.BenchApply(b, Family(), benchParams) }

func BenchmarkGenerator(b *testing.B) { programtest.BenchGenerator(b, Family(), benchParams) }

func BenchmarkCheck(b *testing.B) { programtest.BenchCheck(b, Family(), benchParams) }
