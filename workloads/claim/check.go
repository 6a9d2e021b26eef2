package claim

import (
	"encoding/binary"
	"fmt"
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
