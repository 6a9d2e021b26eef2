package licence

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. A licence is named by its type, 1 byte, and its serial number, 8 bytes.
const (
	KindIssue     byte = 1 // type 1, holder 8: by a desk, whose agency becomes the issuer
	KindRenew     byte = 2 // licence: by the issuer
	KindSuspend   byte = 3 // licence: by the issuer
	KindReinstate byte = 4 // licence: by the issuer
	KindRevoke    byte = 5 // licence: by the issuer
	KindVerify    byte = 6 // licence: a query by anybody, or with LogReads a transaction by a desk
	KindMakeCode  byte = 7 // licence, code 4: by the holder
	KindUseCode   byte = 8 // code 4: by a desk
)

// Statuses of a licence; StatusExpired is only an answer.
const (
	StatusValid     byte = 1
	StatusSuspended byte = 2
	StatusRevoked   byte = 3
	StatusExpired   byte = 4
)

// CodeMax is the number of authorisation codes: they have eight digits.
const CodeMax = 100_000_000

// Counters of the program: first the licences in each status, at the status's number.
const (
	countIssued  = 0 // since the start
	countValid   = int(StatusValid)
	countRenewed = iota + 2
	countSuspensions
	countReinstated
	countChecks
	countChecksValid
	countCodesMade
	countCodesUsed
	counters
)

type app struct {
	*program.State
	settings *program.Settings
	types    uint64
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	population := uint64(settings.Population)
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters, 0, population),
		settings: settings,
		types:    uint64(settings.Rule("types")),
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
	case KindIssue:
		return a.issue(&call)
	case KindRenew, KindSuspend, KindReinstate, KindRevoke:
		return a.change(&call)
	case KindVerify:
		if a.settings.LogReads {
			return a.verify(&call)
		}
	case KindMakeCode:
		return a.makeCode(&call)
	case KindUseCode:
		return a.useCode(&call)
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
	if call.Kind != KindVerify || a.settings.LogReads {
		return program.Refusal("no such query")
	}
	id := readID(&call.Body)
	if !call.Body.Done() {
		return program.Refusal("malformed check")
	}
	l, found := a.licence(id)
	if !found {
		return program.Refusal("no such licence")
	}
	return program.Answer(l.statusAt(call.At))
}

func (a *app) payload(body *program.Reader) [32]byte {
	return sha256.Sum256(body.Bytes(a.settings.PayloadBytes))
}

func (a *app) issue(call *program.Call) []byte {
	id := licenceID{kind: call.Body.Uint8()}
	holder := call.Body.Uint64()
	payload := a.payload(&call.Body)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed issue")
	case uint64(id.kind) >= a.types:
		return a.Refuse("no such type")
	case holder >= 1<<31:
		return a.Refuse("no such holder")
	case !desk:
		return a.Refuse("only agencies issue")
	}
	last := a.lastSerial(id.kind)
	quota := uint64(a.Rule("quota"))
	if quota > 0 && last-a.atStart(id.kind) >= quota {
		return a.Refuse("quota exhausted")
	}
	id.serial = last + 1
	a.putLicence(id, licence{
		status: StatusValid, issuer: uint16(agency), holder: holder, issuedAt: call.At,
		issued: a.Accepted(), extendedAt: call.At, extended: a.Accepted(),
		expires: call.At + uint64(a.Rule("term")), payload: payload,
	})
	a.buf = binary.BigEndian.AppendUint64(a.buf[:0], id.serial)
	a.Tx.Put(a.serialKey(id.kind), a.buf)
	a.Add(countIssued, 1)
	a.Add(countValid, 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, id.serial)...)
}

// change is what only the issuer may do to a licence.
func (a *app) change(call *program.Call) []byte {
	id := readID(&call.Body)
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed change")
	}
	l, found := a.licence(id)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !found:
		return a.Refuse("no such licence")
	case !desk || agency != int(l.issuer):
		return a.Refuse("only the issuer changes a licence")
	case l.status == StatusRevoked:
		return a.Refuse("the licence is revoked")
	}
	before := l.status
	if reason := a.apply(call, &l); reason != "" {
		return a.Refuse(reason)
	}
	a.Add(int(before), -1)
	a.Add(int(l.status), 1)
	l.payload = payload
	a.putLicence(id, l)
	if l.status == StatusRevoked {
		a.buf = binary.BigEndian.AppendUint64(a.buf[:0], a.Accepted())
		a.buf = binary.BigEndian.AppendUint64(a.buf, call.At)
		a.Tx.Put(a.idKey(keyRevocation, id), a.buf)
	}
	return a.Accept(l.status)
}

// apply changes a licence that is not revoked, or tells why not. A revocation counts at its status.
func (a *app) apply(call *program.Call, l *licence) string {
	switch call.Kind {
	case KindRenew:
		end := call.At + uint64(a.Rule("term"))
		if l.status != StatusValid {
			return "a suspended licence is not renewed"
		}
		if end <= l.expires {
			return "the licence already lasts as long"
		}
		l.expires, l.extendedAt, l.extended = end, call.At, a.Accepted()
		a.Add(countRenewed, 1)
	case KindSuspend:
		if l.status != StatusValid {
			return "the licence is suspended"
		}
		l.status = StatusSuspended
		a.Add(countSuspensions, 1)
	case KindReinstate:
		if l.status != StatusSuspended {
			return "the licence is not suspended"
		}
		l.status = StatusValid
		a.Add(countReinstated, 1)
	case KindRevoke:
		l.status = StatusRevoked
	}
	return ""
}

// verify is a logged check: its trace stays on the licence.
func (a *app) verify(call *program.Call) []byte {
	id := readID(&call.Body)
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed check")
	}
	if call.Client >= program.SubjectBase {
		return a.Refuse("only agencies log checks")
	}
	l, found := a.licence(id)
	if !found {
		return a.Refuse("no such licence")
	}
	status := l.statusAt(call.At)
	l.checks++
	l.payload = payload
	if status == StatusValid {
		l.validChecks++
		l.lastValid = a.Accepted()
		a.Add(countChecksValid, 1)
	}
	a.putLicence(id, l)
	a.Add(countChecks, 1)
	return a.Accept(status)
}

func (a *app) makeCode(call *program.Call) []byte {
	id := readID(&call.Body)
	number := call.Body.Uint32()
	call.Body.Bytes(a.settings.PayloadBytes)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed code")
	case number >= CodeMax:
		return a.Refuse("a code has eight digits")
	}
	l, found := a.licence(id)
	subject, isSubject := program.SubjectOf(call.Client)
	switch {
	case !found:
		return a.Refuse("no such licence")
	case !isSubject || subject != l.holder:
		return a.Refuse("only the holder authorises")
	case l.statusAt(call.At) != StatusValid:
		return a.Refuse("the licence is not valid")
	}
	c := a.code(number)
	if c.active && call.At <= c.expires {
		return a.Refuse("code in use")
	}
	c = code{
		id: id, madeAt: call.At, expires: call.At + uint64(a.Rule("code-life")),
		order: a.Accepted(), made: c.made + 1, used: c.used, active: true,
	}
	a.putCode(number, c)
	a.Add(countCodesMade, 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, c.expires)...)
}

func (a *app) useCode(call *program.Call) []byte {
	number := call.Body.Uint32()
	call.Body.Bytes(a.settings.PayloadBytes)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if !call.Body.Done() {
		return a.Refuse("malformed use of a code")
	}
	c := a.code(number)
	switch {
	case !desk:
		return a.Refuse("only agencies use codes")
	case c.made == 0:
		return a.Refuse("no such code")
	case !c.active:
		return a.Refuse("code already used")
	case call.At < c.madeAt || call.At > c.expires:
		return a.Refuse("code expired or not yet made")
	}
	l, found := a.licence(c.id)
	if !found || l.statusAt(call.At) != StatusValid {
		return a.Refuse("the licence is not valid")
	}
	c.active = false
	c.used++
	a.putCode(number, c)
	u := use{agency: uint16(agency), client: call.Client, at: call.At, order: a.Accepted()}
	a.buf = u.append(a.buf[:0])
	a.Tx.Put(a.useKey(number, c.made), a.buf)
	a.Add(countCodesUsed, 1)
	return a.Accept(StatusValid)
}

var _ workloads.App = (*app)(nil)
