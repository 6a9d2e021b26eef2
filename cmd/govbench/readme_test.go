package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// resultsCommand makes README.md's table of results: exact designs, so that the table can be compared.
const resultsCommand = "go run ./cmd/govbench run --design raft --design pbft --design hotstuff " +
	"--scenario population-base-check --scenario real-estate-registration --scenario court-evidence-deposit --scenario work-resumption-filing " +
	"--load 2000 --load 20000 --duration 5s --warmup 1s"

const (
	resultsBegin = "<!-- results -->\n"
	resultsEnd   = "<!-- /results -->\n"
)

// TestReadmeResults runs the command of README.md's table and compares. With -update it writes the table.
func TestReadmeResults(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs 24 cells")
	}
	dir := t.TempDir()
	args := append(strings.Fields(resultsCommand)[3:], "--quiet", "--out", dir)
	var stdout, stderr bytes.Buffer
	if status := execute(t.Context(), args, &stdout, &stderr); status != exitOK {
		t.Fatalf("status %d: %s", status, &stderr)
	}
	records, err := result.ReadFile(filepath.Join(dir, runsFile))
	if err != nil {
		t.Fatal(err)
	}
	want := resultsText(records)
	text := readDoc(t, "README.md")
	before, rest, ok := strings.Cut(text, resultsBegin)
	found, after, closed := strings.Cut(rest, resultsEnd)
	if !ok || !closed {
		t.Fatalf("README.md has no %q ... %q", resultsBegin, resultsEnd)
	}
	if found == want {
		return
	}
	if !*update {
		t.Fatalf("README.md's results are not those of its command; after a change that was meant to change them, run with -update. Now they are:\n%s", want)
	}
	text = before + resultsBegin + want + resultsEnd + after
	if err := os.WriteFile(filepath.Join(root, "README.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// resultsText is the command and a table: a service and load a row, a design a column.
func resultsText(records []result.Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "```sh\n%s\n```\n\n", resultsCommand)
	b.WriteString("| service | load, tx/s | design | throughput, tx/s | latency p50 | latency p99 | held back by |\n|---|---:|---|---:|---:|---:|---|\n")
	before := ""
	for _, r := range records {
		values := map[string]float64{}
		for _, v := range r.Values {
			values[v.Name] = v.Value
		}
		service, load := r.Scenario, thousands(r.Load)
		if key := r.Scenario + " " + r.Load; key == before {
			service, load = "", ""
		} else {
			before = key
		}
		limit := r.Limit
		if limit == "" || limit == "offered" {
			limit = "nothing"
		}
		fmt.Fprintf(&b, "| %s | %s | `%s` | %s | %s | %s | %s |\n", service, load, r.Design,
			thousands(strconv.FormatFloat(values["throughput"], 'f', 0, 64)), millis(values["latency-p50"]), millis(values["latency-p99"]), limit)
	}
	return b.String()
}

// thousands groups the digits of a whole number.
func thousands(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	return thousands(digits[:len(digits)-3]) + "," + digits[len(digits)-3:]
}

// millis writes seconds as milliseconds.
func millis(sec float64) string {
	switch {
	case sec < 0.1:
		return fmt.Sprintf("%.2f ms", sec*1e3)
	case sec < 1:
		return fmt.Sprintf("%.0f ms", sec*1e3)
	}
	return fmt.Sprintf("%.2f s", sec)
}
