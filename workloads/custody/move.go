package custody

import "github.com/govbench/govbench/workloads/program"

// stuck tells why goods may not move, be divided or joined, or nothing.
func (g *goods) stuck() string {
	switch {
	case g.flags&flagQuarantined != 0:
		return "quarantined"
	case g.flags&flagMoving != 0:
		return "handed over"
	}
	return ""
}

func (a *app) handOver(call *program.Call, d *detail) string {
	g := &a.goods
	if reason := g.stuck(); reason != "" {
		return reason
	}
	switch {
	case !a.holds(d.small) || d.small == g.holder:
		return "no such holder"
	case d.small != 0 && a.recalled(g):
		return "recalled"
	}
	g.flags |= flagMoving
	g.next, g.transitEnd = d.small, call.At+uint64(a.Rule("transit-max"))
	a.line.other = uint64(d.small)
	return ""
}

func (a *app) takeOver(call *program.Call, d *detail) string {
	g := &a.goods
	switch {
	case g.flags&flagMoving == 0 || a.who(call) != g.next:
		return "handed to somebody else"
	case g.flags&flagQuarantined != 0:
		return "quarantined"
	case call.At > g.transitEnd:
		return reasonOverdue
	case d.amount == 0 || d.amount > g.quantity:
		return "quantity out of bounds"
	}
	missing := g.quantity - d.amount
	if missing*10_000 > g.quantity*uint64(a.Rule("loss-bp")) {
		return "too much is missing"
	}
	g.quantity = d.amount
	a.Add(countLost, int64(missing))
	a.line.quantity = d.amount
	g.holder = g.next
	g.settle()
	return ""
}

// settle ends a hand-over.
func (g *goods) settle() {
	g.flags &^= flagMoving
	g.next, g.transitEnd = 0, 0
}

func (a *app) cancel(call *program.Call) string {
	g := &a.goods
	if who := a.who(call); g.flags&flagMoving == 0 || who != g.holder && who != g.next {
		return "no hand-over to cancel"
	}
	g.settle()
	return ""
}

// use takes goods out of the chain for good.
func (a *app) use(call *program.Call, d *detail) string {
	g := &a.goods
	how := byte(d.small)
	if how < UseSold || how > UseReturned || d.amount == 0 || d.amount > g.quantity {
		return "no such use, or quantity out of bounds"
	}
	if g.flags&flagMoving != 0 {
		return "handed over"
	}
	switch how {
	case UseSold:
		switch {
		case g.flags&flagReleased == 0:
			return "not released"
		case g.flags&flagQuarantined != 0:
			return "quarantined"
		case a.recalled(g):
			return "recalled"
		}
	case UseReturned:
		switch {
		case g.flags&flagReleased != 0 || a.who(call) != g.declarer:
			return "only the declarer returns goods, before release"
		case g.flags&flagQuarantined != 0:
			return "quarantined"
		}
	}
	g.quantity -= d.amount
	if g.quantity == 0 {
		a.close(g)
	}
	a.Add(countSold-1+int(how), int64(d.amount))
	a.line.quantity, a.line.value = d.amount, uint64(how)
	return ""
}

// close ends a consignment of which nothing is left; its quarantine ends with it.
func (a *app) close(g *goods) {
	if g.flags&flagQuarantined != 0 {
		g.flags &^= flagQuarantined
		g.quarantiner = 0
		a.Add(countQuarantined, -1)
	}
	g.flags |= flagClosed
}

func (a *app) refusesSplit(d *detail) string {
	g := &a.goods
	if reason := g.stuck(); reason != "" {
		return reason
	}
	least := uint64(a.Rule("split-min"))
	switch {
	case d.amount < least || d.amount >= g.quantity || g.quantity-d.amount < least:
		return "quantity out of bounds"
	case int64(g.lineage)+1 > a.Rule("lineage-max"):
		return "too many ancestors"
	case a.recalled(g):
		return "recalled"
	}
	return ""
}

// splitOff divides the loaded consignment: the new part has the old one as its parent.
func (a *app) splitOff(number uint64, d *detail) []byte {
	g, part := &a.goods, &a.child
	fresh := a.fresh()
	*part = childless()
	part.parents[0], part.elders[0] = number, g.youngest
	part.flags, part.cleared = g.flags, g.cleared
	part.declarer, part.holder, part.manifest = g.declarer, g.holder, g.manifest
	part.breaches = g.breaches
	part.quantity, part.lineage = d.amount, g.lineage+1
	g.youngest = fresh
	g.quantity -= d.amount
	a.line.other, a.line.quantity = fresh, d.amount
	encoded := a.record()
	g.advance(encoded)
	part.advance(encoded)
	a.put(number, g)
	a.put(fresh, part)
	return a.answer(fresh, part.flags)
}

func (a *app) refusesMerge(d *detail) string {
	g, mate := &a.goods, &a.mate
	if d.amount == a.line.number || !a.load(d.amount, mate) || mate.flags&flagClosed != 0 {
		return "no such second consignment"
	}
	if reason := g.stuck(); reason != "" {
		return reason
	}
	if reason := mate.stuck(); reason != "" {
		return reason
	}
	switch {
	case mate.holder != g.holder:
		return "only the holder does that"
	case g.flags&mate.flags&flagReleased == 0:
		return "not released"
	case int64(g.lineage)+int64(mate.lineage)+2 > a.Rule("lineage-max"):
		return "too many ancestors"
	case a.recalled(g) || a.recalled(mate):
		return "recalled"
	}
	return ""
}

// join makes one consignment of the two loaded ones, which it closes.
func (a *app) join(number uint64, d *detail) []byte {
	g, mate, whole := &a.goods, &a.mate, &a.child
	fresh := a.fresh()
	*whole = childless()
	whole.parents, whole.elders = [2]uint64{number, d.amount}, [2]uint64{g.youngest, mate.youngest}
	whole.flags = flagReleased
	whole.declarer, whole.holder, whole.manifest = g.declarer, g.holder, g.manifest
	whole.breaches = max(g.breaches, mate.breaches)
	whole.cleared = g.cleared & mate.cleared
	whole.quantity, whole.lineage = g.quantity+mate.quantity, g.lineage+mate.lineage+2
	g.youngest, mate.youngest = fresh, fresh
	g.quantity, mate.quantity = 0, 0
	a.close(g)
	a.close(mate)
	a.line.other, a.line.value = d.amount, fresh
	encoded := a.record()
	g.advance(encoded)
	mate.advance(encoded)
	whole.advance(encoded)
	a.put(number, g)
	a.put(d.amount, mate)
	a.put(fresh, whole)
	return a.answer(fresh, whole.flags)
}
