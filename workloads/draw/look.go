package draw

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// placesMax is the number of positions that one query for places answers.
const placesMax = 16

// Lines of the journal of looks: pool, round, subject, client, time and order.
const (
	lookSize  = 4 + 4 + 4 + 4 + 8 + 8
	pageLooks = 16
)

// Query implements workloads.App.
func (a *app) Query(op []byte) []byte {
	call, reason := a.Open(op, true)
	if reason != "" {
		return program.Refusal(reason)
	}
	if answer, is := a.GovernQuery(&call); is {
		return answer
	}
	a.id.pool, a.id.number = call.Body.Uint32(), call.Body.Uint32()
	argument := uint32(0)
	if call.Kind == KindLook || call.Kind == KindPlaces {
		argument = call.Body.Uint32()
	}
	switch {
	case call.Kind < KindLook || call.Kind > KindPlaces || call.Kind == KindLook && a.settings.LogReads:
		return program.Refusal("no such query")
	case !call.Body.Done():
		return program.Refusal("malformed query")
	case a.id.number == 0 && a.id.pool < a.pools:
		a.id.number = a.latest(a.id.pool)
	}
	if reason := a.enter(); reason != "" {
		return program.Refusal(reason)
	}
	a.buf = a.buf[:0]
	switch call.Kind {
	case KindLook:
		reason = a.look(&call, argument)
	case KindRound:
		a.show()
	default:
		reason = a.places(argument)
	}
	if reason != "" {
		return program.Refusal(reason)
	}
	return program.Answer(a.buf...)
}

// look answers like a step of the application, and then its points, its place and the state of the round.
func (a *app) look(call *program.Call, subject uint32) string {
	who, isSubject := program.SubjectOf(call.Client)
	if isSubject && who != uint64(subject) {
		return "another subject's application"
	}
	if !a.load(subject) {
		return "no such application"
	}
	a.answer()
	a.buf = binary.BigEndian.AppendUint64(a.buf, a.entry.points)
	a.buf = binary.BigEndian.AppendUint32(a.buf, a.entry.place)
	a.buf = append(a.buf, a.round.state)
	return ""
}

// lookLogged is a look that leaves a trace.
func (a *app) lookLogged(call *program.Call, s *step) string {
	if reason := a.look(call, s.subject); reason != "" {
		return reason
	}
	logged := a.Count(int(KindLook))
	a.line = binary.BigEndian.AppendUint32(a.line[:0], a.id.pool)
	a.line = binary.BigEndian.AppendUint32(a.line, a.id.number)
	a.line = binary.BigEndian.AppendUint32(a.line, s.subject)
	a.line = binary.BigEndian.AppendUint32(a.line, call.Client)
	a.line = binary.BigEndian.AppendUint64(a.line, call.At)
	a.line = binary.BigEndian.AppendUint64(a.line, a.Accepted())
	a.Tx.Patch(a.lookKey(logged/pageLooks), int(logged%pageLooks)*lookSize, a.line)
	return ""
}

// show answers what everybody may know of a round: its number 4, state 1, deadline 8, applications 4, lines of the
// roll that count 4, units of sorting that remain 4, ranked 4, called 4, taken 4, seed 32.
func (a *app) show() {
	r := &a.round
	a.buf = binary.BigEndian.AppendUint32(a.buf, a.id.number)
	a.buf = append(a.buf, r.state)
	a.buf = binary.BigEndian.AppendUint64(a.buf, a.terms.deadline)
	for _, n := range [...]uint32{r.applied, r.lines - r.void, r.units, r.ranked, r.called, r.taken} {
		a.buf = binary.BigEndian.AppendUint32(a.buf, n)
	}
	a.buf = append(a.buf, r.seed[:]...)
}

// places answers who stands at the positions from the given one on, 4 bytes each.
func (a *app) places(position uint32) string {
	if a.round.state < RoundCalled {
		return "there is no ranking yet"
	}
	for at := uint64(position); at < uint64(position)+placesMax && at < uint64(a.round.ranked); at++ {
		r, _ := a.ranked(uint32(at))
		a.buf = binary.BigEndian.AppendUint32(a.buf, r.subject)
	}
	return ""
}
