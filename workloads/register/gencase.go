package register

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// transfer begins the transfer of an object.
func (g *generator) transfer(at time.Duration, object uint64) workloads.Request {
	h := g.holder(object)
	p := g.begin(caseTransfer, object)
	p.seller, p.parts, p.whole = h.party, h.parts, true
	if h.parts > 1 && !g.author.Percent(g.share.whole) &&
		int64(len(g.holdings(object))) < g.settings.Rule("holders-max") {
		p.parts, p.whole = 1+g.rand.Below(h.parts-1), false
	}
	others := uint64(g.settings.Population) - 1
	p.buyer = uint32((uint64(p.seller) + 1 + g.rand.Below(others)) % (others + 1))
	p.price = priceMin + g.rand.Below(priceSpan)
	steps := uint64(3 + g.settings.Approvals)
	if g.author.Percent(g.share.withdraw) {
		p.quit = int8(g.rand.Below(steps))
	}
	if g.author.Percent(g.share.refuse) {
		p.deny = int8(g.rand.Below(steps))
	}
	client := program.Subject(uint64(p.seller))
	return g.send(p, client, at, g.offer(p, client, at))
}

func (g *generator) offer(p *plan, client uint32, at time.Duration) []byte {
	op := binary.BigEndian.AppendUint64(g.op(KindOffer, client, at, p.id, 60), p.object)
	op = binary.BigEndian.AppendUint32(op, p.buyer)
	op = binary.BigEndian.AppendUint64(op, p.parts)
	op = binary.BigEndian.AppendUint64(op, p.price)
	docs := g.docs(p)
	return append(op, docs[:]...)
}

// goOn is the next step of a transfer after an answer.
func (g *generator) goOn(p *plan, kind byte, result []byte, reason string, refused bool, now time.Duration) (workloads.Request, bool) {
	if refused {
		switch {
		case kind == KindUtility:
			p.account++
			return g.utility(p, now)
		case reason == reasonLate:
			client := g.author.AnyDesk(g.agency(roleRegistry))
			return g.send(p, client, now, g.op(KindExpire, client, now, p.id, 0)), true
		case kind == KindOffer || kind == KindWithdraw || kind == KindExpire:
			return workloads.Request{}, false
		}
		return g.withdraw(p, now), true
	}
	switch kind {
	case KindOffer:
		g.readLenders(p, result[2:])
		return g.accept(p, now), true
	case KindAmend:
		return g.accept(p, now), true
	case KindAccept:
		p.due = binary.BigEndian.Uint64(result[2:])
		p.deposit, p.assess = p.due > 0, result[10] == 1
		if !p.amended && g.author.Percent(g.share.amend) {
			return g.amend(p, now), true
		}
	case KindDeposit:
		p.deposit = false
	case KindAssess:
		p.tax = binary.BigEndian.Uint64(result[2:])
		p.assess, p.pay = false, p.tax > 0
	case KindPay:
		p.pay = false
	case KindExamine:
		if result[1] == StateRefused {
			return workloads.Request{}, false
		}
		p.examined++
	case KindConsent:
		p.consents++
	case KindRegister:
		g.moved(p)
		return g.utility(p, now)
	case KindUtility:
		p.account++
		return g.utility(p, now)
	default:
		return workloads.Request{}, false
	}
	return g.advance(p, now), true
}

// readLenders notes the mortgages in force that the answer to the offer lists.
func (g *generator) readLenders(p *plan, list []byte) {
	for list = list[1:]; len(list) >= 6; list = list[6:] {
		p.lenders = append(p.lenders, loan{p.object, binary.BigEndian.Uint32(list), binary.BigEndian.Uint16(list[4:])})
	}
}

func (g *generator) accept(p *plan, now time.Duration) workloads.Request {
	at, client := g.think(now), program.Subject(uint64(p.buyer))
	docs := g.docs(p)
	return g.send(p, client, at, append(g.op(KindAccept, client, at, p.id, 32), docs[:]...))
}

func (g *generator) amend(p *plan, now time.Duration) workloads.Request {
	at, client := g.think(now), program.Subject(uint64(p.seller))
	p.amended = true
	p.version++
	p.price -= p.price / 50
	op := binary.BigEndian.AppendUint64(g.op(KindAmend, client, at, p.id, 40), p.price)
	docs := g.docs(p)
	return g.send(p, client, at, append(op, docs[:]...))
}

func (g *generator) withdraw(p *plan, now time.Duration) workloads.Request {
	party := p.seller
	if g.rand.Below(2) == 0 {
		party = p.buyer
	}
	at, client := g.think(now), program.Subject(uint64(party))
	return g.send(p, client, at, g.op(KindWithdraw, client, at, p.id, 0))
}

// advance is one of the steps that are still missing, in random order, and at last the registration.
func (g *generator) advance(p *plan, now time.Duration) workloads.Request {
	p.quit, p.deny = max(p.quit-1, -2), max(p.deny-1, -2)
	examine, consent := int(p.examined) < g.settings.Approvals, int(p.consents) < len(p.lenders)
	switch {
	case p.quit == -1:
		return g.withdraw(p, now)
	case p.deny == -1 && !examine:
		at, client := g.think(now), g.author.AnyDesk(g.agency(roleRegistry))
		op := binary.BigEndian.AppendUint16(g.op(KindRefuse, client, at, p.id, 2), uint16(1+g.rand.Below(20)))
		return g.send(p, client, at, op)
	case p.deny == -1:
		return g.examine(p, now, 0)
	}
	var todo [4]byte
	count := 0
	add := func(missing bool, kind byte) {
		if missing {
			todo[count] = kind
			count++
		}
	}
	add(p.deposit, KindDeposit)
	add(p.assess || p.pay, KindAssess)
	add(examine, KindExamine)
	add(consent, KindConsent)
	if count == 0 {
		at, client := g.think(now), g.author.AnyDesk(g.agency(roleRegistry))
		return g.send(p, client, at, g.op(KindRegister, client, at, p.id, 0))
	}
	switch todo[g.rand.Below(uint64(count))] {
	case KindDeposit:
		at, client := g.think(now), g.author.AnyDesk(g.agency(roleBank))
		return g.send(p, client, at, binary.BigEndian.AppendUint64(g.op(KindDeposit, client, at, p.id, 8), p.due))
	case KindAssess:
		return g.taxStep(p, now)
	case KindExamine:
		return g.examine(p, now, 1)
	}
	l := p.lenders[p.consents]
	at, client := g.think(now), g.author.AnyDesk(int(l.lender))
	return g.send(p, client, at, binary.BigEndian.AppendUint32(g.op(KindConsent, client, at, p.id, 4), l.serial))
}

func (g *generator) taxStep(p *plan, now time.Duration) workloads.Request {
	at := g.think(now)
	if p.assess {
		client := g.author.AnyDesk(g.agency(roleTax))
		return g.send(p, client, at, g.op(KindAssess, client, at, p.id, 0))
	}
	client := program.Subject(uint64(p.buyer))
	return g.send(p, client, at, binary.BigEndian.AppendUint64(g.op(KindPay, client, at, p.id, 8), p.tax))
}

func (g *generator) examine(p *plan, now time.Duration, verdict byte) workloads.Request {
	at, client := g.think(now), g.author.AnyDesk(g.agency(1+int(p.examined)))
	op := append(g.op(KindExamine, client, at, p.id, 33), verdict)
	docs := g.docs(p)
	return g.send(p, client, at, append(op, docs[:]...))
}

// moved notes a registered transfer.
func (g *generator) moved(p *plan) {
	list, changed := g.held[p.object]
	if !changed {
		list = g.holdings(p.object)
	}
	t := title{holdings: list}
	t.move(p.seller, p.buyer, p.parts)
	g.held[p.object] = t.holdings
}

// utility moves the next account after the transfer of a whole.
func (g *generator) utility(p *plan, now time.Duration) (workloads.Request, bool) {
	if !p.whole || int(p.account) >= int(g.settings.Rule("accounts")) {
		return workloads.Request{}, false
	}
	at, client := g.think(now), g.author.AnyDesk(g.agency(roleUtility))
	return g.send(p, client, at, append(g.op(KindUtility, client, at, p.object, 1), p.account)), true
}

// mortgage asks for a mortgage or discharges one.
func (g *generator) mortgage(at time.Duration, object uint64) workloads.Request {
	if len(g.loans) > 0 && (int64(g.loanCnt[object]) >= g.settings.Rule("mortgages-max") ||
		len(g.loans) >= loansFew && g.rand.Below(2) == 0) {
		return g.discharge(at)
	}
	h := g.holder(object)
	if h.parts*10_000 < g.parts*uint64(g.settings.Rule("disposal-bp")) {
		return g.permit(at, object)
	}
	p := g.begin(caseMortgage, object)
	p.seller, p.lender = h.party, uint16(g.rand.Below(uint64(g.settings.Agencies)))
	client := program.Subject(uint64(h.party))
	op := binary.BigEndian.AppendUint16(g.op(KindPledge, client, at, object, 10), p.lender)
	op = binary.BigEndian.AppendUint64(op, priceMin+g.rand.Below(priceSpan/2))
	return g.send(p, client, at, op)
}

// lend is the lender's answer to a request for a mortgage; one that cannot be granted is dropped.
func (g *generator) lend(p *plan, kind byte, result []byte, refused bool, now time.Duration) (workloads.Request, bool) {
	answer := KindLend
	switch {
	case kind == KindPledge && !refused:
		p.serial = binary.BigEndian.Uint32(result[1:])
		if g.author.Percent(g.share.refuse) {
			answer = KindDrop
		}
	case kind == KindLend && refused:
		answer = KindDrop
	case kind == KindLend:
		g.loans = append(g.loans, loan{p.object, p.serial, p.lender})
		g.loanCnt[p.object]++
		return workloads.Request{}, false
	default:
		return workloads.Request{}, false
	}
	at, client := g.think(now), g.author.AnyDesk(int(p.lender))
	return g.send(p, client, at, binary.BigEndian.AppendUint32(g.op(answer, client, at, p.object, 4), p.serial)), true
}

func (g *generator) discharge(at time.Duration) workloads.Request {
	i := g.rand.Below(uint64(len(g.loans)))
	l := g.loans[i]
	g.loans[i] = g.loans[len(g.loans)-1]
	g.loans = g.loans[:len(g.loans)-1]
	if g.loanCnt[l.object]--; g.loanCnt[l.object] == 0 {
		delete(g.loanCnt, l.object)
	}
	client := g.author.AnyDesk(int(l.lender))
	return g.alone(client, l.object, at, binary.BigEndian.AppendUint32(g.op(KindDischarge, client, at, l.object, 4), l.serial))
}
