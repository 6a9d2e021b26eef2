package main

import (
	"bytes"
	"encoding/csv"
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

// thousand is a sweep of 1,000 tiny cells.
const thousand = `name: thousand
designs: [raft]
scenarios: [court-evidence-deposit]
machine: reference
duration: 1s
warmup: 200ms
vary: {load: [20..40], design.block.max_wait: ["log:1ms..100ms"], design.block.max_txs: [1, 10, 100]}
sample: 1000
`

// TestSweepKilled: a sweep of 1,000 cells that is killed twenty times at random moments and resumed each time ends
// with exactly 1,000 distinct cells and the same bytes as an unbroken one.
func TestSweepKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs 2,000 cells in processes of their own")
	}
	path, unbroken, dir := write(t, "thousand.yaml", thousand), t.TempDir(), t.TempDir()
	govbench(t, "sweep", path, "--quiet", "--out", unbroken).want(t, exitOK)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	line := runsBytes(unbroken) / 1000
	for kill := range 20 {
		cmd := exec.CommandContext(t.Context(), self, "sweep", path, "--resume", "--quiet", "--out", dir)
		cmd.Env = append(os.Environ(), childVariable+"=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if kill%2 == 0 { // at any moment, while it starts or plans too
			time.Sleep(time.Duration(rng.Int64N(int64(200 * time.Millisecond))))
		} else { // in the middle of the work
			for enough := runsBytes(dir) + rng.Int64N(80*line); runsBytes(dir) < enough; {
				time.Sleep(time.Millisecond)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatalf("the sweep ended before kill %d", kill+1)
		}
	}
	kept := runsIn(dir)
	govbench(t, "sweep", "--resume", "--quiet", "--out", dir).want(t, exitOK)
	lines := strings.Split(strings.TrimSpace(read(t, dir, runsFile)), "\n")
	distinct := map[string]bool{}
	for _, line := range lines {
		cell, _, _ := strings.Cut(strings.TrimPrefix(line, `{"schema":"govbench.run/1","cell":"`), `"`)
		distinct[cell] = true
	}
	t.Logf("killed 20 times, %d cells by then; in the end %d lines, %d distinct cells", kept, len(lines), len(distinct))
	if len(lines) != 1000 || len(distinct) != 1000 {
		t.Errorf("%d lines with %d distinct cells", len(lines), len(distinct))
	}
	for _, name := range []string{runsFile, "sweep.csv", "effects.csv", "pareto.csv", experimentFile} {
		if read(t, dir, name) != read(t, unbroken, name) {
			t.Errorf("%s differs from that of an unbroken sweep", name)
		}
	}
}

// runsBytes is the size of a runs.jsonl, which costs less to ask than its lines cost to count.
func runsBytes(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, runsFile))
	if err != nil {
		return 0
	}
	return info.Size()
}

// TestSweepFailed: failed runs stand by themselves with the check that failed, until they are retried.
func TestSweepFailed(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "sweep", path, "--vary", "load=40,80", "--out", dir).want(t, exitOK, " at a time: ", "efficiency ")
	if !strings.Contains(read(t, dir, environmentFile), `"efficiency"`) {
		t.Error("environment.json lacks the efficiency")
	}
	if _, err := os.Stat(filepath.Join(dir, failedFile)); err == nil {
		t.Error("nothing failed, but failed.jsonl is there")
	}
	whole := read(t, dir, runsFile)
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	records[1].Checks = []result.Check{{Name: "the run ended", Detail: "planted"}}
	if err := writeRuns(filepath.Join(dir, runsFile), records); err != nil {
		t.Fatal(err)
	}
	govbench(t, "sweep", "--resume", "--quiet", "--out", dir).want(t, exitFailed, "planted")
	if failed, err := result.ReadFile(filepath.Join(dir, failedFile)); err != nil || len(failed) != 1 || failed[0].Cell != records[1].Cell {
		t.Errorf("failed.jsonl holds %d runs: %v", len(failed), err)
	}
	wantFilesInManual(t, dir)
	var again struct{ Again string }
	if err := json.Unmarshal([]byte(read(t, dir, failedFile)), &again); err != nil || !strings.HasPrefix(again.Again, "govbench run experiment.yaml ") {
		t.Fatalf("%v: %q is no command to run the cell again", err, again.Again)
	}
	t.Chdir(dir)
	govbench(t, append(strings.Fields(again.Again)[1:], "--quiet")...).want(t, exitOK)
	if made, err := result.ReadFile(filepath.Join(dir, "again", runsFile)); err != nil || len(made) != 1 || made[0].Digest != records[1].Digest || len(made[0].Failed()) > 0 {
		t.Errorf("the command of a failed run makes another one: %v, %d runs", err, len(made))
	}
	govbench(t, "sweep", "--resume", "--retry-failed", "--quiet", "--out", dir).want(t, exitOK)
	if _, err := os.Stat(filepath.Join(dir, failedFile)); err == nil || read(t, dir, runsFile) != whole {
		t.Error("after the retry failed.jsonl is still there, or the runs differ")
	}
}

// TestSweepReplay: the command beside a failed run, which the message names, makes that run and no other, of a sample with
// a condition and several trials too.
func TestSweepReplay(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "sweep", path, "--design", "raft", "--vary", "load=20..80", "--vary", "design.block.max_wait=1ms,20ms", "--sample", "4",
		"--when", "load>=30", "--trials", "2", "--quiet", "--out", dir).want(t, exitOK)
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	failed := records[3]
	records[3].Checks = []result.Check{{Name: "the run ended", Detail: "planted"}}
	if err := writeRuns(filepath.Join(dir, runsFile), records); err != nil || failed.Trial != 1 {
		t.Fatal(err, failed.Trial)
	}
	o := govbench(t, "sweep", "--resume", "--quiet", "--out", dir)
	o.want(t, exitFailed, "planted", filepath.Join(dir, failedFile)+" says how")
	_, command, _ := strings.Cut(strings.TrimSpace(o.stderr), "the first: cd "+dir+" && govbench ")
	var line struct{ Again string }
	if err := json.Unmarshal([]byte(read(t, dir, failedFile)), &line); err != nil || line.Again != "govbench "+command {
		t.Fatalf("%v: %q, but the message says %q", err, line.Again, command)
	}
	t.Chdir(dir)
	govbench(t, append(strings.Fields(command), "--quiet")...).want(t, exitOK)
	made, err := result.ReadFile(filepath.Join(dir, "again", runsFile))
	if err != nil || len(made) != 1 {
		t.Fatalf("%d runs: %v", len(made), err)
	}
	if got := made[0]; got.Cell != failed.Cell || got.Seed != failed.Seed || got.Digest != failed.Digest || valuesOf(t, got) != valuesOf(t, failed) {
		t.Errorf("%s makes cell %s with seed %d, digest %s; want %s, %d, %s", command, got.Cell, got.Seed, got.Digest, failed.Cell, failed.Seed, failed.Digest)
	}
}

// TestSweep: the tables hold every run with its settings as numbers, and the terminal names the factor that matters.
func TestSweep(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "sweep", path, "--out", dir).want(t, exitInput, "--vary: a sweep varies something")
	govbench(t, "sweep", path, "--vary", "load=40..80", "--out", dir).want(t, exitInput, "--vary load: found the range 40..80")
	args := []string{"sweep", path, "--vary", "load=40,80", "--vary", "design.block.max_wait=1ms,20ms", "--trials", "2",
		"--when", "load=40 or design.block.max_wait<2ms", "--out", dir}
	o := govbench(t, args...)
	o.want(t, exitOK, "12 of 12 runs")
	for _, text := range []string{"12 runs, 0 failed", "throughput   load", "Pareto front", "raft design.block.max_wait=1ms load=80"} {
		if !strings.Contains(o.stdout, text) {
			t.Errorf("stdout lacks %q:\n%s", text, o.stdout)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, dir, "sweep.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head := "cell,scenario,design,protocol,runtime,network,machine,faults,replicas,cores,load,seed,trial,design_block_max_wait_sec,factor_load,status,metric,value,unit,cost_per_year,currency"
	if got := strings.Join(rows[0], ","); got != head {
		t.Errorf("head %s", got)
	}
	found := 0
	for _, r := range rows[1:] {
		if line := strings.Join(r[1:], ","); strings.HasPrefix(line, "court-evidence-deposit,pbft,pbft,virtual,metro,reference,none,4,4,80,2,1,0.001,80,ok,throughput,") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("a run's throughput is there %d times", found)
	}
	if n := strings.Count(read(t, dir, "sweep.csv"), ",throughput,"); n != 12 {
		t.Errorf("%d runs have a throughput", n)
	}
	before := read(t, dir, "effects.csv")
	govbench(t, "sweep", "--resume", "--out", dir).want(t, exitOK, "12 runs, 12 of them are there")
	if read(t, dir, "effects.csv") != before {
		t.Error("resuming changed the effects")
	}
	if o := govbench(t, "sweep", "--resume", "--json", "--out", dir); o.stdout != read(t, dir, runsFile) {
		t.Error("--json is not runs.jsonl")
	}
	var plan bytes.Buffer
	if status := execute(t.Context(), []string{"sweep", filepath.Join(dir, experimentFile), "--dry-run"}, &plan, &plan); status != exitOK || !strings.Contains(plan.String(), ": 12 runs") {
		t.Errorf("the written experiment has another plan:\n%s", plan.String())
	}
}
