package claim

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// lock makes a claim.
func (a *app) lock(call *program.Call) []byte {
	number, claimant, ask := call.Body.Uint64(), call.Body.Uint16(), call.Body.Uint64()
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed claim")
	}
	r, found := a.instrument(number)
	if !found {
		return a.Refuse("no such instrument")
	}
	if reason := a.owns(call, &r); reason != "" {
		return a.Refuse(reason)
	}
	switch {
	case int(claimant) >= a.settings.Agencies || claimant == r.debtor:
		return a.Refuse("no such claimant, or the debtor itself")
	case ask == 0 || ask > r.face:
		return a.Refuse("the claim is for nothing or for more than the face")
	}
	c := claim{
		number: number, claimant: claimant, offered: agencyNone, ask: ask, claimedAt: call.At,
		until: call.At + uint64(a.Rule("lock-life")), made: a.Accepted(), state: ClaimLocked, payload: payload,
	}
	a.Add(countClaims, 1)
	id := a.Count(countClaims)
	a.Add(countClaims+int(ClaimLocked), 1)
	a.Add(int(r.state), -1)
	a.Add(int(StateHeld), 1)
	r.state, r.lock = StateHeld, id
	a.putClaim(id, &c)
	a.putInstrument(number, &r)
	return a.Accept(binary.BigEndian.AppendUint64(nil, id)...)
}

// moveClaim changes a claim's state and, when money goes out or comes back, what is outstanding.
func (a *app) moveClaim(c *claim, state byte) {
	a.Add(countClaims+int(c.state), -1)
	a.Add(countClaims+int(state), 1)
	switch {
	case state == ClaimPaid && !a.single:
		a.Add(countOutstanding, int64(c.amount))
	case state == ClaimRepaid:
		a.Add(countOutstanding, -int64(c.amount))
	}
	c.state = state
	if state >= ClaimRejected && state <= ClaimRepaid {
		c.ended = a.Accepted()
		c.offered = agencyNone
	}
}

// endClaim ends the claim that locks the instrument, which is written by the caller.
func (a *app) endClaim(r *instrument, state byte) {
	c, _ := a.claim(r.lock)
	a.moveClaim(&c, state)
	a.putClaim(r.lock, &c)
	r.lock = 0
}

// ticket is what an operation about a claim has after the claim.
type ticket struct {
	verdict byte
	amount  uint64
	to      uint16
}

// stepClaim is an operation about one claim.
func (a *app) stepClaim(call *program.Call) []byte {
	id := call.Body.Uint64()
	var t ticket
	switch call.Kind {
	case KindReview:
		t.verdict, t.amount = call.Body.Uint8(), call.Body.Uint64()
	case KindOffer:
		t.to = call.Body.Uint16()
	}
	payload := a.payload(&call.Body)
	if !call.Body.Done() {
		return a.Refuse("malformed step")
	}
	c, found := a.claim(id)
	if !found {
		return a.Refuse("no such claim")
	}
	r, _ := a.instrument(c.number)
	state := r.state
	var reason string
	switch call.Kind {
	case KindReview, KindPay, KindWithdraw, KindExpire:
		reason = a.pending(call, &c, &r, &t)
	default:
		reason = a.lent(call, &c, &r, &t)
	}
	if reason != "" {
		return a.Refuse(reason)
	}
	c.payload = payload
	c.steps++
	a.putClaim(id, &c)
	if r.state != state {
		if c.ended != 0 {
			r.lock = 0
		}
		a.Add(int(state), -1)
		a.Add(int(r.state), 1)
		a.putInstrument(c.number, &r)
	}
	return a.Accept(c.state)
}

// pending is a step of a claim that was not paid.
func (a *app) pending(call *program.Call, c *claim, r *instrument, t *ticket) string {
	if c.state != ClaimLocked && c.state != ClaimAllowed {
		return "the claim is paid or over"
	}
	claimant := a.desk(call) == int(c.claimant)
	switch call.Kind {
	case KindWithdraw:
		if !isHolder(call, r.holder) {
			return "only the holder withdraws"
		}
		a.moveClaim(c, ClaimWithdrawn)
		r.state = StateFree
		return ""
	case KindExpire:
		switch {
		case !claimant && !isHolder(call, r.holder):
			return "only claimant and holder end a lapsed lock"
		case call.At <= c.until:
			return "the lock has not lapsed"
		}
		a.moveClaim(c, ClaimExpired)
		r.state = StateFree
		return ""
	}
	switch {
	case !claimant:
		return "only the claimant"
	case call.At > c.until:
		return reasonLapsed
	case call.Kind == KindReview:
		return a.review(call, c, r, t)
	}
	return a.pay(call, c, r)
}

func (a *app) review(call *program.Call, c *claim, r *instrument, t *ticket) string {
	switch {
	case t.verdict > 1:
		return "no such verdict"
	case t.verdict == 0:
		a.moveClaim(c, ClaimRejected)
		c.reviewer = call.Client
		r.state = StateFree
		return ""
	case t.amount == 0 || t.amount > c.ask:
		return "nothing, or more than was asked for"
	case t.amount > limit(r.face, a.Rule("advance-rate")):
		return reasonRate
	}
	a.moveClaim(c, ClaimAllowed)
	c.amount, c.reviewer, c.reviewed = t.amount, call.Client, a.Accepted()
	return ""
}

func (a *app) pay(call *program.Call, c *claim, r *instrument) string {
	switch {
	case c.state != ClaimAllowed:
		return "the claim was not reviewed"
	case call.Client == c.reviewer:
		return "who reviews does not pay"
	case c.amount > limit(r.face, a.Rule("advance-rate")):
		return reasonRate
	}
	a.moveClaim(c, ClaimPaid)
	c.payer, c.paidAt, c.paid = call.Client, call.At, a.Accepted()
	r.state = StateLent
	if a.single {
		r.state, r.settledOrder = StateSettled, a.Accepted()
	}
	return ""
}

// lent is a step of a claim that was paid on a pledge.
func (a *app) lent(call *program.Call, c *claim, r *instrument, t *ticket) string {
	switch {
	case c.state != ClaimPaid || a.single:
		return "nothing is lent on the claim"
	case call.Kind == KindAccept:
		if c.offered == agencyNone || a.desk(call) != int(c.offered) {
			return "the claim was not offered to this agency"
		}
		c.claimant, c.offered = c.offered, agencyNone
		c.transfers++
		return ""
	case a.desk(call) != int(c.claimant):
		return "only the claimant"
	case call.Kind == KindRelease:
		a.moveClaim(c, ClaimRepaid)
		r.state = StateFree
		return ""
	}
	if int(t.to) >= a.settings.Agencies || t.to == c.claimant || t.to == r.debtor {
		return "no such agency, the claimant or the debtor"
	}
	c.offered = t.to
	return ""
}

// judge answers an inquiry.
func (a *app) judge(call *program.Call, logged bool) (q inquiry, reason string) {
	q = inquiry{order: a.Accepted(), at: call.At, client: call.Client, number: call.Body.Uint64()}
	content := call.Body.Hash()
	if logged {
		q.payload = a.payload(&call.Body)
	}
	switch {
	case !call.Body.Done():
		return q, "malformed inquiry"
	case a.desk(call) < 0:
		return q, "only desks inquire"
	}
	r, found := a.instrument(q.number)
	if !found {
		return q, "no such instrument"
	}
	q.state = r.state
	if r.lock != 0 {
		q.taken = 1
	}
	if r.content == content {
		q.matched = 1
	}
	return q, ""
}

// inquire answers an inquiry and logs it.
func (a *app) inquire(call *program.Call) []byte {
	q, reason := a.judge(call, true)
	if reason != "" {
		return a.Refuse(reason)
	}
	line := a.Count(countAsked)
	a.buf = q.append(a.buf[:0])
	a.Tx.Patch(a.keyFor(keyPage, line/pageLines), int(line%pageLines)*inquirySize, a.buf)
	a.Add(countAsked, 1)
	return a.Accept(q.state, q.taken, q.matched)
}

// show answers an instrument's state, face, due date and holder, and its live claim with state, claimant and
// amount, zeros when there is none.
func (a *app) show(call *program.Call) []byte {
	number := call.Body.Uint64()
	if !call.Body.Done() {
		return program.Refusal("malformed question")
	}
	r, found := a.instrument(number)
	if !found {
		return program.Refusal("no such instrument")
	}
	c, claimed := a.claim(r.lock)
	agency := a.desk(call)
	if !isHolder(call, r.holder) && agency != int(r.debtor) && !(claimed && agency == int(c.claimant)) {
		return program.Refusal("only holder, debtor and claimant see an instrument")
	}
	answer := binary.BigEndian.AppendUint64([]byte{r.state}, r.face)
	answer = binary.BigEndian.AppendUint64(answer, r.due)
	answer = binary.BigEndian.AppendUint64(answer, r.holder)
	answer = binary.BigEndian.AppendUint64(answer, r.lock)
	answer = binary.BigEndian.AppendUint16(append(answer, c.state), c.claimant)
	return program.Answer(binary.BigEndian.AppendUint64(answer, c.amount)...)
}
