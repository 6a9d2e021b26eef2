package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

func newSweep() *cobra.Command {
	flags := runFlags{command: "sweep", write: writeSweep}
	cmd := &cobra.Command{
		Use:   "sweep [FILE]",
		Short: "vary settings and tell what each of them does",
		Long: `Run an experiment at every combination of the settings that it varies, and tell what each of them does. It takes
the flags of govbench run; trials of different cells share their seeds, so that all meet the same arrivals.

  --vary KEY=V1,V2,...   is a grid over all such lists.
  --sample N             instead of the grid takes N points, a Latin hypercube: each list or range is cut into N equal
                         parts and each part is drawn from once. A range is LOW..HIGH, such as
                         design.block.max_wait=1ms..100ms, and log:LOW..HIGH one in which each doubling is as likely.
                         The seed of the experiment decides the points.
  --when CONDITION       keeps the points for which it holds, such as 'design.block.max_txs>=100 or load<5000': settings
                         that are varied, compared by < <= > >= = != with a value, joined by and, or, not and brackets.

  --stop-early           gives a run up that cannot meet the default objective any more: its backlog, of transactions that
                         have waited for more than 1.1 s, has grown since its window began by more than a twentieth of
                         all requests that the window is to have. It has no figures and tells what held it back; nor
                         do other trials of its cell count in any figure, effect or front, and reports name the
                         cell. The rule sees nothing but the run in virtual time, so it is the same for any --jobs;
                         runs with faults, traces, closed loops, loads that vary and samples go to their end.

The effects go to stdout and progress to stderr. The output directory holds runs.jsonl and experiment.yaml as of
govbench run, and tables that pandas, R and DuckDB read as they are: sweep.csv has a row a run and metric with a column a
setting (durations in seconds, sizes in bytes), effects.csv a row a metric, factor and level, pareto.csv a row a cell.
report.html, report.md and plots/ hold the report with its figures: each factor's share, heat maps over the two factors
that matter most, and the Pareto front. govbench report DIR writes it again. Costs are of a year by the price table in
prices.yaml, or replicas x cores where a cell has no price.

A factor's share is its first-order sensitivity: the variance of the means at its levels over the variance of all runs.

A sweep that ended for whatever reason, kill -9 included, goes on with --resume: what was finished is kept and is not
run again. A failed run stays, marked as failed, and stands in failed.jsonl by itself with the command that runs its cell
again, until --retry-failed.

At the end stderr and environment.json say how long the cells took by themselves, added up, against the time that passed:
the efficiency is what cells alone would have needed with that many at a time, over what it was. A cell in virtual time
takes the processor time of its thread, which is what it takes when it runs alone; other cells, and all of them on systems
that do not tell it, the time that passes. Programs that run beside a sweep lower its efficiency.

Exit status: 0 done; 1 a check or a run failed, or the sweep was stopped; 2 the input is wrong.`,
		Example: `  govbench sweep my-experiment.yaml --vary design.block.max_txs=10,100,1000 --vary load=500,2000
  govbench sweep my-experiment.yaml --vary load=100..5000 --vary design.block.max_wait=log:1ms..100ms --sample 100
  govbench sweep --resume --out results/my-experiment`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSweep(cmd, &flags, args)
		},
	}
	flags.add(cmd.Flags())
	flags.addEarly(cmd.Flags())
	flags.addPrices(cmd.Flags())
	return cmd
}

// runSweep refuses an experiment that varies nothing and runs any other.
func runSweep(cmd *cobra.Command, flags *runFlags, paths []string) error {
	files, err := readExperiments(flags, paths)
	if err != nil {
		return err
	}
	if len(files[0].Vary) == 0 {
		return errors.New("--vary: a sweep varies something: give at least one setting, such as --vary design.block.max_txs=10,100,1000")
	}
	return runExperiments(cmd, flags, paths)
}

// sweepFile is the table of all runs; a directory that has it holds a sweep. sweepTitle ends the title of its report.
const (
	sweepFile  = "sweep.csv"
	sweepTitle = ": what each setting does"
)

// sweepAgain is the command that makes the results of a sweep again.
func sweepAgain(dir string) string {
	return "govbench sweep " + shellQuote(filepath.Join(dir, experimentFile))
}

// writeSweep writes the report of a sweep and tells its effects on stdout.
func writeSweep(cmd *cobra.Command, flags *runFlags, r reportInput) error {
	prices, err := pricesOf(flags.prices, r.dir)
	if err != nil {
		return err
	}
	in, err := experiment.ReportSweep([]experiment.File{r.plan.File}, r.records, &prices)
	if err != nil {
		return err
	}
	if r.effort.Cells > 0 {
		if err := keepEffort(r); err != nil {
			return err
		}
		if !flags.quiet {
			fmt.Fprintln(cmd.ErrOrStderr(), effortText(r.effort))
		}
	}
	in.Title, in.Command, in.Environment = in.Title+sweepTitle, sweepAgain(r.dir), ranIn(r.dir)
	if err := render.WriteSweep(r.dir, in); err != nil {
		return err
	}
	if err := keepFailed(r); err != nil {
		return err
	}
	w := cmd.OutOrStdout()
	if flags.json {
		return printRecords(w, r.records)
	}
	if flags.quiet {
		return nil
	}
	if err := render.SweepText(w, in); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nreport: %s; tables beside it: %s, effects.csv and pareto.csv\n", filepath.Join(r.dir, "report.html"), sweepFile)
	return err
}

// keepEffort writes environment.json: where and how the cells of a sweep were run.
func keepEffort(r reportInput) error {
	e := environment(r.started, r.ended)
	if before := ranIn(r.dir); !before.Started.IsZero() {
		e.Started = before.Started
	}
	e.Effort = &r.effort
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(r.dir, environmentFile), append(data, '\n'))
}

// keepFailed writes the failed runs once more by themselves, each as it stands in runs.jsonl with the check that failed and
// behind it, as "again", the command that makes it again; without any there is no such file.
func keepFailed(r reportInput) error {
	path := filepath.Join(r.dir, failedFile)
	failed := slices.DeleteFunc(slices.Clone(r.records), func(rec result.Record) bool { return len(rec.Failed()) == 0 })
	if len(failed) > 0 {
		var data bytes.Buffer
		for _, rec := range failed {
			line, err := result.Encode(rec)
			if err != nil {
				return err
			}
			again, err := json.Marshal(render.RunCommand(rec))
			if err != nil {
				return err
			}
			fmt.Fprintf(&data, "%s,\"again\":%s}\n", bytes.TrimSuffix(line, []byte("}")), again)
		}
		return replaceFile(path, data.Bytes())
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
