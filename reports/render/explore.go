package render

import (
	"crypto/sha256"
	_ "embed" // the page's script
	"encoding/base64"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

//go:embed explore.js
var scriptText string

// scriptPolicy is what the page lets a browser do: run the one script it carries, known by its hash, use its own
// styles, and load nothing.
func scriptPolicy() string {
	sum := sha256.Sum256([]byte(scriptText))
	return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; form-action 'none'"
}

// chartData is what the page's script draws from: the figures of every sound run, once. Runs name the others by their
// numbers.
type chartData struct {
	Metrics   []chartMetric   `json:"metrics"`
	Scenarios []chartScenario `json:"scenarios"`
	Groups    []string        `json:"groups"` // what charts and choices tell apart
	Loads     []string        `json:"loads"`
	Runs      []chartRun      `json:"runs"`
}

type chartMetric struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
}

type chartScenario struct {
	Name     string `json:"name"`
	Category string `json:"category"`
}

// chartRun is one run. Row is its place in the list of every run; Values stand in the order of the metrics, null
// where the run has none.
type chartRun struct {
	Row      int        `json:"row"`
	Scenario int        `json:"scenario"`
	Group    int        `json:"group"`
	Load     int        `json:"load"`
	Series   string     `json:"series,omitempty"` // where it says more than the group
	Trial    int        `json:"trial,omitempty"`
	Values   []*float64 `json:"values"`
}

// scripts are the elements that make the page interactive: its data, which no browser runs, and the script. The
// encoder writes < and > as escapes, so no name can end the element.
func (j *judged) scripts() (data, script template.HTML, err error) {
	text, err := json.Marshal(j.chartData())
	if err != nil {
		return "", "", err
	}
	return template.HTML(`<script type="application/json" id="data">` + string(text) + "</script>"), //nolint:gosec // escaped by the encoder
		template.HTML("<script>" + scriptText + "</script>"), nil //nolint:gosec // embedded
}

func (j *judged) chartData() chartData {
	d := chartData{Metrics: []chartMetric{}, Scenarios: []chartScenario{}, Groups: j.groups(), Loads: []string{}, Runs: []chartRun{}}
	for _, m := range result.Metrics() {
		if slices.ContainsFunc(j.in.Records, func(r result.Record) bool { _, ok := r.Withheld().Value(m.Name); return ok }) {
			d.Metrics = append(d.Metrics, chartMetric{m.Name, m.Unit})
		}
	}
	for _, id := range j.scenarios {
		d.Scenarios = append(d.Scenarios, chartScenario{j.in.scenarioName(id), j.in.categoryOf(id)})
	}
	for _, l := range j.loads {
		d.Loads = append(d.Loads, loadText(l))
	}
	for row, r := range j.in.Records {
		if len(r.Failed()) == 0 && len(j.cells[j.of[row]].GivenUp) == 0 {
			d.Runs = append(d.Runs, j.chartRun(row, r, d))
		}
	}
	return d
}

func (j *judged) chartRun(row int, r result.Record, d chartData) chartRun {
	c := j.cells[j.of[row]]
	run := chartRun{Row: row, Scenario: slices.Index(j.scenarios, r.Scenario), Group: slices.Index(d.Groups, j.group(c)),
		Load: slices.Index(j.loads, r.Load), Trial: r.Trial, Values: make([]*float64, len(d.Metrics))}
	if c.Series != j.group(c) {
		run.Series = c.Series
	}
	for i, m := range d.Metrics {
		if v, ok := r.Value(m.Name); ok {
			short, err := strconv.ParseFloat(strconv.FormatFloat(v.Value, 'g', 6, 64), 64)
			if err == nil {
				run.Values[i] = &short
			}
		}
	}
	return run
}

// categoryOf a scenario: of the catalogue or, failing that, of its records.
func (in Input) categoryOf(id string) string {
	if c := in.Scenarios[id].Category; c != "" {
		return c
	}
	for _, r := range in.Records {
		if r.Scenario == id && r.Category != "" {
			return r.Category
		}
	}
	return ""
}

// cellCommand makes a run's cell again, typed beside the experiment's file. That says whether runs stop early; of one that
// did the command says so too.
func cellCommand(r result.Record) string {
	return strings.Join(append(cellWords(r), "--out again"), " ")
}

// RunCommand makes one run again, typed in the directory of its results: of its cell that trial alone. Where runs with the
// first trial's seed found the load or the warm-up, all trials are made.
func RunCommand(r result.Record) string {
	words := cellWords(r)
	if r.Sustained == nil && r.Pilot == nil {
		words = append(words, "--trials 1 --seed", strconv.FormatUint(r.Seed, 10))
	}
	return strings.Join(append(words, "--out again"), " ")
}

func cellWords(r result.Record) []string {
	words := []string{"govbench run experiment.yaml --design", quoted(r.Design), "--scenario", quoted(r.Scenario)}
	clients, closed := strings.CutSuffix(r.Load, " clients")
	switch {
	case closed:
		words = append(words, "--clients", clients)
	case strings.HasPrefix(r.Load, "trace:"), slices.ContainsFunc(r.Factors, func(f result.Factor) bool { return f.Name == "load" }):
	default:
		words = append(words, "--load", quoted(r.Load))
	}
	for _, f := range r.Factors {
		words = append(words, "--set", quoted(f.Name+"="+f.Value))
	}
	if r.GivenUp() {
		words = append(words, "--stop-early")
	}
	return words
}

// quoted writes a word as a shell reads it.
func quoted(word string) string {
	plain := func(r rune) bool {
		return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("-_.,:=/+@%", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
