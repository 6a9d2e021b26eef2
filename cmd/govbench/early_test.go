package main

import (
	"path/filepath"
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
	if !strings.Contains(o.stdout, "4 runs, 0 failed, 2 given up\n2 runs were given up: their load is more than") {
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
}

// TestGivenUpIsTold: what was given up has no figures in any report, whether that is a part of the runs or all of them, and
// each says so.
func TestGivenUpIsTold(t *testing.T) {
	path, part, all, whole := write(t, "overload.yaml", overload), t.TempDir(), t.TempDir(), t.TempDir()
	short := []string{"run", path, "--duration", "1s", "--warmup", "200ms", "--quiet", "--set", "load=30000"}
	govbench(t, append(short, "--vary", "load=2000,30000", "--stop-early", "--trials", "2", "--out", part)...).want(t, exitOK)
	govbench(t, append(short, "--vary", "load=30000", "--stop-early", "--out", all)...).want(t, exitOK)
	govbench(t, append(short, "--vary", "load=2000,30000", "--trials", "2", "--out", whole)...).want(t, exitOK)
	for dir, says := range map[string]string{part: "2 runs were given up", all: "1 run was given up"} {
		govbench(t, "report", dir).want(t, exitOK)
		for _, name := range []string{"report.md", "report.html"} {
			if text := read(t, dir, name); !strings.Contains(text, says) || !strings.Contains(text, "held back by") || strings.Contains(text, "check failed") {
				t.Errorf("%s does not say %q and why, or calls it a failed check", name, says)
			}
		}
		if !strings.Contains(read(t, dir, "summary.csv"), ",given up,,,,,,") {
			t.Error("the table for spreadsheets has no row for a run given up")
		}
	}
	if bench := read(t, all, "bench.txt"); strings.Contains(bench, "\nBenchmark") {
		t.Errorf("benchstat would read figures of what was given up:\n%s", bench)
	}
	o := govbench(t, "compare", whole, part)
	if o.want(t, exitOK); !strings.Contains(o.stdout, "1 withheld") || !strings.Contains(o.stdout, "a run was given up") {
		t.Errorf("the comparison does not say what is withheld, and why:\n%s", o.stdout)
	}
	baseline := filepath.Join(whole, runsFile)
	o = govbench(t, "gate", "--results", part, "--baseline", baseline)
	if o.want(t, exitFailed); !strings.Contains(o.stdout, "was given up and its figures are withheld") {
		t.Errorf("the gate does not say what was given up:\n%s", o.stdout)
	}
	govbench(t, "gate", "--results", whole, "--baseline", filepath.Join(part, runsFile)).want(t, exitInput, "without stop_early")
	govbench(t, "history", "add", filepath.Join(t.TempDir(), "h.jsonl"), "--results", part, "--version", "a").want(t, exitInput, "without stop_early")
}
