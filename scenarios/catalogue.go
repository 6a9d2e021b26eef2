package scenarios

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/govbench/govbench/scenarios/strict"
)

//go:embed catalogue/*.yaml
var files embed.FS

// All reads the whole catalogue, ordered by category and then by id. An error is a fault of the
// catalogue itself, which a test excludes.
func All() ([]*Scenario, error) {
	entries, err := files.ReadDir("catalogue")
	if err != nil {
		return nil, err
	}
	out := make([]*Scenario, 0, len(entries))
	for _, e := range entries {
		s, err := embedded(e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	order := Categories()
	slices.SortStableFunc(out, func(a, b *Scenario) int {
		if c := slices.Index(order, a.Category) - slices.Index(order, b.Category); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

func embedded(file string) (*Scenario, error) {
	name := "catalogue/" + file
	data, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return Parse(name, data)
}

// IDs lists the ids of the catalogue in alphabetical order.
func IDs() []string {
	entries, err := files.ReadDir("catalogue")
	if err != nil {
		return nil // an embedded directory can be read
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return ids
}

// Load returns the scenario of that id from the catalogue.
func Load(id string) (*Scenario, error) {
	if !slices.Contains(IDs(), id) {
		return nil, unknown(id)
	}
	return embedded(id + ".yaml")
}

// File returns the text of a catalogue file, for people who want to change a copy of it.
func File(id string) ([]byte, error) {
	if !slices.Contains(IDs(), id) {
		return nil, unknown(id)
	}
	return files.ReadFile("catalogue/" + id + ".yaml")
}

// Parse reads a scenario from the text of a file; name is the file's in errors.
func Parse(name string, data []byte) (*Scenario, error) {
	s := &Scenario{}
	if err := strict.Decode(name, data, s); err != nil {
		return nil, err
	}
	return s, nil
}

// categoryPrefix begins a selection by category.
const categoryPrefix = "category:"

// Find returns the scenarios that a selection names: an id, a pattern such as elicence-* or *, or
// category:NAME, where all names every category. It fails when there is none.
func Find(selection string) ([]*Scenario, error) {
	all, err := All()
	if err != nil {
		return nil, err
	}
	keep := func(s *Scenario) bool { return s.ID == selection }
	if name, ok := strings.CutPrefix(selection, categoryPrefix); ok {
		known := append(words(Categories()), "all")
		if !slices.Contains(known, name) {
			return nil, suggestion(fmt.Sprintf("unknown category %q: allowed are %s", name, strings.Join(known, ", ")),
				categoryPrefix, Nearest(name, known))
		}
		keep = func(s *Scenario) bool { return selection == SelectAll || s.Category == Category(name) }
	} else if strings.ContainsAny(selection, `*?[\`) {
		if _, err := path.Match(selection, ""); err != nil {
			return nil, fmt.Errorf("%q is not a pattern: allowed are *, ? and [abc]", selection)
		}
		keep = func(s *Scenario) bool {
			ok, _ := path.Match(selection, s.ID) // the pattern was checked
			return ok
		}
	}
	var out []*Scenario
	for _, s := range all {
		if keep(s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, unknown(selection)
	}
	return out, nil
}

func unknown(id string) error {
	return suggestion(fmt.Sprintf("unknown scenario %q: allowed are %s, patterns such as elicence-*, and category:NAME", id, strings.Join(IDs(), ", ")),
		"", Nearest(id, IDs()))
}

func suggestion(message, prefix, nearest string) error {
	if nearest != "" {
		message += fmt.Sprintf("; did you mean %s%s?", prefix, nearest)
	}
	return fmt.Errorf("%s", message)
}

// Nearest is the known name that was probably meant by name, or empty; see strict.Nearest.
func Nearest(name string, known []string) string { return strict.Nearest(name, known) }
