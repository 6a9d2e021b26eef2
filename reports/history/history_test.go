package history_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/history"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/sim"
)

func day(n int) time.Time { return time.Date(2026, 1, 1+n, 12, 0, 0, 0, time.UTC) }

// trials are runs of a cell with the given latencies.
func trials(design string, runtime result.Runtime, latencies ...float64) []result.Record {
	var out []result.Record
	for i, v := range latencies {
		out = append(out, result.Record{Schema: result.Schema, Scenario: "deeds", Design: design, Runtime: runtime, Load: "city", Trial: i, Seed: uint64(i),
			Values: []result.Value{
				{Name: "latency-p50", Unit: "sec", Better: result.Lower, Exact: runtime == result.Virtual, Value: v},
				{Name: "offered", Unit: "tx/sec", Better: result.Neither, Exact: runtime == result.Virtual, Value: 100},
			}})
	}
	return out
}

func entries(t *testing.T, version string, at time.Time, records []result.Record) []history.Entry {
	t.Helper()
	out, err := history.Entries(version, at, records)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What is added is read again: a cell a line with medians and intervals, in the order of additions.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	for i, version := range []string{"v1", "v2"} {
		records := slices.Concat(trials("raft", result.Wall, 3, 1, 2, 9, 4, 5), trials("pbft", result.Virtual, float64(7+i)))
		if cut, err := history.Append(path, entries(t, version, day(i), records), false); cut != nil || err != nil {
			t.Fatal(cut, err)
		}
	}
	got, err := history.Read(path)
	if err != nil || len(got) != 4 {
		t.Fatalf("read %d entries, %v: want 4", len(got), err)
	}
	first, last := got[0], got[3]
	if first.Version != "v1" || first.Design != "raft" || !first.At.Equal(day(0)) || last.Version != "v2" || last.Design != "pbft" {
		t.Errorf("the lines are %+v ... %+v", first, last)
	}
	want := history.Value{Name: "latency-p50", Unit: "sec", Better: result.Lower, Trials: 6, Median: 3.5, Low: 1, High: 9}
	if first.Values[0] != want {
		t.Errorf("the value is %+v: want %+v", first.Values[0], want)
	}
	if v := last.Values[0]; !v.Exact || v.Median != 8 {
		t.Errorf("the exact value is %+v", v)
	}
}

// A version goes in once unless it was measured again, and a refused addition changes nothing.
func TestVersionTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	e := entries(t, "v1", day(0), trials("raft", result.Wall, 1))
	if _, err := history.Append(path, e, false); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := history.Append(path, e, false); !errors.Is(err, history.ErrVersion) || !strings.Contains(err.Error(), `"v1"`) {
		t.Errorf("a version added twice gives %v", err)
	}
	bad := entries(t, "v2", day(0), trials("raft", result.Wall, 1))
	bad[0].Values[0].Median = math.NaN()
	if _, err := history.Append(path, bad, false); err == nil {
		t.Error("a figure that is not finite was added")
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("a refused addition changed the file, %v", err)
	}
	if _, err := history.Append(path, e, true); err != nil {
		t.Errorf("a second measurement is refused: %v", err)
	}
	if got, err := history.Read(path); err != nil || len(got) != 2 {
		t.Errorf("the file holds %d entries, %v: want 2", len(got), err)
	}
}

// An addition that was cut short at any byte is cut off by the next one; whole lines are kept.
func TestTruncated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	if _, err := history.Append(path, entries(t, "v1", day(0), trials("raft", result.Wall, 1)), false); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 20, len(whole) - 1} {
		if err := os.WriteFile(path, append(slices.Clone(whole), whole[:n]...), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := history.Read(path); !errors.Is(err, result.ErrTruncated) || len(got) != 1 {
			t.Errorf("cut after %d bytes: %d entries, %v", n, len(got), err)
		}
		cut, err := history.Append(path, entries(t, "v2", day(1), trials("raft", result.Wall, 2)), false)
		if err != nil || cut == nil || cut.Line != 2 {
			t.Errorf("cut after %d bytes: the addition says %v, %v", n, cut, err)
		}
		if got, err := history.Read(path); err != nil || len(got) != 2 || got[1].Version != "v2" {
			t.Errorf("cut after %d bytes: then %d entries, %v", n, len(got), err)
		}
	}
}

// Damage is refused with its place, and the file stays as it is.
func TestWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.jsonl")
	good := `{"schema":"govbench.history/1","version":"v1","values":[{"name":"x"}]}` + "\n"
	for _, c := range []struct{ name, line, want string }{
		{"another version", `{"schema":"govbench.history/9"}`, "unknown schema version"},
		{"a run", `{"schema":"govbench.run/1"}`, "this is a run record"},
		{"no JSON", `BenchmarkX 1 2 ns/op`, "not a line of a history"},
		{"no values", `{"schema":"govbench.history/1","version":"v1","values":[]}`, "at least one value"},
	} {
		text := good + c.line + "\n" + good
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := history.Read(path); err == nil || !strings.Contains(err.Error(), path+":2") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s gives %v: want line 2 and %q", c.name, err, c.want)
		}
		if _, err := history.Append(path, entries(t, "v2", day(0), trials("raft", result.Wall, 1)), false); err == nil {
			t.Errorf("%s: an addition to a damaged file is taken", c.name)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s: the file changed, %v", c.name, err)
		}
	}
	broken := trials("raft", result.Wall, 1, 2)
	broken[1].Checks = []result.Check{{Name: "agreement"}}
	if _, err := history.Entries("v1", day(0), broken); !errors.Is(err, history.ErrBroken) || !strings.Contains(err.Error(), "trial 1: agreement") {
		t.Errorf("a broken run gives %v", err)
	}
	if _, err := history.Entries("", day(0), broken[:1]); err == nil {
		t.Error("a version without a name is taken")
	}
	if _, err := history.Entries("v1", day(0), nil); err == nil {
		t.Error("no results are taken")
	}
}

// follow is the trend of a history of one cell with a latency a version.
func follow(t *testing.T, runtime result.Runtime, latency func(i int) float64) history.Trend {
	t.Helper()
	var all []history.Entry
	for i := range 40 {
		all = append(all, entries(t, fmt.Sprint("v", i), day(i), trials("raft", runtime, latency(i)))...)
	}
	trends := history.Trends(all, nil, stats.DefaultSteps())
	if len(trends) != 1 || trends[0].Metric != "latency-p50" || len(trends[0].Points) != 40 {
		t.Fatalf("trends %+v: want one, of the metric with a direction", trends)
	}
	if again := history.Trends(all, nil, stats.DefaultSteps()); !reflect.DeepEqual(again, trends) {
		t.Error("the same file gives another answer")
	}
	return trends[0]
}

// Noisy figures have steps, drifts and neither; of exact ones any change is one.
func TestTrends(t *testing.T) {
	random := sim.NewStream(5, "test/noise")
	noise := func() float64 { return 1 + (float64(random.Below(2001))/1000-1)*0.02 }
	step := follow(t, result.Wall, func(i int) float64 { return (1 + float64(i/25)*0.1) * noise() })
	if len(step.Changes) != 1 || step.Changes[0].At != 25 || step.Drift != nil || step.Verdict(step.Changes[0].Change) != stats.Worse {
		t.Errorf("a step up in latency at 25 is %+v", step.Changes)
	}
	drift := follow(t, result.Wall, func(i int) float64 { return (2 - float64(i)*0.02) * noise() })
	if drift.Drift == nil || len(drift.Changes) > 0 || drift.Verdict(drift.Drift.Change) != stats.Better {
		t.Errorf("a drift down is %+v", drift)
	}
	if level := follow(t, result.Wall, func(int) float64 { return noise() }); len(level.Changes) > 0 || level.Drift != nil || level.Short {
		t.Errorf("noise is %+v", level.Changes)
	}
	exact := follow(t, result.Virtual, func(i int) float64 { return 1 + float64(i/39)*1e-9 })
	if !exact.Exact || len(exact.Changes) != 1 || exact.Changes[0].At != 39 || exact.Changes[0].P != 0 {
		t.Errorf("an exact change of a billionth in the last version is %+v", exact.Changes)
	}
}

// Cells stay apart, and a metric that only some versions have is followed where it is.
func TestTrendsOfCells(t *testing.T) {
	var all []history.Entry
	for i := range 3 {
		records := trials("raft", result.Wall, 1)
		if i > 0 {
			records = append(records, trials("pbft", result.Wall, 1)...)
		}
		all = append(all, entries(t, fmt.Sprint("v", i), day(i), records)...)
	}
	trends := history.Trends(all, []string{"offered", "latency-p50"}, stats.DefaultSteps())
	if len(trends) != 4 || trends[0].Series != "raft" || trends[0].Metric != "offered" || len(trends[0].Points) != 3 || len(trends[3].Points) != 2 || !trends[0].Short {
		t.Errorf("the trends are %+v", trends)
	}
}
