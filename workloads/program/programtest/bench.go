package programtest

import (
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
)

// blockOps is the number of operations per root in benchmarks.
const blockOps = 500

// benchChunk is the number of operations that are prepared at a time, outside of the measured time.
const benchChunk = 100_000

// perCPU reports a rate per second of CPU time, which does not depend on who else uses the machine.
func perCPU(b *testing.B, done int, used time.Duration, unit string) {
	if used > 0 {
		b.ReportMetric(float64(done)/used.Seconds(), unit)
	}
}

// prepare makes the operations of a program's transactions, chunk by chunk. Queries of the mix are left out.
func prepare(built workloads.Program) func(want int) [][]byte {
	app, generator, scheduler := built.App(), built.Generator(New(1)), New(2)
	ops := make([][]byte, 0, benchChunk)
	return func(want int) [][]byte {
		ops = ops[:0]
		for len(ops) < want {
			Drive(scheduler, generator, min(want, 10_000), func(r workloads.Request) []byte {
				if !r.Read {
					ops = append(ops, r.Op)
				}
				return Apply(app, r.Op, r.Read)
			})
		}
		return ops[:want]
	}
}

// BenchApply measures operations of a program's transactions, with a root for each block of 500.
func BenchApply(b *testing.B, family workloads.Family, params workloads.Params) {
	built := Build(b, family, params)
	app, next := built.App(), prepare(built)
	used := time.Duration(0)
	b.ReportAllocs()
	b.ResetTimer()
	for done := 0; done < b.N; {
		b.StopTimer()
		ops := next(min(benchChunk, b.N-done))
		b.StartTimer()
		from := cpuTime()
		for i, op := range ops {
			app.Apply(op)
			if (done+i)%blockOps == blockOps-1 {
				app.Digest()
			}
		}
		used += cpuTime() - from
		done += len(ops)
	}
	app.Digest()
	perCPU(b, b.N, used, "ops/cpu-s")
}

// BenchGenerator measures how many requests a generator makes.
func BenchGenerator(b *testing.B, family workloads.Family, params workloads.Params) {
	generator := Build(b, family, params).Generator(New(1))
	b.ReportAllocs()
	b.ResetTimer()
	from := cpuTime()
	for i := 0; i < b.N; i++ {
		generator.Begin(time.Duration(i) * time.Microsecond)
	}
	perCPU(b, b.N, cpuTime()-from, "requests/cpu-s")
}

// BenchCheck measures App.Check after a run of 100,000 operations.
func BenchCheck(b *testing.B, family workloads.Family, params workloads.Params) {
	built := Build(b, family, params)
	app := built.App()
	for _, op := range prepare(built)(benchChunk) {
		app.Apply(op)
	}
	b.ReportAllocs()
	b.ResetTimer()
	from := cpuTime()
	for i := 0; i < b.N; i++ {
		if err := app.Check(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuTime()-from).Seconds()*1e3/float64(b.N), "cpu-ms/check")
}
