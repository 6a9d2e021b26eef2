package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manObject is what man --json prints.
type manObject struct {
	Wrote []string `json:"wrote"`
}

func newMan() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "man DIR",
		Short: "write the manual pages",
		Long: `Write a manual page of govbench and of each of its commands into DIR, which is made if it is not there.

The pages have the date of the source that govbench was built from, or of SOURCE_DATE_EPOCH.`,
		Example: `  govbench man share/man/man1
  man -l share/man/man1/govbench-run.1`,
		Args: exactlyOne("a directory"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wrote, err := writeMan(cmd.Root(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), manObject{wrote})
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %s to %s\n", plural(len(wrote), "page"), args[0])
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object: wrote is the list of the pages")
	return cmd
}

// writeMan writes the page of a command and of all below it that are listed.
func writeMan(root *cobra.Command, dir string) (wrote []string, err error) {
	date, err := manDate(os.Getenv("SOURCE_DATE_EPOCH"))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the directory of the pages: %w", err)
	}
	var write func(c *cobra.Command)
	write = func(c *cobra.Command) {
		path := filepath.Join(dir, manName(c)+".1")
		err = errors.Join(err, replaceFile(path, manPage(c, date)))
		wrote = append(wrote, path)
		for _, sub := range c.Commands() {
			if sub.IsAvailableCommand() {
				write(sub)
			}
		}
	}
	write(root)
	return wrote, err
}

// manDate is the date of the pages: the same for the same source.
func manDate(epoch string) (string, error) {
	if epoch != "" {
		sec, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return "", fmt.Errorf("SOURCE_DATE_EPOCH: found %q: allowed is a number of seconds since 1970", epoch)
		}
		return time.Unix(sec, 0).UTC().Format(time.DateOnly), nil
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if day, _, ok := strings.Cut(s.Value, "T"); ok && s.Key == "vcs.time" {
				return day, nil
			}
		}
	}
	return "", nil
}

// manName is the name of a command's page.
func manName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage writes a command's page in the man macros of roff (man(7)), which every system has.
func manPage(c *cobra.Command, date string) []byte {
	c.InitDefaultHelpFlag()
	c.InitDefaultVersionFlag()
	p := &roff{}
	p.line(`.TH "%s" 1 "%s" "govbench" "User commands"`, strings.ToUpper(manName(c)), date)
	p.section("NAME")
	p.line(`%s \- %s`, escapeRoff(manName(c)), escapeRoff(c.Short))
	p.section("SYNOPSIS")
	if c.HasAvailableSubCommands() {
		p.line(`\fB%s\fR \fICOMMAND\fR`, escapeRoff(c.CommandPath()))
	} else {
		p.line(`\fB%s\fR %s`, escapeRoff(c.CommandPath()), escapeRoff(strings.TrimSpace(strings.TrimPrefix(c.Use, c.Name())+" [flags]")))
	}
	p.section("DESCRIPTION")
	long, status := cutStatus(c.Long)
	if long == "" {
		long = strings.ToUpper(c.Short[:1]) + c.Short[1:] + "."
	}
	p.prose(long)
	p.commands(c)
	p.flags(c)
	p.section("EXIT STATUS")
	p.prose(status)
	if !c.HasParent() {
		var printed [][2]string
		for _, s := range shapes() {
			printed = append(printed, [2]string{"govbench " + s.command, s.what})
		}
		p.pairs("JSON", printed)
		p.pairs("FILES", manFiles())
		p.pairs("ENVIRONMENT", manEnvironment())
	}
	if c.Example != "" {
		p.section("EXAMPLES")
		p.literal(strings.Split(c.Example, "\n"))
	}
	p.related(c)
	return p.Bytes()
}

// statusWords begin the paragraph of a command's text that is about its exit status.
const statusWords = "Exit status: "

// cutStatus takes the exit status out of a command's text.
func cutStatus(long string) (rest, status string) {
	rest, status, _ = strings.Cut(long, "\n\n"+statusWords)
	status, more, _ := strings.Cut(status, "\n\n")
	if status == "" {
		status = "0 done; 1 it failed; 2 the input is wrong."
	}
	if more != "" {
		rest += "\n\n" + more
	}
	return rest, strings.ToUpper(status[:1]) + status[1:]
}

// manFiles are the files of an output directory.
func manFiles() [][2]string {
	return [][2]string{
		{"results/NAME/", "the output directory of an experiment, unless --out names another"},
		{runsFile, "a run a line, written as each ends; the source of everything else"},
		{experimentFile, "the resolved experiment; running it again gives the same digests"},
		{"report.html, report.md", "the report, for a browser and a pull request"},
		{"summary.csv, bench.txt, plots/", "the figures for a spreadsheet, for benchstat, and as pictures"},
		{environmentFile, "machine, versions, start and end; of a sweep how long its cells took by themselves against the time that passed"},
		{"sweep.csv, effects.csv, pareto.csv", "of a sweep: a row a run and metric, a factor's level, and a cell"},
		{"prices.yaml", "of a run or a sweep: the price table by which its report says what a design costs a year"},
		{failedFile, "of a sweep: the failed runs by themselves, each with the command that makes it again"},
		{searchesFile, "of govbench saturate: a search a line"},
		{sizedFile + ", size.csv, " + sizeFile, "of govbench size: a candidate a line, as a table too; what was asked, with the prices"},
		{"sequence.jsonl", "messages of traced transactions, which the report draws"},
	}
}

// manEnvironment are the variables that govbench reads.
func manEnvironment() [][2]string {
	return [][2]string{
		{"NO_COLOR", "when it is not empty, no colours, unless --color always says otherwise"},
		{"CLICOLOR, CLICOLOR_FORCE", "no colours when the first is 0; colours without a terminal when the second is set and not 0"},
		{"TERM", "a terminal named dumb gets neither colours nor lines that are redrawn"},
		{"LC_ALL, LC_CTYPE, LANG", "the first that is set says whether the terminal shows Unicode; else drawings are ASCII"},
		{"COLUMNS, LINES", "the size of a terminal that does not tell it"},
		{"GOGC, GOMEMLIMIT", "how memory is collected, instead of govbench's own choice"},
		{"SOURCE_DATE_EPOCH", "the date of manual pages"},
	}
}

// roff is a page in the making.
type roff struct{ bytes.Buffer }

func (p *roff) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *roff) section(title string) { p.line(".SH %s", title) }

// prose writes paragraphs.
func (p *roff) prose(text string) {
	for i, part := range passages(text) {
		if part.first && i > 0 {
			p.line(".PP")
		}
		if part.kept {
			p.literal(part.lines)
			continue
		}
		for _, line := range part.lines {
			p.line("%s", escapeRoff(line))
		}
	}
}

// literal writes lines as they stand.
func (p *roff) literal(lines []string) {
	p.line(".RS 2")
	p.line(".nf")
	for _, line := range lines {
		p.line("%s", escapeRoff(strings.TrimPrefix(line, "  ")))
	}
	p.line(".fi")
	p.line(".RE")
}

// pairs writes a section of terms and what they are.
func (p *roff) pairs(title string, list [][2]string) {
	p.section(title)
	for _, pair := range list {
		p.line(".TP")
		p.line(`\fB%s\fR`, escapeRoff(pair[0]))
		p.line("%s", escapeRoff(pair[1]))
	}
}

func (p *roff) commands(c *cobra.Command) {
	var list [][2]string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			list = append(list, [2]string{sub.Use, sub.Short})
		}
	}
	if list != nil {
		p.pairs("COMMANDS", list)
	}
}

func (p *roff) flags(c *cobra.Command) {
	p.section("OPTIONS")
	write := func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := flagText(f)
		if f.Name == "jobs" {
			usage, _, _ = strings.Cut(usage, " (default") // that of the machine which writes the page
		}
		p.line(".TP")
		if name != "" {
			name = fmt.Sprintf(` \fI%s\fR`, escapeRoff(name))
		}
		p.line(`\fB%s\fR%s`, escapeRoff("--"+f.Name), name)
		p.line("%s", escapeRoff(usage))
	}
	c.LocalFlags().VisitAll(write)
	c.InheritedFlags().VisitAll(write)
}

// related names the other pages.
func (p *roff) related(c *cobra.Command) {
	var pages []string
	add := func(other *cobra.Command) {
		pages = append(pages, fmt.Sprintf(`\fB%s\fR(1)`, escapeRoff(manName(other))))
	}
	if c.HasParent() {
		add(c.Parent())
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			add(sub)
		}
	}
	if len(pages) > 0 {
		p.section("SEE ALSO")
		p.line("%s", strings.Join(pages, ",\n"))
	}
}

// escapeRoff writes a text so that it is printed as it is, signs that people copy included.
func escapeRoff(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\\':
			b.WriteString(`\(rs`)
		case r == '-':
			b.WriteString(`\-`)
		case r == '\'':
			b.WriteString(`\(aq`)
		case r == '`':
			b.WriteString(`\(ga`)
		case r == '^':
			b.WriteString(`\(ha`)
		case r == '~':
			b.WriteString(`\(ti`)
		case r > 0x7e:
			fmt.Fprintf(&b, `\[u%04X]`, r)
		default:
			b.WriteRune(r)
		}
	}
	if s := b.String(); strings.HasPrefix(s, ".") {
		return `\&` + s
	}
	return b.String()
}
