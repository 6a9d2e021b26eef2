package programtest

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
)

// blockOps is the number of operations per root in benchmarks.
const blockOps = 500

// BenchApply measures operations of a program's transactions, with a root for each block of 500.
// Queries of the mix are left out.
func BenchApply(b *testing.B, family workloads.Family, params workloads.Params) {
	built := Build(b, family, params)
	const chunk = 100_000 // operations are prepared in chunks outside of the measured time
	prepare := built.App()
	app := built.App()
	generator, scheduler := built.Generator(New(1)), New(2)
	ops := make([][]byte, 0, chunk)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		ops = ops[:0]
		want := min(chunk, b.N-done)
		for len(ops) < want {
			Drive(scheduler, generator, min(want, 10_000), func(r workloads.Request) []byte {
				if !r.Read {
					ops = append(ops, r.Op)
				}
				return Apply(prepare, r.Op, r.Read)
			})
		}
		b.StartTimer()
		for i, op := range ops[:want] {
			app.Apply(op)
			if (done+i)%blockOps == blockOps-1 {
				app.Digest()
			}
		}
		done += want
	}
	app.Digest()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

// BenchGenerator measures how many requests a generator makes.
func BenchGenerator(b *testing.B, family workloads.Family, params workloads.Params) {
	generator := Build(b, family, params).Generator(New(1))
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		generator.Begin(time.Duration(i) * time.Microsecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
