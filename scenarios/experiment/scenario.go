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

// ScenarioRef selects scenarios of the catalogue by id, pattern or category:NAME, or is one of the
// user's own, from a file or inline.
type ScenarioRef struct {
	Name string // as the user wrote it; the id of an inline scenario

	found []*scenarios.Scenario
	own   *strict.Node // the text of the user's own scenario
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
	return append(scenarios.IDs(), "category:NAME", "patterns such as elicence-*")
}

func (r *ScenarioRef) named(name string) (bool, error) {
	var err error
	found := make([]*scenarios.Scenario, 1)
	switch {
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
	s := &scenarios.Scenario{}
	if err := n.Decode(s); err != nil {
		return err
	}
	*r = ScenarioRef{Name: s.ID, found: []*scenarios.Scenario{s}, own: n}
	return nil
}

// Scenarios lists what is selected.
func (r ScenarioRef) Scenarios() []*scenarios.Scenario { return slices.Clone(r.found) }

// each is one reference for every scenario that is selected.
func (r ScenarioRef) each() []ScenarioRef {
	if r.own != nil {
		return []ScenarioRef{r}
	}
	var out []ScenarioRef
	for _, s := range r.found {
		out = append(out, ScenarioRef{Name: s.ID, found: []*scenarios.Scenario{s}})
	}
	return out
}

// MarshalYAML writes the selection, or the whole of the user's own scenario.
func (r ScenarioRef) MarshalYAML() (any, error) {
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

// chosen lists the scenarios, each once, in the order in which they are named.
func (f *File) chosen() ([]*scenarios.Scenario, error) {
	var out []*scenarios.Scenario
	seen := map[string]bool{} // by id; whether it is the user's own
	for _, r := range f.Scenarios {
		for _, s := range r.found {
			own := r.own != nil
			if before, twice := seen[s.ID]; twice {
				if own || before {
					return nil, f.at(fmt.Errorf("two scenarios have the id %s: give each its own", s.ID), "scenarios")
				}
				continue
			}
			seen[s.ID] = own
			out = append(out, s)
		}
	}
	return out, nil
}
