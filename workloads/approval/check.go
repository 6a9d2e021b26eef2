package approval

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/govbench/govbench/workloads/program"
)

// Check implements workloads.App: it verifies the laws of Family over the whole ledger.
func (a *app) Check() error {
	accepted, err := a.Audit()
	if err != nil {
		return err
	}
	endings, err := a.checkEndings(accepted)
	if err != nil {
		return err
	}
	var states [7]uint64
	cases, open, resubmitted := uint64(0), uint64(0), uint64(0)
	var f file
	for e := range a.Ledger.Each([]byte{keyCase}) {
		if len(e.Key) != 9 || !f.read(e.Value) || f.state < StateOpen || f.state > StateExpired {
			return fmt.Errorf("case %x: unsound record", e.Key[1:])
		}
		id := binary.BigEndian.Uint64(e.Key[1:])
		if err := a.checkCase(id, &f, endings); err != nil {
			return fmt.Errorf("case %d: %w", id, err)
		}
		cases++
		states[f.state]++
		resubmitted += uint64(f.resubmissions)
		if f.state <= StateReturned {
			open++
		}
	}
	for state := StateOpen; state <= StateExpired; state++ {
		if states[state] != a.Count(int(state)) {
			return fmt.Errorf("state %d: %d cases, the counter says %d", state, states[state], a.Count(int(state)))
		}
	}
	if cases != a.Count(countSubmitted) || resubmitted != a.Count(countResubmitted) {
		return fmt.Errorf("cases: %d found with %d resubmissions, the counters say %d and %d",
			cases, resubmitted, a.Count(countSubmitted), a.Count(countResubmitted))
	}
	return a.checkTotals(accepted, open, uint64(len(endings)), cases)
}

// checkTotals verifies what the counters must sum to.
func (a *app) checkTotals(accepted, open, ended, cases uint64) error {
	if open+ended != cases {
		return fmt.Errorf("endings: %d of %d cases ended and %d are open", ended, cases, open)
	}
	held := uint64(0)
	for range a.Ledger.Each([]byte{keyMatter}) {
		held++
	}
	if held != open {
		return fmt.Errorf("matters: %d are held by %d open cases", held, open)
	}
	sum := a.Count(countSubmitted) + a.Count(countSigned) + a.Count(countReturned) + a.Count(countResubmitted) +
		a.Count(countDecided) + a.Count(int(StateWithdrawn)) + a.Count(int(StateExpired)) + a.Governance()
	if sum != accepted {
		return fmt.Errorf("counters: they sum to %d steps, %d transactions were accepted", sum, accepted)
	}
	return nil
}

// checkEndings collects how cases ended; each ending was written once.
func (a *app) checkEndings(accepted uint64) (map[uint64]ending, error) {
	endings := make(map[uint64]ending)
	for e := range a.Ledger.Each([]byte{keyEnding}) {
		end, ok := readEnding(e.Value)
		if !ok || len(e.Key) != 9 || end.state <= StateReturned || end.order == 0 || end.order > accepted {
			return nil, fmt.Errorf("ending of case %x: unsound record", e.Key[1:])
		}
		if e.Version != 1 {
			return nil, fmt.Errorf("case %x: it ended %d times", e.Key[1:], e.Version)
		}
		endings[binary.BigEndian.Uint64(e.Key[1:])] = end
	}
	return endings, nil
}

// checkCase verifies one case against its signatures, its ending and its matter.
func (a *app) checkCase(id uint64, f *file, endings map[uint64]ending) error {
	if f.matter >= uint64(a.settings.Population) || f.applicant != program.Subject(f.matter) ||
		uint64(f.lead) != f.matter%uint64(a.settings.Agencies) || f.submittedAt > f.deadline {
		return fmt.Errorf("unsound file of matter %d", f.matter)
	}
	if err := a.checkSignatures(f); err != nil {
		return err
	}
	end, ended := endings[id]
	if err := a.checkRules(f, end); err != nil {
		return err
	}
	if f.state <= StateReturned {
		value, _, held := a.Ledger.Get(a.matterKey(f.matter))
		if ended || !held || string(value) != string(binary.BigEndian.AppendUint64(nil, id)) {
			return fmt.Errorf("it is open and does not hold matter %d, or has an ending", f.matter)
		}
		return nil
	}
	if !ended || end.state != f.state {
		return fmt.Errorf("it is in state %d, its ending is %d", f.state, end.state)
	}
	if f.state == StateExpired != (end.at > f.deadline) {
		return fmt.Errorf("it ended in state %d at %d ms, the deadline is %d ms", f.state, end.at, f.deadline)
	}
	agency, desk := program.AgencyOf(end.client, a.settings.Agencies)
	switch {
	case f.state == StateGranted && len(f.signatures) < a.needed(a.RuleAt(ruleNeeded, end.order)):
		return fmt.Errorf("granted with %d signatures, needed were %d", len(f.signatures), a.needed(a.RuleAt(ruleNeeded, end.order)))
	case f.state == StateWithdrawn && end.client != f.applicant,
		f.state == StateGranted && (!desk || agency != int(f.lead)):
		return fmt.Errorf("ended in state %d by client %d, who may not", f.state, end.client)
	}
	return nil
}

// checkRules verifies a case against the deadline and the limit of resubmissions that governed it.
func (a *app) checkRules(f *file, end ending) error {
	if accepted := a.Accepted(); f.order == 0 || f.order > accepted || f.returned > accepted || end.order > 0 && end.order <= f.order {
		return fmt.Errorf("submitted by transaction %d, returned by %d, ended by %d of %d", f.order, f.returned, end.order, accepted)
	}
	if deadline := uint64(a.RuleAt("deadline", f.order)); f.deadline != f.submittedAt+deadline {
		return fmt.Errorf("the deadline is %d ms, want %d ms after %d ms", f.deadline, deadline, f.submittedAt)
	}
	if f.returned == 0 {
		if f.resubmissions > 0 || f.state == StateReturned {
			return fmt.Errorf("resubmitted %d times and never returned", f.resubmissions)
		}
		return nil
	}
	limit := a.RuleAt("resubmissions-max", f.returned)
	again := int64(f.resubmissions)
	switch {
	case f.returned <= f.order:
		return fmt.Errorf("returned by transaction %d, submitted by %d", f.returned, f.order)
	case end.order == f.returned: // the return was its end
		if f.state != StateRejected || again < limit {
			return fmt.Errorf("rejected by a return after %d resubmissions, %d were allowed", again, limit)
		}
	case f.state == StateReturned && again >= limit, again > limit:
		return fmt.Errorf("resubmitted %d times, %d were allowed", again, limit)
	}
	return nil
}

// checkSignatures verifies that distinct signers signed, stage after stage.
func (a *app) checkSignatures(f *file) error {
	if len(f.signatures) > a.settings.Approvals {
		return fmt.Errorf("%d signatures, %d are needed", len(f.signatures), a.settings.Approvals)
	}
	for i, s := range f.signatures {
		place, signs := a.placeOf(int(s.agency), f.lead)
		same := func(before signature) bool { return before.agency == s.agency }
		if slices.ContainsFunc(f.signatures[:i], same) || !signs || int(s.agency) >= a.settings.Agencies || place/a.width != i/a.width {
			return fmt.Errorf("signature %d by agency %d: twice, not needed or out of order", i, s.agency)
		}
		if s.at < f.submittedAt || s.at > f.deadline {
			return fmt.Errorf("signature %d by agency %d: at %d ms, outside the case's time", i, s.agency, s.at)
		}
	}
	return nil
}
