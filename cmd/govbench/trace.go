package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/trace"
)

// traceFlags are the flags of the command trace.
type traceFlags struct {
	load     string
	duration string
	seed     uint64
	settings []string
	format   string
	out      string
	json     bool
	quiet    bool
}

func newTrace() *cobra.Command {
	var flags traceFlags
	cmd := &cobra.Command{
		Use:   "trace SCENARIO|MIX|FILE",
		Short: "write the requests of a run as CSV or JSON lines",
		Long: `Write the requests that a run of a scenario or mix offers, one a line in order of time, without running replicas: one
copy of the program answers each request after 50 ms, so that cases go on.

The columns are id, at (seconds since the start), scenario, agency (index among those that take part), client, read,
logged, case, last and op (the operation, in hexadecimal). govbench run --trace FILE replays such a file; a log of
your own needs no more than at, and scenario where there are several. Times are then such as 12.5 or
2024-05-06T08:30:00+08:00.`,
		Example: `  govbench trace court-evidence-deposit --load 200 --duration 10s --out requests.csv
  govbench trace category:all --load documented --duration 60s --out city.jsonl
  govbench run --scenario court-evidence-deposit --design pbft --trace requests.csv`,
		Args: exactlyOne("a scenario's id, a mix such as category:all, or a file"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return beginning(selections(), typed), cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return writeTrace(cmd, &flags, args[0])
		},
	}
	set := cmd.Flags()
	set.StringVar(&flags.load, "load", scenarios.PresetCity, "`RATE|PRESET`: requests per second, or documented, city, surge")
	set.StringVar(&flags.duration, "duration", "60s", "how `LONG` requests come")
	set.Uint64Var(&flags.seed, "seed", 1, "`N`, the seed of the run")
	set.StringArrayVar(&flags.settings, "set", nil, "`KEY=VALUE`: a setting of the scenario, such as scenario.rules.deadline=5000 (repeatable)")
	set.StringVar(&flags.format, "format", "", "`FORMAT`: csv or jsonl (by the ending of --out, else csv)")
	set.StringVar(&flags.out, "out", "", "`FILE` to write, replacing what is there (default stdout)")
	set.BoolVar(&flags.json, "json", false, "the same as --format jsonl")
	set.BoolVar(&flags.quiet, "quiet", false, "print no summary")
	return cmd
}

// cell plans a run of the scenario, whose requests these are. The design does not matter.
func (f *traceFlags) cell(name string) (*experiment.Cell, error) {
	x := experiment.Blank()
	x.Name, x.Warmup, x.Seed = "trace", 0, f.seed
	designs, err := each("design", []string{"raft"}, (*experiment.Design).Set)
	if err != nil {
		return nil, err
	}
	x.Designs = designs
	var ref experiment.ScenarioRef
	if err := ref.Set(name); err != nil {
		return nil, err
	}
	if n := len(ref.Scenarios()); ref.Mixed() == nil && n > 1 {
		return nil, fmt.Errorf("%s selects %d scenarios: write mix:%s for one chain that carries all of them", name, n, name)
	}
	x.Scenarios = []experiment.ScenarioRef{ref}
	load, err := experiment.ParseLoad(f.load)
	if err != nil {
		return nil, fmt.Errorf("--load: %w", err)
	}
	x.Load = []experiment.Load{load}
	if x.Duration, err = strict.ParseDuration(f.duration); err != nil {
		return nil, fmt.Errorf("--duration: %w", err)
	}
	x.Override("load", "--load")
	x.Override("duration", "--duration")
	if err := (&runFlags{settings: f.settings}).applySettings(&x); err != nil {
		return nil, err
	}
	p, err := x.Plan()
	if err != nil {
		return nil, err
	}
	return p.Cells[0], nil
}

// traceFormat is the format that the flags ask for.
func (f *traceFlags) traceFormat() (string, error) {
	known := trace.Formats()
	if f.json && f.format != "" && f.format != trace.JSONLines {
		return "", fmt.Errorf("--json and --format %s: give one of them", f.format)
	}
	if f.json {
		return trace.JSONLines, nil
	}
	if f.format != "" {
		for _, k := range known {
			if f.format == k {
				return k, nil
			}
		}
		return "", fmt.Errorf("--format: %w", strict.UnknownName("format", f.format, known))
	}
	switch ext := filepath.Ext(f.out); {
	case f.out == "" || ext == ".csv":
		return trace.CSV, nil
	case ext == ".jsonl" || ext == ".ndjson":
		return trace.JSONLines, nil
	default:
		return "", fmt.Errorf("--out: the ending of %s tells no format: allowed are .csv and .jsonl, or say --format", f.out)
	}
}

// writeTrace plays a run and writes its requests.
func writeTrace(cmd *cobra.Command, flags *traceFlags, name string) error {
	format, err := flags.traceFormat()
	if err != nil {
		return err
	}
	cell, err := flags.cell(name)
	if err != nil {
		return err
	}
	var played played
	play := func(w io.Writer) error {
		if err := played.play(cmd.Context(), w, format, cell); err != nil {
			return failure{err}
		}
		return nil
	}
	if flags.out == "" {
		err = play(cmd.OutOrStdout())
	} else {
		if err = writeWhole(flags.out, play); errors.As(err, new(*os.PathError)) || errors.As(err, new(*os.LinkError)) {
			err = fmt.Errorf("--out: %w", err)
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return failure{fmt.Errorf("stopped after %s; the trace is not whole", plural(int(played.requests), "request"))}
	case err != nil:
		return err
	}
	if !flags.quiet {
		played.summarise(cmd.ErrOrStderr(), cell, flags.out)
	}
	return nil
}

// played counts what a trace holds.
type played struct {
	requests, reads, logged uint64
	seen                    map[uint64]bool // cases
}

func (p *played) cases() int { return len(p.seen) }

// summarise says what was written, and how real it is.
func (p *played) summarise(w io.Writer, cell *experiment.Cell, out string) {
	into := ""
	if out != "" {
		into = " to " + out
	}
	fmt.Fprintf(w, "wrote %s of %s%s: %s, %s logged, %s, at %s (%s/s) over %v, seed %d\n",
		plural(int(p.requests), "request"), cell.Scenario.ID, into, plural(int(p.reads), "query"), grouped(int64(p.logged)),
		plural(p.cases(), "case"), cell.Load, rate(cell.Rate.TxPerSec()), cell.Duration, cell.Seed)
	for _, note := range cell.Notes {
		fmt.Fprintln(w, note)
	}
	if mixed := cell.Workload.Mixed(); mixed != nil {
		fmt.Fprintln(w, "services: "+mixed.Summary())
	} else {
		fmt.Fprintf(w, "the service is %s: %s. %s\n", cell.Scenario.Provenance, provenanceTitle(cell.Scenario.Provenance), reconstruction)
	}
}

// play writes the requests of a cell.
func (p *played) play(ctx context.Context, out io.Writer, format string, cell *experiment.Cell) error {
	p.seen = map[uint64]bool{}
	w, err := trace.NewWriter(out, format)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	members := cell.Workload.Members()
	firstAgency := cell.Workload.FirstAgencies()
	err = cell.Workload.PlayContext(ctx, cell.Seed, cell.Rate, cell.Duration, func(r workloads.Request) {
		p.requests++
		if r.Read {
			p.reads++
		}
		if r.Logged {
			p.logged++
		}
		if r.Case != 0 {
			p.seen[r.Case] = true
		}
		row := trace.Row{At: r.At, Scenario: members[r.Member].Scenario.ID, Agency: r.Agency - firstAgency[r.Member], Client: r.Client,
			Read: r.Read, Logged: r.Logged, Case: r.Case, Last: r.Last, Op: r.Op}
		if err := w.Write(row); err != nil {
			stop(err)
		}
	})
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // a full disk, rather than the end of the context that it led to
	}
	if err != nil {
		return err
	}
	return w.Close()
}

// writeWhole writes a file so that either all of it is there, or what was there before.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
