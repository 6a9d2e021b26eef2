package render

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

var csvHead = []string{"scenario", "category", "provenance", "design", "protocol", "fault_model", "runtime", "network", "machine", "faults",
	"replicas", "load", "factors", "seed", "trial", "status", "metric", "value", "unit", "better", "exact", "service"}

// csvValues writes a row for each figure of a run, or of one of its services.
func csvValues(out *csv.Writer, row []string, service string, values []result.Value) error {
	for _, v := range values {
		full := append(row[:len(row):len(row)], "ok", v.Name, strconv.FormatFloat(v.Value, 'g', -1, 64), v.Unit, string(v.Better), strconv.FormatBool(v.Exact), cellText(service))
		if err := out.Write(full); err != nil {
			return err
		}
	}
	return nil
}

// writeCSV writes one row a figure, those of a mixed workload's services included. A run without figures has
// one row that says why.
func writeCSV(w io.Writer, in Input) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvHead); err != nil {
		return err
	}
	beyond := stats.Beyond(in.Records)
	for _, r := range in.Records {
		row := csvRun(in, r)
		if failed := r.Failed(); len(failed) > 0 {
			if err := out.Write(append(row, cellText("check failed: "+failed[0].Name), "", "", "", "", "", "")); err != nil {
				return err
			}
			continue
		}
		if beyond(r) {
			if err := out.Write(append(row, statusBeyond(r), "", "", "", "", "", "")); err != nil {
				return err
			}
			continue
		}
		if err := csvValues(out, row, "", r.Values); err != nil {
			return err
		}
		for _, m := range r.Members {
			of := slices.Clone(row) // category and provenance are the service's own
			of[1], of[2] = cellText(m.Category), cellText(m.Provenance)
			if err := csvValues(out, of, m.Scenario, m.Values); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

func csvRun(in Input, r result.Record) []string {
	category := r.Category
	if s := in.Scenarios[r.Scenario]; s.Category != "" {
		category = s.Category
	}
	row := []string{r.Scenario, category, in.provenance(r.Scenario), r.Design, r.Protocol, in.Designs[r.Design].FaultModel, string(r.Runtime),
		r.Network, r.Machine, r.Faults, strconv.Itoa(r.Replicas), r.Load, factors(r, ";"), strconv.FormatUint(r.Seed, 10), strconv.Itoa(r.Trial)}
	for i := range row {
		row[i] = cellText(row[i])
	}
	return row
}

func factors(r result.Record, sep string) string {
	var words []string
	for _, f := range r.Factors {
		words = append(words, f.Name+"="+f.Value)
	}
	return strings.Join(words, sep)
}

// cellText keeps a spreadsheet from taking a text for a formula.
func cellText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
