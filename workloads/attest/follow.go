package attest

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Follow implements workloads.Generator: the next step of an arrival, an order or a tracing case.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if len(answered.Op) < program.HeaderSize {
		return workloads.Request{}, false
	}
	_, refused := workloads.Refused(result)
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	var next workloads.Request
	var more bool
	if c, tracing := g.traces[answered.Case]; tracing {
		next, more = g.contact(c, answered, result, at)
		if !more || refused {
			delete(g.traces, answered.Case)
		}
	} else {
		subject := g.subjectOf(answered)
		next, more = g.arrival(subject, answered, at)
		if !more || refused {
			delete(g.busy, subject)
		}
	}
	if !more || refused {
		return workloads.Request{}, false
	}
	g.mix.Count(next.Read)
	return open(next, answered.Case), true
}

// subjectOf is the subject that a request of an arrival or an order is about.
func (g *generator) subjectOf(answered workloads.Request) uint64 {
	switch answered.Op[1] {
	case KindArrive, KindWithdraw, KindAppeal, KindOverdue:
		subject, _ := program.SubjectOf(answered.Client)
		return subject
	}
	body := answered.Op[program.HeaderSize:]
	if len(body) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(body)
}

// arrival is the step after a declaration, a confirmation, an order, an appeal or a positive test.
func (g *generator) arrival(subject uint64, answered workloads.Request, at time.Duration) (workloads.Request, bool) {
	agency := g.district(subject)
	client := g.author.AnyDesk(agency)
	body := answered.Op[program.HeaderSize:]
	switch answered.Op[1] {
	case KindArrive:
		if g.author.Percent(leavePercent) {
			return g.bare(KindWithdraw, subject, at), true
		}
		verdict := byte(1)
		if g.author.Percent(g.share.positive) {
			verdict = 0
		}
		return g.transaction(KindConfirm, client, at, agency, subject, verdict), true
	case KindConfirm:
		if body[8] == 1 && g.author.Percent(g.share.observe) {
			return g.transaction(KindOrder, client, at, agency, subject, GroundArrival), true
		}
	case KindAttest:
		return g.transaction(KindOrder, client, at, agency, subject, GroundTest), true
	case KindOrder:
		if g.author.Percent(appealPercent) {
			return g.bare(KindAppeal, subject, at, Red), true
		}
		return g.transaction(KindLift, client, at, agency, subject), true
	case KindAppeal:
		deadline := g.rule("appeal-deadline")
		if deadline <= uint64(time.Hour/time.Millisecond) && g.author.Percent(leavePercent) {
			late := at + time.Duration(deadline+1)*time.Millisecond
			return g.bare(KindOverdue, subject, late), true
		}
		return g.transaction(KindDecide, client, at, agency, subject, byte(g.rand.Below(2))), true
	case KindDecide:
		if body[8] == 0 {
			return g.transaction(KindLift, client, at, agency, subject), true
		}
	case KindOverdue:
		return g.transaction(KindLift, client, at, agency, subject), true
	}
	return workloads.Request{}, false
}

// contact is the next step of a tracing case: look how many pages the venue has, read the newest, close.
func (g *generator) contact(c *contact, answered workloads.Request, result []byte, at time.Duration) (workloads.Request, bool) {
	client := g.author.AnyDesk(0)
	switch answered.Op[1] {
	case KindOpen:
		if len(result) != 1+8 {
			return workloads.Request{}, false
		}
		c.number = binary.BigEndian.Uint64(result[1:])
		return g.query(KindVenue, client, at, c.venue, 0), true
	case KindVenue:
		if len(result) != 1+4*8 {
			return workloads.Request{}, false
		}
		c.next, c.least = binary.BigEndian.Uint64(result[17:]), binary.BigEndian.Uint64(result[25:])
	case KindTrace:
		c.done++
		if c.next == c.least || c.done == tracePages {
			return g.transaction(KindClose, client, at, 0, c.number), true
		}
		c.next--
	default:
		return workloads.Request{}, false
	}
	return g.transaction(KindTrace, client, at, 0, c.number, binary.BigEndian.AppendUint64(nil, c.next)...), true
}
