package numbering

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// seal binds the buyer and the payload to a bill.
func seal(buyer [32]byte, payload []byte) [32]byte {
	digest := sha256.New()
	digest.Write(buyer[:])
	digest.Write(payload)
	var sum [32]byte
	digest.Sum(sum[:0])
	return sum
}

// issue gives the bill the next number and answers the bill and its tax.
func (a *app) issue(call *program.Call, number uint64, f *form) (answer []byte, reason string) {
	r := &a.issuer
	switch {
	case r.suspended != 0:
		return nil, "the issuer is suspended"
	case f.amount == 0 || f.amount > uint64(a.Rule("bill-max")):
		return nil, "the amount is nothing or beyond the limit"
	case len(r.held) == 0:
		return nil, reasonNoNumbers
	case f.bill != 0 && f.bill != a.plan.bill(r.held[0].first):
		return nil, "not the next number"
	}
	tax := taxOf(f.amount, a.Rule("tax-rate"))
	b := bill{
		issuer: number, hash: f.hash, seal: seal(f.buyer, f.payload), amount: f.amount, tax: tax,
		at: call.At, order: a.Accepted(), period: r.period, state: billGood,
	}
	a.take(&b)
	a.account(r, int64(f.amount), int64(tax))
	r.bills++
	return a.receipt(b.position, tax), ""
}

// account adds to the totals of the issuer's open period and of the whole.
func (a *app) account(r *issuer, net, tax int64) {
	r.net += net
	r.tax += tax
	a.Add(countNet, net)
	a.Add(countTax, tax)
}

func (a *app) receipt(position, tax uint64) []byte {
	answer := binary.BigEndian.AppendUint64(make([]byte, 0, 16), a.plan.bill(position))
	return binary.BigEndian.AppendUint64(answer, tax)
}

// own reads the issuer's bill that is to be corrected, or tells why it cannot be.
func (a *app) own(number, name uint64) (line uint64, b bill, reason string) {
	position, ok := a.plan.position(name)
	if ok {
		b, line, ok = a.bill(number, position)
	}
	switch {
	case !ok:
		return 0, b, "the issuer has no such bill"
	case b.state == billRed:
		return 0, b, "a red-letter bill stands"
	case b.state != billGood:
		return 0, b, "the bill is void or cancelled"
	}
	return line, b, ""
}

// red cancels a bill by another one.
func (a *app) red(call *program.Call, number uint64, f *form) (answer []byte, reason string) {
	r := &a.issuer
	line, b, reason := a.own(number, f.bill)
	switch {
	case r.suspended != 0:
		return nil, "the issuer is suspended"
	case reason != "":
		return nil, reason
	case call.At < b.at:
		return nil, "before the bill was issued"
	case call.At > b.at+uint64(a.Rule("correction-deadline")):
		return nil, "after the deadline for corrections"
	case len(r.held) == 0:
		return nil, reasonNoNumbers
	}
	red := bill{
		issuer: number, hash: f.hash, seal: seal([32]byte{}, f.payload), amount: b.amount, tax: b.tax,
		at: call.At, order: a.Accepted(), period: r.period, state: billRed, ref: b.position + 1,
	}
	a.take(&red)
	b.state, b.ref = billCancelled, red.position+1
	if line != noLine {
		a.putBill(line, &b)
	} else {
		a.buf = program.AppendUint48(a.buf[:0], a.addBill(&b))
		a.Tx.Patch(a.startKey(keyPlaces, b.position/pagePlaces), int(b.position%pagePlaces)*placeSize, a.buf)
	}
	a.account(r, -int64(b.amount), -int64(b.tax))
	r.bills++
	return a.receipt(red.position, b.tax), ""
}

// void takes a bill of the open period out of the totals; its number stays used.
func (a *app) void(number, name uint64) string {
	line, b, reason := a.own(number, name)
	switch {
	case reason != "":
		return reason
	case b.period != a.issuer.period:
		return "the bill's period is closed"
	}
	b.state = billVoid
	a.putBill(line, &b)
	a.account(&a.issuer, -int64(b.amount), -int64(b.tax))
	return ""
}

// judge compares a bill with what the chain knows: its state, 0 when there is none, and whether the hash is right.
func (a *app) judge(body *program.Reader) (number, name uint64, state, matched byte) {
	number, name = body.Uint64(), body.Uint64()
	hash := body.Hash()
	if position, ok := a.plan.position(name); ok && number < uint64(a.settings.Population) {
		a.load(number)
		if b, _, issued := a.bill(number, position); issued {
			state = b.state
			if b.hash == hash {
				matched = 1
			}
		}
	}
	return number, name, state, matched
}

// verify logs a verification and answers it.
func (a *app) verify(call *program.Call) []byte {
	number, name, state, matched := a.judge(&call.Body)
	call.Body.Bytes(a.settings.PayloadBytes)
	if !call.Body.Done() {
		return a.Refuse("malformed verification")
	}
	logged := a.Count(int(KindVerify - 1))
	a.journal(keyChecks, logged, number, name, uint64(call.Client), call.At, a.Accepted(), uint64(state), uint64(matched))
	a.Add(int(KindVerify-1), 1)
	a.Add(countMatches, int64(matched))
	return a.Accept(state, matched)
}

// look verifies without a trace.
func (a *app) look(call *program.Call) []byte {
	_, _, state, matched := a.judge(&call.Body)
	if !call.Body.Done() {
		return program.Refusal("malformed verification")
	}
	return program.Answer(state, matched)
}
