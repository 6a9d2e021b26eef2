package register

import (
	"encoding/binary"

	"github.com/govbench/govbench/workloads/program"
)

// offer opens a case.
func (a *app) offer(call *program.Call) []byte {
	id, object, buyer := call.Body.Uint64(), call.Body.Uint64(), call.Body.Uint32()
	parts, price, docs := call.Body.Uint64(), call.Body.Uint64(), call.Body.Hash()
	payload := a.payload(call)
	seller, isParty := a.party(call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed offer")
	case id == 0:
		return a.Refuse("a case has a number above 0")
	case !a.loadTitle(object):
		return a.Refuse("no such object")
	case !isParty || parts == 0 || a.title.partsOf(seller) < parts:
		return a.Refuse("only who holds the parts offers them")
	case uint64(buyer) >= uint64(a.settings.Population) || buyer == seller:
		return a.Refuse("no such buyer")
	case price == 0 || price > MoneyMax:
		return a.Refuse("price out of bounds")
	case a.title.frozen != 0:
		return a.Refuse(reasonFrozen)
	case a.title.open != 0:
		return a.Refuse("the object is being transferred")
	}
	if _, used := a.Tx.Get(a.keyFor(keyCase, id)); used {
		return a.Refuse("case number used")
	}
	a.file = file{
		object: object, seller: seller, buyer: buyer, parts: parts, price: price, offeredAt: call.At,
		deadline: call.At + uint64(a.Rule("deadline")), state: StateOffered, docs: docs, payload: payload,
	}
	a.title.open = id
	a.putTitle(object)
	a.putCase(id)
	a.Add(countOpen, 1)
	a.line.number, a.line.party, a.line.a, a.line.b, a.line.c = id, buyer, object, parts, price
	lenders := a.title.mortgages[:a.title.inForce()]
	a.answer = append(a.answer, StateOffered, byte(len(lenders)))
	for _, m := range lenders {
		a.answer = binary.BigEndian.AppendUint32(a.answer, m.serial)
		a.answer = binary.BigEndian.AppendUint16(a.answer, m.lender)
	}
	return a.accept()
}

// detail is what the steps have between the case or object and the payload.
type detail struct {
	amount uint64
	small  uint32
	hash   [32]byte
}

func (a *app) caseDetail(call *program.Call) (d detail) {
	switch call.Kind {
	case KindAccept:
		d.hash = call.Body.Hash()
	case KindDeposit, KindPay:
		d.amount = call.Body.Uint64()
	case KindExamine:
		d.small, d.hash = uint32(call.Body.Uint8()), call.Body.Hash()
	case KindRefuse:
		d.small = uint32(call.Body.Uint16())
	case KindAmend:
		d.amount, d.hash = call.Body.Uint64(), call.Body.Hash()
	case KindConsent:
		d.small = call.Body.Uint32()
	}
	return d
}

// step goes on with a case.
func (a *app) step(call *program.Call) []byte {
	id := call.Body.Uint64()
	d := a.caseDetail(call)
	payload := a.payload(call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed step")
	case !a.loadCase(id) || !a.loadTitle(a.file.object):
		return a.Refuse("no such case")
	case call.At < a.file.offeredAt:
		return a.Refuse("before the offer")
	case a.file.state > StateAccepted:
		return a.Refuse("the case has ended")
	case call.Kind != KindExpire && call.At > a.file.deadline:
		return a.Refuse(reasonLate)
	}
	a.line.number = id
	if reason := a.judge(call, &d); reason != "" {
		return a.Refuse(reason)
	}
	a.file.payload = payload
	a.putCase(id)
	return a.accept()
}

// judge applies a step to the loaded case, or tells why not.
func (a *app) judge(call *program.Call, d *detail) string {
	a.answer = append(a.answer, a.file.state)
	switch call.Kind {
	case KindAccept:
		return a.acceptOffer(call, d)
	case KindAmend:
		return a.amend(call, d)
	case KindConsent:
		return a.consent(call, d)
	case KindRegister:
		return a.register(call)
	case KindRefuse:
		if !a.is(call, roleRegistry) {
			return "only the registry refuses"
		}
		a.line.a = uint64(d.small)
		a.end(StateRefused)
		return ""
	case KindWithdraw:
		party, isParty := a.party(call)
		if !isParty || party != a.file.seller && party != a.file.buyer {
			return "only seller and buyer withdraw"
		}
		a.end(StateWithdrawn)
		return ""
	case KindExpire:
		switch {
		case !a.is(call, roleRegistry):
			return "only the registry closes a case"
		case call.At <= a.file.deadline:
			return "the deadline has not passed"
		}
		a.end(StateExpired)
		return ""
	}
	if a.file.state != StateAccepted {
		return "the buyer has not accepted"
	}
	switch call.Kind {
	case KindExamine:
		return a.examine(call, d)
	case KindAssess:
		return a.assess(call)
	}
	return a.receive(call, d)
}

func (a *app) acceptOffer(call *program.Call, d *detail) string {
	f := &a.file
	party, isParty := a.party(call)
	switch {
	case !isParty || party != f.buyer:
		return "only the buyer accepts"
	case f.state != StateOffered:
		return "accepted before"
	case d.hash != f.docs:
		return "acceptance of other documents"
	}
	f.state = StateAccepted
	f.due = f.price * uint64(a.Rule("deposit-bp")) / 10_000
	taxed := byte(0)
	if a.Rule("tax-bp")+a.Rule("tax-low-bp") > 0 {
		taxed = 1
		f.flags |= flagTaxed
	}
	a.line.a, a.line.b = f.due, uint64(taxed)
	a.answer = binary.BigEndian.AppendUint64(append(a.answer[:0], f.state), f.due)
	a.answer = append(a.answer, taxed)
	return ""
}

// receive is money that comes in: the deposit or the tax.
func (a *app) receive(call *program.Call, d *detail) string {
	f := &a.file
	a.line.a = d.amount
	if call.Kind == KindDeposit {
		switch {
		case !a.is(call, roleBank):
			return "only the bank keeps deposits"
		case f.due == 0 || f.flags&flagDeposited != 0:
			return "nothing to deposit"
		case d.amount != f.due:
			return "another amount is due"
		}
		f.flags |= flagDeposited
		a.Add(countDeposited, int64(d.amount))
		return ""
	}
	party, isParty := a.party(call)
	switch {
	case !isParty || party != f.buyer:
		return "only the buyer pays the tax"
	case f.flags&flagAssessed == 0 || f.flags&flagPaid != 0 || f.tax == 0:
		return "no tax to pay"
	case d.amount != f.tax:
		return "another tax was assessed"
	}
	f.flags |= flagPaid
	a.Add(countTax, int64(d.amount))
	return ""
}

// taxOn is the tax on a price at the rates in force.
func (a *app) taxOn(price uint64) uint64 {
	rate := "tax-bp"
	if price <= uint64(a.Rule("tax-threshold")) {
		rate = "tax-low-bp"
	}
	return price * uint64(a.Rule(rate)) / 10_000
}

func (a *app) assess(call *program.Call) string {
	f := &a.file
	switch {
	case !a.is(call, roleTax):
		return "only the tax agency assesses"
	case f.flags&flagTaxed == 0:
		return "the case is not taxed"
	case f.flags&flagAssessed != 0:
		return "assessed before"
	}
	f.tax = a.taxOn(f.price)
	f.flags |= flagAssessed
	a.line.a = f.tax
	a.answer = binary.BigEndian.AppendUint64(a.answer, f.tax)
	return ""
}

func (a *app) examine(call *program.Call, d *detail) string {
	f := &a.file
	place, examines := a.place(call)
	bit := uint32(1) << (uint(place) % 32)
	switch {
	case !examines:
		return "not a department that examines"
	case d.small > 1:
		return "no such verdict"
	case d.hash != f.docs:
		return "examination of other documents"
	case f.examined&bit != 0:
		return "examined before"
	}
	a.line.a = uint64(d.small)
	if d.small == 0 {
		a.end(StateRefused)
		return ""
	}
	f.examined |= bit
	return ""
}

// amend is the seller's correction: whatever was agreed on the former offer is void.
func (a *app) amend(call *program.Call, d *detail) string {
	f := &a.file
	party, isParty := a.party(call)
	switch {
	case !isParty || party != f.seller:
		return "only the seller corrects the offer"
	case f.flags&(flagDeposited|flagPaid) != 0:
		return "money was paid on the offer"
	case d.amount == 0 || d.amount > MoneyMax:
		return "price out of bounds"
	case d.hash == f.docs:
		return "the same documents again"
	}
	f.price, f.docs, f.state = d.amount, d.hash, StateOffered
	f.flags, f.examined, f.due, f.tax = 0, 0, 0, 0
	a.line.c = d.amount
	for i := range a.title.mortgages {
		a.title.mortgages[i].except = 0
	}
	a.putTitle(f.object)
	a.answer[0] = f.state
	return ""
}

// consent is a lender's to the loaded case.
func (a *app) consent(call *program.Call, d *detail) string {
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	m := a.title.mortgage(d.small, mortgageInForce)
	switch {
	case m == nil:
		return "no such mortgage in force"
	case !desk || agency != int(m.lender):
		return "only the lender consents"
	case m.except == a.line.number:
		return "consented before"
	}
	m.except = a.line.number
	a.line.a = uint64(d.small)
	a.putTitle(a.file.object)
	return ""
}

// register moves the title.
func (a *app) register(call *program.Call) string {
	f, t := &a.file, &a.title
	needed := uint32(1)<<uint(a.settings.Approvals) - 1 // all bits for 32
	switch {
	case !a.is(call, roleRegistry):
		return "only the registry registers"
	case f.state != StateAccepted:
		return "the buyer has not accepted"
	case f.due > 0 && f.flags&flagDeposited == 0:
		return "the deposit is missing"
	case f.flags&flagTaxed != 0 && f.flags&flagAssessed == 0, f.tax > 0 && f.flags&flagPaid == 0:
		return "the tax is missing"
	case f.examined != needed:
		return "examinations are missing"
	case t.frozen != 0:
		return reasonFrozen
	case a.Rule("lender-consent") == 1 && !t.excepted(a.line.number):
		return "a lender's consent is missing"
	case int64(t.holdersAfter(f)) > a.Rule("holders-max"):
		return "too many holders"
	}
	t.move(f.seller, f.buyer, f.parts)
	a.certify()
	t.buyer = f.buyer
	f.certificate = t.certificate
	a.line.a = t.certificate
	a.end(StateRegistered)
	a.answer = binary.BigEndian.AppendUint64(a.answer, t.certificate)
	return ""
}

// certify gives the loaded title the next certificate number.
func (a *app) certify() {
	a.Add(countCertificates, 1)
	a.title.certificate = a.Count(countCertificates)
}

// end closes the loaded case: the escrow goes to the seller or back, the object is free again.
func (a *app) end(state byte) {
	held := int64(a.file.escrow())
	if state == StateRegistered {
		a.Add(countReleased, held)
	} else {
		a.Add(countReturned, held)
	}
	a.Add(countOpen, -1)
	a.file.state = state
	a.title.open = 0
	for i := range a.title.mortgages {
		a.title.mortgages[i].except = 0
	}
	a.putTitle(a.file.object)
	a.answer[0] = state
}
