package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestGateBaseline: the baseline of .github/workflows/performance.yml is what the gate's experiment gives, so that a change
// of the figures is seen in review. With -update it is written anew.
func TestGateBaseline(t *testing.T) {
	dir := filepath.Join(root, ".github", "gate")
	o := govbench(t, "run", filepath.Join(dir, "experiment.yaml"), "--json", "--quiet", "--out", t.TempDir())
	o.want(t, exitOK)
	records, err := result.Read("stdout", strings.NewReader(o.stdout))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	for _, r := range records {
		// Names, figures and checks decide; the rest is for reports.
		r.LatencyCDF, r.Series, r.Stages, r.Assumptions, r.Refusals = nil, nil, nil, nil, nil
		line, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		want.Write(append(line, '\n'))
	}
	path := filepath.Join(dir, "baseline.jsonl")
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what the experiment gives, %v; govbench gate tells what is worse, and -update writes it anew", path, err)
	}
}
