package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// overload is two loads that a design of one transaction a block carries, and two far beyond it.
const overload = `name: overload
designs: [{name: one, protocol: pbft, replicas: 4, block: {max_txs: 1, max_wait: 1ms}}]
scenarios: [court-evidence-deposit]
set: {machine.cores: '1', machine.verify: 500us}
duration: 5s
warmup: 500ms
vary: {load: [40, 60, 2000, 3000]}
`

// TestStopEarly: a sweep that stops early gives up the cells beyond capacity, for any number of jobs alike and however it
// is resumed, and changes nothing of the others but what identifies them.
func TestStopEarly(t *testing.T) {
	t.Parallel()
	path, full, one, two := write(t, "overload.yaml", overload), t.TempDir(), t.TempDir(), t.TempDir()
	govbench(t, "sweep", path, "--vary", "load=40,60", "--quiet", "--out", full).want(t, exitOK)
	o := govbench(t, "sweep", path, "--stop-early", "--jobs", "1", "--out", one)
	o.want(t, exitOK)
	if !strings.Contains(strings.Join(strings.Fields(o.stdout), " "), "4 runs, 0 failed, 2 given up 2 runs of 2 cells were given up, held back by the CPU: the load is more than they carry.") || !strings.Contains(o.stdout, "court-evidence-deposit  one load=2000  CPU ") {
		t.Errorf("stdout does not count and name what was given up:\n%s", o.stdout)
	}
	govbench(t, "sweep", path, "--stop-early", "--jobs", "2", "--quiet", "--out", two).want(t, exitOK)
	tables := []string{runsFile, "sweep.csv", "effects.csv", "pareto.csv"}
	same := func(why string) {
		t.Helper()
		for _, name := range tables {
			if read(t, one, name) != read(t, two, name) {
				t.Errorf("%s differs %s", name, why)
			}
		}
	}
	same("between one job and two")
	if n := strings.Count(read(t, one, "sweep.csv"), ",given up,,,"); n != 2 || strings.Contains(read(t, one, "pareto.csv"), "2000") {
		t.Errorf("%d rows are given up, or the front has one of them", n)
	}
	cell := regexp.MustCompile(`"cell":"[0-9a-f]+",`)
	lines := strings.SplitAfter(read(t, one, runsFile), "\n")
	if whole := read(t, full, runsFile); cell.ReplaceAllString(strings.Join(lines[:2], ""), "") != cell.ReplaceAllString(whole, "") {
		t.Errorf("runs that carry their load differ:\n%.1500s\n%.1500s", lines[0], whole)
	} else if strings.Join(lines[:2], "") == whole {
		t.Error("the cells are not told apart from those that run to their end")
	}
	for kept, torn := range map[int]int{0: 9, 2: 300, 3: 1, 4: 0} { // as a kill leaves it: whole lines, and a part of one
		text := strings.Join(lines[:kept], "") + lines[kept][:min(torn, len(lines[kept]))]
		if err := os.WriteFile(filepath.Join(two, runsFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		govbench(t, "sweep", "--resume", "--quiet", "--out", two).want(t, exitOK)
		same("after a resumption")
	}
	govbench(t, "sweep", path, "--resume", "--quiet", "--out", one).want(t, exitInput, "are not of this experiment")
}

// TestGivenUpIsReplayed: the command beside each run in the report, typed beside the experiment's file, makes the same
// record, whether it was given up or not.
func TestGivenUpIsReplayed(t *testing.T) {
	path, dir := write(t, "overload.yaml", overload), t.TempDir()
	govbench(t, "run", path, "--vary", "load=60,2000", "--stop-early", "--quiet", "--out", dir).want(t, exitOK)
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`govbench run (experiment\.yaml [^<]*) --out again`).FindAllStringSubmatch(read(t, dir, "report.html"), -1)
	if len(commands) != 2 || strings.Contains(commands[0][1], "--stop-early") || !strings.Contains(commands[1][1], "--stop-early") {
		t.Fatalf("the commands are %q", commands)
	}
	for i, c := range commands {
		args := strings.Fields(strings.Replace(c[1], experimentFile, filepath.Join(dir, experimentFile), 1))
		again := recordsOf(t, filepath.Join(dir, "again"+records[i].Load), args...)
		if len(again) != 1 || again[0].Cell != records[i].Cell || again[0].Digest != records[i].Digest || again[0].GivenUpSec != records[i].GivenUpSec {
			t.Errorf("%s makes another run: %.300v", c[0], again)
		}
	}
}

// TestStopEarlyKeepsOff: runs with faults, closed loops, queries alone, samples and searches are never given up, and their
// cells are those without the flag.
func TestStopEarlyKeepsOff(t *testing.T) {
	path := write(t, "overload.yaml", strings.ReplaceAll(overload, "vary: {load: [40, 60, 2000, 3000]}", "load: [1500]"))
	for name, flags := range map[string][]string{
		"faults": {"--faults", "crash-follower"}, "closed": {"--clients", "300"}, "engine": {"--design", "hashiraft", "--load", "300"},
	} {
		flags = append(flags, "--duration", "3s")
		with, without := recordsOf(t, t.TempDir(), append([]string{path, "--stop-early"}, flags...)...), recordsOf(t, t.TempDir(), append([]string{path}, flags...)...)
		if with[0].GivenUp() || with[0].Cell != without[0].Cell {
			t.Errorf("%s: given up after %v s, cells %s and %s", name, with[0].GivenUpSec, with[0].Cell, without[0].Cell)
		}
	}
}

// TestGivenUpIsTold: what was given up has no figures in any report, whether that is a part of the runs or all of them, and
// each says so.
func TestGivenUpIsTold(t *testing.T) {
	t.Parallel()
	path, part, all, whole := write(t, "overload.yaml", overload), t.TempDir(), t.TempDir(), t.TempDir()
	short := []string{"run", path, "--duration", "3s", "--warmup", "200ms", "--quiet"}
	govbench(t, append(short, "--vary", "load=60,2000", "--stop-early", "--trials", "2", "--out", part)...).want(t, exitOK)
	govbench(t, append(short, "--vary", "load=2000", "--stop-early", "--out", all)...).want(t, exitOK)
	govbench(t, append(short, "--vary", "load=60,2000", "--trials", "2", "--out", whole)...).want(t, exitOK)
	for dir, says := range map[string]string{part: "2 runs of 1 cell were given up, held back by the CPU: the load is more than it carries", all: "1 run of 1 cell was given up, held back by the CPU: the load is more than it carries"} {
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
	if o.want(t, exitOK); !strings.Contains(o.stdout, "1 withheld") || !strings.Contains(o.stdout, "so 2 of 2 runs were given up") {
		t.Errorf("the comparison does not say what is withheld, and why:\n%s", o.stdout)
	}
	baseline := filepath.Join(whole, runsFile)
	o = govbench(t, "gate", "--results", part, "--baseline", baseline)
	if o.want(t, exitFailed); !strings.Contains(o.stdout, "was given up and its figures are withheld") {
		t.Errorf("the gate does not say what was given up:\n%s", o.stdout)
	}
	for _, name := range []string{"--json", "--markdown"} {
		o := govbench(t, "compare", whole, part, name)
		if o.want(t, exitOK); !strings.Contains(o.stdout, "withheld") || !strings.Contains(o.stdout, "limit: cpu") {
			t.Errorf("compare %s does not say what is withheld, and why:\n%s", name, o.stdout)
		}
	}
	govbench(t, "gate", "--results", whole, "--baseline", filepath.Join(part, runsFile)).want(t, exitInput, "without stop_early")
	govbench(t, "history", "add", filepath.Join(t.TempDir(), "h.jsonl"), "--results", part, "--version", "a").want(t, exitInput, "without stop_early")
}
