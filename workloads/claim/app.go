package claim

import (
	"crypto/sha256"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. Where nothing else is said the answer is the state of what the operation is about.
const (
	KindRegister byte = 1  // holder 8, debtor 2, face 8, due 8 (ms), content 32; answer: number 8
	KindConfirm  byte = 2  // number 8, content 32: by the debtor, then by the further parties
	KindDispute  byte = 3  // number 8, reason 2: by one of them instead
	KindCorrect  byte = 4  // number 8, face 8, due 8, content 32: by whoever registered it
	KindCancel   byte = 5  // number 8: by the debtor, or before it is confirmed by the holder
	KindSplit    byte = 6  // number 8, amount 8, to 8: by the holder; answer: number 8 of the part, the rest is the next
	KindAssign   byte = 7  // number 8, to 8: by the holder
	KindClaim    byte = 8  // number 8, claimant 2, ask 8: by the holder; answer: claim 8
	KindReview   byte = 9  // claim 8, verdict 1 (1 allows), amount 8: by the claimant
	KindPay      byte = 10 // claim 8: by another desk of the claimant
	KindWithdraw byte = 11 // claim 8: by the holder
	KindExpire   byte = 12 // claim 8: by the holder or the claimant, after the lock's time
	KindOffer    byte = 13 // claim 8, to 2: by the claimant
	KindAccept   byte = 14 // claim 8: by the agency that it was offered to
	KindRelease  byte = 15 // claim 8: by the claimant
	KindSettle   byte = 16 // number 8: by the debtor
	KindOverdue  byte = 17 // number 8: by the claimant that has lent, or the holder when nobody has
	KindAsk      byte = 18 // number 8, content 32: by a desk; a query without LogReads; answer: state, taken, matched
	KindShow     byte = 19 // number 8: query by holder, debtor and claimant
)

// States of an instrument.
const (
	StateOpen      byte = 1
	StateDisputed  byte = 2
	StateFree      byte = 3 // confirmed and not claimed
	StateHeld      byte = 4 // a claim locks it
	StateLent      byte = 5
	StateSettled   byte = 6
	StateOverdue   byte = 7
	StateCancelled byte = 8
	StateSplit     byte = 9
)

// States of a claim.
const (
	ClaimLocked    byte = 1
	ClaimAllowed   byte = 2
	ClaimPaid      byte = 3
	ClaimRejected  byte = 4
	ClaimWithdrawn byte = 5
	ClaimExpired   byte = 6
	ClaimKilled    byte = 7 // the instrument was cancelled or settled before it was paid
	ClaimRepaid    byte = 8
	ClaimDefaulted byte = 9 // its instrument is overdue
)

// Counters of the program: the instruments in each state stand at the state's number, the claims after them.
const (
	countRegistered  = 0
	countClaims      = 10
	countAsked       = 20
	countOutstanding = 21 // fen that are lent
	counters         = 22
)

// Reasons that the generator knows.
const (
	reasonLapsed = "the lock has lapsed"
	reasonRate   = "above the advance rate"
	reasonTaken  = "taken by agency " // and its number
)

type app struct {
	*program.State
	settings *program.Settings
	single   bool
	issuer   bool
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	start := make([]uint64, counters)
	start[StateFree] = uint64(settings.Population)
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters, start...),
		settings: settings,
		single:   settings.Rule("single-use") == 1,
		issuer:   settings.Rule("issuer") == 1,
	}
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
	switch {
	case call.Kind == KindRegister:
		return a.register(&call)
	case call.Kind == KindClaim:
		return a.lock(&call)
	case call.Kind == KindAsk && a.settings.LogReads:
		return a.inquire(&call)
	case call.Kind >= KindConfirm && call.Kind <= KindAssign, call.Kind == KindSettle, call.Kind == KindOverdue:
		return a.stepInstrument(&call)
	case call.Kind >= KindReview && call.Kind <= KindRelease:
		return a.stepClaim(&call)
	}
	return a.Refuse("no such transaction")
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
	switch {
	case call.Kind == KindAsk && !a.settings.LogReads:
		q, reason := a.judge(&call, false)
		if reason != "" {
			return program.Refusal(reason)
		}
		return program.Answer(q.state, q.taken, q.matched)
	case call.Kind == KindShow:
		return a.show(&call)
	}
	return program.Refusal("no such query")
}

// payload takes the payload and hashes it.
func (a *app) payload(body *program.Reader) [32]byte {
	return sha256.Sum256(body.Bytes(a.settings.PayloadBytes))
}

// desk is the agency whose desk asks, or -1 for a subject and for a governing desk.
func (a *app) desk(call *program.Call) int {
	agency, is := program.AgencyOf(call.Client, a.settings.Agencies)
	if !is || call.Client%program.Desks == program.GovernDesk {
		return -1
	}
	return agency
}

// isHolder reports whether the client is the subject of that number.
func isHolder(call *program.Call, holder uint64) bool {
	subject, is := program.SubjectOf(call.Client)
	return is && subject == holder
}

// limit is the most that may be paid on a face at a rate in basis points, rounded down.
func limit(face uint64, rate int64) uint64 {
	return face/basis*uint64(rate) + face%basis*uint64(rate)/basis
}

var _ workloads.App = (*app)(nil)
