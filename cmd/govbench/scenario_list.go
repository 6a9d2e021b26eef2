package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
)

// reconstruction is said wherever the catalogue is shown.
const reconstruction = "The catalogue is a reconstruction; nobody published the list of 140."

// provenanceTitle says in words how well a scenario's existence is documented.
func provenanceTitle(p scenarios.Provenance) string {
	switch p {
	case scenarios.Documented:
		return "publicly named as a Beijing blockchain application"
	case scenarios.Derived:
		return "a typical member of a documented family of services"
	case scenarios.Modelled:
		return "invented to complete its category"
	}
	return ""
}

// loadObject is a preset's load as the file has it.
type loadObject struct {
	Rate       string  `json:"rate"`
	PerSec     float64 `json:"per_sec"`
	Of         string  `json:"of"` // requests or cases
	Arithmetic string  `json:"arithmetic"`
	Source     string  `json:"source,omitempty"`
	// RequestsPerSec is what a run offers. list leaves it out: where cases are counted, it takes a rehearsal.
	RequestsPerSec float64 `json:"requests_per_sec,omitempty"`
}

type agencyObject struct {
	Name string `json:"name"`
	Site string `json:"site"`
}

type scenarioObject struct {
	ID           string                `json:"id"`
	Name         string                `json:"name"`
	NameZH       string                `json:"name_zh"`
	Category     string                `json:"category"`
	LeadAgency   string                `json:"lead_agency"`
	Participants int                   `json:"participants"`
	Provenance   string                `json:"provenance"`
	Family       string                `json:"family"`
	Sources      []string              `json:"sources"`
	Summary      string                `json:"summary"`
	Privacy      string                `json:"privacy"`
	Agencies     []agencyObject        `json:"agencies"`
	Shape        string                `json:"shape"`
	LogReads     bool                  `json:"log_reads"`
	Amendments   int                   `json:"amendments"` // how many rules change in mid-run
	Load         map[string]loadObject `json:"load"`
	Official     bool                  `json:"official"` // never: see Note
	Note         string                `json:"note"`
}

func newScenarioObject(s *scenarios.Scenario) scenarioObject {
	o := scenarioObject{
		ID: s.ID, Name: s.Name, NameZH: s.NameZH, Category: string(s.Category), LeadAgency: s.LeadAgency,
		Participants: s.Participants.Count, Provenance: string(s.Provenance), Family: s.Family, Sources: s.Sources,
		Summary: s.Summary, Privacy: string(s.Privacy), Shape: s.Arrival.Shape, LogReads: s.Params.LogReads,
		Amendments: len(s.Amendments), Load: map[string]loadObject{}, Note: reconstruction,
	}
	for _, a := range s.Participants.List() {
		o.Agencies = append(o.Agencies, agencyObject(a))
	}
	for name, p := range s.Load {
		of := p.Of
		if of == "" {
			of = scenarios.OfRequests
		}
		o.Load[name] = loadObject{Rate: p.Rate.String(), PerSec: p.Rate.TxPerSec(), Of: of, Arithmetic: p.Arithmetic, Source: p.Source}
	}
	return o
}

func scenarioRows() (objects []any, header []string, cells [][]string, err error) {
	all, err := scenarios.All()
	if err != nil {
		return nil, nil, nil, err
	}
	objects, header, cells = scenarioTable(all)
	return objects, header, cells, nil
}

func scenarioTable(list []*scenarios.Scenario) (objects []any, header []string, cells [][]string) {
	for _, s := range list {
		objects = append(objects, newScenarioObject(s))
		cells = append(cells, []string{s.ID, s.Name, s.NameZH, string(s.Category), string(s.Provenance), s.Family})
	}
	return objects, []string{"ID", "NAME", "NAME (ZH)", "CATEGORY", "PROVENANCE", "FAMILY"}, cells
}

// scenarioFilter keeps the scenarios that have one of the values of every flag that was given.
type scenarioFilter struct {
	categories, agencies, provenances, families []string
}

// filterFlags are the names of the flags of a scenarioFilter.
func filterFlags() []string { return []string{"category", "agency", "provenance", "family"} }

func (f *scenarioFilter) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringArrayVar(&f.categories, "category", nil, "only scenarios of this `CATEGORY` (repeatable)")
	set.StringArrayVar(&f.agencies, "agency", nil, "only scenarios with this `TEXT` in the name of an agency that takes part (repeatable)")
	set.StringArrayVar(&f.provenances, "provenance", nil, "only scenarios of this `PROVENANCE`: documented, derived or modelled (repeatable)")
	set.StringArrayVar(&f.families, "family", nil, "only scenarios whose program is of this `FAMILY` (repeatable)")
}

// given names a flag of the filter that was given, or is empty.
func (f *scenarioFilter) given(cmd *cobra.Command) string {
	for _, name := range filterFlags() {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

// check refuses values that no scenario of the list can have.
func (f *scenarioFilter) check(all []*scenarios.Scenario) error {
	for _, flag := range []struct {
		name          string
		values, known []string
	}{
		{"category", f.categories, words(scenarios.Categories())},
		{"provenance", f.provenances, words(scenarios.Provenances())},
		{"family", f.families, scenarios.FamilyNames()},
	} {
		for _, v := range flag.values {
			if !slices.Contains(flag.known, v) {
				return fmt.Errorf("--%s: %w", flag.name, strict.UnknownName(flag.name, v, flag.known))
			}
		}
	}
	for _, text := range f.agencies {
		if !slices.ContainsFunc(all, func(s *scenarios.Scenario) bool { return hasAgency(s, text) }) || text == "" {
			return unknownAgency(all, text)
		}
	}
	return nil
}

// unknownAgency names the word nearest to one that no agency has in its name.
func unknownAgency(all []*scenarios.Scenario, text string) error {
	var known []string
	for _, s := range all {
		for _, a := range s.Participants.List() {
			known = append(append(known, a.Name), strings.FieldsFunc(a.Name, func(r rune) bool { return strings.ContainsRune(" ,()-", r) })...)
		}
	}
	slices.Sort(known)
	hint := ""
	if near := strict.Nearest(text, slices.Compact(known)); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("--agency: no agency of the catalogue has %q in its name: allowed is any part of one, such as tax or \"Health Commission\"%s", text, hint)
}

// hasAgency reports whether a text is part of the name of the lead agency or of one that takes part.
func hasAgency(s *scenarios.Scenario, text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(strings.ToLower(s.LeadAgency), text) || slices.ContainsFunc(s.Participants.List(), func(a scenarios.Agency) bool {
		return strings.Contains(strings.ToLower(a.Name), text)
	})
}

func (f *scenarioFilter) keep(s *scenarios.Scenario) bool {
	in := func(values []string, value string) bool { return len(values) == 0 || slices.Contains(values, value) }
	return in(f.categories, string(s.Category)) && in(f.provenances, string(s.Provenance)) && in(f.families, s.Family) &&
		(len(f.agencies) == 0 || slices.ContainsFunc(f.agencies, func(text string) bool { return hasAgency(s, text) }))
}

// apply lists the scenarios of the catalogue that pass the filter.
func (f *scenarioFilter) apply() ([]*scenarios.Scenario, error) {
	all, err := scenarios.All()
	if err != nil {
		return nil, err
	}
	if err := f.check(all); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(s *scenarios.Scenario) bool { return !f.keep(s) }), nil
}

// listScenarios prints the scenarios that pass the filter, and how many there are of each provenance.
func listScenarios(cmd *cobra.Command, f *scenarioFilter, asJSON bool) error {
	list, err := f.apply()
	if err != nil {
		return err
	}
	objects, header, cells := scenarioTable(list)
	switch {
	case asJSON:
		err = printJSON(cmd.OutOrStdout(), append([]any{}, objects...))
	case len(list) > 0:
		t := term.Table{Head: header, Rows: cells, Columns: make([]term.Column, len(header))}
		early := map[string]int{"CATEGORY": 3, "FAMILY": 2, "PROVENANCE": 1} // of which a narrow terminal has no room
		for i, name := range header {
			t.Columns[i] = term.Column{Whole: i == 0, Drop: early[name]}
		}
		t.Write(term.Of(cmd.OutOrStdout()))
	}
	if err == nil {
		countProvenances(cmd.ErrOrStderr(), list)
	}
	return err
}

// countProvenances says how many of the scenarios are real.
func countProvenances(w io.Writer, list []*scenarios.Scenario) {
	if len(list) == 0 {
		term.Of(w).Sentence("no scenario of the catalogue has all of these: leave a filter out, or see govbench list scenarios")
	}
	for _, p := range scenarios.Provenances() {
		n := 0
		for _, s := range list {
			if s.Provenance == p {
				n++
			}
		}
		if n > 0 {
			paragraph(w, 16, fmt.Sprintf("%3d %-10s  ", n, p), provenanceTitle(p))
		}
	}
	term.Of(w).Sentence(reconstruction)
}

func words[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
