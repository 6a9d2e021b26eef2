package claim

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Follow implements workloads.Generator: the next step of the case.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	id := answered.Case
	p, known := g.docket.find(id)
	if !known || len(result) < 2 || len(answered.Op) < program.HeaderSize {
		g.docket.close(id)
		return workloads.Request{}, false
	}
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	request, more := g.next(p, id, answered.Op[1], result, at)
	if !more {
		g.docket.close(id)
		return workloads.Request{}, false
	}
	if request.Last {
		g.docket.close(id)
	}
	g.mix.Count(false)
	return request, true
}

func (g *generator) next(p *plan, id uint64, kind byte, result []byte, at time.Duration) (workloads.Request, bool) {
	if reason, refused := workloads.Refused(result); refused {
		return g.refused(p, id, kind, reason, at)
	}
	switch kind {
	case KindRegister, KindSplit:
		if len(result) < 9 {
			return workloads.Request{}, false
		}
		p.number = binary.BigEndian.Uint64(result[1:])
		if kind == KindSplit {
			p.number++ // the case goes on with the rest, which stays with the holder
			return g.lock(p, id, at), true
		}
		if g.issuer {
			p.confirmed = 1
		}
		return g.confirm(p, id, at), true
	case KindConfirm:
		p.confirmed++
		return g.confirm(p, id, at), true
	case KindDispute:
		return g.disputed(p, id, at), true
	case KindCorrect:
		p.confirmed = 0
		if g.issuer {
			p.confirmed = 1
		}
		return g.confirm(p, id, at), true
	case KindAssign:
		return g.lock(p, id, at), true
	case KindClaim:
		if len(result) < 9 {
			return workloads.Request{}, false
		}
		p.claim = binary.BigEndian.Uint64(result[1:])
		g.locked[g.locks%lockedKept] = p.pledge
		g.locks++
		return g.review(p, id, at), true
	case KindReview:
		return g.pay(p, id, at), true
	case KindPay:
		return g.lent(p, id, at)
	case KindOffer:
		return g.step(KindAccept, g.desk(p.offered), at, p.offered, id, p.claim), true
	case KindAccept:
		p.claimant = p.offered
		return g.repaid(p, id, at)
	}
	return workloads.Request{}, false
}

// refused is what people do about a refusal: they lower an amount, end a lapsed lock, or give up.
func (g *generator) refused(p *plan, id uint64, kind byte, reason string, at time.Duration) (workloads.Request, bool) {
	switch {
	case reason == reasonLapsed:
		return g.last(KindExpire, g.desk(p.claimant), at, p.claimant, id, p.claim), true
	case reason == reasonRate && p.retries < retriesMax && (kind == KindReview || kind == KindPay):
		p.retries++
		p.amount = max(p.amount/2, 1)
		return g.allow(p, id, at), true
	}
	return workloads.Request{}, false
}

// confirm is the next party's confirmation or dispute; when all have confirmed the instrument is disposed of.
func (g *generator) confirm(p *plan, id uint64, at time.Duration) workloads.Request {
	if int(p.confirmed) > g.settings.Approvals {
		return g.dispose(p, id, at)
	}
	agency := (p.debtor + uint16(p.confirmed)) % uint16(g.settings.Agencies)
	client := g.desk(agency)
	if g.author.Percent(g.share.dispute) {
		op := g.about(KindDispute, client, at, 2, p.number)
		return g.request(at, client, agency, id, binary.BigEndian.AppendUint16(op, uint16(1+g.rand.Below(20))))
	}
	content := p.content(id)
	return g.request(at, client, agency, id, append(g.about(KindConfirm, client, at, 32, p.number), content[:]...))
}

func (g *generator) disputed(p *plan, id uint64, at time.Duration) workloads.Request {
	if g.author.Percent(giveUpPercent) {
		return g.last(KindCancel, program.Subject(p.holder), at, p.debtor, id, p.number)
	}
	g.terms(p, at)
	client := g.registrar(p)
	return g.request(at, client, p.debtor, id, p.appendTerms(g.about(KindCorrect, client, at, 48, p.number), p.content(id)))
}

// other is a holder that is not the given one, if there is one.
func (g *generator) other(holder uint64) uint64 {
	holders := uint64(g.settings.Population)
	if holders == 1 {
		return holder
	}
	return (holder + 1 + g.rand.Below(holders-1)) % holders
}

// dispose splits, assigns or claims a confirmed instrument.
func (g *generator) dispose(p *plan, id uint64, at time.Duration) workloads.Request {
	client := program.Subject(p.holder)
	draw := int64(g.rand.Below(100))
	switch {
	case p.disposed || g.settings.Population < 2:
	case draw < g.share.split && !g.single:
		p.disposed = true
		part := p.face / 4
		p.face -= part
		op := g.about(KindSplit, client, at, 16, p.number)
		op = binary.BigEndian.AppendUint64(op, part)
		return g.request(at, client, p.debtor, id, binary.BigEndian.AppendUint64(op, g.other(p.holder)))
	case draw >= g.share.split && draw < g.share.split+g.share.assign && !g.single:
		p.disposed = true
		p.holder = g.other(p.holder)
		op := g.about(KindAssign, client, at, 8, p.number)
		return g.request(at, client, p.debtor, id, binary.BigEndian.AppendUint64(op, p.holder))
	}
	return g.lock(p, id, at)
}

// lock is the holder's claim.
func (g *generator) lock(p *plan, id uint64, at time.Duration) workloads.Request {
	p.claimant = g.elsewhere(p.debtor, p.debtor)
	p.amount = limit(p.face, g.share.rate)
	return g.lockAt(p, id, at, p.claimant, p.face)
}

func (g *generator) lockAt(p *plan, id uint64, at time.Duration, claimant uint16, ask uint64) workloads.Request {
	client := program.Subject(p.holder)
	op := g.about(KindClaim, client, at, 10, p.number)
	op = binary.BigEndian.AppendUint16(op, claimant)
	return g.request(at, client, claimant, id, binary.BigEndian.AppendUint64(op, ask))
}

// elsewhere is an agency that is neither of two, if there is one, and never the first.
func (g *generator) elsewhere(not, nor uint16) uint16 {
	agencies := uint16(g.settings.Agencies)
	agency := (not + 1 + uint16(g.rand.Below(uint64(agencies)-1))) % agencies
	for range 2 {
		if agency != not && agency != nor {
			return agency
		}
		agency = (agency + 1) % agencies
	}
	if agency == not {
		agency = (agency + 1) % agencies
	}
	return agency
}

// review is what becomes of a claim first: mostly the claimant's review.
func (g *generator) review(p *plan, id uint64, at time.Duration) workloads.Request {
	client := g.desk(p.claimant)
	draw := int64(g.rand.Below(100))
	s := &g.share
	switch {
	case draw < s.withdraw:
		return g.last(KindWithdraw, program.Subject(p.holder), at, p.claimant, id, p.claim)
	case draw < s.withdraw+s.cancel:
		return g.last(KindCancel, g.desk(p.debtor), at, p.debtor, id, p.number)
	case draw < s.withdraw+s.cancel+s.reject:
		op := g.about(KindReview, client, at, 9, p.claim)
		request := g.request(at, client, p.claimant, id, binary.BigEndian.AppendUint64(append(op, 0), 0))
		request.Last = true
		return request
	}
	return g.allow(p, id, at)
}

func (g *generator) allow(p *plan, id uint64, at time.Duration) workloads.Request {
	p.reviewer = g.desk(p.claimant)
	op := g.about(KindReview, p.reviewer, at, 9, p.claim)
	return g.request(at, p.reviewer, p.claimant, id, binary.BigEndian.AppendUint64(append(op, 1), p.amount))
}

// pay is the payment by the desk next to the reviewer's.
func (g *generator) pay(p *plan, id uint64, at time.Duration) workloads.Request {
	desk := (int(p.reviewer%program.Desks) + 1) % program.GovernDesk
	request := g.step(KindPay, program.Desk(int(p.claimant), desk), at, p.claimant, id, p.claim)
	request.Last = g.single
	return request
}

// lent is what becomes of a lent claim: it moves to another agency or ends.
func (g *generator) lent(p *plan, id uint64, at time.Duration) (workloads.Request, bool) {
	if g.settings.Agencies > 2 && g.author.Percent(g.share.transfer) {
		p.offered = g.elsewhere(p.debtor, p.claimant)
		client := g.desk(p.claimant)
		op := binary.BigEndian.AppendUint16(g.about(KindOffer, client, at, 2, p.claim), p.offered)
		return g.request(at, client, p.claimant, id, op), true
	}
	return g.repaid(p, id, at)
}

// repaid is the end of a lent claim, or nothing when it is still lent when the case is left.
func (g *generator) repaid(p *plan, id uint64, at time.Duration) (workloads.Request, bool) {
	late := program.Milliseconds(at) > p.due+uint64(g.share.grace)
	switch {
	case g.author.Percent(g.share.release):
		return g.last(KindRelease, g.desk(p.claimant), at, p.claimant, id, p.claim), true
	case g.author.Percent(g.share.settle):
		return g.last(KindSettle, g.desk(p.debtor), at, p.debtor, id, p.number), true
	case late:
		return g.last(KindOverdue, g.desk(p.claimant), at, p.claimant, id, p.number), true
	}
	return workloads.Request{}, false
}
