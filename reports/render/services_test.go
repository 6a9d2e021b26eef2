package render

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/plot"
	"github.com/govbench/govbench/reports/result"
)

// city is a report's input of one mixed workload of all samples, on one design: the first service has no
// transactions, the second runs at another preset, the third broke a law in a second run.
func city(broken bool) Input {
	in := synthetic(len(samples), "documented")
	r := syntheticRun("category:all", 1, "pbft", 1, "documented")
	for i, s := range samples {
		m := result.Member{Scenario: s.id, Category: s.category, Provenance: s.provenance, Share: 1 / float64(len(samples))}
		for _, metric := range result.Metrics() {
			v, ok := map[string]float64{"offered": 2, "throughput": 2, "refused": 0.02, "latency-p50": 0.004, "latency-p99": 0.01 + 0.001*float64(i),
				"case-latency-p50": 3, "read-offered": 1, "read-throughput": 1, "read-latency-p50": 0.0003, "read-latency-p99": 0.0004}[metric.Name]
			if ok && (i > 0 || strings.HasPrefix(metric.Name, "read-") || metric.Unit == "tx/sec") {
				if i == 0 && metric.Unit == "tx/sec" {
					v = 0
				}
				m.Values = append(m.Values, result.Value{Name: metric.Name, Unit: metric.Unit, Better: metric.Better, Exact: true, Value: v})
			}
		}
		r.Members = append(r.Members, m)
	}
	r.Members[1].Load = "city"
	r.Values = append(r.Values, result.Value{Name: "logged-checks", Unit: "tx/sec", Value: 3}, result.Value{Name: "read-throughput", Unit: "read/sec", Value: 12})
	for i := range result.RefusalsMax + 5 {
		r.Refusals = append(r.Refusals, result.Refusal{Scenario: samples[i%3].id, Reason: fmt.Sprintf("reason %02d", i), Count: uint64(100 - i)})
	}
	r.Refusals = append(r.Refusals, result.Refusal{Reason: result.OtherReasons, Count: 7})
	if broken {
		r.Members[2].Broken = "two invoices have the number 7"
		r.Checks = append(r.Checks, result.Check{Name: "laws of the program", Detail: samples[2].id + ": two invoices have the number 7"})
		r = r.Withheld()
	}
	in.Records = []result.Record{r}
	in.Scenarios["category:all"] = ScenarioInfo{Name: "The whole catalogue on one chain", NameZh: "全部", Provenance: "mixed", Summary: "All."}
	return in
}

// TestServicesOnOneChain: every service stands in the report with its figures, below its category's sum.
func TestServicesOnOneChain(t *testing.T) {
	in := city(false)
	text := render(t, writeMarkdown, in)
	page := render(t, writeHTML, in)
	for _, want := range []string{
		"## Services on one chain", "12 services: 11 documented, 1 derived: a reconstruction; none is official.",
		"| **data-sharing**, 3 services |  | 25 % | 4 tx/s + 3 reads/s | 4 tx/s + 3 reads/s | 4 ms | 12 ms |  | 0.04 tx/s | hold |",
		"| documented | 8.33 % | 1 reads/s | 1 reads/s | (300 µs) | (400 µs) |  | 0 tx/s | hold |",
		"目录链共享申请 | documented, city rate | 8.33 % | 2 tx/s + 1 reads/s | 2 tx/s + 1 reads/s | 4 ms | 11 ms | 3 s | 0.02 tx/s | hold |",
		"99 % of a service's transactions are answered within 11 ms (Directory-chain data-sharing request and grant) to 21 ms (Contactless approval during the epidemic).",
		"At documented load no volume was published for 1 of 12 services, 8.33 % of the requests offered: they run at their city rates, which nobody may call documented.",
		"| The whole catalogue on one chain | documented load | 12 reads/s | 3 tx/s |",
		"| Directory-chain catalogue entry registration | reason 00 | 100 |",
		"| several | other reasons | 397 |", // 5 reasons of 80 to 76 that are not listed, and 7
	} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md does not hold %q", want)
		}
	}
	for _, want := range []string{"<section id=\"services\">", "<details><summary><strong>data-sharing</strong>, 3 services", "目录链共享申请",
		"documented, city rate", "<section id=\"programs\">", "reason 00"} {
		if !strings.Contains(page, want) {
			t.Errorf("report.html does not hold %q", want)
		}
	}
	if strings.Contains(strings.ToLower(withoutScripts(t, page)), "<script") {
		t.Error("report.html holds a script that is not ours")
	}
}

// TestServicesInTheSpreadsheet: a service's figures have its own category and provenance, and its id in the last
// column, which is empty in the rows of the whole run.
func TestServicesInTheSpreadsheet(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(render(t, writeCSV, city(false)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	whole, services := 0, map[string]bool{}
	for _, row := range rows[1:] {
		id := row[column("service")]
		if id == "" {
			whole++
			continue
		}
		services[id] = true
		i := slices.IndexFunc(samples, func(s struct{ id, name, zh, category, agency, provenance, source string }) bool { return s.id == id })
		if row[column("scenario")] != "category:all" || row[column("category")] != samples[i].category || row[column("provenance")] != samples[i].provenance {
			t.Errorf("%v", row)
		}
	}
	if whole == 0 || len(services) != len(samples) {
		t.Errorf("%d rows of the run, %d services", whole, len(services))
	}
}

// TestBrokenServiceIsShown: without a single figure of the run.
func TestBrokenServiceIsShown(t *testing.T) {
	text := render(t, writeMarkdown, city(true))
	for _, want := range []string{"broken: two invoices have the number 7", "broken by 1 service", "| – | – | – | – |"} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md does not hold %q", want)
		}
	}
	if strings.Contains(text, "4 tx/s") {
		t.Error("report.md quotes a figure of a broken run")
	}
}

// TestServiceFigures: a figure for each category, and none for a broken run.
func TestServiceFigures(t *testing.T) {
	for _, broken := range []bool{false, true} {
		in := city(broken)
		figures, err := plot.All(plot.Input{Records: in.Records})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range figures {
			if f.Section == plot.SectionServices {
				n++
				if !strings.HasPrefix(f.Name, "services-category_all-documented-") {
					t.Errorf("%s", f.Name)
				}
			}
		}
		if want := map[bool]int{false: 4, true: 0}[broken]; n != want {
			t.Errorf("%d figures of services, want %d", n, want)
		}
	}
}
