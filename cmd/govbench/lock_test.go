//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// TestOneWriter: a directory that somebody writes to is refused, and nothing in it changes; when the writer has
// closed it, it is free.
func TestOneWriter(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	f, err := experiment.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openStore(dir, opening{}, p, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--resume"}} {
		govbench(t, append([]string{"run", path, "--quiet", "--out", dir}, more...)...).want(t, exitInput, dir, "another govbench is writing to it")
	}
	if runsIn(dir) != 0 {
		t.Error("a second process wrote runs")
	}
	if err := s.finish(); err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", path, "--quiet", "--resume", "--out", dir).want(t, exitOK)
	if runsIn(dir) != 4 {
		t.Errorf("%d runs", runsIn(dir))
	}
}

// TestRetryFailed: a failed run stays what it is until it is asked for again, and then only it is made again.
func TestRetryFailed(t *testing.T) {
	path, dir := write(t, "small.yaml", small), t.TempDir()
	govbench(t, "run", path, "--quiet", "--retry-failed", "--out", dir).want(t, exitInput, "--retry-failed: goes with --resume only")
	govbench(t, "run", path, "--quiet", "--out", dir).want(t, exitOK)
	whole := read(t, dir, runsFile)
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	broken := slices.Clone(records)
	broken[2].Checks = []result.Check{{Name: "the run ended", Detail: "planted"}}
	if err := writeRuns(filepath.Join(dir, runsFile), broken); err != nil {
		t.Fatal(err)
	}
	planted := read(t, dir, runsFile)
	govbench(t, "run", "--resume", "--quiet", "--out", dir).want(t, exitFailed, "a check failed", "planted")
	if read(t, dir, runsFile) != planted {
		t.Error("a failed run was made again without being asked for")
	}
	other := write(t, "other.yaml", small+"seed: 5\n")
	govbench(t, "run", other, "--resume", "--retry-failed", "--quiet", "--out", dir).want(t, exitInput, "are not of this experiment")
	if read(t, dir, runsFile) != planted {
		t.Error("the runs of another experiment were changed")
	}
	govbench(t, "run", "--resume", "--retry-failed", "--out", dir).want(t, exitOK, "4 runs, 3 of them are there")
	if read(t, dir, runsFile) != whole {
		t.Error("the retried run differs from the one that never failed")
	}
	if _, err := os.Stat(filepath.Join(dir, lockName)); err != nil {
		t.Error(err)
	}
}
