package main

import (
	"time"

	"github.com/spf13/cobra"
)

func newGate() *cobra.Command {
	var flags liveFlags
	var base baselineFlags
	cmd := &cobra.Command{
		Use:   "gate [FILE...] --baseline FILE | gate --old COMMAND --new COMMAND",
		Short: "stop a change that makes something worse",
		Long: `Hold experiments against a baseline, or measure two versions against each other, and fail on a change: for CI.

With --baseline the experiments run, or --results are read, and every exact figure and digest of virtual time must be
what the baseline has for the same cell and seed: any difference, for better or worse, fails until --update writes the
baseline anew, for review with the change. Samples of another time are shown, and cannot fail. A baseline that
lacks a cell or a metric of the runs gives no verdict. Thresholds, of gate in the file or of --threshold, hold for every run
too; a metric held to a multiple of the baseline is judged by that instead of by equality. With such a threshold, with
--tolerance or with --metric, which says what is judged, digests may change and are shown only. In GitHub
Actions failures become annotations, and the report the step's summary. The flags of govbench run that say what is run go with it.

With --old and --new each command measures one version once and prints what it found on stdout: run records (govbench run --json) or
benchmarks in Go's format. Both are run --trials times in one session, in an order drawn anew for every trial, so
that a machine that drifts treats both alike. Results of one run are one trial, by their medians. A run that fails, prints
nothing, measures other cells than the first or takes longer than --timeout ends the gate without a verdict. Commands are
started without a shell: quotes work, variables and pipes do not; for those write sh -c '...'. {dir} stands for a
directory that is made for one run and removed after it, for --out of govbench run.

Samples are worse when a one-sided Mann-Whitney test says so at 1 % and the median is worse by more than 2 %. A
regression of samples is then measured once more with fresh trials, and fails when they show it too
(--confirm=false takes the first word). Exact figures, of virtual time, are worse when they differ for the worse.
The repetition, and --noise from the start, run the old version as a third arm: what differs between equal
versions is the noise of the machine, and noise above 2 % is a warning with the trials it would take.

Exit status: 0 nothing is worse; 1 something is, or the gate was stopped; 2 the input is wrong, or there is no verdict.`,
		Example: `  govbench gate my-experiment.yaml --baseline baseline.jsonl --update
  govbench gate my-experiment.yaml --baseline baseline.jsonl
  govbench gate --old './old.test -test.run=^$ -test.bench=Queue -test.cpu=1' --new './new.test -test.run=^$ -test.bench=Queue -test.cpu=1'
  govbench gate --old 'old/govbench run live.yaml --json --quiet --out {dir}' --new 'new/govbench run live.yaml --json --quiet --out {dir}' --metric latency-p50`,
		RunE: func(cmd *cobra.Command, args []string) error {
			baseline, err := base.wanted(cmd.Flags(), args)
			switch {
			case err != nil:
				return err
			case baseline:
				return gateBaseline(cmd, &base, &flags, args)
			}
			return gateLive(cmd, &flags)
		},
	}
	base.add(cmd.Flags())
	flags.add(cmd)
	return cmd
}

func (f *liveFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.old, "old", "", "`COMMAND` that measures the old version")
	set.StringVar(&f.new, "new", "", "`COMMAND` that measures the new version")
	set.StringArrayVar(&f.metrics, "metric", nil, "judge the metric `NAME|GLOB` (repeatable; default: of two commands the main ones, against a baseline all)")
	set.IntVar(&f.trials, "trials", trialsDefault, "`N` runs of each command, or trials of the experiments")
	set.DurationVar(&f.timeout, "timeout", 10*time.Minute, "`TIME` that one run may take")
	set.Uint64Var(&f.order, "order-seed", 0, "`N` that the order is drawn from (default: another every time; it is printed)")
	set.BoolVar(&f.noise, "noise", false, "measure the noise of the machine too: half as many runs again")
	set.BoolVar(&f.confirm, "confirm", true, "measure a regression of samples once more, and fail when it shows again")
	set.StringVar(&f.out, "out", "", "keep the results, and the order of two commands, in `DIR`")
	set.BoolVar(&f.all, "all", false, "show the figures without a change too")
	set.BoolVar(&f.json, "json", false, "print what was judged, and the verdict, as lines of JSON")
	set.BoolVar(&f.markdown, "markdown", false, "print Markdown, for a pull request")
	set.BoolVar(&f.quiet, "quiet", false, "print no progress")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown")
}
