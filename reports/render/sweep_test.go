package render

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// sweepSample is two settings, one of which has a number's column, one failed run, and a text that a spreadsheet
// would take for a formula.
func sweepSample() Sweep {
	run := func(cell, wait, scheme string, throughput, p99 float64) result.Record {
		r := result.Record{Cell: cell, Scenario: "s", Design: "=pbft", Replicas: 4, Load: "100", Seed: 1,
			Factors: []result.Factor{{Name: "design.block.max_wait", Value: wait}, {Name: "status", Value: scheme}}}
		for name, v := range map[string]float64{"throughput": throughput, "latency-p99": p99} {
			m, _ := result.MetricNamed(name)
			r.Values = append(r.Values, result.Value{Name: name, Unit: m.Unit, Value: v})
		}
		slices.SortFunc(r.Values, func(a, b result.Value) int { return strings.Compare(a.Name, b.Name) })
		return r
	}
	failed := run("d", "20ms", "x", 1e9, 0)
	failed.Checks = []result.Check{{Name: "agreement"}}
	return Sweep{Input{Cores: map[string]int{"a": 2, "b": 2, "c": 2},
		Records: []result.Record{run("a", "1ms", "y", 100, 0.5), run("b", "1ms", "x", 90, 0.6), run("c", "20ms", "y", 120, 0.7), failed}}}
}

func TestWriteSweep(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := WriteSweep(dir, sweepSample()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sweep.csv": `cell,scenario,design,protocol,runtime,network,machine,faults,replicas,cores,load,seed,trial,design_block_max_wait_sec,factor_status,status,metric,value,unit,cost_per_year,currency
a,s,'=pbft,,,,,,4,2,100,1,0,0.001,y,ok,latency-p99,0.5,sec,,
a,s,'=pbft,,,,,,4,2,100,1,0,0.001,y,ok,throughput,100,tx/sec,,
b,s,'=pbft,,,,,,4,2,100,1,0,0.001,x,ok,latency-p99,0.6,sec,,
b,s,'=pbft,,,,,,4,2,100,1,0,0.001,x,ok,throughput,90,tx/sec,,
c,s,'=pbft,,,,,,4,2,100,1,0,0.02,y,ok,latency-p99,0.7,sec,,
c,s,'=pbft,,,,,,4,2,100,1,0,0.02,y,ok,throughput,120,tx/sec,,
d,s,'=pbft,,,,,,4,,100,1,0,0.02,x,failed,,,,,
`,
		"pareto.csv": `cell,scenario,design,replicas,cores,load,factors,throughput_tx_per_sec,latency_p99_sec,cost_replica_cores,best,cost_per_year,currency
a,s,'=pbft,4,2,100,design.block.max_wait=1ms;status=y,100,0.5,8,true,,
b,s,'=pbft,4,2,100,design.block.max_wait=1ms;status=x,90,0.6,8,false,,
c,s,'=pbft,4,2,100,design.block.max_wait=20ms;status=y,120,0.7,8,true,,
`,
	} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "effects.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Means of 100, 90 and 120: 103.333; of the level 1ms 95, so that the effect is -8.333; shares 416.67/466.67.
	want := []string{"throughput", "tx/sec", "design.block.max_wait", "1ms", "2", "95", "-8.33333333", "0.892857143", "0.5"}
	if !slices.ContainsFunc(rows, func(r []string) bool { return slices.Equal(r, want) }) {
		t.Errorf("effects.csv lacks %q:\n%s", want, data)
	}
	var text bytes.Buffer
	if err := SweepText(&text, sweepSample()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"4 runs, 1 failed", "89.3 %", "95 tx/s at 1ms", "120 tx/s at 20ms", "Pareto"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
}

// TestSweepReport: the sentences name the setting and the best cells, failed runs stand with their checks, and hostile
// names stay text in the page and in Markdown.
func TestSweepReport(t *testing.T) {
	s, dir := sweepSample(), t.TempDir()
	const hostile = `<script>alert(1)</script>|x`
	s.Title, s.Command = hostile, "govbench sweep x.yaml"
	for i := range s.Records {
		s.Records[i].Design = hostile
	}
	s.Figures = []result.Figure{{Name: "shares", Section: "S", Title: "Shares", Caption: hostile, SVG: []byte("<svg></svg>"), PNG: []byte("p")}}
	if err := WriteSweep(dir, s); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"report.html": {"4\u00a0runs of 4\u00a0cells, 1 failed", "no setting stands out from chance", "agreement", "<svg>", "On the Pareto front: 2 of 3\u00a0cells", "design.block.max_wait=20ms"},
		"report.md":   {"no setting stands out from chance", "plots/shares.svg", "| metric | factor | share |"},
	} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(string(data), "\u00a0", " "), strings.ReplaceAll(w, "\u00a0", " ")) {
				t.Errorf("%s lacks %q:\n%s", name, w, data)
			}
		}
		if strings.Contains(string(data), "<script>") {
			t.Errorf("%s holds a script", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "plots", "shares.png")); err != nil {
		t.Error(err)
	}
	s.Figures[0].SVG = []byte("<svg><script/></svg>")
	if err := WriteSweep(dir, s); err == nil {
		t.Error("a figure with a script was written")
	}
}
