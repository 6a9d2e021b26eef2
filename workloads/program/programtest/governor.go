package programtest

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// Governor writes the operations by which the agencies of a program change its rules.
type Governor struct {
	family   workloads.Family
	params   workloads.Params
	tag      uint64
	sequence map[uint32]uint64
}

// NewGovernor makes the governor of a program built from the family with these parameters.
func NewGovernor(family workloads.Family, built workloads.Program, params workloads.Params) *Governor {
	return &Governor{family: family, params: params, tag: tagOf(built), sequence: make(map[uint32]uint64)}
}

func (g *Governor) header(kind byte, client uint32, at uint64, query bool) []byte {
	h := program.Header{Kind: kind, Tag: g.tag, Client: client, At: at}
	if !query {
		g.sequence[client]++
		h.Sequence = g.sequence[client]
	}
	return h.Append(nil)
}

func (g *Governor) index(rule string) uint16 {
	return uint16(slices.IndexFunc(g.family.Rules, func(r workloads.Rule) bool { return r.Name == rule }))
}

// Propose is the operation by which an agency proposes a value for a rule from a height on.
func (g *Governor) Propose(agency int, at uint64, rule string, value int64, height uint64) []byte {
	return g.propose(program.Desk(agency, program.GovernDesk), at, g.index(rule), value, height)
}

func (g *Governor) propose(client uint32, at uint64, rule uint16, value int64, height uint64) []byte {
	op := binary.BigEndian.AppendUint16(g.header(program.KindPropose, client, at, false), rule)
	op = binary.BigEndian.AppendUint64(op, uint64(value))
	op = binary.BigEndian.AppendUint64(op, height)
	return append(op, make([]byte, g.params.PayloadBytes)...)
}

// Endorse is the operation by which an agency endorses an amendment.
func (g *Governor) Endorse(agency int, at, number uint64) []byte {
	return g.endorse(program.Desk(agency, program.GovernDesk), at, number)
}

func (g *Governor) endorse(client uint32, at, number uint64) []byte {
	op := binary.BigEndian.AppendUint64(g.header(program.KindEndorse, client, at, false), number)
	return append(op, make([]byte, g.params.PayloadBytes)...)
}

// Ask is the query for the value of a rule.
func (g *Governor) Ask(rule string) []byte {
	op := g.header(program.KindRule, program.Desk(0, 0), 0, true)
	return binary.BigEndian.AppendUint16(op, g.index(rule))
}

// Value asks the program for the value of a rule that is in force for its next transaction.
func (g *Governor) Value(t testing.TB, app workloads.App, rule string) int64 {
	t.Helper()
	answer := app.Query(g.Ask(rule))
	if reason, refused := workloads.Refused(answer); refused || len(answer) != 9 {
		t.Fatalf("rule %s: %x %s", rule, answer, reason)
	}
	return int64(binary.BigEndian.Uint64(answer[1:]))
}

// Enact changes a rule of a program by transactions of time at, with as many endorsements as the quorum takes; the
// new value judges every transaction after the given height, which the proposals must not reach.
func (g *Governor) Enact(t testing.TB, app workloads.App, at uint64, rule string, value int64, height uint64) {
	t.Helper()
	answer := app.Apply(g.Propose(0, at, rule, value, height))
	if reason, refused := workloads.Refused(answer); refused || len(answer) != 9 {
		t.Fatalf("proposal of %s = %d at %d: %x %s", rule, value, height, answer, reason)
	}
	number := binary.BigEndian.Uint64(answer[1:])
	for agency := 1; agency < g.Quorum(); agency++ {
		if reason, refused := workloads.Refused(app.Apply(g.Endorse(agency, at, number))); refused {
			t.Fatalf("endorsement of %s = %d by agency %d: %s", rule, value, agency, reason)
		}
	}
}

// Quorum is how many agencies must endorse an amendment, the one that proposes it included.
func (g *Governor) Quorum() int {
	if quorum := g.params.Rule["amend-quorum"]; quorum > 0 {
		return min(int(quorum), g.params.Agencies)
	}
	return g.params.Agencies/2 + 1
}

// squall is the part of a storm that governs: proposals, endorsements and questions, right ones and wrong ones.
type squall struct {
	*Governor
	guard  *Guard
	rand   *Rand
	issued [][]byte
}

func newSquall(seed uint64, family workloads.Family, built workloads.Program, params workloads.Params, twin Model) *squall {
	g, has := twin.(guarded)
	if !has {
		return nil
	}
	return &squall{Governor: NewGovernor(family, built, params), guard: g.guard(), rand: New(seed ^ 0x60766572)}
}

// next is an operation of governance, or nothing.
func (s *squall) next() (op []byte, query bool) {
	if s == nil || s.rand.Below(12) != 0 {
		return nil, false
	}
	draw := s.rand.Below(20)
	if draw < 3 {
		return s.Ask(s.family.Rules[s.rand.Below(uint64(len(s.family.Rules)))].Name), true
	}
	agency := int(s.rand.Below(uint64(s.params.Agencies)))
	client := program.Desk(agency, program.GovernDesk)
	at := s.guard.clock
	switch draw {
	case 3: // an agency that does not exist
		client = program.Desk(s.params.Agencies, program.GovernDesk)
	case 4: // another desk, a subject
		client = program.Desk(agency, int(s.rand.Below(program.GovernDesk)))
	case 5:
		client = program.Subject(s.rand.Below(uint64(s.params.Population) + 1))
	case 6: // too old
		at -= min(at, s.guard.Skew+1+s.rand.Below(1000))
	case 7: // a replay, or one with a bit changed, with something more or less
		if len(s.issued) > 0 {
			return s.spoil(s.issued[s.rand.Below(uint64(len(s.issued)))]), s.rand.Below(4) == 0
		}
	}
	if s.rand.Below(3) == 0 || len(s.guard.proposals) == 0 {
		op = s.proposal(client, at)
	} else {
		op = s.endorsement(client, at)
	}
	s.issued = append(s.issued, op)
	return op, false
}

func (s *squall) proposal(client uint32, at uint64) []byte {
	index := s.rand.Below(uint64(len(s.family.Rules)) + 1)
	height := s.guard.Accepted + s.rand.Below(40)
	if index == uint64(len(s.family.Rules)) {
		return s.propose(client, at, uint16(index), 1, height)
	}
	rule := &s.family.Rules[index]
	for range 3 { // mostly one that can be changed
		if rule.Governed {
			break
		}
		index = s.rand.Below(uint64(len(s.family.Rules)))
		rule = &s.family.Rules[index]
	}
	return s.propose(client, at, uint16(index), s.value(rule), height)
}

// value is one for a rule: its own at the start, one of its bounds or beyond, or any.
func (s *squall) value(rule *workloads.Rule) int64 {
	switch rule.Name {
	case "skew-max": // changed bits move the clock by a minute; with less than that everything would be refused
		return 150_000 + int64(s.rand.Below(1_000_000))
	case "leap-max":
		return 3_600_000 + int64(s.rand.Below(1_000_000))
	}
	switch s.rand.Below(8) {
	case 0:
		return rule.Min
	case 1:
		return rule.Max
	case 2:
		return rule.Min - 1
	case 3:
		return rule.Max + 1
	case 4:
		return rule.Min + int64(s.rand.Below(uint64(rule.Max-rule.Min)+1))
	case 5:
		return min(rule.Max, rule.Default/2+int64(s.rand.Below(uint64(max(rule.Default, 1)))))
	}
	if given, ok := s.params.Rule[rule.Name]; ok {
		return given
	}
	return rule.Default
}

// endorsement is for one of the latest proposals, or for none.
func (s *squall) endorsement(client uint32, at uint64) []byte {
	newest := uint64(len(s.guard.proposals))
	return s.endorse(client, at, newest+1-min(s.rand.Below(5), newest))
}

func (s *squall) spoil(op []byte) []byte {
	op = slices.Clone(op)
	switch s.rand.Below(4) {
	case 0:
		return op[:s.rand.Below(uint64(len(op)))]
	case 1:
		return append(op, byte(s.rand.Uint64()))
	case 2:
		at := s.rand.Below(uint64(len(op)))
		if at >= 22 && at < 28 { // not the far future
			at += 6
		}
		op[at] ^= 1 << s.rand.Below(8)
	}
	return op
}
