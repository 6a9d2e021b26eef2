package main

import (
	"regexp"
	"strings"
	"testing"
)

// overload is two loads that a design of one transaction a block carries, and two far beyond it.
const overload = `name: overload
designs: [{name: one, protocol: pbft, replicas: 4, block: {max_txs: 1, max_wait: 1ms}}]
scenarios: [court-evidence-deposit]
machine: reference
duration: 6s
warmup: 1s
vary: {load: [200, 400, 40000, 60000]}
`

// TestStopEarly: a sweep that stops early gives up the cells beyond capacity, for any number of jobs alike and however it
// is resumed, and changes nothing of the others but what identifies them.
func TestStopEarly(t *testing.T) {
	path, full, one, two := write(t, "overload.yaml", overload), t.TempDir(), t.TempDir(), t.TempDir()
	govbench(t, "sweep", path, "--vary", "load=200,400", "--quiet", "--out", full).want(t, exitOK)
	o := govbench(t, "sweep", path, "--stop-early", "--jobs", "1", "--out", one)
	o.want(t, exitOK)
	if !strings.Contains(o.stdout, "4 runs, 0 failed, 2 given up") {
		t.Errorf("stdout does not count the runs given up:\n%s", o.stdout)
	}
	govbench(t, "sweep", path, "--stop-early", "--jobs", "2", "--quiet", "--out", two).want(t, exitOK)
	for _, name := range []string{runsFile, "sweep.csv", "effects.csv", "pareto.csv"} {
		if read(t, one, name) != read(t, two, name) {
			t.Errorf("%s differs between one job and two", name)
		}
	}
	if n := strings.Count(read(t, one, "sweep.csv"), ",given up,,,"); n != 2 || strings.Contains(read(t, one, "pareto.csv"), "40000") {
		t.Errorf("%d rows are given up, or the front has one of them", n)
	}
	cell := regexp.MustCompile(`"cell":"[0-9a-f]+",`)
	lines := strings.SplitAfter(read(t, one, runsFile), "\n")
	if whole := read(t, full, runsFile); cell.ReplaceAllString(strings.Join(lines[:2], ""), "") != cell.ReplaceAllString(whole, "") {
		t.Errorf("runs that carry their load differ:\n%.1500s\n%.1500s", lines[0], whole)
	} else if strings.Join(lines[:2], "") == whole {
		t.Error("the cells are not told apart from those that run to their end")
	}
	govbench(t, "sweep", path, "--resume", "--quiet", "--out", one).want(t, exitInput, "are not of this experiment")
	govbench(t, "report", one).want(t, exitOK)
}
