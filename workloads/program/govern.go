package program

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/govbench/govbench/workloads"
)

// Kinds of operation that every program has; a family's own are below [KindPropose].
const (
	KindPropose byte = 0xe0 // rule 2, value 8, height 8: an agency proposes an amendment; the answer is its number, 8
	KindEndorse byte = 0xe1 // number 8: another agency endorses it; the answer is 1 byte, 1 when it was the last one needed
	KindRule    byte = 0xe2 // rule 2: query of the value in force, 8
)

// Reasons of refusals that the generator of amendments goes on after.
const (
	reasonPassed   = "the height has passed"
	reasonDecided  = "the amendment is decided"
	reasonEndorsed = "the agency has endorsed it"
)

// scheduledMax bounds the amendments that wait for their height.
const scheduledMax = 64

// States of an amendment.
const (
	amendOpen      byte = 0 // endorsements are missing
	amendScheduled byte = 1 // it waits for its height
	amendInForce   byte = 2 // it took effect; a later one of the same rule may have replaced its value
)

// amendment is the record at keyAmend.
type amendment struct {
	rule      uint16
	value     int64
	height    uint64
	proposed  uint64 // order of the transaction that proposed it
	decided   uint64 // order of the one that completed the quorum, 0 while it is open
	state     byte
	endorsers []byte // a bit an agency
	enacted   uint64 // the program's newest time when it took effect, ms
}

const amendHead = 2 + 8 + 8 + 8 + 8 + 1

func (a *amendment) append(buf []byte) []byte {
	buf = binary.BigEndian.AppendUint16(buf, a.rule)
	buf = binary.BigEndian.AppendUint64(buf, uint64(a.value))
	buf = binary.BigEndian.AppendUint64(buf, a.height)
	buf = binary.BigEndian.AppendUint64(buf, a.proposed)
	buf = binary.BigEndian.AppendUint64(buf, a.decided)
	buf = append(buf, a.state)
	buf = append(buf, a.endorsers...)
	return binary.BigEndian.AppendUint64(buf, a.enacted)
}

func (s *State) readAmendment(value []byte) (a amendment, ok bool) {
	end := amendHead + (s.settings.Agencies+7)/8
	if len(value) != end+8 {
		return amendment{}, false
	}
	a.enacted = binary.BigEndian.Uint64(value[end:])
	a.rule = binary.BigEndian.Uint16(value)
	a.value = int64(binary.BigEndian.Uint64(value[2:]))
	a.height = binary.BigEndian.Uint64(value[10:])
	a.proposed = binary.BigEndian.Uint64(value[18:])
	a.decided = binary.BigEndian.Uint64(value[26:])
	a.state = value[34]
	a.endorsers = slices.Clone(value[amendHead:end])
	return a, true
}

// endorse adds an agency's endorsement and reports whether it is a new one.
func (a *amendment) endorse(agency int) bool {
	bit := byte(1) << (agency % 8)
	if a.endorsers[agency/8]&bit != 0 {
		return false
	}
	a.endorsers[agency/8] |= bit
	return true
}

// rulesRecord is the record at keyRules, without the values.
type rulesRecord struct {
	proposed, scheduled, inForce uint64
}

const rulesHead = 3 * 8

func (s *State) appendRules(buf []byte, r rulesRecord) []byte {
	buf = binary.BigEndian.AppendUint64(buf, r.proposed)
	buf = binary.BigEndian.AppendUint64(buf, r.scheduled)
	buf = binary.BigEndian.AppendUint64(buf, r.inForce)
	for _, value := range s.values {
		buf = binary.BigEndian.AppendUint64(buf, uint64(value))
	}
	return buf
}

func readRulesRecord(value []byte) (r rulesRecord, ok bool) {
	if len(value) < rulesHead {
		return rulesRecord{}, false
	}
	r.proposed = binary.BigEndian.Uint64(value)
	r.scheduled = binary.BigEndian.Uint64(value[8:])
	r.inForce = binary.BigEndian.Uint64(value[16:])
	return r, true
}

// foundRules writes the rules as they are at the start.
func (s *State) foundRules() {
	s.due = math.MaxUint64
	for i, rule := range s.settings.rules {
		s.values = append(s.values, s.settings.Rule(rule.Name))
		switch rule.Name {
		case "skew-max":
			s.skew = i
		case "leap-max":
			s.leap = i
		}
	}
	s.Ledger.Put([]byte(keyRules), s.appendRules(nil, rulesRecord{}))
}

// Rule is the value of a rule that is in force for the operation at work. An App asks here, not the
// settings, about every rule that is Governed.
func (s *State) Rule(name string) int64 {
	for i := range s.settings.rules {
		if s.settings.rules[i].Name == name {
			return s.values[i]
		}
	}
	panic("program: no rule named " + name)
}

// quorum is how many agencies must endorse an amendment.
func (s *Settings) quorum() int {
	if quorum := s.Rule("amend-quorum"); quorum > 0 {
		return int(min(quorum, int64(s.Agencies)))
	}
	return s.Agencies/2 + 1
}

// Govern handles the operations by which agencies change a governed rule. A family's Apply asks it after
// [State.Open] and before its own kinds; is tells whether the operation was one of governance.
//
// The rules stand on the ledger. An agency proposes another value of one, to hold from a height on: the
// number of the program's accepted transactions. When the quorum of agencies has endorsed it before the
// height is reached it is scheduled, and after exactly as many transactions as the height says it takes
// effect for every later one. An amendment that lacks endorsements at its height has lapsed.
func (s *State) Govern(call *Call) (answer []byte, is bool) {
	switch call.Kind {
	case KindPropose:
		return s.propose(call), true
	case KindEndorse:
		return s.endorse(call), true
	}
	return nil, false
}

// GovernQuery answers the queries of governance; a family's Query asks it after [State.Open].
func (s *State) GovernQuery(call *Call) (answer []byte, is bool) {
	if call.Kind != KindRule {
		return nil, false
	}
	rule := call.Body.Uint16()
	switch {
	case !call.Body.Done():
		return Refusal("malformed question for a rule"), true
	case int(rule) >= len(s.values):
		return Refusal("no such rule"), true
	}
	return Answer(binary.BigEndian.AppendUint64(nil, uint64(s.values[rule]))...), true
}

func (s *State) propose(call *Call) []byte {
	a := amendment{rule: call.Body.Uint16(), value: int64(call.Body.Uint64()), height: call.Body.Uint64()}
	call.Body.Bytes(s.settings.PayloadBytes)
	agency, reason := s.governor(call)
	switch {
	case !call.Body.Done():
		return s.Refuse("malformed proposal")
	case reason != "":
		return s.Refuse(reason)
	case int(a.rule) >= len(s.settings.rules):
		return s.Refuse("no such rule")
	}
	rule := &s.settings.rules[a.rule]
	switch {
	case !rule.Governed:
		return s.Refuse("the rule cannot be changed")
	case a.value < rule.Min || a.value > rule.Max:
		return s.Refuse("value out of the rule's bounds")
	case a.height <= s.Accepted():
		return s.Refuse(reasonPassed)
	}
	a.endorsers = make([]byte, (s.settings.Agencies+7)/8)
	a.proposed = s.Accepted()
	a.endorse(agency)
	record := s.rulesRecord()
	record.proposed++
	if reason := s.decide(&a, record.proposed, &record); reason != "" {
		return s.Refuse(reason)
	}
	s.Tx.Put(s.amendKey(record.proposed), a.append(nil))
	s.Tx.Put([]byte(keyRules), s.appendRules(nil, record))
	return s.Accept(binary.BigEndian.AppendUint64(nil, record.proposed)...)
}

func (s *State) endorse(call *Call) []byte {
	number := call.Body.Uint64()
	call.Body.Bytes(s.settings.PayloadBytes)
	agency, reason := s.governor(call)
	switch {
	case !call.Body.Done():
		return s.Refuse("malformed endorsement")
	case reason != "":
		return s.Refuse(reason)
	}
	value, _ := s.Tx.Get(s.amendKey(number))
	a, found := s.readAmendment(value)
	switch {
	case !found:
		return s.Refuse("no such amendment")
	case a.state != amendOpen:
		return s.Refuse(reasonDecided)
	case a.height <= s.Accepted():
		return s.Refuse(reasonPassed)
	case !a.endorse(agency):
		return s.Refuse(reasonEndorsed)
	}
	record := s.rulesRecord()
	if reason := s.decide(&a, number, &record); reason != "" {
		return s.Refuse(reason)
	}
	s.Tx.Put(s.amendKey(number), a.append(nil))
	s.Tx.Put([]byte(keyRules), s.appendRules(nil, record))
	return s.Accept(a.state)
}

// governor is the agency whose governing desk the client is.
func (s *State) governor(call *Call) (agency int, reason string) {
	agency, desk := AgencyOf(call.Client, s.settings.Agencies)
	if !desk || call.Client%Desks != GovernDesk {
		return 0, "only an agency's governing desk amends rules"
	}
	return agency, ""
}

func (s *State) rulesRecord() rulesRecord {
	value, _ := s.Tx.Get([]byte(keyRules))
	record, _ := readRulesRecord(value)
	return record
}

func (s *State) amendKey(number uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(keyAmend), number)
}

// decide schedules an amendment that has its quorum.
func (s *State) decide(a *amendment, number uint64, record *rulesRecord) (reason string) {
	if ones(a.endorsers) < s.settings.quorum() {
		return ""
	}
	value, _ := s.Tx.Get([]byte(keyDue))
	list := readDue(value)
	if len(list) >= scheduledMax {
		return "too many amendments wait for their height"
	}
	a.state, a.decided = amendScheduled, s.Accepted()
	record.scheduled++
	list = append(list, due{a.height, number})
	slices.SortFunc(list, due.compare)
	s.Tx.Put([]byte(keyDue), appendDue(list))
	s.due = list[0].height
	return ""
}

// enact puts every amendment in force whose height is reached. It runs at the end of a transaction that is
// accepted.
func (s *State) enact() {
	value, _ := s.Tx.Get([]byte(keyDue))
	list := readDue(value)
	record := s.rulesRecord()
	for len(list) > 0 && list[0].height <= s.totals.accepted {
		value, _ := s.Tx.Get(s.amendKey(list[0].number))
		if a, ok := s.readAmendment(value); ok {
			a.state, a.enacted = amendInForce, s.totals.clock
			s.values[a.rule] = a.value
			s.Tx.Put(s.amendKey(list[0].number), a.append(nil))
			record.inForce++
		}
		list = list[1:]
	}
	s.due = math.MaxUint64
	if len(list) > 0 {
		s.due = list[0].height
	}
	s.Tx.Put([]byte(keyDue), appendDue(list))
	s.Tx.Put([]byte(keyRules), s.appendRules(nil, record))
}

// due is an amendment that waits for its height.
type due struct{ height, number uint64 }

func (d due) compare(other due) int {
	switch {
	case d.height != other.height:
		return sign(d.height > other.height)
	case d.number != other.number:
		return sign(d.number > other.number)
	}
	return 0
}

func sign(more bool) int {
	if more {
		return 1
	}
	return -1
}

func readDue(value []byte) (list []due) {
	for ; len(value) >= 16; value = value[16:] {
		list = append(list, due{binary.BigEndian.Uint64(value), binary.BigEndian.Uint64(value[8:])})
	}
	return list
}

func appendDue(list []due) (value []byte) {
	for _, d := range list {
		value = binary.BigEndian.AppendUint64(value, d.height)
		value = binary.BigEndian.AppendUint64(value, d.number)
	}
	return value
}

// checkAmendments checks the amendments that the generator is to bring.
func (s *Settings) checkAmendments(family string) error {
	for i, a := range s.Amendments {
		at := slices.IndexFunc(s.rules, func(r workloads.Rule) bool { return r.Name == a.Rule && r.Governed })
		if at < 0 {
			return fmt.Errorf("%s: Amendments[%d].Rule is %q, allowed: %q", family, i, a.Rule, governed(s.rules))
		}
		if rule := s.rules[at]; a.Value < rule.Min || a.Value > rule.Max {
			return fmt.Errorf("%s: Amendments[%d].Value is %d, allowed: %d ... %d %s",
				family, i, a.Value, rule.Min, rule.Max, rule.Unit)
		}
		if a.Height < 2 || a.Height > 1<<62 {
			return fmt.Errorf("%s: Amendments[%d].Height is %d, allowed: 2 ... 2^62", family, i, a.Height)
		}
		same := func(b workloads.Amendment) bool { return a.Rule == b.Rule && a.Height == b.Height }
		if before := slices.IndexFunc(s.Amendments[:i], same); before >= 0 {
			return fmt.Errorf("%s: Amendments[%d] changes %q at height %d as Amendments[%d] does, allowed: once",
				family, i, a.Rule, a.Height, before)
		}
	}
	return nil
}

func governed(rules []workloads.Rule) (list []string) {
	for _, rule := range rules {
		if rule.Governed {
			list = append(list, rule.Name)
		}
	}
	return list
}
