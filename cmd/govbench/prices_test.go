package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/scenarios/experiment"
)

// TestPricesOfAReport: run and sweep keep the table by which they priced, report gives the same page again from it and
// another with another table, and a wrong table is refused before anything runs.
func TestPricesOfAReport(t *testing.T) {
	path, base := write(t, "small.yaml", small), t.TempDir()
	own := strings.Replace(string(experiment.PricesText()), "name: cloud-beijing", "name: street", 1)
	own = strings.Replace(own, "price: 0.25", "price: 99", 1)
	mine, broken := write(t, "mine.yaml", own), write(t, "broken.yaml", strings.Replace(own, "gb_month: 1.5", "gb_month: much", 1))
	for command, extra := range map[string][]string{"run": nil, "sweep": {"--vary", "load=40,80"}} {
		dir := filepath.Join(base, command)
		govbench(t, append([]string{command, path, "--machine", "reference", "--network", "metro", "--prices", broken, "--out", dir}, extra...)...).want(t, exitInput, "broken.yaml:24:", "gb_month", `found "much"`, "allowed")
		if _, err := os.Stat(dir); err == nil {
			t.Fatal("a wrong table left a directory")
		}
		govbench(t, append([]string{command, path, "--machine", "reference", "--network", "metro", "--prices", mine, "--quiet", "--out", dir}, extra...)...).want(t, exitOK)
		before := read(t, dir, "report.html")
		if !strings.Contains(before, "table street") || !strings.Contains(before, "CNY") {
			t.Errorf("%s: the page does not name its prices", command)
		}
		govbench(t, "report", dir).want(t, exitOK)
		if command == "sweep" && (!strings.Contains(read(t, dir, "pareto.csv"), ",CNY\n") || read(t, dir, "report.html") != before) {
			t.Error("rendered again the sweep is another")
		}
		if !strings.Contains(read(t, dir, "report.html"), "table street") || !strings.Contains(read(t, dir, pricesFile), "name: street") {
			t.Errorf("%s: rendered again the prices are others", command)
		}
	}
	two := filepath.Join(base, "plain")
	govbench(t, "run", path, "--quiet", "--out", two).want(t, exitOK)
	govbench(t, "report", filepath.Join(base, "run"), two, "--out", filepath.Join(base, "both")).want(t, exitInput, "two price tables", "--prices")
	govbench(t, "report", filepath.Join(base, "run"), two, "--prices", mine, "--out", filepath.Join(base, "both")).want(t, exitOK)
	if o := govbench(t, "show", "prices", mine); o.status != exitOK || !strings.Contains(o.stdout, "name: street") {
		t.Errorf("%+v", o)
	}
	govbench(t, "show", "prices", "--json", "cloud-bejing").want(t, exitInput, "cloud-beijing", "its path")
	if o := govbench(t, "show", "prices"); o.stdout != string(experiment.PricesText()) {
		t.Error("show prices is not the table to edit")
	}
}
