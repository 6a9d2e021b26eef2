package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

func newReport() *cobra.Command {
	var out string
	var asJSON bool
	var table runFlags
	cmd := &cobra.Command{
		Use:   "report DIR...",
		Short: "render results again, or several together",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("no directory of results: name one that govbench run wrote, such as govbench report %s/NAME", resultsDir)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" && len(args) > 1 {
				return errors.New("--out: name the directory for the joint report")
			}
			if out == "" {
				out = args[0]
			}
			return renderAgain(cmd, args, reporting{out: out, json: asJSON, prices: table.prices})
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "`DIR` of the report (default: that of the results, when there is one)")
	table.addPrices(cmd.Flags())
	cmd.Flags().Lookup("prices").Usage = "`FILE` of a price table, by which the report says what a design costs a year (default: the one beside the results)"
	cmd.Flags().BoolVar(&asJSON, "json", false, "print an object: wrote is the path of the report, runs the number of its runs, failed that of runs with a failed check")
	return cmd
}

// reporting is where a report goes and how.
type reporting struct {
	out    string
	json   bool
	prices string // file of a price table
}

// readResults reads the runs and experiments of result directories.
func readResults(warn io.Writer, dirs []string) (files []experiment.File, records []result.Record, err error) {
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && !info.IsDir() {
			return nil, nil, fmt.Errorf("%s is a file: allowed is a directory that govbench run wrote, such as %s", dir, filepath.Dir(dir))
		}
		read, err := result.ReadFile(filepath.Join(dir, runsFile))
		if errors.Is(err, result.ErrTruncated) {
			fmt.Fprintf(warn, "govbench: %v\n", err)
			err = nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("%s holds no results: %s is missing; name a directory that govbench run wrote", dir, runsFile)
		}
		if err != nil {
			return nil, nil, err
		}
		records = append(records, read...)
		f, err := experiment.ReadFile(filepath.Join(dir, experimentFile))
		if err == nil {
			files = append(files, f)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
	}
	if len(records) == 0 {
		return nil, nil, fmt.Errorf("%v: no finished run to report", dirs)
	}
	return files, records, nil
}

// renderAgain reads result directories and writes one report of all their runs.
func renderAgain(cmd *cobra.Command, dirs []string, how reporting) error {
	out, asJSON := how.out, how.json
	files, records, err := readResults(cmd.ErrOrStderr(), dirs)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if isFile(filepath.Join(dir, sizedFile)) {
			return fmt.Errorf("%s holds a sizing: govbench size --resume --out %s writes its report again, and makes no run twice", dir, shellQuote(dir))
		}
	}
	found, err := searchesIn(dirs)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("--out: cannot make the output directory: %w", err)
	}
	if len(found) > 0 {
		if how.prices != "" {
			return fmt.Errorf("--prices: the report of searches says no costs: leave it out")
		}
		return renderSearches(cmd, dirs, out, asJSON, files, found, records)
	}
	prices, err := pricesOf(how.prices, dirs...)
	if err != nil {
		return err
	}
	if err := keepPrices(out, &prices); err != nil {
		return failure{err}
	}
	if len(dirs) == 1 && isFile(filepath.Join(dirs[0], sweepFile)) {
		return renderSweep(cmd, dirs[0], how, files, records, &prices)
	}
	in, err := experiment.Report(files, records)
	if err != nil {
		return err
	}
	prices.Price(&in)
	if in.Sequences, err = readSequences(dirs); err != nil {
		return err
	}
	in.Command, in.Environment = runAgain(dirs), ranIn(dirs[0])
	if err := render.Write(out, in); err != nil {
		return failure{err}
	}
	return tellReport(cmd.OutOrStdout(), filepath.Join(out, "report.html"), records, asJSON)
}

// renderSweep writes the report of a sweep.
func renderSweep(cmd *cobra.Command, dir string, how reporting, files []experiment.File, records []result.Record, prices *experiment.Prices) error {
	in, err := experiment.ReportSweep(files, records, prices)
	if err != nil {
		return err
	}
	in.Title, in.Command, in.Environment = in.Title+sweepTitle, sweepAgain(dir), ranIn(dir)
	if err := render.WriteSweep(how.out, in); err != nil {
		return failure{err}
	}
	return tellReport(cmd.OutOrStdout(), filepath.Join(how.out, "report.html"), records, how.json)
}

// searchesIn reads the searches of result directories: all of them hold searches, or none.
func searchesIn(dirs []string) ([]result.Saturation, error) {
	var found []result.Saturation
	for i, dir := range dirs {
		path := filepath.Join(dir, searchesFile)
		switch there := isFile(path); {
		case i > 0 && there != (len(found) > 0):
			return nil, fmt.Errorf("%s and %s: one holds searches for the highest load and the other runs: render each by itself", dirs[0], dir)
		case there:
			read, err := readSearches(path)
			if err != nil {
				return nil, err
			}
			found = append(found, read...)
		}
	}
	return found, nil
}

// renderSearches writes one report of all searches of result directories.
func renderSearches(cmd *cobra.Command, dirs []string, out string, asJSON bool, files []experiment.File, found []result.Saturation, records []result.Record) error {
	in, err := experiment.ReportSaturations(files, found, records)
	if err != nil {
		return err
	}
	var again []string
	for _, dir := range dirs {
		read, err := readSearches(filepath.Join(dir, searchesFile))
		if err != nil {
			return err
		}
		objective, err := result.ParseObjective(read[0].Objective)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(dir, searchesFile), err)
		}
		again = append(again, searchAgain(dir, searchTerms{objective, uint64(math.Round(read[0].Precision * 1000))}))
	}
	in.Title, in.Command, in.Environment = in.Title+searchesTitle, strings.Join(again, "\n"), ranIn(dirs[0])
	if err := render.WriteSaturations(out, in); err != nil {
		return failure{err}
	}
	return tellReport(cmd.OutOrStdout(), filepath.Join(out, "report.html"), records, asJSON)
}

// reportObject is what report --json prints.
type reportObject struct {
	Wrote  string `json:"wrote"`
	Runs   int    `json:"runs"`
	Failed int    `json:"failed"`
}

// tellReport says where a report is.
func tellReport(w io.Writer, path string, records []result.Record, asJSON bool) error {
	o := reportObject{Wrote: path, Runs: len(records)}
	for _, r := range records {
		o.Failed += min(len(r.Failed()), 1)
	}
	if asJSON {
		return printJSON(w, o)
	}
	_, err := fmt.Fprintf(w, "wrote %s\n", path)
	return err
}

// runAgain is the command that makes the results of output directories again.
func runAgain(dirs []string) string {
	words := []string{"govbench", "run"}
	for _, dir := range dirs {
		words = append(words, shellQuote(filepath.Join(dir, experimentFile)))
	}
	return strings.Join(words, " ")
}

// ranIn is the environment in which the runs of an output directory were made, as far as it is known.
func ranIn(dir string) (e render.Environment) {
	data, err := os.ReadFile(filepath.Join(dir, environmentFile))
	if err != nil || json.Unmarshal(data, &e) != nil {
		return render.Environment{}
	}
	return e
}

// reportInput is what a finished run hands to its report.
type reportInput struct {
	dir            string
	plan           *experiment.Plan
	records        []result.Record
	started, ended time.Time
	effort         render.Effort
}

// writeReport writes every output file and tells the result on stdout.
func writeReport(cmd *cobra.Command, flags *runFlags, r reportInput) error {
	prices, err := pricesOf(flags.prices, r.dir)
	if err != nil {
		return err
	}
	in, err := experiment.Report([]experiment.File{r.plan.File}, r.records)
	if err != nil {
		return err
	}
	prices.Price(&in)
	in.Command, in.Environment = commandLine(), environment(r.started, r.ended)
	if before := ranIn(r.dir); flags.resume && !before.Started.IsZero() {
		in.Command, in.Environment.Started = runAgain([]string{r.dir}), before.Started
	}
	if in.Sequences, err = quickstartSequences(cmd, r); err != nil {
		return err
	}
	if err := render.Write(r.dir, in); err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	switch {
	case flags.json:
		return printRecords(w, r.records)
	case !flags.quiet:
		if err := render.Text(w, in); err != nil {
			return err
		}
		fmt.Fprintf(w, "\nreport: %s\n", filepath.Join(r.dir, "report.html"))
	}
	return nil
}

// printRecords prints run records as JSON lines.
func printRecords(w io.Writer, records []result.Record) error {
	for _, rec := range records {
		line, err := result.Encode(rec)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", line)
	}
	return nil
}
