package attest

import "github.com/govbench/govbench/workloads/program"

// bySubject is what a subject does about itself.
func (a *app) bySubject(call *program.Call) (reason string) {
	origin, contested := uint16(0), byte(0)
	switch call.Kind {
	case KindArrive:
		origin = call.Body.Uint16()
	case KindAppeal:
		contested = call.Body.Uint8()
	}
	subject, is := program.SubjectOf(call.Client)
	switch {
	case !a.end(call):
		return "malformed request"
	case !is || !a.exists(subject):
		return "only a subject asks this for itself"
	}
	r := a.subject(subject)
	switch call.Kind {
	case KindArrive:
		reason = a.arrive(&r, origin, call.At)
	case KindWithdraw:
		if reason = r.declaredAt(call.At); reason == "" {
			r.arrival = arrivalWithdrawn
		}
	case KindAppeal:
		reason = a.appeal(&r, contested, call.At)
	case KindOverdue:
		switch {
		case r.appeal == 0:
			return "no open appeal"
		case call.At <= r.appealBy:
			return "the deadline has not passed"
		}
		r.appeal = 0
	}
	if reason != "" {
		return reason
	}
	a.putSubject(subject, &r)
	a.line.number, a.line.issuer, a.line.value = subject, origin, contested
	return ""
}

func (a *app) arrive(r *record, origin uint16, at uint64) (reason string) {
	switch {
	case r.arrival == arrivalDeclared && at <= r.confirmBy:
		return "a declaration is open"
	case r.arrival != arrivalNone && at < r.declared:
		return "a newer declaration is there"
	}
	r.arrival, r.origin, r.declared = arrivalDeclared, origin, at
	r.confirmBy = at + uint64(a.Rule("confirm-max"))
	return ""
}

// declaredAt tells why no declaration is open at a time.
func (r *record) declaredAt(at uint64) (reason string) {
	switch {
	case r.arrival != arrivalDeclared:
		return "no open declaration"
	case at < r.declared:
		return "before the declaration"
	case at > r.confirmBy:
		return "the declaration has lapsed"
	}
	return ""
}

func (a *app) appeal(r *record, contested byte, at uint64) (reason string) {
	switch {
	case r.appeal != 0:
		return "an appeal is open"
	case contested == Green || contested != a.colour(r, at):
		return "not the subject's colour, or nothing to contest"
	case contested == Unknown:
		return "without any attestation there is nothing to contest"
	}
	r.appeal, r.appealFrom, r.appealBy = contested, at, at+uint64(a.Rule("appeal-deadline"))
	return ""
}

// byDistrict is what a district agency decides about a subject.
func (a *app) byDistrict(call *program.Call) (reason string) {
	subject, choice := call.Body.Uint64(), byte(0)
	if call.Kind != KindLift {
		choice = call.Body.Uint8()
	}
	agency, desk := a.desk(call)
	switch {
	case !a.end(call):
		return "malformed decision"
	case !a.exists(subject):
		return "no such subject"
	case !desk || agency != a.district(subject):
		return "only the subject's district decides"
	}
	r := a.subject(subject)
	switch call.Kind {
	case KindConfirm:
		reason = r.confirm(choice, call.At)
	case KindOrder:
		reason = a.order(&r, choice, call.At)
	case KindLift:
		switch {
		case !r.orderAt(call.At):
			return "no live order"
		case call.At < r.orderFrom:
			return "before the order"
		}
		r.orderLive = 0
	case KindDecide:
		reason = r.decide(choice, call.At)
	}
	if reason != "" {
		return reason
	}
	a.putSubject(subject, &r)
	a.line.number, a.line.value = subject, choice
	return ""
}

func (r *record) confirm(verdict byte, at uint64) (reason string) {
	if verdict > 1 {
		return "no such verdict"
	}
	if reason := r.declaredAt(at); reason != "" {
		return reason
	}
	r.arrival = arrivalRejected - verdict
	return ""
}

// order puts a subject under observation.
func (a *app) order(r *record, ground byte, at uint64) (reason string) {
	grounded := ground == GroundArrival && r.arrival == arrivalConfirmed && at >= r.declared ||
		ground == GroundTest && r.test.state == slotHeld && r.test.value == 1 && at >= r.test.taken
	switch {
	case !grounded:
		return "no ground for an order"
	case r.orderAt(at):
		return "an order is live"
	}
	length := uint64(a.Rule("observation-days")) * day
	r.orderLive, r.orderFrom, r.orderUntil = 1, at, at+length
	a.line.from, a.line.until = at, at+length
	return ""
}

// decide ends an appeal; one that is upheld takes away what made the colour.
func (r *record) decide(verdict byte, at uint64) (reason string) {
	switch {
	case verdict > 1:
		return "no such verdict"
	case r.appeal == 0:
		return "no open appeal"
	case at < r.appealFrom:
		return "before the appeal"
	case at > r.appealBy:
		return "after the deadline"
	}
	r.appeal = 0
	if verdict == 0 {
		return ""
	}
	r.orderLive = 0
	for _, s := range [...]*slot{&r.test, &r.status, &r.foreign} {
		if s.state == slotHeld && s.value > 0 {
			s.state = slotRevoked
		}
	}
	return ""
}
