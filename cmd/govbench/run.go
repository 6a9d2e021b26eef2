package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

func newRun() *cobra.Command {
	var flags runFlags
	cmd := &cobra.Command{
		Use:   "run [FILE...]",
		Short: "run an experiment and write its report",
		Long: `Run an experiment and write its report. Without a file, and without --design or --scenario, the
built-in quickstart runs: three designs on twelve services at two loads. Flags override the file.`,
		Example: `  govbench run
  govbench run --design pbft --scenario real-estate-registration --load 500
  govbench run my-experiment.yaml --network three-city --out results/three-city`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExperiments(cmd, &flags, args)
		},
	}
	flags.add(cmd.Flags())
	return cmd
}

// runExperiments reads every experiment before it runs the first.
func runExperiments(cmd *cobra.Command, flags *runFlags, paths []string) error {
	files, err := readExperiments(flags, paths)
	if err != nil {
		return err
	}
	if len(files) > 1 && flags.set.Changed("out") {
		return errors.New("--out names one directory, but there are several experiments: leave it out")
	}
	var plans []*experiment.Plan
	for _, f := range files {
		p, err := f.Plan()
		if err != nil {
			return err
		}
		plans = append(plans, p)
	}
	for _, p := range plans {
		if flags.dryRun {
			printPlan(cmd.OutOrStdout(), p)
			continue
		}
		if err := runPlan(cmd, flags, p); err != nil {
			return err
		}
	}
	return nil
}

func readExperiments(flags *runFlags, paths []string) ([]experiment.File, error) {
	var files []experiment.File
	for _, path := range paths {
		f, err := experiment.ReadFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		f, err := experiment.Quickstart()
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

func printPlan(w io.Writer, p *experiment.Plan) {
	fmt.Fprintf(w, "experiment %s: %d runs\n", p.File.Name, len(p.Cells))
	for _, c := range p.Cells {
		fmt.Fprintf(w, "  %s\n", c.Describe())
	}
	for _, s := range p.Skipped {
		fmt.Fprintf(w, "  skipped: %s\n", s)
	}
}

// runPlan runs one experiment and writes everything about it.
func runPlan(cmd *cobra.Command, flags *runFlags, p *experiment.Plan) error {
	dir, err := outputDir(flags, p.File.Name)
	if err != nil {
		return err
	}
	store, err := openStore(dir, flags.resume, p)
	if err != nil {
		return err
	}
	defer store.Close()
	progress := newProgress(cmd.ErrOrStderr(), flags.quiet, p)
	started := time.Now()
	_, runErr := p.Run(cmd.Context(), experiment.Options{
		Jobs: flags.jobs, Have: store.finished, Keep: store.keep, Progress: progress.update,
	})
	progress.close()
	records := store.records
	if len(records) > 0 {
		err := writeReport(cmd, flags, reportInput{dir: dir, plan: p, records: records, started: started, ended: time.Now()})
		if err != nil {
			return failure{err}
		}
	}
	return verdict(runErr, records, len(p.Cells), dir)
}

// verdict turns the end of a run into an error, if it is one.
func verdict(runErr error, records []result.Record, planned int, dir string) error {
	if errors.Is(runErr, context.Canceled) {
		return failure{fmt.Errorf("stopped: %d of %d runs are kept in %s; continue with --resume --out %s", len(records), planned, dir, dir)}
	}
	if runErr != nil {
		return failure{runErr}
	}
	var broken []string
	for _, r := range records {
		for _, c := range r.Failed() {
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
	return failure{fmt.Errorf("a check failed, so those runs have no figures:\n%s", strings.Join(broken, "\n"))}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// outputDir is the directory named by --out, or the first of results/NAME, results/NAME-2, ... that
// holds no results yet.
func outputDir(flags *runFlags, name string) (string, error) {
	dir := flags.out
	if dir == "" {
		base := filepath.Join("results", fileName(name))
		dir = base
		for i := 2; !flags.resume && holdsResults(dir); i++ {
			dir = fmt.Sprintf("%s-%d", base, i)
		}
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return "", fmt.Errorf("--out %s is a file: name a directory", dir)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("--out: cannot make the output directory: %w", err)
	}
	return dir, nil
}

func holdsResults(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, runsFile))
	return err == nil && info.Size() > 0
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
