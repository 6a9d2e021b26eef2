package experiment

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// MixFile is a mixed workload as written: many services on one chain by their shares.
type MixFile struct {
	ID     string    `yaml:"id,required" doc:"lower-case words joined by hyphens"`
	Name   string    `yaml:"name,required" doc:"in English"`
	NameZH string    `yaml:"name_zh,omitempty" doc:"in Chinese"`
	Mix    []MixPart `yaml:"mix,required" doc:"the services; either every entry has a share, and they add up to 100%, or none has and services share in proportion to their city loads"`
}

// MixPart is one entry of a mix: services with their share.
type MixPart struct {
	Scenario PartRefs        `yaml:"scenario,required" doc:"a service of the catalogue by its id, several by a pattern, category:NAME or a list, or one of the user's own by its file or inline; several share in proportion to their city loads"`
	Share    scenarios.Share `yaml:"share,omitempty" doc:"of all requests, queries included, such as 30%"`
}

// PartRefs are the services of one entry of a mix.
type PartRefs []ScenarioRef

// UnmarshalStrict reads one selection, or a list of them.
func (r *PartRefs) UnmarshalStrict(n *strict.Node) error {
	items := []*strict.Node{n}
	if n.Kind == strict.Sequence {
		if items = n.Items; len(items) == 0 {
			return n.Errorf("found an empty list: allowed is one service or more")
		}
	}
	*r = nil
	for _, item := range items {
		var ref partRef
		if err := readReference(&ref, "scenario", append(scenarios.IDs(), "category:NAME", "patterns such as elicence-*"), item); err != nil {
			return err
		}
		*r = append(*r, ref.ScenarioRef)
	}
	return nil
}

// partRef is a ScenarioRef that is no mix.
type partRef struct{ ScenarioRef }

func (r *partRef) named(name string) (bool, error) {
	if scenarios.IsMixed(name) {
		return true, fmt.Errorf("found a mix inside a mix, %s: name its services here", name)
	}
	return r.ScenarioRef.named(name)
}

func (r *partRef) define(n *strict.Node) error {
	if mix := n.Get("mix"); mix != nil {
		return mix.Errorf("found a mix inside a mix: name its services in the outer one")
	}
	return r.ScenarioRef.define(n)
}

// MarshalYAML writes one selection, or a list with every pattern resolved.
func (r PartRefs) MarshalYAML() (any, error) {
	var each []ScenarioRef
	for _, ref := range r {
		each = append(each, ref.each()...)
	}
	if len(each) == 1 {
		return each[0], nil
	}
	return each, nil
}

var mixID = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// ReadMix reads a mixed workload's file and checks it.
func ReadMix(n *strict.Node) (*MixFile, *scenarios.Mixed, error) {
	file := &MixFile{}
	if err := n.Decode(file); err != nil {
		return nil, nil, err
	}
	if !mixID.MatchString(file.ID) {
		return nil, nil, n.Get("id").Errorf("found %q: allowed are lower-case words joined by hyphens", file.ID)
	}
	if strings.TrimSpace(file.Name) == "" {
		return nil, nil, n.Get("name").Errorf("found an empty text")
	}
	mixed := &scenarios.Mixed{ID: file.ID, Name: file.Name, NameZH: file.NameZH}
	for _, part := range file.Mix {
		group := scenarios.Group{Share: part.Share}
		for _, ref := range part.Scenario {
			group.Scenarios = append(group.Scenarios, ref.found...)
		}
		mixed.Groups = append(mixed.Groups, group)
	}
	if err := checkParts(n.Get("mix"), mixed.Groups); err != nil {
		return nil, nil, err
	}
	return file, mixed, mixed.Check()
}

// checkParts finds what is wrong with the entries of a mix, and where.
func checkParts(n *strict.Node, groups []scenarios.Group) error {
	if len(groups) == 0 {
		return n.Errorf("found an empty list: allowed is one service or more")
	}
	seen := map[string]int{} // the line on which a service stands
	for i, g := range groups {
		item := n.Items[i]
		for _, s := range g.Scenarios {
			if line, twice := seen[s.ID]; twice {
				return item.Get("scenario").Errorf("%s is already in the mix, by line %d: name each service once", s.ID, line)
			}
			seen[s.ID] = item.Line
		}
	}
	return checkShares(n, groups)
}

func checkShares(n *strict.Node, groups []scenarios.Group) error {
	sum, without := scenarios.Share(0), -1
	for i, g := range groups {
		sum += g.Share
		if g.Share == 0 {
			without = i
		}
	}
	switch last := n.Items[len(groups)-1].Get("share"); {
	case sum == 0:
		return nil
	case without >= 0:
		return n.Items[without].Errorf("found no share, but others have one: give every entry a share, or none")
	case sum < scenarios.ShareWhole:
		return last.Errorf("the shares of the mix add up to %v, not 100%%: add %v to them, for example %v here",
			sum, scenarios.ShareWhole-sum, groups[len(groups)-1].Share+scenarios.ShareWhole-sum)
	case sum > scenarios.ShareWhole:
		return last.Errorf("the shares of the mix add up to %v, not 100%%: take %v from them%s",
			sum, sum-scenarios.ShareWhole, lessHere(groups[len(groups)-1].Share, sum-scenarios.ShareWhole))
	}
	return nil
}

func lessHere(share, excess scenarios.Share) string {
	if share <= excess {
		return ""
	}
	return fmt.Sprintf(", for example leave %v here", share-excess)
}

func (r *ScenarioRef) defineMix(n *strict.Node) error {
	file, mixed, err := ReadMix(n)
	if err != nil {
		return located(n, err)
	}
	*r = ScenarioRef{Name: mixed.ID, mixed: mixed, mix: file}
	return nil
}
