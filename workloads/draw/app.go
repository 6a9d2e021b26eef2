package draw

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Kinds of operation. Every body begins with the pool, 4 bytes, and, but in an announcement, the round, 4.
const (
	KindAnnounce byte = 1  // by the lead: the next round; answers its terms, see [app.announce]
	KindSeed     byte = 2  // commitment 32: by a seeder, before the round is closed
	KindApply    byte = 3  // data 32: by a subject; answers like all kinds about an application, see [app.answer]
	KindConfirm  byte = 4  // subject 4, data 32, points 4: by an agency about its aspect
	KindRefuse   byte = 5  // subject 4, reason 2: by an agency that has not confirmed
	KindCorrect  byte = 6  // data 32: by the applicant before the deadline
	KindWithdraw byte = 7  // by the applicant before the deadline
	KindClose    byte = 8  // by the lead, after the review
	KindReveal   byte = 9  // seed 32: by a seeder after the closing
	KindBid      byte = 10 // price 8, nonce 32: by the applicant after the closing, in mode 2
	KindDraw     byte = 11 // by any agency when all is revealed or the time for it is over; answers the units of sorting 4
	KindRank     byte = 12 // by any agency: a unit of sorting; see [app.rank]
	KindTake     byte = 13 // position 4, yes 1: by an applicant who is called; answers who is called instead
	KindLapse    byte = 14 // position 4: by the lead, when the time to answer is over; answers the same
	KindObject   byte = 15 // subject 4, position 4, grounds 2: by another applicant; or an appeal against a refusal
	KindJudge    byte = 16 // subject 4, upheld 1: by the lead; answers like KindTake
	KindEnd      byte = 17 // by the lead; answers the places taken 4
	KindLook     byte = 18 // subject 4: by the applicant and the agencies; a query without LogReads
	KindRound    byte = 19 // query by anybody: see [app.show]
	KindPlaces   byte = 20 // position 4: query by anybody: up to 16 subjects of the ranking from there on
)

// Counters of the program: the transactions of a kind, at the kind's number.
const counters = int(KindLook) + 1

// noPosition stands in an appeal, which is about no position.
const noPosition = 1<<32 - 1

type app struct {
	*program.State
	settings *program.Settings
	mode     byte
	pools    uint32
	first    terms // of every pool's round 1
	sorter   sorter

	id       roundID // the round at work
	terms    terms
	round    round
	entry    application // the application at work, reused
	key, buf []byte
	line     []byte
}

func newApp(settings *program.Settings) *app {
	a := &app{
		State:    program.NewState(settings, settings.Tag(Name, rules()), counters),
		settings: settings,
		mode:     byte(settings.Rule("mode")),
		pools:    uint32(settings.Rule("pools")),
	}
	a.first = newTerms(settings, 0, 0, settings.Rule)
	return a
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
	if call.Kind == 0 || call.Kind > KindLook || call.Kind == KindLook && !a.settings.LogReads {
		return a.Refuse("no such transaction")
	}
	a.id.pool = call.Body.Uint32()
	if call.Kind == KindAnnounce {
		return a.announce(&call)
	}
	a.id.number = call.Body.Uint32()
	step := a.parse(&call)
	if !call.Body.Done() {
		return a.Refuse("malformed operation")
	}
	if reason := a.enter(); reason != "" {
		return a.Refuse(reason)
	}
	a.buf = a.buf[:0] // the answer
	if reason := a.step(&call, &step); reason != "" {
		return a.Refuse(reason)
	}
	a.Add(int(call.Kind), 1)
	if call.Kind != KindLook {
		a.line = a.round.append(a.line[:0])
		a.Tx.Put(a.roundKey(a.id), a.line)
	}
	return a.Accept(a.buf...)
}

// step is what an operation's body holds.
type step struct {
	subject  uint32
	position uint32
	detail   uint32 // points, reason, verdict
	price    uint64
	hash     [32]byte // data, commitment, seed or nonce
	payload  [32]byte
}

func (a *app) parse(call *program.Call) (s step) {
	body := &call.Body
	switch call.Kind {
	case KindSeed, KindApply, KindCorrect, KindReveal:
		s.hash = body.Hash()
	case KindConfirm:
		s.subject, s.hash, s.detail = body.Uint32(), body.Hash(), body.Uint32()
	case KindRefuse:
		s.subject, s.detail = body.Uint32(), uint32(body.Uint16())
	case KindBid:
		s.price, s.hash = body.Uint64(), body.Hash()
	case KindTake:
		s.position, s.detail = body.Uint32(), uint32(body.Uint8())
	case KindLapse:
		s.position = body.Uint32()
	case KindObject:
		s.subject, s.position, s.detail = body.Uint32(), body.Uint32(), uint32(body.Uint16())
	case KindJudge:
		s.subject, s.detail = body.Uint32(), uint32(body.Uint8())
	case KindLook:
		s.subject = body.Uint32()
	}
	payload := body.Bytes(a.settings.PayloadBytes)
	if call.Kind == KindApply || call.Kind == KindCorrect {
		s.payload = sha256.Sum256(payload)
	}
	return s
}

func (a *app) step(call *program.Call, s *step) string {
	switch call.Kind {
	case KindApply:
		return a.apply(call, s)
	case KindConfirm, KindRefuse:
		return a.examine(call, s)
	case KindCorrect, KindWithdraw:
		return a.change(call, s)
	case KindSeed:
		return a.commit(call, s)
	case KindClose:
		return a.close(call)
	case KindReveal:
		return a.reveal(call, s)
	case KindBid:
		return a.openBid(call, s)
	case KindDraw:
		return a.draw(call)
	case KindRank:
		return a.rank(call)
	case KindTake:
		return a.take(call, s)
	case KindLapse:
		return a.lapse(call, s)
	case KindObject:
		return a.object(call, s)
	case KindJudge:
		return a.judge(call, s)
	case KindEnd:
		return a.end(call)
	}
	return a.lookLogged(call, s)
}

// enter loads the round at work, or tells that it does not exist.
func (a *app) enter() string {
	if a.id.pool >= a.pools || a.id.number == 0 {
		return reasonNoRound
	}
	value, found := a.Tx.Get(a.termsKey(a.id))
	switch {
	case found:
		a.terms.read(value)
	case a.id.number == 1:
		a.terms = a.first
	default:
		return reasonNoRound
	}
	if value, found = a.Tx.Get(a.roundKey(a.id)); found {
		a.round.read(value)
	} else {
		a.round = round{}
	}
	return ""
}

// load reads the subject's application in the round at work.
func (a *app) load(subject uint32) bool {
	value, found := a.Tx.Get(a.applyKey(a.id, subject))
	return found && a.entry.read(value)
}

// save writes the application at work back.
func (a *app) save(subject uint32) {
	a.line = a.entry.append(a.line[:0])
	a.Tx.Put(a.applyKey(a.id, subject), a.line)
}

// answer is what operations about an application answer: its state, its corrections, how many agencies have
// confirmed and its number in the round.
func (a *app) answer() {
	p := &a.entry
	a.buf = append(a.buf, p.state, p.corrections, byte(len(p.aspects)))
	a.buf = binary.BigEndian.AppendUint32(a.buf, p.number)
}

func (a *app) isLead(client uint32) bool {
	agency, desk := program.AgencyOf(client, a.settings.Agencies)
	return desk && agency == a.lead()
}

func (a *app) lead() int { return int(a.id.pool % uint32(a.settings.Agencies)) }

// placeAfter is the agency's distance from the lead.
func (a *app) placeAfter(agency int) int {
	return (agency - a.lead() + a.settings.Agencies) % a.settings.Agencies
}

// announce fixes the terms of a pool's next round, which opens when the one before has its deadline. It answers
// the round's number, 4 bytes, and what people need to know: opening, deadline, end of the review, times for
// answering a call and for objecting, 8 each, and the places, 4.
func (a *app) announce(call *program.Call) []byte {
	call.Body.Bytes(a.settings.PayloadBytes)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed announcement")
	case a.id.pool >= a.pools:
		return a.Refuse("no such pool")
	case !a.isLead(call.Client):
		return a.Refuse("only the lead agency announces")
	}
	a.id.number = a.latest(a.id.pool)
	a.enter()
	switch {
	case call.At < a.terms.opens:
		return a.Refuse("the next round is announced")
	case a.id.number == 1<<32-1:
		return a.Refuse("too many rounds")
	}
	a.id.number++
	a.terms = newTerms(a.settings, a.Accepted(), max(call.At, a.terms.deadline), a.Rule)
	a.line = a.terms.append(a.line[:0])
	a.Tx.Put(a.termsKey(a.id), a.line)
	a.line = binary.BigEndian.AppendUint32(a.line[:0], a.id.number)
	a.Tx.Put(a.poolKey(a.id.pool), a.line)
	a.Add(int(KindAnnounce), 1)
	a.buf = binary.BigEndian.AppendUint32(a.buf[:0], a.id.number)
	t := &a.terms
	for _, n := range [...]uint64{t.opens, t.deadline, t.reviewed(), t.confirm, t.objection} {
		a.buf = binary.BigEndian.AppendUint64(a.buf, n)
	}
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(t.quota))
	return a.Accept(a.buf...)
}

// latest is the number of the pool's latest round.
func (a *app) latest(pool uint32) uint32 {
	if value, found := a.Tx.Get(a.poolKey(pool)); found && len(value) == 4 {
		return binary.BigEndian.Uint32(value)
	}
	return 1
}

var _ workloads.App = (*app)(nil)
