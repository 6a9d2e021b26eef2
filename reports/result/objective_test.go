package result

import "testing"

func TestObjective(t *testing.T) {
	o, err := ParseObjective(DefaultObjective().String())
	if err != nil || o.String() != DefaultObjective().String() {
		t.Fatalf("%v, %v", o, err)
	}
	good := Record{WindowSec: 10, Values: []Value{{Name: "offered", Value: 1000}, {Name: "throughput", Value: 995}, {Name: "latency-p99", Value: 0.5}}}
	if m := o.Misses(good); len(m) > 0 {
		t.Errorf("%q", m)
	}
	for name, v := range map[string]float64{"throughput": 970, "latency-p99": 1, "dropped": 0.1, "failed": 0.1} {
		bad := good
		bad.Values = append([]Value{{Name: name, Value: v}}, good.Values...) // the first counts
		if m := o.Misses(bad); len(m) != 1 {
			t.Errorf("%s %v: %q", name, v, m)
		}
	}
	if m := o.Misses(Record{Values: good.Values[:2]}); len(m) != 1 {
		t.Errorf("no latency: %q", m)
	}
	if m := o.Misses(Record{Values: good.Values, Checks: []Check{{Name: "agreement"}}}); len(m) != 1 {
		t.Errorf("a broken check: %q", m)
	}
	for _, text := range []string{"", "latency-p99", "speed < 1", "latency-p99 < fast", "latency-p99 ~ 1s", "throughput >= 0.9 * latency-p99", "latency-p99 < -1s", "throughput >= 0.97 * baseline"} {
		if o, err := ParseObjective(text); err == nil {
			t.Errorf("%q is read as %v", text, o)
		}
	}
}

// TestThreshold: a threshold may be a multiple of the baseline, is written as it is read, and holds one term.
func TestThreshold(t *testing.T) {
	for _, text := range []string{"throughput >= 0.97 * baseline", "latency-p99 < 1s", "throughput >= 0.99 * offered"} {
		if got, err := ParseThreshold(text); err != nil || got.String() != text {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "baseline >= 1", "throughput >= baseline", "latency-p99 < 1s, dropped = 0"} {
		if got, err := ParseThreshold(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	if term, _ := ParseThreshold("throughput >= 0.5 * baseline"); !term.Within(5, 5) || term.Within(4.9, 5) {
		t.Error("a bound is not compared")
	}
}
