package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/term"
)

// passage is a part of a command's text: sentences that may be wrapped anew, or lines that are kept as they stand, which
// are those that are set in.
type passage struct {
	lines []string
	kept  bool
	first bool // of a paragraph
}

// passages takes a command's text apart.
func passages(text string) (out []passage) {
	for _, paragraph := range strings.Split(text, "\n\n") {
		first := true
		for _, line := range strings.Split(paragraph, "\n") {
			kept := strings.HasPrefix(line, "  ")
			if first || kept != out[len(out)-1].kept {
				out = append(out, passage{kept: kept, first: first})
			}
			last := &out[len(out)-1]
			last.lines = append(last.lines, line)
			first = false
		}
	}
	return out
}

// help tells what a command does, as wide as the page.
func help(cmd *cobra.Command, _ []string) {
	p := term.Of(cmd.OutOrStdout())
	long := cmd.Long
	if long == "" {
		long = strings.ToUpper(cmd.Short[:1]) + cmd.Short[1:] + "."
	}
	for i, part := range passages(long) {
		if part.first && i > 0 {
			fmt.Fprintln(p)
		}
		if part.kept {
			keepLines(p, part.lines)
			continue
		}
		p.Paragraph("", 0, strings.Join(part.lines, " "))
	}
	if cmd.IsAdditionalHelpTopicCommand() {
		return
	}
	section(p, "Usage:")
	if cmd.HasAvailableSubCommands() {
		p.Paragraph("", 2, cmd.CommandPath()+" COMMAND")
	} else {
		p.Paragraph("", 2, cmd.UseLine())
	}
	if cmd.Example != "" {
		section(p, "Examples:")
		keepLines(p, strings.Split(cmd.Example, "\n"))
	}
	var commands, topics [][]string
	for _, c := range cmd.Commands() {
		switch {
		case c.IsAvailableCommand():
			commands = append(commands, []string{c.Name(), c.Short})
		case c.IsAdditionalHelpTopicCommand():
			topics = append(topics, []string{cmd.Name() + " help " + c.Name(), c.Short})
		}
	}
	helpTable(p, "Commands:", commands)
	helpTable(p, "More:", topics)
	helpTable(p, "Flags:", flagRows(cmd.LocalFlags()))
	helpTable(p, "Flags of every command:", flagRows(cmd.InheritedFlags()))
	if commands != nil {
		fmt.Fprintln(p)
		p.Sentence(fmt.Sprintf("%s COMMAND --help tells more.", cmd.CommandPath()))
	}
}

// keepLines writes lines as they stand: a command that a terminal breaks is still one that can be copied.
func keepLines(p *term.Page, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(p, term.Clean(line))
	}
}

// helpTable writes names with what they are.
func helpTable(p *term.Page, title string, rows [][]string) {
	if rows == nil {
		return
	}
	section(p, title)
	wide := 0
	for _, row := range rows {
		wide = max(wide, term.Width(row[0]))
	}
	indent := min(wide+4, 30, p.Measure()/2)
	for _, row := range rows {
		name := "  " + p.Paint(term.Strong, row[0])
		if term.Width(name)+2 > indent {
			fmt.Fprintln(p, name)
			name = ""
		}
		p.Paragraph(name, indent, row[1])
	}
}

// flagRows lists flags with their values and what they do.
func flagRows(set *pflag.FlagSet) (rows [][]string) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := flagText(f)
		rows = append(rows, []string{strings.TrimSpace("--" + f.Name + " " + name), usage})
	})
	return rows
}

// flagText is what a flag's value is called, if it has one, and what it does, with its default.
func flagText(f *pflag.Flag) (name, usage string) {
	if name, usage = pflag.UnquoteUsage(f); f.Value.Type() == "bool" {
		name = ""
	}
	if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" {
		usage += " (default " + d + ")"
	}
	return name, usage
}
