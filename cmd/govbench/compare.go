package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/gobench"
	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/scenarios/strict"
)

// compareFlags are the flags of compare as they are written.
type compareFlags struct {
	metrics                  []string
	sort, correction         string
	alpha, effect, tolerance string
	trials                   int
	all, json, markdown      bool
}

func newCompare() *cobra.Command {
	var flags compareFlags
	cmd := &cobra.Command{
		Use:   "compare OLD NEW",
		Short: "two result sets side by side, with what changed and how sure that is",
		Long: `Compare two result sets, cell by cell. OLD and NEW are output directories, runs.jsonl files, or outputs of go test -bench.
Of govbench saturate the highest loads are compared.

A cell is the same in both when scenario, design, load, runtime, network, machine, faults, replicas and factors are.
Figures of virtual time are exact: they are compared trial by trial with equal seeds, and any difference beyond
--tolerance is one. Figures of the bubble and the wall clock are samples: their medians over trials are compared
by a Mann-Whitney test at --alpha, corrected for the number of comparisons, and a change counts beyond --effect
and with --trials of each side at least. The two kinds are never compared with each other. A cell with a failed
check on either side has no verdict.

Without --metric the main ones are compared. The table has what changed, what needs a look first. What makes a
figure less sure than it looks stands in a note below: too few or unstable samples, a load generator at its
limit, trials that were not interleaved, settings that differ.

With --json a line has schema, the cell (scenario, design, load, runtime, network, machine, faults, replicas,
factors), metric, unit, better, exact, old and new (trials, median, low, high, covers), change, low and high
(shares of the old median), p, adjusted, verdict and warnings; null is a figure that there is none of. A line
without a metric is of a whole cell that is missing on a side or withheld.

Exit status: 0 compared, whatever the outcome is; 2 the input is wrong. A comparison that is to stop a merge is
what govbench gate is for.`,
		Example: `  govbench compare results/before results/after
  govbench compare results/before results/after --metric 'latency-*' --all --sort metric
  govbench compare old/runs.jsonl new/runs.jsonl --markdown
  govbench compare old.txt new.txt --effect 5% --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fmt.Errorf("found %s: allowed are two, OLD and NEW: govbench compare results/before results/after", plural(len(args), "result set"))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return compare(cmd, &flags, args[0], args[1]) },
	}
	rule := stats.DefaultRule()
	f := cmd.Flags()
	f.StringArrayVar(&flags.metrics, "metric", nil, "compare the metric `NAME|GLOB` (repeatable; default: the main ones)")
	f.StringVar(&flags.sort, "sort", string(render.ByWorst), "`ORDER` of the rows: "+strings.Join(names(render.Orders()), ", "))
	f.BoolVar(&flags.all, "all", false, "show the rows without a change too")
	f.StringVar(&flags.alpha, "alpha", "5%", "`LEVEL` of the test of samples, after correction")
	f.StringVar(&flags.effect, "effect", "2%", "`SHARE` that the median of samples has to change by to count")
	f.StringVar(&flags.tolerance, "tolerance", "0", "`SHARE` by which exact figures may differ and count as the same")
	f.IntVar(&flags.trials, "trials", rule.TrialsMin, "`N` trials of samples that each side needs for a verdict")
	f.StringVar(&flags.correction, "correction", string(rule.Correction), "for the number of comparisons, `METHOD`: "+strings.Join(names(stats.Corrections()), ", "))
	f.BoolVar(&flags.json, "json", false, "print every comparison, changed or not, as a line of JSON")
	f.BoolVar(&flags.markdown, "markdown", false, "print Markdown, for a pull request")
	cmd.MarkFlagsMutuallyExclusive("json", "markdown")
	return cmd
}

// names are the texts of values.
func names[S ~string](values []S) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

func compare(cmd *cobra.Command, flags *compareFlags, oldPath, newPath string) error {
	rule, err := flags.rule()
	if err != nil {
		return err
	}
	order := render.Order(flags.sort)
	if !slices.Contains(render.Orders(), order) {
		return fmt.Errorf("--sort: %w", strict.UnknownName("order", flags.sort, names(render.Orders())))
	}
	old, err := readSide(oldPath, cmd.ErrOrStderr())
	if err != nil {
		return fmt.Errorf("OLD: %w", err)
	}
	new, err := readSide(newPath, cmd.ErrOrStderr())
	if err != nil {
		return fmt.Errorf("NEW: %w", err)
	}
	pairs := stats.Pairs(old, new)
	if !slices.ContainsFunc(pairs, stats.Pair.Both) {
		return fmt.Errorf("nothing in common: no cell of %s is in %s; %s", oldPath, newPath, apart(old, new))
	}
	metrics, err := chooseMetrics(flags.metrics, stats.MetricNames(pairs))
	if err != nil {
		return err
	}
	c := render.Compare(oldPath, newPath, pairs, metrics, rule)
	w := cmd.OutOrStdout()
	switch {
	case flags.json:
		return render.CompareJSON(w, c, order)
	case flags.markdown:
		return render.CompareMarkdown(w, c, order, flags.all)
	}
	return render.CompareText(w, c, order, flags.all)
}

// rule reads the flags that say when two sides count as different.
func (f *compareFlags) rule() (stats.Rule, error) {
	rule := stats.DefaultRule()
	for _, s := range []struct {
		flag, text string
		to         *float64
		least, top float64
		allowed    string
	}{
		{"alpha", f.alpha, &rule.Alpha, 1e-9, 0.5, "a level such as 5% or 0.05, above 0 and up to 50%"},
		{"effect", f.effect, &rule.EffectMin, 0, 10, "a share such as 2% or 0.02, from 0 to 1000%"},
		{"tolerance", f.tolerance, &rule.Tolerance, 0, 10, "a share such as 0, 0.1% or 0.001, from 0 to 1000%"},
	} {
		v, ok := parseShare(s.text)
		if !ok || !(v >= s.least && v <= s.top) {
			return rule, fmt.Errorf("--%s: found %q: allowed is %s", s.flag, s.text, s.allowed)
		}
		*s.to = v
	}
	if f.trials < 2 {
		return rule, fmt.Errorf("--trials: found %d: allowed is a number from 2", f.trials)
	}
	rule.TrialsMin = f.trials
	rule.Correction = stats.Correction(f.correction)
	if !slices.Contains(stats.Corrections(), rule.Correction) {
		return rule, fmt.Errorf("--correction: %w", strict.UnknownName("method", f.correction, names(stats.Corrections())))
	}
	return rule, nil
}

// parseShare reads a share, with or without a percent sign.
func parseShare(text string) (float64, bool) {
	number, percent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	return v, err == nil
}

// readSide reads a result set: an output directory or a file. A run that was being written when its writer stopped is left
// out, and said.
func readSide(name string, warn io.Writer) ([]result.Record, error) {
	file := name
	if info, err := os.Stat(name); err != nil {
		return nil, fmt.Errorf("%s: no such file or directory: name an output directory, a %s, or an output of go test -bench", name, runsFile)
	} else if info.IsDir() {
		if file = filepath.Join(name, runsFile); !holdsResults(name) {
			return nil, fmt.Errorf("%s holds no results: %s is missing or empty; name a directory that govbench run wrote", name, runsFile)
		}
	}
	if file != name {
		if searches := filepath.Join(name, searchesFile); isFile(searches) {
			file = searches
		}
	}
	if filepath.Base(file) == searchesFile {
		found, err := readSearches(file)
		return highest(found), err
	}
	records, err := gobench.ReadAnyFile(file)
	if detail := (*result.Error)(nil); errors.Is(err, result.ErrTruncated) && errors.As(err, &detail) {
		fmt.Fprintf(warn, "govbench: warning: %s:%d: %s: that run is missing, and %s before it %s compared\n", detail.File, detail.Line, detail.Problem,
			plural(len(records), "run"), map[bool]string{true: "is", false: "are"}[len(records) == 1])
		err = nil
	}
	switch {
	case errors.Is(err, gobench.ErrNoResults) && name != file || err == nil && len(records) == 0:
		err = fmt.Errorf("%s holds no finished run", file)
	case errors.Is(err, gobench.ErrNoResults):
		err = fmt.Errorf("%s holds neither runs nor benchmarks: allowed is an output directory, its %s, or an output of go test -bench", name, runsFile)
	}
	return records, err
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// highest are searches as records: the runs of a search are at loads that differ from search to search.
func highest(found []result.Saturation) []result.Record {
	out := make([]result.Record, len(found))
	for i := range found {
		out[i] = found[i].Record()
	}
	return out
}

// readSearches reads what govbench saturate found.
func readSearches(path string) ([]result.Saturation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var out []result.Saturation
	n := 0
	for line := range bytes.Lines(data) {
		n++
		found, err := result.DecodeSaturation(bytes.TrimSpace(line))
		if err != nil {
			return nil, &result.Error{File: path, Line: n, Problem: err.Error(), Remedy: "govbench saturate --resume --out DIR writes it again, and makes no run twice", Err: err}
		}
		out = append(out, found)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no finished search", path)
	}
	return out, nil
}

// chooseMetrics resolves names and globs; none of them is every metric's default.
func chooseMetrics(globs, known []string) ([]string, error) {
	chosen := map[string]bool{}
	for _, glob := range globs {
		matched := false
		for _, name := range known {
			ok, err := path.Match(glob, name)
			if err != nil {
				return nil, fmt.Errorf("--metric: %q is no pattern: allowed are *, ? and [a-z]", glob)
			}
			// A Go benchmark's unit may have a slash, which a star is to match too.
			ok = ok || glob == "*" || glob == name
			chosen[name], matched = chosen[name] || ok, matched || ok
		}
		if !matched {
			return nil, fmt.Errorf("--metric: %w", strict.UnknownName("metric", glob, known))
		}
	}
	var out []string
	for _, name := range known {
		if chosen[name] {
			out = append(out, name)
		}
	}
	return out, nil
}

// apart says what tells two result sets apart that have no cell in common.
func apart(old, new []result.Record) string {
	for _, d := range []struct {
		name string
		of   func(result.Record) string
	}{
		{"scenario", func(r result.Record) string { return r.Scenario }},
		{"design", func(r result.Record) string { return r.Design }},
		{"load", func(r result.Record) string { return r.Load }},
		{"runtime", func(r result.Record) string { return string(r.Runtime) }},
		{"network", func(r result.Record) string { return r.Network }},
		{"machine", func(r result.Record) string { return r.Machine }},
		{"faults", func(r result.Record) string { return r.Faults }},
		{"number of replicas", func(r result.Record) string { return strconv.Itoa(r.Replicas) }},
	} {
		a, b := levels(old, d.of), levels(new, d.of)
		if !slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) }) {
			return fmt.Sprintf("they share no %s: old %s; new %s", d.name, someOf(a), someOf(b))
		}
	}
	return "they share every single setting, but no combination of them, factors included"
}

func levels(records []result.Record, of func(result.Record) string) []string {
	var out []string
	for _, r := range records {
		if v := of(r); !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// someOf lists the first of many words.
func someOf(words []string) string {
	const most = 3
	if len(words) <= most {
		return strings.Join(words, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(words[:most], ", "), len(words)-most)
}
