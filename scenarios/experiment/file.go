package experiment

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/govbench/govbench/scenarios/strict"
)

// File is an experiment as written: names, files and inline definitions, and what to vary. Paths in
// an experiment file count from the directory of that file.
type File struct {
	Name       string              `yaml:"name" doc:"what the experiment is called; its results go to results/NAME"`
	Designs    []Design            `yaml:"designs" doc:"chain designs: names, files, or inline"`
	Scenarios  []ScenarioRef       `yaml:"scenarios" doc:"services: ids, patterns such as elicence-*, category:NAME, files, or inline; or many on one chain: category:all, mix:SELECTION, or a mix file"`
	Load       []Load              `yaml:"load,omitempty" doc:"presets that every scenario defines, or transactions per second"`
	Clients    int                 `yaml:"clients,omitempty" doc:"a closed loop of that many clients, instead of load"`
	Trace      TraceFile           `yaml:"trace,omitempty" doc:"a log of requests, CSV or JSON lines, that is replayed instead of load"`
	TraceSpeed int                 `yaml:"trace_speed,omitempty" doc:"how many times as fast the trace is replayed; 1 by default"`
	Network    NetworkRef          `yaml:"network" doc:"where replicas and agencies stand; metro by default"`
	Machine    MachineRef          `yaml:"machine" doc:"what a node's operations cost; reference by default"`
	Faults     FaultRef            `yaml:"faults" doc:"what goes wrong; none by default"`
	Clock      Clock               `yaml:"clock" doc:"virtual (default) or wall"`
	Duration   time.Duration       `yaml:"duration" doc:"how long load is offered; 60s by default"`
	Warmup     Warmup              `yaml:"warmup" doc:"how much of the duration is not measured, 10s by default; auto: as much as a pilot run of each cell needs to become steady, by the rule MSER (virtual time)"`
	Trials     int                 `yaml:"trials" doc:"repetitions with the seeds seed, seed+1 and so on; 1 by default"`
	Seed       uint64              `yaml:"seed" doc:"seed of the first trial; 1 by default"`
	Replicas   int                 `yaml:"replicas,omitempty" doc:"replicas of every design, instead of its own number"`
	Vary       map[string][]string `yaml:"vary,omitempty" doc:"settings to vary as a grid, by their paths such as design.block.max_txs"`
	Sample     int                 `yaml:"sample,omitempty" doc:"points of a Latin hypercube over the lists and ranges (1ms..100ms, log:1KiB..1MiB) of vary, instead of the grid"`
	When       string              `yaml:"when,omitempty" doc:"condition between varied settings under which a point is run, such as design.block.max_txs>=100 or load<5000"`
	StopEarly  bool                `yaml:"stop_early,omitempty" doc:"give a run in virtual time up, without figures, once its backlog shows that it cannot meet the default objective any more; a cell that may be given up is another cell than one that runs to its end"`
	Set        map[string]string   `yaml:"set,omitempty" doc:"one value for a setting of every cell, by its path"`
	Gate       []Threshold         `yaml:"gate,omitempty" doc:"what govbench gate holds every run to, such as latency-p99 < 1s, or throughput >= 0.97 * baseline, which judges a metric by that instead of by equality with the baseline"`

	source *strict.Node      // what was read, for the places of errors; nil for Blank
	flags  map[string]string // keys that a flag has overridden, and the flag
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
		Warmup:   Warmup(10 * time.Second),
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

// Parse reads an experiment over the defaults. name is the file's: it stands in errors, and paths in
// the experiment count from its directory.
func Parse(name string, data []byte) (File, error) {
	n, err := strict.Parse(name, data)
	if err != nil {
		return File{}, err
	}
	f := Blank()
	if err := n.Decode(&f); err != nil {
		return File{}, err
	}
	f.source = n
	return f, nil
}

// aloneName stands for the name of an experiment that ParseAlone reads.
const aloneName = "experiment.yaml (alone)"

// ParseAlone is Parse for an experiment that may come from anywhere: it may define what it is about, or name what is
// built in, but name no file, since nothing beside it is read.
func ParseAlone(data []byte) (File, error) { return Parse(aloneName, data) }

// Override notes that a flag has replaced the value of a key, so that errors name the flag and not a
// line of the file. The flag also goes before every setting of the same thing under set and vary.
func (f *File) Override(key, flag string) {
	if f.flags == nil {
		f.flags = map[string]string{}
	}
	f.flags[key] = flag
	same := map[string][]string{
		"load": {"load"}, "seed": {"seed"}, "replicas": {"replicas", "design.replicas"},
		"network": {"network.name"}, "machine": {"machine.name"}, "faults": {"faults.name"},
	}
	for _, setting := range same[key] {
		delete(f.Set, setting)
		delete(f.Vary, setting)
	}
}

// at says where a wrong value came from: the flag that gave it, or its line in the file. path is that
// of the value, such as "vary", "design.pool".
func (f *File) at(err error, path ...string) error {
	if placed := (*strict.Error)(nil); errors.As(err, &placed) {
		return err
	}
	key := strings.Join(path, ".")
	if flag, ok := f.flags[key]; ok {
		return fmt.Errorf("%s: %w", flag, err)
	}
	if f.source == nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	n := f.source
	for _, name := range path {
		child := n.Get(name)
		if child == nil {
			return n.Errorf("%s: %v", key, err)
		}
		n = child
	}
	return n.Errorf("%v", err)
}

// fail is at for an error that is made here.
func (f *File) fail(key, format string, args ...any) error {
	return f.at(fmt.Errorf(format, args...), key)
}

// Marshal writes the experiment with everything resolved that could mean something else elsewhere or
// later: files are written out, patterns of scenarios are ids. Reading it again gives the same cells.
func (f File) Marshal() ([]byte, error) {
	var refs []ScenarioRef
	for _, r := range f.Scenarios {
		refs = append(refs, r.each()...)
	}
	f.Scenarios = refs
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
	return located(n, c.Set(text))
}

// Set reads a clock's name.
func (c *Clock) Set(name string) error {
	if !slices.Contains(clockNames(), name) {
		return strict.UnknownName("clock", name, clockNames())
	}
	*c = Clock(name)
	return nil
}

func clockNames() []string { return []string{string(VirtualClock), string(WallClock)} }

// located puts an error at a place in a file, unless it has one.
func located(n *strict.Node, err error) error {
	if placed := (*strict.Error)(nil); err == nil || errors.As(err, &placed) {
		return err
	}
	return n.Errorf("%v", err)
}

// oneLine is the text of an error that lists everything that is wrong, on one line.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// below is the node of a dotted path, or the last one on the way to it that there is.
func below(n *strict.Node, path string) *strict.Node {
	for name := range strings.SplitSeq(path, ".") {
		child := n.Get(name)
		if child == nil {
			return n
		}
		n = child
	}
	return n
}

// reference is something that an experiment names, reads from a file or defines inline.
type reference interface {
	// named takes a built-in thing of that name, and reports whether there is one.
	named(name string) (bool, error)
	// define takes the definition in a mapping and checks it.
	define(n *strict.Node) error
}

// readReference reads a name, a path or a mapping. what says what it is of, as in "network".
func readReference(r reference, what string, known []string, n *strict.Node) error {
	if n.Kind == strict.Mapping {
		return r.define(n)
	}
	name, err := n.Scalar(fmt.Sprintf("a %s's name, a file or a mapping", what))
	if err != nil {
		return err
	}
	if n.File() == aloneName {
		if ok, err := r.named(name); ok || err != nil {
			return located(n, err)
		}
		return located(n, strict.UnknownName(what, name, known))
	}
	return located(n, setReference(r, what, known, filepath.Dir(n.File()), name))
}

// setReference takes a name or a path. Paths count from dir.
func setReference(r reference, what string, known []string, dir, name string) error {
	if ok, err := r.named(name); ok || err != nil {
		return err
	}
	path, ok := filePath(dir, name)
	if !ok {
		return strict.UnknownName(what, name, known)
	}
	data, err := strict.ReadFile(path)
	if err != nil {
		return err
	}
	n, err := strict.Parse(path, data)
	if err != nil {
		return err
	}
	return r.define(n)
}

// filePath reports whether a name is meant as a file, and where that is: the name looks like a path,
// or a file of that name exists.
func filePath(dir, name string) (path string, ok bool) {
	path = name
	if !filepath.IsAbs(name) {
		path = filepath.Join(dir, name)
	}
	if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) || strings.ContainsRune(name, filepath.Separator) {
		return path, true
	}
	info, err := os.Stat(path)
	return path, err == nil && info.Mode().IsRegular()
}
