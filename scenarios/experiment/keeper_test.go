package experiment

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// TestDurableBeforeDone: a run counts as done only after its record was synced; what ends meanwhile shares the next
// sync; a failed sync ends the run, and nothing of its batch is counted.
func TestDurableBeforeDone(t *testing.T) {
	p := plan(t, base+"trials: 4\n")
	kept, synced, syncs, done := 0, 0, 0, 0
	broken := errors.New("the disk is gone")
	fail := false
	opts := Options{
		Jobs: 2,
		Keep: func(result.Record) error { kept++; return nil },
		Sync: func() error {
			if syncs++; fail && syncs == 2 {
				return broken
			}
			synced = kept
			return nil
		},
		Progress: func(n, _ int, _ result.Record) {
			if done = n; done > synced {
				t.Errorf("run %d is done, but %d are durable", done, synced)
			}
		},
	}
	if err := Run(t.Context(), p.Cells, opts); err != nil {
		t.Fatal(err)
	}
	if kept != len(p.Cells) || done != kept || synced != kept || syncs > kept {
		t.Errorf("%d cells: %d kept, %d done, %d durable by %d syncs", len(p.Cells), kept, done, synced, syncs)
	}
	kept, synced, syncs, done, fail = 0, 0, 0, 0, true
	opts.Jobs = 1
	if err := Run(t.Context(), append(p.Cells, p.Cells...), opts); syncs > 1 && !errors.Is(err, broken) || done != synced {
		t.Errorf("%v, %d done, %d durable", err, done, synced)
	}
}

// TestSyncsArePaced: runs that end soon after a sync share the next one, and all are counted at the end.
func TestSyncsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var syncs, done atomic.Int64
		k := newKeeper(Options{
			Keep:      func(result.Record) error { return nil },
			Sync:      func() error { syncs.Add(1); return nil },
			SyncEvery: 50 * time.Millisecond,
			Progress:  func(n, _ int, _ result.Record) { done.Store(int64(n)) },
		}, 101, &mu, func() {})
		for range 100 { // of 1 ms each
			time.Sleep(time.Millisecond)
			k.records <- result.Record{}
		}
		time.Sleep(time.Second)
		if n := syncs.Load(); n < 2 || n > 3 || done.Load() != 100 {
			t.Errorf("%d syncs, %d runs are done", n, done.Load())
		}
		began := syncs.Load()
		k.records <- result.Record{}
		synctest.Wait()
		if syncs.Load() != began+1 {
			t.Error("a run that ends long after a sync waits for its own")
		}
		if all, err := k.close(); !all || err != nil {
			t.Error(all, err)
		}
	})
}
