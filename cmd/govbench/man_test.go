package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// macros are those of man(7) that pages are made of.
var macros = []string{".TH", ".SH", ".PP", ".TP", ".RS", ".RE", ".nf", ".fi"}

// checkPage finds what a formatter would stumble over or a reader miss.
func checkPage(c *cobra.Command, page string) (findings []string) {
	find := func(what, line string) { findings = append(findings, manName(c)+": "+what+": "+line) }
	depth, verbatim, heading := 0, false, ""
	for n, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		word, _, _ := strings.Cut(line, " ")
		switch {
		case n == 0 && word != ".TH", strings.HasPrefix(line, "'"), strings.HasPrefix(line, ".") && !slices.Contains(macros, word):
			find("no macro", line)
		case word == ".RS":
			depth++
		case word == ".RE":
			depth--
		case word == ".nf" || word == ".fi":
			if verbatim == (word == ".nf") {
				find("unbalanced", line)
			}
			verbatim = word == ".nf"
		case word == ".SH" && (depth != 0 || verbatim):
			find("within what is set in", line)
		case line == "" && !verbatim:
			find("empty line", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r > 0x7e }) {
			find("not ASCII", line)
		}
		if strings.HasPrefix(word, ".") && strings.HasPrefix(heading, ".SH") && word == ".SH" {
			find("empty section", heading)
		}
		heading = line
	}
	for _, want := range []string{"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"} {
		if !strings.Contains(page, "\n.SH "+want+"\n") {
			find("lacks", want)
		}
	}
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if strings.Contains(page, `\fB`+escapeRoff("--"+f.Name)+`\fR`) == f.Hidden {
			find("hidden or missing", f.Name)
		}
	})
	return findings
}

// TestManPages: every command that is listed has a page with all of its flags, and the pages are the same for the same
// source.
func TestManPages(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "86400")
	dir, again := t.TempDir(), t.TempDir()
	o := govbench(t, "man", dir)
	o.want(t, exitOK)
	govbench(t, "man", again, "--json").want(t, exitOK)
	pages := 0
	walk(newRoot(io.Discard, io.Discard), func(c *cobra.Command) {
		if c.Name() != "govbench" && !c.IsAvailableCommand() {
			return
		}
		pages++
		page := read(t, dir, manName(c)+".1")
		wantNone(t, checkPage(c, page))
		if !strings.HasPrefix(page, `.TH "`+strings.ToUpper(manName(c))+`" 1 "1970-01-02" `) || page != read(t, again, manName(c)+".1") {
			t.Errorf("%s: %.100s", manName(c), page)
		}
	})
	if there, _ := filepath.Glob(filepath.Join(dir, "*")); len(there) != pages || !strings.Contains(o.stdout, plural(pages, "page")) {
		t.Errorf("%d files for %d commands; %s", len(there), pages, o.stdout)
	}
	root := newRoot(io.Discard, io.Discard)
	page := string(manPage(root, ""))
	for _, want := range []string{"FILES", "ENVIRONMENT", "COMMANDS", "NO_COLOR", `govbench\-saturate\fR(1)`} {
		if !strings.Contains(page, want) {
			t.Errorf("govbench.1 lacks %s", want)
		}
	}
	t.Setenv("SOURCE_DATE_EPOCH", "noon")
	govbench(t, "man", dir).want(t, exitInput, `SOURCE_DATE_EPOCH: found "noon"`)
}

// wantFilesInManual checks that the manual names every file of an output directory.
func wantFilesInManual(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range manFiles() {
		names = append(names, strings.Split(f[0], ", ")...)
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		if name != lockName && !slices.Contains(names, name) {
			t.Errorf("the manual's list of files lacks %s", name)
		}
	}
}

// TestManPlanted: what would break a page is found, and what a text may hold breaks none.
func TestManPlanted(t *testing.T) {
	root := newRoot(io.Discard, io.Discard)
	c := &cobra.Command{Use: "planted", Short: "a 'b' ≥ \\c", Long: ".TH begins a line\n'so does this\n\n  kept\\fB -x ^~`\n\nExit status: 0 done.\n\nMore.", Run: func(*cobra.Command, []string) {}}
	root.AddCommand(c)
	page := string(manPage(c, ""))
	wantNone(t, checkPage(c, page))
	for _, want := range []string{"\n\\&.TH begins a line\n\\(aqso", `kept\(rsfB \-x \(ha\(ti\(ga`, `\[u2265] \(rsc`, ".SH EXIT STATUS\n0 done.\n", "\nMore.\n"} {
		if !strings.Contains(page, want) {
			t.Errorf("lacks %q:\n%s", want, page)
		}
	}
	for from, to := range map[string]string{".nf": ".mf", ".RE": ".PP", ".SH OPTIONS": ".SH OTHER", "planted": "plänted", ".fi": ".nf", "More.": ""} {
		if broken := strings.Replace(page, from, to, 1); len(checkPage(c, broken)) == 0 {
			t.Errorf("%s for %s is not found", to, from)
		}
	}
	c.Flags().String("added", "", "`N`")
	wantFinding(t, checkPage(c, page), "govbench-planted: hidden or missing: added")
}

// TestManStatus: the page of every command says what its exit statuses mean.
func TestManStatus(t *testing.T) {
	walk(newRoot(io.Discard, io.Discard), func(c *cobra.Command) {
		if !c.Runnable() {
			return
		}
		if _, status := cutStatus(c.Long); !regexp.MustCompile(`^0 [^;]+;( 1 [^;]+;)? 2 `).MatchString(status) {
			t.Errorf("%s: %s", c.CommandPath(), status)
		}
	})
}

// TestManIsKeptWhole: a page that cannot be written leaves none behind that is half.
func TestManIsKeptWhole(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "govbench-run.1"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := govbench(t, "man", dir)
	o.want(t, exitInput, "govbench-run.1")
	if there, _ := filepath.Glob(filepath.Join(dir, ".tmp*")); len(there) > 0 {
		t.Errorf("left %v", there)
	}
	if bytes.Contains([]byte(o.stdout), []byte("wrote")) {
		t.Error(o.stdout)
	}
}
