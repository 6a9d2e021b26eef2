package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// many is an experiment of enough runs to be stopped in the middle of.
const many = `name: many
designs: [raft, pbft]
scenarios: [court-evidence-deposit]
load: [100]
duration: 20s
warmup: 1s
trials: 30
`

// runsIn counts the whole lines of a runs.jsonl.
func runsIn(dir string) int {
	data, err := os.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		return 0
	}
	return bytes.Count(data, []byte("\n"))
}

// TestStopAndResume: a run that is stopped in the middle keeps every finished run, and resuming it gives
// the bytes of a run that was never stopped.
func TestStopAndResume(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	path := write(t, "many.yaml", many)
	unbroken := t.TempDir()
	govbench(t, "run", path, "--quiet", "--out", unbroken).want(t, exitOK)
	want := read(t, unbroken, runsFile)
	for _, c := range []struct {
		name   string
		signal os.Signal
	}{{"Ctrl-C", os.Interrupt}, {"kill", syscall.SIGKILL}} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "results of a run")
			stderr, status := stopInTheMiddle(t, c.signal, "run", path, "--jobs", "2", "--out", dir)
			kept := runsIn(dir)
			if kept < 2 || kept >= 60 {
				t.Fatalf("%d of 60 runs are kept", kept)
			}
			if c.signal == os.Interrupt {
				outcome{stderr: stderr, status: status}.want(t, exitFailed, "stopped: ", " of 60 runs are kept in ",
					"the rest: govbench run --resume --out '"+dir+"'")
				if !strings.Contains(read(t, dir, "report.html"), "</html>") {
					t.Error("the report of the finished runs is not whole")
				}
			}
			before := strings.Split(read(t, dir, runsFile), "\n")[:kept]
			govbench(t, "run", "--resume", "--quiet", "--out", dir).want(t, exitOK)
			after := read(t, dir, runsFile)
			if after != want {
				t.Errorf("the resumed set differs from that of an unbroken run: %d runs", runsIn(dir))
			}
			for _, line := range before {
				if !strings.Contains(after, line) {
					t.Errorf("a finished run is lost: %.100s", line)
				}
			}
			if read(t, dir, experimentFile) != read(t, unbroken, experimentFile) {
				t.Error("the experiment changed")
			}
		})
	}
}

// stopInTheMiddle runs the program as a process of its own and ends it when it has kept some runs.
func stopInTheMiddle(t *testing.T, signal os.Signal, args ...string) (stderr string, status int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	cmd.Stderr = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for runsIn(args[len(args)-1]) < 2 {
		select {
		case err := <-ended:
			t.Fatalf("ended before it could be stopped: %v\n%s", err, out.String())
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	<-ended
	return out.String(), cmd.ProcessState.ExitCode()
}

// TestTruncated: a last line without an end is refused without --resume and cut off with it; the runs
// before it stay, and none is made twice.
func TestTruncated(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "run", path, "--quiet", "--out", dir).want(t, exitOK)
	whole := read(t, dir, runsFile)
	cut := whole[:len(whole)-len(whole)/10]
	runs := filepath.Join(dir, runsFile)
	if err := os.WriteFile(runs, []byte(cut), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", path, "--out", dir).want(t, exitInput, runs+":4", "the last line is truncated", "the 3 runs before it are whole: --resume cuts the line off")
	if read(t, dir, runsFile) != cut {
		t.Error("the file was changed without --resume")
	}
	o := govbench(t, "report", dir)
	o.want(t, exitOK, "the last line is truncated")
	o = govbench(t, "run", path, "--resume", "--out", dir)
	o.want(t, exitOK, "it was cut off; the 3 runs before it are kept", "experiment small: 4 runs, 3 of them are there\n1 of 1 runs")
	if read(t, dir, runsFile) != whole {
		t.Error("the resumed set differs")
	}
	govbench(t, "run", path, "--resume", "--out", dir).want(t, exitOK, "4 runs, 4 of them are there")
	if read(t, dir, runsFile) != whole {
		t.Error("resuming a complete set changed it")
	}
}

// TestDamaged: damage in the middle is nobody's to repair.
func TestDamaged(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "run", path, "--quiet", "--out", dir).want(t, exitOK)
	damaged := "{}\n" + read(t, dir, runsFile)
	if err := os.WriteFile(filepath.Join(dir, runsFile), []byte(damaged), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", path, "--out", dir, "--resume").want(t, exitInput, runsFile+":1")
	if read(t, dir, runsFile) != damaged {
		t.Error("the damaged file was changed")
	}
}

// TestForeignEnd: --resume touches no file that is not ours to repair: another program's, another version's, and that of
// another experiment, whose last line has no end either.
func TestForeignEnd(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "run", path, "--load", "60", "--quiet", "--out", dir).want(t, exitOK)
	other := read(t, dir, runsFile)
	for text, want := range map[string]string{
		"a letter to my aunt":                             "no run record",
		strings.Replace(other[:200], "run/1", "run/2", 1): "no run record",
		other[:len(other)-9]:                              "are not of this experiment",
	} {
		if err := os.WriteFile(filepath.Join(dir, runsFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		before := read(t, dir, experimentFile)
		govbench(t, "sweep", path, "--vary", "load=40,80", "--resume", "--out", dir).want(t, exitInput, runsFile, want)
		if read(t, dir, runsFile) != text || read(t, dir, experimentFile) != before {
			t.Errorf("%.30q was changed", text)
		}
	}
}
