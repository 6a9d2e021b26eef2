package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/scenarios"
)

// holdReadme compares what stands between two marks of README.md. With -update it writes it.
func holdReadme(t *testing.T, mark, want string) {
	t.Helper()
	begin, end := "<!-- "+mark+" -->\n", "<!-- /"+mark+" -->\n"
	text := readDoc(t, "README.md")
	before, rest, ok := strings.Cut(text, begin)
	found, after, closed := strings.Cut(rest, end)
	switch {
	case !ok || !closed:
		t.Fatalf("README.md has no %q ... %q", begin, end)
	case found == want:
	case *update:
		if err := os.WriteFile(filepath.Join(root, "README.md"), []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md's %s differs from the tree: run with -update. It should be:\n%s", mark, want)
	}
}

// TestReadmeCatalogue holds the table of services and that of program families to the catalogue's files.
func TestReadmeCatalogue(t *testing.T) {
	all, err := scenarios.All()
	if err != nil {
		t.Fatal(err)
	}
	holdReadme(t, "catalogue", catalogueText(all))
	families, err := familyObjects()
	if err != nil {
		t.Fatal(err)
	}
	holdReadme(t, "families", familiesText(families))
	if text := catalogueText(all); strings.Count(text, "\n| `") != len(all) || len(all) != 140 || strings.Count(text, "<details>") != 4 {
		t.Error("the table is not whole")
	}
	if text := familiesText(families); strings.Count(text, "\n| `") != 12 {
		t.Error("there are not twelve families")
	}
}

// categoryTitle is a category for people.
func categoryTitle(c scenarios.Category) string {
	switch c {
	case scenarios.DataSharing:
		return "Data sharing"
	case scenarios.BusinessCollaboration:
		return "Business collaboration"
	case scenarios.CertificatesEvidence:
		return "Certificates and evidence"
	case scenarios.EpidemicRecovery:
		return "Epidemic and recovery, the theme of 2020"
	}
	return string(c)
}

func catalogueText(all []*scenarios.Scenario) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s Of these %d, %s. None is official.\n", reconstruction, len(all), countText(all))
	for _, c := range scenarios.Categories() {
		var list []*scenarios.Scenario
		for _, s := range all {
			if s.Category == c {
				list = append(list, s)
			}
		}
		fmt.Fprintf(&b, "\n<details>\n<summary>%s: %d services (%s), <code>category:%s</code></summary>\n\n", categoryTitle(c), len(list), countText(list), c)
		b.WriteString("| id | service | 名称 | provenance | family |\n|---|---|---|---|---|\n")
		for _, s := range list {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.ID, s.Name, s.NameZH, s.Provenance, s.Family)
		}
		b.WriteString("\n</details>\n")
	}
	return b.String()
}

// countText counts scenarios by provenance.
func countText(list []*scenarios.Scenario) string {
	var parts []string
	for _, p := range scenarios.Provenances() {
		n := 0
		for _, s := range list {
			if s.Provenance == p {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p))
		}
	}
	return strings.Join(parts, ", ")
}

// lawsShown is how many laws of a family stand in the table.
const lawsShown = 2

func familiesText(families []familyObject) string {
	var b strings.Builder
	b.WriteString("| family | program | services | laws, among others |\n|---|---|---:|---|\n")
	for _, f := range families {
		laws := f.Laws[:min(lawsShown, len(f.Laws))]
		fmt.Fprintf(&b, "| `%s` | %s | %d | %s; %d in all |\n", f.Name, f.Title, len(f.Scenarios), strings.Join(laws, "; "), len(f.Laws))
	}
	return b.String()
}
