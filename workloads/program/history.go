package program

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/govbench/govbench/workloads"
)

// change is a value of a rule with the height after which it held.
type change struct {
	height uint64
	value  int64
}

// RuleAt is the value of a rule that governed the transaction of that order (see [State.Accepted]). It may be
// asked after [State.Audit].
func (s *State) RuleAt(name string, order uint64) int64 {
	value := s.settings.Rule(name)
	for _, c := range s.history[name] {
		if order > c.height {
			value = c.value
		}
	}
	return value
}

// Governance is the number of accepted transactions that proposed or endorsed amendments, recomputed from the
// amendments. It may be asked after [State.Audit]: a family's own transactions and these are all that were accepted.
func (s *State) Governance() uint64 { return s.governance }

// Enacted implements workloads.Governed.
func (s *State) Enacted() (list []workloads.Enacted) {
	for e := range s.Ledger.Prefix([]byte(keyAmend)) {
		if a, ok := s.readAmendment(e.Value); ok && a.state == amendInForce && int(a.rule) < len(s.settings.rules) {
			list = append(list, workloads.Enacted{Rule: s.settings.rules[a.rule].Name, Value: a.value, Height: a.height,
				At: time.Duration(a.enacted) * time.Millisecond})
		}
	}
	return list
}

func ones(set []byte) (count int) {
	for _, b := range set {
		count += bits.OnesCount8(b)
	}
	return count
}

// auditRules verifies the laws of governance: every amendment in force had its quorum before its height, none is
// in force early or late, and the rules on the ledger are those of the start with the amendments in force
// applied in order of their heights.
func (s *State) auditRules() error {
	value, _, _ := s.Ledger.Get([]byte(keyRules))
	record, ok := readRulesRecord(value)
	if !ok || len(value) != rulesHead+8*len(s.settings.rules) {
		return fmt.Errorf("rules: the record has %d bytes, want %d", len(value), rulesHead+8*len(s.settings.rules))
	}
	var enacted, waiting []due
	byNumber := make(map[uint64]amendment)
	proposed := uint64(0)
	s.governance = 0
	for e := range s.Ledger.Prefix([]byte(keyAmend)) {
		proposed++
		a, ok := s.readAmendment(e.Value)
		if !ok || len(e.Key) != 9 || binary.BigEndian.Uint64(e.Key[1:]) != proposed {
			return fmt.Errorf("amendment %x: unsound record %x", e.Key[1:], e.Value)
		}
		if err := s.auditAmendment(proposed, &a, e.Version); err != nil {
			return err
		}
		s.governance += uint64(ones(a.endorsers))
		byNumber[proposed] = a
		switch a.state {
		case amendInForce:
			enacted = append(enacted, due{a.height, proposed})
		case amendScheduled:
			waiting = append(waiting, due{a.height, proposed})
		}
	}
	decided := uint64(len(enacted) + len(waiting))
	if record.proposed != proposed || record.scheduled != decided || record.inForce != uint64(len(enacted)) {
		return fmt.Errorf("rules: counted %+v, the amendments are %d proposed, %d decided, %d in force",
			record, proposed, decided, len(enacted))
	}
	slices.SortFunc(enacted, due.compare)
	slices.SortFunc(waiting, due.compare)
	list, _, _ := s.Ledger.Get([]byte(keyDue))
	if string(list) != string(appendDue(waiting)) {
		return fmt.Errorf("rules: the amendments that wait are %x, the schedule says %x", appendDue(waiting), list)
	}
	return s.auditValues(value[rulesHead:], enacted, byNumber)
}

// auditAmendment verifies one amendment by itself.
func (s *State) auditAmendment(number uint64, a *amendment, version uint64) error {
	fail := func(what string) error { return fmt.Errorf("amendment %d: %s: %+v", number, what, *a) }
	writes := uint64(ones(a.endorsers)) // it was written at each endorsement, and when it took effect
	if a.state == amendInForce {
		writes++
	}
	quorum := ones(a.endorsers) >= s.settings.quorum()
	switch {
	case int(a.rule) >= len(s.settings.rules) || !s.settings.rules[a.rule].Governed:
		return fail("its rule cannot be changed")
	case a.value < s.settings.rules[a.rule].Min || a.value > s.settings.rules[a.rule].Max:
		return fail("its value is out of bounds")
	case version != writes:
		return fail(fmt.Sprintf("written %d times", version))
	case s.settings.Agencies%8 != 0 && a.endorsers[len(a.endorsers)-1]>>(s.settings.Agencies%8) != 0:
		return fail("endorsed by agencies that do not exist")
	case a.state > amendInForce || a.proposed == 0 || a.proposed > s.totals.accepted || a.height <= a.proposed:
		return fail("unsound record")
	case a.enacted > s.totals.clock || a.enacted != 0 && a.state != amendInForce:
		return fail("it took effect at a time that has not come")
	case quorum != (a.state != amendOpen):
		return fail("its endorsements and its state differ")
	case (a.state != amendOpen) != (a.decided >= a.proposed) || a.decided >= a.height:
		return fail("it was decided at a wrong time")
	case a.state == amendInForce && a.height > s.totals.accepted, a.state == amendScheduled && a.height <= s.totals.accepted:
		return fail("it took effect at a wrong height")
	}
	return nil
}

// auditValues recomputes the rules in force and their history.
func (s *State) auditValues(encoded []byte, enacted []due, byNumber map[uint64]amendment) error {
	s.history = make(map[string][]change)
	for _, d := range enacted {
		a := byNumber[d.number]
		name := s.settings.rules[a.rule].Name
		s.history[name] = append(s.history[name], change{d.height, a.value})
	}
	for i, rule := range s.settings.rules {
		want := s.RuleAt(rule.Name, s.totals.accepted+1)
		if found := int64(binary.BigEndian.Uint64(encoded[8*i:])); found != want || s.values[i] != want {
			return fmt.Errorf("rule %s: the ledger says %d, the program judges by %d, the amendments make it %d",
				rule.Name, found, s.values[i], want)
		}
	}
	return nil
}
