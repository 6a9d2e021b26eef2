package render

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// exactRun is a run in virtual time with the metrics given in pairs.
func exactRun(scenario string, values ...float64) result.Record {
	r := result.Record{Scenario: scenario, Design: "raft", Runtime: result.Virtual, Load: "city", Seed: 1}
	for i, m := range []result.Metric{{Name: "throughput", Unit: "tx/sec", Better: result.Higher}, {Name: "latency-p99", Unit: "sec", Better: result.Lower}, {Name: "latency-max", Unit: "sec", Better: result.Lower}} {
		if i < len(values) {
			r.Values = append(r.Values, result.Value{Name: m.Name, Unit: m.Unit, Better: m.Better, Exact: true, Value: values[i]})
		}
	}
	return r
}

func contrasted(old, new []result.Record) Compared {
	return Compare("before", "after", stats.Pairs(old, new), nil, stats.DefaultRule())
}

// The sentences come first and count cells; rows are sorted by what needs a look; what is the same is left out and counted.
func TestCompareText(t *testing.T) {
	broken := exactRun("broken", 1, 1, 1)
	broken.Checks = []result.Check{{Name: "agreement"}}
	c := contrasted(
		[]result.Record{exactRun("slow", 100, 0.1, 1), exactRun("fast", 100, 0.1, 1), exactRun("same", 100, 0.1, 1), exactRun("tail", 100, 0.1, 1), exactRun("both", 100, 0.1, 1), exactRun("broken", 1, 1, 1), exactRun("gone", 1, 1, 1), exactRun("zero", 1, 0, 1)},
		[]result.Record{exactRun("fast", 100, 0.05, 1), exactRun("same", 100, 0.1, 1), exactRun("slow", 100, 0.2, 1), exactRun("tail", 100, 0.1, 2), exactRun("both", 50, 0.01, 1), broken, exactRun("came", 1, 1, 1), exactRun("zero", 1, 2, 1)},
	)
	var out bytes.Buffer
	if err := CompareText(&out, c, ByWorst, false); err != nil {
		t.Fatal(err)
	}
	want := `Of 7 cells in both sets: 3 worse (1 of them better in another metric), 1 better, 1 withheld and 2 without a change that counts.
1 cell is only in before.
1 cell is only in after.
1 cell is the same in the metrics compared and not in others: --metric '*' shows which.

All rows: raft, city load.
scenario  metric           old      new   change      p  trials  verdict   notes
────────  ──────────────  ────────  ───────  ──────  ─────  ──────  ────────  ─────
broken    the whole cell                                           withheld  [1]
zero      latency-p99          0 s      2 s  from 0  exact       1  worse
slow      latency-p99       100 ms   200 ms  +100.0 %  exact       1  worse
both      throughput      100 tx/s  50 tx/s  -50.0 %  exact       1  worse
gone      the whole cell                                           old only
both      latency-p99       100 ms    10 ms  -90.0 %  exact       1  better
fast      latency-p99       100 ms    50 ms  -50.0 %  exact       1  better
came      the whole cell                                           new only

7 rows without a change that counts are left out: --all shows them.

[1] new: 1 of 1 runs broke a check (agreement), so the figures are withheld

Exact figures are compared trial by trial with equal seeds, by equality; the range behind a change is that of the trials.
`
	if got := squeezed(out.String()); got != squeezed(want) {
		t.Errorf("got\n%s\nwant\n%s", got, squeezed(want))
	}
	var md bytes.Buffer
	if err := CompareMarkdown(&md, c, ByRuns, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# after against before\n\nOf 7 cells in both sets: 3 worse", "| scenario | metric | old |", "| fast | throughput | 100\u00a0tx/s | 100\u00a0tx/s | 0\u00a0% | exact | 1 | same |", "| **withheld** | \\[1\\] |", "\n- \\[1\\] new: 1 of 1 runs"} {
		if !strings.Contains(md.String(), want) {
			t.Errorf("Markdown lacks %q:\n%s", want, &md)
		}
	}
}

// squeezed leaves one space where there are several, and no lines of a table or breaks of sentences.
func squeezed(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\u00a0' || r == '\n' || r == '─' }), " ")
}

// A cell whose runs have no figures, as those that a search gave up, is counted as such.
func TestCompareWithoutFigures(t *testing.T) {
	c := contrasted([]result.Record{exactRun("cut"), exactRun("s", 1)}, []result.Record{exactRun("cut"), exactRun("s", 1)})
	if got := c.Sentences()[0]; got != "Of 2 cells in both sets: 1 without a change that counts and 1 without figures to compare." {
		t.Error(got)
	}
}

// The words tell a sample that shows no change from one that excludes a change, and figures of it come with their width.
func TestCompareSamples(t *testing.T) {
	side := func(values ...float64) []result.Record {
		var out []result.Record
		for i := range 12 {
			r := exactRun("s", 100, values[i%len(values)])
			r.Runtime, r.Seed, r.Trial = result.Wall, uint64(i), i
			for k := range r.Values {
				r.Values[k].Exact = false
			}
			out = append(out, r)
		}
		return out
	}
	for _, tc := range []struct {
		old, new []result.Record
		want     []string
	}{
		{side(1, 1.3, 0.9, 1.1), side(1.05, 1, 1.2, 0.9), []string{"latency-p99", "no change shown", "±", "-2.38 % -19.2 to +16.7 %", "Mann-Whitney test: 2 comparisons at 5 %", "[1]"}},
		{side(1, 1.001), side(1.001, 1), []string{"same"}},
		{side(1, 1.01, 1.02), side(1.2, 1.21, 1.22), []string{"worse", "<0.0001", "+19.8 % +18.6 to +21.0 %", "12"}},
		{side(1)[:3], side(2)[:3], []string{"unclear", "too few samples: 3 old and 3 new, a verdict needs 10"}},
	} {
		var out bytes.Buffer
		if err := CompareText(&out, contrasted(tc.old, tc.new), ByWorst, true); err != nil {
			t.Fatal(err)
		}
		for _, want := range tc.want {
			if !strings.Contains(squeezed(out.String()), squeezed(want)) {
				t.Errorf("lacks %q:\n%s", want, &out)
			}
		}
	}
}

// Figures at the ends of what a number can be, and cells without any, are told as they are.
func TestCompareExtremes(t *testing.T) {
	for _, tc := range []struct {
		old, new float64
		want     string
	}{
		{math.MaxFloat64, -math.MaxFloat64, "1.8e+308 tx/s -1.8e+308 tx/s -∞ exact"},
		{5e-324, math.MaxFloat64, "+∞ exact"}, {0, 5e-324, "from 0 exact"}, {5e-324, 1e-323, "+100.0 % exact"}, {0, 0, "0 % exact"},
	} {
		var out bytes.Buffer
		if err := CompareText(&out, contrasted([]result.Record{exactRun("s", tc.old)}, []result.Record{exactRun("s", tc.new)}), ByWorst, true); err != nil {
			t.Fatal(err)
		}
		if got := squeezed(out.String()); !strings.Contains(got, squeezed(tc.want)) || strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
			t.Errorf("%v to %v:\n%s", tc.old, tc.new, &out)
		}
	}
	var out bytes.Buffer
	if err := CompareText(&out, contrasted([]result.Record{exactRun("s")}, []result.Record{exactRun("s")}), ByWorst, true); err != nil || out.String() != "1 cell is in both sets, without a figure to compare.\n" {
		t.Errorf("%q, %v", &out, err)
	}
}
