package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
)

// Category is one of the catalogue's four groups: the Blue Book's three classes and its cross-cutting
// theme of the year 2020.
type Category string

// The categories.
const (
	DataSharing           Category = "data-sharing"
	BusinessCollaboration Category = "business-collaboration"
	CertificatesEvidence  Category = "certificates-evidence"
	EpidemicRecovery      Category = "epidemic-recovery"
)

// Categories lists the categories in the order of reports.
func Categories() []Category {
	return []Category{DataSharing, BusinessCollaboration, CertificatesEvidence, EpidemicRecovery}
}

// Provenance says how well a scenario's existence is documented; see the package comment.
type Provenance string

// The provenances.
const (
	Documented Provenance = "documented"
	Derived    Provenance = "derived"
	Modelled   Provenance = "modelled"
)

// Provenances lists the provenances, the best documented first.
func Provenances() []Provenance { return []Provenance{Documented, Derived, Modelled} }

// Scenario is one government service, as its file describes it. It is immutable once loaded.
type Scenario struct {
	ID           string            `yaml:"id,required" doc:"lower-case words joined by hyphens"`
	Name         string            `yaml:"name,required" doc:"in English"`
	NameZH       string            `yaml:"name_zh,required" doc:"in Chinese"`
	Category     Category          `yaml:"category,required" doc:"data-sharing, business-collaboration, certificates-evidence or epidemic-recovery"`
	LeadAgency   string            `yaml:"lead_agency,required" doc:"who answers for the service"`
	Provenance   Provenance        `yaml:"provenance,required" doc:"documented, derived or modelled"`
	Sources      []string          `yaml:"sources,required" doc:"where the service or its family is described"`
	Summary      string            `yaml:"summary,required" doc:"one sentence"`
	Steps        []string          `yaml:"steps" doc:"what happens, one sentence each, in order"`
	Privacy      Privacy           `yaml:"privacy" doc:"what the chain carries of a document: public, hash, enc, consent or commit"`
	Participants Participants      `yaml:"participants,required" doc:"who takes part, and where"`
	ClientsAt    ClientsAt         `yaml:"clients_at" doc:"nearest (default): requests come from their agency's site to the nearest replica; leader: from the leader's site; or a list of sites"`
	Family       string            `yaml:"family,required" doc:"the program family that the replicas run"`
	Params       Params            `yaml:"params,required" doc:"the family's parameters"`
	Amendments   []Amendment       `yaml:"amendments" doc:"changes of rules that the agencies decide on in mid-run"`
	Arrival      Arrival           `yaml:"arrival,required" doc:"how requests arrive over time"`
	Load         map[string]Preset `yaml:"load,required" doc:"how much arrives: documented, city and surge"`
	Sourced      map[string]string `yaml:"sourced" doc:"for each published number its key and where it was published"`
	Hinted       []string          `yaml:"hinted" doc:"keys of values from the load hint of the list of 140, which is itself modelled"`
	Modelled     map[string]string `yaml:"modelled,required" doc:"for each other number its key and what it was made up from"`
}

// Participants are the agencies of a scenario. A request's agency is an index in their list.
type Participants struct {
	Count  int      `yaml:"count,required" doc:"number of agencies"`
	Placed []Placed `yaml:"placed,required" doc:"every agency with its site, the lead agency first"`
}

// Placed is one line of the list of agencies: one agency, or equal ones at several sites.
type Placed struct {
	Agency string   `yaml:"agency,required" doc:"its name"`
	Site   string   `yaml:"site" doc:"municipal or a district"`
	Sites  []string `yaml:"sites" doc:"instead of site: one such agency at each of these"`
	Each   int      `yaml:"each" doc:"how many such agencies at each site; 1 by default"`
}

// Agency is one participant at its place.
type Agency struct {
	Name string
	Site string // a name from Sites
}

// List expands the lines into one entry an agency, in order.
func (p Participants) List() []Agency {
	out := make([]Agency, 0, p.Count)
	for _, line := range p.Placed {
		sites := line.Sites
		if line.Site != "" {
			sites = []string{line.Site}
		}
		for _, site := range sites {
			for i := range max(line.Each, 1) {
				name := line.Agency
				if len(line.Sites) > 0 {
					name += ", " + site
				}
				if line.Each > 1 {
					name += fmt.Sprintf(" (%d)", i+1)
				}
				out = append(out, Agency{Name: name, Site: site})
			}
		}
	}
	return out
}

// Sites lists the places of agencies: the municipal centre and Beijing's 16 districts.
func Sites() []string {
	return []string{"municipal", "dongcheng", "xicheng", "chaoyang", "fengtai", "shijingshan", "haidian", "mentougou", "fangshan",
		"tongzhou", "shunyi", "changping", "daxing", "huairou", "pinggu", "miyun", "yanqing"}
}

// ClientsAt says where requests come from.
type ClientsAt struct {
	Mode  string   // ClientsNearest, ClientsLeader, or empty when Sites are given
	Sites []string // the clients' sites, in turn
}

// Modes of ClientsAt.
const (
	ClientsNearest = "nearest" // from the agency's site to the nearest replica
	ClientsLeader  = "leader"  // from the leader's site to the leader
)

// UnmarshalStrict reads a word or a list of sites.
func (c *ClientsAt) UnmarshalStrict(n *strict.Node) error {
	*c = ClientsAt{}
	if n.Kind == strict.Sequence {
		if len(n.Items) == 0 {
			return n.Errorf("found an empty list: allowed is nearest, leader or a list of sites")
		}
		return n.Decode(&c.Sites)
	}
	text, err := n.Scalar("nearest, leader or a list of sites")
	if err != nil {
		return err
	}
	if text != ClientsNearest && text != ClientsLeader {
		return n.Unknown("place of clients", text, []string{ClientsNearest, ClientsLeader})
	}
	c.Mode = text
	return nil
}

// String writes the value as in a file.
func (c ClientsAt) String() string {
	if len(c.Sites) > 0 {
		return "[" + strings.Join(c.Sites, ", ") + "]"
	}
	return c.Mode
}

// Params are the parameters of a program family, with the keys and units of files.
type Params struct {
	Payload     strict.Size      `yaml:"payload,required" doc:"on-chain bytes that a write carries beside its keys"`
	ReadPercent int              `yaml:"read_percent,required" doc:"share of queries, 0 to 100, before a query is logged"`
	LogReads    bool             `yaml:"log_reads" doc:"a verification is itself a transaction"`
	Keys        string           `yaml:"keys,required" doc:"how requests pick what they touch: none, zipf, entity, quota, seq or catalog"`
	Population  int              `yaml:"population,required" doc:"entities that exist at the start"`
	Approvals   int              `yaml:"approvals" doc:"parties that must sign a case"`
	Think       time.Duration    `yaml:"think" doc:"mean time a person takes between the steps of a case"`
	Rules       map[string]int64 `yaml:"rules" doc:"the family's own numbers"`
}

// Amendment is a change of a rule in mid-run; see workloads.Amendment.
type Amendment struct {
	Rule   string `yaml:"rule,required" doc:"a governed rule of the family"`
	Value  int64  `yaml:"value,required" doc:"its new value"`
	Height uint64 `yaml:"height,required" doc:"transactions of the program that the old value still governs"`
}

// Arrival names a shape of arrivals and its peak.
type Arrival struct {
	Shape string `yaml:"shape,required" doc:"a shape of the package arrival"`
	Peak  uint64 `yaml:"peak" doc:"largest rate as a multiple of the mean; the shape's own by default"`
}

// Build finds the shape and gives it its peak.
func (a Arrival) Build() (arrival.Shape, error) {
	s, err := arrival.Find(a.Shape)
	if err != nil || a.Peak == 0 {
		return s, err
	}
	return s.WithPeak(a.Peak, 1)
}

// Names of the load presets. The mean of documented and city is over the day (or month) that the
// scenario's shape pictures. Surge is the rate of the busiest moment, or of a busier place, to be held
// through the run: with the shape itself on top it would peak twice, so offer it evenly, as
// Workload.WithArrival can. Spike and stability are relative to the highest load that a design
// sustains, so that no file holds them.
const (
	PresetDocumented = "documented" // a published figure
	PresetCity       = "city"       // scaled to the whole city
	PresetSurge      = "surge"      // the city's peak
	PresetSpike      = "spike"      // twice the sustained load
	PresetStability  = "stability"  // a fifth of the sustained load
)

// Presets lists the names of all presets.
func Presets() []string {
	return []string{PresetDocumented, PresetCity, PresetSurge, PresetSpike, PresetStability}
}

// Relative says which multiple num/den of the sustained load a relative preset is: the spike and
// stability tests of the Trusted Blockchain method (https://blog.csdn.net/zengqiang1/article/details/120331914).
func Relative(preset string) (num, den uint64, ok bool) {
	switch preset {
	case PresetSpike:
		return 2, 1, true
	case PresetStability:
		return 1, 5, true
	}
	return 0, 0, false
}

// Preset is a named load of a scenario.
type Preset struct {
	Rate       arrival.Rate `yaml:"rate,required" doc:"such as 34 tx/s"`
	Of         string       `yaml:"of" doc:"what the rate counts: requests (default) or cases"`
	Arithmetic string       `yaml:"arithmetic,required" doc:"how the rate was computed"`
	Source     string       `yaml:"source" doc:"where the figure behind it was published; documented needs one"`
}

// What a preset's rate counts.
const (
	OfRequests = "requests"
	OfCases    = "cases"
)

// workloadParams translates the parameters of the file.
func (s *Scenario) workloadParams() workloads.Params {
	p := s.Params
	var amendments []workloads.Amendment
	for _, a := range s.Amendments {
		amendments = append(amendments, workloads.Amendment(a))
	}
	return workloads.Params{
		Agencies: s.Participants.Count, PayloadBytes: int(p.Payload), ReadPercent: p.ReadPercent, LogReads: p.LogReads,
		KeyChoice: p.Keys, Population: p.Population, Approvals: p.Approvals, ThinkMean: p.Think, Rule: p.Rules, Amendments: amendments,
		Salt: s.ID,
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
