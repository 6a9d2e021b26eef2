package stats

import (
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestCrossed: means by hand, a combination that no sound run has, and a failed run that counts for nothing.
func TestCrossed(t *testing.T) {
	run := func(a, b string, v float64) result.Record {
		return result.Record{Factors: []result.Factor{{Name: "a", Value: a}, {Name: "b", Value: b}},
			Values: []result.Value{{Name: "throughput", Unit: "tx/sec", Value: v}}}
	}
	failed := run("2", "20", 1e9)
	failed.Checks = []result.Check{{Name: "agreement"}}
	records := []result.Record{run("1", "10", 4), run("1", "10", 6), run("2", "10", 7), run("1", "20", 8), failed}
	f := Factors(records)
	c := Crossed(records, f[0], f[1], "throughput")
	for _, w := range []struct {
		up, across, runs int
		mean             float64
	}{{0, 0, 2, 5}, {0, 1, 1, 7}, {1, 0, 1, 8}, {1, 1, 0, 0}} {
		if c.Runs[w.up][w.across] != w.runs || c.Mean[w.up][w.across] != w.mean {
			t.Errorf("%s %s: %d runs, mean %g", c.Up[w.up], c.Across[w.across], c.Runs[w.up][w.across], c.Mean[w.up][w.across])
		}
	}
}
