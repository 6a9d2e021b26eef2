package gate

import (
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestGivenUp: a cell that the baseline has figures of and of which a run was given up now fails, in each of its trials and
// without a figure; and no baseline is made of such runs.
func TestGivenUp(t *testing.T) {
	base := []result.Record{run(1, 0.1), run(2, 0.2)}
	given := run(2, 0).Bare()
	given.GivenUpSec, given.Limit = 2, result.LimitCPU
	f := Failed(judged(t, base, []result.Record{run(1, 0.1), given}, Rule{Tolerance: 0.5}))
	if len(f) != 2 || f[0].Term != Run || f[0].New != nil || !strings.Contains(f[0].Detail, "given up") || f[0].Seed == f[1].Seed {
		t.Errorf("a cell given up: %+v", f)
	}
	if _, err := Judge([]result.Record{run(1, 0.1), given}, base, Rule{}); err == nil || !strings.Contains(err.Error(), "without stop_early") {
		t.Errorf("a baseline of runs given up: %v", err)
	}
}
