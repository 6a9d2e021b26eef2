package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/term"
)

// TestHelpIsWhole: the help of every command has its text, its examples and its flags, and fits the page but for examples.
func TestHelpIsWhole(t *testing.T) {
	walk(newRoot(io.Discard, io.Discard), func(c *cobra.Command) {
		if c.Name() != "govbench" && !c.IsAvailableCommand() {
			return
		}
		for _, columns := range []int{60, 80, 100} {
			var out bytes.Buffer
			root := newRoot(io.Discard, io.Discard)
			root.SetOut(term.New(&out, term.Look{Terminal: true, Size: func() (int, int) { return columns, 24 }}))
			root.SetArgs(append(strings.Fields(c.CommandPath())[1:], "--help"))
			if err := root.ExecuteContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(out.String()), " ")
			want := []string{c.Short}
			if c.Long != "" {
				want[0] = c.Long
			}
			want = append(want, c.Example, "Usage:", "--help")
			c.LocalFlags().VisitAll(func(f *pflag.Flag) {
				if _, usage := flagText(f); !f.Hidden {
					want = append(want, "--"+f.Name, usage)
				}
			})
			for _, w := range want {
				if !strings.Contains(strings.ToLower(text), strings.ToLower(strings.Join(strings.Fields(w), " "))) {
					t.Errorf("the help of %s in %d columns lacks %q", c.CommandPath(), columns, w)
				}
			}
			for line := range strings.Lines(out.String()) {
				if term.Width(strings.TrimSuffix(line, "\n")) > columns && !strings.Contains(c.Example+c.Long, strings.TrimSpace(line)) {
					t.Errorf("the help of %s is wider than %d columns: %s", c.CommandPath(), columns, line)
				}
			}
		}
	})
}

func TestPassages(t *testing.T) {
	parts := passages("one\ntwo\n  kept\n    more\nthree\n\nfour")
	want := []passage{{[]string{"one", "two"}, false, true}, {[]string{"  kept", "    more"}, true, false}, {[]string{"three"}, false, false}, {[]string{"four"}, false, true}}
	if !slices.EqualFunc(parts, want, func(a, b passage) bool {
		return slices.Equal(a.lines, b.lines) && a.kept == b.kept && a.first == b.first
	}) {
		t.Errorf("%v", parts)
	}
}
