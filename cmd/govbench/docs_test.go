package main

import (
	"bytes"
	"context"
	"flag"
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write README.md's tables and testdata anew")

// docs are the texts that the tests hold to the tree.
func docs() []string { return []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"} }

func readDoc(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var (
	fenced = regexp.MustCompile("(?ms)^[ \t]*```([a-z]*)\n(.*?)^[ \t]*```")
	quoted = regexp.MustCompile("`([^`\n]+)`")
	linked = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// blocks returns the fenced blocks of one language, without their indentation.
func blocks(text, language string) []string {
	var out []string
	for _, m := range fenced.FindAllStringSubmatch(text, -1) {
		if m[1] != language {
			continue
		}
		indent := m[2][:len(m[2])-len(strings.TrimLeft(m[2], " "))]
		var b strings.Builder
		for line := range strings.Lines(m[2]) {
			b.WriteString(strings.TrimPrefix(line, indent))
		}
		out = append(out, b.String())
	}
	return out
}

// spans returns what stands between backquotes outside of fenced blocks.
func spans(text string) []string {
	var out []string
	for _, m := range quoted.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		out = append(out, m[1])
	}
	return out
}

// blank matches what a reader has to fill in.
var blank = regexp.MustCompile(`\b(NAME|ID|DIR|FILE)\b|<`)

// paths lists what a text names that should be in the tree.
func paths(text string) []string {
	var out []string
	for _, s := range spans(text) {
		first, _, nested := strings.Cut(s, "/")
		if nested && !strings.ContainsAny(s, " *:") && !blank.MatchString(s) && slices.Contains(topLevel(), first) {
			out = append(out, strings.TrimSuffix(s, "/"))
		}
	}
	for _, m := range linked.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "#") {
			out = append(out, m[1])
		}
	}
	return out
}

// missing lists the paths that are not there.
func missing(list []string) []string {
	var out []string
	for _, p := range list {
		if _, err := os.Stat(filepath.Join(root, p)); err != nil {
			out = append(out, p)
		}
	}
	return out
}

func TestDocsNamePathsThatExist(t *testing.T) {
	total := 0
	for _, name := range docs() {
		list := paths(readDoc(t, name))
		total += len(list)
		for _, p := range missing(list) {
			t.Errorf("%s names %s, which is not there", name, p)
		}
	}
	if total < 50 {
		t.Errorf("only %d paths were found in the documentation", total)
	}
	planted := paths("see `sim/gone.go` and [this](GONE.md), not `sim/NAME` or [that](https://example.com)")
	if got := missing(planted); !slices.Equal(got, []string{"sim/gone.go", "GONE.md"}) {
		t.Errorf("of the planted paths these were found: %q", got)
	}
}

var goName = regexp.MustCompile(`^([a-z]+)\.([A-Z]\w*)$`)

// unknownNames lists the names such as consensus.Machine that no package of the tree declares.
func unknownNames(all []*source, names []string) []string {
	var out []string
	for _, n := range names {
		m := goName.FindStringSubmatch(n)
		if m == nil || m[1] == "time" || m[1] == "testing" {
			continue
		}
		if !slices.ContainsFunc(all, func(s *source) bool {
			return s.pkg.Name() == m[1] && declares(s.pkg, m[2])
		}) {
			out = append(out, n)
		}
	}
	return out
}

func declares(pkg *types.Package, name string) bool { return pkg.Scope().Lookup(name) != nil }

func TestDocsNameWhatExists(t *testing.T) {
	all := mustTree(t)
	for _, name := range docs() {
		for _, n := range unknownNames(all, spans(readDoc(t, name))) {
			t.Errorf("%s names %s, which no package declares", name, n)
		}
	}
	if got := unknownNames(all, []string{"consensus.Machine", "consensus.Gone"}); !slices.Equal(got, []string{"consensus.Gone"}) {
		t.Errorf("of the planted names these were found: %q", got)
	}
}

// TestDocsNameBenchmarks holds the table of speeds to benchmarks that exist, and that make bench runs.
func TestDocsNameBenchmarks(t *testing.T) {
	_, bench, _ := strings.Cut(readDoc(t, "Makefile"), "\nBENCH ")
	bench, _, _ = strings.Cut(bench, "\n")
	runs := regexp.MustCompile(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(bench), "?=")))
	found := 0
	for _, s := range spans(readDoc(t, "README.md")) {
		if !strings.HasPrefix(s, "Benchmark") {
			continue
		}
		found++
		name, _, _ := strings.Cut(s, "/")
		if !runs.MatchString(name) {
			t.Errorf("make bench does not run %s", s)
		}
		if !slices.ContainsFunc(mustTree(t), func(src *source) bool { return hasFunc(src, name) }) {
			t.Errorf("README.md names %s, which is not there", s)
		}
	}
	if found == 0 {
		t.Error("README.md names no benchmark")
	}
}

// hasFunc reports whether a package's tests declare a function.
func hasFunc(s *source, name string) bool {
	for _, f := range s.tests {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == name {
				return true
			}
		}
	}
	return false
}

// commands returns the command lines of a text: those of its sh blocks, and those in backquotes that a
// reader need not fill in.
func commands(text string) []string {
	var out []string
	for _, b := range blocks(text, "sh") {
		for line := range strings.Lines(b) {
			line, _, _ = strings.Cut(line, " #")
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out = append(out, line)
			}
		}
	}
	for _, s := range spans(text) {
		if word := strings.Fields(s)[0]; (word == "make" || word == "go") && !blank.MatchString(s) {
			out = append(out, s)
		}
	}
	return out
}

// TestDocsCommands parses every command line of the documentation, and runs what is cheap: a plan instead
// of a run.
func TestDocsCommands(t *testing.T) {
	var lines []string
	dir := t.TempDir()
	for _, name := range docs() {
		text := readDoc(t, name)
		lines = append(lines, commands(text)...)
		for _, b := range blocks(text, "yaml") {
			first, _, _ := strings.Cut(b, "\n")
			file := strings.TrimPrefix(first, "name: ") + ".yaml"
			if err := os.WriteFile(filepath.Join(dir, file), []byte(b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(lines) < 30 {
		t.Errorf("only %d commands were found in the documentation", len(lines))
	}
	for _, b := range blocks(readDoc(t, "README.md"), "csv") { // the log that its commands replay
		if err := os.WriteFile(filepath.Join(dir, "my-log.csv"), []byte(b), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "results"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"before", "after"} { // what its commands compare
		if err := os.Mkdir(filepath.Join(dir, "results", set), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := writeRuns(filepath.Join(dir, "results", set, runsFile), sampled("court-evidence-deposit", 0.1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range lines {
		if problem := tryCommand(t, dir, line); problem != "" {
			t.Errorf("%s\n%s", line, problem)
		}
	}
	for _, bad := range []string{"make coffee", "go run ./cmd/govbench run --frobnicate", "go run ./cmd/govbench brew",
		"go run ./cmd/gone", "go test ./gone", "go run ./cmd/govbench run --design gone", "curl example.com"} {
		if tryCommand(t, dir, bad) == "" {
			t.Errorf("planted, but not found: %s", bad)
		}
	}
}

// tryCommand returns what is wrong with a command line, or nothing.
func tryCommand(t *testing.T, dir, line string) string {
	t.Helper()
	words := strings.Fields(line)
	switch {
	case words[0] == "make":
		targets := readDoc(t, "Makefile")
		for _, target := range words[1:] {
			if !strings.Contains(targets, "\n"+target+":") {
				return "there is no target " + target
			}
		}
		return ""
	case len(words) > 2 && words[0] == "go" && words[1] == "run" && words[2] == "./cmd/govbench":
		return tryGovbench(t, dir, words[3:])
	case words[0] == "go" && len(words) > 1 && slices.Contains([]string{"run", "test", "vet", "build", "tool"}, words[1]):
		for _, w := range words[2:] {
			if p, ok := strings.CutPrefix(w, "./"); ok && len(missing([]string{strings.TrimSuffix(p, "/...")})) > 0 {
				return w + " is not there"
			}
		}
		return ""
	}
	return "no test knows how to try this"
}

// tryGovbench runs a govbench command in the directory, a run only as far as its plan.
func tryGovbench(t *testing.T, dir string, args []string) string {
	t.Helper()
	if len(args) > 0 && slices.Contains([]string{"run", "sweep", "saturate", "size"}, args[0]) && !slices.Contains(args, "--show-prices") && !slices.Contains(args, "--dry-run") {
		args = append(slices.Clone(args), "--dry-run")
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if len(args) > 0 && args[0] == "serve" {
		stop() // so that it ends as soon as it has told its address
	}
	var stdout, stderr bytes.Buffer
	status := exitFailed
	t.Run(strings.Join(args, " "), func(t *testing.T) { // whose end restores the directory
		t.Chdir(dir)
		status = execute(ctx, args, &stdout, &stderr)
	})
	if status != exitOK {
		return stderr.String()
	}
	if stdout.Len()+stderr.Len() == 0 {
		return "prints nothing"
	}
	return ""
}
