package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// The built-in experiment: three designs on twelve services at two loads.
const runsWanted = 3 * 12 * 2

// checkRecords checks what the runs themselves say.
func checkRecords(records []result.Record) error {
	if len(records) != runsWanted {
		return fmt.Errorf("%d runs instead of %d", len(records), runsWanted)
	}
	designs, scenarios, categories, answered := map[string]bool{}, map[string]bool{}, map[string]bool{}, 0
	for _, r := range records {
		name := fmt.Sprintf("%s on %s at %s", r.Design, r.Scenario, r.Load)
		designs[r.Design], scenarios[r.Scenario], categories[r.Category] = true, true, true
		if failed := r.Failed(); len(failed) > 0 {
			return fmt.Errorf("%s: check %s failed: %s", name, failed[0].Name, failed[0].Detail)
		}
		for _, want := range []string{"agreement", "integrity"} {
			if !hasCheck(r, want) {
				return fmt.Errorf("%s: nothing says that %s was checked", name, want)
			}
		}
		for _, v := range r.Values {
			if v.Name == "throughput" && v.Value > 0 {
				answered++
			}
		}
	}
	if len(designs) != 3 || len(scenarios) != 12 || len(categories) != 4 {
		return fmt.Errorf("%d designs, %d scenarios, %d categories instead of 3, 12, 4", len(designs), len(scenarios), len(categories))
	}
	// At a low load a short run of a rare service may see nobody at all.
	if answered < runsWanted*3/4 {
		return fmt.Errorf("only %d of %d runs answered anything", answered, runsWanted)
	}
	return nil
}

func hasCheck(r result.Record, name string) bool {
	for _, c := range r.Checks {
		if c.Name == name {
			return true
		}
	}
	return false
}

// checkFiles checks every output file besides the records.
func checkFiles(out string) error {
	for name, check := range map[string]func([]byte) error{
		"report.html":      checkPage,
		"report.md":        wantText("| "),
		"summary.csv":      checkCSV,
		"bench.txt":        checkBench,
		"environment.json": func(data []byte) error { var v map[string]any; return json.Unmarshal(data, &v) },
		"experiment.yaml":  wantText("name: quickstart"),
	} {
		data, err := os.ReadFile(filepath.Join(out, name))
		if err == nil {
			err = check(data)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return checkPlots(filepath.Join(out, "plots"))
}

// outside matches what makes a browser load something: not a link, which somebody has to follow.
var outside = regexp.MustCompile(`(?i)(<script[^>]*\ssrc|<link[^>]*\shref|<i?frame|<object|<embed|@import|\ssrc\s*=\s*["']?\s*(https?:)?//|url\(\s*["']?\s*(https?:)?//|xlink:href\s*=\s*["']?(https?:)?//|srcset)`)

func checkPage(data []byte) error {
	if found := outside.Find(data); found != nil {
		return fmt.Errorf("loads something from outside: %s", found)
	}
	for _, want := range []string{"<svg", "<table", "</html>"} {
		if !bytes.Contains(data, []byte(want)) {
			return fmt.Errorf("has no %s", want)
		}
	}
	return nil
}

func wantText(text string) func([]byte) error {
	return func(data []byte) error {
		if !bytes.Contains(data, []byte(text)) {
			return fmt.Errorf("does not contain %q", text)
		}
		return nil
	}
}

func checkCSV(data []byte) error {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err == nil && len(rows) <= runsWanted {
		err = fmt.Errorf("%d rows for %d runs", len(rows), runsWanted)
	}
	return err
}

// checkBench holds the lines to the Go benchmark format: a name, a count, pairs of value and unit.
func checkBench(data []byte) error {
	lines := 0
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		lines++
		if fields := strings.Fields(line); len(fields) < 4 || len(fields)%2 != 0 {
			return fmt.Errorf("not a benchmark line: %s", line)
		}
	}
	if lines == 0 {
		return errors.New("has no benchmark line")
	}
	return nil
}

func checkPlots(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		ext := filepath.Ext(e.Name())
		count[ext]++
		switch ext {
		case ".svg":
			err = checkSVG(data)
		case ".png":
			_, err = png.Decode(bytes.NewReader(data))
		}
		if err != nil {
			return fmt.Errorf("plots/%s: %w", e.Name(), err)
		}
	}
	if count[".svg"] == 0 || count[".svg"] != count[".png"] {
		return fmt.Errorf("plots: %d SVG and %d PNG files", count[".svg"], count[".png"])
	}
	return nil
}

func checkSVG(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
