package programtest

import (
	"encoding/binary"
	"slices"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/program"
)

// waitingMax is how many amendments may wait for their height.
const waitingMax = 64

// proposal is an amendment as the model of governance sees it.
type proposal struct {
	rule    int
	value   int64
	height  uint64
	by      map[int]bool // agencies that endorse it
	decided bool
}

// guarded is a model that embeds a [Guard].
type guarded interface{ guard() *Guard }

func (g *Guard) guard() *Guard { return g }

// attach tells the guard the family's rules, which it needs to judge governance.
func (g *Guard) attach(family workloads.Family) {
	g.rules = family.Rules
	g.refresh()
}

// Rule is the value of a rule that is in force for the operation at work. A model that asks here about every rule
// that is Governed sets Live, and then storms amend them all. It may be asked in Do, not before.
func (g *Guard) Rule(name string) int64 {
	for index := range g.rules {
		if g.rules[index].Name == name {
			return g.inForce(index)
		}
	}
	panic("programtest: no rule named " + name)
}

// inForce is a rule's value for the transaction after those accepted: that of the decided amendment with the
// greatest height that is reached, the later one of two with the same height, or the value at the start.
func (g *Guard) inForce(rule int) int64 {
	value, height := g.rules[rule].Default, uint64(0)
	if given, ok := g.Params.Rule[g.rules[rule].Name]; ok {
		value = given
	}
	for _, p := range g.proposals {
		if p.decided && p.rule == rule && p.height <= g.Accepted && p.height >= height {
			value, height = p.value, p.height
		}
	}
	return value
}

// refresh brings the limits of time up to date with the rules.
func (g *Guard) refresh() {
	if g.rules != nil {
		g.Skew, g.Leap = uint64(g.Rule("skew-max")), uint64(g.Rule("leap-max"))
	}
}

func governs(op []byte) bool {
	return len(op) > 1 && op[1] >= program.KindPropose && op[1] <= program.KindRule
}

// both asks the program and its model; skip tells that the model cannot judge the operation, which was not played.
func both(app workloads.App, twin Model, op []byte, query bool) (answer, data []byte, ok, skip bool) {
	g, has := twin.(guarded)
	switch {
	case !governs(op):
		data, ok = twin.Do(op, query)
	case !has || g.guard().blind(op):
		return nil, nil, false, true
	default:
		data, ok = g.guard().govern(op, query)
	}
	return Apply(app, op, query), data, ok, false
}

// blind reports whether an operation proposes to change a rule whose amendments the model does not follow.
func (g *Guard) blind(op []byte) bool {
	if g.Live || op[1] != program.KindPropose || len(op) < program.HeaderSize+2 {
		return false
	}
	rule := int(binary.BigEndian.Uint16(op[program.HeaderSize:]))
	return rule < len(g.rules) && g.rules[rule].Name != "skew-max" && g.rules[rule].Name != "leap-max"
}

// govern is the model of the operations by which agencies change rules.
func (g *Guard) govern(op []byte, query bool) (data []byte, ok bool) {
	o, ok := g.Open(op, query, func(kind byte, query bool) (int, bool) {
		if query {
			return 2, kind == program.KindRule
		}
		return map[byte]int{program.KindPropose: 18, program.KindEndorse: 8}[kind], kind != program.KindRule
	})
	if !ok {
		return nil, false
	}
	if query {
		rule := int(binary.BigEndian.Uint16(o.Body))
		if rule >= len(g.rules) {
			return nil, false
		}
		return binary.BigEndian.AppendUint64(nil, uint64(g.inForce(rule))), true
	}
	if !o.Desk || o.Client%32 != 31 {
		return nil, false
	}
	if o.Kind == program.KindPropose {
		data, ok = g.propose(o)
	} else {
		data, ok = g.endorse(o)
	}
	if ok {
		g.Accept(o)
	}
	return data, ok
}

func (g *Guard) propose(o Op) ([]byte, bool) {
	p := &proposal{
		rule: int(binary.BigEndian.Uint16(o.Body)), value: int64(binary.BigEndian.Uint64(o.Body[2:])),
		height: binary.BigEndian.Uint64(o.Body[10:]), by: map[int]bool{o.Agency: true},
	}
	if p.rule >= len(g.rules) || !g.rules[p.rule].Governed || p.value < g.rules[p.rule].Min ||
		p.value > g.rules[p.rule].Max || p.height <= g.Accepted+1 || !g.decide(p) {
		return nil, false
	}
	g.proposals = append(g.proposals, p)
	return binary.BigEndian.AppendUint64(nil, uint64(len(g.proposals))), true
}

func (g *Guard) endorse(o Op) ([]byte, bool) {
	number := binary.BigEndian.Uint64(o.Body)
	if number == 0 || number > uint64(len(g.proposals)) {
		return nil, false
	}
	p := g.proposals[number-1]
	if p.decided || p.height <= g.Accepted+1 || p.by[o.Agency] {
		return nil, false
	}
	p.by[o.Agency] = true
	if !g.decide(p) {
		delete(p.by, o.Agency)
		return nil, false
	}
	if p.decided {
		return []byte{1}, true
	}
	return []byte{0}, true
}

// decide schedules a proposal that has its quorum; it fails when too many wait.
func (g *Guard) decide(p *proposal) bool {
	quorum := g.Rule("amend-quorum")
	if quorum == 0 {
		quorum = int64(g.Params.Agencies/2) + 1
	}
	if int64(len(p.by)) < min(quorum, int64(g.Params.Agencies)) {
		return true
	}
	waiting := 0
	for _, other := range g.proposals {
		if other.decided && other.height > g.Accepted {
			waiting++
		}
	}
	p.decided = waiting < waitingMax
	return p.decided
}

// amended reports whether an amendment took effect.
func (g *Guard) amended() bool {
	return slices.ContainsFunc(g.proposals, func(p *proposal) bool { return p.decided && p.height <= g.Accepted })
}
