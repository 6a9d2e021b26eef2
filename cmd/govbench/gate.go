package main

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
)

func newGate() *cobra.Command {
	var flags liveFlags
	cmd := &cobra.Command{
		Use:   "gate --old COMMAND --new COMMAND",
		Short: "stop a change that makes something worse",
		Long: `Measure two versions against each other and fail when the new one is worse: for CI.

Each command measures one version once and prints what it found on stdout: run records (govbench run --json) or
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
		Example: `  govbench gate --old './old.test -test.run=^$ -test.bench=Queue -test.cpu=1' --new './new.test -test.run=^$ -test.bench=Queue -test.cpu=1'
  govbench gate --old 'old/govbench run live.yaml --json --quiet --out {dir}' --new 'new/govbench run live.yaml --json --quiet --out {dir}' --metric latency-p50`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errors.New("found an argument: allowed are flags only, the commands as --old 'COMMAND' --new 'COMMAND'")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return gateLive(cmd, &flags) },
	}
	flags.add(cmd)
	return cmd
}

func (f *liveFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	set.StringVar(&f.old, "old", "", "`COMMAND` that measures the old version")
	set.StringVar(&f.new, "new", "", "`COMMAND` that measures the new version")
	set.StringArrayVar(&f.metrics, "metric", nil, "judge the metric `NAME|GLOB` (repeatable; default: the main ones)")
	set.IntVar(&f.trials, "trials", trialsDefault, "`N` runs of each command")
	set.DurationVar(&f.timeout, "timeout", 10*time.Minute, "`TIME` that one run may take")
	set.Uint64Var(&f.order, "order-seed", 0, "`N` that the order is drawn from (default: another every time; it is printed)")
	set.BoolVar(&f.noise, "noise", false, "measure the noise of the machine too: half as many runs again")
	set.BoolVar(&f.confirm, "confirm", true, "measure a regression of samples once more, and fail when it shows again")
	set.StringVar(&f.out, "out", "", "keep the results and the order in `DIR`")
	set.BoolVar(&f.all, "all", false, "show the figures without a change too")
	set.BoolVar(&f.json, "json", false, "print each session, comparison and noise, and the verdict, as lines of JSON")
	set.BoolVar(&f.markdown, "markdown", false, "print Markdown, for a pull request")
	set.BoolVar(&f.quiet, "quiet", false, "print no progress")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown")
}
