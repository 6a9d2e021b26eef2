package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the prefix of this tree's import paths.
const module = "github.com/govbench/govbench/"

// heights holds every package's height times ten. A package imports only lower ones; tests may import
// what they like. ARCHITECTURE.md explains the order.
func heights() map[string]int {
	return map[string]int{
		"consensus": 0, "sim": 0, "workloads": 0, "reports/result": 0, "scenarios/strict": 0,
		"reports/term": 0, "reports/term/termtest": 0,

		"consensus/raft": 10, "consensus/pbft": 10, "consensus/hotstuff": 10,
		"consensus/mempool": 10, "consensus/check": 10,
		"sim/resource": 10, "sim/network": 10, "sim/fault": 10,
		"workloads/key": 10, "workloads/ledger": 10, "workloads/trace": 10, "workloads/arrival": 10, "workloads/load": 10,
		"reports/record": 10, "reports/gobench": 10,

		"workloads/program": 15,

		"workloads/draw":   20,
		"workloads/verify": 20, "workloads/approval": 20, "workloads/licence": 20, "workloads/evidence": 20, "workloads/attest": 20,
		"workloads/claim":     20,
		"workloads/fund":      20,
		"workloads/numbering": 20, "workloads/directory": 20,
		"workloads/program/programtest": 20, "workloads/register": 20, "workloads/custody": 20, "workloads/mix": 20,
		"sim/cluster":   20,
		"reports/stats": 20,

		"consensus/hashiraft": 30, "consensus/consensustest": 30,
		"scenarios":      30,
		"reports/render": 30, "reports/plot": 30,
		"reports/history":    25,
		"reports/interleave": 30, "reports/gate": 35,

		"scenarios/experiment": 40,
		"reports/gallery":      50,

		"cmd/govbench": 90, "cmd/determinism": 90, "cmd/smoke": 90, "cmd/gatetrial": 90,
	}
}

// fence says where a library may be imported, and where besides that by tests.
type fence struct{ code, tests []string }

// fences holds every library that is imported. What has no fence may be imported nowhere.
func fences() map[string]fence {
	return map[string]fence{
		"github.com/hashicorp/":             {code: []string{"consensus/hashiraft"}},
		"golang.org/x/sys":                  {code: []string{"consensus/hashiraft", "cmd"}},
		"golang.org/x/term":                 {code: []string{"cmd"}},
		"gonum.org/v1/plot":                 {code: []string{"reports/plot"}},
		"golang.org/x/image":                {code: []string{"reports/plot"}},
		"golang.org/x/perf/":                {code: []string{"reports"}},
		"github.com/aclements/":             {code: []string{"reports/stats"}},
		"gonum.org/v1/gonum":                {code: []string{"reports"}, tests: []string{"workloads", "sim"}},
		"github.com/clipperhouse/":          {code: []string{"reports/term"}},
		"github.com/HdrHistogram/":          {code: []string{"reports"}},
		"github.com/spf13/":                 {code: []string{"cmd"}},
		"github.com/goccy/go-yaml":          {code: []string{"scenarios"}},
		"github.com/cockroachdb/datadriven": {tests: []string{"consensus", "sim"}},
	}
}

// source is a package as parsed; its types are filled in for non-test files.
type source struct {
	path  string // relative to the module
	doc   bool
	fset  *token.FileSet
	files []*ast.File // without tests
	tests []*ast.File
	names map[*ast.File]string
	info  *types.Info
	pkg   *types.Package
}

func (s *source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// imports lists what files import, each path once.
func imports(files []*ast.File) []string {
	var out []string
	for _, f := range files {
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err == nil && !slices.Contains(out, path) {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return out
}

// tree is everything that the tests of the tree look at.
type tree struct {
	all   []*source
	check func(*source) error // fills in the types of a package
}

// loaded loads the tree once.
var loaded = sync.OnceValues(loadTree)

func load(t *testing.T) tree {
	t.Helper()
	tr, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func mustTree(t *testing.T) []*source {
	t.Helper()
	return load(t).all
}

const root = "../.."

// listed is the part of `go list -json` that is used.
type listed struct {
	ImportPath, Dir, Export, Doc       string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Module                             *struct{ Main bool }
}

func loadTree() (tree, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,Doc,GoFiles,TestGoFiles,XTestGoFiles,Module",
		"./...", "time", "math/rand", "math/rand/v2", "maps", "slices", "os")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	if err != nil {
		return tree{}, fmt.Errorf("go list: %w\n%s", err, &stderr)
	}
	exports := map[string]string{}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return tree{}, err
		}
		exports[p.ImportPath] = p.Export
		if p.Module != nil && p.Module.Main {
			packages = append(packages, p)
		}
	}
	tr := tree{check: typeLoader(exports)}
	files := 0
	for _, p := range packages {
		s, err := parsePackage(p)
		if err != nil {
			return tree{}, err
		}
		if err := tr.check(s); err != nil {
			return tree{}, err
		}
		files += len(s.files) + len(s.tests)
		tr.all = append(tr.all, s)
	}
	if len(tr.all) < 20 || files < 200 {
		return tree{}, fmt.Errorf("only %d packages with %d files were found", len(tr.all), files)
	}
	return tr, nil
}

func parsePackage(p listed) (*source, error) {
	s := &source{path: strings.TrimPrefix(p.ImportPath, module), doc: p.Doc != "", fset: token.NewFileSet(), names: map[*ast.File]string{}}
	for i, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(s.fset, s.path+"/"+name, data, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		s.names[f] = s.path + "/" + name
		if i < len(p.GoFiles) {
			s.files = append(s.files, f)
		} else {
			s.tests = append(s.tests, f)
		}
	}
	return s, nil
}

// typeLoader returns a function that checks a package's types against compiled imports.
func typeLoader(exports map[string]string) func(*source) error {
	return func(s *source) error {
		lookup := func(path string) (io.ReadCloser, error) {
			if exports[path] == "" {
				return nil, fmt.Errorf("no export data of %s", path)
			}
			return os.Open(exports[path])
		}
		s.info = &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		}
		conf := types.Config{Importer: importer.ForCompiler(s.fset, "gc", lookup)}
		var err error
		s.pkg, err = conf.Check(module+s.path, s.fset, s.files, s.info)
		return err
	}
}

// planted makes a package of one file from a text, to show that a checker finds what it is for.
func planted(t *testing.T, path, text string) *source {
	t.Helper()
	s := &source{path: path, fset: token.NewFileSet(), names: map[*ast.File]string{}}
	f, err := parser.ParseFile(s.fset, path+"/planted.go", text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	s.doc = f.Doc != nil
	s.files, s.names[f] = []*ast.File{f}, path+"/planted.go"
	return s
}

// wantNone reports every finding.
func wantNone(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// wantFinding fails unless a checker reported the text.
func wantFinding(t *testing.T, findings []string, text string) {
	t.Helper()
	if !slices.ContainsFunc(findings, func(f string) bool { return strings.Contains(f, text) }) {
		t.Errorf("planted, but not found: %s; found: %q", text, findings)
	}
}

// checkHeights finds imports that are not of lower packages, and packages without a height.
func checkHeights(all []*source, table map[string]int) (findings []string) {
	for _, s := range all {
		height, ok := table[s.path]
		if !ok {
			findings = append(findings, s.path+" has no height: add it to the table of heights")
			continue
		}
		for _, path := range imports(s.files) {
			rel, own := strings.CutPrefix(path, module)
			if !own {
				continue
			}
			if below, ok := table[rel]; !ok || below >= height {
				findings = append(findings, fmt.Sprintf("%s (height %d) imports %s (height %d)", s.path, height, rel, below))
			}
		}
	}
	return findings
}

func TestHeights(t *testing.T) {
	all := mustTree(t)
	wantNone(t, checkHeights(all, heights()))
	for path := range heights() {
		if !slices.ContainsFunc(all, func(s *source) bool { return s.path == path }) {
			t.Errorf("the table of heights lists %s, which is not there", path)
		}
	}
	bad := planted(t, "sim", "package sim\nimport _ \"github.com/govbench/govbench/sim/cluster\"\n")
	wantFinding(t, checkHeights([]*source{bad}, heights()), "sim (height 0) imports sim/cluster (height 20)")
	equal := planted(t, "sim/network", "package network\nimport _ \"github.com/govbench/govbench/sim/fault\"\n")
	wantFinding(t, checkHeights([]*source{equal}, heights()), "imports sim/fault")
	wantFinding(t, checkHeights([]*source{planted(t, "sim/new", "package new_\n")}, heights()), "sim/new has no height")
}

// checkFences finds libraries outside the directories that they are fenced into.
func checkFences(all []*source, table map[string]fence) (findings []string) {
	for _, s := range all {
		for _, path := range imports(slices.Concat(s.files, s.tests)) {
			first, _, _ := strings.Cut(path, "/")
			if strings.HasPrefix(path, module) || !strings.Contains(first, ".") {
				continue
			}
			code := slices.Contains(imports(s.files), path)
			if !slices.ContainsFunc(slices.Sorted(maps.Keys(table)), func(library string) bool {
				f := table[library]
				return strings.HasPrefix(path, library) && (inside(s.path, f.code) || !code && inside(s.path, f.tests))
			}) {
				findings = append(findings, fmt.Sprintf("%s imports %s, which its fence does not allow", s.path, path))
			}
		}
	}
	return findings
}

// inside reports whether a package lies in one of the directories.
func inside(path string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return under(path, d) })
}

// under reports whether a package lies in a directory.
func under(path, dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }

func TestFences(t *testing.T) {
	wantNone(t, checkFences(mustTree(t), fences()))
	for path, library := range map[string]string{
		"sim/cluster":          "github.com/hashicorp/raft",
		"reports/render":       "gonum.org/v1/plot/plotter",
		"scenarios/experiment": "github.com/spf13/pflag",
		"cmd/govbench":         "example.com/anything",
		"sim/resource":         "gonum.org/v1/gonum/stat",
	} {
		bad := planted(t, path, "package p\nimport _ \""+library+"\"\n")
		wantFinding(t, checkFences([]*source{bad}, fences()), path+" imports "+library)
	}
	good := planted(t, "consensus/hashiraft", "package p\nimport _ \"github.com/hashicorp/raft\"\n")
	wantNone(t, checkFences([]*source{good}, fences()))
}
