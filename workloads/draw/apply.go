package draw

import (
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// Reasons by which the generator learns.
const (
	reasonNoRound  = "no such round"
	reasonNoPlaces = "no places are left"
	reasonSeeds    = "seeds are missing"
)

// apply enters a subject's application.
func (a *app) apply(call *program.Call, s *step) string {
	subject, isSubject := program.SubjectOf(call.Client)
	switch {
	case !isSubject || subject >= uint64(a.settings.Population):
		return "only the service's subjects apply"
	case call.At < a.terms.opens:
		return "the round has not opened"
	case call.At >= a.terms.deadline || a.round.state != RoundOpen:
		return "after the deadline"
	case a.mode == ModeFirst && uint64(a.round.live) >= a.terms.ranked():
		return reasonNoPlaces
	}
	if _, found := a.Tx.Get(a.applyKey(a.id, uint32(subject))); found {
		return "applied already"
	}
	a.round.applied++
	a.round.live++
	a.entry = application{
		number: a.round.applied, state: StateApplied, appliedAt: call.At, movedAt: call.At, since: a.Accepted(),
		data: s.hash, payload: s.payload, aspects: a.entry.aspects[:0],
	}
	a.qualify(uint32(subject), call.At)
	a.save(uint32(subject))
	a.answer()
	return ""
}

// qualify puts an application that all agencies have confirmed on the roll.
func (a *app) qualify(subject uint32, at uint64) {
	p := &a.entry
	if len(p.aspects) < a.settings.Approvals {
		return
	}
	p.movedAt = at
	if a.mode == ModePoints && p.points < a.terms.pointsMin {
		p.state = StateShort
		return
	}
	p.state = StateEligible
	if a.mode != ModeBids { // those enter when they are opened
		a.enrol(subject, p.points)
	}
}

// examine is an agency's confirmation of its aspect, or its refusal.
func (a *app) examine(call *program.Call, s *step) string {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if !desk || !a.load(s.subject) {
		return "no such application, or no agency"
	}
	p := &a.entry
	place := a.placeAfter(agency) - 1
	if place < 0 {
		place += a.settings.Agencies
	}
	switch {
	case place >= a.settings.Approvals:
		return "not this agency's to confirm"
	case p.state != StateApplied || a.round.state != RoundOpen:
		return "the application is not under examination"
	case call.At > a.terms.reviewed():
		return "after the review"
	case call.At < p.movedAt:
		return "before the application"
	case slices.ContainsFunc(p.aspects, func(done aspect) bool { return int(done.place) == place }):
		return "the agency has confirmed"
	}
	if call.Kind == KindRefuse {
		p.state, p.movedAt = StateRefused, call.At
		a.round.live--
		a.save(s.subject)
		a.answer()
		return ""
	}
	switch {
	case s.hash != p.data:
		return "confirmation of other data"
	case a.mode == ModePoints && uint64(s.detail) > a.terms.pointsMax, a.mode != ModePoints && s.detail != 0:
		return "points out of bounds"
	}
	p.aspects = append(p.aspects, aspect{byte(place), s.detail, call.At})
	p.points += uint64(s.detail)
	a.qualify(s.subject, call.At)
	a.save(s.subject)
	a.answer()
	return ""
}

// change is the applicant's correction or withdrawal. Either voids what the agencies have confirmed.
func (a *app) change(call *program.Call, s *step) string {
	subject, isSubject := program.SubjectOf(call.Client)
	if !isSubject || !a.load(uint32(subject)) {
		return "no such application"
	}
	p := &a.entry
	switch {
	case a.round.state != RoundOpen || call.At >= a.terms.deadline:
		return "after the deadline"
	case call.At < p.appliedAt:
		return "before the application"
	case p.state == StateWithdrawn:
		return "the application was withdrawn"
	case call.Kind == KindCorrect && uint64(p.corrections) >= a.terms.corrections:
		return "corrected too often"
	case call.Kind == KindCorrect && s.hash == p.data:
		return "the same data again"
	case call.Kind == KindCorrect && p.state == StateRefused && a.mode == ModeFirst && uint64(a.round.live) >= a.terms.ranked():
		return reasonNoPlaces
	}
	a.strike()
	if p.state != StateRefused {
		a.round.live--
	}
	if p.objector != 0 { // an appeal that has become pointless
		p.objector = 0
		p.heard++
	}
	p.movedAt, p.points, p.aspects = call.At, 0, p.aspects[:0]
	if call.Kind == KindWithdraw {
		p.state = StateWithdrawn
	} else {
		a.round.live++
		p.state, p.data, p.payload, p.since = StateApplied, s.hash, s.payload, a.Accepted()
		p.corrections++
		a.qualify(uint32(subject), call.At)
	}
	a.save(uint32(subject))
	a.answer()
	return ""
}

// Lines of the roll.
const (
	lineSize  = 4 + 4 + 8 + 8 // subject, number (0: void), score, since
	pageLines = 16
)

// enrol puts the application at work on the roll, with its points or its price.
func (a *app) enrol(subject uint32, score uint64) {
	at := a.round.lines
	a.round.lines++
	a.entry.line = a.round.lines
	a.line = binary.BigEndian.AppendUint32(a.line[:0], subject)
	a.line = binary.BigEndian.AppendUint32(a.line, a.entry.number)
	a.line = binary.BigEndian.AppendUint64(a.line, score)
	a.line = binary.BigEndian.AppendUint64(a.line, a.entry.since)
	a.Tx.Patch(a.rollKey(a.id, at/pageLines), int(at%pageLines)*lineSize, a.line)
}

// strike makes the line of the application at work void, if it has one.
func (a *app) strike() {
	if a.entry.line == 0 {
		return
	}
	at := a.entry.line - 1
	a.Tx.Patch(a.rollKey(a.id, at/pageLines), int(at%pageLines)*lineSize+4, make([]byte, 4))
	a.entry.line = 0
	a.round.void++
}
