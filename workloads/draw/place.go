package draw

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// heardMax is how many objections and appeals about one application are heard.
// assumed: 3.
const heardMax = 3

// callFirst ends the ranking and calls as many as there are places.
func (a *app) callFirst(at uint64) {
	r := &a.round
	r.state = RoundCalled
	r.ranked = uint32(min(a.terms.ranked(), uint64(r.lines-r.void)))
	r.called = uint32(min(a.terms.quota, uint64(r.ranked)))
	r.settledAt, r.calledAt = at, at
}

// drop gives a place up and calls the next in the ranking instead. It answers who that is, if there is anybody:
// the position, 4 bytes, and the subject, 4.
func (a *app) drop(at uint64) {
	r := &a.round
	r.dropped++
	next, found := a.ranked(r.called)
	if !found {
		return
	}
	r.calledAt = max(r.calledAt, at)
	area := plan(r.lines, a.terms.ranked()).last() % 2
	a.line = binary.BigEndian.AppendUint64(a.line[:0], at)
	a.Tx.Patch(a.sortKey(a.id, area, r.called/pageRanks), int(r.called%pageRanks)*rankSize+rankSize-8, a.line)
	a.buf = binary.BigEndian.AppendUint32(a.buf, r.called)
	a.buf = binary.BigEndian.AppendUint32(a.buf, next.subject)
	r.called++
}

// called loads the application at a position that was called, and tells when.
func (a *app) called(position uint32) (subject uint32, at uint64, is bool) {
	if a.round.state != RoundCalled || position >= a.round.called {
		return 0, 0, false
	}
	r, found := a.ranked(position)
	if !found || !a.load(r.subject) {
		return 0, 0, false
	}
	return r.subject, max(r.calledAt, a.round.settledAt), true
}

// settle records what became of a called application.
func (a *app) settle(subject uint32, position uint32, state byte, at uint64) {
	a.entry.state, a.entry.place, a.entry.movedAt = state, position+1, at
	a.save(subject)
}

// take is the answer of somebody who is called.
func (a *app) take(call *program.Call, s *step) string {
	who, isSubject := program.SubjectOf(call.Client)
	subject, at, is := a.called(s.position)
	switch {
	case !is || !isSubject || who != uint64(subject):
		return "not called to this place"
	case a.entry.state != StateEligible:
		return "the place was answered"
	case call.At < at || call.At > at+a.terms.confirm:
		return "not between the call and the end of answering"
	case s.detail > 1:
		return "no such answer"
	}
	if s.detail == 1 {
		a.round.taken++
		a.settle(subject, s.position, StateTaken, call.At)
		return ""
	}
	a.settle(subject, s.position, StateDeclined, call.At)
	a.drop(call.At)
	return ""
}

// lapse gives a place on that nobody has answered for.
func (a *app) lapse(call *program.Call, s *step) string {
	if !a.isLead(call.Client) {
		return "only the lead agency lets a place lapse"
	}
	subject, at, is := a.called(s.position)
	switch {
	case !is:
		return "nobody is called to this place"
	case a.entry.state != StateEligible:
		return "the place was answered"
	case call.At <= at+a.terms.confirm:
		return "the time to answer has not passed"
	}
	a.settle(subject, s.position, StateLapsed, call.At)
	a.drop(call.At)
	return ""
}

// object raises an objection to a call, or an appeal against the refusal of the subject's own application.
func (a *app) object(call *program.Call, s *step) string {
	who, isSubject := program.SubjectOf(call.Client)
	if !isSubject {
		return "only subjects object"
	}
	if s.position == noPosition {
		return a.appeal(call, s, uint32(who))
	}
	if !a.load(uint32(who)) || uint32(who) == s.subject {
		return "only another applicant of the round objects"
	}
	subject, at, is := a.called(s.position)
	p := &a.entry
	switch {
	case !is || subject != s.subject:
		return "not called to this place"
	case p.state != StateEligible && p.state != StateTaken:
		return "the place was given up"
	case call.At < at || call.At > at+a.terms.objection:
		return "not between the call and the end of objections"
	case p.objector != 0 || p.heard >= heardMax:
		return "an objection is being heard, or enough were"
	}
	p.objector, p.place = uint32(who)+1, s.position+1
	a.round.objections++
	a.save(subject)
	a.answer()
	return ""
}

func (a *app) appeal(call *program.Call, s *step, who uint32) string {
	p := &a.entry
	switch {
	case who != s.subject || !a.load(who) || p.state != StateRefused:
		return "no refused application of the subject's own"
	case a.round.state != RoundOpen || call.At > a.terms.reviewed() || call.At < p.movedAt:
		return "not between the refusal and the end of the review"
	case p.objector != 0 || p.heard >= heardMax:
		return "an appeal is being heard, or enough were"
	}
	p.objector = who + 1
	a.save(who)
	a.answer()
	return ""
}

// judge is the lead's judgement of an objection or an appeal.
func (a *app) judge(call *program.Call, s *step) string {
	p := &a.entry
	switch {
	case !a.isLead(call.Client):
		return "only the lead agency judges"
	case !a.load(s.subject) || p.objector == 0:
		return "no objection to judge"
	case s.detail > 1:
		return "no such judgement"
	}
	if p.state == StateRefused {
		return a.judgeAppeal(call, s)
	}
	if a.round.state != RoundCalled {
		return "it is not the time of judging"
	}
	a.round.objections--
	p.objector = 0
	p.heard++
	if s.detail == 1 && (p.state == StateEligible || p.state == StateTaken) {
		if p.state == StateTaken {
			a.round.taken--
		}
		a.settle(s.subject, p.place-1, StateDisqualified, max(call.At, p.movedAt))
		a.drop(call.At)
		return ""
	}
	a.save(s.subject)
	return ""
}

// judgeAppeal lets an application that was refused be examined again, or not.
func (a *app) judgeAppeal(call *program.Call, s *step) string {
	p := &a.entry
	switch {
	case a.round.state != RoundOpen || call.At > a.terms.reviewed():
		return "after the review"
	case s.detail == 1 && a.mode == ModeFirst && uint64(a.round.live) >= a.terms.ranked():
		return reasonNoPlaces
	}
	p.objector = 0
	p.heard++
	if s.detail == 1 {
		p.state, p.points, p.aspects, p.movedAt = StateApplied, 0, p.aspects[:0], max(call.At, p.movedAt)
		a.round.live++
	}
	a.save(s.subject)
	return ""
}

// end closes the books of a round: every call was answered and nobody may object any more.
func (a *app) end(call *program.Call) string {
	r := &a.round
	switch {
	case !a.isLead(call.Client):
		return "only the lead agency ends a round"
	case r.state != RoundCalled:
		return "the round has no places to answer, or has ended"
	case r.called != r.taken+r.dropped || r.objections > 0:
		return "calls or objections are open"
	case call.At <= r.calledAt+a.terms.objection:
		return "the time for objections has not passed"
	}
	r.state = RoundEnded
	a.buf = binary.BigEndian.AppendUint32(a.buf, r.taken)
	return ""
}
