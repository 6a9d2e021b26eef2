package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/govbench/govbench/reports/interleave"
	"github.com/govbench/govbench/reports/render"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
)

// liveFlags are the flags of a gate between two commands.
type liveFlags struct {
	old, new       string
	metrics        []string
	trials         int
	timeout        time.Duration
	order          uint64
	noise, confirm bool
	out            string
	all            bool
	json, markdown bool
	quiet          bool
}

// trialsDefault is how many trials of each side a gate has.
const trialsDefault = 20

// trialsMany is more trials than anybody waits for.
const trialsMany = 1000

// liveGate is a gate between two commands on its way.
type liveGate struct {
	cmd     *cobra.Command
	flags   *liveFlags
	sides   map[interleave.Arm]measured
	rule    stats.Rule
	metrics []string
}

// newLiveGate checks the flags.
func newLiveGate(cmd *cobra.Command, flags *liveFlags) (*liveGate, error) {
	g := &liveGate{cmd: cmd, flags: flags, sides: map[interleave.Arm]measured{}, rule: stats.GateRule()}
	g.rule.Interleaved = true
	if flags.trials < 1 {
		return nil, fmt.Errorf("--trials: found %d: allowed is 1 or more, and %d or more of samples", flags.trials, g.rule.TrialsMin)
	}
	if flags.timeout <= 0 {
		return nil, fmt.Errorf("--timeout: found %v: allowed is a time above 0, such as 10m", flags.timeout)
	}
	for arm, side := range map[interleave.Arm]struct{ flag, line string }{interleave.Old: {"--old", flags.old}, interleave.New: {"--new", flags.new}} {
		if side.line == "" {
			return nil, fmt.Errorf("%s is missing: --old and --new are the commands that measure the two versions", side.flag)
		}
		m, err := newMeasured(side.flag, side.line, flags.timeout)
		if err != nil {
			return nil, err
		}
		g.sides[arm] = m
	}
	g.sides[interleave.Again] = g.sides[interleave.Old]
	if !cmd.Flags().Changed("order-seed") {
		flags.order = uint64(time.Now().UnixNano())
	}
	return g, nil
}

// run makes one run of an arm.
func (g *liveGate) run(ctx context.Context, arm interleave.Arm) ([]result.Record, error) {
	records, err := g.sides[arm].run(ctx)
	for _, r := range records {
		if !r.Exact() && g.flags.trials < g.rule.TrialsMin {
			return nil, fmt.Errorf("--trials: found %d, and %s on %s has samples: allowed is %d or more, for with fewer no change of them has a verdict",
				g.flags.trials, r.Design, r.Scenario, g.rule.TrialsMin)
		}
	}
	return records, err
}

// session makes a session of fresh trials.
func (g *liveGate) session(ctx context.Context, round int, noise bool) (interleave.Judged, error) {
	p := beginProgress(g.cmd.ErrOrStderr(), g.flags.quiet, "runs", time.Now)
	p.begin()
	s, err := interleave.Run(ctx, interleave.Plan{
		Trials: g.flags.trials, Seed: g.flags.order + uint64(round), Noise: noise,
		Progress: func(done, total int, _ interleave.Arm) { p.counted(done, total) },
	}, func(ctx context.Context, arm interleave.Arm) ([]result.Record, error) {
		p.doing(fmt.Sprintf("%s: %s", arm, strings.Join(g.sides[arm].words, " ")))
		return g.run(ctx, arm)
	})
	p.close()
	if err != nil {
		return interleave.Judged{}, err
	}
	if round == 0 {
		pairs := stats.Pairs(s.Old, s.New)
		if g.metrics = render.MainMetrics(pairs); len(g.flags.metrics) > 0 {
			if g.metrics, err = chooseMetrics(g.flags.metrics, stats.MetricNames(pairs)); err != nil {
				return interleave.Judged{}, err
			}
		}
	}
	return s.Judge(g.metrics, g.rule), g.keep(round, s)
}

// sessionLine says how a session was made.
type sessionLine struct {
	Round  int              `json:"round"`
	Seed   uint64           `json:"order_seed"`
	Trials int              `json:"trials"`
	Old    []string         `json:"old"`
	New    []string         `json:"new"`
	Order  []interleave.Arm `json:"order"`
}

func (g *liveGate) describe(round int, s interleave.Session) sessionLine {
	return sessionLine{round + 1, s.Seed, g.flags.trials, g.sides[interleave.Old].words, g.sides[interleave.New].words, s.Order}
}

// keep writes what a session measured.
func (g *liveGate) keep(round int, s interleave.Session) error {
	if g.flags.out == "" {
		return nil
	}
	for name, records := range map[string][]result.Record{"old": s.Old, "new": s.New, "old-again": s.Again} {
		if len(records) == 0 {
			continue
		}
		dir := filepath.Join(g.flags.out, fmt.Sprintf("round-%d", round+1), name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if err := writeRuns(filepath.Join(dir, runsFile), records); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	line, err := json.MarshalIndent(g.describe(round, s), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(g.flags.out, fmt.Sprintf("round-%d", round+1), "session.json"), append(line, '\n'), 0o644)
}

// gateLive measures two commands against each other and decides.
func gateLive(cmd *cobra.Command, flags *liveFlags) error {
	g, err := newLiveGate(cmd, flags)
	if err != nil {
		return err
	}
	ctx := cmd.Context()
	first, err := g.session(ctx, 0, flags.noise)
	if err != nil {
		return stopped(err)
	}
	rounds, failed := []interleave.Judged{first}, first.Regressions()
	if flags.confirm && len(failed) > 0 && !anyExact(failed) {
		if !flags.quiet {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s regressed: once more with fresh trials\n", plural(len(failed), "figure"))
		}
		second, err := g.session(ctx, 1, true)
		if err != nil {
			return stopped(err)
		}
		rounds, failed = append(rounds, second), first.Confirmed(second)
	}
	tell := g.text
	switch {
	case flags.json:
		tell = g.lines
	case flags.markdown:
		tell = g.page
	}
	if err := tell(cmd.OutOrStdout(), rounds, failed); err != nil {
		return err
	}
	if len(failed) > 0 {
		return failure{fmt.Errorf("the gate failed: %s regressed", plural(len(failed), "figure"))}
	}
	return nil
}

// stopped tells an end by the user from a wrong input.
func stopped(err error) error {
	if errors.Is(err, context.Canceled) {
		return failure{errors.New("stopped: a session that is not whole has no verdict")}
	}
	return err
}

func anyExact(list []stats.Contrast) bool {
	return slices.ContainsFunc(list, func(c stats.Contrast) bool { return c.Exact })
}

func allExact(list []stats.Contrast) bool {
	return !slices.ContainsFunc(list, func(c stats.Contrast) bool { return !c.Exact })
}

// failedNamed is how many regressions the last sentence names.
const failedNamed = 5

// compared is a round as a comparison.
func (g *liveGate) compared(j interleave.Judged) render.Compared {
	return render.Compared{Old: "old", New: "new", Pairs: j.Pairs, Rule: g.rule, Contrasts: j.Contrasts}
}

// verdict is the gate's last word, in a sentence.
func (g *liveGate) verdict(rounds []interleave.Judged, failed []stats.Contrast) string {
	first := rounds[0]
	var names []string
	for i, c := range failed {
		if i == failedNamed {
			names = append(names, fmt.Sprintf("and %d more", len(failed)-i))
			break
		}
		cell := first.Pairs[c.Pair].Cell()
		name := c.Metric + " of " + cell.Scenario
		if cell.Series != "" { // a benchmark of Go has none
			name += " on " + cell.Series
		}
		names = append(names, fmt.Sprintf("%s (%+.3g %%)", name, 100*c.Change))
	}
	switch regressed := len(first.Regressions()); {
	case len(failed) > 0 && len(rounds) > 1:
		return "FAIL: fresh trials confirm that it is worse: " + strings.Join(names, ", ") + "."
	case len(failed) > 0:
		return "FAIL: worse: " + strings.Join(names, ", ") + "."
	case regressed > 0:
		return fmt.Sprintf("PASS: fresh trials do not confirm %s that the first ones showed.", plural(regressed, "regression"))
	}
	if allExact(first.Contrasts) {
		return "PASS: nothing is worse."
	}
	return fmt.Sprintf("PASS: nothing is worse by more than %g %%.", 100*g.rule.EffectMin)
}

// floors say what the machine's noise is, a sentence a metric whose noise is above the least effect, and
// one for the others.
func (g *liveGate) floors(j interleave.Judged) []string {
	var out []string
	most, quiet := 0.0, 0
	for _, f := range j.Noise {
		if f.Share <= g.rule.EffectMin {
			most, quiet = max(most, f.Share), quiet+1
			continue
		}
		remedy := fmt.Sprintf("about %d trials of each side would bring it below", f.Trials)
		if f.Trials > trialsMany {
			remedy = "more trials alone do not bring it below: measure longer in each, or on a quieter machine"
		}
		out = append(out, fmt.Sprintf("Warning: %s of %s differs by up to %.1f %% between equal versions, above the least effect of %g %%; %s.",
			f.Metric, j.Pairs[f.Pair].Cell().Scenario, 100*f.Share, 100*g.rule.EffectMin, remedy))
	}
	if quiet > 0 {
		out = append(out, fmt.Sprintf("Noise floor, the old version against itself in the same session: %s within %.2f %%.", plural(quiet, "figure"), 100*most))
	}
	return out
}

// text writes the rounds for a terminal.
func (g *liveGate) text(w io.Writer, rounds []interleave.Judged, failed []stats.Contrast) error {
	for i, j := range rounds {
		if i > 0 {
			fmt.Fprintln(w)
			term.Of(w).Sentence("Once more with fresh trials:")
		}
		term.Of(w).Sentence(fmt.Sprintf("%s of each version in random order; --order-seed %d draws that order again.", plural(g.flags.trials, "trial"), j.Seed))
		if err := render.CompareText(w, g.compared(j), render.ByWorst, g.flags.all); err != nil {
			return err
		}
		for _, s := range g.floors(j) {
			paragraph(w, 0, "", s)
		}
	}
	fmt.Fprintln(w)
	sayVerdict(w, g.verdict(rounds, failed))
	return term.Of(w).Err()
}

// page writes the rounds as Markdown.
func (g *liveGate) page(w io.Writer, rounds []interleave.Judged, failed []stats.Contrast) error {
	fmt.Fprintf(w, "**%s**\n\n", g.verdict(rounds, failed))
	for _, j := range rounds {
		if err := render.CompareMarkdown(w, g.compared(j), render.ByWorst, g.flags.all); err != nil {
			return err
		}
		for _, s := range append(g.floors(j), fmt.Sprintf("%s of each version in random order (--order-seed %d).", plural(g.flags.trials, "trial"), j.Seed)) {
			fmt.Fprintf(w, "\n%s\n", s)
		}
	}
	return nil
}

// lines writes the rounds as JSON: of each its session, its comparisons and its noise, and the verdict last.
func (g *liveGate) lines(w io.Writer, rounds []interleave.Judged, failed []stats.Contrast) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i, j := range rounds {
		if err := enc.Encode(g.describe(i, j.Session)); err != nil {
			return err
		}
		if err := render.CompareJSON(w, g.compared(j), render.ByRuns); err != nil {
			return err
		}
		for _, f := range j.Noise {
			line := struct {
				Round    int     `json:"round"`
				Scenario string  `json:"scenario"`
				Metric   string  `json:"metric"`
				Noise    float64 `json:"noise"`
				Trials   int     `json:"trials_needed"`
			}{i + 1, j.Pairs[f.Pair].Cell().Scenario, f.Metric, f.Share, f.Trials}
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
	}
	return enc.Encode(struct {
		Pass    bool   `json:"pass"`
		Failed  int    `json:"failed"`
		Verdict string `json:"verdict"`
	}{len(failed) == 0, len(failed), g.verdict(rounds, failed)})
}
