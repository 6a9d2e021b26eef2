package program

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/key"
)

// Limits that hold for every family.
const (
	AgencyMax     = 1024    // participants of one program
	PayloadMax    = 1 << 20 // bytes
	PopulationMax = 1 << 30 // entities that exist at the start
	ThinkMax      = 365 * 24 * time.Hour
)

// SkewRule is the rule "skew-max", which every family has: see [State.Open].
func SkewRule() workloads.Rule {
	return workloads.Rule{
		Name: "skew-max", Unit: "ms", Default: 600_000, Min: 1_000, Max: 86_400_000,
		Doc: "how far a request's own time may lie before the newest time the program has seen; " +
			"assumed: 10 minutes, well above any delay that consensus adds while it recovers",
		Governed: true,
	}
}

// LeapRule is the rule "leap-max", which every family has: see [State.Open].
func LeapRule() workloads.Rule {
	return workloads.Rule{
		Name: "leap-max", Unit: "ms", Default: 30 * 86_400_000, Min: 1_000, Max: 36_500 * 86_400_000,
		Doc: "how far a request's own time may lie after the newest time the program has seen; " +
			"assumed: 30 days, longer than any office is closed",
		Governed: true,
	}
}

// QuorumRule is the rule "amend-quorum", which every family has: see [State.Govern].
func QuorumRule() workloads.Rule {
	return workloads.Rule{
		Name: "amend-quorum", Unit: "agencies", Default: 0, Min: 0, Max: AgencyMax,
		Doc: "agencies that must endorse a change of a rule, the one that proposes it included; " +
			"0: more than half of them; assumed: a majority, no rule is published",
	}
}

// Rules are a family's own rules and those that every family has.
func Rules(own []workloads.Rule) []workloads.Rule {
	return append(own, RefusedRule(), SkewRule(), LeapRule(), QuorumRule())
}

// RefusedRule is the rule "refused-percent", which every family has.
func RefusedRule() workloads.Rule {
	return workloads.Rule{
		Name: "refused-percent", Unit: "%", Default: 1, Min: 0, Max: 100,
		Doc: "share of new requests that the generator makes wrong on purpose; " +
			"assumed: one in a hundred, nothing is published",
	}
}

// Settings are the parameters of a program after all checks, with every rule present.
type Settings struct {
	workloads.Params
	rules []workloads.Rule // of the family, in its order
	rule  map[string]int64
	given map[string]bool
}

// Given reports whether the parameters named the rule, so that its value is not the default.
func (s *Settings) Given(name string) bool { return s.given[name] }

// Rule is the value of a rule of the family; the name must be one of its Rules.
func (s *Settings) Rule(name string) int64 {
	value, ok := s.rule[name]
	if !ok {
		panic("program: no rule named " + name)
	}
	return value
}

// clone is a copy whose rules can be changed without changing those of s.
func (s *Settings) clone() *Settings {
	copied := *s
	copied.rule = maps.Clone(s.rule)
	return &copied
}

// NewSettings checks the parameters that mean the same in every family and fills in the rules'
// defaults. An error names the field, what was found and what is allowed.
func NewSettings(family string, rules []workloads.Rule, params workloads.Params) (*Settings, error) {
	fail := func(field string, found any, allowed string) (*Settings, error) {
		return nil, fmt.Errorf("%s: %s is %v, allowed: %s", family, field, found, allowed)
	}
	within := func(value, low, high int64) bool { return value >= low && value <= high }
	switch {
	case !within(int64(params.Agencies), 1, AgencyMax):
		return fail("Agencies", params.Agencies, fmt.Sprintf("1 ... %d", AgencyMax))
	case !within(int64(params.PayloadBytes), 0, PayloadMax):
		return fail("PayloadBytes", params.PayloadBytes, fmt.Sprintf("0 ... %d", PayloadMax))
	case !within(int64(params.ReadPercent), 0, 100):
		return fail("ReadPercent", params.ReadPercent, "0 ... 100")
	case !within(int64(params.Population), 0, PopulationMax):
		return fail("Population", params.Population, fmt.Sprintf("0 ... %d", PopulationMax))
	case !within(int64(params.ThinkMean), 0, int64(ThinkMax)):
		return fail("ThinkMean", params.ThinkMean, fmt.Sprintf("0s ... %s", ThinkMax))
	case !key.Known(params.KeyChoice):
		return fail("KeyChoice", fmt.Sprintf("%q", params.KeyChoice), fmt.Sprintf("one of %v", key.Names()))
	case params.Approvals < 0:
		return fail("Approvals", params.Approvals, "0 or more")
	}
	return fillRules(family, rules, params)
}

func fillRules(family string, rules []workloads.Rule, params workloads.Params) (*Settings, error) {
	settings := &Settings{Params: params, rules: rules, rule: make(map[string]int64, len(rules)), given: make(map[string]bool)}
	found := 0
	for _, rule := range rules {
		value, given := params.Rule[rule.Name]
		if !given {
			settings.rule[rule.Name] = rule.Default
			continue
		}
		found++
		if value < rule.Min || value > rule.Max {
			return nil, fmt.Errorf("%s: Rule[%q] is %d, allowed: %d ... %d %s",
				family, rule.Name, value, rule.Min, rule.Max, rule.Unit)
		}
		settings.rule[rule.Name], settings.given[rule.Name] = value, true
	}
	if found != len(params.Rule) {
		return nil, fmt.Errorf("%s: Rule has unknown names %q, allowed: %q",
			family, unknown(rules, params.Rule), names(rules))
	}
	settings.Params.Rule = nil // only Rule() answers from here on
	return settings, settings.checkAmendments(family)
}

func names(rules []workloads.Rule) []string {
	list := make([]string, 0, len(rules))
	for _, rule := range rules {
		list = append(list, rule.Name)
	}
	return list
}

// Tag identifies a program with its parameters: every operation carries it, so that an operation
// made for one program is refused by every other one, as a chain identifier does in EIP-155.
func (s *Settings) Tag(family string, rules []workloads.Rule) uint64 {
	buf := append([]byte("govbench program\x00"), family...)
	add := func(value int64) { buf = binary.BigEndian.AppendUint64(buf, uint64(value)) }
	add(int64(s.Agencies))
	add(int64(s.PayloadBytes))
	add(int64(s.ReadPercent))
	logReads := int64(0)
	if s.LogReads {
		logReads = 1
	}
	add(logReads)
	add(int64(len(s.KeyChoice)))
	buf = append(buf, s.KeyChoice...)
	add(int64(s.Population))
	add(int64(s.Approvals))
	add(int64(s.ThinkMean))
	for _, rule := range rules {
		add(s.Rule(rule.Name))
	}
	buf = append(buf, s.Salt...)
	sum := sha256.Sum256(buf)
	return binary.BigEndian.Uint64(sum[:])
}

// unknown lists the given names that no rule has, sorted.
func unknown(rules []workloads.Rule, given map[string]int64) []string {
	known := make(map[string]bool, len(rules))
	for _, rule := range rules {
		known[rule.Name] = true
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !known[name] {
			list = append(list, name)
		}
	}
	return list
}
