package plot

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

var gallery = flag.String("gallery", "", "directory to write every figure to, for looking at")

// synthetic makes records of the shape that a run of the given size yields.
func synthetic(scenarios, designs int, loads ...float64) []result.Record {
	names := []string{"hashiraft", "pbft", "hotstuff", "tendermint", "jolteon", "smartbft", "qbft", "streamlet"}
	var out []result.Record
	for s := range scenarios {
		for d := range designs {
			for l, rate := range loads {
				base := 0.004 * math.Pow(2.2, float64(d)) * (1 + 0.13*float64(s))
				capacity := 2600 - 500*float64(d)
				got := min(rate, capacity)
				tail := base * (1 + 6*got/capacity)
				r := result.Record{Schema: result.Schema, Scenario: fmt.Sprintf("scenario-%02d", s), Design: names[d%8], Replicas: 4,
					Load: []string{"city", fmt.Sprint(rate)}[min(l, 1)], WindowSec: 50, Runtime: result.Virtual}
				for name, v := range map[string]float64{"offered": rate, "throughput": got, "latency-p50": base, "latency-p99": tail,
					"cpu-utilisation-max": got / 2700, "disk-utilisation-max": 0.3 * float64(d) / 3, "link-utilisation-max": got / 40000} {
					r.Values = append(r.Values, result.Value{Name: name, Value: v})
				}
				for q := 0; q <= 100; q++ {
					x := float64(q) / 100
					r.LatencyCDF = append(r.LatencyCDF, result.Quantile{Share: x, Sec: base * (0.6 + 0.5*x + 0.3*x*x + 4*math.Pow(x, 40))})
				}
				for i, name := range []string{"submit", "queue", "order", "execute", "answer"} {
					r.Stages = append(r.Stages, result.Stage{Name: name, MeanSec: base * []float64{0.15, 0.2, 0.45, 0.05, 0.15}[i]})
				}
				for i := range 60 {
					wave := 1 + 0.08*math.Sin(float64(i*(d+2)))
					r.Series = append(r.Series, result.Point{AtSec: float64(i), Throughput: got * wave, LatencyP50: base * wave})
				}
				out = append(out, r)
			}
		}
	}
	return out
}

func titles(n int) map[string]string {
	long := []string{"Real-estate registration", "Cross-department electronic licence verification with consent", "Epidemic supply donation tracing"}
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprintf("scenario-%02d", i)] = long[i%3]
	}
	return m
}

func TestAllFiguresOfAReport(t *testing.T) {
	in := Input{Records: synthetic(12, 3, 12, 2000), Titles: titles(12)}
	figures, err := All(in)
	if err != nil {
		t.Fatal(err)
	}
	want := "throughput-latency latency-cdf-city latency-cdf-2000 throughput-time-city throughput-time-2000 " +
		"latency-time-city latency-time-2000 stages-city stages-2000 resources-city resources-2000"
	var names []string
	size := 0
	for _, f := range figures {
		names = append(names, f.Name)
		size += len(f.SVG)
		checkFigure(t, f)
		if *gallery != "" {
			for ext, text := range map[string][]byte{".svg": f.SVG, ".png": f.PNG} {
				if err := os.WriteFile(filepath.Join(*gallery, f.Name+ext), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got := strings.Join(names, " "); got != want {
		t.Errorf("figures %s\nwant    %s", got, want)
	}
	if size > 1500<<10 {
		t.Errorf("the figures weigh %d KiB together", size>>10)
	}
}

func TestSameRecordsSameBytes(t *testing.T) {
	in := Input{Records: synthetic(3, 3, 12, 2000), Titles: titles(3)}
	one, err := All(in)
	if err != nil {
		t.Fatal(err)
	}
	two, err := All(in)
	if err != nil || len(one) != len(two) {
		t.Fatal(err)
	}
	for i, f := range one {
		if !bytes.Equal(f.SVG, two[i].SVG) || !bytes.Equal(f.PNG, two[i].PNG) {
			t.Errorf("%s differs when drawn again", f.Name)
		}
	}
}

func checkFigure(t *testing.T, f result.Figure) {
	t.Helper()
	if f.Section == "" || f.Title == "" || f.Caption == "" {
		t.Errorf("%s lacks words", f.Name)
	}
	if _, err := png.Decode(bytes.NewReader(f.PNG)); err != nil {
		t.Errorf("%s: %v", f.Name, err)
	}
	dec := xml.NewDecoder(bytes.NewReader(f.SVG))
	for {
		tok, err := dec.Token()
		if tok == nil {
			if err.Error() != "EOF" {
				t.Errorf("%s: %v", f.Name, err)
			}
			return
		}
		if text, ok := tok.(xml.CharData); ok && (strings.Contains(string(text), "NaN") || strings.Contains(string(text), "Inf")) {
			t.Errorf("%s holds %q", f.Name, text)
		}
		if e, ok := tok.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s: %s of %s is %q", f.Name, a.Name.Local, e.Name.Local, a.Value)
				}
			}
		}
	}
}

func TestOddRecords(t *testing.T) {
	one := synthetic(1, 1, 5)
	zero := synthetic(1, 1, 5)
	for i := range zero[0].Values {
		zero[0].Values[i].Value = 0
	}
	for i := range zero[0].LatencyCDF {
		zero[0].LatencyCDF[i].Sec = 0
	}
	for i := range zero[0].Series {
		zero[0].Series[i] = result.Point{AtSec: float64(i)}
	}
	equal := synthetic(1, 2, 5)
	for i := range equal {
		for k := range equal[i].LatencyCDF {
			equal[i].LatencyCDF[k].Sec = 0.02
		}
	}
	broken := synthetic(2, 1, 5)
	broken[0].Checks = []result.Check{{Name: "agreement"}}
	for name, records := range map[string][]result.Record{
		"none": nil, "one": one, "bare": {{Scenario: "s", Design: "d", Load: "5"}}, "zero": zero, "equal": equal,
		"broken": broken, "many": synthetic(13, 8, 1, 5000),
	} {
		figures, err := All(Input{Records: records})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range figures {
			checkFigure(t, f)
			if name == "broken" && bytes.Contains(f.SVG, []byte("scenario-00")) {
				t.Errorf("%s shows a run whose check failed", f.Name)
			}
		}
	}
}

func TestAxesEndAtRoundValues(t *testing.T) {
	for _, tc := range []struct {
		low, high float64
		want      string
	}{
		{0.004, 0.09, "2 ms 5 ms 10 ms 20 ms 50 ms 100 ms"},
		{0.02, 0.02, "20 ms 50 ms"},
		{0.0011, 3, "1 ms 10 ms 100 ms 1 s 10 s"},
		{0.0021, 0.19, "5 ms 10 ms 50 ms 100 ms"},
		{3e-7, 8e-7, "200 ns 500 ns 1 µs"},
	} {
		p := newPlot()
		logAxis(&p.X, tc.low, tc.high, timeText, 6)
		var got []string
		for _, tick := range p.X.Tick.Marker.Ticks(0, 1) {
			if tick.Label != "" {
				got = append(got, tick.Label)
			}
		}
		if strings.Join(got, " ") != tc.want || p.X.Min > tc.low || p.X.Max < tc.high || p.X.Min >= p.X.Max {
			t.Errorf("%v to %v: %q, axis %v to %v", tc.low, tc.high, got, p.X.Min, p.X.Max)
		}
	}
	p := newPlot()
	linearAxis(&p.X, 1999.8, number, 5)
	if p.X.Max != 2000 {
		t.Errorf("axis ends at %v", p.X.Max)
	}
}

func TestStylesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 200 {
		s := styleOf(i, "")
		k := fmt.Sprint(s.line.Color, s.line.Dashes, fmt.Sprintf("%T", s.glyph.Shape))
		if seen[k] {
			t.Fatalf("style %d is not new", i)
		}
		seen[k] = true
	}
}

func BenchmarkReport(b *testing.B) {
	in := Input{Records: synthetic(12, 3, 12, 2000), Titles: titles(12)}
	for b.Loop() {
		if _, err := All(in); err != nil {
			b.Fatal(err)
		}
	}
}

func TestLoadText(t *testing.T) {
	for load, want := range map[string]string{"city": "city", "": "", "500": "500 requests/s", "2000": "2,000 requests/s", "1234567.5": "1,234,567.5 requests/s"} {
		if got := loadText(load); got != want {
			t.Errorf("%q: %q, want %q", load, got, want)
		}
	}
}
