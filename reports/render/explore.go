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
	"github.com/govbench/govbench/reports/stats"
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

// chartData is what the page's script draws from: the figures of every sound run, once.
type chartData struct {
	Metrics []chartMetric `json:"metrics"`
	Runs    []chartRun    `json:"runs"`
}

type chartMetric struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
}

// chartRun is one run. Row is its place in the list of every run; Values stand in the order of the metrics, null
// where the run has none.
type chartRun struct {
	Row      int        `json:"row"`
	Scenario string     `json:"scenario"`
	Category string     `json:"category"`
	Series   string     `json:"series"`
	Load     string     `json:"load"`
	Trial    int        `json:"trial"`
	Values   []*float64 `json:"values"`
}

// scripts are the elements that make the page interactive: its data, which no browser runs, and the script. The
// encoder writes < and > as escapes, so no name can end the element.
func (in Input) scripts() (data, script template.HTML, err error) {
	text, err := json.Marshal(in.chartData())
	if err != nil {
		return "", "", err
	}
	return template.HTML(`<script type="application/json" id="data">` + string(text) + "</script>"), //nolint:gosec // escaped by the encoder
		template.HTML("<script>" + scriptText + "</script>"), nil //nolint:gosec // embedded
}

func (in Input) chartData() chartData {
	d := chartData{Metrics: []chartMetric{}, Runs: []chartRun{}}
	for _, m := range result.Metrics() {
		if slices.ContainsFunc(in.Records, func(r result.Record) bool { _, ok := r.Withheld().Value(m.Name); return ok }) {
			d.Metrics = append(d.Metrics, chartMetric{m.Name, m.Unit})
		}
	}
	series := map[string]string{}
	for _, c := range stats.Cells(in.Records) {
		for _, r := range c.Trials {
			series[r.Cell+"\x00"+r.Design+"\x00"+r.Load] = c.Series
		}
	}
	for row, r := range in.Records {
		if len(r.Failed()) > 0 {
			continue
		}
		run := chartRun{Row: row, Scenario: in.scenarioName(r.Scenario), Category: in.category(r), Series: series[r.Cell+"\x00"+r.Design+"\x00"+r.Load],
			Load: loadText(r.Load), Trial: r.Trial, Values: make([]*float64, len(d.Metrics))}
		for i, m := range d.Metrics {
			if v, ok := r.Value(m.Name); ok {
				short, err := strconv.ParseFloat(strconv.FormatFloat(v.Value, 'g', 6, 64), 64)
				if err == nil {
					run.Values[i] = &short
				}
			}
		}
		d.Runs = append(d.Runs, run)
	}
	return d
}

// category of a run's scenario: of the catalogue or, failing that, of its record.
func (in Input) category(r result.Record) string {
	if c := in.Scenarios[r.Scenario].Category; c != "" {
		return c
	}
	return r.Category
}

// cellCommand makes a run's cell again, typed beside the experiment's file.
func cellCommand(r result.Record) string {
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
	return strings.Join(append(words, "--out again"), " ")
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
