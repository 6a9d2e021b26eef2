package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// gateExperiment is an experiment of one short run.
const gateExperiment = `designs: [raft]
scenarios: [court-evidence-deposit]
load: [200]
duration: 2s
warmup: 1s
`

// TestGateFile: a gate writes its baseline, passes what is equal, and fails when a figure differs in its last digit.
func TestGateFile(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "")
	dir := t.TempDir()
	x, base := filepath.Join(dir, "x.yaml"), filepath.Join(dir, "baseline.jsonl")
	if err := os.WriteFile(x, []byte(gateExperiment), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "gate", x, "--baseline", base).want(t, exitInput)
	govbench(t, "gate", x, "--baseline", base, "--update", "--out", dir).want(t, exitOK)
	o := govbench(t, "gate", x, "--quiet", "--baseline", base)
	o.want(t, exitOK)
	if !strings.HasPrefix(o.stdout, "PASS: ") {
		t.Error(o.stdout)
	}
	govbench(t, "gate", "--results", dir, "--baseline", base).want(t, exitOK)
	if err := os.WriteFile(x, []byte(gateExperiment+"gate: [latency-p99 < 1us]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "gate", x, "--quiet", "--baseline", base).want(t, exitFailed)
	govbench(t, "gate", x, "--quiet", "--baseline", base, "--threshold", "latency-p99 < 1s").want(t, exitOK)
	whole, err := os.ReadFile(base)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(whole, []byte(`"digest":"`), []byte(`"digest":"0`), 1)
	for _, c := range []struct {
		base []byte
		args []string
		exit int
		want string
	}{
		{changed, nil, exitFailed, "FAIL: 1 of "},
		{changed, []string{"--json"}, exitFailed, `{"pass":false,"failed":1,`},
		{changed, []string{"--markdown"}, exitFailed, "| fail | raft on court-evidence-deposit at 200, seed 1 | digest |"},
		{nil, nil, exitInput, "it holds no run"},
		{whole[:len(whole)/2], nil, exitInput, "truncated"},
		{bytes.Replace(whole, []byte("govbench.run/1"), []byte("govbench.run/9"), 1), nil, exitInput, "--update writes the baseline anew"},
		{bytes.Replace(whole, []byte(`"ok":true`), []byte(`"ok":false`), 1), nil, exitInput, "no baseline"},
		{whole, []string{"--threshold", "throughput >= 0.97 * baseline"}, exitOK, "PASS"},
		{whole, []string{"--threshold", "throughput >= 2 * baseline"}, exitFailed, "throughput >= 2 * baseline of raft"},
		{whole, []string{"--threshold", "speed >= 2"}, exitInput, "--threshold: "},
		{whole, []string{"--tolerance", "lots"}, exitInput, "--tolerance"},
		{whole, []string{"--old", "true"}, exitInput, "allowed is either"},
		{whole, []string{"--noise"}, exitInput, "goes with --old and --new only"},
	} {
		if err := os.WriteFile(base, c.base, 0o644); err != nil {
			t.Fatal(err)
		}
		o := govbench(t, append([]string{"gate", "--results", dir, "--baseline", base}, c.args...)...)
		o.want(t, c.exit)
		if !strings.Contains(o.stdout+o.stderr, c.want) {
			t.Errorf("%v: want %q:\n%s\n%s", c.args, c.want, o.stdout, o.stderr)
		}
	}
	if err := os.WriteFile(base, changed, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", filepath.Join(dir, "summary.md"))
	o = govbench(t, "gate", "--results", dir, "--baseline", base, "--junit", filepath.Join(dir, "junit.xml"))
	o.want(t, exitFailed)
	if !strings.Contains(o.stderr, "::error title=digest of raft on court-evidence-deposit at 200%2C seed 1::it was ") ||
		!strings.Contains(read(t, filepath.Join(dir, "summary.md")), "| fail | raft on ") || !strings.Contains(read(t, filepath.Join(dir, "junit.xml")), `failures="1"`) {
		t.Error(o.stderr)
	}
	o = govbench(t, "gate")
	o.want(t, exitInput)
	if !strings.Contains(o.stderr, "--baseline FILE holds an experiment") {
		t.Error(o.stderr)
	}
}
