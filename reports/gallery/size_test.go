package gallery

import (
	"net/http"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// TestSizings: a sizing is listed as one, with its own files and answer, and is not compared by runs that look for
// something.
func TestSizings(t *testing.T) {
	h := newHall(t)
	runs := lines(t, record("court-evidence-deposit", "pbft", 0, 0.5))
	line, err := result.EncodeSizing(result.Sizing{Scenario: "court-evidence-deposit", Design: "pbft", Runtime: result.Virtual, Replicas: 4, Survives: 1, Cores: 2,
		Disk: "d", Link: "l", Verdict: result.SizeSmallest, Cost: 500, CoresCost: 500, Currency: "CNY", Sustained: 10, Target: 5})
	if err != nil {
		t.Fatal(err)
	}
	h.put(t, "sized/runs.jsonl", runs)
	h.put(t, "sized/sizing.yaml", "load: city\n")
	h.put(t, "sized/size.csv", "x")
	h.put(t, "sized/size.jsonl", string(line)+"\n")
	h.put(t, "plain/runs.jsonl", runs)
	h.put(t, "bad/runs.jsonl", runs)
	h.put(t, "bad/sizing.yaml", "load: city\n")
	h.put(t, "bad/size.jsonl", "{")
	body := want(t, h.get(t, "/"), http.StatusOK, ">size<", "/set/sized/size.csv", "/set/sized/size.jsonl", "500 CNY a year")
	if strings.Count(body, "500 CNY") != 1 {
		t.Error("the broken sizing has an answer")
	}
	want(t, h.get(t, "/set/sized/size.jsonl"), http.StatusOK, `"cost_per_year":500`)
	for _, target := range []string{"/compare?a=plain&b=sized", "/compare?a=sized&b=plain"} {
		want(t, h.get(t, target), http.StatusNotFound, "is a sizing")
	}
}
