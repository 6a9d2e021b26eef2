package numbering

import (
	"encoding/binary"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
	"github.com/govbench/govbench/workloads/program"
)

// Follow implements workloads.Generator: what people do after an answer.
func (g *generator) Follow(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	if len(answered.Op) < program.HeaderSize+8 && answered.Op[1] != KindOpen {
		return workloads.Request{}, false
	}
	request, more := g.next(answered, result, now)
	if more {
		g.mix.Count(request.Read)
		request.Case, request.Last = answered.Case, false
	}
	return request, more
}

func (g *generator) next(answered workloads.Request, result []byte, now time.Duration) (workloads.Request, bool) {
	none := workloads.Request{}
	at := now + key.Exponential(g.rand, g.settings.ThinkMean)
	if answered.Op[1] == KindOpen {
		return g.again(answered.Case, at)
	}
	body := answered.Op[program.HeaderSize:]
	number := binary.BigEndian.Uint64(body)
	reason, refused := workloads.Refused(result)
	b := g.books.at(number)
	switch answered.Op[1] {
	case KindApply, KindGrant:
		size := binary.BigEndian.Uint32(body[8:])
		if reason == reasonNoCode {
			g.waiting[answered.Case] = waiting{number, size, answered.Op[1]}
			return g.open(at), true
		}
		return g.granting(answered.Op[1], number, size, result, at)
	case KindWithdraw:
		b.pausedTo = 0
		return none, false
	case KindIssue:
		return g.issued(answered, result, at)
	case KindVoid:
		if refused { // the period was closed meanwhile, so the bill is cancelled instead
			return g.correct(at, KindRed, number, binary.BigEndian.Uint64(body[8:])), true
		}
		return none, false
	case KindClose:
		if refused {
			break
		}
		b.period, b.opened, b.bills, b.pausedTo = b.period+1, binary.BigEndian.Uint64(answered.Op[22:]), 0, 0
		if b.left > 0 && g.author.Percent(g.settings.Rule("return-percent")) {
			b.left = 0
			return g.plain(at, KindReturn, number), true
		}
		return none, false
	case KindSuspend:
		b.suspended = body[8] == 1 && !refused
		if b.suspended {
			return g.decide(at, KindSuspend, number, 0), true
		}
		return none, false
	case KindStatus:
		return none, g.learn(b, result)
	}
	if refused { // the issuer looks where it stands
		return g.status(at, number), true
	}
	return none, false
}

// again repeats a request that found no code, once one was opened.
func (g *generator) again(id uint64, at time.Duration) (workloads.Request, bool) {
	w, found := g.waiting[id]
	delete(g.waiting, id)
	switch {
	case !found:
		return workloads.Request{}, false
	case w.kind == KindApply:
		return g.apply(at, w.issuer, w.size), true
	}
	return g.decide(at, KindGrant, w.issuer, w.size), true
}

// granting goes on after an application or the authority's answer to it.
func (g *generator) granting(kind byte, number uint64, size uint32, result []byte, at time.Duration) (workloads.Request, bool) {
	b := g.books.at(number)
	if _, refused := workloads.Refused(result); refused {
		return g.status(at, number), true
	}
	if len(result) == 1+8+4 {
		b.left += int64(binary.BigEndian.Uint32(result[9:]))
		b.pausedTo = 0
	}
	if kind == KindGrant || g.settings.Approvals == 0 {
		return workloads.Request{}, false
	}
	b.pausedTo = program.Milliseconds(at) + pause
	cut := g.settings.Rule("cut-percent")
	switch draw := int64(g.rand.Below(400)); {
	case draw < cut:
		size = 0
	case draw < 3*cut:
		return g.plain(at, KindWithdraw, number), true
	case draw < 7*cut:
		size = (size + 1) / 2
	}
	return g.decide(at, KindGrant, number, size), true
}

// issued learns a bill and corrects it if it is wrong.
func (g *generator) issued(answered workloads.Request, result []byte, at time.Duration) (workloads.Request, bool) {
	body := answered.Op[program.HeaderSize:]
	number := binary.BigEndian.Uint64(body)
	fate := g.fate[answered.Case]
	delete(g.fate, answered.Case)
	if _, refused := workloads.Refused(result); refused || len(result) < 17 {
		return g.status(at, number), true
	}
	bill := binary.BigEndian.Uint64(result[1:])
	g.remember(known{number, bill, [32]byte(body[16:48])})
	if fate == 0 {
		return workloads.Request{}, false
	}
	return g.correct(at, fate, number, bill), true
}

// learn brings the book up to date with the answer to a status query. It reports false: there is nothing to follow.
func (g *generator) learn(b *book, result []byte) bool {
	var r issuer
	if _, refused := workloads.Refused(result); refused || len(result) != 1+statusHead+8 {
		return false
	}
	r.read(append(result[1:1+statusHead:1+statusHead], 0))
	b.left, b.period, b.opened = int64(binary.BigEndian.Uint64(result[1+statusHead:])), r.period, r.opened
	b.suspended, b.bills = r.suspended != 0, int64(r.bills)
	if r.asked == 0 {
		b.pausedTo = 0
	}
	return false
}

// wrong is a request that is refused: of a stranger, with a wrong number, beyond a limit, too late, twice or spoilt.
func (g *generator) wrong(at time.Duration, number uint64) workloads.Request {
	limit := uint64(g.settings.Rule("bill-max"))
	first := g.plan.first(number)
	switch g.rand.Below(8) {
	case 0: // a number that another code would have
		return g.bill(at, g.clerk(number), number, g.plan.bill((codesMax-1)*g.plan.numbers), 1)
	case 1:
		return g.bill(at, g.clerk(number), number, 0, limit+1)
	case 2:
		stranger := program.Subject((number + 1) % uint64(g.settings.Population))
		if g.settings.Population == 1 {
			stranger = program.Subject(1)
		}
		return g.bill(at, stranger, number, 0, 1)
	case 3: // of a closed period, or of no bill
		return g.correct(at, KindVoid, number, g.plan.bill(first))
	case 4: // the issuer decides about itself
		client := program.Subject(number)
		op := binary.BigEndian.AppendUint32(g.begin(KindGrant, client, at, number, 4), 1)
		return g.from(at, client, number, op)
	case 5:
		return g.close(at, number, 0)
	case 6:
		return g.apply(at, number, uint32(g.settings.Rule("segment-size"))+1)
	}
	request := g.apply(at, number, 1)
	request.Op = g.author.Spoil(request.Op)
	return request
}
