package render

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// found is a search that found a load.
func found(design string, rate float64, trial int) result.Saturation {
	return result.Saturation{Scenario: "s", Design: design, Runtime: result.Virtual, Trial: trial, Objective: "latency-p99 < 1s", Precision: 0.02, Found: true,
		Sustained: rate, Confirmed: true, City: 100, Limit: result.LimitLink, Throughput: rate, LatencyP50: 0.01, LatencyP99: 0.25,
		Curve: []result.Loaded{{Cell: "c", Offered: rate, Role: result.RoleSearch, Held: true, Throughput: rate, LatencyP50: 0.01, LatencyP99: 0.25},
			{Cell: "d", Offered: 2 * rate, Role: result.RoleSearch, Why: "given up after 2s"}}}
}

func searches() Saturations {
	none := found("streamlet", 0, 0)
	none.Found, none.Problem, none.Limit, none.Confirmed = false, "not even 1 requests/s meets it", "", false
	return Saturations{
		Input: Input{Title: "t", Scenarios: map[string]ScenarioInfo{"s": {Name: "<b>Deeds</b> | and"}}, Command: "govbench saturate x",
			Designs: map[string]DesignInfo{"a": {FaultModel: "byzantine"}, "b": {FaultModel: "byzantine"}, "c": {FaultModel: "byzantine"}, "streamlet": {FaultModel: "byzantine"}, "raft": {FaultModel: "crash"}}},
		Found: []result.Saturation{found("b", 985, 0), found("a", 1000, 0), found("c", 500, 0), none, found("raft", 3000, 0), found("raft", 2800, 1)},
	}
}

// TestSaturationVerdicts: the design that carries most is named, equal ones are called so, and trials count by
// their lowest.
func TestSaturationVerdicts(t *testing.T) {
	in := searches()
	got := in.verdicts(in.kneeRows())
	want := []string{
		"<b>Deeds</b> | and. If a replica may lie: a carries up to 1,000 requests/s, 10 times the city load of 100 requests/s, and answers 1,000 tx/s, 99 % of them within 250 ms; " +
			"the link holds more back; confirmed with another seed; b carries the same, as far as the search is precise; c carries 50 % of that and for streamlet no load was found (not even 1 requests/s meets it).",
		"<b>Deeds</b> | and. If replicas only crash: raft carries up to 2,800 to 3,000 requests/s, 28 times the city load of 100 requests/s, and answers 2,800 tx/s, 99 % of them within 250 ms; " +
			"the link holds more back; 2 of 2 trials confirmed.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSaturationFiles: every file is there, a row of the CSV a run, and no name is taken for markup.
func TestSaturationFiles(t *testing.T) {
	dir := t.TempDir()
	in := searches()
	in.Found[0].Broken, in.Found[0].Warnings = []string{"agreement: <i>two</i>"}, []string{"lowered"}
	if err := WriteSaturations(dir, in); err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, name := range []string{"report.html", "report.md", "summary.csv", "saturation.jsonl", "environment.json"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		text[name] = string(data)
	}
	for _, bad := range []string{"<b>Deeds", "<i>two"} {
		if strings.Contains(text["report.html"], bad) || strings.Contains(text["report.md"], bad) {
			t.Errorf("%s is markup", bad)
		}
	}
	for _, want := range []string{"&lt;b&gt;Deeds", "A check failed", "lowered", "met: the highest load", "not met: given up after", "</html>"} {
		if !strings.Contains(strings.ReplaceAll(text["report.html"], "\u00a0", " "), want) {
			t.Errorf("report.html lacks %q", want)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(text["summary.csv"])).ReadAll()
	if err != nil || len(rows) != 1+12 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	var out bytes.Buffer
	if err := SaturationText(&out, in); err != nil || !strings.Contains(out.String(), "CHECK FAILED  b on s: agreement") || !strings.Contains(out.String(), "warning: b on s: lowered") {
		t.Errorf("%v\n%s", err, &out)
	}
	if err := WriteSaturations(dir, Saturations{}); err == nil {
		t.Error("a report of nothing")
	}
}
