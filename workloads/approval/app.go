package approval

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation; every body begins with the case, 8 bytes, but a status query's with the matter.
const (
	KindSubmit   byte = 1 // matter 8, documents 32: by the matter's subject
	KindSign     byte = 2 // documents 32: by an agency whose turn it is
	KindReturn   byte = 3 // reason 2: by an agency whose turn it is
	KindResubmit byte = 4 // documents 32: by the applicant
	KindWithdraw byte = 5 // by the applicant
	KindDecide   byte = 6 // verdict 1, 1 grants: by the lead agency
	KindExpire   byte = 7 // by the lead agency after the deadline
	KindStatus   byte = 8 // matter 8: query
)

// States of a case.
const (
	StateOpen      byte = 1
	StateReturned  byte = 2
	StateGranted   byte = 3
	StateRejected  byte = 4
	StateWithdrawn byte = 5
	StateExpired   byte = 6
)

// Counters of the program: first the cases in each state, at the state's number.
const (
	countSubmitted = 0
	countSigned    = iota + 6
	countReturned
	countResubmitted
	countDecided
	counters
)

// ruleNeeded is the rule that says how many must sign.
const ruleNeeded = "signatures-needed"

// reasonLate is the refusal after which the lead agency closes the case.
const reasonLate = "after the deadline"

type app struct {
	*program.State
	settings *program.Settings
	width    int
	file     file // the case at work, reused
	key, buf []byte
}

func newApp(settings *program.Settings) *app {
	return &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings,
		width:    int(settings.Rule("stage-width")),
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
	if call.Kind == KindSubmit {
		return a.submit(&call)
	}
	id := call.Body.Uint64()
	docs, detail := a.detail(&call)
	payload := sha256.Sum256(call.Body.Bytes(a.settings.PayloadBytes))
	switch {
	case call.Kind < KindSign || call.Kind > KindExpire:
		return a.Refuse("no such transaction")
	case !call.Body.Done():
		return a.Refuse("malformed step")
	case !a.load(id):
		return a.Refuse("no such case")
	case call.At < a.file.submittedAt:
		return a.Refuse("before the case was submitted")
	}
	if reason := a.step(&call, docs, detail); reason != "" {
		return a.Refuse(reason)
	}
	a.file.payload = payload
	return a.close(id, &call)
}

// detail takes what the kind has between the case and the payload.
func (a *app) detail(call *program.Call) (docs [32]byte, detail uint16) {
	switch call.Kind {
	case KindSign, KindResubmit:
		docs = call.Body.Hash()
	case KindReturn:
		detail = call.Body.Uint16()
	case KindDecide:
		detail = uint16(call.Body.Uint8())
	}
	return docs, detail
}

func (a *app) submit(call *program.Call) []byte {
	id, matter, docs := call.Body.Uint64(), call.Body.Uint64(), call.Body.Hash()
	payload := sha256.Sum256(call.Body.Bytes(a.settings.PayloadBytes))
	subject, isSubject := program.SubjectOf(call.Client)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed submission")
	case matter >= uint64(a.settings.Population):
		return a.Refuse("no such matter")
	case !isSubject || subject != matter:
		return a.Refuse("only the matter's subject applies")
	}
	if _, used := a.Tx.Get(a.caseKey(id)); used {
		return a.Refuse("case number used")
	}
	if _, open := a.Tx.Get(a.matterKey(matter)); open {
		return a.Refuse("the matter has an open case")
	}
	a.file = file{
		matter: matter, applicant: call.Client, lead: uint16(matter % uint64(a.settings.Agencies)),
		submittedAt: call.At, deadline: call.At + uint64(a.Rule("deadline")), order: a.Accepted(),
		docs: docs, payload: payload, state: StateOpen, signatures: a.file.signatures[:0],
	}
	a.buf = binary.BigEndian.AppendUint64(a.buf[:0], id)
	a.Tx.Put(a.matterKey(matter), a.buf)
	a.Add(countSubmitted, 1)
	a.Add(int(StateOpen), 1)
	a.buf = a.file.append(a.buf[:0])
	a.Tx.Put(a.caseKey(id), a.buf)
	return a.Accept(StateOpen)
}

// step applies a step to the loaded case, or tells why not.
func (a *app) step(call *program.Call, docs [32]byte, detail uint16) string {
	f := &a.file
	if f.state != StateOpen && f.state != StateReturned {
		return "the case has ended"
	}
	if call.Kind == KindExpire {
		return a.expire(call)
	}
	if call.At > f.deadline {
		return reasonLate
	}
	switch call.Kind {
	case KindResubmit:
		return a.resubmit(call, docs)
	case KindWithdraw:
		if call.Client != f.applicant {
			return "only the applicant withdraws"
		}
		a.move(StateWithdrawn)
		return ""
	case KindDecide:
		return a.decide(call, detail)
	}
	return a.examine(call, docs)
}

// examine is an agency's signature or return.
func (a *app) examine(call *program.Call, docs [32]byte) string {
	f := &a.file
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case f.state != StateOpen:
		return "the case is with the applicant"
	case !desk || !a.turn(agency):
		return "not this agency's turn"
	}
	if call.Kind == KindSign {
		if docs != f.docs {
			return "signature for other documents"
		}
		f.signatures = append(f.signatures, signature{uint16(agency), call.At})
		a.Add(countSigned, 1)
		return ""
	}
	a.Add(countReturned, 1)
	f.returned = a.Accepted()
	if int64(f.resubmissions) >= a.Rule("resubmissions-max") {
		a.move(StateRejected)
		return ""
	}
	a.move(StateReturned)
	return ""
}

// turn reports whether the agency is to sign in the current stage and has not.
func (a *app) turn(agency int) bool {
	for _, s := range a.file.signatures {
		if int(s.agency) == agency {
			return false
		}
	}
	place, signs := a.placeOf(agency, a.file.lead)
	return signs && len(a.file.signatures) < a.needed(a.Rule(ruleNeeded)) && place/a.width == len(a.file.signatures)/a.width
}

// needed is how many signatures a grant takes while the rule "signatures-needed" has that value.
func (a *app) needed(rule int64) int {
	if rule > 0 {
		return int(min(rule, int64(a.settings.Approvals)))
	}
	return a.settings.Approvals
}

// placeOf is the agency's place among the signers of a case with that lead.
func (a *app) placeOf(agency int, lead uint16) (place int, signs bool) {
	agencies := a.settings.Agencies
	place = (agency - int(lead) - 1 + 2*agencies) % agencies
	return place, place < a.settings.Approvals
}

func (a *app) resubmit(call *program.Call, docs [32]byte) string {
	f := &a.file
	switch {
	case call.Client != f.applicant:
		return "only the applicant resubmits"
	case f.state != StateReturned:
		return "the case was not returned"
	case docs == f.docs:
		return "the same documents again"
	}
	f.docs = docs
	f.resubmissions++
	f.signatures = f.signatures[:0]
	a.Add(countResubmitted, 1)
	a.move(StateOpen)
	return ""
}

func (a *app) decide(call *program.Call, verdict uint16) string {
	f := &a.file
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !desk || agency != int(f.lead):
		return "only the lead agency decides"
	case f.state != StateOpen:
		return "the case is with the applicant"
	case verdict > 1:
		return "no such verdict"
	case verdict == 1 && len(f.signatures) < a.needed(a.Rule(ruleNeeded)):
		return "signatures are missing"
	}
	a.Add(countDecided, 1)
	if verdict == 1 {
		a.move(StateGranted)
	} else {
		a.move(StateRejected)
	}
	return ""
}

func (a *app) expire(call *program.Call) string {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !desk || agency != int(a.file.lead):
		return "only the lead agency closes a case"
	case call.At <= a.file.deadline:
		return "the deadline has not passed"
	}
	a.move(StateExpired)
	return ""
}

func (a *app) move(state byte) {
	a.Add(int(a.file.state), -1)
	a.Add(int(state), 1)
	a.file.state = state
}

// close writes the case back; one that ended gives its matter free and leaves an ending.
func (a *app) close(id uint64, call *program.Call) []byte {
	state := a.file.state
	if state > StateReturned {
		a.Tx.Delete(a.matterKey(a.file.matter))
		e := ending{state: state, client: call.Client, at: call.At, order: a.Accepted()}
		a.buf = e.append(a.buf[:0])
		a.Tx.Put(a.endingKey(id), a.buf)
	}
	a.buf = a.file.append(a.buf[:0])
	a.Tx.Put(a.caseKey(id), a.buf)
	return a.Accept(state)
}

// Query implements workloads.App. A status is a byte that tells whether a case is open and, if so, the
// case, its state and how many have signed.
func (a *app) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	matter := call.Body.Uint64()
	subject, isSubject := program.SubjectOf(call.Client)
	switch {
	case call.Kind != KindStatus:
		return program.Refusal("no such query")
	case !call.Body.Done():
		return program.Refusal("malformed status query")
	case matter >= uint64(a.settings.Population):
		return program.Refusal("no such matter")
	case isSubject && subject != matter:
		return program.Refusal("another subject's matter")
	}
	value, open := a.Tx.Get(a.matterKey(matter))
	if !open || len(value) != 8 {
		return program.Answer(0)
	}
	id := binary.BigEndian.Uint64(value)
	a.load(id)
	answer := binary.BigEndian.AppendUint64([]byte{1}, id)
	return program.Answer(append(answer, a.file.state, byte(len(a.file.signatures)))...)
}

var _ workloads.App = (*app)(nil)
