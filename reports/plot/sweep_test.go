package plot

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// planted is a grid of two settings of which one matters ten times as much, with one combination that has no run.
func planted() (records []result.Record) {
	for i, txs := range []string{"1", "10", "100", "1000"} {
		for k, wait := range []string{"1ms", "10ms", "100ms"} {
			if i == 3 && k == 2 {
				continue
			}
			r := result.Record{Cell: txs + wait, Scenario: "s", Design: "raft", Replicas: 3 + 2*(k%2),
				Factors: []result.Factor{{Name: "design.block.max_txs", Value: txs}, {Name: "design.block.max_wait", Value: wait}}}
			r.Values = []result.Value{{Name: "latency-p99", Unit: "sec", Value: 0.01 * float64(1+i) * float64(1+k*k)}, {Name: "throughput", Unit: "tx/sec", Value: float64(1000*(i+1) + 100*k)}}
			records = append(records, r)
		}
	}
	return records
}

// TestSweep: the three kinds of figures, the same bytes every time, names and values in them, and a mark for the
// combination without a run. GOVBENCH_FIGURES keeps the figures to be looked at.
func TestSweep(t *testing.T) {
	records := planted()
	var effects []stats.Effect
	for _, m := range []string{"throughput", "latency-p99"} {
		effects = append(effects, stats.MainEffects(records, stats.Factors(records), m)...)
	}
	choices := stats.Choices(records, nil, nil)
	draw := func() []result.Figure {
		f, err := Sweep(records, effects, choices, map[string]string{"s": "Deeds"}, "")
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	figures := draw()
	want := map[string][]string{"shares": {"design.block.max_txs", "99", "by chance alone"}, "heat-throughput": {"3200", "100ms", "no run with figures"},
		"heat-latency-p99": {"150 ms", "max_wait"}, "pareto": {"Deeds", "cost 3 cores", "cost 5 cores"}}
	if len(figures) != len(want) {
		t.Errorf("%d figures", len(figures))
	}
	for i, f := range figures {
		for _, w := range want[f.Name] {
			if !strings.Contains(string(f.SVG), w) {
				t.Errorf("%s lacks %q", f.Name, w)
			}
		}
		if !bytes.Equal(f.SVG, draw()[i].SVG) || len(f.PNG) == 0 {
			t.Errorf("%s differs, or has no raster", f.Name)
		}
		if dir := os.Getenv("GOVBENCH_FIGURES"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, f.Name+".png"), f.PNG, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if none, err := Sweep(nil, nil, nil, nil, ""); err != nil || len(none) != 0 {
		t.Errorf("%d figures of nothing: %v", len(none), err)
	}
}

// TestHeatColor: the scale only gets darker.
func TestHeatColor(t *testing.T) {
	before := 1e9
	for i := range 101 {
		c := heatColor(float64(i) / 100)
		light := 0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)
		if light >= before {
			t.Fatalf("not darker at %s %%", strconv.Itoa(i))
		}
		before = light
	}
}
