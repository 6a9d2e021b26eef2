package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// slow is an experiment whose groups carry 200 transactions a second: one core, and 5 ms for each.
const slow = `name: slow
designs: [raft, pbft]
scenarios: [court-evidence-deposit]
load: [city]
network: constant:100us
machine: {name: slow, base: ideal, cores: 1, execute: 5ms, source: a test}
duration: 4s
warmup: 1s
`

// TestSaturate: the load of a queue of known capacity is found and confirmed, every file is the same for any
// number of jobs, and a search that is resumed in the middle makes no run twice and gives the same bytes.
func TestSaturate(t *testing.T) {
	t.Parallel()
	path, one, three := write(t, "slow.yaml", slow), t.TempDir(), t.TempDir()
	o := govbench(t, "saturate", path, "--precision", "5%", "--jobs", "1", "--out", one)
	o.want(t, exitOK, "experiment slow: 2 searches", "2 of 2 searches: ")
	for _, want := range []string{"If a replica may lie: pbft carries up to ", "the CPU holds more back; confirmed with another seed.", "highest load, requests/s", "report: "} {
		if !strings.Contains(strings.Join(strings.Fields(o.stdout), " "), want) {
			t.Errorf("stdout lacks %q:\n%s", want, o.stdout)
		}
	}
	found := saturations(t, one)
	if len(found) != 2 {
		t.Fatalf("%d searches", len(found))
	}
	for _, s := range found {
		if !s.Found || !s.Confirmed || s.Sustained < 0.95*200 || s.Sustained > 1.03*200 || s.Limit != result.LimitCPU || s.Above <= s.Sustained || s.City <= 0 {
			t.Errorf("%s: %+v", s.Design, s)
		}
	}
	govbench(t, "saturate", path, "--precision", "5%", "--jobs", "3", "--quiet", "--out", three).want(t, exitOK)
	files := []string{runsFile, "saturation.jsonl", "summary.csv", experimentFile, "plots/saturation.svg"}
	same := func(what string) {
		t.Helper()
		for _, f := range files {
			if read(t, one, f) != read(t, three, f) {
				t.Errorf("%s: %s differs", what, f)
			}
		}
	}
	same("three jobs")

	// What a kill leaves: some runs, in any order, the last cut off.
	lines := strings.SplitAfter(read(t, one, runsFile), "\n")
	kept := strings.Join([]string{lines[len(lines)-2], lines[0], lines[1], lines[2]}, "") + lines[3][:100]
	if err := os.WriteFile(filepath.Join(three, runsFile), []byte(kept), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "saturate", "--resume", "--objective", "latency-p99 < 2s", "--out", three).want(t, exitInput, "it was cut off", "not a run of this search", `not "latency-p99 < 2s"`)
	govbench(t, "saturate", "--resume", "--seed", "9", "--out", three).want(t, exitInput, "is of a cell that is not planned")
	govbench(t, "saturate", "--resume", "--out", three).want(t, exitOK, "2 searches, 4 of their runs are there")
	same("resumed")
	wantFilesInManual(t, one)
	govbench(t, "run", "--resume", "--out", three).want(t, exitInput, "are not of this experiment")
	govbench(t, "saturate", path, "--out", three).want(t, exitInput, "already holds")
}

// TestSaturateReportedAgain: govbench report writes the report of the searches again, of several directories together,
// and never one of their single runs.
func TestSaturateReportedAgain(t *testing.T) {
	t.Parallel()
	path, dir, other, joint := write(t, "slow.yaml", slow), t.TempDir(), t.TempDir(), t.TempDir()
	govbench(t, "saturate", path, "--design", "raft", "--precision", "10%", "--quiet", "--out", dir).want(t, exitOK)
	files := []string{"report.md", "summary.csv", searchesFile, "plots/saturation.svg"}
	before := map[string]string{}
	for _, f := range files {
		before[f] = read(t, dir, f)
	}
	govbench(t, "report", dir).want(t, exitOK)
	for _, f := range files {
		if after := read(t, dir, f); after != before[f] {
			t.Errorf("%s changed:\n%.600s", f, after)
		}
	}
	govbench(t, "run", path, "--quiet", "--out", other).want(t, exitOK)
	govbench(t, "report", dir, other, "--out", joint).want(t, exitInput, "one holds searches for the highest load and the other runs")
	govbench(t, "saturate", path, "--design", "pbft", "--precision", "10%", "--quiet", "--out", filepath.Join(other, "pbft")).want(t, exitOK)
	govbench(t, "report", dir, filepath.Join(other, "pbft"), "--out", joint).want(t, exitOK)
	if n := len(saturations(t, joint)); n != 2 {
		t.Errorf("%d searches in the joint report", n)
	}
}

// TestSaturateKilled: searches that are killed at random moments and resumed each time end with the bytes of searches
// that nobody killed.
func TestSaturateKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts processes")
	}
	path, unbroken, dir := write(t, "slow.yaml", slow), t.TempDir(), t.TempDir()
	args := []string{"saturate", path, "--precision", "5%", "--quiet", "--resume", "--out"}
	govbench(t, append(args, unbroken)...).want(t, exitOK)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	kills := 0
	for range 8 {
		cmd := exec.CommandContext(t.Context(), self, append(args, dir)...)
		cmd.Env = append(os.Environ(), childVariable+"=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		enough := runsIn(dir) + rng.IntN(5)
		for over := false; !over && runsIn(dir) < enough; {
			select {
			case <-ended:
				ended <- nil
				over = true
			case <-time.After(time.Millisecond):
			}
		}
		time.Sleep(time.Duration(rng.Int64N(int64(20 * time.Millisecond))))
		if cmd.Process.Kill() == nil {
			kills++
		}
		<-ended
	}
	kept := runsIn(dir)
	govbench(t, append(args, dir)...).want(t, exitOK)
	t.Logf("killed %d times, %d of %d runs by then", kills, kept, runsIn(dir))
	for _, f := range []string{runsFile, searchesFile, "summary.csv", "report.md", experimentFile} {
		got, want := strings.ReplaceAll(read(t, dir, f), dir, "DIR"), strings.ReplaceAll(read(t, unbroken, f), unbroken, "DIR")
		if got != want {
			t.Errorf("%s differs from that of unbroken searches", f)
		}
	}
}

func saturations(t *testing.T, dir string) []result.Saturation {
	t.Helper()
	var out []result.Saturation
	for line := range strings.Lines(read(t, dir, "saturation.jsonl")) {
		var s result.Saturation
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil || s.Schema != result.SaturationSchema {
			t.Fatalf("%v: %s", err, line)
		}
		out = append(out, s)
	}
	return out
}

// TestSaturateObjective: a tighter objective is met by less load, and one that nothing meets is an answer.
func TestSaturateObjective(t *testing.T) {
	path, dir := write(t, "slow.yaml", slow), t.TempDir()
	govbench(t, "saturate", path, "--design", "raft", "--objective", "latency-p99 < 40ms", "--objective", "dropped = 0", "--precision", "0.1", "--quiet", "--out", dir).want(t, exitOK)
	if s := saturations(t, dir)[0]; s.Objective != "latency-p99 < 0.04s, dropped = 0" || !s.Found || s.Sustained > 185 || s.LatencyP99 >= 0.04 {
		t.Errorf("%+v", s)
	}
	none := t.TempDir()
	o := govbench(t, "saturate", path, "--design", "raft", "--objective", "latency-p50 < 1ms", "--json", "--out", none)
	o.want(t, exitOK)
	var s result.Saturation
	if err := json.Unmarshal([]byte(o.stdout), &s); err != nil || s.Found || !strings.Contains(s.Problem, "not even 1 requests/s meets") {
		t.Errorf("%v: %+v", err, s)
	}
	if text := read(t, none, "report.md"); !strings.Contains(text, "no load was found that meets the objective") {
		t.Error(text)
	}
}

// TestSaturateInput: what saturate refuses, and its plan.
func TestSaturateInput(t *testing.T) {
	path := write(t, "slow.yaml", slow)
	govbench(t, "saturate", path, "--load", "100").want(t, exitInput, "--load: saturate searches for the load")
	govbench(t, "saturate", path, "--clients", "4").want(t, exitInput, "--clients: saturate searches")
	govbench(t, "saturate", path, "--set", "load=100").want(t, exitInput, "the load is what is searched for")
	govbench(t, "saturate", path, "--objective", "latency < 1s").want(t, exitInput, `--objective: `, `unknown metric "latency"`)
	for _, p := range []string{"0", "0.05%", "50%", "much", "NaN", "-1"} {
		govbench(t, "saturate", path, "--precision="+p).want(t, exitInput, "--precision: found")
	}
	govbench(t, "saturate", "--resume", "--out", t.TempDir()).want(t, exitInput, "holds no experiment to resume")
	o := govbench(t, "saturate", path, "--dry-run", "--trials", "2")
	o.want(t, exitOK)
	if !strings.Contains(o.stdout, "experiment slow: 4 searches") || !strings.Contains(o.stdout, "to within 2%") || !strings.Contains(o.stdout, "trial 1 seed 2") {
		t.Errorf("the plan: %s", o.stdout)
	}
	o = govbench(t, "saturate", path, "--dry-run", "--json")
	o.want(t, exitOK)
	if n := bytes.Count([]byte(o.stdout), []byte(`"precision":0.02`)); n != 2 {
		t.Errorf("%d lines: %s", n, o.stdout)
	}
}
