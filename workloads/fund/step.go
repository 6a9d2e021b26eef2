package fund

import (
	"encoding/binary"
	"math/bits"

	"github.com/govbench/govbench/workloads/program"
)

// step is an operation about one application.
func (a *app) step(call *program.Call) []byte {
	id := call.Body.Uint64()
	var docs [32]byte
	paid := byte(0)
	switch call.Kind {
	case KindSign:
		docs = call.Body.Hash()
	case KindReject:
		call.Body.Uint16()
	case KindOutcome:
		paid = call.Body.Uint8()
	}
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed step")
	}
	x, found := a.application(id)
	if !found {
		return a.Refuse("no such application")
	}
	if call.Kind != KindSign || bits.OnesCount32(x.signed)+1 >= bits.OnesCount32(x.needed) {
		a.project(x.project) // a signature before the last one does not touch it
	}
	before := a.work
	var reason string
	switch call.Kind {
	case KindSign:
		reason = a.sign(call, &x, docs)
	case KindReject:
		reason = a.reject(call, id, &x)
	case KindWithdraw:
		reason = "only who applied withdraws"
		if isSubject(call, x.subject) {
			reason = a.giveUp(id, &x, StateWithdrawn)
		}
	case KindOrder:
		reason = a.order(call, &x)
	case KindOutcome:
		reason = a.outcome(call, id, &x, paid)
	default:
		reason = a.back(call, &x)
	}
	if reason != "" {
		return a.Refuse(reason)
	}
	if a.work != before {
		a.putProject(x.project)
	}
	x.steps++
	x.payload = payload
	a.putApplication(id, &x)
	return a.Accept(x.state)
}

func (a *app) sign(call *program.Call, x *application, docs [32]byte) string {
	bit := a.signer(a.desk(call), x)
	switch {
	case x.state != StateOpen:
		return "the application is not open"
	case bit == 0:
		return "this agency need not sign"
	case x.signed&bit != 0:
		return "the agency has signed"
	case docs != x.docs:
		return "signature for other documents"
	}
	x.signed |= bit
	if x.signed == x.needed {
		return a.reserve(x)
	}
	return ""
}

func (a *app) reject(call *program.Call, id uint64, x *application) string {
	agency := a.desk(call)
	if agency != a.manager(x.project) && a.signer(agency, x) == 0 {
		return "only the manager and who signs rejects"
	}
	return a.giveUp(id, x, StateRejected)
}

// giveUp ends an application that was not paid: its money is free again and so are its subjects.
func (a *app) giveUp(id uint64, x *application, state byte) string {
	switch x.state {
	case StateOpen, StateReturned:
	case StateReady:
		a.move(x.project, x.source, bucketReserved, bucketFree, x.amount)
	default:
		return "the payment is ordered, or the application is over"
	}
	a.end(id, x, state)
	return ""
}

func (a *app) end(id uint64, x *application, state byte) {
	a.become(x, state)
	x.ended = a.Accepted()
	switch x.class {
	case ClassBenefit:
		place := x.subject / a.projects
		a.unmark(x, place/groupSize, int(place%groupSize))
	case ClassPayroll:
		wages, _ := a.Tx.Get(a.keyFor(keyWages, id))
		for slot := range len(wages) / 4 {
			if binary.BigEndian.Uint32(wages[4*slot:]) > 0 { // the list stays: the ledger is written at the end
				a.unmark(x, x.base, slot)
			}
		}
	case ClassMilestone:
		a.work.atWork--
		a.work.billed -= x.amount
	}
}

// unmark lets a subject apply for the period again, unless it has applied for a later one.
func (a *app) unmark(x *application, group uint64, slot int) {
	page, _ := a.Tx.Get(a.marksKey(x.project, group))
	if readMark(page, slot).next == x.period+1 {
		a.putMark(x.project, group, slot, mark{next: x.period})
	}
}

func (a *app) order(call *program.Call, x *application) string {
	switch {
	case a.desk(call) != a.manager(x.project):
		return "only the project's manager"
	case a.work.frozen == 1:
		return "the project is frozen"
	case x.state == StateReady:
		a.move(x.project, x.source, bucketReserved, bucketTransit, x.amount)
	case x.state == StateReturned:
		source, enough := a.fundedBy(x.amount)
		if !enough {
			return reasonShort
		}
		x.source = source
		a.move(x.project, source, bucketFree, bucketTransit, x.amount)
	default:
		return "the application is not ready"
	}
	x.ordered = a.Accepted()
	a.become(x, StateTransit)
	return ""
}

func (a *app) outcome(call *program.Call, id uint64, x *application, paid byte) string {
	switch {
	case a.desk(call) != a.bank():
		return "only the bank"
	case x.state != StateTransit:
		return "no payment is ordered"
	case paid > 1:
		return "no such outcome"
	case paid == 1:
		a.move(x.project, x.source, bucketTransit, bucketPaid, x.amount)
		a.Add(countPaid, int64(x.amount))
		x.paid, x.paidAt = a.Accepted(), call.At
		a.become(x, StatePaid)
		if x.class == ClassMilestone {
			a.work.atWork--
		}
		return ""
	}
	a.move(x.project, x.source, bucketTransit, bucketFree, x.amount)
	x.returns++
	x.refused = a.Accepted()
	if int64(x.returns) > a.Rule("returns-max") {
		a.end(id, x, StateRejected)
	} else {
		a.become(x, StateReturned)
	}
	return ""
}

// back is a demand to pay back, or the money that comes back.
func (a *app) back(call *program.Call, x *application) string {
	if call.Kind == KindClawback {
		switch {
		case a.desk(call) != a.manager(x.project):
			return "only the project's manager"
		case x.state != StatePaid:
			return "the application is not paid"
		case call.At > x.paidAt+uint64(a.Rule("clawback-life")):
			return "too late to demand it back"
		}
		x.clawed, x.clawedAt = a.Accepted(), call.At
		a.become(x, StateClawed)
		return ""
	}
	switch {
	case a.desk(call) != a.bank():
		return "only the bank"
	case x.state != StatePaid && x.state != StateClawed:
		return "the application is not paid"
	}
	a.move(x.project, x.source, bucketPaid, bucketFree, x.amount)
	a.Add(countPaid, -int64(x.amount))
	a.become(x, StateRefunded)
	if x.class == ClassMilestone {
		a.work.billed -= x.amount
	}
	return ""
}

// status answers an application's state, amount and who has signed.
func (a *app) status(call *program.Call) []byte {
	id := call.Body.Uint64()
	if !call.Body.Done() {
		return program.Refusal("malformed question")
	}
	x, found := a.application(id)
	switch {
	case !found:
		return program.Refusal("no such application")
	case a.desk(call) < 0 && !isSubject(call, x.subject):
		return program.Refusal("another subject's application")
	}
	answer := binary.BigEndian.AppendUint64([]byte{x.state}, x.amount)
	return program.Answer(binary.BigEndian.AppendUint32(answer, x.signed)...)
}
