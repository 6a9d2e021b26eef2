package custody

// pageSize is how many plans, or words of a set of consignments, are allocated at a time.
const pageSize = 1 << 10

// docket holds the plans of the open cases; plans of cases that are over are used again. A case's number has its plan's
// place in its lower half, so that finding it costs no table.
type docket struct {
	plans [][]plan // by place, in pages
	used  uint64   // places handed out so far
	free  []uint32 // of them those given back
}

func (d *docket) at(place uint64) *plan { return &d.plans[place/pageSize][place%pageSize] }

// open makes a plan and the number of its case, from a serial that was not used before.
func (d *docket) open(serial uint64) *plan {
	var place uint64
	if last := len(d.free) - 1; last >= 0 {
		place, d.free = uint64(d.free[last]), d.free[:last]
	} else {
		if d.used%pageSize == 0 {
			d.plans = append(d.plans, make([]plan, pageSize))
		}
		place = d.used
		d.used++
	}
	p := d.at(place)
	*p = plan{id: serial<<31 | place}
	return p
}

// find is the plan of an open case.
func (d *docket) find(id uint64) (p *plan, open bool) {
	place := id & (1<<31 - 1)
	if place >= d.used {
		return nil, false
	}
	p = d.at(place)
	return p, p.id == id && id != 0
}

// close ends a case; its plan must not be used any more.
func (d *docket) close(p *plan) {
	d.free = append(d.free, uint32(p.id&(1<<31-1)))
	p.id = 0
}

// set is a set of consignments, one bit each, in pages that are made when first needed.
type set [][]uint64

func newSet(numbers uint64) set { return make(set, numbers/(64*pageSize)+1) }

func (s set) has(number uint64) bool {
	page := s[number/(64*pageSize)]
	return page != nil && page[number/64%pageSize]>>(number%64)&1 == 1
}

func (s set) put(number uint64, in bool) {
	page := &s[number/(64*pageSize)]
	if *page == nil {
		*page = make([]uint64, pageSize)
	}
	if in {
		(*page)[number/64%pageSize] |= 1 << (number % 64)
	} else {
		(*page)[number/64%pageSize] &^= 1 << (number % 64)
	}
}
