package directory

import "testing"

func TestDeals(t *testing.T) {
	var l deals
	const n = 3 * dealsPage
	for id := uint64(1); id < n; id++ {
		l.begin(id, deal{entry: 2 * id})
	}
	for id := uint64(1); id < n; id++ {
		if d, open := l.find(id); !open || d.entry != 2*id {
			t.Fatalf("case %d: %+v", id, d)
		}
		if id%3 != 0 || id >= dealsPage {
			l.end(id)
			l.end(id)
		}
		if _, open := l.find(id); open != (id%3 == 0 && id < dealsPage) {
			t.Fatalf("case %d is open: %v", id, open)
		}
	}
	if l.pages[0] == nil || l.pages[1] != nil || l.pages[2] != nil {
		t.Error("a page is kept or given up wrongly")
	}
	if _, open := l.find(n * n); open {
		t.Error("a case that never was is open")
	}
}
