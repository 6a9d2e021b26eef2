package verify

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation.
const (
	KindUpdate byte = 1 // entity 8, commitment 32: the owner changes a record
	KindGrant  byte = 2 // entity 8, grantee 2, classes 4, life 8 (ms), uses 4: the subject consents
	KindRevoke byte = 3 // entity 8, grantee 2: the subject withdraws its latest consent
	KindCheck  byte = 4 // entity 8, class 1, claim 32: an agency verifies; a query without LogReads
	KindTrail  byte = 5 // entity 8: query of the trail by the subject or the owner
)

// serialPublic is the consent number in log entries of public records.
const serialPublic = math.MaxUint32

// Counters of the program.
const (
	countUpdates = iota
	countGrants
	countRevocations
	countChecks
	countMatches
	counters
)

// app is the replicated program. Keys of its ledger: see the functions in layout.go.
type app struct {
	*program.State
	settings *program.Settings
	key, buf []byte
	line     []byte
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
	switch call.Kind {
	case KindUpdate:
		return a.update(&call)
	case KindGrant:
		return a.grant(&call)
	case KindRevoke:
		return a.revoke(&call)
	case KindCheck:
		if a.settings.LogReads {
			return a.check(&call)
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
	case KindCheck:
		if !a.settings.LogReads {
			return a.look(&call)
		}
	case KindTrail:
		return a.trail(&call)
	}
	return program.Refusal("no such query")
}

// entity takes the entity's number and reports whether it exists.
func (a *app) entity(body *program.Reader) (entity uint64, exists bool) {
	entity = body.Uint64()
	return entity, entity < uint64(a.settings.Population)
}

// payload takes the payload and hashes it.
func (a *app) payload(body *program.Reader) [32]byte {
	return sha256.Sum256(body.Bytes(a.settings.PayloadBytes))
}

func (a *app) owner(entity uint64) int { return int(entity % uint64(a.settings.Agencies)) }

func (a *app) update(call *program.Call) []byte {
	entity, exists := a.entity(&call.Body)
	commitment := call.Body.Hash()
	payload := a.payload(&call.Body)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed update")
	case !exists:
		return a.Refuse("no such entity")
	case !desk || agency != a.owner(entity):
		return a.Refuse("only the owner changes a record")
	}
	rec := a.record(entity)
	if call.At < rec.changedAt {
		return a.Refuse("the record has a newer change")
	}
	rec = record{commitment: commitment, updates: rec.updates + 1, changedAt: call.At, payload: payload}
	a.buf = rec.append(a.buf[:0])
	a.Tx.Put(a.recordKey(entity), a.buf)
	a.Add(countUpdates, 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, rec.updates)...)
}

func (a *app) grant(call *program.Call) []byte {
	entity, exists := a.entity(&call.Body)
	grantee, classes := call.Body.Uint16(), call.Body.Uint32()
	life, uses := call.Body.Uint64(), call.Body.Uint32()
	payload := a.payload(&call.Body)
	subject, isSubject := program.SubjectOf(call.Client)
	usesMax := uint64(a.Rule("grant-uses"))
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed consent")
	case !exists:
		return a.Refuse("no such entity")
	case !isSubject || subject != entity:
		return a.Refuse("only the subject consents")
	case int(grantee) >= a.settings.Agencies:
		return a.Refuse("no such agency")
	case classes == 0:
		return a.Refuse("a consent names at least one class")
	case life == 0 || life > uint64(a.Rule("grant-life")):
		return a.Refuse("a consent lasts too long or no time")
	case usesMax > 0 && (uses == 0 || uint64(uses) > usesMax):
		return a.Refuse("a consent allows too many checks")
	}
	serial, former, _, written := a.consent(entity, grantee)
	if serial+1 == serialPublic {
		return a.Refuse("too many consents")
	}
	if written {
		a.buf = former.append(a.buf[:0])
		a.Tx.Put(a.formerKey(entity, grantee, serial), a.buf)
	}
	serial++
	given := grant{from: call.At, until: call.At + life, classes: classes, uses: uses, order: a.Accepted(), payload: payload}
	a.putConsent(entity, grantee, serial, given)
	a.Add(countGrants, 1)
	return a.Accept(binary.BigEndian.AppendUint32(nil, serial)...)
}

func (a *app) revoke(call *program.Call) []byte {
	entity, exists := a.entity(&call.Body)
	grantee := call.Body.Uint16()
	call.Body.Bytes(a.settings.PayloadBytes)
	subject, isSubject := program.SubjectOf(call.Client)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed revocation")
	case !exists:
		return a.Refuse("no such entity")
	case !isSubject || subject != entity:
		return a.Refuse("only the subject revokes")
	case int(grantee) >= a.settings.Agencies:
		return a.Refuse("no such agency")
	}
	serial, given, found, _ := a.consent(entity, grantee)
	if !found || given.revoked != 0 {
		return a.Refuse("no consent to revoke")
	}
	given.revoked = a.Accepted()
	a.putConsent(entity, grantee, serial, given)
	a.Add(countRevocations, 1)
	return a.Accept()
}

// judge decides a check: whether it is allowed, by which consent, and whether the claim is true.
func (a *app) judge(call *program.Call, payload bool) (v verdict, reason string) {
	entity, exists := a.entity(&call.Body)
	v.entity, v.class = entity, call.Body.Uint8()
	claim := call.Body.Hash()
	if payload {
		v.payload = a.payload(&call.Body)
	}
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done() || v.class >= 32:
		return v, "malformed check"
	case !exists:
		return v, "no such entity"
	case !desk:
		return v, "only agencies check"
	}
	v.agency = uint16(agency)
	v.matched = a.record(entity).commitment == claim
	v.serial = serialPublic
	if a.Rule("consent") == 0 {
		return v, ""
	}
	var found bool
	v.serial, v.grant, found, _ = a.consent(entity, v.agency)
	if !found {
		return v, "no consent"
	}
	return v, v.grant.refuses(call.At, v.class)
}

// verdict is what judge found.
type verdict struct {
	entity  uint64
	agency  uint16
	class   byte
	serial  uint32
	grant   grant
	matched bool
	payload [32]byte
}

func (v *verdict) answer() byte {
	if v.matched {
		return 1
	}
	return 0
}

// check verifies, uses the consent and extends the trail.
func (a *app) check(call *program.Call) []byte {
	v, reason := a.judge(call, true)
	if reason != "" {
		return a.Refuse(reason)
	}
	if v.serial != serialPublic && v.grant.uses > 0 {
		v.grant.used++
		a.putConsent(v.entity, v.agency, v.serial, v.grant)
	}
	count, head := a.trailOf(v.entity)
	e := entry{
		at: call.At, agency: v.agency, client: call.Client, sequence: call.Sequence,
		serial: v.serial, class: v.class, matched: v.answer(), order: a.Accepted(), payload: v.payload,
	}
	a.buf = e.append(a.buf[:0])
	a.journal(v.entity, a.buf)
	head = link(head, v.entity, a.buf)
	a.buf = binary.BigEndian.AppendUint64(a.buf[:0], count+1)
	a.buf = append(a.buf, head[:]...)
	a.Tx.Put(a.trailKey(v.entity), a.buf)
	a.Add(countChecks, 1)
	a.Add(countMatches, int64(v.answer()))
	return a.Accept(v.answer())
}

// journal writes a line at the end of the journal.
func (a *app) journal(entity uint64, encoded []byte) {
	logged := a.Count(countChecks)
	a.line = append(binary.BigEndian.AppendUint64(a.line[:0], entity), encoded...)
	a.Tx.Patch(a.pageKey(logged/pageEntries), int(logged%pageEntries)*lineSize, a.line)
}

// look verifies without a trace: a one-time consent stays unused.
func (a *app) look(call *program.Call) []byte {
	v, reason := a.judge(call, false)
	if reason != "" {
		return program.Refusal(reason)
	}
	return program.Answer(v.answer())
}

// trail answers how many checks of the record were logged, and the head of their chain.
func (a *app) trail(call *program.Call) []byte {
	entity, exists := a.entity(&call.Body)
	subject, isSubject := program.SubjectOf(call.Client)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	switch {
	case !call.Body.Done():
		return program.Refusal("malformed trail query")
	case !exists:
		return program.Refusal("no such entity")
	case !(isSubject && subject == entity) && !(desk && agency == a.owner(entity)):
		return program.Refusal("only the subject and the owner see the trail")
	}
	count, head := a.trailOf(entity)
	return program.Answer(append(binary.BigEndian.AppendUint64(nil, count), head[:]...)...)
}

var _ workloads.App = (*app)(nil)
