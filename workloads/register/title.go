package register

import (
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// partsOf is what a party holds.
func (t *title) partsOf(party uint32) uint64 {
	for _, h := range t.holdings {
		if h.party == party {
			return h.parts
		}
	}
	return 0
}

// inForce is the number of mortgages in force.
func (t *title) inForce() (count int) {
	for _, m := range t.mortgages {
		if m.state == mortgageInForce {
			count++
		}
	}
	return count
}

// mortgage finds one of the object's mortgages in a state.
func (t *title) mortgage(serial uint32, state byte) *mortgage {
	for i := range t.mortgages {
		if m := &t.mortgages[i]; m.serial == serial && m.state == state {
			return m
		}
	}
	return nil
}

// excepted reports whether every lender has consented to the case.
func (t *title) excepted(id uint64) bool {
	return !slices.ContainsFunc(t.mortgages, func(m mortgage) bool {
		return m.state == mortgageInForce && m.except != id
	})
}

// holdersAfter is how many holders the object has once the transfer is registered.
func (t *title) holdersAfter(f *file) int {
	holders := len(t.holdings)
	if t.partsOf(f.seller) == f.parts {
		holders--
	}
	if t.partsOf(f.buyer) == 0 {
		holders++
	}
	return holders
}

// move gives parts from one party to another, who comes last if it is new; who has none left is no holder.
func (t *title) move(from, to uint32, parts uint64) {
	for i := range t.holdings {
		if h := &t.holdings[i]; h.party == from {
			if h.parts -= parts; h.parts == 0 {
				t.holdings = slices.Delete(t.holdings, i, i+1)
			}
			break
		}
	}
	for i := range t.holdings {
		if t.holdings[i].party == to {
			t.holdings[i].parts += parts
			return
		}
	}
	t.holdings = append(t.holdings, holding{to, parts})
}

// remove takes a mortgage off the list.
func (t *title) remove(m *mortgage) {
	t.mortgages = slices.DeleteFunc(t.mortgages, func(other mortgage) bool { return other.serial == m.serial })
}

func (a *app) entryDetail(call *program.Call) (d detail) {
	switch call.Kind {
	case KindUtility:
		d.small = uint32(call.Body.Uint8())
	case KindCorrect, KindFreeze:
		d.hash = call.Body.Hash()
	case KindPledge, KindPermit:
		d.small, d.amount = uint32(call.Body.Uint16()), call.Body.Uint64()
	case KindLend, KindDrop, KindDischarge:
		d.small = call.Body.Uint32()
	}
	return d
}

// entry changes an object outside of a transfer.
func (a *app) entry(call *program.Call) []byte {
	object := call.Body.Uint64()
	d := a.entryDetail(call)
	payload := a.payload(call)
	switch {
	case !call.Body.Done():
		return a.Refuse("malformed entry")
	case !a.loadTitle(object):
		return a.Refuse("no such object")
	}
	a.line.number = object
	if reason := a.change(call, &d); reason != "" {
		return a.Refuse(reason)
	}
	if call.Kind == KindPermit {
		a.buf = binary.BigEndian.AppendUint64(a.buf[:0], a.line.a)
		a.Tx.Put(a.permitKey(object, uint16(d.small)), a.buf)
		return a.accept()
	}
	a.title.payload = payload
	a.putTitle(object)
	return a.accept()
}

// change applies an entry to the loaded title, or tells why not.
func (a *app) change(call *program.Call, d *detail) string {
	t := &a.title
	switch call.Kind {
	case KindUtility:
		return a.moveAccount(call, d)
	case KindCorrect:
		switch {
		case !a.is(call, roleRegistry):
			return "only the registry corrects"
		case d.hash == t.attributes:
			return "nothing to correct"
		}
		t.attributes = d.hash
		a.certify()
		a.line.a = t.certificate
		a.answer = binary.BigEndian.AppendUint64(a.answer, t.certificate)
		return ""
	case KindFreeze, KindUnfreeze:
		return a.freeze(call)
	case KindPledge:
		return a.pledge(call, d)
	case KindPermit:
		return a.permit(call, d)
	}
	return a.mortgage(call, d)
}

// moveAccount moves a utility account to the buyer of the last transfer.
func (a *app) moveAccount(call *program.Call, d *detail) string {
	t := &a.title
	switch {
	case !a.is(call, roleUtility):
		return "only the utilities move accounts"
	case uint64(d.small) >= uint64(len(t.accounts)):
		return "no such account"
	case t.accounts[d.small] == t.buyer:
		return "the account is where it belongs"
	}
	t.accounts[d.small] = t.buyer
	a.line.a = uint64(d.small)
	return ""
}

func (a *app) freeze(call *program.Call) string {
	t := &a.title
	switch {
	case !a.is(call, roleCourt):
		return "only the court freezes"
	case call.Kind == KindFreeze && t.frozen != 0:
		return reasonFrozen
	case call.Kind == KindUnfreeze && t.frozen == 0:
		return "the object is not frozen"
	case call.Kind == KindFreeze:
		t.frozen = a.Accepted()
		a.Add(countFrozen, 1)
		return ""
	}
	t.frozen = 0
	a.Add(countFrozen, -1)
	return ""
}

// disposes reports whether the party holds enough to mortgage the object.
func (a *app) disposes(party uint32) bool {
	whole := uint64(a.settings.Rule("parts"))
	return a.title.partsOf(party)*10_000 >= whole*uint64(a.Rule("disposal-bp"))
}

// pledge is a holder's request for a mortgage.
func (a *app) pledge(call *program.Call, d *detail) string {
	t := &a.title
	party, isParty := a.party(call)
	switch {
	case !isParty || !a.disposes(party):
		return "only who holds enough parts mortgages"
	case int(d.small) >= a.settings.Agencies:
		return "no such lender"
	case d.amount == 0 || d.amount > MoneyMax:
		return "loan out of bounds"
	case t.frozen != 0:
		return reasonFrozen
	case t.open != 0:
		return "the object is being transferred"
	case len(t.mortgages) >= SlotsMax || t.serial == 1<<32-1:
		return "too many mortgages"
	}
	t.serial++
	t.mortgages = append(t.mortgages, mortgage{
		serial: t.serial, lender: uint16(d.small), party: party, amount: d.amount, state: mortgageAsked,
	})
	a.line.a, a.line.b, a.line.c = uint64(t.serial), uint64(d.small), d.amount
	a.answer = binary.BigEndian.AppendUint32(a.answer, t.serial)
	return ""
}

// mortgage grants, drops or discharges one.
func (a *app) mortgage(call *program.Call, d *detail) string {
	t := &a.title
	state := mortgageAsked
	if call.Kind == KindDischarge {
		state = mortgageInForce
	}
	found := t.mortgage(d.small, state)
	if found == nil {
		return "no such mortgage in this state"
	}
	m := *found
	agency, desk := program.AgencyOf(call.Client, a.settings.Agencies)
	if lender := desk && agency == int(m.lender); !lender && (call.Kind != KindDrop || call.Client != program.Subject(uint64(m.party))) {
		return "only the lender does that"
	}
	a.line.a = uint64(m.serial)
	if call.Kind == KindLend {
		switch {
		case t.frozen != 0:
			return reasonFrozen
		case t.open != 0:
			return "the object is being transferred"
		case int64(t.inForce()) >= a.Rule("mortgages-max"):
			return "too many mortgages"
		case !a.disposes(m.party):
			return "who asked does not hold enough parts"
		}
	}
	t.remove(&m)
	switch call.Kind {
	case KindLend:
		rank := t.inForce()
		m.state = mortgageInForce
		t.mortgages = slices.Insert(t.mortgages, rank, m)
		a.Add(countMortgages, 1)
		a.answer = append(a.answer, byte(rank+1))
	case KindDischarge:
		a.Add(countMortgages, -1)
	}
	return ""
}

// permit lets an agency search the title for a time.
func (a *app) permit(call *program.Call, d *detail) string {
	party, isParty := a.party(call)
	switch {
	case !isParty || a.title.partsOf(party) == 0:
		return "only a holder permits"
	case int(d.small) >= a.settings.Agencies:
		return "no such agency"
	case d.amount == 0 || d.amount > uint64(a.Rule("permit-life")):
		return "a permit lasts too long or no time"
	}
	a.line.a, a.line.b = call.At+d.amount, uint64(d.small)
	return ""
}
