package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios"
)

// golden compares with a file of testdata. With -update it writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want := read(t, path); got != want {
		t.Errorf("%s is not what is printed; after a change that was meant to change it, run with -update. Now it is:\n%s", path, got)
	}
}

// TestPages: what a clerk reads about three services of different kinds: a case with money and an amended rule, a
// query by the million that is invented, and a draw with a deadline.
func TestPages(t *testing.T) {
	for _, id := range []string{"real-estate-registration", "health-status-attestation", "vehicle-plate-lottery"} {
		o := govbench(t, "show", "scenario", id)
		o.want(t, exitOK)
		golden(t, id+".txt", o.stdout)
	}
}

// TestEveryPage: every scenario's page has every part, fits 100 columns, and says how real the service is. Its command
// can be run.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	all, err := scenarios.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		o := govbench(t, "show", "scenario", s.ID)
		o.want(t, exitOK)
		for _, want := range []string{s.Name, s.NameZH, s.LeadAgency, s.Privacy.Title()[1:], "Who takes part: ", "Step by step", "Is it real?",
			capital(string(s.Provenance)) + ": ", reconstruction, "Rules on the chain", "Laws that are checked", "When it is busy", "How much arrives", "Sources",
			"What is modelled", "  city  ", "  surge  ", "+-----", "  govbench run --scenario " + s.ID} {
			if !strings.Contains(spaceless(o.stdout), spaceless(want)) {
				t.Errorf("%s: the page lacks %q", s.ID, want)
			}
		}
		for line := range strings.Lines(o.stdout) {
			if tooWide(line) {
				t.Errorf("%s: wider than %d columns: %s", s.ID, pageColumns, line)
			}
		}
		if len(s.Amendments) > 0 != strings.Contains(o.stdout, "Changes in mid-run") {
			t.Errorf("%s: has %d amendments", s.ID, len(s.Amendments))
		}
	}
}

// pageColumns is the most columns of a line of text.
const pageColumns = 100

// tooWide reports whether a line is wider than a page although it could have been broken: an address cannot.
func tooWide(line string) bool {
	words := strings.Fields(line)
	return term.Width(strings.TrimSuffix(line, "\n")) > pageColumns && term.Width(words[len(words)-1]) < pageColumns-30
}

// spaceless takes line breaks and indentation away.
func spaceless(text string) string { return strings.Join(strings.Fields(text), "") }

// TestPageCommands: the command at the end of a page can be planned.
func TestPageCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("plans an experiment for each family")
	}
	all, err := scenarios.All()
	if err != nil {
		t.Fatal(err)
	}
	names := []string{scenarios.SelectAll}
	families := map[string]bool{}
	for _, s := range all {
		if !families[s.Family] {
			families[s.Family] = true
			names = append(names, s.ID)
		}
	}
	for _, name := range names {
		pages, err := scenarioPages(name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(pages[0].object())
		if err != nil {
			t.Fatal(err)
		}
		var object struct{ Command string }
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		if problem := tryGovbench(t, t.TempDir(), strings.Fields(object.Command)[1:]); problem != "" {
			t.Errorf("%s: %s", object.Command, problem)
		}
	}
}

// TestMixPage: the city on one chain, a selection, and a file of the user's own.
func TestMixPage(t *testing.T) {
	o := govbench(t, "show", "scenario", "mix:court-*")
	o.want(t, exitOK)
	golden(t, "mix-court.txt", o.stdout)
	o = govbench(t, "show", "scenario", "category:all")
	o.want(t, exitOK)
	for _, want := range []string{"140 services on one chain", "none is official", reconstruction, "SHARE", "health-status-attestation",
		"no volume was published for ", "govbench run --scenario category:all"} {
		if !strings.Contains(spaceless(o.stdout), spaceless(want)) {
			t.Errorf("the page of all lacks %q:\n%s", want, o.stdout)
		}
	}
	for line := range strings.Lines(o.stdout) {
		if tooWide(line) {
			t.Errorf("wider than %d columns: %s", pageColumns, line)
		}
	}
	file := write(t, "city hall.yaml", "id: city-hall\nname: City hall\nmix:\n  - {scenario: court-*, share: 40%}\n  - {scenario: real-estate-registration, share: 60%}\n")
	o = govbench(t, "show", "scenario", file)
	o.want(t, exitOK)
	if !strings.Contains(o.stdout, " 60.00%      11.0  real-estate-registration") || !strings.Contains(o.stdout, "--scenario '"+file+"'") {
		t.Errorf("%s", o.stdout)
	}
}

// TestShowJSON: an object for one entry, an array for several, with the figures of the page.
func TestShowJSON(t *testing.T) {
	o := govbench(t, "show", "scenario", "real-estate-registration", "--json")
	o.want(t, exitOK)
	var one scenarioDetail
	if err := json.Unmarshal([]byte(o.stdout), &one); err != nil || one.ID != "real-estate-registration" || len(one.Agencies) != 11 || one.Official {
		t.Fatalf("%v: %+v", err, one)
	}
	i := slices.IndexFunc(one.Rules, func(r pageRule) bool { return r.Name == "deadline" })
	if i < 0 || one.Rules[i].Value != 60000 || one.Rules[i].Unit != "ms" || !one.Rules[i].Governed || one.Rules[i].Default == 60000 {
		t.Errorf("%+v", one.Rules)
	}
	if len(one.Amended) != 1 || one.Amended[0] != (amendmentObject{"tax-low-bp", 50, 500}) {
		t.Errorf("%+v", one.Amended)
	}
	city := one.Load["city"]
	if city.Of != "cases" || city.PerSec != 0.69 || city.RequestsPerSec < 10*city.PerSec || city.RequestsPerSec > 20*city.PerSec {
		t.Errorf("%+v", city) // a case has about fifteen requests, its queries included
	}
	for _, c := range []struct{ kind, name string }{{"scenario", "court-*"}, {"designs", ""}, {"family", "verify"}, {"network", "metro"},
		{"network", "constant:7ms"}, {"scenario", "mix:court-*"}, {"metric", "throughput"}, {"fault", "none"}} {
		args := []string{"show", c.kind, c.name, "--json"}
		if c.name == "" {
			args = slices.Delete(args, 2, 3)
		}
		o := govbench(t, args...)
		o.want(t, exitOK)
		if first := o.stdout[0]; !json.Valid([]byte(o.stdout)) || (first == '[') != (c.name == "" || c.name == "court-*") {
			t.Errorf("show %s %s:\n%.200s", c.kind, c.name, o.stdout)
		}
	}
	govbench(t, "show", "network", "metri", "--json").want(t, exitInput, "did you mean metro?")
}

// TestListFilters: each filter alone, together, repeated; what is unknown and what leaves nothing.
func TestListFilters(t *testing.T) {
	all, err := scenarios.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		keep func(s *scenarios.Scenario) bool
	}{
		{"", func(*scenarios.Scenario) bool { return true }},
		{"--category epidemic-recovery", func(s *scenarios.Scenario) bool { return s.Category == scenarios.EpidemicRecovery }},
		{"--provenance documented --provenance derived", func(s *scenarios.Scenario) bool { return s.Provenance != scenarios.Modelled }},
		{"--family register --category business-collaboration", func(s *scenarios.Scenario) bool {
			return s.Family == "register" && s.Category == scenarios.BusinessCollaboration
		}},
		{"--agency TAX", func(s *scenarios.Scenario) bool {
			return slices.ContainsFunc(s.Participants.List(), func(a scenarios.Agency) bool { return strings.Contains(strings.ToLower(a.Name), "tax") })
		}},
	} {
		o := govbench(t, append([]string{"list", "scenarios", "--json"}, strings.Fields(c.args)...)...)
		o.want(t, exitOK, reconstruction)
		var got, want []string
		var objects []scenarioObject
		if err := json.Unmarshal([]byte(o.stdout), &objects); err != nil {
			t.Fatal(err)
		}
		for _, s := range objects {
			got = append(got, s.ID)
		}
		for _, s := range all {
			if c.keep(s) {
				want = append(want, s.ID)
			}
		}
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%q: %d scenarios, want %d", c.args, len(got), len(want))
		}
	}
	o := govbench(t, "list", "scenarios")
	o.want(t, exitOK, " 58 documented ", " 58 derived ", " 24 modelled ", reconstruction)
	columns := map[int]bool{} // where the category begins: the same in every row, whatever the width of the Chinese name
	for line := range strings.Lines(o.stdout) {
		for _, c := range append([]string{"CATEGORY"}, words(scenarios.Categories())...) {
			if before, _, ok := strings.Cut(line, "  "+c+" "); ok {
				columns[term.Width(before)] = true
			}
		}
	}
	if len(columns) != 1 {
		t.Errorf("categories begin at columns %v", columns)
	}
	o = govbench(t, "list", "scenarios", "--family", "draw", "--category", "certificates-evidence")
	if o.want(t, exitOK, "no scenario of the catalogue has all of these"); o.stdout != "" {
		t.Errorf("%s", o.stdout)
	}
	if o := govbench(t, "list", "scenarios", "--family", "draw", "--category", "certificates-evidence", "--json"); o.stdout != "[]\n" {
		t.Errorf("%q", o.stdout)
	}
}

func TestWrongFilters(t *testing.T) {
	for args, want := range map[string]string{
		"scenarios --category epidemic":    `--category: unknown category "epidemic": allowed are business-collaboration, `,
		"scenarios --provenance modeled":   `did you mean modelled?`,
		"scenarios --provenance official":  `allowed are derived, documented, modelled`,
		"scenarios --family registr":       `--family: unknown family "registr": allowed are approval, `,
		"scenarios --agency Helth":         `--agency: no agency of the catalogue has "Helth" in its name: `,
		"scenarios --agency Comission":     `did you mean Commission?`,
		"scenarios --agency=":              `--agency: no agency of the catalogue has ""`,
		"designs --category data-sharing":  `--category: designs have none: it is for list scenarios`,
		"families --provenance documented": `--provenance: workloads have none`,
	} {
		o := govbench(t, append([]string{"list"}, strings.Fields(args)...)...)
		o.want(t, exitInput, want)
		if o.stdout != "" {
			t.Errorf("%s: %s", args, o.stdout)
		}
	}
}

// TestFamilies: a family's page and object have every law and every rule with its unit and bounds.
func TestFamilies(t *testing.T) {
	for _, f := range scenarios.Families() {
		o := govbench(t, "show", "family", f.Name)
		o.want(t, exitOK)
		for _, law := range f.Laws {
			if !strings.Contains(spaceless(o.stdout), spaceless(law)) {
				t.Errorf("%s lacks the law %q", f.Name, law)
			}
		}
		for _, r := range f.Rules {
			want := "- " + r.Name + ": " + amount(r.Default, r.Unit) + " by default; allowed are " + grouped(r.Min) + " to " + amount(r.Max, r.Unit)
			if !strings.Contains(spaceless(o.stdout), spaceless(want)) || !strings.Contains(strings.ToLower(spaceless(o.stdout)), strings.ToLower(spaceless(r.Doc))) {
				t.Errorf("%s lacks %q", f.Name, want)
			}
		}
	}
	if a, b := govbench(t, "list", "families", "--json"), govbench(t, "list", "workloads", "--json"); a.stdout != b.stdout || !strings.Contains(a.stdout, `"governed": true`) {
		t.Error("families are not the workloads")
	}
}

// TestAmounts: values of rules in units that people use.
func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		value      int64
		unit, want string
	}{
		{300_000_000, "fen", "300,000,000 fen (3,000,000 yuan)"}, {50, "fen", "50 fen (0.5 yuan)"}, {50, "1/10000", "50 basis points (0.5 %)"},
		{60_000, "ms", "60,000 ms (1m)"}, {600_000, "ms", "600,000 ms (10m)"}, {7_200_000, "ms", "7,200,000 ms (2h)"}, {1500, "ms", "1,500 ms (1.5s)"}, {2_592_000_000, "ms", "2,592,000,000 ms (30 days)"}, {1, "bool", "yes (1)"}, {-1500, "", "-1,500"},
		{7, "agencies", "7 agencies"}, {3, "code", "code 3"}, {20, "%", "20 %"},
	} {
		if got := amount(c.value, c.unit); got != c.want {
			t.Errorf("%d %s is %q, want %q", c.value, c.unit, got, c.want)
		}
	}
}
