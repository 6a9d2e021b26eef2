package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/workloads/trace"
)

func readTrace(t *testing.T, path string) *trace.Trace {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := trace.Read(path, f)
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestTrace: both formats hold the same requests, of a mix each with its scenario.
func TestTrace(t *testing.T) {
	dir := t.TempDir()
	csv, jsonl := filepath.Join(dir, "a.csv"), filepath.Join(dir, "a.jsonl")
	args := []string{"trace", "mix:court-*", "--load", "50", "--duration", "4s", "--seed", "7"}
	o := govbench(t, append(args, "--out", csv)...)
	o.want(t, exitOK, "wrote ", " requests of mix:court-* to "+csv+": ", "at 50 (50/s) over 4s, seed 7", "services: 3 documented: a reconstruction; none is official")
	if o.stdout != "" {
		t.Errorf("stdout: %s", o.stdout)
	}
	if o := govbench(t, append(args, "--out", jsonl, "--quiet")...); o.status != exitOK || o.stderr != "" {
		t.Errorf("%+v", o)
	}
	if o := govbench(t, append(args, "--quiet")...); o.stdout != read(t, csv) {
		t.Error("stdout is not the file")
	}
	if o := govbench(t, append(args, "--quiet", "--format", "jsonl")...); o.stdout != read(t, jsonl) {
		t.Error("stdout is not the file of JSON lines")
	}
	a, b := readTrace(t, csv), readTrace(t, jsonl)
	court := map[string]bool{}
	for i := range a.Rows {
		x, y := a.Rows[i], b.Rows[i]
		x.Line, y.Line = 0, 0
		if x.At != y.At || x.Scenario != y.Scenario || string(x.Op) != string(y.Op) || x.Agency != y.Agency {
			t.Fatalf("%+v and %+v", x, y)
		}
		s, err := scenarios.Load(x.Scenario)
		if err != nil || int(x.Agency) >= s.Participants.Count {
			t.Fatalf("%+v: %v", x, err)
		}
		court[x.Scenario] = true
	}
	if !a.Exact || !a.Named || len(a.Rows) != len(b.Rows) || len(a.Rows) < 150 || len(court) < 2 || a.Duration() >= 4*time.Second {
		t.Errorf("%d and %d requests of %v", len(a.Rows), len(b.Rows), court)
	}
	if again := govbench(t, append(slices.Clone(args[:len(args)-1]), "8")...); again.stdout == read(t, csv) {
		t.Error("another seed gives the same requests")
	}
}

// TestTraceSaysHowRealItIs: nothing that was modelled is called documented.
func TestTraceSaysHowRealItIs(t *testing.T) {
	govbench(t, "trace", "mix:court-*", "--load", "documented", "--duration", "1h").want(t, exitOK, "no volume was published for 2 of 3 services")
	govbench(t, "trace", "venue-check-in", "--load", "100", "--duration", "1s").want(t, exitOK, "the service is modelled: invented to complete its category. "+reconstruction)
}

func TestWrongTraces(t *testing.T) {
	for args, want := range map[string]string{
		"court-evidence-deposi":               `did you mean court-evidence-deposit?`,
		"":                                    `found 0 arguments: allowed is a scenario's id`,
		"court-*":                             `court-* selects 3 scenarios: write mix:court-* for one chain that carries all of them`,
		"court-evidence-deposit --load citty": `--load: unknown load "citty"`,
		"court-evidence-deposit --load documented":                   ``,
		"death-record-sharing --load documented":                     `no volume was published`,
		"court-evidence-deposit --duration 10":                       `--duration: "10" has no unit`,
		"court-evidence-deposit --format xml":                        `--format: unknown format "xml": allowed are csv, jsonl`,
		"court-evidence-deposit --out a.txt":                         `--out: the ending of a.txt tells no format: allowed are .csv and .jsonl`,
		"court-evidence-deposit --load 10 --out gone/a.csv":          `--out: `,
		"court-evidence-deposit --load 10 --set scenario.payload=1x": `--set scenario.payload: "1x"`,
	} {
		t.Run(args, func(t *testing.T) {
			t.Chdir(t.TempDir())
			o := govbench(t, append([]string{"trace"}, strings.Fields(args)...)...)
			if want == "" {
				o.want(t, exitOK)
				return
			}
			o.want(t, exitInput, want)
			if there, _ := filepath.Glob("*"); o.stdout != "" || len(there) > 0 {
				t.Errorf("stdout %.100q, wrote %v", o.stdout, there)
			}
		})
	}
}

// full is a disk that takes so many bytes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// TestTraceIsWholeOrNothing: a trace that is stopped, or that the disk has no room for, is a failure and leaves the file
// that was there.
func TestTraceIsWholeOrNothing(t *testing.T) {
	path := write(t, "a.csv", "mine")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var stdout, stderr bytes.Buffer
	status := execute(ctx, []string{"trace", "court-evidence-deposit", "--load", "500", "--out", path}, &stdout, &stderr)
	outcome{stdout.String(), stderr.String(), status}.want(t, exitFailed, "stopped after 0 requests; the trace is not whole")
	if there, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); read(t, path) != "mine" || len(there) != 1 {
		t.Errorf("wrote %v", there)
	}
	stderr.Reset()
	status = execute(t.Context(), []string{"trace", "court-evidence-deposit", "--load", "500"}, &full{100_000}, &stderr)
	outcome{"", stderr.String(), status}.want(t, exitFailed, "no space left on device")
}
