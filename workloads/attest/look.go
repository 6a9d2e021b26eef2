package attest

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// life is how long an attestation of the kind is valid by the rule in force; a dose has no end.
func (a *app) life(what byte) uint64 {
	switch what {
	case WhatTest:
		return uint64(a.Rule("test-validity"))
	case WhatStatus:
		return uint64(a.Rule("status-life"))
	}
	return program.TimeMax
}

// valid reports whether the slot's attestation is valid at a time.
func (s *slot) valid(at, life uint64) bool {
	return s.state == slotHeld && s.taken <= at && at <= s.taken+life
}

// colour derives the colour of a subject; the package comment has the table.
func (a *app) colour(r *record, at uint64) byte {
	if r.orderAt(at) {
		return Red
	}
	test := r.test.valid(at, a.life(WhatTest))
	foreign := r.foreign.valid(at, uint64(a.Rule("recognition-life")))
	status := r.status.valid(at, a.life(WhatStatus))
	pass := uint64(a.Rule("doses-pass"))
	switch {
	case test && r.test.value == 1, foreign && r.foreign.value == 1, status && r.status.value == 2:
		return Red
	case status && r.status.value == 1:
		return Yellow
	case test, foreign, status && a.Rule("test-needed") == 0, pass > 0 && uint64(r.dose.value) >= pass:
		return Green
	case r.test.state != slotEmpty, r.status.state != slotEmpty, r.foreign.state != slotEmpty:
		return Yellow
	}
	return Unknown
}

// orderAt reports whether an order is live at a time.
func (r *record) orderAt(at uint64) bool { return r.orderLive == 1 && at <= r.orderUntil }

// look answers a colour or a verification.
func (a *app) look(call *program.Call, logged bool) (reason string) {
	subject := call.Body.Uint64()
	what, commitment := byte(0), [32]byte{}
	if call.Kind == KindVerify {
		what, commitment = call.Body.Uint8(), call.Body.Hash()
	}
	whole := !logged && call.Body.Done() || logged && a.end(call)
	_, desk := a.desk(call)
	_, venue := a.venueOf(call.Client)
	self := call.Client == program.Subject(subject)
	switch {
	case !whole || call.Kind == KindVerify && (what < WhatTest || what > WhatStatus):
		return "malformed question"
	case !a.exists(subject):
		return "no such subject"
	case !desk && !venue && !self:
		return "another subject's health"
	}
	r := a.subject(subject)
	var result byte
	if call.Kind == KindGuard {
		result = a.colour(&r, call.At)
	} else {
		result = a.verify(&r, subject, what, commitment, call.At)
	}
	a.line.number, a.line.what, a.line.value, a.line.hash = subject, what, result, commitment
	a.answer = append(a.answer, result)
	return ""
}

// verify compares a commitment with that of the latest attestation of the kind.
func (a *app) verify(r *record, subject uint64, what byte, commitment [32]byte, at uint64) byte {
	s := r.slotOf(what)
	switch {
	case s.state == slotEmpty || a.commitment(s, subject, what) != commitment:
		return VerifyOther
	case s.valid(at, a.life(what)):
		return VerifyValid
	}
	return VerifyExpired
}

// commitment reads the slot's commitment from the journal.
func (a *app) commitment(s *slot, subject uint64, what byte) (hash [32]byte) {
	if s.line == 0 {
		return impliedCommitment(subject, what)
	}
	page, _ := a.Tx.Get(a.keyOf(keyJournal, (s.line-1)/pageLines))
	if from := int((s.line-1)%pageLines)*lineSize + hashOffset; len(page) >= from+len(hash) {
		copy(hash[:], page[from:])
	}
	return hash
}

// askRecord answers colour 1, doses 1, arrival 1, contested colour 1, end of the live order 8 or 0.
func (a *app) askRecord(call *program.Call) (reason string) {
	subject := call.Body.Uint64()
	agency, desk := a.desk(call)
	switch {
	case !call.Body.Done():
		return "malformed question"
	case !a.exists(subject):
		return "no such subject"
	case call.Client != program.Subject(subject) && !(desk && agency == a.district(subject)):
		return "only the subject and its district see the record"
	}
	r := a.subject(subject)
	until := uint64(0)
	if r.orderAt(call.At) {
		until = r.orderUntil
	}
	a.answer = append(a.answer, a.colour(&r, call.At), r.dose.value, r.arrival, r.appeal)
	a.answer = binary.BigEndian.AppendUint64(a.answer, until)
	return ""
}
