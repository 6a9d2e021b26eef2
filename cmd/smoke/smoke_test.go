package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// sample is what a good job leaves.
func sample() []result.Record {
	var out []result.Record
	for d := range 3 {
		for s := range 12 {
			for _, load := range []string{"city", "2000"} {
				out = append(out, result.Record{
					Design: fmt.Sprint("design-", d), Scenario: fmt.Sprint("scenario-", s), Category: fmt.Sprint("category-", s%4), Load: load,
					Values: []result.Value{{Name: "throughput", Value: 1}},
					Checks: []result.Check{{Name: "agreement", OK: true}, {Name: "integrity", OK: true}},
				})
			}
		}
	}
	return out
}

// TestCheckRecords shows that each kind of bad result is found.
func TestCheckRecords(t *testing.T) {
	if err := checkRecords(sample()); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(r []result.Record) []result.Record{
		"71 runs instead of 72": func(r []result.Record) []result.Record { return r[1:] },
		"check agreement failed": func(r []result.Record) []result.Record {
			r[5].Checks[0] = result.Check{Name: "agreement", Detail: "height 3"}
			return r
		},
		"nothing says that integrity": func(r []result.Record) []result.Record { r[7].Checks = r[7].Checks[:1]; return r },
		"4 designs":                   func(r []result.Record) []result.Record { r[0].Design = "other"; return r },
		"answered anything": func(r []result.Record) []result.Record {
			for i := range r {
				r[i].Values = nil
			}
			return r
		},
	} {
		if err := checkRecords(spoil(sample())); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v instead of %q", err, want)
		}
	}
}

func TestCheckPage(t *testing.T) {
	const page = `<html><svg></svg><table><a href="https://example.com/source">source</a></table></html>`
	if err := checkPage([]byte(page)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		`<script src="x.js"></script>`, `<link rel="stylesheet" href="a.css">`, `<img src="https://example.com/a.png">`,
		`<style>@import "a.css"</style>`, `<p style="background: url(https://example.com/a)">`, `<iframe></iframe>`, `<img src=//example.com/a>`,
	} {
		if err := checkPage([]byte(page + bad)); err == nil || !strings.Contains(err.Error(), "from outside") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if checkPage([]byte("<html></html>")) == nil {
		t.Error("an empty page passes")
	}
}

func TestCheckTexts(t *testing.T) {
	for _, c := range []struct {
		name  string
		check func([]byte) error
		good  string
		bad   []string
	}{
		{"bench", checkBench, "BenchmarkX 1 5 tx/sec\n", []string{"", "BenchmarkX 1\n", "BenchmarkX 1 5 tx/sec 7\n"}},
		{"csv", checkCSV, strings.Repeat("a,b\n", runsWanted+1), []string{"a,b\n", "a,b\n\"c\n"}},
		{"svg", checkSVG, "<svg><g/></svg>", []string{"<svg><g></svg>"}},
		{"text", wantText("| "), "| a |", []string{""}},
	} {
		if err := c.check([]byte(c.good)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, bad := range c.bad {
			if c.check([]byte(bad)) == nil {
				t.Errorf("%s: %q passes", c.name, bad)
			}
		}
	}
}
