package fund

import (
	"crypto/sha256"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. Where nothing else is said the answer of one about an application is its state, of another one
// nothing.
const (
	KindAppropriate byte = 1  // programme 2, amount 8: by the finance agency
	KindAllocate    byte = 2  // project 8, amount 8: by its manager
	KindRecall      byte = 3  // project 8, amount 8: by its manager
	KindDonate      byte = 4  // project 8, amount 8: by a subject; answer: donation 8
	KindBenefit     byte = 5  // base 8, documents 32: by the subject; answer: application 8, state 1
	KindPayroll     byte = 6  // project 8, group 8, documents 32, wages 16*4: by the contractor; the same answer
	KindMilestone   byte = 7  // project 8, amount 8, documents 32: by the contractor; the same answer
	KindSign        byte = 8  // application 8, documents 32: by an agency that must sign
	KindReject      byte = 9  // application 8, reason 2: by one of them or the manager
	KindWithdraw    byte = 10 // application 8: by who applied
	KindOrder       byte = 11 // application 8: by the manager
	KindOutcome     byte = 12 // application 8, paid 1: by the bank
	KindClawback    byte = 13 // application 8: by the manager
	KindRefund      byte = 14 // application 8: by the bank
	KindClose       byte = 15 // programme 2: by the finance agency; answer: what was returned 8
	KindFreeze      byte = 16 // project 8, frozen 1: by the finance agency
	KindLook        byte = 17 // project 8: by a desk; a query without LogReads; answer: 8 buckets of 8, frozen 1
	KindStatus      byte = 18 // application 8: query by who applied, or a desk; answer: state 1, amount 8, signed 4
	KindTrace       byte = 19 // donation 8: query by the donor, or a desk; answer: project 8, amount 8, of all
	//                           donations to it free 8 and paid 8
)

// Classes of application.
const (
	ClassBenefit   byte = 1
	ClassPayroll   byte = 2
	ClassMilestone byte = 3
)

// States of an application.
const (
	StateOpen      byte = 1
	StateReady     byte = 2
	StateTransit   byte = 3
	StatePaid      byte = 4
	StateReturned  byte = 5
	StateRejected  byte = 6
	StateWithdrawn byte = 7
	StateClawed    byte = 8
	StateRefunded  byte = 9
)

// Counters of the program; the applications in each state stand at the state's number.
const (
	countApplications = 0
	countAppropriated = 10 // fen, with what was there at the start
	countReturned     = 11 // fen, to the treasury
	countDonated      = 12 // fen
	countPaid         = 13 // fen, less refunds
	countDonations    = 14
	countPostings     = 15
	countLooks        = 16
	counters          = 17
)

// reasonShort is the refusal of a last signature or order when the project has not enough money.
const reasonShort = "the project has too little money"

type app struct {
	*program.State
	settings   *program.Settings
	work       project // the project at work, reused
	key, buf   []byte
	programmes uint64
	projects   uint64
	period     uint64 // ms
	year       uint64 // ms
	price      uint64 // fen

	projectStart int64 // fen
}

func newApp(settings *program.Settings) *app {
	start := make([]uint64, counters)
	start[countAppropriated] = uint64(settings.Rule("programmes")*settings.Rule("programme-start") +
		settings.Rule("projects")*settings.Rule("project-start"))
	return &app{
		State:        program.NewState(settings, settings.Tag(Name, rules()), counters, start...),
		settings:     settings,
		programmes:   uint64(settings.Rule("programmes")),
		projects:     uint64(settings.Rule("projects")),
		period:       uint64(settings.Rule("period")),
		year:         uint64(settings.Rule("year")),
		price:        uint64(settings.Rule("contract-price")),
		projectStart: settings.Rule("project-start"),
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
	switch call.Kind {
	case KindAppropriate, KindClose:
		return a.budget(&call)
	case KindAllocate, KindRecall, KindDonate, KindFreeze:
		return a.account(&call)
	case KindBenefit, KindPayroll, KindMilestone:
		return a.apply(&call)
	case KindSign, KindReject, KindWithdraw, KindOrder, KindOutcome, KindClawback, KindRefund:
		return a.step(&call)
	case KindLook:
		if a.settings.LogReads {
			return a.look(&call)
		}
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
	switch call.Kind {
	case KindLook:
		if !a.settings.LogReads {
			answer, _, reason := a.see(&call, false)
			if reason != "" {
				return program.Refusal(reason)
			}
			return program.Answer(answer...)
		}
	case KindStatus:
		return a.status(&call)
	case KindTrace:
		return a.trace(&call)
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

// manager is the agency that manages a project.
func (a *app) manager(project uint64) int {
	return int(project % a.programmes % uint64(a.settings.Agencies))
}

// bank is the agency that is the bank.
func (a *app) bank() int { return a.settings.Agencies - 1 }

// contractor is the subject that is a project's contractor.
func (a *app) contractor(project uint64) uint64 { return uint64(a.settings.Population) + project }

// isSubject reports whether the client is the subject of that number.
func isSubject(call *program.Call, number uint64) bool {
	subject, is := program.SubjectOf(call.Client)
	return is && subject == number
}

// share is a part of an amount in basis points, rounded down.
func share(amount uint64, rate int64) uint64 {
	return amount/basis*uint64(rate) + amount%basis*uint64(rate)/basis
}

var _ workloads.App = (*app)(nil)
