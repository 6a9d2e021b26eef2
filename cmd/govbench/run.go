package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

func newRun() *cobra.Command {
	flags := runFlags{command: "run", write: writeReport}
	cmd := &cobra.Command{
		Use:   "run [FILE...]",
		Short: "run an experiment and write its report",
		Long: `Run experiments and write a report of each. Without a file it is the built-in quickstart: three designs
on twelve services at two loads. A flag overrides the file, and the file overrides the default.

The result goes to stdout and progress to stderr. The output directory holds runs.jsonl (a run a line, written
and synced as each ends), report.html, report.md, summary.csv, bench.txt, plots, experiment.yaml, which gives the
same digests when it is run again, and prices.yaml: the table by which the report says what a design costs a year.

Ctrl-C stops cleanly: every finished run is kept, the report is written of those, and --resume runs the rest. So it
does after any other end, a power cut included. A run whose check failed stays, marked as failed, and counts for no
figure; --retry-failed makes it again. While one process writes to a directory, no other can.

Exit status: 0 done; 1 a check or a run failed, or the run was stopped; 2 the input is wrong.`,
		Example: `  govbench run
  govbench run --design pbft --scenario real-estate-registration --load 500
  govbench run my-experiment.yaml --network three-city --out results/three-city
  govbench run --design pbft --scenario category:all --trace my-log.csv
  govbench run --resume --out results/three-city`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExperiments(cmd, &flags, args)
		},
	}
	flags.add(cmd.Flags())
	flags.addEarly(cmd.Flags())
	flags.addPrices(cmd.Flags())
	return cmd
}

// runExperiments reads every experiment before it runs the first, and runs all of them unless it is
// stopped.
func runExperiments(cmd *cobra.Command, flags *runFlags, paths []string) error {
	if len(paths) > 1 && (flags.set.Changed("out") || flags.resume) {
		return errors.New("--out and --resume are for one experiment, but there are several: run them one by one")
	}
	files, err := readExperiments(flags, paths)
	if err != nil {
		return err
	}
	if flags.prices != "" { // a wrong table shows before anything runs
		if _, err := pricesOf(flags.prices); err != nil {
			return err
		}
	}
	var plans []*experiment.Plan
	for _, f := range files {
		p, err := f.Plan()
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	var failures []error
	for _, p := range plans {
		if flags.dryRun {
			if err := printPlan(cmd.OutOrStdout(), p, flags.json); err != nil {
				return err
			}
			continue
		}
		err := runPlan(cmd, flags, p)
		if err != nil && !errors.As(err, new(failure)) || cmd.Context().Err() != nil {
			return err
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// readExperiments reads the files, or the experiment to resume, or else the built-in one, and applies
// the flags to each.
func readExperiments(flags *runFlags, paths []string) ([]experiment.File, error) {
	var files []experiment.File
	for _, path := range paths {
		f, err := experiment.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(paths) == 0 {
		read := experiment.Quickstart
		if flags.resume {
			read = func() (experiment.File, error) {
				return readExperiment(cmp.Or(flags.out, filepath.Join(resultsDir, experiment.QuickstartName)))
			}
		}
		f, err := read()
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	for i := range files {
		if err := flags.apply(&files[i]); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// cellLine is a cell of a plan in --dry-run --json.
type cellLine struct {
	Cell     string          `json:"cell"`
	Scenario string          `json:"scenario"`
	Design   string          `json:"design"`
	Protocol string          `json:"protocol"`
	Network  string          `json:"network"`
	Machine  string          `json:"machine"`
	Faults   string          `json:"faults"`
	Replicas int             `json:"replicas"`
	Load     string          `json:"load"`
	Factors  []result.Factor `json:"factors"`
	Seed     uint64          `json:"seed"`
	Trial    int             `json:"trial"`
}

// printPlan prints the cells with their hashes, for people or as JSON lines.
func printPlan(w io.Writer, p *experiment.Plan, asJSON bool) error {
	if !asJSON {
		fmt.Fprintf(w, "experiment %s: %d runs\n", p.File.Name, len(p.Cells))
	}
	for _, c := range p.Cells {
		key := c.Key()
		if !asJSON {
			fmt.Fprintf(w, "  %s  %s\n", key.Cell, c.Describe())
			continue
		}
		line, err := json.Marshal(cellLine{key.Cell, key.Scenario, key.Design, c.Design.Protocol, key.Network, key.Machine,
			key.Faults, c.Design.Replicas, key.Load, append([]result.Factor{}, c.Factors...), key.Seed, key.Trial})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", line)
	}
	if !asJSON {
		for _, s := range p.Skipped {
			fmt.Fprintf(w, "  skipped: %s\n", s)
		}
	}
	return nil
}

// runPlan runs one experiment and writes everything about it. Only errors of the input are not a
// failure.
func runPlan(cmd *cobra.Command, flags *runFlags, p *experiment.Plan) (err error) {
	dir := outputDir(flags, p.File.Name)
	s, err := openStore(dir, opening{resume: flags.resume, retry: flags.retry}, p, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	prices, err := pricesOf(flags.prices, dir)
	if err == nil {
		err = keepPrices(dir, &prices)
	}
	if err != nil {
		return errors.Join(err, s.runs.Close())
	}
	progress := newProgress(cmd.ErrOrStderr(), flags.quiet, s)
	started := time.Now()
	jobs := max(min(flags.cellsAtATime(&p.File), len(s.missing)), 1)
	spent := newEffort(jobs, systemMeters())
	runErr := experiment.Run(cmd.Context(), s.missing, experiment.Options{
		Jobs: jobs, Keep: s.write, Sync: s.runs.Sync, SyncEvery: syncEvery, Progress: progress.update,
		Searching: progress.searching, Moved: progress.follow(), Around: spent.around,
	})
	effort := spent.end()
	progress.close()
	if err := s.finish(); err != nil {
		return failure{err}
	}
	if len(s.records) > 0 {
		err := flags.write(cmd, flags, reportInput{dir: dir, plan: p, records: s.records, started: started, ended: time.Now(), effort: effort})
		if err != nil {
			return failure{err}
		}
	}
	return verdict(flags.command, runErr, s.records, len(p.Cells), dir)
}

// verdict turns the end of a run into an error, if it is one.
func verdict(command string, runErr error, records []result.Record, planned int, dir string) error {
	if errors.Is(runErr, context.Canceled) {
		return failure{fmt.Errorf("stopped: %d of %d runs are kept in %s; the rest: govbench %s --resume --out %s", len(records), planned, dir, command, shellQuote(dir))}
	}
	if runErr != nil {
		return failure{runErr}
	}
	var broken []string
	again := ""
	for _, r := range records {
		for _, c := range r.Failed() {
			if again == "" && command == "sweep" {
				again = fmt.Sprintf("\n%s says how to make each of them again; the first: cd %s && %s", filepath.Join(dir, failedFile), shellQuote(dir), render.RunCommand(r))
			}
			broken = append(broken, fmt.Sprintf("  %s on %s at %s: %s: %s", r.Design, r.Scenario, r.Load, c.Name, firstLine(c.Detail)))
		}
	}
	if len(broken) == 0 {
		return nil
	}
	const most = 10
	if len(broken) > most {
		broken = append(broken[:most], fmt.Sprintf("  and %d more", len(broken)-most))
	}
	return failure{fmt.Errorf("a check failed, so those runs have no figures:\n%s%s", strings.Join(broken, "\n"), again)}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// resultsDir holds the output directories that --out does not name.
const resultsDir = "results"

// outputDir is the directory named by --out, or the first of results/NAME, results/NAME-2, ... that
// holds no results yet.
func outputDir(flags *runFlags, name string) string {
	if flags.out != "" {
		return flags.out
	}
	base := filepath.Join(resultsDir, fileName(name))
	dir := base
	for i := 2; !flags.resume && holdsResults(dir); i++ {
		dir = fmt.Sprintf("%s-%d", base, i)
	}
	return dir
}

// fileName keeps what is safe in a file's name on every system.
func fileName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, name)
	if safe == "" {
		return "experiment"
	}
	return safe
}
