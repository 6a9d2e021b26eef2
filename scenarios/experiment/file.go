package experiment

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/govbench/govbench/scenarios/strict"
)

// File is an experiment as written: names, files and inline definitions, and what to vary.
type File struct {
	Name      string              `yaml:"name"`
	Designs   []DesignRef         `yaml:"designs"`
	Scenarios []string            `yaml:"scenarios"`
	Load      []Load              `yaml:"load,omitempty"`
	Clients   int                 `yaml:"clients,omitempty"` // closed loop instead of load
	Network   NetworkRef          `yaml:"network"`
	Machine   MachineRef          `yaml:"machine"`
	Faults    FaultRef            `yaml:"faults"`
	Clock     Clock               `yaml:"clock"`
	Duration  time.Duration       `yaml:"duration"`
	Warmup    time.Duration       `yaml:"warmup"`
	Trials    int                 `yaml:"trials"`
	Seed      uint64              `yaml:"seed"`
	Replicas  int                 `yaml:"replicas,omitempty"` // of every design, instead of its own number
	Vary      map[string][]string `yaml:"vary,omitempty"`
	Set       map[string]string   `yaml:"set,omitempty"` // one value for a setting of every cell
}

// Blank is an experiment with every default and nothing to run.
func Blank() File {
	return File{
		Name:     "experiment",
		Network:  NetworkRef{Name: "metro"},
		Machine:  MachineRef{Name: "reference"},
		Faults:   FaultRef{Name: "none"},
		Clock:    VirtualClock,
		Duration: 60 * time.Second,
		Warmup:   10 * time.Second,
		Trials:   1,
		Seed:     1,
	}
}

// ReadFile reads an experiment file over the defaults.
func ReadFile(path string) (File, error) {
	data, err := strict.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	return Parse(path, data)
}

// Parse reads an experiment over the defaults. name stands in errors.
func Parse(name string, data []byte) (File, error) {
	f := Blank()
	if err := strict.Decode(name, data, &f); err != nil {
		return File{}, err
	}
	return f, nil
}

// Marshal writes the experiment with everything resolved that a name could change the meaning of, so
// that reading it again gives the same cells.
func (f File) Marshal() ([]byte, error) {
	data, err := yaml.MarshalWithOptions(f, yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err != nil {
		return nil, fmt.Errorf("write the experiment: %w", err)
	}
	return data, nil
}

// UnmarshalStrict reads a clock.
func (c *Clock) UnmarshalStrict(n *strict.Node) error {
	text, err := n.Scalar("virtual or wall")
	if err != nil {
		return err
	}
	if err := c.Set(text); err != nil {
		return n.Unknown("clock", text, clockNames())
	}
	return nil
}

// Set reads a clock's name.
func (c *Clock) Set(name string) error {
	if !slices.Contains(clockNames(), name) {
		return unknown("clock", name, clockNames())
	}
	*c = Clock(name)
	return nil
}

func clockNames() []string { return []string{string(VirtualClock), string(WallClock)} }

// DesignRef is a design's name, a file, or an inline design.
type DesignRef struct {
	Name   string
	Inline *Design
}

// UnmarshalStrict reads a name, a file's path or a mapping.
func (r *DesignRef) UnmarshalStrict(n *strict.Node) error {
	if n.Kind == strict.Mapping {
		r.Inline = &Design{}
		return n.Decode(r.Inline)
	}
	name, err := n.Scalar("a design's name, a file or a mapping")
	if err != nil {
		return err
	}
	if err := r.Resolve(name); err != nil {
		if isFile(name) {
			return err
		}
		return n.Unknown("design", name, designNames())
	}
	return nil
}

// Resolve makes the reference point to a built-in design or to a file.
func (r *DesignRef) Resolve(name string) error {
	d, ok := designNamed(name)
	if !ok {
		if !isFile(name) {
			return unknown("design", name, designNames())
		}
		if err := strict.DecodeFile(name, &d); err != nil {
			return err
		}
	}
	r.Name, r.Inline = d.Name, &d
	return nil
}

// MarshalYAML writes the whole design.
func (r DesignRef) MarshalYAML() (any, error) { return r.Inline, nil }

// isFile reports whether a name is meant as a file: it looks like a path, or one of that name exists.
func isFile(name string) bool {
	for _, suffix := range []string{".yaml", ".yml", ".json"} {
		if len(name) > len(suffix) && name[len(name)-len(suffix):] == suffix {
			return true
		}
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// unknown is the error for a name that came from no file.
func unknown(what, name string, known []string) error {
	hint := ""
	if near := strict.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("; did you mean %s?", near)
	}
	return fmt.Errorf("unknown %s %q: allowed are %s%s", what, name, join(known), hint)
}

func join(names []string) string {
	out := ""
	for i, n := range names {
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}
