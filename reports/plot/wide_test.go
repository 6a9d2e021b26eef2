package plot

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// swept is a set with so many settings of each of two designs on two scenarios at three loads.
func swept(settings int) []result.Record {
	var out []result.Record
	for k := range settings {
		for _, r := range synthetic(2, 2, 500, 1500, 4000) {
			r.Factors = []result.Factor{{Name: "design.block.max_txs", Value: fmt.Sprint(k + 1)}}
			r.Values = append([]result.Value{}, r.Values...)
			for i := range r.Values {
				if strings.HasPrefix(r.Values[i].Name, "latency") {
					r.Values[i].Value *= 1 + 0.07*float64(k)
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// A wide set has pictures for print: pages of at most twelve lines or, of very many settings, a mark a cell, and every
// cell is on exactly one of them.
func TestWideSetsHaveFigures(t *testing.T) {
	for settings, pages := range map[int]int{9: 2, 24: 4, 25: 1} {
		records := swept(settings)
		figures, err := All(Input{Records: records, Titles: titles(2)})
		if err != nil || len(figures) != pages {
			t.Fatalf("%d settings of two designs have %d figures, want %d: %v", settings, len(figures), pages, err)
		}
		seen := map[string]bool{}
		for i, f := range figures {
			checkFigure(t, f)
			if seen[f.Name] || f.Section != SectionCurve {
				t.Errorf("figure %s in %s", f.Name, f.Section)
			}
			seen[f.Name] = true
			if *gallery != "" {
				if err := os.WriteFile(filepath.Join(*gallery, fmt.Sprintf("wide-%d-%d.png", settings, i)), f.PNG, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		d := newData(Input{Records: records})
		points := 0
		for _, s := range wideSheets(d) {
			points += strings.Count(s.title, "every cell")
			if len(s.keys) > wideSeries+1 {
				t.Errorf("%d settings on one page", len(s.keys))
			}
		}
		if (points > 0) != (2*settings > wideMost) {
			t.Errorf("%d settings: %d figures of marks", settings, points)
		}
	}
}

// No cell is lost between the pages, and one whose check failed is on none.
func TestWidePagesHoldEveryCell(t *testing.T) {
	records := swept(9)
	records[0].Checks = []result.Check{{Name: "agreement", Detail: "broken"}}
	d := newData(Input{Records: records})
	drawn := 0
	for _, name := range stats.Unique(d.cells, alone) {
		for _, scenario := range d.scenarios {
			drawn += len(widePoints(d, scenario, name, alone))
		}
	}
	if drawn != len(records)-1 {
		t.Errorf("%d points of %d sound records", drawn, len(records)-1)
	}
}

// In grey, dash and marker are all that is left.
func TestWideStylesDifferInGrey(t *testing.T) {
	lines, marks := map[string]bool{}, map[string]bool{}
	for i, s := range stylesOf(make([]string, wideSeries)) {
		lines[fmt.Sprintf("%v %T", s.line.Dashes, s.glyph.Shape)] = true
		if i < wideDesigns {
			marks[fmt.Sprintf("%T", s.glyph.Shape)] = true
		}
	}
	if len(lines) != wideSeries || len(marks) != wideDesigns {
		t.Errorf("%d of %d lines and %d of %d marks differ without colour", len(lines), wideSeries, len(marks), wideDesigns)
	}
}
