package experiment

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestDurableBeforeDone: a run counts as done only after its record was synced; what ends meanwhile shares the next
// sync; a failed sync ends the run, and nothing of its batch is counted.
func TestDurableBeforeDone(t *testing.T) {
	p := plan(t, base+"trials: 4\n")
	var kept, synced, syncs, done atomic.Int64
	broken := errors.New("the disk is gone")
	fail := false
	opts := Options{
		Jobs: 2,
		Keep: func(result.Record) error { kept.Add(1); return nil },
		Sync: func() error {
			before := kept.Load() // more may come meanwhile
			if syncs.Add(1) == 2 && fail {
				return broken
			}
			synced.Store(before)
			return nil
		},
		Progress: func(n, _ int, _ result.Record) {
			if done.Store(int64(n)); int64(n) > synced.Load() {
				t.Errorf("run %d is done, but %d are durable", n, synced.Load())
			}
		},
	}
	all := int64(len(p.Cells))
	if err := Run(t.Context(), p.Cells, opts); err != nil {
		t.Fatal(err)
	}
	if kept.Load() != all || done.Load() != all || synced.Load() != all || syncs.Load() > all {
		t.Errorf("%d cells: %d kept, %d done, %d durable by %d syncs", all, kept.Load(), done.Load(), synced.Load(), syncs.Load())
	}
	for _, n := range []*atomic.Int64{&kept, &synced, &syncs, &done} {
		n.Store(0)
	}
	fail, opts.Jobs = true, 1
	if err := Run(t.Context(), append(p.Cells, p.Cells...), opts); syncs.Load() > 1 && !errors.Is(err, broken) || done.Load() != synced.Load() {
		t.Errorf("%v, %d done, %d durable", err, done.Load(), synced.Load())
	}
}

// TestKeepFailsLate: a record that cannot be written ends the run with that error; those written before it are made durable
// and counted, and no cell begins after it.
func TestKeepFailsLate(t *testing.T) {
	p := plan(t, base+"trials: 4\n")
	full := errors.New("the disk is full")
	kept, done, synced := 0, 0, false
	err := Run(t.Context(), p.Cells, Options{Jobs: 1,
		Keep: func(result.Record) error {
			if kept == 2 {
				return full
			}
			kept++
			return nil
		},
		Sync:     func() error { synced = true; return nil },
		Progress: func(n, _ int, _ result.Record) { done = n },
	})
	if !errors.Is(err, full) || kept != 2 || done != 2 || !synced {
		t.Errorf("%v; %d kept, %d done, durable: %v", err, kept, done, synced)
	}
}

// TestWrittenAtOnce: a record is written while the one before it is still being made durable, so that the end of the
// process loses neither.
func TestWrittenAtOnce(t *testing.T) {
	p := plan(t, base+"trials: 4\n")
	second := make(chan struct{})
	kept, syncs := 0, 0
	err := Run(t.Context(), p.Cells, Options{Jobs: 1,
		Keep: func(result.Record) error {
			if kept++; kept == 2 {
				close(second)
			}
			return nil
		},
		Sync: func() error {
			syncs++
			<-second // waits for ever where nothing is written meanwhile
			return nil
		},
	})
	if err != nil || kept != len(p.Cells) || syncs >= kept {
		t.Errorf("%v: %d kept, %d syncs", err, kept, syncs)
	}
}
