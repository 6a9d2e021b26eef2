package scenarios

import (
	"context"
	"testing"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/load"
)

// play offers a run of a workload to one copy of the program and returns what was offered.
func play(t testing.TB, w *Workload, seed uint64, mean arrival.Rate, d time.Duration) (load.Stats, workloads.App) {
	t.Helper()
	src, err := w.NewSource(seed, mean, d)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{app: w.Program.App()}
	driver, err := load.NewOpen(s, src, func(uint16) load.Place { return load.Place{} }, s, load.Options{Until: d})
	if err != nil {
		t.Fatal(err)
	}
	driver.Start()
	if err := s.Run(context.Background(), d+time.Second); err != nil {
		t.Fatal(err)
	}
	return driver.Finish(), s.app
}

// TestOfferedLoadIsTheMean is the point of the rehearsal: whatever cases a scenario has, a run at 100
// requests a second offers about that many, less the steps of cases that the end cuts off. The
// program keeps its laws, and the same seed leads to the same state.
func TestOfferedLoadIsTheMean(t *testing.T) {
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		t.Run(s.ID, func(t *testing.T) {
			t.Parallel()
			w, err := s.Workload()
			if err != nil {
				t.Fatal(err)
			}
			even, err := w.WithArrival(Arrival{Shape: "poisson"})
			if err != nil {
				t.Fatal(err)
			}
			const want = 100 * 60
			stats, app := play(t, even, 3, arrival.PerSecond(100), 60*time.Second)
			if stats.Offered < want*75/100 || stats.Offered > want*115/100 { // rounds and budget years go by time, not by requests
				t.Errorf("%d requests offered, want about %d", stats.Offered, want)
			}
			if err := app.Check(); err != nil {
				t.Error(err)
			}
			if _, again := play(t, even, 3, arrival.PerSecond(100), 60*time.Second); again.Digest() != app.Digest() {
				t.Error("the same seed leads to another state")
			}
			if _, other := play(t, even, 4, arrival.PerSecond(100), 60*time.Second); other.Digest() == app.Digest() && stats.Reads < stats.Offered {
				t.Error("another seed leads to the same state")
			}
		})
	}
}

func BenchmarkSource(b *testing.B) {
	list, err := All()
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range list {
		b.Run(s.ID, func(b *testing.B) {
			w, err := s.Workload()
			if err != nil {
				b.Fatal(err)
			}
			src, err := w.NewSource(1, arrival.PerSecond(uint64(b.N)*3), time.Second)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				src.Next()
			}
		})
	}
}
