package claim

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// lockSpan is when a claim locked its instrument: from the transaction that made it until the one after which it
// does not, 0 while it does.
type lockSpan struct{ number, id, made, ended uint64 }

// audit is what Check collects on its way through the ledger.
type audit struct {
	accepted    uint64
	steps       uint64 // transactions that the records tell of
	states      [10]uint64
	claims      [10]uint64
	touched     uint64 // instruments of the start that have a record
	made        uint64 // instruments that were registered or split off
	corrections uint64
	outstanding uint64
	spans       []lockSpan
}

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	s := &audit{accepted: accepted}
	for _, part := range []func(s *audit) error{a.checkInstruments, a.checkContents, a.checkClaims, a.checkSpans, a.checkJournal} {
		if err := part(s); err != nil {
			return err
		}
	}
	return a.checkTotals(s)
}

func (a *app) checkInstruments(s *audit) error {
	for e := range a.Ledger.Each([]byte{keyInstrument}) {
		r, ok := readInstrument(e.Value)
		if !ok || len(e.Key) != 9 || r.state < StateOpen || r.state > StateSplit {
			return fmt.Errorf("instrument %x: unsound record", e.Key[1:])
		}
		number := binary.BigEndian.Uint64(e.Key[1:])
		if number < uint64(a.settings.Population) {
			s.touched++
		} else {
			s.made++
		}
		s.states[r.state]++
		s.steps += uint64(r.steps)
		s.corrections += uint64(r.corrections)
		for _, law := range []func(number uint64, r *instrument) error{a.checkOrigin, a.checkState, a.checkParts} {
			if err := law(number, &r); err != nil {
				return fmt.Errorf("instrument %d: %w", number, err)
			}
		}
	}
	return nil
}

// checkOrigin verifies that an instrument was registered, split off or there at the start, by the rules in force.
func (a *app) checkOrigin(number uint64, r *instrument) error {
	if r.holder >= uint64(a.settings.Population) || int(r.debtor) >= a.settings.Agencies || r.setOrder > a.Accepted() {
		return fmt.Errorf("holder %d, debtor %d or transaction %d does not exist", r.holder, r.debtor, r.setOrder)
	}
	switch {
	case number < uint64(a.settings.Population):
		want := implied(a.settings, number)
		if r.parent != none || r.face != want.face || r.due != want.due || r.content != want.content ||
			r.debtor != want.debtor || r.setOrder != 0 || r.depth != 0 || r.corrections != 0 {
			return fmt.Errorf("it is not the one of the start")
		}
	case r.parent != none:
		if r.depth == 0 || int64(r.depth) > a.RuleAt("split-depth", r.setOrder) {
			return fmt.Errorf("a part after %d splits, allowed were %d", r.depth, a.RuleAt("split-depth", r.setOrder))
		}
		if r.face < uint64(a.RuleAt("part-min", r.setOrder)) {
			return fmt.Errorf("a part of %d fen, the least was %d", r.face, a.RuleAt("part-min", r.setOrder))
		}
		value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, r.parent))
		parent, ok := readInstrument(value)
		if !ok || parent.state != StateSplit || number != parent.parts && number != parent.parts+1 {
			return fmt.Errorf("it is no part of instrument %d", r.parent)
		}
	default:
		if r.setOrder == 0 || r.depth != 0 || r.face == 0 || r.face > uint64(a.RuleAt("face-max", r.setOrder)) {
			return fmt.Errorf("face %d, the most was %d", r.face, a.RuleAt("face-max", r.setOrder))
		}
		if r.due <= r.setAt || r.due-r.setAt > uint64(a.RuleAt("term-max", r.setOrder)) {
			return fmt.Errorf("due at %d ms, set at %d ms, the longest term was %d ms",
				r.due, r.setAt, a.RuleAt("term-max", r.setOrder))
		}
		value, _, _ := a.Ledger.Get(a.contentKey(r.content))
		if len(value) != 8 || binary.BigEndian.Uint64(value) != number {
			return fmt.Errorf("its content is not registered for it")
		}
	}
	return nil
}

// checkState verifies that an instrument's state, confirmations, lock and endings fit together.
func (a *app) checkState(_ uint64, r *instrument) error {
	whole := r.confirmed == a.all()
	switch r.state {
	case StateOpen:
		if whole || r.confirmed&^a.all() != 0 || r.confirmed != 0 && r.confirmed&1 == 0 {
			return fmt.Errorf("open with the confirmations %b", r.confirmed)
		}
	case StateDisputed:
		if whole || r.confirmed&^a.all() != 0 {
			return fmt.Errorf("disputed with the confirmations %b", r.confirmed)
		}
	case StateCancelled:
	default:
		if !whole {
			return fmt.Errorf("in state %d with the confirmations %b of %b", r.state, r.confirmed, a.all())
		}
	}
	locked := r.state == StateHeld || r.state == StateLent || r.state == StateSettled && a.single
	if locked != (r.lock != 0) && r.state != StateOverdue {
		return fmt.Errorf("in state %d with claim %d", r.state, r.lock)
	}
	if (r.state == StateSettled) != (r.settledOrder != 0) || r.settledOrder > a.Accepted() {
		return fmt.Errorf("in state %d and settled by transaction %d", r.state, r.settledOrder)
	}
	if r.overdueOrder == 0 {
		if r.state == StateOverdue || r.overdueAt != 0 {
			return fmt.Errorf("overdue at %d ms without a declaration", r.overdueAt)
		}
		return nil
	}
	grace := uint64(a.RuleAt("grace", r.overdueOrder))
	if r.state != StateOverdue && r.state != StateSettled || r.overdueAt <= r.due+grace || a.single ||
		r.settledOrder != 0 && r.settledOrder <= r.overdueOrder {
		return fmt.Errorf("in state %d, due at %d ms, declared overdue at %d ms, grace was %d ms",
			r.state, r.due, r.overdueAt, grace)
	}
	return nil
}

// checkParts verifies that a split instrument's parts sum to it.
func (a *app) checkParts(number uint64, r *instrument) error {
	if (r.state == StateSplit) != (r.parts != none) {
		return fmt.Errorf("in state %d with part %d", r.state, r.parts)
	}
	if r.state != StateSplit {
		return nil
	}
	var part [2]instrument
	for i := range part {
		value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, r.parts+uint64(i)))
		p, ok := readInstrument(value)
		if !ok || p.parent != number || p.depth != r.depth+1 || p.debtor != r.debtor || p.due != r.due || p.content != r.content {
			return fmt.Errorf("instrument %d is no part of it", r.parts+uint64(i))
		}
		part[i] = p
	}
	if part[0].face > r.face || part[1].face != r.face-part[0].face || part[0].setOrder != part[1].setOrder {
		return fmt.Errorf("its parts are %d and %d fen of %d", part[0].face, part[1].face, r.face)
	}
	return nil
}

// checkContents verifies that every content stands for one registration or correction.
func (a *app) checkContents(s *audit) error {
	contents := uint64(0)
	for e := range a.Ledger.Each([]byte{keyContent}) {
		contents++
		if len(e.Key) != 33 || len(e.Value) != 8 || e.Version != 1 {
			return fmt.Errorf("content %x: unsound or registered %d times", e.Key[1:], e.Version)
		}
		number := binary.BigEndian.Uint64(e.Value)
		value, _, _ := a.Ledger.Get(a.keyFor(keyInstrument, number))
		r, ok := readInstrument(value)
		if !ok || r.parent != none || number < uint64(a.settings.Population) {
			return fmt.Errorf("content %x: instrument %d was not registered", e.Key[1:], number)
		}
	}
	if want := a.Count(countRegistered) + s.corrections; contents != want {
		return fmt.Errorf("contents: %d found, %d registered and corrected", contents, want)
	}
	return nil
}

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

func (a *app) checkTotals(s *audit) error {
	s.states[StateFree] += uint64(a.settings.Population) - s.touched
	for state := StateOpen; state <= StateSplit; state++ {
		if s.states[state] != a.Count(int(state)) {
			return fmt.Errorf("instruments in state %d: %d, the counter says %d", state, s.states[state], a.Count(int(state)))
		}
	}
	for state := ClaimLocked; state <= ClaimDefaulted; state++ {
		if s.claims[state] != a.Count(countClaims+int(state)) {
			return fmt.Errorf("claims in state %d: %d, the counter says %d", state, s.claims[state], a.Count(countClaims+int(state)))
		}
	}
	if want := a.Count(countRegistered) + 2*a.Count(int(StateSplit)); s.made != want {
		return fmt.Errorf("instruments: %d were made, %d registered and split off", s.made, want)
	}
	if uint64(len(s.spans)) != a.Count(countClaims) {
		return fmt.Errorf("claims: %d found, the counter says %d", len(s.spans), a.Count(countClaims))
	}
	if s.outstanding != a.Count(countOutstanding) {
		return fmt.Errorf("lent: %d fen, the counter says %d", s.outstanding, a.Count(countOutstanding))
	}
	if sum := a.Count(countRegistered) + s.steps + a.Governance(); sum != s.accepted {
		return fmt.Errorf("transactions: the records tell of %d, %d were accepted", sum, s.accepted)
	}
	return nil
}
