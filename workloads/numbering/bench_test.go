package numbering

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// benchParams has as many issuers as Shenzhen had firms with invoices on a chain after three years
// (coinyuppie.com/shenzhens-blockchain-electronic-invoices-have-been-issued-over-58-million-in-three-years/).
var benchParams = workloads.Params{Agencies: 12, PayloadBytes: 512, ReadPercent: 10, KeyChoice: "seq", Population: 32_000, Approvals: 1}

func BenchmarkApply(b *testing.B) { programtest.BenchApply(b, Family(), benchParams) }

func BenchmarkGenerator(b *testing.B) { programtest.BenchGenerator(b, Family(), benchParams) }

func BenchmarkCheck(b *testing.B) { programtest.BenchCheck(b, Family(), benchParams) }
