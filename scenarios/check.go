package scenarios

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/key"
)

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// UnmarshalStrict reads a scenario and checks all of it: a scenario that was read can be run.
func (s *Scenario) UnmarshalStrict(n *strict.Node) error {
	type plain Scenario
	read := plain{ClientsAt: ClientsAt{Mode: ClientsNearest}}
	if err := n.Decode(&read); err != nil {
		return err
	}
	*s = Scenario(read)
	for _, check := range []func(*strict.Node) error{
		s.checkNames, s.checkParticipants, s.checkParams, s.checkLoad, s.checkAccounts,
	} {
		if err := check(n); err != nil {
			return err
		}
	}
	return nil
}

// at finds the node of a key, or the nearest one above it.
func at(n *strict.Node, path ...string) *strict.Node {
	for _, name := range path {
		child := n.Get(name)
		if child == nil {
			return n
		}
		n = child
	}
	return n
}

func (s *Scenario) checkNames(n *strict.Node) error {
	if !idPattern.MatchString(s.ID) {
		return at(n, "id").Errorf("found %q: allowed are lower-case words joined by hyphens", s.ID)
	}
	if !slices.Contains(Categories(), s.Category) {
		return at(n, "category").Unknown("category", string(s.Category), words(Categories()))
	}
	if !slices.Contains(Provenances(), s.Provenance) {
		return at(n, "provenance").Unknown("provenance", string(s.Provenance), words(Provenances()))
	}
	for _, key := range []string{"name", "name_zh", "lead_agency", "summary"} {
		if strings.TrimSpace(at(n, key).Text) == "" {
			return at(n, key).Errorf("found an empty text")
		}
	}
	if len(s.Sources) == 0 {
		return at(n, "sources").Errorf("found an empty list: a scenario cites at least one source, if only for its load")
	}
	if s.Privacy != "" && !slices.Contains(Privacies(), s.Privacy) {
		return at(n, "privacy").Unknown("privacy", string(s.Privacy), words(Privacies()))
	}
	for _, site := range s.ClientsAt.Sites {
		if !slices.Contains(Sites(), site) {
			return at(n, "clients_at").Unknown("site", site, Sites())
		}
	}
	return nil
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func (s *Scenario) checkParticipants(n *strict.Node) error {
	placed := at(n, "participants", "placed")
	for i, line := range s.Participants.Placed {
		item := placed.Items[i]
		if (line.Site == "") == (len(line.Sites) == 0) {
			return item.Errorf("allowed is either site or sites, and one of them must be there")
		}
		if line.Each < 0 || line.Each > 1000 {
			return at(item, "each").Errorf("found %d: allowed are 1 to 1000", line.Each)
		}
		for _, site := range append([]string{line.Site}, line.Sites...) {
			if site != "" && !slices.Contains(Sites(), site) {
				return item.Unknown("site", site, Sites())
			}
		}
	}
	list := s.Participants.List()
	if len(list) != s.Participants.Count {
		return at(n, "participants", "count").Errorf("found %d, but %d agencies are placed", s.Participants.Count, len(list))
	}
	if len(list) == 0 || list[0].Name != s.LeadAgency {
		return placed.Errorf("the first agency placed must be the lead agency, %s", s.LeadAgency)
	}
	return nil
}

func (s *Scenario) checkParams(n *strict.Node) error {
	family, ok := findFamily(s.Family)
	if !ok {
		return at(n, "family").Unknown("program family", s.Family, FamilyNames())
	}
	known := []string{}
	for _, r := range family.Rules {
		known = append(known, r.Name)
	}
	for _, e := range at(n, "params", "rules").Entries {
		if len(s.Params.Rules) > 0 && !slices.Contains(known, e.Name) {
			return e.Value.Unknown("rule of the family "+s.Family, e.Name, known)
		}
	}
	if s.Params.Payload > 1<<30 {
		return at(n, "params", "payload").Errorf("found %v: allowed is at most 1GiB", s.Params.Payload)
	}
	if !key.Known(s.Params.Keys) {
		return at(n, "params", "keys").Unknown("choice of keys", s.Params.Keys, key.Names())
	}
	if _, err := family.New(s.workloadParams()); err != nil {
		return paramsError(n, s.Family, err)
	}
	if _, err := arrival.Find(s.Arrival.Shape); err != nil {
		known := []string{}
		for _, shape := range arrival.Shapes() {
			known = append(known, shape.Name)
		}
		return at(n, "arrival", "shape").Unknown("arrival shape", s.Arrival.Shape, known)
	}
	if _, err := s.Arrival.Build(); err != nil {
		return at(n, "arrival", "peak").Errorf("%v", err)
	}
	return nil
}

// paramKey is the key in files of a field of workloads.Params, or empty.
func paramKey(field string) string {
	if rule, ok := strings.CutPrefix(field, `Rule["`); ok {
		return "params.rules." + strings.TrimSuffix(rule, `"]`)
	}
	switch field {
	case "Agencies":
		return "participants.count"
	case "PayloadBytes":
		return "params.payload"
	case "ReadPercent":
		return "params.read_percent"
	case "LogReads":
		return "params.log_reads"
	case "Population":
		return "params.population"
	case "Approvals":
		return "params.approvals"
	case "ThinkMean":
		return "params.think"
	}
	return ""
}

// paramsError gives a family's error, "FAMILY: FIELD is FOUND, allowed: ...", its place in the file.
func paramsError(n *strict.Node, family string, err error) error {
	text := strings.TrimPrefix(err.Error(), family+": ")
	field, rest, ok := strings.Cut(text, " is ")
	path := paramKey(field)
	if !ok || path == "" {
		return at(n, "params").Errorf("%v", err)
	}
	return at(n, strings.SplitN(path, ".", 3)...).Errorf("found %s", rest)
}

func (s *Scenario) checkLoad(n *strict.Node) error {
	own := []string{PresetDocumented, PresetCity, PresetSurge}
	for _, e := range at(n, "load").Entries {
		p := s.Load[e.Name]
		switch {
		case !slices.Contains(own, e.Name):
			return e.Value.Unknown("load preset of a file", e.Name, own)
		case !strings.Contains(at(e.Value, "rate").Text, "/"):
			rate := at(e.Value, "rate")
			return rate.Errorf("found %q, a rate without a unit: allowed is a rate such as \"34.5 tx/s\", \"12 tx/min\" or \"790 tx/day\"", rate.Text)
		case p.Rate.IsZero():
			return at(e.Value, "rate").Errorf("found a rate of zero: allowed is a rate above zero")
		case p.Of != "" && p.Of != OfRequests && p.Of != OfCases:
			return at(e.Value, "of").Unknown("unit of load", p.Of, []string{OfRequests, OfCases})
		case e.Name == PresetDocumented && !strings.Contains(p.Source, "://"):
			return e.Value.Errorf("a documented load must cite its source: found %q", p.Source)
		}
	}
	for _, name := range own[1:] {
		if _, ok := s.Load[name]; !ok {
			return at(n, "load").Errorf("the key %s is missing", name)
		}
	}
	return nil
}

// String names the scenario for messages.
func (s *Scenario) String() string { return fmt.Sprintf("%s (%s)", s.ID, s.Provenance) }
