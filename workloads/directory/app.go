package directory

import (
	"crypto/sha256"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. All but queries come from desks.
const (
	KindRegister byte = 1  // level 1, class 1, commitment 32: the answer is the entry's number
	KindUpdate   byte = 2  // entry 8, version 4 (the present one), class 1, commitment 32: by the owner
	KindWithdraw byte = 3  // entry 8, version 4, end 1 (1: ends open requests, 0: refused because of them): by the owner
	KindBatch    byte = 4  // number 4 (0: the next), entries 4, digest 32: by a district
	KindAsk      byte = 5  // entry 8, purpose 2, fields 4, life 8 (ms): the answer is the request's number and state
	KindDecide   byte = 6  // request 8, fields 4 (0 refuses), life 8: by the owner, then the administrator
	KindRevoke   byte = 7  // request 8, reason 2: by the owner or the administrator
	KindClose    byte = 8  // request 8: by the holder; by the owner or the administrator when it is spent
	KindRenew    byte = 9  // request 8, life 8: by the owner, or by the holder of an open entry's grant
	KindUse      byte = 10 // request 8, fields 4: by the holder; a query without LogReads
	KindComplain byte = 11 // request 8, evidence 32: by the holder
	KindDismiss  byte = 12 // entry 8: the administrator dismisses the complaint
	KindLook     byte = 13 // entry 8: query by anybody
	KindTrail    byte = 14 // request 8: query by the holder, the owner or the administrator
)

// Classes of sharing.
const (
	classOpen        byte = 0
	classConditional byte = 1
	classClosed      byte = 2
)

// States of a request.
const (
	stateAsked   byte = 1
	stateSigned  byte = 2 // by the owner, the administrator's signature is missing
	stateGranted byte = 3
	stateRefused byte = 4
	stateRevoked byte = 5
	stateClosed  byte = 6
)

// Counters of the program: first the accepted operations, at the kind less one.
const (
	countGranted  = int(KindDismiss) + iota // requests that were granted
	countRefused                            // and refused
	countReplaced                           // spent grants that a new request closed
	countReported                           // entries in batches
	countSettled                            // complaints
	counters
)

type app struct {
	*program.State
	settings *program.Settings
	begun    begun
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings, begun: newBegun(settings),
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
	if call.Kind < KindRegister || call.Kind > KindDismiss || call.Kind == KindUse && !a.settings.LogReads {
		return a.Refuse("no such transaction")
	}
	f := a.form(&call)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed operation")
	case !desk:
		return a.Refuse("only agencies work in the directory")
	}
	f.agency = uint16(agency)
	answer, reason := a.act(&call, &f)
	if reason != "" {
		return a.Refuse(reason)
	}
	a.Add(int(call.Kind-1), 1)
	return a.Accept(answer...)
}

// form is what an operation says, as far as its kind does.
type form struct {
	agency  uint16 // who asks
	number  uint64 // of the entry or request
	version uint32 // or the batch's number
	fields  uint32 // or entries
	purpose uint16
	level   byte
	class   byte
	life    uint64
	hash    [32]byte
	payload [32]byte
}

// form takes the body apart as the kind has it.
func (a *app) form(call *program.Call) (f form) {
	body := &call.Body
	if call.Kind != KindRegister && call.Kind != KindBatch {
		f.number = body.Uint64()
	}
	switch call.Kind {
	case KindRegister:
		f.level, f.class, f.hash = body.Uint8(), body.Uint8(), body.Hash()
	case KindUpdate:
		f.version, f.class, f.hash = body.Uint32(), body.Uint8(), body.Hash()
	case KindWithdraw:
		f.version, f.level = body.Uint32(), body.Uint8()
	case KindBatch:
		f.version, f.fields, f.hash = body.Uint32(), body.Uint32(), body.Hash()
	case KindAsk:
		f.purpose, f.fields, f.life = body.Uint16(), body.Uint32(), body.Uint64()
	case KindDecide:
		f.fields, f.life = body.Uint32(), body.Uint64()
	case KindRevoke:
		f.purpose = body.Uint16()
	case KindRenew:
		f.life = body.Uint64()
	case KindUse:
		f.fields = body.Uint32()
	case KindComplain:
		f.hash = body.Hash()
	}
	f.payload = sha256.Sum256(body.Bytes(a.settings.PayloadBytes))
	return f
}

// act applies an operation, or tells why not.
func (a *app) act(call *program.Call, f *form) (answer []byte, reason string) {
	switch call.Kind {
	case KindRegister:
		return a.register(call, f)
	case KindUpdate, KindWithdraw:
		return a.change(call, f)
	case KindBatch:
		return a.report(call, f)
	case KindAsk:
		return a.ask(call, f)
	case KindDismiss:
		return a.dismiss(f)
	}
	r, found := a.request(f.number)
	if !found {
		return nil, "no such request"
	}
	e, _ := a.entry(r.entry)
	if e.withdrawn != 0 {
		return nil, "the entry is withdrawn"
	}
	switch call.Kind {
	case KindDecide:
		return a.decide(call, f, &r, &e)
	case KindRevoke:
		return a.revoke(f, &r, &e)
	case KindClose:
		return a.close(call, f, &r, &e)
	case KindRenew:
		return a.renew(call, f, &r, &e)
	case KindUse:
		return a.use(call, f, &r, &e)
	}
	return a.complain(call, f, &r, &e)
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
		return a.look(&call)
	case KindTrail:
		return a.trail(&call)
	case KindUse:
		if !a.settings.LogReads {
			return a.peek(&call)
		}
	}
	return program.Refusal("no such query")
}

var _ workloads.App = (*app)(nil)
