package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What a reader can take in at once.
const (
	fileLinesMax = 600
	funcLinesMax = 70
)

// checkDocs finds packages and exported names without a comment.
func checkDocs(all []*source) (findings []string) {
	for _, s := range all {
		if !s.doc {
			findings = append(findings, s.path+" has no package comment")
		}
		for _, f := range s.files {
			for _, d := range f.Decls {
				findings = append(findings, undocumented(s, d)...)
			}
		}
	}
	return findings
}

// undocumented lists the exported names of a declaration that no comment explains. One comment explains
// a whole group of constants or variables.
func undocumented(s *source, d ast.Decl) (findings []string) {
	report := func(n *ast.Ident) {
		findings = append(findings, fmt.Sprintf("%s: %s has no comment", s.at(n), n.Name))
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) && !obvious(d) {
			report(d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && spec.Doc == nil && spec.Comment == nil && spec.Name.IsExported() {
					report(spec.Name)
				}
			case *ast.ValueSpec:
				if d.Doc == nil && spec.Doc == nil && spec.Comment == nil && spec.Names[0].IsExported() {
					report(spec.Names[0])
				}
			}
		}
	}
	return findings
}

// obvious are methods whose interface in the standard library says what they do.
func obvious(d *ast.FuncDecl) bool {
	return d.Recv != nil && slices.Contains([]string{"Error", "String", "Unwrap", "Is", "Len", "Less", "Swap",
		"MarshalText", "UnmarshalText", "MarshalJSON", "UnmarshalJSON", "MarshalYAML"}, d.Name.Name)
}

// receiver is the name of a method's type.
func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func TestDocComments(t *testing.T) {
	wantNone(t, checkDocs(mustTree(t)))
	bad := planted(t, "sim", "package sim\nfunc Exported() {}\ntype T struct{}\nfunc (*T) Method() {}\n")
	for _, want := range []string{"sim has no package comment", "Exported has", "T has", "Method has"} {
		wantFinding(t, checkDocs([]*source{bad}), want)
	}
}

// checkSizes finds files and functions that are too long, tests excepted from the second.
func checkSizes(all []*source) (findings []string) {
	for _, s := range all {
		for _, f := range slices.Concat(s.files, s.tests) {
			if n := s.fset.File(f.Pos()).LineCount(); n > fileLinesMax {
				findings = append(findings, fmt.Sprintf("%s has %d lines; %d are allowed", s.names[f], n, fileLinesMax))
			}
		}
		for _, f := range s.files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					if n := lines(s.fset, fn); n > funcLinesMax {
						findings = append(findings, fmt.Sprintf("%s: %s has %d lines; %d are allowed", s.at(fn), fn.Name.Name, n, funcLinesMax))
					}
				}
			}
		}
	}
	return findings
}

func lines(fset *token.FileSet, n ast.Node) int {
	return fset.Position(n.End()).Line - fset.Position(n.Pos()).Line + 1
}

func TestSizes(t *testing.T) {
	wantNone(t, checkSizes(mustTree(t)))
	long := planted(t, "sim", "package sim\nfunc f() {\n"+strings.Repeat("_ = 1\n", funcLinesMax)+"}\n")
	wantFinding(t, checkSizes([]*source{long}), "f has 72 lines")
	wantFinding(t, checkSizes([]*source{planted(t, "sim", "package sim\n"+strings.Repeat("//\n", fileLinesMax))}), "lines; 600 are allowed")
}

// checkInit finds functions that run before main.
func checkInit(all []*source) (findings []string) {
	for _, s := range all {
		for _, f := range slices.Concat(s.files, s.tests) {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					findings = append(findings, s.at(fn)+": init: a literal table instead lets a reader find the definition")
				}
			}
		}
	}
	return findings
}

func TestNoInit(t *testing.T) {
	wantNone(t, checkInit(mustTree(t)))
	wantFinding(t, checkInit([]*source{planted(t, "sim", "package sim\nfunc init() {}\n")}), "init")
}

// topLevel is all that may lie at the root, apart from what git ignores.
func topLevel() []string {
	return []string{"cmd", "sim", "consensus", "workloads", "reports", "scenarios", "go.mod", "go.sum", "Makefile", "README.md",
		"LICENSE", "ARCHITECTURE.md", "CONTRIBUTING.md", ".ci", ".github", ".golangci.yml", ".gitignore", ".git"}
}

// checkTop finds names at the root that do not belong there.
func checkTop(names, ignored []string) (findings []string) {
	for _, name := range names {
		if slices.Contains(topLevel(), name) || slices.ContainsFunc(ignored, func(pattern string) bool {
			ok, err := path.Match(strings.Trim(pattern, "/"), name)
			return ok && err == nil
		}) {
			continue
		}
		findings = append(findings, name+" does not belong at the root")
	}
	return findings
}

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	ignored, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil {
		t.Fatal(err)
	}
	patterns := strings.Fields(string(ignored))
	wantNone(t, checkTop(names, patterns))
	wantFinding(t, checkTop([]string{"pkg"}, patterns), "pkg does not belong")
	wantNone(t, checkTop([]string{"bin"}, patterns))
}

// private matches paths of somebody's own machine, and loopback addresses of it. They are written so that they do not
// match themselves.
var (
	private  = regexp.MustCompile(`(^|[\s"'(=:])/(work|root|home|Users)/[a-z]`)
	loopback = regexp.MustCompile(`local` + `host:[0-9]|127\.0\.0\.1:[0-9]`)
)

// listens reports whether a file is of the server that answers on a loopback address.
func listens(name string) bool {
	return strings.HasPrefix(name, "reports/gallery/") || strings.HasPrefix(name, "cmd/govbench/serve")
}

// checkPrivate finds traces of the machine on which a text was written.
func checkPrivate(texts map[string][]byte) (findings []string) {
	for name, data := range texts {
		n := 0
		for line := range bytes.Lines(data) {
			n++
			found := private.Find(line)
			if found == nil && !listens(name) {
				found = loopback.Find(line)
			}
			if found != nil {
				findings = append(findings, fmt.Sprintf("%s:%d: %q is of somebody's own machine", name, n, bytes.TrimSpace(found)))
			}
		}
	}
	return findings
}

func TestNothingPrivate(t *testing.T) {
	texts := map[string][]byte{}
	for _, name := range trackedFiles(t) {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			continue // deleted, but not yet committed
		}
		if !bytes.Contains(data, []byte{0}) {
			texts[name] = data
		}
	}
	if len(texts) < 100 {
		t.Fatalf("only %d files were looked at", len(texts))
	}
	wantNone(t, checkPrivate(texts))
	for _, text := range []string{"see /" + "home/me/x", "GOPROXY=/" + "work/mod", "http://local" + "host:8080"} {
		wantFinding(t, checkPrivate(map[string][]byte{"planted": []byte("a\n" + text)}), "planted:2")
	}
}

// trackedFiles lists what git keeps; without git, a released archive is what it is.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = root
	data, err := cmd.Output()
	if err != nil {
		t.Skipf("git ls-files: %v", err)
	}
	return strings.Split(strings.Trim(string(data), "\x00"), "\x00")
}
