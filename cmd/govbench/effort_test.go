package main

import (
	"testing"
	"time"
)

// TestEffort: two workers with six seconds of cells in four seconds are busy for three quarters of them.
func TestEffort(t *testing.T) {
	at := time.Unix(0, 0)
	e := newEffort(2, func() time.Time { return at })
	first, second := e.around(), e.around()
	at = at.Add(3 * time.Second)
	first()
	second()
	at = at.Add(time.Second)
	const want = "2 cells took 6.00 s by themselves, 2 at a time: 3.00 s of 4.00 s, efficiency 75.0 %"
	if got := effortText(e.end()); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := newEffort(1, func() time.Time { return at }).end(); got.Efficiency != 0 || got.Cells != 0 {
		t.Errorf("nothing ran: %+v", got)
	}
}
