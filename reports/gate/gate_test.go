package gate

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// run is a run with one exact figure, of the scenario s.
func run(seed uint64, latency float64) result.Record {
	return result.Record{Scenario: "s", Design: "raft", Load: "100", Runtime: result.Virtual, Seed: seed, Digest: "d",
		Values: []result.Value{{Name: "latency-p99", Unit: "sec", Better: result.Lower, Exact: true, Value: latency}}}
}

func judged(t *testing.T, baseline, now []result.Record, rule Rule) []Case {
	t.Helper()
	cases, err := Judge(baseline, now, rule)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestUlp: the smallest change there is fails, in either direction, and only in its own trial.
func TestUlp(t *testing.T) {
	base := []result.Record{run(1, 0.1), run(2, 0.2)}
	if f := Failed(judged(t, base, base, Rule{})); len(f) != 0 {
		t.Fatalf("equal runs: %v", f)
	}
	for _, toward := range []float64{0, 1} {
		f := Failed(judged(t, base, []result.Record{run(1, 0.1), run(2, math.Nextafter(0.2, toward))}, Rule{}))
		if len(f) != 1 || f[0].Seed != 2 || f[0].Term != "latency-p99" {
			t.Fatalf("an ulp toward %v: %+v", toward, f)
		}
		if old, now := f[0].Figures(); old == now {
			t.Errorf("figures that differ by an ulp are both written %s", old)
		}
	}
}

// TestDigest: a digest that changed fails though every figure stands, unless figures may differ.
func TestDigest(t *testing.T) {
	changed := run(1, 0.1)
	changed.Digest = "e"
	base, now := []result.Record{run(1, 0.1)}, []result.Record{changed}
	if f := Failed(judged(t, base, now, Rule{})); len(f) != 1 || f[0].Term != Digest || !strings.Contains(f[0].Detail, "was d and is e") {
		t.Errorf("a digest: %+v", f)
	}
	term, err := result.ParseThreshold("latency-p99 <= 1.03 * baseline")
	if err != nil {
		t.Fatal(err)
	}
	for name, rule := range map[string]Rule{
		"a tolerance":                          {Tolerance: 0.01},
		"chosen metrics":                       {Metrics: []string{"latency-p99"}},
		"a threshold relative to the baseline": {Thresholds: result.Objective{term}},
	} {
		r := New(judged(t, base, now, rule), false)
		if !r.Pass || len(r.Shown()) != 1 || r.Shown()[0].Status != Warn || !strings.Contains(strings.Join(r.Notes(), " "), "with "+name+" a digest is a warning") {
			t.Errorf("with %s: %+v, %v", name, r, r.Notes())
		}
		if want := "PASS: 1 case is as in the baseline, 1 only warns."; r.Verdict != want {
			t.Errorf("with %s: found %q, want %q", name, r.Verdict, want)
		}
		if old, now := r.Shown()[0].Figures(); old != "" || now != "" {
			t.Errorf("figures of a digest: %q and %q", old, now)
		}
	}
	absolute, err := result.ParseThreshold("latency-p99 < 1s")
	if err != nil {
		t.Fatal(err)
	}
	if f := Failed(judged(t, base, now, Rule{Thresholds: result.Objective{absolute}})); len(f) != 1 || f[0].Term != Digest {
		t.Errorf("an absolute threshold lets no figure differ: %+v", f)
	}
}

// TestMetrics: a metric that is not among the chosen ones may change, and one that is may not.
func TestMetrics(t *testing.T) {
	base, now := []result.Record{run(1, 0.1)}, []result.Record{run(1, 0.2)}
	if f := Failed(judged(t, base, now, Rule{Metrics: []string{"throughput"}})); len(f) != 0 {
		t.Errorf("not chosen: %+v", f)
	}
	if f := Failed(judged(t, base, now, Rule{Metrics: []string{"latency-p99"}})); len(f) != 1 || f[0].Term != "latency-p99" {
		t.Errorf("chosen: %+v", f)
	}
}

func TestTolerance(t *testing.T) {
	for value, fails := range map[float64]int{1.009: 0, 1.011: 1, 0.991: 0, 0.989: 1} {
		if f := Failed(judged(t, []result.Record{run(1, 1)}, []result.Record{run(1, value)}, Rule{Tolerance: 0.01})); len(f) != fails {
			t.Errorf("%v at 1 %%: %+v", value, f)
		}
	}
	// What differs within the tolerance is not told as equal.
	if v := Verdict(judged(t, []result.Record{run(1, 1)}, []result.Record{run(1, 1.009)}, Rule{Tolerance: 0.01})); v != "PASS: 1 case is as in the baseline, 1 differs by no more than is allowed." {
		t.Error(v)
	}
}

// TestLack: what the baseline has no figure of gives no verdict, and what was not run fails.
func TestLack(t *testing.T) {
	other, more, bare := run(1, 1), run(1, 1), run(1, 1)
	other.Scenario = "other"
	more.Values = append(more.Values[:1:1], result.Value{Name: "throughput", Unit: "tx/s", Exact: true, Value: 1})
	bare.Values = nil
	wall := run(1, 1)
	wall.Runtime = result.Wall
	for _, c := range []struct {
		base, now result.Record
		want      string
	}{
		{run(1, 1), other, "lacks raft on other at 100"},
		{run(1, 1), run(2, 1), "lacks raft on s at 100, seed 2"},
		{run(1, 1), more, "lacks throughput of raft on s"},
		{run(1, 1), wall, "has it on the virtual runtime"},
	} {
		if _, err := Judge([]result.Record{c.base}, []result.Record{c.now}, Rule{}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "--update") {
			t.Errorf("found %v, want %q and a remedy", err, c.want)
		}
	}
	if f := Failed(judged(t, []result.Record{run(1, 1)}, []result.Record{bare}, Rule{})); len(f) != 1 || f[0].New != nil {
		t.Errorf("a metric that is gone: %+v", f)
	}
	if f := Failed(judged(t, []result.Record{run(1, 1), other}, []result.Record{run(1, 1)}, Rule{})); len(f) != 1 || f[0].Term != Run || f[0].Scenario != "other" {
		t.Errorf("a cell that is gone: %+v", f)
	}
}

// TestBroken: a failed check fails the run, withholds its figures, and makes no baseline.
func TestBroken(t *testing.T) {
	broken := run(1, 1)
	broken.Checks = []result.Check{{Name: "agreement", Detail: "two blocks"}}
	f := Failed(judged(t, []result.Record{run(1, 1)}, []result.Record{broken}, Rule{}))
	if len(f) != 1 || f[0].Term != Checks || f[0].New != nil || !strings.Contains(f[0].Detail, "two blocks") {
		t.Errorf("a broken run: %+v", f)
	}
	for _, base := range [][]result.Record{nil, {broken}, {run(1, 1), run(1, 1)}} {
		if _, err := Judge(base, []result.Record{run(1, 1)}, Rule{}); err == nil {
			t.Errorf("%v is taken as a baseline", base)
		}
	}
}

// TestSamples: samples of another time are shown and decide nothing.
func TestSamples(t *testing.T) {
	old, now := run(1, 1), run(1, 9)
	old.Runtime, now.Runtime = result.Wall, result.Wall
	cases := judged(t, []result.Record{old}, []result.Record{now}, Rule{})
	r := New(cases, false)
	if !r.Pass || len(r.Shown()) != 1 || r.Shown()[0].Status != Warn || !strings.Contains(strings.Join(r.Notes(), " "), "decide nothing") {
		t.Errorf("%+v, %v", r, r.Notes())
	}
}

// TestHostileMarkdown: names from a file break no table and bring no markup.
func TestHostileMarkdown(t *testing.T) {
	old, now := run(1, 1), run(1, 2)
	old.Scenario, now.Scenario = "a|b\n<img>", "a|b\n<img>"
	var b bytes.Buffer
	if err := Markdown(&b, New(judged(t, []result.Record{old}, []result.Record{now}, Rule{}), false)); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "<img>") || !strings.Contains(s, `a\|b &lt;img&gt;`) || !strings.HasPrefix(s, `**FAIL: 1 of 2 differ`) {
		t.Error(s)
	}
}

// TestThresholds: a multiple of the baseline goes before equality, for its own metric only; another bound goes beside it.
func TestThresholds(t *testing.T) {
	terms := func(text string) Rule {
		term, err := result.ParseThreshold(text)
		if err != nil {
			t.Fatal(err)
		}
		return Rule{Thresholds: result.Objective{term}}
	}
	more := func(r result.Record, throughput float64) result.Record {
		r.Values = append(r.Values[:1:1], result.Value{Name: "throughput", Unit: "tx/s", Better: result.Higher, Exact: true, Value: throughput})
		return r
	}
	for _, c := range []struct {
		text       string
		latency    float64
		throughput float64
		failed     string // terms
	}{
		{"latency-p99 <= 1.03 * baseline", 1.03, 100, ""},
		{"latency-p99 <= 1.03 * baseline", 1.04, 100, "latency-p99 <= 1.03 * baseline"},
		{"latency-p99 <= 1.03 * baseline", 1.01, 101, "throughput"},
		{"throughput >= 0.97 * baseline", 1, 97, ""},
		{"throughput >= 0.97 * baseline", 1, 96, "throughput >= 0.97 * baseline"},
		{"latency-p99 < 2s", 1, 100, ""},
		{"latency-p99 < 2s", 1.5, 100, "latency-p99"},
		{"latency-p99 < 500ms", 1, 100, "latency-p99 < 0.5s"},
	} {
		var failed []string
		for _, f := range Failed(judged(t, []result.Record{more(run(1, 1), 100)}, []result.Record{more(run(1, c.latency), c.throughput)}, terms(c.text))) {
			failed = append(failed, f.Term)
		}
		if got := strings.Join(failed, ", "); got != c.failed {
			t.Errorf("%s with %v and %v: found %q, want %q", c.text, c.latency, c.throughput, got, c.failed)
		}
	}
	if _, err := Judge([]result.Record{run(1, 1)}, []result.Record{run(1, 1)}, terms("throughput >= 0.97 * baseline")); err == nil || !strings.Contains(err.Error(), "lacks throughput") {
		t.Errorf("a threshold without a baseline: %v", err)
	}
	old, now := run(1, 1), run(1, 2)
	old.Runtime, now.Runtime = result.Wall, result.Wall
	if f := Failed(judged(t, []result.Record{old}, []result.Record{now}, terms("latency-p99 < 1.5 * baseline"))); len(f) != 1 {
		t.Errorf("samples beyond a threshold: %+v", f)
	}
}
