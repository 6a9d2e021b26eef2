package scenarios

import (
	"fmt"
	"strings"
)

// Mixed is many services on one chain, each with its own program, people and hours.
type Mixed struct {
	ID     string // as selected, such as category:all, or the id in its file
	Name   string // in English
	NameZH string // in Chinese; may be empty
	Groups []Group
}

// Group is services of a mix with a share of its requests. Within a group services share in proportion to
// their city loads.
type Group struct {
	Scenarios []*Scenario
	Share     Share // 0 in every group: no shares were stated
}

// Share is a part of a mix's requests, queries included; ShareWhole is all of them.
type Share uint64

// ShareWhole is 100 %.
const ShareWhole Share = 1_000_000_000

const shareForms = `a share such as 30% or 12.5%, with up to seven decimals`

// ParseShare reads a percentage above 0 % and up to 100 %. The unit is part of it.
func ParseShare(text string) (Share, error) {
	number, ok := strings.CutSuffix(strings.TrimSpace(text), "%")
	if !ok {
		return 0, fmt.Errorf("found %q without a unit: allowed is %s; write %s%%", text, shareForms, text)
	}
	whole, frac, point := strings.Cut(strings.TrimSpace(number), ".")
	if !isDigits(whole) || len(whole) > 3 || point && !isDigits(frac) || len(frac) > 7 {
		return 0, fmt.Errorf("found %q: allowed is %s", text, shareForms)
	}
	s := Share(0)
	for _, c := range whole + frac + strings.Repeat("0", 7-len(frac)) {
		s = 10*s + Share(c-'0')
	}
	if s == 0 || s > ShareWhole {
		return 0, fmt.Errorf("found %q: allowed is above 0%% and at most 100%%", text)
	}
	return s, nil
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// String writes the share so that ParseShare reads it back: 12.5%.
func (s Share) String() string {
	const percent = ShareWhole / 100
	text := fmt.Sprintf("%d.%07d", s/percent, s%percent)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

// MarshalText writes the share as String does.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// JSONSchema allows a percentage.
func (Share) JSONSchema() map[string]any {
	return map[string]any{"type": "string", "pattern": `^[0-9]{1,3}(\.[0-9]{1,7})?%$`}
}

// UnmarshalText reads what ParseShare reads.
func (s *Share) UnmarshalText(text []byte) (err error) {
	*s, err = ParseShare(string(text))
	return err
}

// Selections of mixed workloads.
const (
	SelectAll = categoryPrefix + "all" // the whole catalogue on one chain
	mixPrefix = "mix:"                 // and a selection of scenarios
)

// IsMixed reports whether a selection names one mixed workload and not scenarios one by one.
func IsMixed(selection string) bool {
	return selection == SelectAll || strings.HasPrefix(selection, mixPrefix)
}

// FindMixed returns the mixed workload that a selection names: category:all, the whole catalogue, or
// mix:SELECTION, such as mix:elicence-* and mix:category:epidemic-recovery.
func FindMixed(selection string) (*Mixed, error) {
	inner, ok := strings.CutPrefix(selection, mixPrefix)
	if selection == SelectAll || ok && (inner == SelectAll || inner == "*") {
		all, err := All()
		if err != nil {
			return nil, err
		}
		return &Mixed{ID: selection, Name: fmt.Sprintf("The whole catalogue on one chain: %d services", len(all)),
			NameZH: fmt.Sprintf("一条链上的全部%d项政务服务", len(all)), Groups: []Group{{Scenarios: all}}}, nil
	}
	if !ok {
		return nil, fmt.Errorf("%q names no mixed workload: allowed are %s and %sSELECTION, such as mix:elicence-*", selection, SelectAll, mixPrefix)
	}
	found, err := Find(inner)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", selection, err)
	}
	m := &Mixed{ID: selection, Name: fmt.Sprintf("Mixed workload of %d services: %s", len(found), inner),
		NameZH: fmt.Sprintf("%d项政务服务的混合负载", len(found)), Groups: []Group{{Scenarios: found}}}
	if len(found) == 1 {
		m.Name, m.NameZH = found[0].Name, found[0].NameZH
	}
	return m, nil
}

// Scenarios lists the services of the mix, in the order of its groups.
func (m *Mixed) Scenarios() []*Scenario {
	var out []*Scenario
	for _, g := range m.Groups {
		out = append(out, g.Scenarios...)
	}
	return out
}

// Change is a copy of the mix in which each scenario was replaced by what change makes of it.
func (m *Mixed) Change(change func(*Scenario) *Scenario) *Mixed {
	changed := *m
	changed.Groups = make([]Group, len(m.Groups))
	for i, g := range m.Groups {
		changed.Groups[i].Share = g.Share
		for _, s := range g.Scenarios {
			changed.Groups[i].Scenarios = append(changed.Groups[i].Scenarios, change(s))
		}
	}
	return &changed
}

// Check refuses a mix that cannot be one: without services, with one of them twice, or with shares that do
// not add up. Whoever read the mix from a file knows the lines, so check there first.
func (m *Mixed) Check() error {
	if len(m.Scenarios()) == 0 {
		return fmt.Errorf("mix %s: no services: allowed is one or more", m.ID)
	}
	seen := map[string]bool{}
	for _, s := range m.Scenarios() {
		if seen[s.ID] {
			return fmt.Errorf("mix %s: %s is there twice: name each service once", m.ID, s.ID)
		}
		seen[s.ID] = true
	}
	sum, stated := Share(0), 0
	for _, g := range m.Groups {
		sum += g.Share
		if g.Share > 0 {
			stated++
		}
	}
	if stated > 0 && (stated < len(m.Groups) || sum != ShareWhole) {
		return fmt.Errorf("mix %s: the shares add up to %v: allowed is 100%%, one share for each entry", m.ID, sum)
	}
	return nil
}

// Stated reports whether the mix has shares of its own.
func (m *Mixed) Stated() bool { return len(m.Groups) > 0 && m.Groups[0].Share > 0 }

// Provenances counts the services of each provenance, in the order of the function Provenances.
func (m *Mixed) Provenances() []int {
	out := make([]int, len(Provenances()))
	for i, p := range Provenances() {
		for _, s := range m.Scenarios() {
			if s.Provenance == p {
				out[i]++
			}
		}
	}
	return out
}

// Summary says how real the services are: "58 documented, 58 derived, 24 modelled: a reconstruction; none is
// official".
func (m *Mixed) Summary() string {
	var parts []string
	for i, n := range m.Provenances() {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, Provenances()[i]))
		}
	}
	return strings.Join(parts, ", ") + ": a reconstruction; none is official"
}
