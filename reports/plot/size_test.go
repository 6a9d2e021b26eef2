package plot

import (
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestSizings: a panel a scenario that something carries, the cheapest group first, and nothing of candidates without a cost.
func TestSizings(t *testing.T) {
	group := func(scenario, design string, cost float64) result.Sizing {
		return result.Sizing{Scenario: scenario, Design: design, Replicas: 4, Cores: 2, Disk: "pl0", Link: "1G", Verdict: result.SizeSmallest, Currency: "CNY",
			Target: 50, Tried: 65, Sustained: 700, CoresCost: cost / 2, LinkCost: cost / 4, DiskCost: cost / 4, Cost: cost}
	}
	small := group("a", "none", 1)
	small.Verdict = result.SizeTooSmall
	figures, err := Sizings([]result.Sizing{group("a", "dear", 30_000), group("a", "<cheap>", 10_000), small, group("b", "only", 5_000), {Scenario: "c"}},
		map[string]string{"a": "Service A", "b": "Service B", "c": "Service C"})
	if err != nil || len(figures) != 2 || figures[0].Name != "cost" || figures[1].Name != "reach" {
		t.Fatalf("%d figures: %v", len(figures), err)
	}
	text := string(figures[0].SVG)
	cheap, dear := strings.Index(text, "&lt;cheap&gt; 4x2 pl0 1G"), strings.Index(text, "dear 4x2 pl0 1G")
	if cheap < 0 || dear < 0 || !strings.Contains(text, "30k") || strings.Contains(text, "none 4x2") || strings.Contains(text, "Service C") {
		t.Errorf("names %d %d, or totals, are not those of the groups that carry the load", cheap, dear)
	}
	if reach := string(figures[1].SVG); strings.Count(reach, ">700<") != 3 || !strings.Contains(reach, "Service B") {
		t.Errorf("the highest loads are marked %d times", strings.Count(reach, ">700<"))
	}
	if none, err := Sizings([]result.Sizing{small}, nil); err != nil || len(none) != 0 {
		t.Errorf("%d figures of nothing: %v", len(none), err)
	}
}
