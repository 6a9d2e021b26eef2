package main

import (
	"testing"
	"time"

	"github.com/govbench/govbench/scenarios/experiment"
)

// hand are meters that are set by hand. Of a thread the system may tell nothing.
type hand struct {
	at, thread, process time.Duration
	tells               bool
}

func (h *hand) meters() meters {
	return meters{
		now:     func() time.Time { return time.Unix(0, 0).Add(h.at) },
		thread:  func() (time.Duration, bool) { return h.thread, h.tells },
		process: func() (time.Duration, bool) { return h.process, h.tells },
	}
}

// cellOf is a cell of a design.
func cellOf(t *testing.T, design string) *experiment.Cell {
	t.Helper()
	f, err := experiment.Parse("effort", []byte("name: effort\ndesigns: ["+design+"]\nscenarios: [court-evidence-deposit]\nload: [40]\nduration: 1s\nwarmup: 200ms\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p.Cells[0]
}

// TestEffort: two workers with six seconds of cells in four seconds are busy for three quarters of them. Of a cell in
// virtual time the processor time of its thread counts, so that nothing that ran in its place is in it; of any other, and
// where the system does not tell it, the time that passed.
func TestEffort(t *testing.T) {
	for _, c := range []struct {
		name, design string
		tells        bool
		want         string
		cpu          float64
	}{
		{"thread", "raft", true, "2 cells took 5.00 s by themselves, 2 at a time: 2.50 s of 4.00 s, efficiency 62.5 %", 7},
		{"silent system", "raft", false, "2 cells took 6.00 s by themselves, 2 at a time: 3.00 s of 4.00 s, efficiency 75.0 %", 0},
		{"bubble", "hashiraft", true, "2 cells took 6.00 s by themselves, 2 at a time: 3.00 s of 4.00 s, efficiency 75.0 %", 7},
	} {
		h, cell := &hand{process: time.Hour, tells: c.tells}, cellOf(t, c.design)
		e := newEffort(2, h.meters())
		first, second := e.around(cell), e.around(cell)
		h.at, h.thread, h.process = 3*time.Second, 2500*time.Millisecond, h.process+7*time.Second
		first()
		second()
		h.at += time.Second
		if out := e.end(); effortText(out) != c.want || out.CPUSec != c.cpu {
			t.Errorf("%s: %s, %v s; want %s, %v s", c.name, effortText(out), out.CPUSec, c.want, c.cpu)
		}
	}
	if got := newEffort(1, (&hand{}).meters()).end(); got.Efficiency != 0 || got.Cells != 0 {
		t.Errorf("nothing ran: %+v", got)
	}
}

// TestThreadTime: a thread's time grows while it computes and not while it waits, where the system tells it.
func TestThreadTime(t *testing.T) {
	measured := newEffort(1, systemMeters())
	over := measured.around(cellOf(t, "raft"))
	before, ok := threadTime()
	if !ok {
		t.Skip("this system does not tell it")
	}
	time.Sleep(20 * time.Millisecond)
	waited, _ := threadTime()
	for now := waited; now < waited+2*time.Millisecond; now, _ = threadTime() {
	}
	over()
	if idle := waited - before; idle >= 20*time.Millisecond {
		t.Errorf("%v passed for the thread while it waited", idle)
	}
	if got := measured.end(); got.CellsSec < 0.002 || got.CPUSec < got.CellsSec {
		t.Errorf("%+v", got)
	}
}
