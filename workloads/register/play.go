package register

import (
	"errors"
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// offer plays the beginning of a case.
func (s *audit) offer(l *line) error {
	if _, used := s.cases[l.number]; used || l.number == 0 {
		return errors.New("the case number was used")
	}
	if l.a >= uint64(s.a.settings.Population) || uint64(l.party) >= uint64(s.a.settings.Population) {
		return errors.New("no such object or buyer")
	}
	seller, isParty := program.SubjectOf(l.client)
	d := s.deed(l.a)
	switch {
	case !isParty || l.b == 0 || d.parts[uint32(seller)] < l.b || uint64(l.party) == seller:
		return errors.New("the seller does not hold what it offers, or buys it")
	case d.open != 0:
		return fmt.Errorf("object %d has an open transfer, case %d", l.a, d.open)
	case d.frozen != 0:
		return fmt.Errorf("object %d is frozen", l.a)
	case l.c == 0 || l.c > MoneyMax:
		return errors.New("price out of bounds")
	}
	d.open = l.number
	s.cases[l.number] = &file{
		object: l.a, seller: uint32(seller), buyer: l.party, parts: l.b, price: l.c,
		offeredAt: l.at, deadline: l.at + s.rule("deadline", l), state: StateOffered,
	}
	s.count[countOpen]++
	return nil
}

// caseLine plays a later step of a case.
func (s *audit) caseLine(l *line) error {
	f, known := s.cases[l.number]
	switch {
	case !known || f.state > StateAccepted:
		return errors.New("the case is not open")
	case l.at < f.offeredAt || l.at > f.deadline != (l.kind == KindExpire):
		return fmt.Errorf("at %d ms, the case is open from %d to %d ms", l.at, f.offeredAt, f.deadline)
	}
	d := s.deed(f.object)
	switch l.kind {
	case KindAmend:
		if f.flags&(flagDeposited|flagPaid) != 0 {
			return errors.New("corrected after money was paid")
		}
		f.state, f.price, f.flags, f.examined, f.due, f.tax = StateOffered, l.c, 0, 0, 0, 0
		d.forget()
		return of(l, f.seller)
	case KindConsent:
		if l.a == 0 || l.a > uint64(len(d.loans)) || d.loans[l.a-1].state != mortgageInForce {
			return errors.New("consent by who has no mortgage in force")
		}
		d.loans[l.a-1].except = l.number
		return s.by(l, int(d.loans[l.a-1].lender))
	case KindWithdraw:
		s.end(f, d, StateWithdrawn)
		return of(l, f.seller, f.buyer)
	case KindRefuse:
		s.end(f, d, StateRefused)
		return s.by(l, roleRegistry)
	case KindExpire:
		s.end(f, d, StateExpired)
		return s.by(l, roleRegistry)
	case KindAccept:
		return s.accept(l, f)
	}
	if f.state != StateAccepted {
		return errors.New("a step before the buyer's acceptance")
	}
	if l.kind == KindRegister {
		return s.register(l, f, d)
	}
	return s.work(l, f, d)
}

// accept plays the acceptance, which fixes what is due.
func (s *audit) accept(l *line, f *file) error {
	due := f.price * s.rule("deposit-bp", l) / 10_000
	taxed := s.rule("tax-bp", l)+s.rule("tax-low-bp", l) > 0
	if f.state != StateOffered || l.a != due || taxed != (l.b == 1) {
		return fmt.Errorf("accepted with %d fen to deposit, want %d", l.a, due)
	}
	f.state, f.due = StateAccepted, due
	if taxed {
		f.flags |= flagTaxed
	}
	return of(l, f.buyer)
}

// work plays what must be done between acceptance and registration.
func (s *audit) work(l *line, f *file, d *deed) error {
	switch l.kind {
	case KindDeposit:
		if l.a != f.due || l.a == 0 || f.flags&flagDeposited != 0 {
			return fmt.Errorf("deposit of %d fen, due are %d", l.a, f.due)
		}
		f.flags |= flagDeposited
		s.count[countDeposited] += l.a
		return s.by(l, roleBank)
	case KindAssess:
		rate := s.rule("tax-bp", l)
		if f.price <= s.rule("tax-threshold", l) {
			rate = s.rule("tax-low-bp", l)
		}
		if l.a != f.price*rate/10_000 || f.flags&flagTaxed == 0 || f.flags&flagAssessed != 0 {
			return fmt.Errorf("tax of %d fen on a price of %d, the rate in force was %d/10000", l.a, f.price, rate)
		}
		f.flags |= flagAssessed
		f.tax = l.a
		return s.by(l, roleTax)
	case KindPay:
		if l.a != f.tax || l.a == 0 || f.flags&flagPaid != 0 {
			return fmt.Errorf("tax of %d fen paid, assessed are %d", l.a, f.tax)
		}
		f.flags |= flagPaid
		s.count[countTax] += l.a
		return of(l, f.buyer)
	}
	for place := range s.a.settings.Approvals {
		if s.by(l, 1+place) == nil {
			bit := uint32(1) << uint(place)
			if l.a == 0 {
				s.end(f, d, StateRefused)
				return nil
			}
			if l.a != 1 || f.examined&bit != 0 {
				return errors.New("a department examined twice")
			}
			f.examined |= bit
			return nil
		}
	}
	return fmt.Errorf("examined by client %d, who does not", l.client)
}

// register plays the registration.
func (s *audit) register(l *line, f *file, d *deed) error {
	for place := range s.a.settings.Approvals {
		if f.examined>>uint(place)&1 == 0 {
			return fmt.Errorf("registered without the examination of department %d", place)
		}
	}
	for _, serial := range d.order {
		if s.rule("lender-consent", l) == 1 && d.loans[serial-1].except != l.number {
			return fmt.Errorf("registered without the consent of the lender of mortgage %d", serial)
		}
	}
	switch {
	case d.frozen != 0:
		return errors.New("registered while the object was frozen")
	case f.due > 0 && f.flags&flagDeposited == 0:
		return errors.New("registered without the deposit")
	case f.flags&flagTaxed != 0 && (f.flags&flagAssessed == 0 || f.tax > 0 && f.flags&flagPaid == 0):
		return errors.New("registered without the tax")
	case d.parts[f.seller] < f.parts:
		return fmt.Errorf("party %d sold %d parts and has %d", f.seller, f.parts, d.parts[f.seller])
	}
	if d.parts[f.seller] -= f.parts; d.parts[f.seller] == 0 {
		delete(d.parts, f.seller)
	}
	d.parts[f.buyer] += f.parts
	if uint64(len(d.parts)) > s.rule("holders-max", l) {
		return fmt.Errorf("the object has %d holders", len(d.parts))
	}
	d.buyer = f.buyer
	f.certificate = l.a
	s.end(f, d, StateRegistered)
	if err := s.certify(l, d); err != nil {
		return err
	}
	return s.by(l, roleRegistry)
}

// certify plays a new certificate: numbers have no gap.
func (s *audit) certify(l *line, d *deed) error {
	s.count[countCertificates]++
	d.certificate = l.a
	if l.a != s.count[countCertificates] {
		return fmt.Errorf("certificate %d, the next number is %d", l.a, s.count[countCertificates])
	}
	return nil
}

// end plays the end of a case.
func (s *audit) end(f *file, d *deed, state byte) {
	if state == StateRegistered {
		s.count[countReleased] += f.escrow()
	} else {
		s.count[countReturned] += f.escrow()
	}
	s.count[countOpen]--
	f.state = state
	d.open = 0
	d.forget()
}

// forget makes the lenders' consents void.
func (d *deed) forget() {
	for _, serial := range d.order {
		d.loans[serial-1].except = 0
	}
}

// objectLine plays a step outside of transfers.
func (s *audit) objectLine(l *line) error {
	if l.number >= uint64(s.a.settings.Population) {
		return errors.New("no such object")
	}
	if l.kind == KindSearch {
		return s.search(l)
	}
	if l.kind == KindPermit {
		agency := permitID{l.number, l.b}
		s.permits[agency] = l.a
		if l.a <= l.at || l.a-l.at > s.rule("permit-life", l) || l.b >= uint64(s.a.settings.Agencies) {
			return errors.New("a permit that lasts too long or names nobody")
		}
		return nil
	}
	d := s.deed(l.number)
	switch l.kind {
	case KindUtility:
		if l.a >= uint64(len(d.accounts)) || d.accounts[l.a] == d.buyer {
			return errors.New("no such account, or it did not move")
		}
		d.accounts[l.a] = d.buyer
		return s.by(l, roleUtility)
	case KindCorrect:
		if err := s.certify(l, d); err != nil {
			return err
		}
		return s.by(l, roleRegistry)
	case KindFreeze, KindUnfreeze:
		if freeze := l.kind == KindFreeze; freeze != (d.frozen == 0) {
			return errors.New("frozen or unfrozen twice")
		} else if freeze {
			d.frozen = l.order
			s.count[countFrozen]++
		} else {
			d.frozen = 0
			s.count[countFrozen]--
		}
		return s.by(l, roleCourt)
	}
	return s.loan(l, d)
}

// loan plays a mortgage.
func (s *audit) loan(l *line, d *deed) error {
	held := func(party uint32) bool {
		return d.parts[party]*10_000 >= uint64(s.a.settings.Rule("parts"))*s.rule("disposal-bp", l)
	}
	if l.kind == KindPledge {
		party, isParty := program.SubjectOf(l.client)
		d.loans = append(d.loans, mortgage{
			serial: uint32(l.a), lender: uint16(l.b), party: uint32(party), amount: l.c, state: mortgageAsked,
		})
		if !isParty || !held(uint32(party)) || l.a != uint64(len(d.loans)) || d.frozen != 0 || d.open != 0 {
			return errors.New("a mortgage asked for by who may not, or at a wrong time")
		}
		return nil
	}
	if l.a == 0 || l.a > uint64(len(d.loans)) {
		return errors.New("no such mortgage")
	}
	m := &d.loans[l.a-1]
	was := m.state
	if l.kind == KindDischarge {
		m.state, m.except = 0, 0
		d.order = slices.DeleteFunc(d.order, func(serial uint32) bool { return serial == m.serial })
		s.count[countMortgages]--
		if was != mortgageInForce {
			return errors.New("discharged a mortgage that was not in force")
		}
		return s.by(l, int(m.lender))
	}
	if was != mortgageAsked {
		return errors.New("granted or dropped a mortgage that nobody asks for")
	}
	if l.kind == KindDrop {
		m.state = 0
		if of(l, m.party) == nil {
			return nil
		}
		return s.by(l, int(m.lender))
	}
	m.state = mortgageInForce
	d.order = append(d.order, m.serial)
	s.count[countMortgages]++
	if d.frozen != 0 || d.open != 0 || uint64(len(d.order)) > s.rule("mortgages-max", l) || !held(m.party) {
		return errors.New("a mortgage granted at a wrong time, or one too many")
	}
	return s.by(l, int(m.lender))
}

// search plays a logged search.
func (s *audit) search(l *line) error {
	agency, desk := program.AgencyOf(l.client, s.a.settings.Agencies)
	if !desk || !s.a.settings.LogReads {
		return errors.New("a search by who may not")
	}
	for _, role := range [...]int{roleRegistry, roleTax, roleCourt} {
		if s.by(l, role) == nil {
			return nil
		}
	}
	if until, permitted := s.permits[permitID{l.number, uint64(agency)}]; !permitted || l.at > until {
		return errors.New("a search without a permit")
	}
	return nil
}
