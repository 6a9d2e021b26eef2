package fund

import (
	"encoding/binary"
	"math"

	"github.com/govbench/govbench/workloads/program"
)

// apply makes an application.
func (a *app) apply(call *program.Call) []byte {
	x := application{state: StateOpen, made: a.Accepted()}
	var wages []byte
	switch call.Kind {
	case KindBenefit:
		x.class, x.base = ClassBenefit, call.Body.Uint64()
		x.docs = call.Body.Hash()
	case KindPayroll:
		x.class, x.project, x.base = ClassPayroll, call.Body.Uint64(), call.Body.Uint64()
		x.docs = call.Body.Hash()
		wages = call.Body.Bytes(groupSize * 4)
	case KindMilestone:
		x.class, x.project, x.amount = ClassMilestone, call.Body.Uint64(), call.Body.Uint64()
		x.docs = call.Body.Hash()
	}
	x.payload = a.payload(&call.Body)
	subject, isSubject := program.SubjectOf(call.Client)
	x.subject = subject
	if call.Kind == KindBenefit {
		x.project = subject % a.projects
	}
	period := call.At / a.period
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed application")
	case !isSubject:
		return a.Refuse("only subjects apply")
	case x.project >= a.projects:
		return a.Refuse("no such project")
	case period >= math.MaxUint32:
		return a.Refuse("no such period")
	}
	x.period = uint32(period)
	a.project(x.project)
	id := a.Count(countApplications) + 1
	if reason := a.demand(id, &x, wages); reason != "" {
		return a.Refuse(reason)
	}
	x.needed = a.signers(&x)
	a.Add(countApplications, 1)
	a.Add(int(x.state), 1)
	if x.needed == 0 {
		if reason := a.reserve(&x); reason != "" {
			return a.Refuse(reason)
		}
	}
	if x.needed == 0 || x.class == ClassMilestone {
		a.putProject(x.project)
	}
	a.putApplication(id, &x)
	return a.Accept(append(binary.BigEndian.AppendUint64(nil, id), x.state)...)
}

// demand sets what an application is worth and marks its subjects, or tells why it may not be made.
func (a *app) demand(id uint64, x *application, wages []byte) string {
	switch {
	case a.work.frozen == 1:
		return "the project is frozen"
	case x.class == ClassBenefit:
		return a.benefit(id, x)
	case x.subject != a.contractor(x.project):
		return "only the project's contractor"
	case x.class == ClassPayroll:
		return a.payroll(id, x, wages)
	}
	switch {
	case x.amount == 0 || x.amount > share(a.price, a.Rule("milestone-share")):
		return "nothing, or more than a milestone's share"
	case x.amount > a.price-a.work.billed:
		return "above the contract's price"
	case a.work.atWork >= uint64(a.Rule("milestones-open")):
		return "too many milestones are at work"
	}
	a.work.stages++
	a.work.billed += x.amount
	a.work.atWork++
	x.base = uint64(a.work.stages)
	return ""
}

func (a *app) benefit(id uint64, x *application) string {
	if x.subject >= uint64(a.settings.Population) || x.base > amountMax {
		return "no such subject or base"
	}
	tier := min(x.base, uint64(a.Rule("benefit-tier")))
	x.amount = share(tier, a.Rule("benefit-share")) + share(x.base-tier, a.Rule("benefit-upper-share"))
	x.amount = min(x.amount, uint64(a.Rule("benefit-cap")))
	if x.amount == 0 {
		return "no benefit from this base"
	}
	place := x.subject / a.projects
	group, slot := place/groupSize, int(place%groupSize)
	page, _ := a.Tx.Get(a.marksKey(x.project, group))
	if readMark(page, slot).next > x.period {
		return "the subject has had this period"
	}
	a.putMark(x.project, group, slot, mark{x.period + 1, id})
	return ""
}

// payroll marks all workers of the list, or none.
func (a *app) payroll(id uint64, x *application, wages []byte) string {
	if x.base > uint64(a.settings.Population) { // also keeps what follows from overflowing
		return "no such group"
	}
	most := uint64(a.Rule("wage-max"))
	page, _ := a.Tx.Get(a.marksKey(x.project, x.base))
	var marks [groupSize * markSize]byte
	copy(marks[:], page)
	for slot := range groupSize {
		wage := uint64(binary.BigEndian.Uint32(wages[4*slot:]))
		if wage == 0 {
			continue
		}
		switch worker := x.project + a.projects*(x.base*groupSize+uint64(slot)); {
		case worker >= uint64(a.settings.Population):
			return "no such worker"
		case wage > most:
			return "a wage is too large"
		case readMark(marks[:], slot).next > x.period:
			return "a worker has had this period"
		}
		x.amount += wage
		at := marks[slot*markSize : slot*markSize : (slot+1)*markSize]
		program.AppendUint48(binary.BigEndian.AppendUint32(at, x.period+1), id)
	}
	if x.amount == 0 {
		return "nobody is on the list"
	}
	a.Tx.Put(a.marksKey(x.project, x.base), marks[:])
	a.Tx.Put(a.keyFor(keyWages, id), wages)
	return ""
}

// signers is the set of those that must sign an application; see application.
func (a *app) signers(x *application) uint32 {
	needed := uint32(1)<<a.settings.Approvals - 1
	if x.amount >= uint64(a.Rule("large")) && a.place(0, x.project) >= a.settings.Approvals {
		needed |= 1 << a.settings.Approvals
	}
	return needed
}

// place is the agency's place in the row of agencies after the project's manager.
func (a *app) place(agency int, project uint64) int {
	agencies := a.settings.Agencies
	return (agency - a.manager(project) - 1 + agencies) % agencies
}

// signer is the agency's bit among those that must sign, 0 when it need not.
func (a *app) signer(agency int, x *application) uint32 {
	if agency < 0 {
		return 0
	}
	place := a.place(agency, x.project)
	if place < a.settings.Approvals {
		return 1 << place
	}
	if agency == 0 {
		return x.needed & (1 << a.settings.Approvals)
	}
	return 0
}

// reserve sets money aside for an application whose signatures are complete.
func (a *app) reserve(x *application) string {
	source, enough := a.fundedBy(x.amount)
	if !enough {
		return reasonShort
	}
	x.source, x.reserved = source, a.Accepted()
	a.move(x.project, source, bucketFree, bucketReserved, x.amount)
	a.become(x, StateReady)
	return ""
}

// become changes an application's state.
func (a *app) become(x *application, state byte) {
	a.Add(int(x.state), -1)
	a.Add(int(state), 1)
	x.state = state
}
