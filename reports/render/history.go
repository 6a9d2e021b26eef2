package render

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/govbench/govbench/reports/history"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/reports/term"
)

// MainOf lists those of a history's metrics that are shown when none is named: the main ones of govbench, and
// every one of another program that has a direction.
func MainOf(entries []history.Entry) (main, all []string) {
	for _, e := range entries {
		for _, v := range e.Values {
			_, ours := result.MetricNamed(v.Name)
			if !slices.Contains(all, v.Name) {
				all = append(all, v.Name)
				if ours && slices.Contains(mainMetrics(), v.Name) || !ours && v.Better != result.Neither {
					main = append(main, v.Name)
				}
			}
		}
	}
	return main, all
}

// trendColumns is how wide a trend is in a table.
const trendColumns = 30

// HistoryText writes trends for a terminal: what changed in sentences, and a table of those that changed, or
// of all.
func HistoryText(w io.Writer, trends []history.Trend, rule stats.Steps, all bool) error {
	out := term.Of(w)
	t := term.Table{
		Head: []string{"scenario", "design", "load", "metric", "versions", "trend", "last", "changes"}, Rule: true, Keys: 4,
		Columns: []term.Column{{Whole: true}, {}, {}, {}, {Right: true, Drop: 2}, {Whole: true}, {Right: true}, {}},
	}
	short, quiet, noisy := 0, 0, false
	for _, trend := range trends {
		for _, s := range sentences(trend) {
			out.Sentence(s)
		}
		noisy = noisy || !trend.Exact
		if trend.Short {
			short++
		}
		if still(trend) && !all {
			quiet++
			continue
		}
		t.Rows = append(t.Rows, historyRow(out, trend))
	}
	if quiet == len(trends) {
		out.Sentence(fmt.Sprintf("Nothing changed in %s.", count(len(trends), "trend")))
	} else {
		fmt.Fprintln(out)
		t.Write(out)
		if quiet > 0 {
			fmt.Fprintln(out)
			out.Sentence(fmt.Sprintf("%d more did not change: --all shows %s.", quiet, plural(quiet, "it", "them")))
		}
	}
	if short > 0 || noisy {
		fmt.Fprintln(out)
	}
	if short > 0 {
		out.Sentence(fmt.Sprintf("%d of %d have fewer than %d versions: too few for a change of noisy figures to show.", short, len(trends), 2*rule.LengthMin))
	}
	if noisy {
		out.Sentence(fmt.Sprintf("Changes of noisy figures: E-divisive means, each tested at %s by permutation, at least %s of the median, levels of at least %d versions. "+
			"Of exact figures any change counts.", share(rule.Level), share(rule.EffectMin), rule.LengthMin))
	}
	return out.Err()
}

func still(t history.Trend) bool { return len(t.Changes) == 0 && t.Drift == nil }

// of names a trend.
func of(t history.Trend) string {
	s := t.Metric + " of " + t.Scenario
	if t.Series != "" {
		s += " on " + t.Series
	}
	if t.Load != "" {
		s += " at " + t.Load
	}
	return s
}

// sentences say when a trend changed, by how much and how sure that is.
func sentences(t history.Trend) []string {
	var out []string
	for _, c := range t.Changes {
		at := t.Points[c.At]
		sure := "exact"
		if !t.Exact {
			sure = fmt.Sprintf("p %s, the %d versions before against the %d from it on", pText(c.P), c.Before.N, c.After.N)
		}
		out = append(out, keep(fmt.Sprintf("%s: %s at version %s of %s, %s, from %s to %s (%s).", of(t), t.Verdict(c.Change), at.Version,
			at.At.Format(time.DateOnly), changeOf(c), quantity(c.Before.Median, t.Unit), quantity(c.After.Median, t.Unit), sure)))
	}
	if t.Drift != nil {
		first, last := t.Points[0], t.Points[len(t.Points)-1]
		out = append(out, keep(fmt.Sprintf("%s: drifts, %s from version %s to %s in a straight line rather than in steps; %s.",
			of(t), signed(t.Drift.Change), first.Version, last.Version, t.Verdict(t.Drift.Change))))
	}
	return out
}

func changeOf(c stats.ChangePoint) string {
	if math.IsInf(c.Change, 0) {
		return "from nothing"
	}
	return signed(c.Change)
}

func historyRow(p *term.Page, t history.Trend) []string {
	changes := "none"
	for i, c := range t.Changes {
		text := fmt.Sprintf("%s %s at %s", t.Verdict(c.Change), changeOf(c), t.Points[c.At].Version)
		if i == 0 {
			changes = text
		} else {
			changes += "; " + text
		}
	}
	if t.Drift != nil {
		changes = "drifts " + signed(t.Drift.Change)
	}
	last := t.Points[len(t.Points)-1].Value
	return []string{t.Scenario, t.Series, t.Load, t.Metric, fmt.Sprint(len(t.Points)), spark(p, t.Values()), quantity(last.Median, t.Unit), keep(changes)}
}

// spark draws values from the least, which stands a little above the ground, to the greatest. One that never moved
// is flat.
func spark(p *term.Page, values []float64) string {
	low, high := slices.Min(values), slices.Max(values)
	raised := make([]float64, len(values))
	if high > low {
		for i, v := range values {
			raised[i] = 0.06 + 0.94*(v-low)/(high-low)
		}
	}
	line, _ := p.Spark(raised, trendColumns)
	return line
}

// HistoryJSON writes a trend a line: its points, the change points with the index and version of the first point of the new
// level, and the drift along a line where it is one.
func HistoryJSON(w io.Writer, trends []history.Trend) error {
	type point struct {
		Version string    `json:"version"`
		At      time.Time `json:"at"`
		Trials  int       `json:"trials"`
		Median  float64   `json:"median"`
		Low     float64   `json:"low"`
		High    float64   `json:"high"`
	}
	type change struct {
		Index   int           `json:"index"`
		Version string        `json:"version"`
		At      time.Time     `json:"at"`
		Verdict stats.Verdict `json:"verdict"`
		Change  *float64      `json:"change"` // null: from zero
		Before  float64       `json:"before"`
		After   float64       `json:"after"`
		P       float64       `json:"p"`
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, t := range trends {
		line := struct {
			Scenario string         `json:"scenario"`
			Series   string         `json:"series"`
			Load     string         `json:"load"`
			Runtime  result.Runtime `json:"runtime"`
			Metric   string         `json:"metric"`
			Unit     string         `json:"unit"`
			Better   result.Better  `json:"better"`
			Exact    bool           `json:"exact"`
			Short    bool           `json:"short"`
			Drift    *float64       `json:"drift"`
			Changes  []change       `json:"changes"`
			Points   []point        `json:"points"`
		}{t.Scenario, t.Series, t.Load, t.Runtime, t.Metric, t.Unit, t.Better, t.Exact, t.Short, nil, []change{}, []point{}}
		if t.Drift != nil {
			line.Drift = &t.Drift.Change
		}
		for _, p := range t.Points {
			line.Points = append(line.Points, point{p.Version, p.At, p.Value.Trials, p.Value.Median, p.Value.Low, p.Value.High})
		}
		for _, c := range t.Changes {
			at := t.Points[c.At]
			out := change{c.At, at.Version, at.At, t.Verdict(c.Change), &c.Change, c.Before.Median, c.After.Median, c.P}
			if math.IsInf(c.Change, 0) {
				out.Change = nil
			}
			line.Changes = append(line.Changes, out)
		}
		if err := enc.Encode(line); err != nil {
			return err
		}
	}
	return nil
}
