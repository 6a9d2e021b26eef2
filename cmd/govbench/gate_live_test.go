package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/interleave"
	"github.com/govbench/govbench/reports/result"
)

func TestCommandWords(t *testing.T) {
	for line, want := range map[string][]string{
		`go test -bench=.`:                   {"go", "test", "-bench=."},
		`./old.test  -test.run '^$' `:        {"./old.test", "-test.run", "^$"},
		`sh -c 'a | b > "c d"'`:              {"sh", "-c", `a | b > "c d"`},
		`x "a 'b' \"c\"" d\ e ''`:            {"x", `a 'b' "c"`, "d e", ""},
		`C:\tools\bench.exe -o C:\new\n "|"`: {`C:\tools\bench.exe`, "-o", `C:\new\n`, "|"},
		`-bench=Queue$`:                      {"-bench=Queue$"},
	} {
		if got, err := commandWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is %q, %v: want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]string{
		"":               "a command and its arguments",
		"  ":             "a command and its arguments",
		"a 'b":           "has no end",
		"a | b":          "without a shell",
		"a && b":         "without a shell",
		"a > file.txt":   "without a shell",
		`a "b" 2>&1 out`: "without a shell",
	} {
		if got, err := commandWords(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %q, %v: want %q", line, got, err, want)
		}
	}
}

// needsShell skips where the commands of these tests are not there.
func needsShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs sh and cat")
	}
}

// printed is a command that prints a benchmark of so many nanoseconds.
func printed(t *testing.T, name string, ns float64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bench.txt")
	if err := os.WriteFile(path, fmt.Appendf(nil, "pkg: p\nBenchmark%s 10 %v ns/op\n", name, ns), 0o600); err != nil {
		t.Fatal(err)
	}
	return "cat " + path
}

// TestGateLive: equal commands pass and a slower one fails after fresh trials showed it again; results, order and
// seed are kept, and the seed draws the order again.
func TestGateLive(t *testing.T) {
	needsShell(t)
	old, same, slow := printed(t, "X", 100), printed(t, "X", 101), printed(t, "X", 105)
	o := govbench(t, "gate", "--old", old, "--new", same, "--trials", "10", "--noise")
	o.want(t, exitOK)
	for _, want := range []string{"PASS: nothing is worse by more than 2 %.", "10 trials of each version in random order; --order-seed ", "Noise floor", "within 0.00 %"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("equal commands: stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	dir := t.TempDir()
	o = govbench(t, "gate", "--old", old, "--new", slow, "--trials", "10", "--order-seed", "7", "--out", dir)
	o.want(t, exitFailed)
	for _, want := range []string{"Once more with fresh trials:", "FAIL: fresh trials confirm that it is worse: sec/op of X on p (+5 %).", "--order-seed 7 "} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("a slower one: stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	var s struct {
		Order []string
		New   []string
	}
	data, err := os.ReadFile(filepath.Join(dir, "round-1", "session.json"))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	var order []string
	for _, arm := range interleave.Order(7, 10, interleave.Old, interleave.New) {
		order = append(order, arm.String())
	}
	if err != nil || !slices.Equal(s.Order, order) || strings.Join(s.New, " ") != slow {
		t.Errorf("the session is %+v, %v: want the order %v", s, err, order)
	}
	for _, name := range []string{"round-1/old", "round-1/new", "round-2/old-again"} {
		if records, err := result.ReadFile(filepath.Join(dir, name, runsFile)); err != nil || len(records) != 10 || records[9].Trial != 9 {
			t.Errorf("%s holds %d records, %v: want 10", name, len(records), err)
		}
	}
}

// TestGateConfirm: a regression that fresh trials do not show passes, unless the first word counts.
func TestGateConfirm(t *testing.T) {
	needsShell(t)
	old := printed(t, "X", 100)
	// The first ten runs of the new version are slow, as when something else ran on the machine.
	moody := func() string {
		count := filepath.Join(t.TempDir(), "count")
		return fmt.Sprintf(`sh -c 'echo x >> %s; if [ $(wc -l < %s) -le 10 ]; then ns=150; else ns=100; fi; echo "pkg: p"; echo "BenchmarkX 1 $ns ns/op"'`, count, count)
	}
	o := govbench(t, "gate", "--old", old, "--new", moody(), "--trials", "10", "--markdown")
	o.want(t, exitOK)
	if !strings.HasPrefix(o.stdout, "**PASS: fresh trials do not confirm 1 regression that the first ones showed.**") {
		t.Errorf("not confirmed:\n%s", o.stdout)
	}
	o = govbench(t, "gate", "--old", old, "--new", moody(), "--trials", "10", "--confirm=false", "--json")
	o.want(t, exitFailed)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	if last := lines[len(lines)-1]; !strings.Contains(last, `"pass":false,"failed":1,`) {
		t.Errorf("the verdict is %s", last)
	}
}

// TestGateExact: figures of virtual time are worse when they differ at all, and nothing is measured again.
func TestGateExact(t *testing.T) {
	needsShell(t)
	exact := func(sec float64) string {
		path := filepath.Join(t.TempDir(), "runs.jsonl")
		err := writeRuns(path, []result.Record{{Scenario: "deeds", Design: "raft", Runtime: result.Virtual, Seed: 1,
			Values: []result.Value{{Name: "latency-p99", Unit: "sec", Better: result.Lower, Exact: true, Value: sec}}}})
		if err != nil {
			t.Fatal(err)
		}
		return "cat " + path
	}
	o := govbench(t, "gate", "--old", exact(0.1), "--new", exact(0.1), "--trials", "1")
	o.want(t, exitOK)
	o = govbench(t, "gate", "--old", exact(0.1), "--new", exact(0.1000001), "--trials", "1")
	o.want(t, exitFailed)
	if strings.Contains(o.stdout, "fresh trials") || !strings.Contains(o.stdout, "FAIL: worse: latency-p99 of deeds on raft (+0.0001 %).") {
		t.Errorf("an exact change:\n%s", o.stdout)
	}
}

// TestGateLiveWrong: whatever goes wrong in a run ends the gate without a verdict, and says where and why.
func TestGateLiveWrong(t *testing.T) {
	needsShell(t)
	t.Setenv("TMPDIR", t.TempDir())
	x, y := printed(t, "X", 100), printed(t, "Y", 100)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--old", x}, "--new is missing"},
		{[]string{"--old", x, "--new", "no-such-command"}, `found the command "no-such-command"`},
		{[]string{"--old", x, "--new", "cat | cat"}, "without a shell"},
		{[]string{"--old", x, "--new", x, "--trials", "9"}, "allowed is 10 or more"},
		{[]string{"--old", x, "--new", x, "--trials", "0"}, "allowed is 1 or more"},
		{[]string{"--old", x, "--new", x, "--timeout", "0s"}, "above 0"},
		{[]string{"--old", x, "--new", x, "--metric", "sec/oops"}, "sec/op"},
		{[]string{"--old", x, "--new", `sh -c 'echo broken pipe >&2; exit 3'`}, "exit status 3; its last words on stderr:\nbroken pipe"},
		{[]string{"--old", "true", "--new", "true"}, "printed nothing"},
		{[]string{"--old", x, "--new", `sh -c 'echo FAIL'`}, "a test or a build failed"},
		{[]string{"--old", x, "--new", y}, "the commands must measure the same"},
		{[]string{"--old", "sh -c 'sleep 60; echo'", "--new", "sh -c 'sleep 60; echo'", "--timeout", "20ms"}, "was stopped"},
		{[]string{"--old", "sleep 60", "--new", "sleep 60", "--timeout", "20ms"}, "took longer than --timeout 20ms"},
		{[]string{"--old", x, "--new", "sh -c 'ls {dir} && echo BenchmarkX 1 5 ns/op && touch {dir}/a && false'"}, "exit status 1"},
		{[]string{"--old", x, "--new", x, "extra"}, "allowed is either"},
	} {
		o := govbench(t, append([]string{"gate", "--quiet"}, c.args...)...)
		o.want(t, exitInput)
		if !strings.Contains(o.stderr, c.want) || o.stdout != "" {
			t.Errorf("%v: stderr %q, stdout %q: want %q and nothing", c.args, o.stderr, o.stdout, c.want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "govbench-gate-*")); err != nil || len(left) > 0 {
		t.Errorf("directories are left: %v, %v", left, err)
	}
}

// TestStoppedWithChildren: what a command started ends with it, and does not disturb the next run.
func TestStoppedWithChildren(t *testing.T) {
	needsShell(t)
	marker := filepath.Join(t.TempDir(), "marker")
	m, err := newMeasured("--new", fmt.Sprintf("sh -c '(sleep 0.2; touch %s) & wait'", marker), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.run(t.Context()); err == nil || !strings.Contains(err.Error(), "--timeout 50ms") {
		t.Errorf("a run without an end gives %v", err)
	}
	time.Sleep(300 * time.Millisecond)
	if _, err := os.Stat(marker); err == nil {
		t.Error("a process that the command started went on after it was stopped")
	}
}
