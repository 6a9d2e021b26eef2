package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// addVersions puts twelve versions into a history; from v6 on latency is a tenth higher.
func addVersions(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "history.jsonl")
	for i := range 12 {
		sec := 0.1
		if i >= 6 {
			sec = 0.11
		}
		set := setOf(t, sampled("deeds", sec*(1+0.001*float64(i*5%12)))...)
		o := govbench(t, "history", "add", path, "--results", set, "--version", fmt.Sprintf("v%d", i), "--at", fmt.Sprintf("2026-01-%02dT00:00:00Z", i+1))
		o.want(t, exitOK)
		if want := fmt.Sprintf("added 1 cell of version v%d to %s\n", i, path); o.stdout != want {
			t.Fatalf("stdout %q: want %q", o.stdout, want)
		}
	}
	return path
}

// TestHistory: versions are added, and the change is told in a sentence, a table, a figure and a line of JSON.
func TestHistory(t *testing.T) {
	path, out := addVersions(t), filepath.Join(t.TempDir(), "trend")
	o := govbench(t, "history", path, "--out", out)
	o.want(t, exitOK)
	text := strings.Join(strings.Fields(o.stdout), " ")
	for _, want := range []string{"latency-p99 of deeds on hashiraft at 200: worse at version v6 of 2026-01-07, +", "101 ms to 111 ms", "▁"} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	for _, name := range []string{"trend.svg", "trend.png"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	o = govbench(t, "history", path, "--json", "--metric", "latency-*")
	o.want(t, exitOK)
	var line struct {
		Metric  string
		Points  []struct{ Version string }
		Changes []struct {
			Index            int
			Version, Verdict string
			Change, P        float64
		}
	}
	if err := json.Unmarshal([]byte(o.stdout), &line); err != nil {
		t.Fatal(err)
	}
	if len(line.Points) != 12 || len(line.Changes) != 1 || line.Changes[0].Index != 6 || line.Changes[0].Version != "v6" || line.Changes[0].Verdict != "worse" {
		t.Errorf("the line of JSON is %+v", line)
	}
	o = govbench(t, "history", path, "--effect", "20%")
	o.want(t, exitOK)
	if !strings.HasPrefix(o.stdout, "Nothing changed in 1 trend.") {
		t.Errorf("with a larger effect:\n%s", o.stdout)
	}
}

// TestHistoryWrong: what is refused, and that it says what to do.
func TestHistoryWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	set := setOf(t, sampled("deeds", 0.1)...)
	added := govbench(t, "history", "add", path, "--results", set, "--version", "v1", "--json")
	added.want(t, exitOK)
	if held, err := os.ReadFile(path); err != nil || added.stdout != string(held) {
		t.Errorf("--json prints %q, and the file holds %q, %v", added.stdout, held, err)
	}
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"history"}, "allowed is one, the history"},
		{[]string{"history", path + ".none"}, "govbench history add makes one"},
		{[]string{"history", empty}, "holds no results"},
		{[]string{"history", filepath.Join(set, runsFile)}, "this is a run record"},
		{[]string{"history", path, "--metric", "latency-p98"}, "latency-p99"},
		{[]string{"history", path, "--effect", "much"}, `found "much"`},
		{[]string{"history", path, "--level", "0"}, "above 0"},
		{[]string{"history", "add", path, "--version", "v2"}, "--results is missing"},
		{[]string{"history", "add", path, "--results", set}, "--version is missing"},
		{[]string{"history", "add", path, "--results", set, "--version", "v1"}, "--again"},
		{[]string{"history", "add", path, "--results", set, "--version", "v2", "--at", "today"}, "2026-01-05T12:00:00Z"},
		{[]string{"history", "add", path, "--results", t.TempDir(), "--version", "v2"}, "holds no results"},
	} {
		o := govbench(t, c.args...)
		o.want(t, exitInput)
		if !strings.Contains(o.stderr, c.want) {
			t.Errorf("%v: stderr %q: want %q", c.args, o.stderr, c.want)
		}
	}
}
