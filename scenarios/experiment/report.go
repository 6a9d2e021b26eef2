package experiment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/plot"
	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// Report gathers what a report of these records says: the figures, and what the experiments know of
// every name in the records. files may be empty or fewer than the records' experiments; names that
// they do not explain are looked up among the built-in ones.
func Report(files []File, records []result.Record) (render.Input, error) {
	in, err := Describe(files, records)
	if err != nil {
		return in, err
	}
	in.Figures, err = plot.All(plot.Input{Records: records, Titles: titles(in)})
	return in, err
}

// ReportSaturations gathers what a report of searches says, as Report does for runs. records are the runs that
// the searches made.
func ReportSaturations(files []File, found []result.Saturation, records []result.Record) (render.Saturations, error) {
	in, err := Describe(files, records)
	if err != nil {
		return render.Saturations{Input: in}, err
	}
	in.Figures, err = plot.Saturations(found, titles(in))
	return render.Saturations{Input: in, Found: found}, err
}

// ReportSweep gathers what a report of a sweep says, with the costs of its cells by a price table.
func ReportSweep(files []File, records []result.Record, prices *Prices) (render.Sweep, error) {
	in, err := Describe(files, records)
	if err != nil {
		return render.Sweep{}, err
	}
	prices.Price(&in)
	s := render.Sweep{Input: in}
	s.Figures, err = plot.Sweep(records, s.Effects(), s.Choices(), titles(in), prices.Currency)
	return s, err
}

// ReportSizings gathers what a report of a sizing says. records are the runs that it made.
func ReportSizings(p *SizePlan, sized []result.Sizing, records []result.Record) (render.Sizings, error) {
	in, err := Describe([]File{p.File}, records)
	if err != nil {
		return render.Sizings{Input: in}, err
	}
	for _, g := range p.Groups {
		if m := g.first().Workload.Mixed(); m != nil {
			in.Scenarios[m.ID] = mixedInfo(m)
		}
	}
	if in.Figures, err = plot.Sizings(sized, titles(in)); err != nil {
		return render.Sizings{Input: in}, err
	}
	out := render.Sizings{Input: in, Sized: sized, Skipped: p.Skipped}
	out.Prices = p.Spec.Prices.table()
	out.Asked = fmt.Sprintf("the load %s and %v on top", p.Spec.Load, p.Spec.Headroom)
	if p.Spec.Load.Preset == "" {
		out.Asked = fmt.Sprintf("%s requests/s and %v on top", p.Spec.Load, p.Spec.Headroom)
	}
	return out, nil
}

// titles are the names of the scenarios that a report knows.
func titles(in render.Input) map[string]string {
	out := map[string]string{}
	for id, s := range in.Scenarios {
		out[id] = s.Name
	}
	return out
}

// Describe is Report without the figures, which take most of its time.
func Describe(files []File, records []result.Record) (render.Input, error) {
	in := render.Input{
		Records:   records,
		Scenarios: map[string]render.ScenarioInfo{},
		Designs:   map[string]render.DesignInfo{},
		Networks:  map[string]string{},
		Machines:  map[string]string{},
		Cores:     map[string]int{},
	}
	for _, f := range files {
		if in.Title == "" {
			in.Title = f.Name
		}
		chosen, err := f.chosen()
		if err != nil {
			return in, err
		}
		for _, c := range chosen {
			for _, s := range c.services() {
				in.Scenarios[s.ID] = scenarioInfo(s)
			}
			if c.mixed != nil {
				in.Scenarios[c.mixed.ID] = mixedInfo(c.mixed)
			}
		}
		for _, d := range f.Designs {
			in.Designs[d.Name] = designInfo(f.changed(d), f.changes("design.", "replicas"))
		}
	}
	for _, r := range records {
		explain(&in, r)
		if d, ok := designNamed(r.Design); ok && in.Designs[r.Design].Title == "" {
			in.Designs[r.Design] = designInfo(d, "")
		}
	}
	for _, r := range records {
		if n := coresOf(r, files); n > 0 {
			in.Cores[r.Cell] = n
		}
	}
	describeWorld(&in, files)
	return in, nil
}

// explain looks the services of a record up in the catalogue, where no file has told of them.
func explain(in *render.Input, r result.Record) {
	if _, ok := in.Scenarios[r.Scenario]; !ok {
		if scenarios.IsMixed(r.Scenario) {
			if m, err := scenarios.FindMixed(r.Scenario); err == nil {
				in.Scenarios[r.Scenario] = mixedInfo(m)
			}
		} else if s, err := scenarios.Load(r.Scenario); err == nil {
			in.Scenarios[r.Scenario] = scenarioInfo(s)
		}
	}
	for _, m := range r.Members {
		if _, ok := in.Scenarios[m.Scenario]; !ok {
			if s, err := scenarios.Load(m.Scenario); err == nil {
				in.Scenarios[m.Scenario] = scenarioInfo(s)
			}
		}
	}
}

func mixedInfo(m *scenarios.Mixed) render.ScenarioInfo {
	return render.ScenarioInfo{Name: m.Name, NameZh: m.NameZH, Provenance: "mixed", Summary: m.Summary()}
}

func scenarioInfo(s *scenarios.Scenario) render.ScenarioInfo {
	return render.ScenarioInfo{Name: s.Name, NameZh: s.NameZH, Category: string(s.Category), LeadAgency: s.LeadAgency,
		Provenance: string(s.Provenance), Summary: s.Summary, Sources: s.Sources, Modelled: s.Assumptions()}
}

// changed is a design with the experiment's number of replicas and settings.
func (f *File) changed(d Design) Design {
	if f.Replicas > 0 {
		d.Replicas = f.Replicas
	}
	changed := draft{design: d}
	for _, key := range sortedKeys(f.Set) {
		if key == "replicas" || strings.HasPrefix(key, "design.") {
			if changed.apply(key, f.Set[key]) != nil {
				return d // the plan refuses such an experiment
			}
		}
	}
	return changed.design
}

// changes says which settings under one of the prefixes the experiment varies or, except for designs
// whose description shows them, sets.
func (f *File) changes(prefixes ...string) string {
	var parts []string
	under := func(key string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	}
	for _, key := range sortedKeys(f.Set) {
		if under(key) && !strings.HasPrefix(key, "design.") && key != "replicas" {
			parts = append(parts, key+" set to "+f.Set[key])
		}
	}
	for _, key := range sortedKeys(f.Vary) {
		if under(key) {
			parts = append(parts, key+" varied over "+strings.Join(f.Vary[key], ", "))
		}
	}
	return strings.Join(parts, "; ")
}

func designInfo(d Design, changes string) render.DesignInfo {
	e, _ := engineNamed(d.Protocol)
	title := d.Title
	if title == "" {
		title = e.Title
	}
	parts := []string{
		fmt.Sprintf("%d replicas", d.Replicas),
		fmt.Sprintf("a block is cut at %d transactions, %v or %v", d.Block.MaxTxs, d.Block.MaxBytes, d.Block.MaxWait),
		fmt.Sprintf("%s signatures", d.Signature),
		fmt.Sprintf("%d commands may wait at a replica, sent again after %v", d.Pool, d.Retry),
	}
	for _, name := range sortedKeys(d.Params) {
		parts = append(parts, name+" "+d.Params[name])
	}
	if changes != "" {
		parts = append(parts, changes)
	}
	return render.DesignInfo{Title: title, FaultModel: string(e.FaultModel), Source: e.Source, Settings: strings.Join(parts, "; ")}
}

// describeWorld explains the networks and machines that the records name.
func describeWorld(in *render.Input, files []File) {
	for _, r := range in.Records {
		in.Networks[r.Network] = describeNetwork(r.Network, files)
		in.Machines[r.Machine] = describeMachine(r.Machine, files)
	}
	for _, f := range files {
		if c := f.changes("network."); c != "" {
			in.Networks[f.Network.Name] += " Changed by the experiment: " + c + "."
		}
		if c := f.changes("machine."); c != "" {
			in.Machines[f.Machine.Name] += " Changed by the experiment: " + c + "."
		}
	}
}

func describeNetwork(name string, files []File) string {
	for _, f := range files {
		if own := f.Network.Inline; own != nil && own.Name == name {
			return fmt.Sprintf("%s. Source: %s.", cmp.Or(own.Title, own.Name), own.Source)
		}
	}
	if strings.HasPrefix(name, constantPrefix) {
		return "every two sites are the same delay apart, without jitter, links infinitely fast: for checking protocols against their papers."
	}
	t, err := network.Lookup(name)
	if err != nil {
		return "described in the experiment's own file."
	}
	return fmt.Sprintf("%s. Source: %s. %s", t.Title, t.Source, strings.Join(t.Modelled, " "))
}

// coresOf a record's nodes; 0 when its machine is not known any more.
func coresOf(r result.Record, files []File) int {
	const setting = "machine.cores"
	for _, f := range r.Factors {
		if n, err := strconv.Atoi(f.Value); f.Name == setting && err == nil {
			return n
		}
	}
	for _, f := range files {
		if own := f.Machine.Inline; f.Machine.Name == r.Machine || own != nil && own.Name == r.Machine {
			if n, err := strconv.Atoi(f.Set[setting]); err == nil {
				return n
			}
			if own != nil && own.Cores > 0 {
				return own.Cores
			}
			if own != nil {
				r.Machine = cmp.Or(own.Base, "reference")
			}
		}
	}
	p, err := resource.LookupProfile(r.Machine)
	if err != nil {
		return 0
	}
	return p.Cores
}

func describeMachine(name string, files []File) string {
	for _, f := range files {
		if own := f.Machine.Inline; own != nil && own.Name == name {
			return fmt.Sprintf("%s, with figures of its own. Source: %s.", cmp.Or(own.Base, "reference"), own.Source)
		}
	}
	p, err := resource.LookupProfile(name)
	if err != nil {
		return "described in the experiment's own file."
	}
	return fmt.Sprintf("%s. %d cores, fsync %v (%s), disk %s.", p.Title, p.Cores, p.Fsync, p.FsyncSource, diskRate(p))
}

func diskRate(p resource.Profile) string {
	if p.DiskBytesPerSec == 0 {
		return "infinitely fast"
	}
	return fmt.Sprintf("%d MB/s (%s)", p.DiskBytesPerSec/1_000_000, p.DiskSource)
}
