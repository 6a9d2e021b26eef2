package claim

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// terms are what a registration and a correction set.
type terms struct {
	face, due uint64
	content   [32]byte
}

// refuse tells why terms cannot be registered now.
func (a *app) refuse(t *terms, at uint64) string {
	switch {
	case t.face == 0 || t.face > uint64(a.Rule("face-max")):
		return "the face is nothing or too large"
	case t.due <= at || t.due-at > uint64(a.Rule("term-max")):
		return "the due date has passed or is too far"
	case a.known(t.content):
		return "content registered before"
	}
	return ""
}

// known reports whether the content was registered.
func (a *app) known(content [32]byte) bool {
	number := binary.BigEndian.Uint64(content[:])
	if number < uint64(a.settings.Population) && content == contentOf(number) {
		return true
	}
	_, found := a.Tx.Get(a.contentKey(content))
	return found
}

func (a *app) putContent(content [32]byte, number uint64) {
	a.buf = binary.BigEndian.AppendUint64(a.buf[:0], number)
	a.Tx.Put(a.contentKey(content), a.buf)
}

// next is the number of the next instrument.
func (a *app) next() uint64 {
	return uint64(a.settings.Population) + a.Count(countRegistered) + 2*a.Count(int(StateSplit))
}

// all is the set of confirmations that an instrument needs.
func (a *app) all() uint32 { return 1<<(a.settings.Approvals+1) - 1 }

// begin sets what an instrument has before anybody else confirms it.
func (a *app) begin(r *instrument, t *terms, call *program.Call) {
	r.face, r.due, r.content = t.face, t.due, t.content
	r.setAt, r.setOrder = call.At, a.Accepted()
	r.state, r.confirmed = StateOpen, 0
	if a.issuer {
		r.confirmed = 1
	}
	if r.confirmed == a.all() {
		r.state = StateFree
	}
}

func (a *app) register(call *program.Call) []byte {
	holder, debtor := call.Body.Uint64(), call.Body.Uint16()
	t := terms{face: call.Body.Uint64(), due: call.Body.Uint64(), content: call.Body.Hash()}
	payload := a.payload(&call.Body)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed registration")
	case holder >= uint64(a.settings.Population):
		return a.Refuse("no such holder")
	case int(debtor) >= a.settings.Agencies:
		return a.Refuse("no such debtor")
	case a.issuer && a.desk(call) != int(debtor):
		return a.Refuse("only the debtor registers")
	case !a.issuer && !isHolder(call, holder):
		return a.Refuse("only the holder registers")
	}
	if reason := a.refuse(&t, call.At); reason != "" {
		return a.Refuse(reason)
	}
	number := a.next()
	r := instrument{parent: none, parts: none, holder: holder, debtor: debtor, payload: payload}
	a.begin(&r, &t, call)
	a.putInstrument(number, &r)
	a.putContent(t.content, number)
	a.Add(countRegistered, 1)
	a.Add(int(r.state), 1)
	return a.Accept(binary.BigEndian.AppendUint64(nil, number)...)
}

// detail is what an operation has between the instrument and the payload.
type detail struct {
	terms
	amount, to uint64
}

func readDetail(call *program.Call) (d detail) {
	switch call.Kind {
	case KindConfirm:
		d.content = call.Body.Hash()
	case KindDispute:
		call.Body.Uint16()
	case KindCorrect:
		d.face, d.due, d.content = call.Body.Uint64(), call.Body.Uint64(), call.Body.Hash()
	case KindSplit:
		d.amount, d.to = call.Body.Uint64(), call.Body.Uint64()
	case KindAssign:
		d.to = call.Body.Uint64()
	}
	return d
}

// stepInstrument is an operation about one instrument.
func (a *app) stepInstrument(call *program.Call) []byte {
	number := call.Body.Uint64()
	d := readDetail(call)
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed step")
	}
	r, found := a.instrument(number)
	if !found {
		return a.Refuse("no such instrument")
	}
	before := r.state
	r.payload = payload
	var answer [8]byte
	reason, data := "", answer[:1]
	switch call.Kind {
	case KindConfirm:
		reason = a.confirm(call, &r, &d)
	case KindDispute:
		reason = a.dispute(call, &r)
	case KindCorrect:
		reason = a.correct(call, number, &r, &d)
	case KindCancel:
		reason = a.cancel(call, &r)
	case KindSplit:
		data = answer[:]
		binary.BigEndian.PutUint64(data, a.next())
		reason = a.split(call, number, &r, &d)
	case KindAssign:
		reason = a.assign(call, &r, &d)
	case KindSettle:
		reason = a.settle(call, &r)
	case KindOverdue:
		reason = a.overdue(call, &r)
	}
	if reason != "" {
		return a.Refuse(reason)
	}
	if len(data) == 1 {
		data[0] = r.state
	}
	r.steps++
	a.Add(int(before), -1)
	a.Add(int(r.state), 1)
	a.putInstrument(number, &r)
	return a.Accept(data...)
}

// party is the bit of the agency among those that confirm the instrument, 0 when it is none of them.
func (a *app) party(r *instrument, agency int) uint32 {
	if agency < 0 {
		return 0
	}
	place := (agency - int(r.debtor) + a.settings.Agencies) % a.settings.Agencies
	if place > a.settings.Approvals {
		return 0
	}
	return 1 << place
}

func (a *app) confirm(call *program.Call, r *instrument, d *detail) string {
	party := a.party(r, a.desk(call))
	switch {
	case party == 0:
		return "not a party that confirms"
	case r.state != StateOpen:
		return "the instrument is not open"
	case d.content != r.content:
		return "confirmation of other content"
	case call.At > r.due:
		return "after the due date"
	case r.confirmed&party != 0:
		return "confirmed before"
	case party != 1 && r.confirmed&1 == 0:
		return "the debtor confirms first"
	}
	r.confirmed |= party
	if r.confirmed == a.all() {
		r.state = StateFree
	}
	return ""
}

func (a *app) dispute(call *program.Call, r *instrument) string {
	switch {
	case a.party(r, a.desk(call)) == 0:
		return "not a party that confirms"
	case r.state != StateOpen:
		return "the instrument is not open"
	}
	r.state = StateDisputed
	return ""
}

func (a *app) correct(call *program.Call, number uint64, r *instrument, d *detail) string {
	switch {
	case a.issuer && a.desk(call) != int(r.debtor), !a.issuer && !isHolder(call, r.holder):
		return "only who registered it corrects it"
	case r.state != StateOpen && r.state != StateDisputed:
		return "the instrument is confirmed or over"
	}
	if reason := a.refuse(&d.terms, call.At); reason != "" {
		return reason
	}
	a.begin(r, &d.terms, call)
	r.corrections++
	a.putContent(d.content, number)
	return ""
}
