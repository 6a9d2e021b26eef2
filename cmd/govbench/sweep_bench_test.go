package main

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/govbench/govbench/scenarios/experiment"
)

// BenchmarkSweep is what a sweep spends on a small cell and beside it: the processor time of the cell itself, and all that
// the process uses for it besides, to keep its record and to collect its garbage.
func BenchmarkSweep(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	small := strings.Replace(thousand, "sample: 1000", "sample: 300", 1)
	for _, jobs := range []int{1, 2} {
		b.Run(fmt.Sprintf("jobs=%d", jobs), func(b *testing.B) {
			f, err := experiment.Parse("thousand.yaml", []byte(small))
			if err != nil {
				b.Fatal(err)
			}
			p, err := f.Plan()
			if err != nil {
				b.Fatal(err)
			}
			var cells, inside, whole float64
			for b.Loop() {
				s, err := openStore(b.TempDir(), opening{}, p, io.Discard)
				if err != nil {
					b.Fatal(err)
				}
				spent := newEffort(jobs, systemMeters())
				if err := experiment.Run(b.Context(), s.missing, experiment.Options{Jobs: jobs, Keep: s.write, Sync: s.runs.Sync, SyncEvery: syncEvery, Around: spent.around}); err != nil {
					b.Fatal(err)
				}
				e := spent.end()
				cells, inside, whole = cells+float64(e.Cells), inside+e.CellsSec, whole+e.CPUSec
				if err := s.close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(1e6*inside/cells, "us/cell")
			b.ReportMetric(1e6*(whole-inside)/cells, "us-beside/cell")
		})
	}
}
