package claim

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

func (a *app) checkClaims(s *audit) error {
	for e := range a.Ledger.Each([]byte{keyClaim}) {
		c, ok := readClaim(e.Value)
		if !ok || len(e.Key) != 9 || c.state < ClaimLocked || c.state > ClaimDefaulted || c.made == 0 || c.made > s.accepted {
			return fmt.Errorf("claim %x: unsound record", e.Key[1:])
		}
		id := binary.BigEndian.Uint64(e.Key[1:])
		s.claims[c.state]++
		s.steps += uint64(c.steps) + 1
		s.spans = append(s.spans, lockSpan{c.number, id, c.made, c.ended})
		if c.paid != 0 && c.ended == 0 && !a.single {
			s.outstanding += c.amount
		}
		for _, law := range []func(id uint64, c *claim) error{a.checkLock, a.checkPayment} {
			if err := law(id, &c); err != nil {
				return fmt.Errorf("claim %d on instrument %d: %w", id, c.number, err)
			}
		}
	}
	return nil
}

// checkLock verifies that a live claim is its instrument's lock, for the time that the rule gave it.
func (a *app) checkLock(id uint64, c *claim) error {
	value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, c.number))
	r, ok := readInstrument(value)
	if !ok {
		return fmt.Errorf("the instrument has no record")
	}
	over := c.state >= ClaimRejected && c.state <= ClaimRepaid
	if over != (c.ended > c.made) || c.ended > a.Accepted() || over == (r.lock == id) {
		return fmt.Errorf("in state %d, ended by transaction %d, the instrument's lock is %d", c.state, c.ended, r.lock)
	}
	if life := uint64(a.RuleAt("lock-life", c.made)); c.until != c.claimedAt+life || c.claimedAt > r.due {
		return fmt.Errorf("it locks from %d to %d ms, the rule was %d ms", c.claimedAt, c.until, life)
	}
	want := StateHeld
	switch {
	case over:
		return nil
	case c.state == ClaimPaid && a.single:
		want = StateSettled
	case c.state == ClaimPaid:
		want = StateLent
	case c.state == ClaimDefaulted:
		want = StateOverdue
	}
	if r.state != want {
		return fmt.Errorf("in state %d, the instrument in state %d", c.state, r.state)
	}
	return nil
}

// checkPayment verifies amounts and desks.
func (a *app) checkPayment(_ uint64, c *claim) error {
	value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, c.number))
	r, _ := readInstrument(value)
	allowed := func(order uint64) bool {
		return c.amount > 0 && c.amount <= c.ask && c.ask <= r.face && c.amount <= limit(r.face, a.RuleAt("advance-rate", order))
	}
	paid := c.state == ClaimPaid || c.state == ClaimRepaid || c.state == ClaimDefaulted
	switch {
	case paid != (c.paid != 0):
		return fmt.Errorf("in state %d, paid by transaction %d", c.state, c.paid)
	case (c.state == ClaimAllowed || paid) && c.reviewed == 0, c.reviewed != 0 && c.reviewed <= c.made:
		return fmt.Errorf("in state %d, reviewed by transaction %d", c.state, c.reviewed)
	case c.reviewed != 0 && !allowed(c.reviewed), c.reviewed == 0 && c.amount != 0:
		return fmt.Errorf("%d fen allowed of %d on %d at %d basis points",
			c.amount, c.ask, r.face, a.RuleAt("advance-rate", c.reviewed))
	case c.claimant == r.debtor || int(c.claimant) >= a.settings.Agencies:
		return fmt.Errorf("agency %d claims", c.claimant)
	case c.transfers > 0 && !paid:
		return fmt.Errorf("it moved %d times unpaid", c.transfers)
	case c.offered != agencyNone && (c.state != ClaimPaid || int(c.offered) >= a.settings.Agencies || c.offered == c.claimant):
		return fmt.Errorf("in state %d offered to agency %d", c.state, c.offered)
	}
	if !paid {
		return nil
	}
	reviewer, _ := program.AgencyOf(c.reviewer, a.settings.Agencies)
	payer, desk := program.AgencyOf(c.payer, a.settings.Agencies)
	switch {
	case c.paid <= c.reviewed || !allowed(c.paid) || c.paidAt > c.until:
		return fmt.Errorf("%d fen paid on %d at %d ms, the rate was %d basis points, the lock ended at %d ms",
			c.amount, r.face, c.paidAt, a.RuleAt("advance-rate", c.paid), c.until)
	case !desk || reviewer != payer || c.reviewer == c.payer || c.transfers == 0 && payer != int(c.claimant):
		return fmt.Errorf("client %d reviewed and %d paid for agency %d", c.reviewer, c.payer, c.claimant)
	}
	return nil
}

// checkSpans verifies that no two claims ever locked one instrument at once.
func (a *app) checkSpans(s *audit) error {
	slices.SortFunc(s.spans, func(x, y lockSpan) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.made, y.made))
	})
	for i := 1; i < len(s.spans); i++ {
		former, later := s.spans[i-1], s.spans[i]
		if former.number == later.number && (former.ended == 0 || former.ended >= later.made) {
			return fmt.Errorf("instrument %d: claim %d locked it from %d on while claim %d did, which ended at %d",
				later.number, later.id, later.made, former.id, former.ended)
		}
	}
	live, locked := 0, 0
	for _, span := range s.spans {
		if span.ended == 0 {
			live++
		}
	}
	for e := range a.Ledger.Each([]byte{keyInstrument}) {
		if r, _ := readInstrument(e.Value); r.lock != 0 {
			locked++
		}
	}
	if live != locked {
		return fmt.Errorf("locks: %d instruments are locked by %d live claims", locked, live)
	}
	return nil
}

// taken reports whether a claim locked the instrument at that place in the order.
func (s *audit) taken(number, order uint64) bool {
	at, _ := slices.BinarySearchFunc(s.spans, lockSpan{number: number, made: order}, func(x, y lockSpan) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.made, y.made))
	})
	if at == 0 || s.spans[at-1].number != number {
		return false
	}
	last := s.spans[at-1]
	return last.ended == 0 || last.ended > order
}

// checkJournal verifies every logged inquiry against the locks of its time.
func (a *app) checkJournal(s *audit) error {
	pages := uint64(0)
	for range a.Ledger.Each([]byte{keyPage}) {
		pages++
	}
	logged, last := uint64(0), uint64(0)
	for page := range pages {
		lines, version, _ := a.Ledger.Get(a.keyFor(keyPage, page))
		if len(lines)%inquirySize != 0 || uint64(len(lines)/inquirySize) != version || version > pageLines {
			return fmt.Errorf("page %d of the journal: %d bytes in version %d", page, len(lines), version)
		}
		for ; len(lines) > 0; lines = lines[inquirySize:] {
			q := readInquiry(lines)
			if q.order <= last || q.order > s.accepted {
				return fmt.Errorf("inquiry %d: it is transaction %d after %d of %d", logged, q.order, last, s.accepted)
			}
			last = q.order
			if err := a.checkInquiry(&q, s); err != nil {
				return fmt.Errorf("inquiry %d: %w", logged, err)
			}
			logged++
		}
	}
	if logged != a.Count(countAsked) {
		return fmt.Errorf("inquiries: %d on %d pages, the counter says %d", logged, pages, a.Count(countAsked))
	}
	s.steps += logged
	return nil
}

func (a *app) checkInquiry(q *inquiry, s *audit) error {
	_, desk := program.AgencyOf(q.client, a.settings.Agencies)
	if !desk || q.matched > 1 || q.taken > 1 || q.state < StateOpen || q.state > StateSplit {
		return fmt.Errorf("client %d was answered %d %d %d", q.client, q.state, q.taken, q.matched)
	}
	if s.taken(q.number, q.order) != (q.taken == 1) {
		return fmt.Errorf("instrument %d was not as taken as the answer %d", q.number, q.taken)
	}
	value, _, touched := a.Ledger.Get(a.keyFor(keyInstrument, q.number))
	r, _ := readInstrument(value)
	switch {
	case !touched && q.number >= uint64(a.settings.Population):
		return fmt.Errorf("instrument %d does not exist", q.number)
	case !touched && q.state != StateFree, touched && r.setOrder > q.order && r.corrections == 0:
		return fmt.Errorf("instrument %d was not in state %d", q.number, q.state)
	}
	return nil
}
