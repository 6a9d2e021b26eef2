package render

import (
	"bytes"
	_ "embed" // the page's template and style
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

//go:embed report.gohtml
var pageText string

//go:embed style.css
var styleText string

// page is what the template shows.
type page struct {
	Title, Scope                                                string
	Style                                                       template.CSS
	Policy                                                      string
	Data, Script                                                template.HTML
	Broken                                                      []result.Record
	Verdicts, Tally                                             []string
	Objective, WideNote                                         string
	Cells                                                       []cellRow
	Sequences                                                   []sequenceView
	SequenceNote                                                string
	Answers                                                     []answersAt
	Comparisons                                                 []comparison
	Sections                                                    []section
	Checks                                                      []checkRow
	Warnings                                                    []warning
	Runs                                                        []runView
	Provenance                                                  []provenanceRow
	Notes                                                       []note
	NotModelled, Costs                                          []bullets
	Shared                                                      []modelling
	Environment                                                 *Environment
	Cross                                                       []crossRow
	CrossSentence, CrossNote, AgainNote, LoadNote, GlanceNote   string
	Again                                                       again
	Sampled                                                     bool
	VerdictNote, BestNote, SampleNote, ExactNote, CatalogueNote string
	Services                                                    []serviceTable
	Verifications                                               []verification
	Amendments                                                  []amended
	AmendedNote                                                 string
	Refusals                                                    []refusal
	ServicesNote, VerificationNote, RefusalsNote                string
}

// answersAt is the table of answers at one load: a row a scenario, a column a fault model.
type answersAt struct {
	Load     string
	Glance   glance
	Headings []string
	Rows     []answerRow
}

type answerRow struct {
	Of                       int // number of the scenario
	Name, NameZh, Provenance string
	Columns                  []answerColumn
}

type answerColumn struct {
	Heading string
	Choices []choice
}

type section struct {
	Name    string
	Figures []figureView
}

type figureView struct {
	Title, Caption string
	SVG            template.HTML
	File           string // instead of SVG: of a figure for which the page has no room
}

// figuresSizeMax is how many bytes of figures the page holds; the others are files beside it, to which it links.
const figuresSizeMax = 1_500_000

type runView struct {
	result.Record
	Brief   string
	Varied  string
	Command string // that makes the run's cell again
	Figures string // a metric a line
	Without string // why it has none though no check failed
	Of      int    // number of the scenario
	Group   int
}

// unitGap is the space between a figure and its unit, at which no line may break.
var unitGap = regexp.MustCompile(`(\d) (%|(?:ns|µs|ms|s|min|h|days|tx/s|(?:reads|requests|cases)/s|kB|MB|B|tx)\b)`)

// writeHTML writes the self-contained page.
func writeHTML(w io.Writer, in Input) error {
	j := judge(in)
	sections, err := sectionsOf(in.Figures)
	if err != nil {
		return err
	}
	funcs := template.FuncMap{
		"load": loadText, "quantity": quantity, "count": count, "figure": func(n uint64) string { return figure(float64(n)) }, "name": in.scenarioName, "mark": j.sampleMark,
		"seconds": func(s float64) string { return quantity(s, "sec") },
		"keep":    keep,
		"stamp":   stamp,
		"link":    isLink,
		"inc":     func(i int) int { return i + 1 },
		"rows":    func(lines []line) int { return len(lines) + 1 }, // and the commands
		"of":      func(id string) int { return slices.Index(j.scenarios, id) },
	}
	t, err := template.New("report").Funcs(funcs).Parse(pageText)
	if err != nil {
		return err
	}
	p := page{Title: in.Title, Scope: j.scope(), Style: template.CSS(styleText), Broken: j.broken(), Tally: j.tally(),
		Objective: j.objectiveText(), Verdicts: j.verdicts(), Cells: j.cellRows(),
		Answers: j.answersByLoad(), Comparisons: j.comparisons(), Sections: sections, Checks: j.checkRows(), Warnings: j.warnings(),
		Runs: j.runViews(), Provenance: j.provenanceRows(), Notes: append(j.designNotes(), j.where()...), NotModelled: j.notModelled(), Costs: append(j.costs(), j.in.prices()...), Shared: j.sharedModelling(),
		Again: j.again(), AgainNote: j.againNote(), LoadNote: loadNote, GlanceNote: glanceNote, Cross: j.crossRows(), CrossNote: crossNote, Sampled: j.sampled(), VerdictNote: verdictNote, BestNote: bestNote, SampleNote: sampleNote,
		ExactNote: exactNote, CatalogueNote: catalogueNote}
	p.Services, p.Verifications, p.Refusals = j.serviceTables(), j.verifications(), j.refusals()
	p.Amendments, p.AmendedNote = j.amendments(), amendedNote
	p.ServicesNote, p.VerificationNote, p.RefusalsNote = servicesNote, verificationNote, refusalsNote
	if j.wide() {
		p.WideNote, p.Tally = j.wideNote(), j.effects()
	}
	p.Sequences, p.SequenceNote = j.sequenceViews(), sequenceNote
	p.CrossSentence = crossSentence(p.Cross)
	p.Policy = scriptPolicy()
	if p.Data, p.Script, err = j.scripts(); err != nil {
		return err
	}
	if in.Environment.Go != "" {
		p.Environment = &in.Environment
	}
	return t.Execute(w, p)
}

func (j *judged) answersByLoad() []answersAt {
	if j.wide() {
		return nil
	}
	var out []answersAt
	glances := j.glances()
	for i, load := range j.loads {
		at := answersAt{Load: load, Glance: glances[i]}
		for _, t := range trusts {
			if slices.ContainsFunc(j.answers, func(a answer) bool {
				return a.Load == load && slices.ContainsFunc(a.Choices, func(c choice) bool { return c.Heading == t.heading })
			}) {
				at.Headings = append(at.Headings, t.heading)
			}
		}
		for _, a := range j.answers {
			if a.Load == load {
				at.Rows = append(at.Rows, j.answerRow(a, at.Headings))
			}
		}
		out = append(out, at)
	}
	return out
}

func (j *judged) answerRow(a answer, headings []string) answerRow {
	row := answerRow{Of: slices.Index(j.scenarios, a.Scenario), Name: j.in.scenarioName(a.Scenario), NameZh: j.in.Scenarios[a.Scenario].NameZh, Provenance: j.in.provenance(a.Scenario)}
	for _, h := range headings {
		col := answerColumn{Heading: h}
		for _, c := range a.Choices {
			if c.Heading == h {
				col.Choices = append(col.Choices, c)
			}
		}
		row.Columns = append(row.Columns, col)
	}
	return row
}

// sectionsOf groups figures under their headings, in order of first appearance.
func sectionsOf(figures []result.Figure) ([]section, error) {
	var out []section
	size := 0
	for _, f := range figures {
		svg, err := inlineSVG(f)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(out, func(s section) bool { return s.Name == f.Section })
		if i < 0 {
			i = len(out)
			out = append(out, section{Name: f.Section})
		}
		view := figureView{Title: f.Title, Caption: f.Caption, SVG: svg}
		if size+len(svg) > figuresSizeMax {
			view.SVG, view.File = "", f.Name
		}
		size += len(view.SVG)
		out[i].Figures = append(out[i].Figures, view)
	}
	return out, nil
}

// inlineSVG takes an SVG document's prolog off and refuses anything that could run or load.
func inlineSVG(f result.Figure) (template.HTML, error) {
	start := bytes.Index(f.SVG, []byte("<svg"))
	if start < 0 {
		return "", fmt.Errorf("figure %s is not an SVG", f.Name)
	}
	low := bytes.ToLower(f.SVG)
	for _, bad := range []string{"<script", "<foreignobject", "javascript:", "href=", "onload", "<style"} {
		if bytes.Contains(low, []byte(bad)) {
			return "", fmt.Errorf("figure %s holds %q, which no figure of ours does", f.Name, bad)
		}
	}
	return template.HTML(f.SVG[start:]), nil //nolint:gosec // drawn by reports/plot and checked above
}

func (j *judged) runViews() []runView {
	groups := j.groups()
	out := make([]runView, len(j.in.Records))
	for i, r := range j.in.Records {
		r = r.Withheld()
		v := runView{Record: r, Varied: factors(r, ", "), Command: cellCommand(r),
			Of: slices.Index(j.scenarios, r.Scenario), Group: slices.Index(groups, j.group(j.cells[j.of[i]]))}
		lines := make([]string, len(r.Values))
		for k, value := range r.Values {
			lines[k] = value.Name + " " + quantity(value.Value, value.Unit)
		}
		v.Figures = strings.Join(lines, "\n")
		if t, ok := r.Value("throughput"); ok {
			v.Brief = quantity(t.Value, t.Unit)
			if reads, ok := r.Value("read-throughput"); ok {
				v.Brief += " + " + quantity(reads.Value, reads.Unit)
			}
			if l, ok := r.Value("latency-p50"); ok {
				v.Brief += ", median " + quantity(l.Value, l.Unit)
			}
		}
		if len(r.Failed()) == 0 && len(j.cells[j.of[i]].GivenUp) > 0 {
			v.Without = statusBeyond(r)
		}
		out[i] = v
	}
	return out
}
