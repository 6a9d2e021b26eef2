package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
)

// saturateFlags are the flags of run and those of the search.
type saturateFlags struct {
	runFlags
	objectives []string
	precision  string
}

func newSaturate() *cobra.Command {
	var flags saturateFlags
	cmd := &cobra.Command{
		Use:   "saturate [FILE]",
		Short: "find the highest load that each design carries",
		Long: `Find, for each design and scenario of an experiment, the highest load that meets an objective, and the curve of
latency up to it. Without a file the experiment is the built-in quickstart. Its loads do not matter, and --load is
refused: the load is the answer here, so one that is given could only be misread as a bound on it. govbench run
takes loads, and govbench size says what carries one.

A search doubles or halves from the city load until the verdict turns, halves the bracket until it is as narrow
as --precision says, and confirms with another seed: 95 % of the load must hold and 105 % must not. A load that
the other seed does not hold is lowered. Then it runs at shares of the load for the curve.

An objective is terms such as "latency-p99 < 1s" or "throughput >= 0.99 * offered", joined by commas or given
one by one; all of them must hold. The default is
  ` + result.DefaultObjective().String() + `
A run is measured for 8 s to 2 min, so --duration and --warmup count only under --faults. A run that cannot
meet its objective any more is given up, and has no figures.

The result goes to stdout and progress to stderr. The output directory holds runs.jsonl (every run of every
search, as govbench run writes them, with what it was made for), saturation.jsonl (a search a line),
report.html, report.md, summary.csv (a row a run), plots, and experiment.yaml. In virtual time the same experiment gives
the same bytes for any --jobs, which is how many searches go on at a time.

Searches of hashiraft run a real engine in a bubble: they take minutes where others take seconds, longer the higher the
load that is tried, which the progress line names.

Ctrl-C stops cleanly: every finished run is kept, and --resume goes on from there with the objective and the
precision of the runs that are there.

Exit status: 0 done, whatever the loads are; 1 a check or a run failed, or the search was stopped; 2 the input is wrong.`,
		Example: `  govbench saturate --design raft --design pbft --scenario court-evidence-deposit
  govbench saturate --scenario category:epidemic-recovery --objective "latency-p99 < 200ms" --objective "dropped = 0"
  govbench saturate my-experiment.yaml --precision 0.5% --out results/highest
  govbench saturate --resume --out results/highest`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return saturate(cmd, &flags, args)
		},
	}
	flags.add(cmd.Flags())
	cmd.Flags().StringArrayVar(&flags.objectives, "objective", nil, "`TERMS` that a load must meet (repeatable: all must hold)")
	cmd.Flags().StringVar(&flags.precision, "precision", "2%", "`SHARE` of the load to which it is found, 0.1% to 20%")
	for _, name := range loadFlags() {
		if err := cmd.Flags().MarkHidden(name); err != nil {
			panic("govbench: " + err.Error()) // run has the flag
		}
	}
	cmd.Flags().Lookup("jobs").Usage = "`N` searches at a time; on the wall clock one, unless this says otherwise"
	cmd.Flags().Lookup("json").Usage = "print a search a line as JSON instead of the summary"
	return cmd
}

// searchesTitle ends the title of a report of searches.
const searchesTitle = ": the highest loads"

// searchAgain is the command that makes the searches of an output directory again.
func searchAgain(dir string, t searchTerms) string {
	return fmt.Sprintf("govbench saturate %s --objective %s --precision %s", shellQuote(filepath.Join(dir, experimentFile)), shellQuote(t.objective.String()), t.share())
}

// saturationSuffix sets the output directory of a search apart from that of the experiment's runs.
const saturationSuffix = "-saturation"

// loadFlags are the flags of run that say what is offered, which saturate searches for.
func loadFlags() []string { return []string{"load", "clients", "trace", "trace-speed"} }

// searchTerms are what a search is for.
type searchTerms struct {
	objective result.Objective
	precision uint64 // thousandths
}

func saturate(cmd *cobra.Command, flags *saturateFlags, args []string) error {
	for _, name := range loadFlags() {
		if flags.set.Changed(name) {
			return fmt.Errorf("--%s: saturate searches for the load, so none is given: govbench run takes it", name)
		}
	}
	terms, err := flags.terms()
	if err != nil {
		return err
	}
	if flags.resume && flags.out == "" && len(args) == 0 {
		flags.out = filepath.Join(resultsDir, experiment.QuickstartName+saturationSuffix)
	}
	files, err := readExperiments(&flags.runFlags, args)
	if err != nil {
		return err
	}
	p, err := files[0].SaturationPlan()
	if err != nil {
		return err
	}
	if flags.dryRun {
		return printSearches(cmd.OutOrStdout(), p, terms, flags.json)
	}
	return runSearches(cmd, flags, p, terms)
}

// terms reads the flags of the search.
func (f *saturateFlags) terms() (searchTerms, error) {
	t := searchTerms{objective: result.DefaultObjective()}
	var err error
	if len(f.objectives) > 0 {
		if t.objective, err = result.ParseObjective(strings.Join(f.objectives, ", ")); err != nil {
			return t, fmt.Errorf("--objective: %w", err)
		}
	}
	number, percent := strings.CutSuffix(strings.TrimSpace(f.precision), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	t.precision = uint64(math.Round(min(max(v*1000, 0), 1000)))
	if err != nil || !(v >= 0.0009999 && v <= 0.2000001) {
		return t, fmt.Errorf("--precision: found %q: allowed is a share such as 2%%, from 0.1%% to 20%%", f.precision)
	}
	return t, nil
}

// adopt takes the objective and precision of the runs that are there, where no flag says otherwise.
func (f *saturateFlags) adopt(t *searchTerms, have []result.Record) error {
	if len(have) == 0 || have[0].Probe == nil {
		return nil
	}
	if !f.set.Changed("objective") {
		o, err := result.ParseObjective(have[0].Probe.Objective)
		if err != nil {
			return err
		}
		t.objective = o
	}
	if !f.set.Changed("precision") {
		t.precision = uint64(math.Round(have[0].Probe.Precision * 1000))
	}
	return nil
}

// searchLine is a search of a plan in --dry-run --json.
type searchLine struct {
	Scenario  string          `json:"scenario"`
	Design    string          `json:"design"`
	Protocol  string          `json:"protocol"`
	Network   string          `json:"network"`
	Machine   string          `json:"machine"`
	Faults    string          `json:"faults"`
	Replicas  int             `json:"replicas"`
	Factors   []result.Factor `json:"factors"`
	Seed      uint64          `json:"seed"`
	Trial     int             `json:"trial"`
	Objective string          `json:"objective"`
	Precision float64         `json:"precision"`
}

// printSearches prints what would be searched for, for people or as JSON lines.
func printSearches(w io.Writer, p *experiment.Plan, t searchTerms, asJSON bool) error {
	if !asJSON {
		fmt.Fprintf(w, "experiment %s: %d searches for the highest load at which %s, to within %s\n", p.File.Name, len(p.Cells), t.objective, t.share())
	}
	for _, c := range p.Cells {
		key := c.Key()
		if !asJSON {
			fmt.Fprintf(w, "  %s on %s (%d replicas, %s, %s, faults %s)", key.Design, key.Scenario, c.Design.Replicas, key.Network, key.Machine, key.Faults)
			for _, f := range c.Factors {
				fmt.Fprintf(w, " %s=%s", f.Name, f.Value)
			}
			fmt.Fprintf(w, " trial %d seed %d\n", key.Trial, key.Seed)
			continue
		}
		line, err := json.Marshal(searchLine{key.Scenario, key.Design, c.Design.Protocol, key.Network, key.Machine, key.Faults, c.Design.Replicas,
			append([]result.Factor{}, c.Factors...), key.Seed, key.Trial, t.objective.String(), float64(t.precision) / 1000})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", line)
	}
	return nil
}

func (t searchTerms) share() string {
	return strconv.FormatFloat(float64(t.precision)/10, 'f', -1, 64) + "%"
}

// runSearches makes the searches of a plan and writes everything about them.
func runSearches(cmd *cobra.Command, flags *saturateFlags, p *experiment.Plan, terms searchTerms) (err error) {
	dir := outputDir(&flags.runFlags, p.File.Name+saturationSuffix)
	s, err := openDir(dir, opening{resume: flags.resume}, p, cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err = flags.adopt(&terms, s.records); err == nil {
		err = p.OfSearch(s.records, terms.objective, terms.precision)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w: resume with what made them, or name another directory with --out", filepath.Join(dir, runsFile), err), s.runs.Close())
	}
	if err := s.keepExperiment(); err != nil {
		return errors.Join(err, s.runs.Close())
	}
	g := newSearchProgress(cmd.ErrOrStderr(), flags.quiet, s)
	started := time.Now()
	found, records, runErr := experiment.Saturate(cmd.Context(), p.Cells, experiment.SaturateOptions{
		Jobs: flags.cellsAtATime(&p.File), Objective: terms.objective, Precision: terms.precision,
		Have: s.records, Keep: s.keep, Trying: g.trying, Found: g.found, Moved: g.follow(),
	})
	g.close()
	if runErr != nil {
		if errors.Is(runErr, context.Canceled) {
			runErr = fmt.Errorf("stopped: %d runs are kept in %s; the rest: govbench saturate --resume --out %s", len(s.records), dir, shellQuote(dir))
		}
		return failure{errors.Join(runErr, s.runs.Close())}
	}
	if err := s.finishAs(records); err != nil {
		return failure{err}
	}
	return reportSearches(cmd, flags, s, terms, found, started)
}

// reportSearches writes the report of searches that ended, tells the result, and fails when a check broke.
func reportSearches(cmd *cobra.Command, flags *saturateFlags, s *store, terms searchTerms, found []result.Saturation, started time.Time) error {
	in, err := experiment.ReportSaturations([]experiment.File{s.plan.File}, found, s.records)
	if err != nil {
		return failure{err}
	}
	in.Title += searchesTitle
	in.Environment = environment(started, time.Now())
	in.Command = searchAgain(s.dir, terms)
	if err := render.WriteSaturations(s.dir, in); err != nil {
		return failure{err}
	}
	w := cmd.OutOrStdout()
	switch {
	case flags.json:
		err = in.WriteJSON(w)
	case !flags.quiet:
		if err = render.SaturationText(w, in); err == nil {
			_, err = fmt.Fprintf(w, "\nreport: %s\n", filepath.Join(s.dir, "report.html"))
		}
	}
	if err != nil {
		return failure{err}
	}
	var broken []string
	for _, f := range found {
		for _, b := range f.Broken {
			broken = append(broken, fmt.Sprintf("  %s on %s: %s", f.Series(), f.Scenario, firstLine(b)))
		}
	}
	if len(broken) > 0 {
		return failure{fmt.Errorf("a check or a run failed:\n%s", strings.Join(broken, "\n"))}
	}
	return nil
}
