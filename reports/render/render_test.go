package render

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/govbench/govbench/reports/plot"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
)

var (
	update  = flag.Bool("update", false, "write the golden files anew")
	gallery = flag.String("gallery", "", "directory to write a whole report of the default size to, for looking at")
)

func render(t *testing.T, write func(io.Writer, Input) error, in Input) string {
	t.Helper()
	var buf bytes.Buffer
	if err := write(&buf, in); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// small is an input with a bit of everything: a broken run, an overload, samples and exact figures.
func small() Input {
	in := synthetic(2, "city", "2000")
	in.Records[len(in.Records)-1].Checks[0] = result.Check{Name: "agreement", Detail: "replicas 1 and 3 at height 7"}
	return in
}

func TestGolden(t *testing.T) {
	for name, write := range map[string]func(io.Writer, Input) error{
		"report.md": writeMarkdown, "summary.csv": writeCSV, "bench.txt": writeBench, "environment.json": writeEnvironment, "text.txt": Text,
	} {
		got := render(t, write, small())
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs from its golden file (-update writes it anew):\n%s", name, got)
		}
	}
}

func figures(t *testing.T, in Input) []result.Figure {
	t.Helper()
	titles := map[string]string{}
	for id, s := range in.Scenarios {
		titles[id] = s.Name
	}
	out, err := plot.All(plot.Input{Records: in.Records, Titles: titles})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReportOfTheDefaultSize(t *testing.T) {
	in := synthetic(12, "city", "2000")
	in.Figures = figures(t, in)
	dir := *gallery
	if dir == "" {
		dir = t.TempDir()
	}
	if err := Write(dir, in); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if len(page) > 2<<20 {
		t.Errorf("the page weighs %d KiB", len(page)>>10)
	}
	if got := strings.Count(string(page), `<div class="plot"`); got != len(in.Figures) {
		t.Errorf("%d plots inline of %d", got, len(in.Figures))
	}
	checkOffline(t, string(page))
	files, err := filepath.Glob(filepath.Join(dir, "plots", "*"))
	if err != nil || len(files) != 2*len(in.Figures) {
		t.Errorf("%d files of plots for %d figures, %v", len(files), len(in.Figures), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".tmp-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// checkOffline looks for anything that a browser would fetch or run.
func checkOffline(t *testing.T, page string) {
	t.Helper()
	page = withoutScripts(t, page)
	for _, bad := range []string{`(?i)<script`, `(?i)<link`, `(?i)<img`, `(?i)<iframe`, `(?i)\bsrc\s*=`, `(?i)url\(`, `(?i)@import`, `(?i)\son[a-z]+\s*=`, `(?i)javascript:`} {
		if m := regexp.MustCompile(bad).FindString(page); m != "" {
			t.Errorf("the page holds %q", m)
		}
	}
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	evil := `<script>alert(1)</script>|*x*` + "\n"
	in := synthetic(1, "city")
	id := in.Records[0].Scenario
	s := in.Scenarios[id]
	s.Name, s.NameZh, s.Summary, s.Sources, s.Modelled = evil, evil, evil, []string{"javascript:alert(1)", "https://a/\"onload=x"}, []string{evil}
	in.Scenarios[id] = s
	in.Title, in.Command = evil, evil
	for i := range in.Records {
		in.Records[i].Design += evil
		in.Records[i].Load = evil
		in.Records[i].Warnings = []string{evil}
		in.Records[i].Checks = append(in.Records[i].Checks, result.Check{Name: evil, Detail: evil})
	}
	page := render(t, writeHTML, in)
	if strings.Contains(withoutScripts(t, page), "<script") || strings.Contains(page, `href="javascript`) || strings.Contains(page, `"onload`) {
		t.Error("a name became markup")
	}
	if !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the name is gone")
	}
	if text := render(t, writeMarkdown, in); strings.Contains(strings.Split(text, "```")[0], "<script") {
		t.Error("a name became markup in Markdown")
	}
	sheet, err := csv.NewReader(strings.NewReader(render(t, writeCSV, in))).ReadAll()
	if err != nil || len(sheet) != 1+len(in.Records) {
		t.Errorf("csv: %d rows, %v", len(sheet), err)
	}
	if got := cellText("=HYPERLINK(1)"); got[0] != '\'' {
		t.Errorf("a formula survives: %s", got)
	}
	for _, bad := range []string{`<svg><script/></svg>`, `<svg><a href="x"/></svg>`, "no picture"} {
		in.Figures = []result.Figure{{Name: "f", SVG: []byte(bad)}}
		if err := writeHTML(io.Discard, in); err == nil {
			t.Errorf("a figure %q went into the page", bad)
		}
	}
	in.Figures = []result.Figure{{Name: "../f", SVG: []byte("<svg></svg>")}}
	if err := Write(t.TempDir(), in); err == nil {
		t.Error("a figure was written outside its directory")
	}
}

// Every figure on the page carries its unit: a cell of numbers alone is a mistake.
func TestEveryNumberHasAUnit(t *testing.T) {
	page := render(t, writeHTML, small())
	cell := regexp.MustCompile(`<td class="num[^"]*"[^>]*>(?:<span role="img" aria-label="best">★</span> )?(?:<a [^>]*>)?([^<]*)</`)
	item := regexp.MustCompile(`(?m)^(?:<p class="values">)?[a-z0-9-]+ ([-0-9][^<\n]*)(?:</p>)?$`)
	found := 0
	for _, re := range []*regexp.Regexp{cell, item} {
		for _, m := range re.FindAllStringSubmatch(page, -1) {
			found++
			if strings.ContainsAny(m[1], "0123456789") && !strings.ContainsFunc(m[1], func(r rune) bool { return unicode.IsLetter(r) || r == '%' }) {
				t.Errorf("%q has no unit", m[1])
			}
		}
	}
	if found < 100 {
		t.Fatalf("only %d figures found: the test looks at the wrong thing", found)
	}
}

func TestBrokenRunsShowNoFigure(t *testing.T) {
	in := synthetic(1, "2000")
	for i := range in.Records {
		in.Records[i].Checks[1] = result.Check{Name: "integrity", Detail: "command 9 was committed twice"}
		for k := range in.Records[i].Values {
			in.Records[i].Values[k].Value = 777777
		}
	}
	for name, write := range map[string]func(io.Writer, Input) error{"html": writeHTML, "md": writeMarkdown, "csv": writeCSV, "bench": writeBench, "text": Text} {
		got := render(t, write, in)
		if strings.Contains(got, "777") {
			t.Errorf("%s quotes a broken run", name)
		}
		if name != "bench" && !strings.Contains(got, "integrity") {
			t.Errorf("%s does not say what failed", name)
		}
	}
}

// A reader of the format as its specification has it.
func TestBenchFormat(t *testing.T) {
	units := map[string]string{}
	runs := 0
	for _, l := range strings.Split(strings.TrimSpace(render(t, writeBench, small())), "\n") {
		f := strings.Fields(l)
		if f[0] == "Unit" {
			if len(f) != 3 || !regexp.MustCompile(`^(better=(higher|lower)|assume=exact)$`).MatchString(f[2]) {
				t.Errorf("unit line %q", l)
			}
			units[f[1]] += f[2] + " "
			continue
		}
		runs++
		if !strings.HasPrefix(f[0], "Benchmark") || regexp.MustCompile(`-\d+$`).MatchString(f[0]) || f[1] != "1" || len(f)%2 != 0 {
			t.Errorf("line %q", l)
		}
		for i := 2; i < len(f); i += 2 {
			if _, err := strconv.ParseFloat(f[i], 64); err != nil {
				t.Errorf("value %q of %s", f[i], f[i+1])
			}
		}
	}
	if runs != 11 {
		t.Errorf("%d runs, want all but the broken one", runs)
	}
	if units["p99-sec"] != "better=lower " || units["throughput-tx/sec"] != "better=higher " {
		t.Errorf("units %v", units)
	}
	exact := synthetic(1, "city")
	exact.Records = exact.Records[1:]
	if got := render(t, writeBench, exact); !strings.Contains(got, "Unit p99-sec assume=exact\n") {
		t.Error("exact figures are not said to be exact")
	}
}

func TestWideCharactersAlign(t *testing.T) {
	in := synthetic(3, "city")
	for id, s := range in.Scenarios {
		s.Name = s.NameZh
		in.Scenarios[id] = s
	}
	text := render(t, Text, in)
	lines := strings.Split(text[strings.Index(text, "\nat city load")+1:], "\n")
	column := term.Width(lines[0][:strings.Index(lines[0], "pbft")+len("pbft")])
	for _, l := range lines[2:5] {
		cells := regexp.MustCompile(`\S+ ms`).FindAllStringIndex(l, -1)
		if len(cells) != 3 || term.Width(l[:cells[1][1]]) != column {
			t.Errorf("the second design does not end at column %d: %s", column, l)
		}
	}
}

// The terminal gets the answer first, a row a scenario, and nothing that it cannot hold.
func TestTextIsShort(t *testing.T) {
	lines := strings.Split(render(t, Text, synthetic(12, "city", "2000")), "\n")
	if len(lines) > 50 || !strings.HasPrefix(lines[0], "At city load, if a replica may lie: pbft for 12 of 12") {
		t.Errorf("%d lines, the first: %s", len(lines), lines[0])
	}
	for _, l := range lines {
		if term.Width(l) > tableColumns {
			t.Errorf("%d columns: %s", term.Width(l), l)
		}
	}
	if text := render(t, Text, synthetic(12, "1", "2", "3", "4", "5", "6")); !strings.Contains(text, "(72 rows of 3 designs) does not fit") {
		t.Error("72 rows are printed")
	}
}

// TestSparks: runs over time are drawn for few runs and not for many, a gap where nothing was answered, and in ASCII
// where the locale has nothing else.
func TestSparks(t *testing.T) {
	in := synthetic(2, "city")
	for i := range in.Records {
		for k := 9; k < min(12, len(in.Records[i].Series)); k++ { // those of one column
			in.Records[i].Series[k].Throughput = 0
		}
	}
	draw := func(in Input, ascii bool) string {
		var out strings.Builder
		if err := Text(term.New(&out, term.Look{ASCII: ascii}), in); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if text := draw(in, false); !strings.Contains(text, "Over time") || !regexp.MustCompile(`pbft +[▁-█]+ ?[▁-█]* [▁-█]+ +[\d.]+ ms +[▁-█]+`).MatchString(text) {
		t.Errorf("no gap in\n%s", text)
	}
	if text := draw(in, true); !strings.Contains(text, "@@") || strings.ContainsAny(text, "▁▂▃▄▅▆▇█─") {
		t.Errorf("not ASCII:\n%s", text)
	}
	if text := draw(synthetic(12, "city", "2000"), false); strings.Contains(text, "Over time") {
		t.Error("72 runs are drawn")
	}
}

// Names that results bring along end no line, no cell and no unit, and command no terminal.
func TestHostileNames(t *testing.T) {
	const hostile = "\x1b[31mred\x1b[0m\u202e\r\n|<b>*x*`y` z"
	in := small()
	for i := range in.Records {
		r := &in.Records[i]
		r.Scenario, r.Design = hostile, hostile
		r.Values = append(r.Values, result.Value{Name: hostile, Unit: hostile, Better: hostile, Exact: true, Value: 1})
	}
	for _, l := range strings.Split(strings.TrimSpace(render(t, writeBench, in)), "\n") {
		f := strings.Fields(l)
		if f[0] == "Unit" && len(f) != 3 || f[0] != "Unit" && (!strings.HasPrefix(f[0], "BenchmarkRun/") || len(f)%2 != 0) || strings.ContainsRune(l, 0x1b) {
			t.Errorf("bench.txt holds %q", l)
		}
	}
	for _, l := range strings.Split(render(t, writeMarkdown, in), "\n") {
		if strings.ContainsAny(l, "\x1b\u202e\r") || strings.HasPrefix(l, "|<b>") || strings.Contains(strings.ReplaceAll(l, "`", ""), "<b>") && !strings.Contains(l, "\\|<b>") {
			t.Errorf("report.md holds %q", l)
		}
	}
}
