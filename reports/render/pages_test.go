package render

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/govbench/govbench/reports/plot"
	"github.com/govbench/govbench/reports/result"
)

var pages = flag.String("pages", "", "directory to write the pages to that .ci/browser opens")

// hostile is a report in which every name tries to break the page.
func hostile(t *testing.T) Input {
	const evil = "<script>alert(1)</script></script><img src=x onerror=alert(2)>'\"&amp;&\x00\u202e\u200f\u2066 title"
	in := small()
	for id, s := range in.Scenarios {
		s.Name, s.NameZh, s.Category, s.Summary, s.Sources = evil, evil, evil, evil, []string{evil, "javascript:alert(3)"}
		s.Modelled = []string{evil}
		in.Scenarios[id] = s
	}
	for i := range in.Records {
		r := &in.Records[i]
		r.Design += evil
		r.Warnings = []string{evil}
	}
	in.Title, in.Command, in.Environment.CPU = evil, evil, evil
	drawn(t, &in)
	return in
}

// drawn adds the figures of a report.
func drawn(t *testing.T, in *Input) {
	t.Helper()
	titles := map[string]string{}
	for id, s := range in.Scenarios {
		titles[id] = s.Name
	}
	var err error
	if in.Figures, err = plot.All(plot.Input{Records: in.Records, Titles: titles}); err != nil {
		t.Fatal(err)
	}
}

// The pages that .ci/browser opens: a comparison with a broken run, a mix, hostile names, and two of a thousand runs.
func TestPagesForTheBrowser(t *testing.T) {
	if *pages == "" {
		t.Skip("no -pages")
	}
	comparison, mix := small(), city(false)
	drawn(t, &comparison)
	comparison.Sequences = []result.Sequence{traced()}
	for name, in := range map[string]Input{"comparison.html": comparison, "mix.html": mix, "hostile.html": hostile(t),
		"thousand-cells.html": thousand(true), "thousand-trials.html": thousand(false)} {
		if err := os.WriteFile(filepath.Join(*pages, name), []byte(render(t, writeHTML, in)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
