package experiment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// ScenarioRef selects scenarios of the catalogue by id, pattern or category:NAME, many on one chain by
// category:all or mix:SELECTION, or is one of the user's own, from a file or inline: a scenario or a mix.
type ScenarioRef struct {
	Name string // as the user wrote it; the id of an inline scenario or mix

	found []*scenarios.Scenario
	mixed *scenarios.Mixed // instead of found: a mixed workload
	own   *strict.Node     // the text of the user's own scenario
	mix   *MixFile         // the user's own mix
}

// UnmarshalStrict reads a selection, a file's path or a mapping.
func (r *ScenarioRef) UnmarshalStrict(n *strict.Node) error {
	return readReference(r, "scenario", selections(), n)
}

// Set selects by id, pattern, category:NAME or file.
func (r *ScenarioRef) Set(name string) error {
	return setReference(r, "scenario", selections(), ".", name)
}

// selections lists what a scenario's name may be.
func selections() []string {
	return append(scenarios.IDs(), "category:NAME", "category:all", "mix:SELECTION", "patterns such as elicence-*")
}

func (r *ScenarioRef) named(name string) (bool, error) {
	var err error
	found := make([]*scenarios.Scenario, 1)
	switch {
	case scenarios.IsMixed(name):
		mixed, err := scenarios.FindMixed(name)
		*r = ScenarioRef{Name: name, mixed: mixed}
		return true, err
	case slices.Contains(scenarios.IDs(), name): // without reading the whole catalogue
		found[0], err = scenarios.Load(name)
	case strings.HasPrefix(name, "category:") || strings.ContainsAny(name, "*?["):
		found, err = scenarios.Find(name)
	default:
		return false, nil
	}
	*r = ScenarioRef{Name: name, found: found}
	return true, err
}

func (r *ScenarioRef) define(n *strict.Node) error {
	if n.Get("mix") != nil {
		return r.defineMix(n)
	}
	s := &scenarios.Scenario{}
	if err := n.Decode(s); err != nil {
		return err
	}
	*r = ScenarioRef{Name: s.ID, found: []*scenarios.Scenario{s}, own: n}
	return nil
}

// Scenarios lists the services that are selected, those of a mix included.
func (r ScenarioRef) Scenarios() []*scenarios.Scenario {
	if r.mixed != nil {
		return r.mixed.Scenarios()
	}
	return slices.Clone(r.found)
}

// each is one reference for every scenario that is selected.
func (r ScenarioRef) each() []ScenarioRef {
	if r.own != nil || r.mixed != nil {
		return []ScenarioRef{r}
	}
	var out []ScenarioRef
	for _, s := range r.found {
		out = append(out, ScenarioRef{Name: s.ID, found: []*scenarios.Scenario{s}})
	}
	return out
}

// MarshalYAML writes the selection, or the whole of the user's own scenario or mix.
func (r ScenarioRef) MarshalYAML() (any, error) {
	if r.mix != nil {
		return r.mix, nil
	}
	if r.own != nil {
		return plain(r.own), nil
	}
	return r.Name, nil
}

// plain is a node as a value to be written again: a text that stood in quotes is one again.
func plain(n *strict.Node) any {
	switch n.Kind {
	case strict.Sequence:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plain(item))
		}
		return out
	case strict.Mapping:
		out := yaml.MapSlice{}
		for _, e := range n.Entries {
			out = append(out, yaml.MapItem{Key: e.Name, Value: plain(e.Value)})
		}
		return out
	}
	if n.Quoted {
		return n.Text
	}
	if v, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
		return v
	}
	if n.Text == "true" || n.Text == "false" {
		return n.Text == "true"
	}
	return n.Text
}

// subject is what the load of a cell is of: a scenario, or a mix of many.
type subject struct {
	scenario *scenarios.Scenario
	mixed    *scenarios.Mixed // instead of scenario
	own      bool             // the user's own
}

func (s subject) id() string {
	if s.mixed != nil {
		return s.mixed.ID
	}
	return s.scenario.ID
}

// services lists the scenarios of the subject.
func (s subject) services() []*scenarios.Scenario {
	if s.mixed != nil {
		return s.mixed.Scenarios()
	}
	return []*scenarios.Scenario{s.scenario}
}

func (r ScenarioRef) subjects() []subject {
	if r.mixed != nil {
		return []subject{{mixed: r.mixed, own: r.mix != nil}}
	}
	var out []subject
	for _, s := range r.found {
		out = append(out, subject{scenario: s, own: r.own != nil})
	}
	return out
}

// chosen lists the scenarios and mixes, each once, in the order in which they are named.
func (f *File) chosen() ([]subject, error) {
	var out []subject
	seen := map[string]bool{} // by id; whether it is the user's own
	for _, r := range f.Scenarios {
		for _, s := range r.subjects() {
			if before, twice := seen[s.id()]; twice {
				if s.own || before {
					return nil, f.at(fmt.Errorf("two scenarios have the id %s: give each its own", s.id()), "scenarios")
				}
				continue
			}
			seen[s.id()] = s.own
			out = append(out, s)
		}
	}
	return out, nil
}
