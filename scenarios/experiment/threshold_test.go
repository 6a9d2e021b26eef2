package experiment

import (
	"bytes"
	"strings"
	"testing"
)

// TestThresholds: thresholds of a gate are read with the file and written with it, and a wrong one has its place.
func TestThresholds(t *testing.T) {
	const head = "designs: [raft]\nscenarios: [court-evidence-deposit]\nload: [10]\ngate: "
	f, err := Parse("x.yaml", []byte(head+`["latency-p99 < 1s", "throughput >= 0.97 * baseline"]`))
	if err != nil || len(f.Gate) != 2 || f.Gate[1].Of != "baseline" {
		t.Fatalf("%+v, %v", f.Gate, err)
	}
	out, err := f.Marshal()
	if err != nil || !bytes.Contains(out, []byte("throughput >= 0.97 * baseline")) {
		t.Errorf("%v\n%s", err, out)
	}
	if again, err := Parse("y.yaml", out); err != nil || len(again.Gate) != 2 || again.Gate[0] != f.Gate[0] {
		t.Errorf("%v, %v", again.Gate, err)
	}
	if _, err := Parse("x.yaml", []byte(head+`["latency < 1s"]`)); err == nil || !strings.HasPrefix(err.Error(), "x.yaml:4") {
		t.Errorf("a wrong threshold: %v", err)
	}
}
