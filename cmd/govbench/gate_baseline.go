package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/reports/gate"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios/experiment"
)

// baselineFlags are the flags of a gate on a baseline.
type baselineFlags struct {
	baseline, results string
	tolerance         string
	update            bool
	thresholds        []string
	junit             string
	run               runFlags
	own               []string // names of all these flags
}

// add takes of the flags of a run those that say what is run.
func (f *baselineFlags) add(set *pflag.FlagSet) {
	own := pflag.NewFlagSet("baseline", pflag.ContinueOnError)
	own.StringVar(&f.baseline, "baseline", "", "`FILE` of runs, the baseline that the experiment is held against")
	own.StringVar(&f.results, "results", "", "judge the runs in `DIR|FILE` and run nothing")
	own.StringVar(&f.tolerance, "tolerance", "0", "`SHARE` by which exact figures may differ from the baseline")
	own.StringArrayVar(&f.thresholds, "threshold", nil, "hold every run to `TERM`, such as 'throughput >= 0.97 * baseline', instead of gate in the file (repeatable)")
	own.StringVar(&f.junit, "junit", "", "write the cases to `FILE` as a test suite in JUnit's XML")
	own.BoolVar(&f.update, "update", false, "write the runs as the baseline instead of judging them")
	f.run.command = "gate"
	all := pflag.NewFlagSet("run", pflag.ContinueOnError)
	f.run.add(all)
	for _, name := range []string{"design", "scenario", "load", "duration", "warmup", "replicas", "network", "machine", "faults", "clock", "seed", "set", "jobs"} {
		own.AddFlag(all.Lookup(name))
	}
	own.VisitAll(func(flag *pflag.Flag) {
		f.own = append(f.own, flag.Name)
		set.AddFlag(flag)
	})
}

// wanted reports whether the command line asks for a gate on a baseline, and not for one between two commands.
func (f *baselineFlags) wanted(set *pflag.FlagSet, args []string) (bool, error) {
	first := func(names []string) string {
		if i := slices.IndexFunc(names, set.Changed); i >= 0 {
			return "--" + names[i]
		}
		return ""
	}
	live, here := first([]string{"old", "new"}), first(f.own)
	if here == "" && len(args) > 0 {
		here = fmt.Sprintf("an argument, %q", args[0])
	}
	switch {
	case live != "" && here != "":
		return false, fmt.Errorf("found %s beside %s: allowed is either --old COMMAND --new COMMAND, which measures two versions, or [FILE...] --baseline FILE, which runs experiments", here, live)
	case live != "":
		return false, nil
	case !set.Changed("baseline") || f.baseline == "":
		return false, errors.New("nothing to compare with: --baseline FILE holds an experiment against earlier runs, --old COMMAND --new COMMAND measures two versions")
	}
	if only := first([]string{"order-seed", "noise", "confirm", "timeout"}); only != "" {
		return false, fmt.Errorf("%s goes with --old and --new only", only)
	}
	return true, nil
}

// gateBaseline runs experiments, or reads runs, and holds them against a baseline.
func gateBaseline(cmd *cobra.Command, flags *baselineFlags, live *liveFlags, paths []string) error {
	tolerance, ok := parseShare(flags.tolerance)
	if !ok || !(tolerance >= 0 && tolerance <= 10) {
		return fmt.Errorf("--tolerance: found %q: allowed is a share such as 0, 0.1%% or 0.001, from 0 to 1000%%", flags.tolerance)
	}
	var baseline []result.Record
	if !flags.update { // before anything runs
		var err error
		if baseline, err = readBaseline(flags.baseline); err != nil {
			return err
		}
	}
	run, files, err := flags.records(cmd, live, paths)
	if err != nil {
		return err
	}
	thresholds, err := flags.terms(files)
	if err != nil {
		return err
	}
	if flags.update {
		return updateBaseline(cmd, flags.baseline, run, live)
	}
	rule := gate.Rule{Tolerance: tolerance, Thresholds: thresholds}
	if len(live.metrics) > 0 {
		if rule.Metrics, err = chooseMetrics(live.metrics, stats.MetricNames(stats.Pairs(baseline, run))); err != nil {
			return err
		}
	}
	cases, err := gate.Judge(baseline, run, rule)
	if err != nil {
		return fmt.Errorf("--baseline: %s: %w", flags.baseline, err)
	}
	tell := baselineText
	switch {
	case live.json:
		tell = baselineLines
	case live.markdown:
		tell = gate.Markdown
	}
	r := gate.New(cases, live.all)
	if err := tell(cmd.OutOrStdout(), r); err != nil {
		return err
	}
	if err := flags.tellCI(cmd.ErrOrStderr(), r); err != nil {
		return failure{err}
	}
	if failed := gate.Failed(cases); len(failed) > 0 {
		return failure{fmt.Errorf("the gate failed: %s", plural(len(failed), "case"))}
	}
	return nil
}

// tellCI writes what a continuous integration reads: a JUnit file when asked for, and in GitHub Actions annotations and the
// summary of the step. Annotations go to stderr, which GitHub reads too, so that stdout stays what was asked for.
func (f *baselineFlags) tellCI(w io.Writer, r gate.Report) error {
	if f.junit != "" {
		var b bytes.Buffer
		if err := gate.JUnit(&b, r); err != nil {
			return err
		}
		if err := replaceFile(f.junit, b.Bytes()); err != nil {
			return fmt.Errorf("--junit: %w", err)
		}
	}
	if os.Getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	if err := gate.Annotations(w, r); err != nil {
		return err
	}
	path := os.Getenv("GITHUB_STEP_SUMMARY")
	if path == "" {
		return nil
	}
	summary, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("GITHUB_STEP_SUMMARY: %w", err)
	}
	return errors.Join(gate.Markdown(summary, r), summary.Close())
}

// readBaseline reads a baseline and refuses one that nothing can be held against.
func readBaseline(path string) ([]result.Record, error) {
	records, err := result.ReadFile(path)
	if detail := (*result.Error)(nil); errors.As(err, &detail) {
		detail.Remedy = "--update writes the baseline anew"
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("--baseline: %s: no such file: --update writes it", path)
	}
	if err != nil {
		return nil, fmt.Errorf("--baseline: %w", err)
	}
	if err := gate.Usable(records); err != nil {
		return nil, fmt.Errorf("--baseline: %s: %w: --update writes the baseline anew", path, err)
	}
	return records, nil
}

// updateBaseline writes runs as the baseline, without what only reports need.
func updateBaseline(cmd *cobra.Command, path string, run []result.Record, live *liveFlags) error {
	if err := gate.Usable(run); err != nil {
		return failure{fmt.Errorf("--update: %s is left as it is: %w", path, err)}
	}
	if err := writeRuns(path, gate.Baseline(run)); err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	if live.json {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
			Wrote string `json:"wrote"`
			Runs  int    `json:"runs"`
		}{path, len(run)})
	}
	if !live.quiet {
		term.Of(cmd.OutOrStdout()).Sentence(fmt.Sprintf("Wrote %s: %s.", path, plural(len(run), "run")))
	}
	return nil
}

// terms are the thresholds: of the flags, or else of the experiments.
func (f *baselineFlags) terms(files []experiment.File) (result.Objective, error) {
	var out result.Objective
	for _, text := range f.thresholds {
		t, err := result.ParseThreshold(text)
		if err != nil {
			return nil, fmt.Errorf("--threshold: %w", err)
		}
		out = append(out, t)
	}
	if len(out) > 0 || len(files) == 0 {
		return out, nil
	}
	for _, x := range files {
		if !slices.Equal(x.Gate, files[0].Gate) {
			return nil, errors.New("the experiments have different thresholds under gate: run them one by one, or give --threshold for all")
		}
	}
	for _, t := range files[0].Gate {
		out = append(out, result.Term(t))
	}
	return out, nil
}

// records are the runs to judge, in the order of their plans, and the experiments they are of where those are known.
func (f *baselineFlags) records(cmd *cobra.Command, live *liveFlags, paths []string) ([]result.Record, []experiment.File, error) {
	if f.results != "" {
		if len(paths) > 0 || live.out != "" {
			return nil, nil, errors.New("--results: judges runs that are there already, so no FILE and no --out goes with it")
		}
		return f.read()
	}
	if cmd.Flags().Changed("trials") {
		if err := f.run.set.Set("trials", strconv.Itoa(live.trials)); err != nil {
			return nil, nil, err
		}
	}
	files, err := readExperiments(&f.run, paths)
	if err != nil {
		return nil, nil, err
	}
	if _, err := f.terms(files); err != nil { // before anything runs
		return nil, nil, err
	}
	var plans []*experiment.Plan
	for _, x := range files {
		p, err := x.Plan()
		if err != nil {
			return nil, nil, err
		}
		plans = append(plans, p)
	}
	var out []result.Record
	for _, p := range plans {
		run, err := f.runPlan(cmd, live.quiet, p)
		if err != nil {
			return nil, nil, failure{stopped(err)}
		}
		out = append(out, run...)
	}
	if live.out != "" {
		if err := os.MkdirAll(live.out, 0o755); err != nil {
			return nil, nil, fmt.Errorf("--out: %w", err)
		}
		if err := writeRuns(filepath.Join(live.out, runsFile), out); err != nil {
			return nil, nil, fmt.Errorf("--out: %w", err)
		}
	}
	return out, files, nil
}

// read reads the runs of --results, and of an output directory the experiment.
func (f *baselineFlags) read() ([]result.Record, []experiment.File, error) {
	file := f.results
	var files []experiment.File
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		file = filepath.Join(f.results, runsFile)
		if isFile(filepath.Join(f.results, experimentFile)) {
			x, err := readExperiment(f.results)
			if err != nil {
				return nil, nil, err
			}
			files = append(files, x)
		}
	}
	run, err := result.ReadFile(file)
	if err == nil && len(run) == 0 {
		err = fmt.Errorf("%s holds no run", file)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("--results: %w", err)
	}
	return run, files, nil
}

// runPlan runs a plan in memory.
func (f *baselineFlags) runPlan(cmd *cobra.Command, quiet bool, p *experiment.Plan) ([]result.Record, error) {
	progress := newProgress(cmd.ErrOrStderr(), quiet, &store{plan: p, missing: p.Cells})
	defer progress.close()
	var mu sync.Mutex
	var out []result.Record
	err := experiment.Run(cmd.Context(), p.Cells, experiment.Options{
		Jobs: max(min(f.run.cellsAtATime(&p.File), len(p.Cells)), 1),
		Keep: func(r result.Record) error {
			mu.Lock()
			defer mu.Unlock()
			out = append(out, r)
			return nil
		},
		Progress: progress.update, Searching: progress.searching, Moved: progress.follow(),
	})
	p.Sort(out)
	return out, err
}

// baselineText writes the verdict and a table for a terminal.
func baselineText(w io.Writer, r gate.Report) error {
	sayVerdict(w, r.Verdict)
	shown := r.Shown()
	if len(shown) == 0 {
		return term.Of(w).Err()
	}
	t := term.Table{Head: []string{"STATUS", "CELL", "TERM", "BASELINE", "NOW", "CHANGE"}, Columns: make([]term.Column, 6)}
	t.Columns[3].Right, t.Columns[4].Right, t.Columns[5].Right = true, true, true
	for _, c := range shown {
		old, now := c.Figures()
		t.Rows = append(t.Rows, []string{string(c.Status), c.Cell(), c.Term, old, now, c.Change()})
	}
	fmt.Fprintln(w)
	t.Write(term.Of(w))
	fmt.Fprintln(w)
	for _, s := range r.Notes() {
		paragraph(w, 0, "", s)
	}
	return term.Of(w).Err()
}

// baselineLines writes a line a case, and the verdict last.
func baselineLines(w io.Writer, r gate.Report) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, c := range r.Cases {
		if err := enc.Encode(c); err != nil {
			return err
		}
	}
	return enc.Encode(struct {
		Pass    bool   `json:"pass"`
		Failed  int    `json:"failed"`
		Verdict string `json:"verdict"`
	}{r.Pass, len(gate.Failed(r.Cases)), r.Verdict})
}
