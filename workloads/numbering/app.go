package numbering

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. Every body but KindOpen's begins with the issuer, 8 bytes. A bill is its code and number as one
// decimal number of 20 digits.
const (
	KindApply    byte = 1  // size 4: the issuer applies for numbers
	KindGrant    byte = 2  // size 4, 0 refuses: the authority answers an application
	KindWithdraw byte = 3  // the issuer withdraws its application
	KindIssue    byte = 4  // bill 8 (0: the next), hash 32, buyer 32, amount 8: the issuer issues
	KindRed      byte = 5  // bill 8, hash 32: the issuer cancels a bill by a red-letter one
	KindVoid     byte = 6  // bill 8: the issuer makes a bill of the open period void
	KindClose    byte = 7  // period 4: the issuer closes its period
	KindReturn   byte = 8  // the issuer gives all its unused numbers back
	KindSuspend  byte = 9  // suspend 1: the authority suspends an issuer (1) or reinstates it (0)
	KindOpen     byte = 10 // the authority opens the next code
	KindVerify   byte = 11 // bill 8, hash 32: anybody verifies what a bill says; a query without LogReads
	KindStatus   byte = 12 // query of an issuer's own numbers and totals, by it or an agency
)

// Counters of the program: first the accepted operations, at the kind less one.
const (
	countNext    = int(KindVerify) + iota // position that is granted next
	countCodes                            // codes opened, those from the start included
	countGrants                           // segments granted in the run
	countReturns                          // segments returned
	countNet                              // fen, of the bills issued in the run
	countTax
	countMatches // logged verifications with the right hash
	countLines   // bills in the journal
	counters
)

// Refusals that the generator goes on after.
const (
	reasonNoCode    = "the codes are used up"
	reasonNoNumbers = "no numbers left"
)

type app struct {
	*program.State
	settings *program.Settings
	plan     plan
	issuer   issuer // at work, reused
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	p := newPlan(settings)
	var start [counters]uint64
	start[countNext], start[countCodes] = p.free(), p.codes+1
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters, start[:]...),
		settings: settings, plan: p,
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
	case KindOpen:
		return a.open(&call)
	case KindVerify:
		if a.settings.LogReads {
			return a.verify(&call)
		}
	}
	if call.Kind < KindApply || call.Kind > KindSuspend {
		return a.Refuse("no such transaction")
	}
	number := call.Body.Uint64()
	form := a.form(&call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed operation")
	case number >= uint64(a.settings.Population):
		return a.Refuse("no such issuer")
	}
	if reason := a.role(&call, number); reason != "" {
		return a.Refuse(reason)
	}
	a.load(number)
	answer, reason := a.act(&call, number, &form)
	if reason != "" {
		return a.Refuse(reason)
	}
	a.store(number)
	a.Add(int(call.Kind-1), 1)
	return a.Accept(answer...)
}

// form is what an operation has after the issuer.
type form struct {
	size    uint32
	bill    uint64
	hash    [32]byte
	buyer   [32]byte
	amount  uint64
	suspend byte
	payload []byte
}

// form takes the body apart as the kind has it.
func (a *app) form(call *program.Call) (f form) {
	body := &call.Body
	switch call.Kind {
	case KindApply, KindGrant, KindClose:
		f.size = body.Uint32()
	case KindIssue:
		f.bill, f.hash, f.buyer, f.amount = body.Uint64(), body.Hash(), body.Hash(), body.Uint64()
	case KindRed:
		f.bill, f.hash = body.Uint64(), body.Hash()
	case KindVoid:
		f.bill = body.Uint64()
	case KindSuspend:
		f.suspend = body.Uint8()
	}
	f.payload = body.Bytes(a.settings.PayloadBytes)
	return f
}

// role tells why the client may not do this for the issuer, or nothing.
func (a *app) role(call *program.Call, number uint64) string {
	if call.Kind == KindGrant || call.Kind == KindSuspend {
		if !a.authority(call) {
			return "only the authority decides about issuers"
		}
		return ""
	}
	if !a.acts(call, number) {
		return "only the issuer or its platform acts for it"
	}
	return ""
}

// authority reports whether the client is a desk of agency 0.
func (a *app) authority(call *program.Call) bool {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	return desk && agency == 0
}

// acts reports whether the client is the issuer or a desk of its platform.
func (a *app) acts(call *program.Call, number uint64) bool {
	if subject, is := program.SubjectOf(call.Client); is {
		return subject == number
	}
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	return desk && agency == homeOf(number, a.settings.Agencies)
}

// act applies the operation to the loaded issuer, or tells why not.
func (a *app) act(call *program.Call, number uint64, f *form) (answer []byte, reason string) {
	switch call.Kind {
	case KindApply:
		return a.apply(number, f.size)
	case KindGrant:
		return a.grant(number, f.size)
	case KindWithdraw:
		if a.issuer.asked == 0 {
			return nil, "no application"
		}
		a.issuer.asked = 0
		return nil, ""
	case KindIssue:
		return a.issue(call, number, f)
	case KindRed:
		return a.red(call, number, f)
	case KindVoid:
		return nil, a.void(number, f.bill)
	case KindClose:
		return nil, a.close(call, number, f.size)
	case KindReturn:
		return a.giveBack(number)
	}
	return nil, a.suspend(f.suspend)
}

func (a *app) suspend(suspend byte) string {
	switch {
	case suspend > 1:
		return "no such decision"
	case suspend == a.issuer.suspended:
		return "the issuer is so already"
	}
	a.issuer.suspended = suspend
	return ""
}

func (a *app) close(call *program.Call, number uint64, period uint32) string {
	r := &a.issuer
	switch {
	case period != r.period:
		return "another period is open"
	case call.At < r.opened+uint64(a.Rule("period")):
		return "the period has not ended"
	}
	p := closing{sums: r.sums, opened: r.opened, at: call.At, order: a.Accepted()}
	a.buf = p.append(a.buf[:0])
	a.Tx.Put(a.periodKey(number, period), a.buf)
	r.period++
	r.opened, r.sums = call.At, sums{}
	return ""
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
	case KindVerify:
		if !a.settings.LogReads {
			return a.look(&call)
		}
	case KindStatus:
		return a.status(&call)
	}
	return program.Refusal("no such query")
}

// status answers whether the issuer is suspended, what it has asked for, its period with its bills and totals, and
// how many numbers it has left.
func (a *app) status(call *program.Call) []byte {
	number := call.Body.Uint64()
	_, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return program.Refusal("malformed status query")
	case number >= uint64(a.settings.Population):
		return program.Refusal("no such issuer")
	case !desk && !a.acts(call, number):
		return program.Refusal("only the issuer and agencies see its numbers")
	}
	a.load(number)
	r := &a.issuer
	held, recent := r.held, r.recent
	r.held, r.recent = nil, nil
	answer := r.append(nil)[:statusHead]
	r.held, r.recent = held, recent
	return program.Answer(binary.BigEndian.AppendUint64(answer, r.unused())...)
}

var _ workloads.App = (*app)(nil)
