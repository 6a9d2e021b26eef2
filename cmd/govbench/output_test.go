package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/workloads"
)

// TestStreams: stdout is the result and stderr the progress, as the flags say.
func TestStreams(t *testing.T) {
	path := write(t, "small.yaml", small)
	t.Run("plain", func(t *testing.T) {
		o := govbench(t, "run", path, "--out", t.TempDir())
		o.want(t, exitOK, "experiment small: 4 runs\n", "4 of 4 runs")
		if !strings.Contains(o.stdout, "report: ") || !strings.Contains(o.stdout, "pbft") {
			t.Errorf("stdout:\n%s", o.stdout)
		}
		if strings.ContainsAny(o.stdout+o.stderr, "\r\x1b") {
			t.Error("a bar where there is no terminal")
		}
	})
	t.Run("quiet", func(t *testing.T) {
		o := govbench(t, "run", path, "--quiet", "--out", t.TempDir())
		if o.want(t, exitOK); o.stdout != "" || o.stderr != "" {
			t.Errorf("stdout %q, stderr %q", o.stdout, o.stderr)
		}
	})
	t.Run("json", func(t *testing.T) {
		dir := t.TempDir()
		o := govbench(t, "run", path, "--json", "--out", dir)
		o.want(t, exitOK, "4 of 4 runs")
		if o.stdout != read(t, dir, runsFile) {
			t.Errorf("stdout is not runs.jsonl:\n%.300s", o.stdout)
		}
	})
	t.Run("dry run", func(t *testing.T) {
		t.Chdir(t.TempDir())
		o := govbench(t, "run", path, "--dry-run")
		if o.want(t, exitOK); o.stderr != "" || strings.Count(o.stdout, "\n") != 5 || !strings.HasPrefix(o.stdout, "experiment small: 4 runs\n") {
			t.Errorf("stdout:\n%s\nstderr: %q", o.stdout, o.stderr)
		}
		lines := strings.Split(strings.TrimSpace(govbench(t, "run", path, "--dry-run", "--json").stdout), "\n")
		for _, line := range lines {
			var cell struct{ Cell, Scenario, Design, Load string }
			if err := json.Unmarshal([]byte(line), &cell); err != nil || !strings.Contains(o.stdout, cell.Cell+"  "+cell.Design+" on "+cell.Scenario) {
				t.Errorf("%s: %v", line, err)
			}
		}
		if there, _ := filepath.Glob("*"); len(lines) != 4 || len(there) > 0 {
			t.Errorf("%d lines, wrote %v", len(lines), there)
		}
	})
}

// TestSeveralFiles: each experiment has its own directory, and a second run of one another.
func TestSeveralFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a := write(t, "a.yaml", strings.Replace(small, "small", "a first", 1))
	b := write(t, "b.yaml", strings.Replace(small, "small", "b", 1))
	govbench(t, "run", a, b, "--out", "x").want(t, exitInput, "--out and --resume are for one experiment")
	govbench(t, "run", a, b, "--quiet", "--load", "30").want(t, exitOK)
	govbench(t, "run", b, "--quiet", "--load", "30").want(t, exitOK)
	for name, runs := range map[string]int{"a-first": 2, "b": 2, "b-2": 2} {
		if got := runsIn(filepath.Join(dir, "results", name)); got != runs {
			t.Errorf("results/%s has %d runs, want %d", name, got, runs)
		}
	}
	o := govbench(t, "report", "results/a-first", "results/b", "--out", "joint")
	if o.want(t, exitOK); !strings.Contains(read(t, "joint", "report.html"), "</html>") {
		t.Error("no joint report")
	}
	govbench(t, "report", "results/a-first", "results/b").want(t, exitInput, "--out: name the directory for the joint report")
	if err := os.WriteFile(b, []byte("designs: [nothing]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", a, b).want(t, exitInput, "unknown design")
	if runsIn(filepath.Join(dir, "results", "a-first-2")) != 0 {
		t.Error("the first experiment ran although the second is wrong")
	}
}

// TestReportAgain: rendering again says how to run again and where the runs were made, not where the
// report was.
func TestReportAgain(t *testing.T) {
	dir := t.TempDir()
	govbench(t, "run", write(t, "small.yaml", small), "--quiet", "--out", dir).want(t, exitOK)
	environment := read(t, dir, "environment.json")
	o := govbench(t, "report", dir)
	if o.want(t, exitOK); !strings.Contains(o.stdout, filepath.Join(dir, "report.html")) {
		t.Errorf("stdout %q", o.stdout)
	}
	if got := read(t, dir, "environment.json"); got != environment {
		t.Errorf("the environment became\n%s\nand was\n%s", got, environment)
	}
	if !strings.Contains(read(t, dir, "report.md"), "govbench run "+filepath.Join(dir, experimentFile)) {
		t.Error("the report does not say how to run again")
	}
}

// forgetful is a program that breaks its own law.
type forgetful struct{ workloads.App }

func (forgetful) Check() error { return fmt.Errorf("planted: 3 licences were issued and 2 exist") }

// TestBrokenCheck: a run that breaks a check has no figures anywhere, the check is named and the exit
// status is 1. The runs that broke nothing keep theirs.
func TestBrokenCheck(t *testing.T) {
	f, err := experiment.Parse("small.yaml", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range p.Cells {
		if cell.Design.Name == "pbft" {
			w := *cell.Workload
			app := w.Program.App
			w.Program.App = func() workloads.App { return forgetful{app()} }
			cell.Workload = &w
		}
	}
	o, dir := runPlanned(t, p)
	o.want(t, exitFailed, "pbft on court-evidence-deposit at 40: laws of the program: planted: 3 licences were issued and 2 exist")
	checkWithheld(t, o, dir, "laws of the program")

	// The figures that the report of honest runs has are in no file.
	honest := t.TempDir()
	govbench(t, "run", write(t, "small.yaml", small), "--quiet", "--out", honest).want(t, exitOK)
	records, err := result.ReadFile(filepath.Join(honest, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		p99, _ := r.Value("latency-p99")
		figure := fmt.Sprintf("%.3g ms", 1e3*p99.Value)
		for _, name := range []string{"report.html", "report.md"} {
			if !strings.Contains(read(t, honest, name), figure) {
				t.Errorf("%s of the honest runs lacks %s", name, figure)
			}
			if got := strings.Contains(read(t, dir, name), figure); got != (r.Design == "raft") {
				t.Errorf("%s of the broken runs has %s of %s: %v", name, figure, r.Design, got)
			}
		}
	}
}

// runPlanned runs a plan as the command does.
func runPlanned(t *testing.T, p *experiment.Plan) (o outcome, dir string) {
	t.Helper()
	dir = t.TempDir()
	var stdout, stderr bytes.Buffer
	cmd := &cobra.Command{}
	cmd.SetContext(t.Context())
	cmd.SetOut(&stdout)
	cmd.SetErr(&stderr)
	flags := &runFlags{command: "run", write: writeReport, set: pflag.NewFlagSet("run", pflag.ContinueOnError), out: dir, jobs: 2}
	status := report(runPlan(cmd, flags, p), &stderr)
	return outcome{stdout.String(), stderr.String(), status}, dir
}

// checkWithheld looks for figures of pbft, whose runs are broken, in everything that was written.
func checkWithheld(t *testing.T, o outcome, dir, check string) {
	t.Helper()
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, r := range records {
		broken := r.Design == "pbft"
		if (len(r.Failed()) > 0) != broken || (len(r.Values) == 0) != broken || broken && (len(r.Series) > 0 || len(r.LatencyCDF) > 0 || len(r.Stages) > 0) {
			t.Errorf("%s at %s: %d failed checks, %d values", r.Design, r.Load, len(r.Failed()), len(r.Values))
		}
	}
	heading := regexp.MustCompile(`(?i)at (40|80) tx/s`)
	figure := regexp.MustCompile(`[0-9.]+ (tx/s|ms|s)\b`)
	for name, pieces := range map[string][]string{
		"stdout":      strings.Split(o.stdout, "\n"),
		"report.md":   strings.Split(read(t, dir, "report.md"), "\n"),
		"summary.csv": strings.Split(read(t, dir, "summary.csv"), "\n"),
		"bench.txt":   strings.Split(read(t, dir, "bench.txt"), "\n"),
		"report.html": strings.Split(read(t, dir, "report.html"), "</tr>"),
	} {
		for _, piece := range pieces {
			rest := heading.ReplaceAllString(piece, "")
			row := strings.Contains(piece, "pbft") && !strings.Contains(piece, check) && len(piece) < 2000
			if row && (figure.MatchString(rest) || strings.Contains(rest, "throughput")) {
				t.Errorf("%s has a figure of a broken run: %s", name, piece)
			}
		}
		if whole := strings.Join(pieces, ""); name != "bench.txt" && !strings.Contains(whole, check) {
			t.Errorf("%s does not name the check %s", name, check)
		}
	}
}
