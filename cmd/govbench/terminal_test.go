package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/term"
)

// environ is an environment for tests.
func environ(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func TestColored(t *testing.T) {
	for _, c := range []struct {
		flag     string
		terminal bool
		env      string
		want     bool
	}{
		{"auto", true, "TERM=xterm", true},
		{"auto", true, "", true},
		{"auto", false, "TERM=xterm", false},
		{"auto", true, "TERM=dumb", false},
		{"auto", true, "NO_COLOR=1", false},
		{"auto", true, "NO_COLOR=", true},
		{"auto", true, "CLICOLOR=0", false},
		{"auto", false, "CLICOLOR_FORCE=1", true},
		{"auto", false, "CLICOLOR_FORCE=0", false},
		{"auto", false, "NO_COLOR=1 CLICOLOR_FORCE=1", false},
		{"always", false, "NO_COLOR=1 TERM=dumb", true},
		{"never", true, "CLICOLOR_FORCE=1", false},
	} {
		if got := colored(c.flag, c.terminal, environ(strings.Fields(c.env)...)); got != c.want {
			t.Errorf("--color %s, terminal %v, %s: %v", c.flag, c.terminal, c.env, got)
		}
	}
}

func TestUnicodeLocale(t *testing.T) {
	for env, want := range map[string]bool{
		"LANG=en_US.UTF-8": true, "LANG=zh_CN.utf8": true, "LANG=C": false, "LANG=zh_CN.GB18030": false, "LC_ALL=C LANG=en_US.UTF-8": false,
		"LC_CTYPE=C.UTF-8 LANG=C": true, "LC_ALL= LANG=C.UTF-8": true, "": !localeUnset,
	} {
		if got := unicodeLocale(environ(strings.Fields(env)...)); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}

// TestColorFlag: colours are there when asked for, say nothing that the words do not, and JSON has none.
func TestColorFlag(t *testing.T) {
	plain, colors := govbench(t, "list", "designs"), govbench(t, "list", "designs", "--color", "always")
	stripped := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(colors.stdout, "")
	if plain.stdout == colors.stdout || stripped != plain.stdout {
		t.Errorf("plain:\n%s\ncolours:\n%q", plain.stdout, colors.stdout)
	}
	if o := govbench(t, "list", "designs", "--color", "always", "--json"); strings.Contains(o.stdout, "\x1b") || !json.Valid([]byte(o.stdout)) {
		t.Errorf("JSON has colours: %q", o.stdout)
	}
	govbench(t, "list", "designs", "--color", "allways").want(t, exitInput, `--color: unknown choice "allways": allowed are always, auto, never; did you mean always?`)
	t.Setenv("CLICOLOR_FORCE", "1")
	if o := govbench(t, "lst"); !strings.HasPrefix(o.stderr, "\x1b[97;41mgovbench:\x1b[0m unknown command") {
		t.Errorf("%q", o.stderr)
	}
}

// TestErrorsObeyNothing: a control character in what was typed is shown, not obeyed.
func TestErrorsObeyNothing(t *testing.T) {
	for _, args := range [][]string{{"run", "--design", "a\x1b[2Jb"}, {"run", "a\x1b[2Jb\u202e.yaml"}, {"show", "design", "\u009b2J"}, {"\x1b[2J"}, {"--no\x1b[2J"}} {
		if o := govbench(t, args...); o.status != exitInput || strings.ContainsAny(o.stderr, "\x1b\u009b\u202e") {
			t.Errorf("%q: status %d, %q", args, o.status, o.stderr)
		}
	}
}

// walk calls fn for a command and all below it.
func walk(c *cobra.Command, fn func(*cobra.Command)) {
	fn(c)
	for _, sub := range c.Commands() {
		walk(sub, fn)
	}
}

// withoutJSON are the commands whose output is for nothing but people or shells, with the reason.
func withoutJSON() map[string]string {
	return map[string]string{
		"govbench":                       "prints its help",
		"govbench help":                  "prints help",
		"govbench json":                  "prints help",
		"govbench completion":            "prints its help",
		"govbench completion bash":       "prints a script",
		"govbench completion zsh":        "prints a script",
		"govbench completion fish":       "prints a script",
		"govbench completion powershell": "prints a script",
	}
}

// checkJSON finds commands without --json.
func checkJSON(root *cobra.Command) (findings []string) {
	seen := map[string]bool{}
	walk(root, func(c *cobra.Command) {
		path := c.CommandPath()
		seen[path] = true
		f := c.Flags().Lookup("json")
		switch _, exempt := withoutJSON()[path]; {
		case f == nil && !exempt:
			findings = append(findings, path+" has no --json")
		case f != nil && exempt:
			findings = append(findings, path+" has --json and is listed as having none")
		case f != nil && f.Value.Type() != "bool":
			findings = append(findings, path+": --json takes a value")
		}
	})
	for _, path := range slices.Sorted(maps.Keys(withoutJSON())) {
		if !seen[path] {
			findings = append(findings, path+" is listed and is no command")
		}
	}
	return findings
}

func TestTreeHasJSON(t *testing.T) {
	root := newRoot(io.Discard, io.Discard)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	wantNone(t, checkJSON(root))
	root.AddCommand(&cobra.Command{Use: "planted", Run: func(*cobra.Command, []string) {}})
	wantFinding(t, checkJSON(root), "govbench planted has no --json")
}

// TestJSONAlone: what commands print with --json is JSON and nothing else.
func TestJSONAlone(t *testing.T) {
	t.Chdir(t.TempDir())
	file := write(t, "small.yaml", small)
	for _, c := range []struct {
		args  string
		lines int // 0: one value over several
		want  string
	}{
		{"init mine --json", 0, `"wrote": "mine/experiment.yaml"`},
		{"run " + file + " --out out --json", 4, `"schema":"govbench.run/1"`},
		{"report out --json", 0, `"runs": 4`},
		{"trace court-evidence-deposit --load 5 --duration 1s --json", 4, `"scenario":"court-evidence-deposit"`},
		{"run " + file + " --dry-run --json", 4, `"cell"`},
		{"list networks --json", 0, `"metro"`},
		{"show design pbft --json", 0, `"pbft"`},
	} {
		o := govbench(t, strings.Fields(c.args)...)
		o.want(t, exitOK)
		decoder, values := json.NewDecoder(strings.NewReader(o.stdout)), 0
		for {
			var v any
			err := decoder.Decode(&v)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v:\n%s", c.args, err, o.stdout)
			}
			values++
		}
		tellsKeys(t, c.args, o.stdout)
		if values != max(c.lines, 1) || c.lines > 0 && strings.Count(o.stdout, "\n") != c.lines || !strings.Contains(filepath.ToSlash(o.stdout), c.want) {
			t.Errorf("%s: %d values:\n%s", c.args, values, o.stdout)
		}
	}
	govbench(t, "trace", "court-evidence-deposit", "--json", "--format", "csv").want(t, exitInput, "--json and --format csv: give one of them")
}

// tellsKeys fails the test unless the page about JSON names every key that a command printed.
func tellsKeys(t *testing.T, args, stdout string) {
	t.Helper()
	command, _, _ := strings.Cut(args, " ")
	what := ""
	for _, s := range shapes() {
		if s.command == command || s.command == "list" && command == "show" {
			what += " " + s.what
		}
	}
	for _, line := range strings.SplitAfter(stdout, "}\n") {
		var object map[string]any
		if json.Unmarshal([]byte(strings.TrimSpace(line)), &object) != nil {
			continue
		}
		for key := range object {
			if !regexp.MustCompile(`\b` + key + `\b`).MatchString(what) {
				t.Errorf("%s prints %s, of which govbench help json says nothing", args, key)
			}
		}
	}
}

// TestTreeTellsJSON: the page about JSON has every command that prints some, and no other.
func TestTreeTellsJSON(t *testing.T) {
	told := map[string]bool{}
	for _, s := range shapes() {
		told["govbench "+s.command] = true
	}
	walk(newRoot(io.Discard, io.Discard), func(c *cobra.Command) {
		if has := c.Flags().Lookup("json") != nil; has != told[c.CommandPath()] {
			t.Errorf("%s has --json: %v; shapes() in shapes.go tells of it: %v", c.CommandPath(), has, told[c.CommandPath()])
		}
		delete(told, c.CommandPath())
	})
	for path := range told {
		t.Errorf("%s is told of and is no command", path)
	}
	if o := govbench(t, "help", "json"); !strings.Contains(o.stdout, "govbench saturate\n") || !strings.Contains(govbench(t, "--help").stdout, "govbench help json") {
		t.Errorf("%s", o.stdout)
	}
}

// TestPagesFit: every page of the catalogue's parts fits terminals of 80 and 60 columns, but for what cannot be broken:
// addresses, commands and names that people copy.
func TestPagesFit(t *testing.T) {
	pages := [][]string{{"list", "designs"}, {"list", "networks"}, {"list", "machines"}, {"list", "workloads"}, {"list", "metrics"}, {"list", "faults"}, {"list", "scenarios"},
		{"show", "designs"}, {"show", "networks"}, {"show", "machines"}, {"show", "faults"}, {"show", "family", "register"}, {"show", "scenario", "court-evidence-deposit"}}
	for _, columns := range []int{80, 60} {
		for _, args := range pages {
			var out bytes.Buffer
			root := newRoot(io.Discard, io.Discard)
			root.SetOut(term.New(&out, term.Look{Terminal: true, Size: func() (int, int) { return columns, 24 }}))
			root.SetArgs(args)
			if err := root.ExecuteContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(out.String()) {
				if words := strings.Fields(line); term.Width(strings.TrimSuffix(line, "\n")) > columns && term.Width(words[len(words)-1]) < columns/2 && !strings.HasPrefix(line, "  govbench ") {
					t.Errorf("%v: wider than %d columns: %s", args, columns, line)
				}
			}
		}
	}
}

// TestLookOfFile: what is no terminal has no width, and every character.
func TestLookOfFile(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, w := range []io.Writer{f, &bytes.Buffer{}} {
		if look := lookOf(w, environ("LANG=C", "TERM=xterm", "COLUMNS=40")); look.Terminal || look.Color || look.ASCII || look.Columns() != 0 || look.Measure() != 100 {
			t.Errorf("%T: %+v", w, look)
		}
	}
}
