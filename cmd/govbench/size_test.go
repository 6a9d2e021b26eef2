package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checking is an experiment whose replicas need 2 ms of a core to check a client's signature.
const checking = `name: checking
designs: [raft, pbft]
scenarios: [court-evidence-deposit]
network: constant:100us
machine: {name: slow, base: ideal, verify: 2ms, source: a test}
`

// TestSize: the smallest groups are named with their costs, the cheapest first; every file is the same for any number of
// jobs; and what is resumed after a stop makes no run twice and gives the same bytes.
func TestSize(t *testing.T) {
	t.Parallel()
	path, one, three := write(t, "checking.yaml", checking), t.TempDir(), t.TempDir()
	args := []string{"size", path, "--load", "450", "--headroom", "20%", "--cores", "1,2,4", "--disk", "cloud-pl0", "--link", "100M,1G"}
	o := govbench(t, append(args, "--jobs", "1", "--out", one)...)
	o.want(t, exitOK, "2 groups of candidates")
	for _, want := range []string{"If replicas only crash: raft on 5 replicas of ", " with disk cloud-pl0 and link 100M carries it for ", "survives 2 faulty replicas", "12 candidates, ", "transactions a year.", "report: "} {
		if !strings.Contains(strings.Join(strings.Fields(o.stdout), " "), want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	govbench(t, append(args, "--jobs", "3", "--quiet", "--out", three)...).want(t, exitOK)
	files := []string{runsFile, sizedFile, "size.csv", experimentFile, sizeFile}
	same := func(what string) {
		t.Helper()
		for _, f := range files {
			if read(t, one, f) != read(t, three, f) {
				t.Errorf("%s: %s differs", what, f)
			}
		}
	}
	wantFilesInManual(t, one)
	same("three jobs")
	lines := strings.SplitAfter(read(t, one, runsFile), "\n")
	kept := strings.Join([]string{lines[len(lines)-2], lines[0], lines[1]}, "") + lines[2][:100]
	if err := os.WriteFile(filepath.Join(three, runsFile), []byte(kept), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "size", "--resume", "--objective", "latency-p99 < 2s", "--out", three).want(t, exitInput, "it was cut off", "not a run of this search")
	govbench(t, "size", "--resume", "--out", three).want(t, exitOK, "3 of their runs are there")
	same("resumed")
	before := read(t, three, "report.md")
	govbench(t, "report", three).want(t, exitInput, "holds a sizing: govbench size --resume")
	o = govbench(t, "size", "--resume", "--json", "--out", three)
	if o.want(t, exitOK); o.stdout != read(t, one, sizedFile) || read(t, three, "report.md") != before {
		t.Error("a complete sizing that is resumed is told differently")
	}
	for _, f := range []string{"report.html", "report.md"} {
		if text := read(t, one, f); !strings.Contains(text, "Every candidate") || !strings.Contains(text, "carries it, and nothing smaller does") || !strings.Contains(text, "too small") {
			t.Errorf("%s lacks a candidate's verdict", f)
		}
	}
}

// TestSizeNone: when nothing carries the load, that is told with what comes nearest, and the status says so.
func TestSizeNone(t *testing.T) {
	t.Parallel()
	path, dir := write(t, "checking.yaml", checking), t.TempDir()
	o := govbench(t, "size", path, "--design", "raft", "--load", "3000", "--cores", "1,2", "--disk", "cloud-pl0", "--link", "1G", "--out", dir)
	o.want(t, exitFailed, "no candidate carries the load: give more --cores")
	if !strings.Contains(strings.Join(strings.Fields(o.stdout), " "), "no candidate carries it. The nearest is raft on 5 replicas of 2 cores") {
		t.Error(o.stdout)
	}
}

// TestSizeInput: what size refuses, its plan and its prices.
func TestSizeInput(t *testing.T) {
	path := write(t, "checking.yaml", checking)
	for want, args := range map[string][]string{
		"--headroom: found \"30\"":  {"--headroom", "30"},
		"--load: spike is relative": {"--load", "spike"},
		"did you mean 100M?":        {"--link", "100m"},
		"--cores: found 0":          {"--cores", "0"},
		"survives no fault":         {"--replicas", "2"},
		"unknown metric":            {"--objective", "latency < 1s"},
		"no-such.yaml":              {"--prices", "no-such.yaml"},
		"prices.yaml:2":             {"--prices", write(t, "prices.yaml", "name: mine\ncurrencies: CNY\n")},
		"--load says the load":      {"--set", "load=100"},
	} {
		govbench(t, append([]string{"size", path}, args...)...).want(t, exitInput, want)
	}
	prices := govbench(t, "size", "--show-prices")
	prices.want(t, exitOK)
	o := govbench(t, "size", path, "--dry-run", "--prices", write(t, "own.yaml", strings.Replace(prices.stdout, "name: 100M", "name: thin", 1)))
	o.want(t, exitOK)
	if !strings.Contains(o.stdout, "54 candidates for the load city and 30% on top") || !strings.Contains(o.stdout, "link thin") {
		t.Error(o.stdout)
	}
	o = govbench(t, "size", path, "--dry-run", "--json")
	o.want(t, exitOK)
	if n := strings.Count(o.stdout, `"tried":`); n != 54 {
		t.Errorf("%d lines: %s", n, o.stdout)
	}
}
