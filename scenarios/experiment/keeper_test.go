package experiment

import (
	"errors"
	"testing"

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

// TestGather: records that wait share one batch, and the channel's end loses none.
func TestGather(t *testing.T) {
	k := &keeper{records: make(chan result.Record, gatherMax)}
	for i := range 5 {
		k.records <- result.Record{Trial: i + 1}
	}
	close(k.records)
	batch := k.gather(result.Record{})
	if len(batch) != 6 || batch[5].Trial != 5 {
		t.Errorf("%d records", len(batch))
	}
}
