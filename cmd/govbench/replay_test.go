package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// recordsOf runs a command line quietly and returns its records.
func recordsOf(t *testing.T, dir string, args ...string) []result.Record {
	t.Helper()
	o := govbench(t, append(append([]string{"run"}, args...), "--quiet", "--out", dir)...)
	o.want(t, exitOK)
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// valuesOf are the figures of a record, without the order of its warnings.
func valuesOf(t *testing.T, r result.Record) string {
	t.Helper()
	text, err := json.Marshal([]any{r.Values, r.StateRoot, r.Digest, r.Refusals})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestReplayIsTheRun: requests that were written as a trace and replayed are those of the run itself: every figure,
// the order of everything that happened and the state root are the same. The service has no cases, whose later steps
// depend on the answers.
func TestReplayIsTheRun(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "requests.csv")
	govbench(t, "trace", "court-evidence-deposit", "--load", "300", "--duration", "5s", "--seed", "3", "--out", file).want(t, exitOK)
	common := []string{"--design", "pbft", "--design", "raft", "--scenario", "court-evidence-deposit", "--duration", "5s", "--warmup", "1s", "--seed", "3"}
	runs := recordsOf(t, filepath.Join(dir, "run"), append(common, "--load", "300")...)
	replays := recordsOf(t, filepath.Join(dir, "replay"), append(common, "--trace", file)...)
	if len(runs) != 2 || len(replays) != 2 {
		t.Fatalf("%d runs and %d replays", len(runs), len(replays))
	}
	for i := range runs {
		if a, b := valuesOf(t, runs[i]), valuesOf(t, replays[i]); a != b {
			t.Errorf("%s:\nrun    %s\nreplay %s", runs[i].Design, a, b)
		}
		if replays[i].Load != "trace:requests.csv" || replays[i].Cell == runs[i].Cell || !strings.Contains(fmt.Sprint(replays[i].Warnings), "every operation as it was") {
			t.Errorf("%+v", replays[i])
		}
	}
	faster := recordsOf(t, filepath.Join(dir, "faster"), "--design", "raft", "--scenario", "court-evidence-deposit", "--trace", file, "--trace-speed", "5", "--seed", "3")
	if len(faster) != 1 || faster[0].Load != "trace:requests.csv x5" || faster[0].Cell == replays[1].Cell {
		t.Errorf("%+v", faster)
	}
}

// TestReplayResumes: the directory of a replay holds all that it takes to run it again, and to go on with it when the
// original is gone.
func TestReplayResumes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log.jsonl")
	govbench(t, "trace", "mix:court-*", "--load", "60", "--duration", "4s", "--out", file).want(t, exitOK)
	out := filepath.Join(dir, "out")
	first := recordsOf(t, out, "--design", "raft", "--design", "pbft", "--scenario", "mix:court-*", "--trace", file)
	whole := read(t, out, runsFile)
	lines := strings.SplitAfter(whole, "\n")
	if err := os.WriteFile(filepath.Join(out, runsFile), []byte(lines[0]), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", "--resume", "--quiet", "--out", out).want(t, exitOK)
	if read(t, out, runsFile) != whole || len(first) != 2 {
		t.Error("the resumed set differs")
	}
	again := filepath.Join(dir, "again")
	govbench(t, "run", filepath.Join(out, experimentFile), "--quiet", "--out", again).want(t, exitOK)
	if read(t, again, runsFile) != whole || read(t, again, experimentFile) != read(t, out, experimentFile) || read(t, again, "trace", "log.jsonl") != read(t, out, "trace", "log.jsonl") {
		t.Error("running the written experiment again differs")
	}
	if err := os.WriteFile(filepath.Join(out, "trace", "log.jsonl"), []byte(strings.Replace(read(t, again, "trace", "log.jsonl"), `"agency":`, `"agency" :`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	govbench(t, "run", "--resume", "--quiet", "--out", out).want(t, exitInput, "2 of its 2 runs are not of this experiment")
	o := govbench(t, "run", filepath.Join(out, experimentFile), "--load", "20", "--duration", "4s", "--dry-run") // a flag goes before the file
	if o.want(t, exitOK); !strings.Contains(o.stdout, " at 20 (") {
		t.Errorf("%s", o.stdout)
	}
}

// officeLog is the log of an office: when somebody came and what for.
func officeLog() string {
	var b strings.Builder
	b.WriteString("at,scenario\n")
	for i := range 300 {
		service := []string{"real-estate-registration", "population-base-check", "court-evidence-deposit"}[i%3]
		fmt.Fprintf(&b, "2024-05-06T08:%02d:%02d.5+08:00,%s\n", 30+i/60, i%60, service)
	}
	return b.String()
}

// TestOfficeLog: a bureau's own log drives the city's chain; what is asked comes from the generators.
func TestOfficeLog(t *testing.T) {
	file := write(t, "office.csv", officeLog())
	records := recordsOf(t, t.TempDir(), "--design", "raft", "--scenario", "category:all", "--trace", file, "--trace-speed", "30")
	r := records[0]
	if len(records) != 1 || len(r.Members) != 140 || r.Load != "trace:office.csv x30" || !strings.Contains(fmt.Sprint(r.Warnings), "made by the scenario's generator") {
		t.Fatalf("%d records: %+v", len(records), r.Warnings)
	}
	for _, c := range r.Failed() {
		t.Errorf("%s: %s", c.Name, c.Detail)
	}
	for _, m := range r.Members {
		offered := 0.0
		for _, v := range m.Values {
			if v.Name == "offered" {
				offered = v.Value
			}
		}
		want := 0.0
		if strings.Contains(officeLog(), ","+m.Scenario+"\n") {
			want = 1.0 / 3
		}
		if (want > 0) != (offered > 0) || m.Share != want {
			t.Errorf("%s: %v offered, a share of %v", m.Scenario, offered, m.Share)
		}
	}
}

// TestWrongReplays: everything that is wrong with a trace is said before anything runs: who named it, and file, line,
// key and remedy.
func TestWrongReplays(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.csv")
	govbench(t, "trace", "court-evidence-deposit", "--load", "50", "--duration", "2s", "--out", own).want(t, exitOK)
	files := map[string]string{
		"hole.csv": "id,at\n1,0\n3,1\n", "order.csv": "at\n5\n4\n", "empty.csv": "", "bad.csv": "at,op\n1,00\n",
		"foreign.csv": "at,scenario\n1,court-evidence-deposit\n2,tea-party\n", "long.csv": "at\n0\n100000\n", "ok.csv": "at\n1\n2\n",
		"agency.csv": strings.Replace(read(t, own), ",court-evidence-deposit,", ",court-evidence-deposit,9", 1),
		"exp.yaml":   "designs: [raft]\nscenarios: [court-evidence-deposit]\nload: [5]\ntrace: ok.csv\n",
		"exp2.yaml":  "designs: [raft]\nscenarios: [court-evidence-deposit]\ntrace_speed: 2\nload: [5]\n",
		"exp3.yaml":  "designs: [raft]\nscenarios: [court-evidence-deposit]\ntrace: hole.csv\n",
		"exp4.yaml":  "designs: [raft]\nscenarios: [court-evidence-deposit]\ntrace: gone.csv\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for args, want := range map[string]string{
		"--trace hole.csv":                                `--trace: hole.csv:3: id: found 3, want 2: the trace has a hole; put the missing request back`,
		"--trace order.csv":                               `--trace: order.csv:3: at: 4s is before 5s of the request before: times are out of order; sort the trace by at`,
		"--trace empty.csv":                               `--trace: empty.csv: it is empty; `,
		"--trace bad.csv":                                 `--trace: bad.csv:2: op: found no operation of a program; `,
		"--trace foreign.csv":                             `--trace: foreign.csv:3: scenario: found "tea-party", which the run does not have; replay the trace on a mix`,
		"--trace agency.csv":                              `--trace: agency.csv:2: agency: found 9`,
		"--trace gone.csv":                                `--trace: gone.csv: no such file or directory: allowed is a file of CSV or JSON lines`,
		"--trace .":                                       `--trace: .: is no regular file`,
		"--trace=":                                        `--trace: found an empty text`,
		"--trace ok.csv --load 5":                         `--trace and --load: a trace says itself when requests come`,
		"--trace ok.csv --clients 5":                      `--trace and --clients: `,
		"--trace ok.csv --set load=5":                     `--trace: found beside load or clients`,
		"--trace ok.csv --trace-speed 0":                  `--trace-speed: found 0: allowed is 1 or more`,
		"--trace-speed 2":                                 `--trace-speed: found without a trace`,
		"--trace long.csv":                                `--trace: the trace lasts 27h46m40s: allowed are 24h0m0s, so replay it 2 times as fast with trace_speed`,
		"--trace own.csv --set scenario.payload=3KiB":     `own.csv:2: op: found an operation of program `,
		"--trace own.csv --scenario death-record-sharing": `own.csv:2: scenario: found "court-evidence-deposit", which the run does not have`,
		"--trace ok.csv --scenario mix:court-*":           `ok.csv:1: scenario: it is not there; the run has 3 scenarios: name each request's`,
		"exp.yaml":                                        `exp.yaml:4:8: trace: found beside load or clients`,
		"exp2.yaml":                                       `exp2.yaml:3:14: trace_speed: found without a trace`,
		"exp3.yaml":                                       `exp3.yaml:3:8: trace: hole.csv:3: id: found 3, want 2`,
		"exp4.yaml":                                       `exp4.yaml:3:8: trace: gone.csv: no such file or directory`,
	} {
		t.Run(args, func(t *testing.T) {
			line := append([]string{"run"}, strings.Fields(args)...)
			if !strings.Contains(args, "--scenario") && !strings.Contains(args, "exp") {
				line = append(line, "--scenario", "court-evidence-deposit")
			}
			o := govbench(t, line...)
			o.want(t, exitInput, "govbench: ", want)
			if _, err := os.Stat("results"); err == nil || o.stdout != "" || strings.Count(o.stderr, "\n") != 1 {
				t.Errorf("stdout %q, %v", o.stdout, err)
			}
		})
	}
	if o := govbench(t, "run", "--trace", "long.csv", "--scenario", "court-evidence-deposit", "--design", "raft", "--duration", "5s", "--out", "cut"); o.status == exitInput {
		t.Errorf("%s", o.stderr) // a part may be asked for
	} else if !strings.Contains(read(t, "cut", runsFile), "1 requests of long.csv come after the duration") {
		t.Errorf("%.600s", read(t, "cut", runsFile))
	}
}
