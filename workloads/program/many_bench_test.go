package program_test

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/approval"
	"github.com/govbench/govbench/workloads/evidence"
	"github.com/govbench/govbench/workloads/licence"
	"github.com/govbench/govbench/workloads/program/programtest"
	"github.com/govbench/govbench/workloads/verify"
)

// manyMembers are 140 programs of four families; the first has a fifth of the transactions, as in a city whose
// services' loads follow Zipf's law.
func manyMembers() (members []programtest.Member) {
	for i := range 140 {
		m := programtest.Member{Share: 10_000 / uint64(i+1)}
		m.Params = workloads.Params{Agencies: 5 + i%40, PayloadBytes: 300 + i, ReadPercent: 50, Population: 100_000}
		switch i % 4 {
		case 0:
			m.Family, m.Params.LogReads = verify.Family(), true
		case 1:
			m.Family, m.Params.Approvals = approval.Family(), 4
		case 2:
			m.Family, m.Params.LogReads = licence.Family(), true
		case 3:
			m.Family, m.Params.LogReads = evidence.Family(), true
		}
		members = append(members, m)
	}
	return members
}

func BenchmarkManyPrograms(b *testing.B) { programtest.BenchMany(b, manyMembers()) }
