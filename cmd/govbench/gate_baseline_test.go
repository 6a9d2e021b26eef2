package main

import (
	"path/filepath"
	"testing"
)

// TestGateBaseline: the baseline of .github/workflows/performance.yml is what the gate's experiment gives, so that a change
// of the figures is seen in review. With -update it is written anew.
func TestGateBaseline(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(root, ".github", "gate")
	args := []string{"gate", filepath.Join(dir, "experiment.yaml"), "--quiet", "--baseline", filepath.Join(dir, "baseline.jsonl")}
	if *update {
		govbench(t, append(args, "--update")...).want(t, exitOK)
	}
	govbench(t, args...).want(t, exitOK)
}
