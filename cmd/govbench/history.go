package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/history"
	"github.com/govbench/govbench/reports/plot"
	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// historyFlags are the flags of history as they are written.
type historyFlags struct {
	metrics       []string
	level, effect string
	out           string
	all, json     bool
}

func newHistory() *cobra.Command {
	var flags historyFlags
	cmd := &cobra.Command{
		Use:   "history FILE",
		Short: "follow the results of many versions, and find where they changed",
		Long: `Follow every cell of a history file through its versions, and tell when a metric changed, by how much and how sure that is.
govbench history add puts a version's results into the file.

Exact figures changed wherever two versions differ. Noisy ones (the bubble, the wall clock, Go benchmarks) are split into levels
by E-divisive means, a test by permutation that assumes nothing of their distribution; the permutations come from a fixed
seed, so the same file gives the same answer. A level holds for four versions at least, so a single outlier is none, and a
change is seen four versions after it came. A change of --effect or less does not count. A series that a straight line fits
better than levels is told as a drift.

With --out the trends are drawn, as SVG and PNG. With --json there is a line a series, with its points and change points.

Exit status: 0 done, whatever changed; 1 a file could not be written; 2 the input is wrong.`,
		Example: `  govbench history history.jsonl
  govbench history history.jsonl --metric 'latency-*' --all --out results/trend
  govbench history add history.jsonl --results results/nightly --version v1.4.0`,
		Args: historyFile,
		RunE: func(cmd *cobra.Command, args []string) error { return showHistory(cmd, &flags, args[0]) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&flags.metrics, "metric", nil, "follow the metric `NAME|GLOB` (repeatable; default: the main ones)")
	f.StringVar(&flags.level, "level", "1%", "`LEVEL` of the test of each change point of noisy figures")
	f.StringVar(&flags.effect, "effect", "2%", "`SHARE` that the median of noisy figures has to change by to count")
	f.StringVar(&flags.out, "out", "", "draw the trends into `DIR`")
	f.BoolVar(&flags.all, "all", false, "show the series without a change too")
	f.BoolVar(&flags.json, "json", false, "print a line of JSON a series")
	cmd.AddCommand(newHistoryAdd())
	return cmd
}

func historyFile(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("found %s: allowed is one, the history: %s history.jsonl", plural(len(args), "argument"), cmd.CommandPath())
	}
	return nil
}

func showHistory(cmd *cobra.Command, flags *historyFlags, path string) error {
	rule := stats.DefaultSteps()
	for _, s := range []struct {
		flag, text string
		to         *float64
		top        float64
	}{{"level", flags.level, &rule.Level, 0.5}, {"effect", flags.effect, &rule.EffectMin, 10}} {
		v, ok := parseShare(s.text)
		if !ok || !(v > 0 && v <= s.top) {
			return fmt.Errorf("--%s: found %q: allowed is a share such as 1%% or 0.01, above 0 and up to %g%%", s.flag, s.text, 100*s.top)
		}
		*s.to = v
	}
	entries, err := readHistory(cmd, path)
	if err != nil {
		return err
	}
	metrics, known := render.MainOf(entries)
	if len(flags.metrics) > 0 {
		if metrics, err = chooseMetrics(flags.metrics, known); err != nil {
			return err
		}
	}
	trends := history.Trends(entries, metrics, rule)
	if flags.out != "" {
		if err := drawTrends(cmd, flags.out, trends); err != nil {
			return failure{err}
		}
	}
	if flags.json {
		return render.HistoryJSON(cmd.OutOrStdout(), trends)
	}
	return render.HistoryText(cmd.OutOrStdout(), trends, rule, flags.all)
}

// readHistory reads a history. An addition that was cut short is left out, and said.
func readHistory(cmd *cobra.Command, path string) ([]history.Entry, error) {
	entries, err := history.Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: no such file: govbench history add makes one", path)
	case errors.Is(err, result.ErrTruncated):
		fmt.Fprintf(cmd.ErrOrStderr(), "govbench: warning: %v\n", err)
	case err != nil:
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%s holds no results: govbench history add adds them", path)
	}
	return entries, nil
}

// drawTrends writes the figures, and says so on stderr.
func drawTrends(cmd *cobra.Command, dir string, trends []history.Trend) error {
	figures, err := plot.Trends(trends)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range figures {
		for ext, data := range map[string][]byte{".svg": f.SVG, ".png": f.PNG} {
			if err := os.WriteFile(filepath.Join(dir, f.Name+ext), data, 0o644); err != nil {
				return err
			}
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "wrote %s and .png\n", filepath.Join(dir, f.Name+".svg"))
	}
	return nil
}

// historyAddFlags are the flags of history add as they are written.
type historyAddFlags struct {
	results, version, at string
	again, json          bool
}

func newHistoryAdd() *cobra.Command {
	var flags historyAddFlags
	cmd := &cobra.Command{
		Use:   "add FILE",
		Short: "add the results of a version to a history",
		Long: `Add the results of a version to a history: an output directory, a runs.jsonl, or an output of go test -bench. The medians
over the trials are kept, with their intervals; results of which a check failed are refused.

A history is JSON lines, a cell of a version a line, and only grows: an addition is written behind the last line and synced. What
an addition left that was cut short is cut off by the next. FILE is made when it is not there.

Exit status: 0 added; 2 the input is wrong.`,
		Example: `  govbench history add history.jsonl --results results/nightly --version v1.4.0
  govbench history add history.jsonl --results bench.txt --version "$(git rev-parse --short HEAD)"`,
		Args: historyFile,
		RunE: func(cmd *cobra.Command, args []string) error { return addHistory(cmd, &flags, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.results, "results", "", "`DIR|FILE` of the results")
	f.StringVar(&flags.version, "version", "", "`NAME` of the version: a tag, a commit")
	f.StringVar(&flags.at, "at", "", "`TIME` of the version, such as 2026-01-05T12:00:00Z (default: now)")
	f.BoolVar(&flags.again, "again", false, "add to a version that is there already")
	f.BoolVar(&flags.json, "json", false, "print the lines that were added")
	return cmd
}

func addHistory(cmd *cobra.Command, flags *historyAddFlags, path string) error {
	for _, needed := range []struct{ flag, value string }{{"results", flags.results}, {"version", flags.version}} {
		if needed.value == "" {
			return fmt.Errorf("--%s is missing: govbench history add %s --results DIR --version NAME", needed.flag, shellQuote(path))
		}
	}
	at := time.Now().Truncate(time.Second)
	if flags.at != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, flags.at); err != nil {
			return fmt.Errorf("--at: found %q: allowed is a time such as 2026-01-05T12:00:00Z", flags.at)
		}
	}
	records, err := readSide(flags.results, cmd.ErrOrStderr())
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	entries, err := history.Entries(flags.version, at, records)
	if err != nil {
		return fmt.Errorf("--results: %w", err)
	}
	cut, err := history.Append(path, entries, flags.again)
	if errors.Is(err, history.ErrVersion) {
		return fmt.Errorf("%w; --again adds a second measurement of it", err)
	}
	if err != nil {
		return err
	}
	if cut != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "govbench: warning: %v\n", cut)
	}
	if flags.json {
		return history.Write(cmd.OutOrStdout(), entries)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "added %s of version %s to %s\n", plural(len(entries), "cell"), flags.version, path)
	return nil
}
