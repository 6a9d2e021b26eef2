package experiment

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/scenarios/strict"
)

// TestLatinHypercube: each of N parts of each range is drawn from exactly once, lists come up equally often, the
// seed decides, and another setting does not change a setting's draws.
func TestLatinHypercube(t *testing.T) {
	const n = 40
	draw := func(seed uint64, vary map[string][]string) map[string][]string {
		f := Blank()
		f.Vary, f.Sample, f.Seed = vary, n, seed
		points, err := f.points()
		if err != nil {
			t.Fatal(err)
		}
		out := map[string][]string{}
		for _, p := range points {
			for _, x := range p {
				out[x.Name] = append(out[x.Name], x.Value)
			}
		}
		return out
	}
	vary := map[string][]string{
		"design.block.max_wait": {"1ms..101ms"}, "design.block.max_bytes": {"log:1KiB..1MiB"}, "load": {"1000..2000"}, "machine.cores": {"1", "2", "4", "8"},
	}
	got := draw(7, vary)
	value := func(text string) float64 {
		q, ok := strict.ParseQuantity(text)
		if !ok {
			t.Fatalf("drew %q", text)
		}
		v, _ := q.Value.Float64()
		return v
	}
	for key, part := range map[string]func(float64) float64{
		"design.block.max_wait":  func(v float64) float64 { return (v - 0.001) / 0.1 },
		"design.block.max_bytes": func(v float64) float64 { return math.Log2(v/1024) / 10 },
		"load":                   func(v float64) float64 { return (v - 1000) / 1001 },
	} {
		seen := map[int]int{}
		for _, text := range got[key] {
			seen[int(math.Floor(part(value(text))*n+1e-3))]++
		}
		for i := range n {
			if seen[i] != 1 {
				t.Errorf("%s: part %d is drawn from %d times", key, i, seen[i])
			}
		}
	}
	levels := map[string]int{}
	for _, text := range got["machine.cores"] {
		levels[text]++
	}
	if fmt.Sprint(levels) != "map[1:10 2:10 4:10 8:10]" {
		t.Errorf("levels %v", levels)
	}
	if fmt.Sprint(draw(7, vary)) != fmt.Sprint(got) || fmt.Sprint(draw(8, vary)) == fmt.Sprint(got) {
		t.Error("the seed does not decide")
	}
	if alone := draw(7, map[string][]string{"load": vary["load"]}); fmt.Sprint(alone["load"]) != fmt.Sprint(got["load"]) {
		t.Error("another setting changed the draws")
	}
}

// TestSpanEnds: the first and the last place are the ends of a range, at any size.
func TestSpanEnds(t *testing.T) {
	for text, want := range map[string][3]string{
		"0..10": {"0", "5", "10"}, "log:1..100": {"1", "10", "100"}, "log:1ms..100ms": {"1ms", "10ms", "100ms"},
		"1..9223372036854775807": {"1", "4611686018427387904", "9223372034707292160"},
		"1Mbit..3Mbit":           {"1000000bit", "2000000bit", "3000000bit"}, "1KiB..3KiB": {"1024B", "2048B", "3072B"},
	} {
		s, err := parseSpan([]string{text})
		if err != nil {
			t.Fatal(err)
		}
		got := [3]string{s.at(0), s.at(1 << 31), s.at(math.MaxUint32)}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		if s.unit == "sec" {
			if _, err := time.ParseDuration(got[2]); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestSweepInput: what is wrong with a range, a sample or a condition is said with its place.
func TestSweepInput(t *testing.T) {
	for text, want := range map[string]string{
		"vary: {load: [10..20]}":                                                              "a range is for a sample",
		"sample: 5":                                                                           "nothing to draw from",
		"sample: -1\nvary: {load: [10..20]}":                                                  "found -1",
		"sample: 10001\nvary: {load: [10..20]}":                                               "allowed are 1 to 10000",
		"sample: 5\nvary: {load: [20..10]}":                                                   "the lower end is not below",
		"sample: 5\nvary: {load: [a..10]}":                                                    "no number",
		"sample: 5\nvary: {load: [1ms..10]}":                                                  "different things",
		"sample: 5\nvary: {load: ['log:0..10']}":                                              "nothing doubles from zero",
		"sample: 5\nvary: {load: [0.5..10]}":                                                  "not whole numbers",
		"when: replicas>3\nvary: {load: [10, 20]}":                                            "unknown varied setting \"replicas\"",
		"when: load>\nvary: {load: [10, 20]}":                                                 "allowed is a comparison",
		"when: load~3 4 5\nvary: {load: [10, 20]}":                                            "varied setting",
		"when: load 3 4\nvary: {load: [10, 20]}":                                              "allowed are < <= > >= = !=",
		"when: load>10 load<20\nvary: {load: [10, 20]}":                                       "allowed here is and, or, or the end",
		"when: (load>10\nvary: {load: [10, 20]}":                                              "a bracket is not closed",
		"when: load>20\nvary: {load: [10, 20]}":                                               "holds at no point",
		"when: load>10ms\nvary: {load: [10, 20]}":                                             "count different things",
		"when: design.signature>3 or load>1\nvary: {load: [10], design.signature: [ed25519]}": "one of them is no number",
	} {
		f, err := Parse("x.yaml", []byte(strings.Replace(base, "load: [40]\n", "", 1)+text+"\n"))
		if err == nil {
			if f.Vary == nil {
				f.Load = []Load{{text: "40"}}
			}
			_, err = f.Plan()
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "x.yaml:") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestConditions: precedence, brackets, not, and values with units.
func TestConditions(t *testing.T) {
	for when, want := range map[string]string{
		"load>=20": "20/1ms 20/20ms 30/1ms 30/20ms",
		"load = 10 and design.block.max_wait < 2ms":             "10/1ms",
		"load=10 or load=20 and design.block.max_wait>1000us":   "10/1ms 10/20ms 20/20ms",
		"(load=10 or load=20) and design.block.max_wait>1000us": "10/20ms 20/20ms",
		"not load<30 and not (design.block.max_wait=0.02s)":     "30/1ms",
		"load != 10.0 and load<=20":                             "20/1ms 20/20ms",
	} {
		f := Blank()
		f.Vary, f.When = map[string][]string{"load": {"10", "20", "30"}, "design.block.max_wait": {"1ms", "20ms"}}, when
		points, err := f.points()
		if err != nil {
			t.Errorf("%s: %v", when, err)
			continue
		}
		kept := map[string]bool{}
		for _, p := range points {
			kept[p[1].Value+"/"+p[0].Value] = true
		}
		got := sortedKeys(kept)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", when, got, want)
		}
	}
}

// FuzzCondition: no text makes the parser fail in another way than by an error.
func FuzzCondition(f *testing.F) {
	f.Add("load>=1 and (not load=3 or load != 4)")
	f.Add("((((")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCondition(text, []string{"load"})
		if err == nil && c == nil {
			t.Error("neither a condition nor an error")
		}
	})
}
