package custody

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// declare begins the way of a new consignment.
func (g *generator) declare(at time.Duration) workloads.Request {
	p := g.docket.open(g.author.NewCase())
	p.kind = caseDeclare
	p.holder = program.Subject(g.rand.Below(g.firms))
	p.declarer = p.holder
	p.quantity = 1 + g.rand.Below(2*uint64(g.settings.Rule("quantity")))
	client := g.client(p.holder)
	op := g.op(KindDeclare, client, at, p.quantity, 32)
	manifest := program.Fill(p.id, 0)
	return g.send(p, client, at, append(op, manifest[:]...))
}

// onStock begins a case about a consignment of the start: an event, a hand-over or a sale.
func (g *generator) onStock(at time.Duration) workloads.Request {
	number, s := g.idle()
	if s.quantity == 0 { // all of it is sold: the next one comes in
		return g.declare(at)
	}
	p := g.begin(caseStock, number, s)
	draw := int64(g.rand.Below(100))
	move := g.settings.Rule("move-percent")
	switch {
	case s.recalled:
	case draw < move && (s.quantity > 1 || draw > 0):
		return g.handOver(p, at)
	case draw < move+g.settings.Rule("sell-percent"):
		p.single = true
		return g.use(p, at, 1, UseSold)
	}
	p.single = true
	return g.event(p, at)
}

// authority begins a case in which the lead agency quarantines or recalls a consignment of the start, or takes a
// recall back.
func (g *generator) authority(at time.Duration, kind int) workloads.Request {
	number, s := g.idle()
	if s.quantity == 0 {
		return g.declare(at)
	}
	p := g.begin(byte(kind), number, s)
	client := g.author.AnyDesk(0)
	step := KindQuarantine
	if kind == caseRecall {
		p.single = true
		if s.recalled {
			return g.send(p, client, at, g.op(KindUnrecall, client, at, number, 0))
		}
		step = KindRecall
	}
	reason := uint16(1 + g.rand.Below(20))
	return g.send(p, client, at, binary.BigEndian.AppendUint16(g.op(step, client, at, number, 2), reason))
}

// refused is what follows a step that the rules refused.
func (g *generator) refused(p *plan, kind byte, reason string, now time.Duration) (workloads.Request, bool) {
	if kind != KindTakeOver {
		return workloads.Request{}, false
	}
	if reason != reasonOverdue {
		p.single = true // what is handed over goes back to the holder, and that is it
	}
	client := g.client(p.holder)
	return g.send(p, client, now, g.op(KindCancel, client, now, p.number, 0)), true
}

// goOn is the next step of a case after an accepted one.
func (g *generator) goOn(p *plan, op []byte, number uint64, flags byte, now time.Duration) (workloads.Request, bool) {
	body := op[program.HeaderSize:]
	switch op[1] {
	case KindDeclare:
		p.number, p.known = number, true
		g.remember(number)
		p.released = flags&flagReleased != 0
	case KindClear:
		if body[8] == 1 {
			p.cleared++
		}
	case KindRelease:
		p.released = true
	case KindHandOver:
		return g.takeOver(p, now), true
	case KindTakeOver:
		p.holder, p.quantity = p.next, binary.BigEndian.Uint64(body[8:])
		p.hops++
		p.events = 0
	case KindEvent:
		p.events++
	case KindSplit:
		g.remember(number)
		p.mate, p.mateUnits = number, binary.BigEndian.Uint64(body[8:])
		p.quantity -= p.mateUnits
		if g.author.Percent(g.settings.Rule("merge-percent")) {
			at, client := g.think(now), g.client(p.holder)
			return g.send(p, client, at, binary.BigEndian.AppendUint64(g.op(KindMerge, client, at, p.number, 8), number)), true
		}
	case KindMerge:
		g.remember(number)
		p.number = number
		p.quantity += p.mateUnits
		p.mate = 0
	case KindUse:
		p.quantity -= binary.BigEndian.Uint64(body[8:])
	}
	g.note(p, op[1])
	if flags&flagQuarantined != 0 {
		return g.examined(p, op[1], now), true
	}
	if p.kind != caseDeclare || p.single {
		return workloads.Request{}, false
	}
	return g.onTheWay(p, now)
}

// remember lets scans and traces return to a new consignment.
func (g *generator) remember(number uint64) {
	g.fresh[g.declared%freshKept] = number
	g.declared++
}

// note keeps the picture of the stock up to date.
func (g *generator) note(p *plan, kind byte) {
	if p.kind == caseDeclare || kind == KindEvent {
		return
	}
	was := g.stockOf(p.number)
	recalled := was.recalled
	switch kind {
	case KindRecall:
		recalled = true
	case KindUnrecall:
		recalled = false
	}
	if now := (stock{p.holder, p.quantity, recalled}); now != was {
		g.stock[p.number] = now
	}
}

// examined is what happens to quarantined goods: they are examined and go on, or at last are destroyed.
func (g *generator) examined(p *plan, kind byte, now time.Duration) workloads.Request {
	if kind == KindEvent || kind == KindQuarantine {
		p.quarantiner = 0
	}
	p.lifts++
	if p.lifts >= releaseLeft || p.kind == caseDeclare && g.rand.Below(4) == 0 {
		p.single = true
		return g.use(p, g.think(now), p.quantity, UseDestroyed)
	}
	at, client := g.think(now), g.author.AnyDesk(p.quarantiner)
	return g.send(p, client, at, g.op(KindLift, client, at, p.number, 0))
}

// onTheWay is the next step of a consignment that was declared: clearances, release, hand-overs with events, sale.
func (g *generator) onTheWay(p *plan, now time.Duration) (workloads.Request, bool) {
	needed := max(0, g.settings.Approvals-int(g.settings.Rule("clearances-waived")))
	at := g.think(now)
	switch {
	case p.quantity == 0:
		return workloads.Request{}, false
	case !p.released && !p.corrected && p.cleared == 0 && g.author.Percent(g.settings.Rule("correct-percent")):
		p.corrected = true
		manifest, client := program.Fill(p.id, 1), g.client(p.declarer)
		return g.send(p, client, at, append(g.op(KindCorrect, client, at, p.number, 32), manifest[:]...)), true
	case !p.released && p.cleared == 0 && g.author.Percent(g.settings.Rule("return-percent")):
		return g.use(p, at, p.quantity, UseReturned), true
	case !p.released && p.cleared < needed:
		p.corrected = true
		p.quarantiner = (1 + p.cleared) % g.settings.Agencies
		verdict := byte(1)
		if g.author.Percent(g.settings.Rule("fail-percent")) {
			verdict = 0
		}
		client := g.author.AnyDesk(p.quarantiner)
		return g.send(p, client, at, append(g.op(KindClear, client, at, p.number, 1), verdict)), true
	case !p.released:
		client := g.author.AnyDesk(0)
		return g.send(p, client, at, g.op(KindRelease, client, at, p.number, 0)), true
	case p.events < int(g.settings.Rule("events")):
		return g.event(p, at), true
	case p.hops < int(g.settings.Rule("hops")):
		return g.handOver(p, at), true
	case !p.divided && p.quantity > 1 && p.quantity >= 2*uint64(g.settings.Rule("split-min")) &&
		g.author.Percent(g.settings.Rule("split-percent")):
		p.divided = true
		client := g.client(p.holder)
		return g.send(p, client, at, binary.BigEndian.AppendUint64(g.op(KindSplit, client, at, p.number, 8), p.quantity/2)), true
	}
	p.divided = true
	how := UseSold
	if p.kind == caseDeclare && p.mate != 0 { // then the other part, after this one
		client := g.client(p.holder)
		first := g.send(p, client, at, g.appendUse(client, at, p.number, p.quantity, how))
		p.number, p.quantity, p.mate = p.mate, p.mateUnits+p.quantity, 0
		return first, true
	}
	return g.use(p, at, p.quantity, how), true
}

func (g *generator) event(p *plan, at time.Duration) workloads.Request {
	client := g.client(p.holder)
	kind, reading := 1+byte(g.rand.Below(4)), g.rand.Uint64()
	if kind == EventTemperature {
		celsius := g.bound - int64(g.rand.Below(coldSpan))
		if g.author.Percent(g.settings.Rule("breach-percent")) {
			celsius = g.bound + 1 + int64(g.rand.Below(coldSpan))
		}
		reading = uint64(celsius)
	}
	op := append(g.op(KindEvent, client, at, p.number, 9), kind)
	return g.send(p, client, at, binary.BigEndian.AppendUint64(op, reading))
}

func (g *generator) handOver(p *plan, at time.Duration) workloads.Request {
	client := g.client(p.holder)
	p.next = g.someone(p.holder)
	return g.send(p, client, at, binary.BigEndian.AppendUint32(g.op(KindHandOver, client, at, p.number, 4), p.next))
}

func (g *generator) takeOver(p *plan, now time.Duration) workloads.Request {
	at, client := g.think(now), g.client(p.next)
	counted := p.quantity
	if counted > 1 && int64(10_000) <= int64(counted)*g.settings.Rule("loss-bp") && g.author.Percent(g.settings.Rule("loss-percent")) {
		counted--
	}
	return g.send(p, client, at, binary.BigEndian.AppendUint64(g.op(KindTakeOver, client, at, p.number, 8), counted))
}

func (g *generator) appendUse(client uint32, at time.Duration, number, quantity uint64, how byte) []byte {
	return append(binary.BigEndian.AppendUint64(g.op(KindUse, client, at, number, 9), quantity), how)
}

func (g *generator) use(p *plan, at time.Duration, quantity uint64, how byte) workloads.Request {
	client := g.client(p.holder)
	return g.send(p, client, at, g.appendUse(client, at, p.number, quantity, how))
}

// look is a scan by a consumer, or a trace by an agency; a wrong one is of a code that does not exist.
func (g *generator) look(at time.Duration, wrong bool) workloads.Request {
	number := g.chooser.Next()
	if wrong {
		number += 1 << 40
	}
	if g.declared > 0 && !wrong && g.author.Percent(g.settings.Rule("fresh-percent")) {
		number = g.fresh[g.rand.Below(min(g.declared, freshKept))]
	}
	if g.author.Percent(g.settings.Rule("trace-percent")) {
		client := g.author.AnyDesk(int(g.rand.Below(uint64(g.settings.Agencies))))
		op := binary.BigEndian.AppendUint64(g.author.Query(KindTrace, client, at, 9), number)
		request := program.Request(at, client, g.agency(client), append(op, byte(g.rand.Below(2))))
		request.Read = true
		return request
	}
	client := program.Subject(g.rand.Below(uint64(g.settings.Population)))
	var op []byte
	if g.settings.LogReads {
		op = g.author.End(g.op(KindScan, client, at, number, 0))
	} else {
		op = binary.BigEndian.AppendUint64(g.author.Query(KindScan, client, at, 8), number)
	}
	request := program.Request(at, client, g.agency(client), op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// wrong is a transaction that is refused, whatever the state.
func (g *generator) wrong(at time.Duration) workloads.Request {
	number := g.chooser.Next()
	firm := program.Subject(g.rand.Below(g.firms))
	desk := g.author.AnyDesk(int(g.rand.Below(uint64(g.settings.Agencies))))
	none := &plan{}
	alone := func(client uint32, op []byte) workloads.Request {
		return program.Request(at, client, g.agency(client), g.author.End(op))
	}
	switch g.rand.Below(7) {
	case 0: // a firm plays the lead
		return alone(firm, append(g.op(KindRecall, firm, at, number, 2), 0, 1))
	case 1: // an agency declares
		return alone(desk, append(g.op(KindDeclare, desk, at, 5, 32), make([]byte, 32)...))
	case 2: // more than anybody has
		return alone(desk, g.appendUse(desk, at, number, 1<<50, UseSold))
	case 3: // nothing is declared
		return alone(firm, append(g.op(KindDeclare, firm, at, 0, 32), make([]byte, 32)...))
	case 4: // goods that do not exist are taken over
		return alone(desk, binary.BigEndian.AppendUint64(g.op(KindTakeOver, desk, at, number+1<<40, 8), 1))
	case 5: // a release by who does not release
		return alone(firm, g.op(KindRelease, firm, at, number, 0))
	}
	none.number, none.holder = number, firm
	request := g.event(none, at)
	request.Case, request.Last = 0, true
	request.Op = g.author.Spoil(request.Op)
	return request
}
