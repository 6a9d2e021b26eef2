package attest

import "github.com/govbench/govbench/workloads/program"

// attest records an issuer's attestation.
func (a *app) attest(call *program.Call) (reason string) {
	subject, what, value := call.Body.Uint64(), call.Body.Uint8(), call.Body.Uint8()
	taken, commitment := call.Body.Uint64(), call.Body.Hash()
	agency, desk := a.desk(call)
	switch {
	case !a.end(call) || !a.meaningful(what, value):
		return "malformed attestation"
	case !a.exists(subject):
		return "no such subject"
	case !desk || agency >= a.labs:
		return "only an issuer attests"
	case taken > call.At:
		return "taken in the future"
	case taken+uint64(a.Rule("report-max")) < call.At:
		return "reported too late"
	}
	r := a.subject(subject)
	s := r.slotOf(what)
	if what == WhatDose {
		if reason := a.dose(&r, value, taken); reason != "" {
			return reason
		}
	} else if s.line != 0 && taken <= s.taken {
		return "a newer attestation is there"
	}
	*s = slot{slotHeld, value, uint16(agency), taken, a.Count(countLines) + 1}
	a.putSubject(subject, &r)
	a.line.number, a.line.what, a.line.value, a.line.issuer = subject, what, value, uint16(agency)
	a.line.from, a.line.hash = taken, commitment
	return ""
}

// meaningful reports whether there is such a value of what is attested.
func (a *app) meaningful(what, value byte) bool {
	switch what {
	case WhatTest:
		return value <= 1
	case WhatDose:
		return value >= 1
	case WhatStatus:
		return value <= 2
	}
	return false
}

// dose judges the number and the time of a dose and remembers when the one before was given.
func (a *app) dose(r *record, number byte, given uint64) (reason string) {
	last := r.before // of the doses that count; a revoked one does not
	if r.dose.state == slotHeld {
		last = 0
		if r.dose.line != 0 {
			last = r.dose.taken + 1
		}
	}
	switch {
	case number != r.dose.value+1:
		return "not the next dose"
	case int64(number) > a.Rule("doses-max"):
		return "more doses than a course has"
	case last != 0 && given+1 < last+uint64(a.Rule("dose-interval")):
		return "too soon after the dose before"
	}
	r.before = last
	return ""
}

// correct replaces the content of the latest attestation of a kind.
func (a *app) correct(call *program.Call) (reason string) {
	subject, what, value, commitment := call.Body.Uint64(), call.Body.Uint8(), call.Body.Uint8(), call.Body.Hash()
	if !a.end(call) || !a.meaningful(what, value) {
		return "malformed correction"
	}
	r, reason := a.issued(call, subject, what)
	if reason != "" {
		return reason
	}
	s := r.slotOf(what)
	if what == WhatDose && (value != s.value || s.line == 0) {
		return "a dose keeps its number, and one from before the start its content"
	}
	s.value, s.line = value, a.Count(countLines)+1
	a.putSubject(subject, &r)
	a.line.number, a.line.what, a.line.value, a.line.issuer, a.line.hash = subject, what, value, s.issuer, commitment
	return ""
}

// issued loads the subject whose latest attestation of a kind the asking agency has issued and may change.
func (a *app) issued(call *program.Call, subject uint64, what byte) (r record, reason string) {
	if !a.exists(subject) {
		return r, "no such subject"
	}
	r = a.subject(subject)
	s := r.slotOf(what)
	agency, desk := a.desk(call)
	switch {
	case s == nil || s.state != slotHeld:
		return r, "no such attestation in force"
	case !desk || agency != int(s.issuer):
		return r, "only its issuer changes an attestation"
	case call.At < s.taken:
		return r, "before it was taken"
	}
	return r, ""
}

// revoke takes back the latest attestation of a kind; of the doses the one before is then the last.
func (a *app) revoke(call *program.Call) (reason string) {
	subject, what, why := call.Body.Uint64(), call.Body.Uint8(), call.Body.Uint8()
	if !a.end(call) || what < WhatTest || what > WhatStatus {
		return "malformed revocation"
	}
	r, reason := a.issued(call, subject, what)
	if reason != "" {
		return reason
	}
	s := r.slotOf(what)
	s.state = slotRevoked
	if what == WhatDose {
		s.value--
	}
	a.putSubject(subject, &r)
	a.line.number, a.line.what, a.line.value, a.line.issuer = subject, what, why, s.issuer
	return ""
}

// recognise records another province's result.
func (a *app) recognise(call *program.Call) (reason string) {
	subject, issuer, value := call.Body.Uint64(), call.Body.Uint16(), call.Body.Uint8()
	taken, proof := call.Body.Uint64(), call.Body.Hash()
	_, desk := a.desk(call)
	switch {
	case !a.end(call) || value > 1:
		return "malformed recognition"
	case !a.exists(subject):
		return "no such subject"
	case !desk:
		return "only agencies recognise"
	case int64(issuer) >= a.Rule("foreign-issuers"):
		return "the issuer is not listed"
	case taken > call.At:
		return "taken in the future"
	case taken+uint64(a.Rule("recognition-life")) < call.At:
		return "the result has expired"
	case proof != proofOf(issuer, subject, value, taken):
		return "the proof is wrong"
	}
	r := a.subject(subject)
	if r.foreign.line != 0 && taken <= r.foreign.taken {
		return "a newer result is recognised"
	}
	r.foreign = slot{slotHeld, value, issuer, taken, a.Count(countLines) + 1}
	a.putSubject(subject, &r)
	a.line.number, a.line.value, a.line.issuer, a.line.from, a.line.hash = subject, value, issuer, taken, proof
	return ""
}
