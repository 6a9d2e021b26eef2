package plot

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/history"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// TestTrends: a panel a trend with its change points in words, the same bytes every time; values that
// are all alike, or zero, and a single one are drawn.
func TestTrends(t *testing.T) {
	trend := func(values ...float64) history.Trend {
		out := history.Trend{Scenario: "deeds", Series: "raft", Load: "2000", Metric: "latency-p50", Unit: "sec", Better: result.Lower, Exact: true}
		for i, v := range values {
			out.Points = append(out.Points, history.Point{Version: fmt.Sprint("v", i), At: time.Unix(int64(i), 0), Value: history.Value{Median: v, Low: v * 0.99, High: v * 1.01}})
		}
		out.Changes = stats.ExactChanges(out.Values())
		return out
	}
	trends := []history.Trend{trend(1, 1, 1.05, 1.05, 0.9), trend(0, 0), trend(3), trend(1e-9, 1.000001e-9), trend(-5, 5)}
	figures, err := Trends(trends)
	if err != nil || len(figures) != 1 {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	for _, want := range []string{"worse +5 %", "better -14.3 %", "deeds, raft", "load 2,000", "latency-p50"} {
		if !strings.Contains(string(figures[0].SVG), want) {
			t.Errorf("the figure lacks %q", want)
		}
	}
	if again, err := Trends(trends); err != nil || !bytes.Equal(figures[0].SVG, again[0].SVG) || len(figures[0].PNG) == 0 {
		t.Errorf("the figure differs, or has no raster: %v", err)
	}
	if many, err := Trends(make13(trends[0])); err != nil || len(many) != 2 || many[1].Name != "trend-2" {
		t.Errorf("13 trends are %d figures, %v", len(many), err)
	}
	if none, err := Trends(nil); err != nil || len(none) != 0 {
		t.Errorf("%d figures of nothing, %v", len(none), err)
	}
}

func make13(t history.Trend) (out []history.Trend) {
	for range 13 {
		out = append(out, t)
	}
	return out
}
