package licence

import (
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program/programtest"
)

// A quota comes into force in mid-run: it counts what was issued before, and takes nothing back.
func TestQuotaComesIntoForce(t *testing.T) {
	params := workloads.Params{Agencies: 5, PayloadBytes: 10, ReadPercent: 20, Population: 200, KeyChoice: "seq"}
	run := programtest.Amend(t, Family(), params, workloads.Amendment{Rule: "quota", Value: 5, Height: 400})
	const reason = "quota exhausted"
	if before, after := programtest.Refusals(run.Before, reason), programtest.Refusals(run.After, reason); before > 0 || after == 0 {
		t.Errorf("%d issues refused for the quota before, %d after", before, after)
	}
	if a := run.App.(*app); a.lastSerial(0)-a.atStart(0) < 100 {
		t.Errorf("only %d licences were issued before the quota", a.lastSerial(0)-a.atStart(0))
	}
}
