package claim

// pageSize is how many plans, or words of the set of used instruments, are allocated at a time.
const pageSize = 1 << 10

// docket holds the plans of the open cases, and which instruments of the start were used. Cases are numbered
// densely from 1, so an array finds them; plans of cases that are over are used again.
type docket struct {
	place []uint32 // by case: place of its plan plus one, 0 when it is over or never was
	plans [][]plan // by place, in pages
	count uint32   // places handed out so far
	free  []uint32 // of them those given back
	used  [][]uint64
}

func newDocket(instruments uint64) *docket {
	return &docket{used: make([][]uint64, instruments/(64*pageSize)+1)}
}

// open makes the plan of a case.
func (d *docket) open(id uint64) *plan {
	var place uint32
	if last := len(d.free) - 1; last >= 0 {
		place, d.free = d.free[last], d.free[:last]
	} else {
		if d.count%pageSize == 0 {
			d.plans = append(d.plans, make([]plan, pageSize))
		}
		place = d.count
		d.count++
	}
	for uint64(len(d.place)) <= id {
		d.place = append(d.place, 0)
	}
	d.place[id] = place + 1
	p := &d.plans[place/pageSize][place%pageSize]
	*p = plan{}
	return p
}

// find is the plan of an open case.
func (d *docket) find(id uint64) (p *plan, open bool) {
	if id >= uint64(len(d.place)) || d.place[id] == 0 {
		return nil, false
	}
	place := d.place[id] - 1
	return &d.plans[place/pageSize][place%pageSize], true
}

// close ends a case; its plan must not be used any more.
func (d *docket) close(id uint64) {
	if id < uint64(len(d.place)) && d.place[id] != 0 {
		d.free = append(d.free, d.place[id]-1)
		d.place[id] = 0
	}
}

// take reports whether the instrument of the start was unused, and marks it.
func (d *docket) take(number uint64) bool {
	page := &d.used[number/(64*pageSize)]
	if *page == nil {
		*page = make([]uint64, pageSize)
	}
	word, bit := &(*page)[number/64%pageSize], uint64(1)<<(number%64)
	unused := *word&bit == 0
	*word |= bit
	return unused
}
