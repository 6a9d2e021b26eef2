package plot

import (
	"bytes"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestSaturations: a panel a scenario with the curve and the knee, the same bytes every time; runs without
// figures and further trials are left out, and a search that found nothing draws no knee.
func TestSaturations(t *testing.T) {
	at := func(load, p50 float64, held bool) result.Loaded {
		return result.Loaded{Offered: load, Role: result.RoleSearch, Held: held, LatencyP50: p50, LatencyP99: 2 * p50}
	}
	one := result.Saturation{Scenario: "a", Design: "raft", Found: true, Sustained: 200, Curve: []result.Loaded{at(100, 0.01, true), at(200, 0.02, true), at(250, 1, false), at(400, 0, false)}}
	second := one
	second.Trial = 1
	none := result.Saturation{Scenario: "b", Design: "pbft", Curve: []result.Loaded{at(100, 3, false)}}
	found := []result.Saturation{one, second, none, {Scenario: "c", Design: "raft"}}
	figures, err := Saturations(found, map[string]string{"a": "Deeds"})
	if err != nil || len(figures) != 1 {
		t.Fatalf("%d figures, %v", len(figures), err)
	}
	f := figures[0]
	for _, want := range []string{"Deeds", "objective not met", "highest load that met the objective"} {
		if !strings.Contains(string(f.SVG), want) {
			t.Errorf("the figure lacks %q", want)
		}
	}
	again, err := Saturations(found, map[string]string{"a": "Deeds"})
	if err != nil || !bytes.Equal(f.SVG, again[0].SVG) || len(f.PNG) == 0 {
		t.Errorf("the figure differs, or has no raster: %v", err)
	}
	if rest, err := Saturations(nil, nil); err != nil || len(rest) != 0 {
		t.Errorf("%d figures of nothing, %v", len(rest), err)
	}
	empty := []result.Saturation{{Scenario: "c", Design: "raft"}}
	if rest, err := Saturations(empty, nil); err != nil || len(rest) != 0 {
		t.Errorf("%d figures of a search without runs, %v", len(rest), err)
	}
}
