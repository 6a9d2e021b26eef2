package register

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. The first are about a case, 8 bytes, with which every body begins.
const (
	KindOffer    byte = 1  // object 8, buyer 4, parts 8, price 8 (fen), documents 32: by a holder
	KindAccept   byte = 2  // documents 32: by the buyer
	KindDeposit  byte = 3  // amount 8: the bank has received it
	KindAssess   byte = 4  // the tax agency assesses
	KindPay      byte = 5  // amount 8: the buyer pays the tax
	KindExamine  byte = 6  // verdict 1, 1 agrees, documents 32: by a department
	KindRegister byte = 7  // by the registry
	KindRefuse   byte = 8  // reason 2: by the registry
	KindWithdraw byte = 9  // by seller or buyer
	KindExpire   byte = 10 // by the registry after the deadline
	KindAmend    byte = 11 // price 8, documents 32: the seller corrects the offer
	KindConsent  byte = 12 // serial 4: a lender agrees to the transfer
)

// The others are about an object, 8 bytes, with which every body begins.
const (
	KindUtility   byte = 20 // account 1: the utilities move it to the new holder
	KindCorrect   byte = 21 // attributes 32: by the registry
	KindPledge    byte = 22 // lender 2, amount 8: a holder asks for a mortgage
	KindLend      byte = 23 // serial 4: the lender grants it
	KindDrop      byte = 24 // serial 4: the lender or the holder drops the request
	KindDischarge byte = 25 // serial 4: the lender gives it up
	KindFreeze    byte = 26 // order 32: by the court
	KindUnfreeze  byte = 27 // by the court
	KindPermit    byte = 28 // agency 2, life 8 (ms): a holder lets an agency search
	KindSearch    byte = 29 // by an agency; a query without LogReads
	KindStatus    byte = 30 // query by a holder, the parties of the open transfer or an agency
)

// States of a case.
const (
	StateOffered    byte = 1
	StateAccepted   byte = 2
	StateRegistered byte = 3
	StateRefused    byte = 4
	StateWithdrawn  byte = 5
	StateExpired    byte = 6
)

// Agencies by what they do; each modulo Agencies.
const (
	roleRegistry = iota
	roleTax
	roleBank
	roleUtility
	roleCourt
)

// Counters of the program.
const (
	countLines        = iota // of the journal
	countCertificates        // the last certificate number
	countDeposited           // fen
	countReleased            // fen
	countReturned            // fen
	countTax                 // fen
	countOpen                // cases
	countMortgages           // in force
	countFrozen              // objects
	counters
)

// Refusals that the generator acts on.
const (
	reasonLate   = "after the deadline"
	reasonFrozen = "the object is frozen"
)

type app struct {
	*program.State
	settings *program.Settings
	file     file  // the case at work
	title    title // the object at work
	line     line  // of the operation at work
	answer   []byte
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings,
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
	a.line = line{order: a.Accepted(), at: call.At, kind: call.Kind, client: call.Client}
	a.answer = a.answer[:0]
	switch {
	case call.Kind == KindOffer:
		return a.offer(&call)
	case call.Kind >= KindAccept && call.Kind <= KindConsent:
		return a.step(&call)
	case call.Kind >= KindUtility && call.Kind <= KindPermit:
		return a.entry(&call)
	case call.Kind == KindSearch && a.settings.LogReads:
		return a.search(&call)
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
	object := call.Body.Uint64()
	switch {
	case call.Kind != KindStatus && (call.Kind != KindSearch || a.settings.LogReads):
		return program.Refusal("no such query")
	case !call.Body.Done():
		return program.Refusal("malformed question")
	case !a.loadTitle(object):
		return program.Refusal("no such object")
	}
	if call.Kind == KindSearch {
		reason = a.refusesSearch(&call, object)
	} else {
		reason = a.refusesStatus(&call)
	}
	if reason != "" {
		return program.Refusal(reason)
	}
	if call.Kind == KindStatus {
		return program.Answer(binary.BigEndian.AppendUint64(a.appendFacts(nil), a.title.open)...)
	}
	return program.Answer(a.appendFacts(nil)...)
}

// appendFacts adds what a search tells: whether the object is frozen 1, mortgages in force 1, holders 1, parts of
// the first holder 8, certificate 8.
func (a *app) appendFacts(buf []byte) []byte {
	t := &a.title
	frozen := byte(0)
	if t.frozen != 0 {
		frozen = 1
	}
	buf = append(buf, frozen, byte(t.inForce()), byte(len(t.holdings)))
	buf = binary.BigEndian.AppendUint64(buf, t.holdings[0].parts)
	return binary.BigEndian.AppendUint64(buf, t.certificate)
}

// refusesStatus tells why the client may not ask for the loaded title's status, or nothing.
func (a *app) refusesStatus(call *program.Call) string {
	party, isParty := program.SubjectOf(call.Client)
	switch {
	case !isParty || a.title.partsOf(uint32(party)) > 0:
		return ""
	case a.title.open != 0 && a.loadCase(a.title.open) && (a.file.seller == uint32(party) || a.file.buyer == uint32(party)):
		return ""
	}
	return "another party's object"
}

// refusesSearch tells why the client may not search the title, or nothing.
func (a *app) refusesSearch(call *program.Call, object uint64) string {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if !desk {
		return "only agencies search"
	}
	for _, role := range [...]int{roleRegistry, roleTax, roleCourt} {
		if agency == role%a.settings.Agencies {
			return ""
		}
	}
	value, found := a.Tx.Get(a.permitKey(object, uint16(agency)))
	if !found || len(value) != 8 || call.At > binary.BigEndian.Uint64(value) {
		return "no permit to search"
	}
	return ""
}

func (a *app) search(call *program.Call) []byte {
	object := call.Body.Uint64()
	call.Body.Bytes(a.settings.PayloadBytes)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed search")
	case !a.loadTitle(object):
		return a.Refuse("no such object")
	}
	if reason := a.refusesSearch(call, object); reason != "" {
		return a.Refuse(reason)
	}
	a.line.number = object
	a.answer = a.appendFacts(a.answer)
	return a.accept()
}

// is reports whether the client is a desk of the agency that has the role.
func (a *app) is(call *program.Call, role int) bool {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	return desk && agency == role%a.settings.Agencies
}

// place is the place of the client's agency among the departments that examine.
func (a *app) place(call *program.Call) (place int, examines bool) {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	place = (agency - 1 + a.settings.Agencies) % a.settings.Agencies
	return place, desk && place < a.settings.Approvals
}

// party is the client's number when it is a party.
func (a *app) party(call *program.Call) (party uint32, is bool) {
	number, isSubject := program.SubjectOf(call.Client)
	return uint32(number), isSubject && number < uint64(a.settings.Population)
}

// payload takes the payload and hashes it.
func (a *app) payload(call *program.Call) [32]byte {
	return sha256.Sum256(call.Body.Bytes(a.settings.PayloadBytes))
}

// loadCase reads a case into a.file.
func (a *app) loadCase(id uint64) bool {
	value, found := a.Tx.Get(a.keyFor(keyCase, id))
	return found && a.file.read(value)
}

// loadTitle reads an object's title, the implied one when nothing has changed, into a.title.
func (a *app) loadTitle(object uint64) bool {
	if object >= uint64(a.settings.Population) {
		return false
	}
	if value, found := a.Tx.Get(a.keyFor(keyObject, object)); found {
		return a.title.read(value)
	}
	a.title.begin(object, a.settings)
	return true
}

func (a *app) putCase(id uint64) {
	a.buf = a.file.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyCase, id), a.buf)
}

func (a *app) putTitle(object uint64) {
	a.buf = a.title.append(a.buf[:0])
	a.Tx.Put(a.keyFor(keyObject, object), a.buf)
}

// accept writes the step's line and answers.
func (a *app) accept() []byte {
	at := a.Count(countLines)
	a.buf = a.line.append(a.buf[:0])
	a.Tx.Patch(a.keyFor(keyPage, at/pageLines), int(at%pageLines)*lineSize, a.buf)
	a.Add(countLines, 1)
	return a.Accept(a.answer...)
}

var _ workloads.App = (*app)(nil)
