package fund

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// budget is what the finance agency does with a programme.
func (a *app) budget(call *program.Call) []byte {
	number := uint64(call.Body.Uint16())
	amount := uint64(0)
	if call.Kind == KindAppropriate {
		amount = call.Body.Uint64()
	}
	payload := a.payload(&call.Body)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed budget operation")
	case number >= a.programmes:
		return a.Refuse("no such programme")
	case a.desk(call) != 0:
		return a.Refuse("only the finance agency")
	}
	p := a.programme(number)
	year := call.At / a.year
	var answer []byte
	if call.Kind == KindClose {
		if year <= p.year {
			return a.Refuse("the programme's year is not over")
		}
		answer = binary.BigEndian.AppendUint64(nil, p.free)
		a.post(accountProgramme+number, accountTreasury, p.free) // also of nothing: it ends the year
		a.Add(countReturned, int64(p.free))
		p.free, p.year, p.appropriated, p.raised = 0, year, 0, 0
	} else {
		ceiling := uint64(a.Rule("ceiling"))
		switch {
		case year != p.year:
			return a.Refuse("another year than the programme's")
		case amount == 0 || amount > amountMax || a.Count(countAppropriated)+a.Count(countDonated)+amount > moneyMax:
			return a.Refuse("nothing, or too much money")
		case p.appropriated > ceiling || amount > ceiling-p.appropriated:
			return a.Refuse("above the programme's ceiling")
		}
		a.post(accountTreasury, accountProgramme+number, amount)
		a.Add(countAppropriated, int64(amount))
		p.free += amount
		p.appropriated += amount
		p.raised = a.Accepted()
	}
	p.steps++
	p.payload = payload
	a.putProgramme(number, &p)
	return a.Accept(answer...)
}

// account is an operation on one project's account.
func (a *app) account(call *program.Call) []byte {
	number := call.Body.Uint64()
	amount, frozen := uint64(0), byte(0)
	if call.Kind == KindFreeze {
		frozen = call.Body.Uint8()
	} else {
		amount = call.Body.Uint64()
	}
	payload := a.payload(&call.Body)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed operation on an account")
	case number >= a.projects:
		return a.Refuse("no such project")
	}
	a.project(number)
	var reason string
	var answer []byte
	switch call.Kind {
	case KindDonate:
		answer, reason = a.donate(call, number, amount, payload)
	case KindFreeze:
		reason = a.freeze(call, frozen)
	default:
		reason = a.shift(call, number, amount)
	}
	if reason != "" {
		return a.Refuse(reason)
	}
	if call.Kind != KindDonate {
		a.work.steps++
	}
	a.work.payload = payload
	a.putProject(number)
	return a.Accept(answer...)
}

func (a *app) donate(call *program.Call, number, amount uint64, payload [32]byte) (answer []byte, reason string) {
	donor, is := program.SubjectOf(call.Client)
	switch {
	case !is || donor >= uint64(a.settings.Population):
		return nil, "only subjects donate"
	case amount == 0 || amount > amountMax || a.Count(countAppropriated)+a.Count(countDonated)+amount > moneyMax:
		return nil, "nothing, or too much money"
	}
	a.work.bucket[bucketFree+int(sourceDonations)] += amount
	a.post(accountDonors, accountOf(number, bucketFree+int(sourceDonations)), amount)
	a.Add(countDonated, int64(amount))
	a.buf = program.AppendUint48(a.buf[:0], a.Accepted())
	a.buf = binary.BigEndian.AppendUint64(a.buf, donor)
	a.buf = binary.BigEndian.AppendUint64(a.buf, number)
	a.buf = binary.BigEndian.AppendUint64(a.buf, amount)
	a.buf = append(a.buf, payload[:]...)
	a.write(keyDonations, countDonations)
	return binary.BigEndian.AppendUint64(nil, a.Count(countDonations)), ""
}

func (a *app) freeze(call *program.Call, frozen byte) string {
	switch {
	case a.desk(call) != 0:
		return "only the finance agency"
	case frozen > 1 || frozen == a.work.frozen:
		return "the project is so already, or no such state"
	}
	a.work.frozen = frozen
	return ""
}

// shift allocates and recalls.
func (a *app) shift(call *program.Call, number, amount uint64) string {
	if a.desk(call) != a.manager(number) {
		return "only the project's manager"
	}
	of := number % a.programmes
	p := a.programme(of)
	if call.Kind == KindAllocate {
		switch {
		case a.work.frozen == 1:
			return "the project is frozen"
		case amount == 0 || amount > p.free:
			return "nothing, or more than the programme has"
		}
		p.free -= amount
		a.work.bucket[bucketFree] += amount
		a.post(accountProgramme+of, accountOf(number, bucketFree), amount)
	} else {
		if amount == 0 || amount > a.work.bucket[bucketFree] {
			return "nothing, or more than the project has"
		}
		p.free += amount
		a.work.bucket[bucketFree] -= amount
		a.post(accountOf(number, bucketFree), accountProgramme+of, amount)
	}
	a.putProgramme(of, &p)
	return ""
}

// move moves money of a source between two buckets of the project at work.
func (a *app) move(number uint64, source byte, from, to int, amount uint64) {
	from, to = from+int(source), to+int(source)
	a.work.bucket[from] -= amount
	a.work.bucket[to] += amount
	a.post(accountOf(number, from), accountOf(number, to), amount)
}

// fundedBy is the source whose free money suffices, donations first.
func (a *app) fundedBy(amount uint64) (source byte, enough bool) {
	if a.work.bucket[bucketFree+int(sourceDonations)] >= amount {
		return sourceDonations, true
	}
	return sourceBudget, a.work.bucket[bucketFree] >= amount
}

// see answers what a project's account holds.
func (a *app) see(call *program.Call, logged bool) (answer []byte, l look, reason string) {
	l = look{order: a.Accepted(), at: call.At, client: call.Client, project: call.Body.Uint64()}
	if logged {
		l.payload = a.payload(&call.Body)
	}
	switch {
	case !call.Body.Done():
		return nil, l, "malformed look"
	case l.project >= a.projects:
		return nil, l, "no such project"
	case a.desk(call) < 0:
		return nil, l, "only desks look at accounts"
	}
	a.project(l.project)
	answer = make([]byte, 0, buckets*8+1)
	for i, amount := range a.work.bucket {
		answer = binary.BigEndian.AppendUint64(answer, amount)
		if i < bucketPaid {
			l.held += amount
		}
	}
	return append(answer, a.work.frozen), l, ""
}

// look answers what a project's account holds, and logs who asked.
func (a *app) look(call *program.Call) []byte {
	answer, l, reason := a.see(call, true)
	if reason != "" {
		return a.Refuse(reason)
	}
	a.buf = program.AppendUint48(a.buf[:0], l.order)
	a.buf = program.AppendUint48(a.buf, l.at)
	a.buf = binary.BigEndian.AppendUint32(a.buf, l.client)
	a.buf = binary.BigEndian.AppendUint64(a.buf, l.project)
	a.buf = binary.BigEndian.AppendUint64(a.buf, l.held)
	a.buf = append(a.buf, l.payload[:]...)
	a.write(keyLooks, countLooks)
	return a.Accept(answer...)
}

// trace answers what became of the donations to the project of one.
func (a *app) trace(call *program.Call) []byte {
	number := call.Body.Uint64() - 1
	if !call.Body.Done() {
		return program.Refusal("malformed question")
	}
	if number >= a.Count(countDonations) {
		return program.Refusal("no such donation")
	}
	page, _ := a.Tx.Get(a.keyFor(keyDonations, number/pageLines))
	d := readDonation(page[number%pageLines*donationSize:])
	if a.desk(call) < 0 && !isSubject(call, d.donor) {
		return program.Refusal("another subject's donation")
	}
	a.project(d.project)
	answer := binary.BigEndian.AppendUint64(nil, d.project)
	answer = binary.BigEndian.AppendUint64(answer, d.amount)
	answer = binary.BigEndian.AppendUint64(answer, a.work.bucket[bucketFree+int(sourceDonations)])
	return program.Answer(binary.BigEndian.AppendUint64(answer, a.work.bucket[bucketPaid+int(sourceDonations)])...)
}
