package fund

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
	if !known || len(answered.Op) < program.HeaderSize {
		return workloads.Request{}, false
	}
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	kind := answered.Op[1]
	var request workloads.Request
	var more bool
	if reason, refused := workloads.Refused(result); refused {
		request, more = g.refused(p, id, kind, reason, at)
	} else {
		request, more = g.next(p, id, kind, result, at)
	}
	if !more || request.Last {
		if p.class == ClassMilestone {
			g.cursors[p.project].atWork--
		}
		g.docket.close(id)
	}
	if !more {
		return workloads.Request{}, false
	}
	g.mix.Count(false)
	return request, true
}

// refused finds money for what lacked it; anything else ends the case.
func (g *generator) refused(p *plan, id uint64, kind byte, reason string, at time.Duration) (workloads.Request, bool) {
	switch {
	case reason == reasonShort && p.retries < retriesMax:
		p.retries++
		p.resume = kind
		p.amount = max(p.amount, uint64(g.rule.start)/topUp, uint64(g.rule.cap))
		return g.allocate(p, id, at), true
	case kind == KindAllocate && p.resume != 0 && p.retries < retriesMax:
		p.retries++
		return g.appropriate(p, id, at), true
	}
	return workloads.Request{}, false
}

func (g *generator) next(p *plan, id uint64, kind byte, result []byte, at time.Duration) (workloads.Request, bool) {
	switch kind {
	case KindBenefit, KindPayroll, KindMilestone:
		if len(result) < 10 {
			return workloads.Request{}, false
		}
		p.application = binary.BigEndian.Uint64(result[1:])
		g.last = max(g.last, p.application)
		return g.advance(p, id, result[9], at)
	case KindDonate:
		if len(result) >= 9 {
			g.donated = max(g.donated, binary.BigEndian.Uint64(result[1:]))
		}
		return workloads.Request{}, false
	case KindClose:
		return g.appropriate(p, id, at), true
	case KindAppropriate:
		return g.allocate(p, id, at), true
	case KindAllocate:
		if p.resume == KindOrder {
			return g.order(p, id, at), true
		} else if p.resume == KindSign {
			return g.sign(p, id, at), true
		}
		return workloads.Request{}, false
	case KindFreeze:
		if p.class == 1 {
			request := g.freeze(p, id, at, 0)
			request.Last = true
			return request, true
		}
		return workloads.Request{}, false
	case KindSign:
		p.signed++
	}
	if len(result) < 2 {
		return workloads.Request{}, false
	}
	return g.advance(p, id, result[1], at)
}

// advance is the next step of an application in a state.
func (g *generator) advance(p *plan, id uint64, state byte, at time.Duration) (workloads.Request, bool) {
	switch state {
	case StateOpen, StateReady:
		if p.signed == 0 && g.author.Percent(g.rule.withdraw) {
			return g.ending(KindWithdraw, program.Subject(p.subject), at, g.manager(p.project), id, p), true
		}
		if state == StateOpen {
			return g.sign(p, id, at), true
		}
		return g.order(p, id, at), true
	case StateReturned:
		return g.order(p, id, at), true
	case StateTransit:
		paid := byte(1)
		if g.author.Percent(g.rule.returned) {
			paid = 0
		}
		bank := g.settings.Agencies - 1
		client := g.author.AnyDesk(bank)
		return g.request(at, client, bank, id, append(g.about(KindOutcome, client, at, 1, p.application), paid)), true
	case StatePaid:
		if !g.author.Percent(g.rule.clawback) {
			return workloads.Request{}, false
		}
		return g.step(KindClawback, g.manager(p.project), at, id, p), true
	case StateClawed:
		request := g.step(KindRefund, g.settings.Agencies-1, at, id, p)
		request.Last = true
		return request, true
	}
	return workloads.Request{}, false
}

// sign is the next signer's signature or rejection; when all agencies after the manager have signed and the
// application is still open, it is the finance agency's.
func (g *generator) sign(p *plan, id uint64, at time.Duration) workloads.Request {
	agency := 0
	if p.signed < g.settings.Approvals {
		agency = (g.manager(p.project) + 1 + p.signed) % g.settings.Agencies
	}
	client := g.author.AnyDesk(agency)
	if p.resume == 0 && g.author.Percent(g.rule.reject) {
		op := g.about(KindReject, client, at, 2, p.application)
		request := g.request(at, client, agency, id, binary.BigEndian.AppendUint16(op, uint16(1+g.rand.Below(20))))
		request.Last = true
		return request
	}
	return g.request(at, client, agency, id, appendDocs(g.about(KindSign, client, at, 32, p.application), id))
}

func (g *generator) order(p *plan, id uint64, at time.Duration) workloads.Request {
	return g.step(KindOrder, g.manager(p.project), at, id, p)
}

// about starts an operation about an application.
func (g *generator) about(kind byte, client uint32, at time.Duration, size int, application uint64) []byte {
	return binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8+size), application)
}

// step is an agency's step that names the application alone.
func (g *generator) step(kind byte, agency int, at time.Duration, id uint64, p *plan) workloads.Request {
	client := g.author.AnyDesk(agency)
	return g.request(at, client, agency, id, g.about(kind, client, at, 0, p.application))
}

func (g *generator) ending(kind byte, client uint32, at time.Duration, agency int, id uint64, p *plan) workloads.Request {
	request := g.request(at, client, agency, id, g.about(kind, client, at, 0, p.application))
	request.Last = true
	return request
}

// read is a look at an account; where looks are not logged, also the question for an application or a donation.
func (g *generator) read(at time.Duration, wrong bool) workloads.Request {
	project := g.chooser.Next()
	agency := int(g.rand.Below(uint64(g.settings.Agencies)))
	client := g.author.AnyDesk(agency)
	kind, number := KindLook, project
	if !g.settings.LogReads {
		switch draw := g.rand.Below(10); {
		case draw < 2 && g.last > 0:
			kind, number = KindStatus, 1+g.rand.Below(g.last)
		case draw == 2 && g.donated > 0:
			kind, number = KindTrace, 1+g.rand.Below(g.donated)
		}
	}
	if wrong {
		number = 1<<62 + number
	}
	var op []byte
	if g.settings.LogReads {
		op = g.author.End(binary.BigEndian.AppendUint64(g.author.Begin(kind, client, at, 8), number))
	} else {
		op = binary.BigEndian.AppendUint64(g.author.Query(kind, client, at, 8), number)
	}
	request := program.Request(at, client, agency, op)
	request.Read, request.Logged = !g.settings.LogReads, g.settings.LogReads
	return request
}

// wrong is a request that is refused: somebody is paid twice, an amount is too large, or who asks has no right to.
func (g *generator) wrong(at time.Duration) workloads.Request {
	project := g.chooser.Next()
	manager := g.manager(project)
	desk := g.author.AnyDesk(manager)
	p := &plan{project: project, application: 1 << 62}
	var request workloads.Request
	switch g.rand.Below(8) {
	case 0: // the manager appropriates, or there is no such programme
		op := binary.BigEndian.AppendUint16(g.author.Begin(KindAppropriate, desk, at, 10), uint16(g.rule.programmes))
		request = g.request(at, desk, manager, 0, binary.BigEndian.AppendUint64(op, 1))
	case 1: // more than anybody has
		request = g.request(at, desk, manager, 0, g.shift(KindAllocate, desk, at, project, moneyMax))
	case 2: // a gift of nothing
		client := program.Subject(project % uint64(g.settings.Population))
		request = g.request(at, client, manager, 0, g.shift(KindDonate, client, at, project, 0))
	case 3: // a payment that nobody applied for
		request = g.step(KindOrder, manager, at, 0, p)
	case 4: // a contractor of another project
		client := program.Subject(g.contractor(project) + 1)
		op := g.shift(KindMilestone, client, at, project, 1)
		request = g.request(at, client, manager, 0, appendDocs(op, 1))
	case 5: // spoilt on the way
		request = g.step(KindOrder, manager, at, 0, p)
		request.Op = g.author.Spoil(request.Op)
	default: // who was paid for the period applies again
		c := g.at(project, program.Milliseconds(at)/g.rule.period)
		if c.next == 0 {
			request = g.step(KindRefund, manager, at, 0, p)
			break
		}
		client := program.Subject(project + g.projects*g.rand.Below(c.next))
		op := binary.BigEndian.AppendUint64(g.author.Begin(KindBenefit, client, at, 40), g.base())
		request = g.request(at, client, manager, 0, appendDocs(op, 2))
	}
	request.Case, request.Last = 0, true
	return request
}
