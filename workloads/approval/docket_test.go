package approval

import (
	"testing"

	"github.com/govbench/govbench/workloads/program/programtest"
)

// The docket against maps, over cases that open and close at random.
func TestDocketAgreesWithMaps(t *testing.T) {
	const matters = 3 * 64 * pageSize / 2
	rand := programtest.New(1)
	d, plans := newDocket(matters), make(map[uint64]uint64)
	id := uint64(0)
	for range 20_000 {
		id += 1 + rand.Below(2) // some numbers are never opened
		matter := rand.Below(matters)
		if !d.holds(matter) {
			d.open(id, matter).signed = int(id)
			plans[id] = matter
		}
		over := 1 + rand.Below(id)
		if matter, open := plans[over]; open {
			d.close(over)
			delete(plans, over)
			if d.holds(matter) {
				t.Fatalf("case %d is over and holds matter %d", over, matter)
			}
		}
		d.close(over) // again: nothing happens
		asked := rand.Below(id + 2)
		p, open := d.find(asked)
		if matter, want := plans[asked]; open != want || open && (p.matter != matter || p.signed != int(asked) || !d.holds(matter)) {
			t.Fatalf("case %d: %+v %v, want matter %d %v", asked, p, open, matter, want)
		}
	}
	if int(d.used)-len(d.free) != len(plans) {
		t.Errorf("%d plans in use for %d open cases", int(d.used)-len(d.free), len(plans))
	}
}
