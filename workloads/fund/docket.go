package fund

// pageSize is how many plans are allocated at a time.
const pageSize = 1 << 10

// docket holds the plans of the open cases. Cases are numbered densely from 1, so an array finds them; plans of
// cases that are over are used again.
type docket struct {
	place []uint32 // by case: place of its plan plus one, 0 when it is over or never was
	plans [][]plan // by place, in pages
	count uint32   // places handed out so far
	free  []uint32 // of them those given back
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

// cursor is what the generator knows of a project: which of its subjects are still to be paid in the period.
// Benefits take them one by one from the first on, wage lists group by group from the last on.
type cursor struct {
	period uint64
	next   uint64 // place of the next subject for a benefit
	lists  uint64 // groups that wage lists have taken
	billed uint64 // fen of the contract's price
	atWork int64  // milestones at work
}

// subjects is how many subjects a project has.
func (g *generator) subjects(project uint64) uint64 {
	population := uint64(g.settings.Population)
	if project >= population {
		return 0
	}
	return (population - project + g.projects - 1) / g.projects
}

// at brings a project's cursor to a period.
func (g *generator) at(project, period uint64) *cursor {
	c := &g.cursors[project]
	if c.period != period {
		c.period, c.next, c.lists = period, 0, 0
	}
	return c
}

// takeSubject is the place of a project's subject that has not had the period.
func (g *generator) takeSubject(project, period uint64) (place uint64, ok bool) {
	c := g.at(project, period)
	groups := (g.subjects(project) + groupSize - 1) / groupSize
	if c.next >= g.subjects(project) || c.next/groupSize >= groups-c.lists {
		return 0, false
	}
	c.next++
	return c.next - 1, true
}

// takeGroup is a group of a project's subjects of whom nobody has had the period.
func (g *generator) takeGroup(project, period uint64) (group uint64, ok bool) {
	c := g.at(project, period)
	groups := (g.subjects(project) + groupSize - 1) / groupSize
	if c.lists+(c.next+groupSize-1)/groupSize >= groups {
		return 0, false
	}
	c.lists++
	return groups - c.lists, true
}
