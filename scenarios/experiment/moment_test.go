package experiment

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// TestMoments: cells under way are followed from before they begin to near their end, one a slot, and it changes no bit
// of what they give.
func TestMoments(t *testing.T) {
	p := plan(t, strings.Replace(pure, "load: [60]", "load: [600]", 1))
	want := runAll(t, plan(t, strings.Replace(pure, "load: [60]", "load: [600]", 1)), 1)
	var mu sync.Mutex
	begun, moments, freed := map[int]int{}, 0, 0
	last := map[int]Moment{}
	var records []result.Record
	err := Run(t.Context(), p.Cells, Options{Jobs: 2,
		Keep: func(r result.Record) error { records = append(records, r); return nil },
		Moved: func(m Moment) {
			mu.Lock()
			defer mu.Unlock()
			moments++
			before := last[m.Slot]
			last[m.Slot] = m
			switch {
			case m.Slot != 0 && m.Slot != 1:
				t.Errorf("slot %d of 2", m.Slot)
			case m.Cell == nil:
				freed++
			case m.End == 0:
				begun[m.Slot]++
				if before.Cell != nil && (before.Now < p.Cells[0].Duration/2 || before.Answered == 0) {
					t.Errorf("%s was last heard of at %v with %d answers", before.Cell.Describe(), before.Now, before.Answered)
				}
			case m.Now < before.Now || m.Answered < before.Answered || m.Now > m.End || m.Cell.Design.Name != before.Cell.Design.Name:
				t.Errorf("after %+v comes %+v", before, m)
			}
		}})
	if err != nil || begun[0]+begun[1] != len(p.Cells) || moments < 3*len(p.Cells) || freed != 2 {
		t.Fatalf("%v; begun %v of %d, %d moments", err, begun, len(p.Cells), moments)
	}
	p.Sort(records)
	var got bytes.Buffer
	for _, r := range records {
		line, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(append(line, '\n'))
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("a run that is followed gives other records")
	}
}

// TestMomentsOfEngine: hashicorp/raft tells its moments too.
func TestMomentsOfEngine(t *testing.T) {
	p := plan(t, "name: engine\ndesigns: [hashiraft]\nscenarios: [court-evidence-deposit]\nload: [100]\nduration: 300ms\nwarmup: 50ms\n")
	var last Moment
	heard := 0
	err := Run(t.Context(), p.Cells, Options{Jobs: 1, Keep: func(result.Record) error { return nil }, Moved: func(m Moment) {
		if heard++; m.Cell != nil {
			last = m
		}
	}})
	if err != nil || heard < 3 || last.Now < 200*time.Millisecond || last.Answered == 0 || last.End != 300*time.Millisecond+drain {
		t.Errorf("%v; %d moments, the last %+v", err, heard, last)
	}
}

// TestMomentsOfSearch: the runs of a search tell theirs with the load that each tries.
func TestMomentsOfSearch(t *testing.T) {
	f, err := Parse("search", []byte("name: search\ndesigns: [raft]\nscenarios: [court-evidence-deposit]\nset: {machine.cores: '1', machine.verify: 2ms}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.SaturationPlan()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ran := map[string]bool{}
	_, _, err = Saturate(ctx, p.Cells, SaturateOptions{Jobs: 1, Objective: result.DefaultObjective(), Precision: 200,
		Keep: func(result.Record) error { return nil }, Moved: func(m Moment) {
			if m.Cell == nil {
				return
			}
			if ran[m.Cell.Load.String()] = m.End > 0; len(ran) == 4 {
				stop()
			}
		}})
	if !errors.Is(err, context.Canceled) || len(ran) != 4 || ran["searched for"] {
		t.Errorf("%v; loads %v", err, ran)
	}
}

// BenchmarkMoments: what it costs to be followed.
func BenchmarkMoments(b *testing.B) {
	f, err := Parse("bench", []byte("name: bench\ndesigns: [pbft]\nscenarios: [court-evidence-deposit]\nload: [2000]\nduration: 10s\nwarmup: 1s\n"))
	if err != nil {
		b.Fatal(err)
	}
	p, err := f.Plan()
	if err != nil {
		b.Fatal(err)
	}
	var answered atomic.Uint64
	for _, c := range []struct {
		name  string
		moved func(Moment)
	}{{"alone", nil}, {"followed", func(m Moment) { answered.Store(m.Answered) }}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if err := Run(b.Context(), p.Cells, Options{Jobs: 1, Keep: func(result.Record) error { return nil }, Moved: c.moved}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
