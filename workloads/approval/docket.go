package approval

// pageSize is how many plans, or words of the set of busy matters, are allocated at a time.
const pageSize = 1 << 10

// docket holds the plans of the open cases and the matters that they hold. Cases are numbered densely from 1, so
// arrays do; plans of cases that are over are used again.
type docket struct {
	place []uint32   // by case: place of its plan plus one, 0 when it is over or never was
	plans [][]plan   // by place, in pages
	used  uint32     // places handed out so far
	free  []uint32   // of them those given back
	busy  [][]uint64 // one bit a matter, in pages that are made when first needed
}

func newDocket(matters uint64) *docket {
	return &docket{busy: make([][]uint64, matters/(64*pageSize)+1)}
}

func (d *docket) at(place uint32) *plan { return &d.plans[place/pageSize][place%pageSize] }

// open makes the plan of a case about a matter, which is busy from now on.
func (d *docket) open(id, matter uint64) *plan {
	var place uint32
	if last := len(d.free) - 1; last >= 0 {
		place, d.free = d.free[last], d.free[:last]
	} else {
		if d.used%pageSize == 0 {
			d.plans = append(d.plans, make([]plan, pageSize))
		}
		place = d.used
		d.used++
	}
	for uint64(len(d.place)) <= id {
		d.place = append(d.place, 0)
	}
	d.place[id] = place + 1
	word, bit := d.word(matter)
	*word |= bit
	p := d.at(place)
	*p = plan{matter: matter, handed: 1}
	return p
}

// find is the plan of an open case.
func (d *docket) find(id uint64) (p *plan, open bool) {
	if id >= uint64(len(d.place)) || d.place[id] == 0 {
		return nil, false
	}
	return d.at(d.place[id] - 1), true
}

// close ends a case, if it is open, and gives its matter free. Its plan must not be used any more.
func (d *docket) close(id uint64) {
	p, open := d.find(id)
	if !open {
		return
	}
	word, bit := d.word(p.matter)
	*word &^= bit
	d.free = append(d.free, d.place[id]-1)
	d.place[id] = 0
}

// holds reports whether an open case holds the matter.
func (d *docket) holds(matter uint64) bool {
	word, bit := d.word(matter)
	return *word&bit != 0
}

func (d *docket) word(matter uint64) (word *uint64, bit uint64) {
	page := &d.busy[matter/(64*pageSize)]
	if *page == nil {
		*page = make([]uint64, pageSize)
	}
	return &(*page)[matter/64%pageSize], 1 << (matter % 64)
}
