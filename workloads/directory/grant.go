package directory

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// ask is an agency's request for fields of an entry.
func (a *app) ask(call *program.Call, f *form) (answer []byte, reason string) {
	e, found := a.entry(f.number)
	switch {
	case !found:
		return nil, "no such entry"
	case e.withdrawn != 0:
		return nil, "the entry is withdrawn"
	case f.agency == e.owner:
		return nil, "the owner needs no grant"
	case e.class == classClosed:
		return nil, "the entry is not shared"
	case f.fields == 0:
		return nil, "a request names at least one field"
	case f.life == 0 || f.life > uint64(a.Rule("grant-life")):
		return nil, "a grant lasts too long or no time"
	}
	if reason := a.replace(call, f, &e); reason != "" {
		return nil, reason
	}
	id := a.Count(int(KindAsk-1)) + 1
	r := request{
		entry: f.number, agency: f.agency, purpose: f.purpose, state: stateAsked, class: e.class,
		asked: f.fields, life: f.life, at: call.At, order: a.Accepted(), payload: f.payload,
	}
	if e.class == classOpen || a.settings.Approvals == 0 {
		a.give(call, f, &r)
	}
	e.open++
	e.given++
	a.putEntry(f.number, &e)
	a.putRequest(id, &r)
	a.buf = binary.BigEndian.AppendUint64(a.buf[:0], id)
	a.Tx.Put(a.latestKey(f.number, f.agency), a.buf)
	return append(binary.BigEndian.AppendUint64(nil, id), r.state), ""
}

// replace closes a spent grant of the agency that makes a new request; any other open request stands in the way.
func (a *app) replace(call *program.Call, f *form, e *entry) (reason string) {
	id, found := a.latest(f.number, f.agency)
	if !found {
		return ""
	}
	former, _ := a.request(id)
	switch {
	case !former.isOpen():
		return ""
	case !former.spent(call.At):
		return "the agency has an open request"
	}
	former.state, former.ended = stateClosed, a.Accepted()
	a.putRequest(id, &former)
	e.open--
	a.Add(countReplaced, 1)
	return ""
}

// give grants the form's fields for its time from now on.
func (a *app) give(call *program.Call, f *form, r *request) {
	r.state, r.fields, r.life = stateGranted, f.fields, f.life
	r.from, r.until = call.At, call.At+f.life
	r.uses = uint32(a.Rule("grant-uses"))
	r.decider, r.decided = f.agency, a.Accepted()
	a.Add(countGranted, 1)
}

// decide is the owner's answer to a request, or the administrator's after the deadline; then the administrator's
// countersignature where it is needed.
func (a *app) decide(call *program.Call, f *form, r *request, e *entry) (answer []byte, reason string) {
	late := f.agency == 0 && call.At > r.at+uint64(a.Rule("answer-deadline"))
	allowed := r.fields
	switch r.state {
	case stateAsked:
		allowed = r.asked
		if f.agency != e.owner && !late {
			return nil, "only the owner answers, or the administrator after the deadline"
		}
	case stateSigned:
		if f.agency != 0 {
			return nil, "only the administrator countersigns"
		}
	default:
		return nil, "the request is answered"
	}
	if r.state == stateAsked {
		r.signer, r.signed, r.signedAt = f.agency, a.Accepted(), call.At
	}
	if f.fields == 0 {
		r.state, r.fields, r.decider, r.decided = stateRefused, 0, f.agency, a.Accepted()
		e.open--
		a.Add(countRefused, 1)
		a.putEntry(r.entry, e)
		a.putRequest(f.number, r)
		return []byte{r.state}, ""
	}
	switch {
	case f.fields&^allowed != 0:
		return nil, "more fields than were asked or signed for"
	case f.life == 0 || f.life > r.life || f.life > uint64(a.Rule("grant-life")):
		return nil, "more time than was asked for or may be given"
	case e.class == classClosed:
		return nil, "the entry is no longer shared"
	}
	a.sign(call, f, r)
	a.putRequest(f.number, r)
	return []byte{r.state}, ""
}

// sign grants a request when no other signature is needed.
func (a *app) sign(call *program.Call, f *form, r *request) {
	if r.state == stateAsked && f.agency != 0 && a.settings.Approvals > 1 && a.Rule("admin-signs") == 1 {
		r.state, r.fields, r.life = stateSigned, f.fields, f.life
		return
	}
	a.give(call, f, r)
}

// end closes or revokes a request.
func (a *app) end(f *form, r *request, e *entry, state byte) []byte {
	r.state, r.ended = state, a.Accepted()
	e.open--
	a.putEntry(r.entry, e)
	a.putRequest(f.number, r)
	return []byte{state}
}

func (a *app) revoke(f *form, r *request, e *entry) (answer []byte, reason string) {
	switch {
	case f.agency != e.owner && f.agency != 0:
		return nil, "only the owner and the administrator revoke"
	case r.state != stateGranted:
		return nil, "no grant to revoke"
	}
	return a.end(f, r, e, stateRevoked), ""
}

// close withdraws a request, gives a grant back or tidies up one that is spent.
func (a *app) close(call *program.Call, f *form, r *request, e *entry) (answer []byte, reason string) {
	tidy := r.spent(call.At) && (f.agency == e.owner || f.agency == 0)
	switch {
	case !r.isOpen():
		return nil, "the request has ended"
	case f.agency != r.agency && !tidy:
		return nil, "only the holder closes a request that is not spent"
	}
	return a.end(f, r, e, stateClosed), ""
}

func (a *app) renew(call *program.Call, f *form, r *request, e *entry) (answer []byte, reason string) {
	switch {
	case f.agency != e.owner && !(f.agency == r.agency && e.class == classOpen):
		return nil, "only the owner renews, or the holder while the entry is open"
	case r.state != stateGranted || call.At < r.from || call.At > r.until:
		return nil, "the grant does not hold at this time"
	case int64(r.renewals) >= a.Rule("renewals-max"):
		return nil, "renewed too often"
	case f.life > uint64(a.Rule("grant-life")) || call.At+f.life <= r.until:
		return nil, "a renewal makes a grant longer and not too long"
	}
	r.renewals++
	r.until = call.At + f.life
	r.renewed, r.longer = a.Accepted(), call.At
	a.putRequest(f.number, r)
	return binary.BigEndian.AppendUint64(nil, r.until), ""
}

// judge tells why the grant does not allow the use, or nothing.
func (f *form) judge(at uint64, r *request, e *entry) string {
	switch {
	case f.agency != r.agency:
		return "another agency's grant"
	case r.state != stateGranted:
		return "not granted"
	case at < r.from || at > r.until:
		return "the grant does not hold at this time"
	case f.fields == 0 || f.fields&^r.fields != 0:
		return "other fields than were granted"
	case r.uses > 0 && r.used >= r.uses:
		return "the grant is used up"
	case e.complaint != 0 && at > e.due:
		return "a complaint against the entry is overdue"
	}
	return ""
}

// use logs a use of a grant and answers how many there were.
func (a *app) use(call *program.Call, f *form, r *request, e *entry) (answer []byte, reason string) {
	if reason := f.judge(call.At, r, e); reason != "" {
		return nil, reason
	}
	if r.used == 1<<32-1 {
		return nil, "too many uses"
	}
	r.used++
	a.putRequest(f.number, r)
	u := use{
		request: f.number, entry: r.entry, client: call.Client, fields: f.fields,
		at: call.At, order: a.Accepted(), payload: f.payload,
	}
	a.buf = u.append(a.buf[:0])
	a.journal(keyUses, a.Count(int(KindUse-1)))
	return binary.BigEndian.AppendUint32(nil, r.used), ""
}

// peek tells whether a use is allowed, without a trace.
func (a *app) peek(call *program.Call) []byte {
	f := form{number: call.Body.Uint64(), fields: call.Body.Uint32()}
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	f.agency = uint16(agency)
	r, found := a.request(f.number)
	switch {
	case !call.Body.Done():
		return program.Refusal("malformed use")
	case !desk:
		return program.Refusal("only agencies use grants")
	case !found:
		return program.Refusal("no such request")
	}
	e, _ := a.entry(r.entry)
	if e.withdrawn != 0 {
		return program.Refusal("the entry is withdrawn")
	}
	if reason := f.judge(call.At, &r, &e); reason != "" {
		return program.Refusal(reason)
	}
	return program.Answer(binary.BigEndian.AppendUint32(nil, r.used)...)
}

// trail answers a request's state, its fields, the end of its time, its renewals and its logged uses.
func (a *app) trail(call *program.Call) []byte {
	id := call.Body.Uint64()
	r, found := a.request(id)
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if !call.Body.Done() || !found {
		return program.Refusal("no such request")
	}
	e, _ := a.entry(r.entry)
	if !desk || agency != int(r.agency) && agency != int(e.owner) && agency != 0 {
		return program.Refusal("only the holder, the owner and the administrator see a request")
	}
	answer := binary.BigEndian.AppendUint32([]byte{r.state}, r.fields)
	answer = append(binary.BigEndian.AppendUint64(answer, r.until), r.renewals)
	return program.Answer(binary.BigEndian.AppendUint32(answer, r.used)...)
}
