package experiment

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim/fault"
)

// TestEveryDesign runs each built-in design end to end in virtual time: everything offered is answered,
// every check holds and the metrics are there.
func TestEveryDesign(t *testing.T) {
	for _, d := range Designs() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			rec := runOne(t, plan(t, strings.Replace(base, "raft, pbft", d.Name, 1)).Cells[0])
			checkRecord(t, rec)
			wanted := result.Virtual
			if d.Name == "hashiraft" {
				wanted = result.Bubble
			}
			if rec.Runtime != wanted || rec.Protocol != d.Protocol || rec.Replicas != d.Replicas || rec.Network != "metro" || rec.Load != "40" {
				t.Errorf("%+v", rec)
			}
			for _, v := range rec.Values {
				if v.Exact != (wanted == result.Virtual) {
					t.Errorf("%s: exact is %v", v.Name, v.Exact)
				}
			}
		})
	}
}

// checkRecord holds a record of a group that is not overloaded to what it promises.
func checkRecord(t *testing.T, rec result.Record) {
	t.Helper()
	for _, c := range rec.Failed() {
		t.Errorf("%s: %s", c.Name, c.Detail)
	}
	for _, name := range []string{"agreement", "integrity", "state-root", "laws of the program", "little's law", "throughput not above offered"} {
		found := false
		for _, c := range rec.Checks {
			found = found || c.Name == name
		}
		if !found {
			t.Errorf("the check %s was not made", name)
		}
	}
	value := func(name string) float64 {
		v, ok := rec.Value(name)
		if !ok {
			t.Errorf("no %s", name)
		}
		return v.Value
	}
	offered, throughput := value("offered"), value("throughput")
	if offered <= 0 || throughput < 0.9*offered || value("dropped") != 0 || value("failed") != 0 || value("latency-p50") <= 0 {
		t.Errorf("offered %v, throughput %v, dropped %v, failed %v", offered, throughput, value("dropped"), value("failed"))
	}
}

// TestWallClock runs hashicorp/raft on real time with real bolt files.
func TestWallClock(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	t.Setenv("TMPDIR", t.TempDir())
	p := plan(t, strings.Replace(base, "raft, pbft", "hashiraft", 1)+"clock: wall\nnetwork: constant:1ms\nreplicas: 3\n")
	rec := runOne(t, p.Cells[0])
	// How late the machine that runs the tests is does not matter here.
	rec.Checks = dropCheck(rec.Checks, "load generator not the limit")
	for _, c := range rec.Failed() {
		t.Errorf("%s: %s", c.Name, c.Detail)
	}
	if rec.Runtime != result.Wall || len(rec.Warnings) == 0 {
		t.Errorf("runtime %s, warnings %v", rec.Runtime, rec.Warnings)
	}
}

func dropCheck(checks []result.Check, name string) (out []result.Check) {
	for _, c := range checks {
		if c.Name != name {
			out = append(out, c)
		}
	}
	return out
}

// TestFaults runs every design under every built-in fault schedule: all checks hold, and requests are
// answered again once the faults are over. The short run is of one schedule.
func TestFaults(t *testing.T) {
	for _, d := range Designs() {
		for _, b := range fault.Builtins() {
			if testing.Short() && b.Name != "crash-leader" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%s", d.Name, b.Name), func(t *testing.T) {
				t.Parallel()
				text := fmt.Sprintf("designs: [%s]\nscenarios: [court-evidence-deposit]\nload: [60]\nduration: 30s\nwarmup: 1s\nfaults: %s\n", d.Name, b.Name)
				rec := runOne(t, plan(t, text).Cells[0])
				for _, c := range rec.Failed() {
					t.Errorf("%s: %s", c.Name, c.Detail)
				}
				// Chained HotStuff with a replica down for good answers in bursts, one each time the leader's
				// turn has gone round to the dead replica, so look at more than one interval.
				const last = 10
				answered := 0.0
				for _, p := range rec.Series[max(len(rec.Series)-last, 0):] {
					answered += p.Throughput
				}
				if len(rec.Series) < 2*last || answered <= 0 {
					t.Errorf("of %d intervals, none of the last %d has an answer", len(rec.Series), last)
				}
			})
		}
	}
}
