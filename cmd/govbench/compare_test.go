package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// setOf writes a result set of records.
func setOf(t *testing.T, records ...result.Record) string {
	t.Helper()
	dir := t.TempDir()
	if err := writeRuns(filepath.Join(dir, runsFile), records); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sampled is a cell of twelve wall-clock trials near a latency.
func sampled(scenario string, sec float64) []result.Record {
	var out []result.Record
	for i := range 12 {
		out = append(out, result.Record{Scenario: scenario, Design: "hashiraft", Protocol: "hashiraft", Runtime: result.Wall, Load: "200", Replicas: 5,
			Seed: uint64(i + 1), Trial: i, WindowSec: 10,
			Values: []result.Value{{Name: "latency-p99", Unit: "sec", Better: result.Lower, Value: sec * (1 + 0.001*float64(i*7%12))}}})
	}
	return out
}

// TestCompareRuns: an experiment against itself is the same, and one setting changed shows in every metric that it moves.
func TestCompareRuns(t *testing.T) {
	path, before, again, after := write(t, "small.yaml", small), t.TempDir(), t.TempDir(), t.TempDir()
	govbench(t, "run", path, "--quiet", "--out", before).want(t, exitOK)
	govbench(t, "run", path, "--quiet", "--out", again).want(t, exitOK)
	govbench(t, "run", path, "--quiet", "--out", after, "--set", "design.block.max_wait=100ms", "--load", "40").want(t, exitOK)
	o := govbench(t, "compare", before, again, "--metric", "*")
	o.want(t, exitOK)
	if !strings.HasPrefix(o.stdout, "Of 4 cells in both sets: 4 without a change that counts.\n") || strings.Contains(o.stdout, "worse") {
		t.Errorf("a run against itself:\n%s", o.stdout)
	}
	o = govbench(t, "compare", before, filepath.Join(after, runsFile))
	o.want(t, exitOK)
	for _, want := range []string{"Of 2 cells in both sets: ", "2 cells are only in " + before, "latency-p50", "exact", "old only", "settings differ that no name tells"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
}

// TestCompareJSON: a line for each contrast, changed or not, that says which cell it is of.
func TestCompareJSON(t *testing.T) {
	old := setOf(t, append(sampled("slower", 0.1), sampled("steady", 0.1)...)...)
	new := setOf(t, append(sampled("slower", 0.11), sampled("steady", 0.1)...)...)
	o := govbench(t, "compare", old, new, "--json")
	o.want(t, exitOK)
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(o.stdout), "\n") {
		var c struct {
			Schema, Scenario, Metric, Verdict string
			Change, Low, High, P              float64
			Warnings                          []string
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil || c.Schema != "govbench.contrast/1" || len(c.Warnings) != 1 {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, c.Scenario+" "+c.Metric+" "+c.Verdict)
	}
	if strings.Join(got, "; ") != "slower latency-p99 worse; steady latency-p99 same" {
		t.Errorf("got %q", got)
	}
	if again := govbench(t, "compare", old, new, "--json"); again.stdout != o.stdout {
		t.Error("the same comparison is not the same text twice")
	}
}

// TestCompareHostileNames: a name cannot break the table, the Markdown or the terminal.
func TestCompareHostileNames(t *testing.T) {
	name := "<script>alert(1)</script>|\x1b[2J`x`\n# head"
	old, new := setOf(t, sampled(name, 0.1)...), setOf(t, sampled(name, 0.2)...)
	for _, form := range []string{"--all", "--markdown", "--json"} {
		o := govbench(t, "compare", old, new, form)
		o.want(t, exitOK)
		if strings.Contains(o.stdout, "\x1b") || strings.Contains(o.stdout, "\n# head") || form != "--all" && strings.Contains(o.stdout, "<script>") {
			t.Errorf("%s:\n%s", form, o.stdout)
		}
	}
}

// TestCompareWrong: what is wrong with the input is said with its place and remedy, and is no comparison.
func TestCompareWrong(t *testing.T) {
	good, other := setOf(t, sampled("a", 1)...), setOf(t, sampled("b", 1)...)
	text := read(t, good, runsFile)
	file := func(text string) string { return write(t, "runs.jsonl", text) }
	empty := t.TempDir()
	for _, tc := range []struct {
		args []string
		says string
	}{
		{[]string{good}, "found 1 result set: allowed are two"},
		{[]string{good, filepath.Join(empty, "gone")}, "NEW: " + filepath.Join(empty, "gone") + ": no such file or directory: name an output directory"},
		{[]string{empty, good}, "OLD: " + empty + " holds no results"},
		{[]string{good, file("")}, "holds neither runs nor benchmarks: allowed is an output directory"},
		{[]string{good, file("<!DOCTYPE html>\n")}, "holds neither runs nor benchmarks"},
		{[]string{good, file(strings.Replace(text, "govbench.run/1", "govbench.run/2", 1))}, `unknown schema version "govbench.run/2": allowed is "govbench.run/1"`},
		{[]string{good, file(text[:100])}, "holds no finished run"},
		{[]string{good, file("{}\n")}, "no schema"},
		{[]string{good, other}, "they share no scenario: old a; new b"},
		{[]string{good, good, "--metric", "latency-p9"}, "did you mean latency-p99?"},
		{[]string{good, good, "--metric", "["}, "is no pattern"},
		{[]string{good, good, "--sort", "worse"}, "did you mean worst?"},
		{[]string{good, good, "--correction", "bonferroni"}, "allowed are bh, holm, none"},
		{[]string{good, good, "--alpha", "0"}, "--alpha: found \"0\""},
		{[]string{good, good, "--effect", "-1%"}, "--effect: found"},
		{[]string{good, good, "--tolerance", "NaN"}, "--tolerance: found"},
		{[]string{good, good, "--trials", "1"}, "--trials: found 1"},
		{[]string{good, good, "--json", "--markdown"}, "json markdown"},
	} {
		o := govbench(t, append([]string{"compare"}, tc.args...)...)
		if o.want(t, exitInput, tc.says); o.stdout != "" {
			t.Errorf("%v: stdout %q", tc.args, o.stdout)
		}
	}
	// A run that was being written is left out, and said.
	o := govbench(t, "compare", good, file(text+text[:100]))
	o.want(t, exitOK, "runs.jsonl:13: the last line is truncated after 100 bytes: that run is missing, and 12 runs before it are compared")
	if !strings.Contains(o.stdout, "Of 1 cell in both sets: 1 without a change") {
		t.Errorf("stdout:\n%s", o.stdout)
	}
	if _, err := os.Stat(filepath.Join(good, lockName)); err == nil {
		t.Error("a comparison locked what it only reads")
	}
}

// TestCompareSearches: of two searches the highest loads are compared, and a search in which a check broke has none.
func TestCompareSearches(t *testing.T) {
	search := func(sustained float64, broken ...string) string {
		s := result.Saturation{Scenario: "court-evidence-deposit", Design: "raft", Runtime: result.Virtual, Replicas: 5, Objective: "latency-p99 < 1s", Precision: 0.02,
			Seed: 1, Found: true, Sustained: sustained, Throughput: sustained, LatencyP50: 0.01, LatencyP99: 0.1, Broken: broken}
		line, err := result.EncodeSaturation(s)
		if err != nil {
			t.Fatal(err)
		}
		dir := setOf(t, sampled("probe", sustained)...)
		if err := os.WriteFile(filepath.Join(dir, searchesFile), append(line, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	old := search(10000)
	o := govbench(t, "compare", old, search(9000))
	o.want(t, exitOK)
	for _, want := range []string{"Of 1 cell in both sets: 1 worse.", "highest load", "sustained-load", "-10.0", "exact"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	o = govbench(t, "compare", filepath.Join(old, searchesFile), search(10000, "agreement"))
	if o.want(t, exitOK); !strings.Contains(o.stdout, "1 withheld") {
		t.Errorf("stdout:\n%s", o.stdout)
	}
	bad := write(t, searchesFile, `{"schema":"govbench.saturation/2"}`+"\n")
	govbench(t, "compare", old, bad).want(t, exitInput, "saturation.jsonl:1", `unknown schema version "govbench.saturation/2"`)
	govbench(t, "compare", old, write(t, searchesFile, "")).want(t, exitInput, "holds no finished search")
}
