package attest

import (
	"crypto/sha256"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation.
const (
	KindAttest    byte = 1  // subject 8, what 1, value 1, taken 8 (ms), commitment 32: an issuer
	KindGuard     byte = 2  // subject 8: a desk, a venue or the subject asks for the colour; a query without LogReads
	KindCheckIn   byte = 3  // venue 8, token 32: the venue
	KindCorrect   byte = 4  // subject 8, what 1, value 1, commitment 32: the attestation's issuer
	KindRevoke    byte = 5  // subject 8, what 1, reason 1: the attestation's issuer
	KindVerify    byte = 6  // subject 8, what 1, commitment 32: a desk, a venue or the subject; a query without LogReads
	KindRecognise byte = 7  // subject 8, issuer 2, value 1, taken 8, proof 32: a desk
	KindArrive    byte = 8  // origin 2: the subject declares its arrival
	KindConfirm   byte = 9  // subject 8, verdict 1, 1 confirms: the district
	KindOrder     byte = 10 // subject 8, ground 1: the district orders observation
	KindLift      byte = 11 // subject 8: the district lifts the order
	KindWithdraw  byte = 12 // the subject withdraws its declaration
	KindAppeal    byte = 13 // colour 1: the subject
	KindDecide    byte = 14 // subject 8, verdict 1, 1 upholds the appeal: the district
	KindOverdue   byte = 15 // the subject, after the appeal's deadline
	KindOpen      byte = 16 // venue 8, from 8, until 8 (ms): the health authority opens a tracing case; the answer is its number, 8
	KindTrace     byte = 17 // case 8, page 8: the health authority; the answer is a number, 1, and so many tokens, 32 each
	KindClose     byte = 18 // case 8: the health authority
	KindPurge     byte = 19 // venue 8: the venue or the health authority; the answer is how many check-ins went, 8
	KindVenue     byte = 20 // venue 8: query by the venue or the health authority: check-ins so far, purged ones, filed pages, purged ones, 8 each
	KindRecord    byte = 21 // subject 8: query of the record by the subject or the district
)

// What is attested.
const (
	WhatTest   byte = 1 // value 0 negative, 1 positive
	WhatDose   byte = 2 // value is the dose's number
	WhatStatus byte = 3 // value 0 healthy, 1 suspect, 2 ill
)

// Colours, the answer to KindGuard.
const (
	Unknown byte = 0
	Green   byte = 1
	Yellow  byte = 2
	Red     byte = 3
)

// Answers to KindVerify.
const (
	VerifyOther   byte = 0 // another commitment or nothing attested
	VerifyValid   byte = 1
	VerifyExpired byte = 2 // the commitment matches, but the attestation expired or was revoked
)

// Grounds of an order.
const (
	GroundArrival byte = 1 // a confirmed arrival
	GroundTest    byte = 2 // a positive test that was not revoked
)

// Counters of the program: first the transactions of each kind, at the kind's number less one.
const (
	countLines = 19 + iota
	countPurged
	countShown // tokens that traces answered
	counters
)

// app is the replicated program. Keys of its ledger: see layout.go.
type app struct {
	*program.State
	settings *program.Settings
	labs     int
	venues   uint64
	tested   uint64 // percent
	dosed    uint64 // percent

	line     line   // of the transaction at work
	answer   []byte // to it
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	a := &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings, labs: labsOf(settings),
		venues: uint64(settings.Rule("venues")),
		tested: uint64(settings.Rule("tested-percent")), dosed: uint64(settings.Rule("vaccinated-percent")),
	}
	a.OwnWindows(keyVenue, a.venueOf)
	return a
}

// labsOf is the number of agencies that issue attestations.
func labsOf(settings *program.Settings) int {
	if labs := settings.Rule("labs"); labs > 0 {
		return int(labs)
	}
	return settings.Agencies
}

// Digest implements workloads.App.
func (a *app) Digest() [32]byte { return a.Ledger.Digest() }

// Apply implements workloads.App.
func (a *app) Apply(op []byte) []byte {
	call, reason := a.Open(op, false)
	if reason != "" {
		return a.Refuse(reason)
	}
	if answer, is := a.Govern(&call); is {
		return answer
	}
	a.line = line{order: a.Accepted(), at: call.At, client: call.Client, kind: call.Kind}
	a.answer = a.answer[:0]
	if reason := a.handle(&call); reason != "" {
		return a.Refuse(reason)
	}
	lines := a.Count(countLines)
	a.buf = a.line.append(a.buf[:0])
	a.Tx.Patch(a.keyOf(keyJournal, lines/pageLines), int(lines%pageLines)*lineSize, a.buf)
	a.Add(int(call.Kind)-1, 1)
	a.Add(countLines, 1)
	return a.Accept(a.answer...)
}

// handle applies a transaction to the buffers, or tells why it is refused.
func (a *app) handle(call *program.Call) (reason string) {
	switch call.Kind {
	case KindAttest:
		return a.attest(call)
	case KindCorrect:
		return a.correct(call)
	case KindRevoke:
		return a.revoke(call)
	case KindRecognise:
		return a.recognise(call)
	case KindGuard, KindVerify:
		if !a.settings.LogReads {
			return "no such transaction"
		}
		return a.look(call, true)
	case KindArrive, KindWithdraw, KindAppeal, KindOverdue:
		return a.bySubject(call)
	case KindConfirm, KindOrder, KindLift, KindDecide:
		return a.byDistrict(call)
	case KindCheckIn:
		return a.checkIn(call)
	case KindOpen, KindTrace, KindClose:
		return a.byAuthority(call)
	case KindPurge:
		return a.purge(call)
	}
	return "no such transaction"
}

// Query implements workloads.App.
func (a *app) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	a.answer = a.answer[:0]
	reason = "no such query"
	switch call.Kind {
	case KindGuard, KindVerify:
		if !a.settings.LogReads {
			reason = a.look(&call, false)
		}
	case KindVenue:
		reason = a.askVenue(&call)
	case KindRecord:
		reason = a.askRecord(&call)
	}
	if reason != "" {
		return program.Refusal(reason)
	}
	return program.Answer(a.answer...)
}

// end takes the payload and reports whether the body is whole.
func (a *app) end(call *program.Call) bool {
	payload := call.Body.Bytes(a.settings.PayloadBytes)
	if !call.Body.Done() {
		return false
	}
	a.line.payload = sha256.Sum256(payload)
	return true
}

func (a *app) exists(subject uint64) bool { return subject < uint64(a.settings.Population) }

func (a *app) desk(call *program.Call) (agency int, desk bool) {
	return program.AgencyOf(call.Client, a.settings.Agencies)
}

// venueOf is the venue that the client is.
func (a *app) venueOf(client uint32) (venue uint64, is bool) {
	number, subject := program.SubjectOf(client)
	population := uint64(a.settings.Population)
	return number - population, subject && number >= population && number-population < a.venues
}

// district is the agency of the subject's district.
func (a *app) district(subject uint64) int { return int(subject % uint64(a.settings.Agencies)) }

// subject is the record of a subject, the implied one when nothing happened to it.
func (a *app) subject(subject uint64) (r record) {
	if value, found := a.Tx.Get(a.keyOf(keySubject, subject)); found {
		r, _ = readRecord(value)
		return r
	}
	return implied(subject, a.labs, a.tested, a.dosed)
}

func (a *app) putSubject(subject uint64, r *record) {
	a.buf = r.append(a.buf[:0])
	a.Tx.Put(a.keyOf(keySubject, subject), a.buf)
}

// slotOf is the slot of a kind of attestation.
func (r *record) slotOf(what byte) *slot {
	switch what {
	case WhatTest:
		return &r.test
	case WhatDose:
		return &r.dose
	case WhatStatus:
		return &r.status
	}
	return nil
}

var _ workloads.App = (*app)(nil)
