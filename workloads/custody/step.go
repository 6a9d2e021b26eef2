package custody

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// declare makes a new consignment.
func (a *app) declare(call *program.Call) []byte {
	quantity, manifest := call.Body.Uint64(), call.Body.Hash()
	call.Body.Bytes(a.settings.PayloadBytes)
	firm, isFirm := a.firm(call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed declaration")
	case !isFirm:
		return a.Refuse("only firms declare")
	case quantity == 0 || quantity > QuantityMax:
		return a.Refuse("quantity out of bounds")
	}
	number := a.fresh()
	a.goods = childless()
	a.goods.declarer, a.goods.holder = program.Subject(firm), program.Subject(firm)
	a.goods.quantity, a.goods.manifest = quantity, manifest
	if a.needed() == 0 {
		a.goods.flags = flagReleased
	}
	a.Add(countDeclared, int64(quantity))
	a.line.number, a.line.quantity, a.line.data = number, quantity, manifest
	a.goods.advance(a.record())
	a.put(number, &a.goods)
	return a.answer(number, a.goods.flags)
}

// fresh is the number of a new consignment.
func (a *app) fresh() uint64 {
	a.Add(countNew, 1)
	return uint64(a.settings.Population) + a.Count(countNew) - 1
}

func (a *app) answer(number uint64, flags byte) []byte {
	var data [9]byte
	binary.BigEndian.PutUint64(data[:], number)
	data[8] = flags
	return a.Accept(data[:]...)
}

// advance adds a line to the consignment's chain.
func (g *goods) advance(encoded []byte) {
	g.head = link(g.head, encoded)
	g.events++
}

// detail is what the steps have between the consignment and the payload.
type detail struct {
	amount uint64
	small  uint32
	hash   [32]byte
}

func readDetail(call *program.Call) (d detail) {
	switch call.Kind {
	case KindClear:
		d.small = uint32(call.Body.Uint8())
	case KindHandOver:
		d.small = call.Body.Uint32()
	case KindTakeOver, KindSplit, KindMerge:
		d.amount = call.Body.Uint64()
	case KindEvent:
		d.small, d.amount = uint32(call.Body.Uint8()), call.Body.Uint64()
	case KindQuarantine, KindRecall:
		d.small = uint32(call.Body.Uint16())
	case KindUse:
		d.amount, d.small = call.Body.Uint64(), uint32(call.Body.Uint8())
	case KindCorrect:
		d.hash = call.Body.Hash()
	}
	return d
}

// step is every transaction about a consignment that exists.
func (a *app) step(call *program.Call) []byte {
	number := call.Body.Uint64()
	d := readDetail(call)
	a.line.data = a.payload(call)
	recall := call.Kind == KindRecall || call.Kind == KindUnrecall
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed step")
	case !a.load(number, &a.goods):
		return a.Refuse("no such consignment")
	case a.goods.flags&flagClosed != 0 && !recall:
		return a.Refuse("nothing is left of the consignment")
	}
	a.line.number = number
	if reason := a.judge(call, &d); reason != "" {
		return a.Refuse(reason)
	}
	switch call.Kind {
	case KindSplit:
		return a.splitOff(number, &d)
	case KindMerge:
		return a.join(number, &d)
	}
	a.goods.advance(a.record())
	a.put(number, &a.goods)
	return a.answer(number, a.goods.flags)
}

// judge applies a step to the loaded consignment, or tells why not; of a division or a joining it only tells.
func (a *app) judge(call *program.Call, d *detail) string {
	switch call.Kind {
	case KindClear:
		return a.clear(call, d)
	case KindRelease:
		return a.release(call)
	case KindTakeOver:
		return a.takeOver(call, d)
	case KindCancel:
		return a.cancel(call)
	case KindQuarantine, KindLift:
		return a.quarantine(call, d)
	case KindRecall, KindUnrecall:
		return a.recall(call, d)
	case KindCorrect:
		return a.correct(call, d)
	}
	if a.who(call) != a.goods.holder {
		return "only the holder does that"
	}
	switch call.Kind {
	case KindEvent:
		return a.event(d)
	case KindHandOver:
		return a.handOver(call, d)
	case KindUse:
		return a.use(call, d)
	case KindSplit:
		return a.refusesSplit(d)
	}
	return a.refusesMerge(d)
}

func (a *app) clear(call *program.Call, d *detail) string {
	g := &a.goods
	place, clears := a.place(call)
	bit := uint32(1) << (uint(place) % 32)
	switch {
	case !clears:
		return "not an agency that clears"
	case d.small > 1:
		return "no such verdict"
	case g.flags&flagReleased != 0:
		return "released before"
	case g.flags&flagQuarantined != 0:
		return "quarantined"
	case g.cleared&bit != 0:
		return "cleared before"
	}
	a.line.value = uint64(d.small)
	if d.small == 0 {
		a.hold(call)
		return ""
	}
	g.cleared |= bit
	return ""
}

// hold quarantines the loaded consignment by the client's agency.
func (a *app) hold(call *program.Call) {
	a.goods.flags |= flagQuarantined
	a.goods.quarantiner = uint16(a.who(call))
	a.Add(countQuarantined, 1)
}

func (a *app) release(call *program.Call) string {
	g := &a.goods
	switch {
	case !a.is(call, 0):
		return "only the lead agency releases"
	case g.flags&flagReleased != 0:
		return "released before"
	case g.flags&flagQuarantined != 0:
		return "quarantined"
	case !a.enough():
		return "clearances are missing"
	}
	g.flags |= flagReleased
	return ""
}

func (a *app) quarantine(call *program.Call, d *detail) string {
	g := &a.goods
	if call.Kind == KindLift {
		switch {
		case g.flags&flagQuarantined == 0:
			return "not quarantined"
		case !a.is(call, int(g.quarantiner)):
			return "only who quarantined lifts it"
		}
		g.flags &^= flagQuarantined
		g.quarantiner, g.breaches = 0, 0
		a.Add(countQuarantined, -1)
		return ""
	}
	_, clears := a.place(call)
	switch {
	case !clears && !a.is(call, 0):
		return "not an agency that quarantines"
	case g.flags&flagQuarantined != 0:
		return "quarantined before"
	}
	a.line.value = uint64(d.small)
	a.hold(call)
	return ""
}

func (a *app) recall(call *program.Call, d *detail) string {
	g := &a.goods
	recall := call.Kind == KindRecall
	switch {
	case !a.is(call, 0):
		return "only the lead agency recalls"
	case recall == (g.flags&flagRecalled != 0):
		return "recalled or taken back before"
	}
	a.line.value = uint64(d.small)
	g.flags ^= flagRecalled
	if recall {
		a.Add(countRecalled, 1)
	} else {
		a.Add(countRecalled, -1)
	}
	return ""
}

// correct replaces the manifest before anybody has cleared it.
func (a *app) correct(call *program.Call, d *detail) string {
	g := &a.goods
	switch {
	case a.who(call) != g.declarer:
		return "only the declarer corrects"
	case g.flags&flagReleased != 0 || g.cleared != 0:
		return "cleared before"
	case g.parents[0] != none:
		return "a part has no declaration of its own"
	case d.hash == g.manifest:
		return "the same manifest again"
	}
	g.manifest, a.line.data = d.hash, d.hash
	return ""
}

func (a *app) event(d *detail) string {
	g := &a.goods
	if d.small == 0 {
		return "no such type of event"
	}
	a.line.other, a.line.value = uint64(d.small), d.amount
	if byte(d.small) != EventTemperature || int64(d.amount) <= a.Rule("temperature-max") || g.flags&flagQuarantined != 0 {
		return ""
	}
	g.breaches++
	if int64(g.breaches) > a.Rule("breaches-max") {
		g.flags |= flagQuarantined
		g.quarantiner = 0
		a.Add(countQuarantined, 1)
	}
	return ""
}
