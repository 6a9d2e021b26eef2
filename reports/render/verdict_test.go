package render

import (
	"math"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

// trial is a run with the figures that verdicts look at.
func trial(design string, clock result.Runtime, offered, throughput, p99 float64) result.Record {
	r := result.Record{Scenario: "s", Design: design, Load: "2000", Runtime: clock, Replicas: 4, WindowSec: 50}
	for name, v := range map[string]float64{"offered": offered, "throughput": throughput, "latency-p50": p99 / 2, "latency-p99": p99} {
		r.Values = append(r.Values, result.Value{Name: name, Value: v})
	}
	return r
}

func broken(r result.Record) result.Record {
	r.Checks = []result.Check{{Name: "agreement", Detail: "height 3"}}
	return r
}

func repeat(n int, r result.Record) []result.Record {
	var out []result.Record
	for range n {
		out = append(out, r)
	}
	return out
}

var models = map[string]DesignInfo{"pbft": {FaultModel: "byzantine"}, "hotstuff": {FaultModel: "byzantine"},
	"raft": {FaultModel: "crash"}, "hashiraft": {FaultModel: "crash"}, "etcdraft": {FaultModel: "crash"}}

func TestVerdicts(t *testing.T) {
	const v, b = result.Virtual, result.Bubble
	for name, tc := range map[string]struct {
		records []result.Record
		want    []string // winner of each choice, in order
		text    string
	}{
		"the faster of two": {[]result.Record{trial("pbft", v, 2000, 2000, 0.05), trial("hotstuff", v, 2000, 2000, 0.1)},
			[]string{"pbft"}, "hotstuff 100 ms (2 times as long)"},
		"equal": {[]result.Record{trial("pbft", v, 2000, 2000, 0.1), trial("hotstuff", v, 2000, 2000, 0.1005)},
			[]string{"pbft or hotstuff"}, "does the same"},
		"fast but overloaded": {[]result.Record{trial("pbft", v, 2000, 900, 0.05), trial("hotstuff", v, 2000, 2000, 0.1)},
			[]string{"hotstuff"}, "Not carried by pbft (900 of 2,000 tx/s, held back by"},
		"nobody": {[]result.Record{trial("pbft", v, 2000, 900, 0.05), trial("hotstuff", v, 2000, 1000, 0.1)},
			[]string{""}, "None carries the load: hotstuff (1,000 of 2,000 tx/s, held back by something that its runtime does not meter) or pbft"},
		"fault models apart": {[]result.Record{trial("raft", v, 2000, 2000, 0.01), trial("pbft", v, 2000, 2000, 0.05)},
			[]string{"pbft", "raft"}, "within 50 ms. Carries"},
		"exact and sampled apart": {[]result.Record{trial("raft", v, 2000, 2000, 0.02), trial("hashiraft", b, 2000, 2000, 0.01)},
			[]string{"raft", "hashiraft"}, "within 20 ms. Carries"},
		"too few samples": {[]result.Record{trial("etcdraft", b, 2000, 2000, 0.02), trial("hashiraft", b, 2000, 2000, 0.01)},
			[]string{""}, "takes at least 10 trials"},
		"enough samples": {append(repeat(10, trial("etcdraft", b, 2000, 2000, 0.02)), repeat(10, trial("hashiraft", b, 2000, 2000, 0.01))...),
			[]string{"hashiraft"}, "2 times as long"},
		"a broken trial spoils its cell": {[]result.Record{trial("pbft", v, 2000, 2000, 0.05), broken(trial("pbft", v, 2000, 2000, 0.05)), trial("hotstuff", v, 2000, 2000, 0.1)},
			[]string{"hotstuff"}, "Left out, because a check failed: pbft."},
		"all broken": {[]result.Record{broken(trial("pbft", v, 2000, 2000, 0.05))}, []string{""}, "No sound run"},
	} {
		j := judge(Input{Records: tc.records, Designs: models})
		if len(j.answers) != 1 {
			t.Fatalf("%s: %d answers", name, len(j.answers))
		}
		var winners []string
		text := ""
		for _, c := range j.answers[0].Choices {
			winners = append(winners, c.Winner)
			text += c.Text + " "
		}
		if strings.Join(winners, ",") != strings.Join(tc.want, ",") || !strings.Contains(text, tc.text) {
			t.Errorf("%s: %q, %s", name, winners, text)
		}
	}
}

func TestBestMarksCompareLikeWithLike(t *testing.T) {
	marks := func(records ...result.Record) string {
		j := judge(Input{Records: records, Designs: models})
		for _, l := range j.comparisons()[0].Blocks[0].Lines {
			if l.Metric == "latency, 99 %" {
				s := ""
				for _, e := range l.Entries {
					if e.Best {
						s += "*"
					} else {
						s += "-"
					}
				}
				return s
			}
		}
		return "none"
	}
	const v, b = result.Virtual, result.Bubble
	if got := marks(trial("pbft", v, 1, 1, 0.2), trial("hotstuff", v, 1, 1, 0.1), trial("raft", v, 1, 1, 0.01)); got != "-*-" {
		t.Errorf("across fault models: %s", got)
	}
	if got := marks(trial("hashiraft", b, 1, 1, 0.2), trial("raft", v, 1, 1, 0.1)); got != "--" {
		t.Errorf("samples against exact figures: %s", got)
	}
	if got := marks(trial("pbft", v, 100, 10, 0.1), trial("hotstuff", v, 100, 100, 0.2)); got != "--" {
		t.Errorf("the fast few of an overloaded design: %s", got)
	}
	if got := marks(trial("pbft", v, 1, 1, 0.1), trial("hotstuff", v, 1, 1, 0.1)); got != "--" {
		t.Errorf("equal: %s", got)
	}
}

// Throughput is a merit only where somebody falls short of the load.
func TestThroughputIsMarkedUnderOverloadOnly(t *testing.T) {
	marked := func(a, b result.Record) bool {
		for _, l := range judge(Input{Records: []result.Record{a, b}, Designs: models}).comparisons()[0].Blocks[0].Lines {
			if l.Metric == "answered" {
				return l.Entries[0].Best
			}
		}
		return false
	}
	const v = result.Virtual
	if marked(trial("pbft", v, 2100, 2100, 1), trial("hotstuff", v, 2000, 2000, 1)) {
		t.Error("the luck of the draw is marked")
	}
	if !marked(trial("pbft", v, 2000, 1500, 1), trial("hotstuff", v, 2000, 1000, 1)) {
		t.Error("the better of two overloaded designs is not marked")
	}
}

func TestLimits(t *testing.T) {
	r := trial("pbft", result.Virtual, 2000, 2000, 0.1)
	r.Limit = result.LimitOffered
	r.Stages = []result.Stage{{Name: "submit", MeanSec: 0.03}, {Name: "order", MeanSec: 0.04}, {Name: "answer", MeanSec: 0.03}}
	r.Values = append(r.Values, result.Value{Name: "disk-utilisation-max", Value: 0.4})
	j := judge(Input{Records: []result.Record{r}, Designs: models})
	got := j.answers[0].Choices[0].Limit
	want := "Latency is mostly the way between client and replica (60 % of 100 ms on average). Busiest: a node's disk, 40 %."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	r.Limit = result.LimitCPU
	j = judge(Input{Records: []result.Record{r}, Designs: models})
	if got := j.answers[0].Choices[0].Limit; !strings.HasPrefix(got, "pbft is limited by CPU.") {
		t.Errorf("got %s", got)
	}
	j = judge(Input{Records: []result.Record{trial("pbft", result.Virtual, 2000, 900, 0.1)}, Designs: models})
	if got := j.answers[0].Choices[0].Limit; !strings.Contains(got, "not known") {
		t.Errorf("without a meter: %s", got)
	}
}

func TestQuantities(t *testing.T) {
	for _, tc := range []struct {
		v    float64
		unit string
		want string
	}{
		{0.0123456, "sec", "12.3 ms"}, {1.5e-7, "sec", "150 ns"}, {0, "sec", "0 s"}, {86400.5, "sec", "24 h"}, {300, "sec", "5 min"}, {864000, "sec", "10 days"}, {0.9999, "sec", "1 s"}, {9.996e-4, "sec", "1 ms"},
		{1999.8, "tx/sec", "2,000 tx/s"}, {0.312, "ratio", "31.2 %"}, {2331, "B", "2.33 kB"}, {24, "msg", "24 msg"}, {0, "tx/sec", "0 tx/s"},
		{1234567, "tx", "1,234,567 tx"}, {1, "view", "1 view"}, {3, "view", "3 views"}, {140.2, "read/sec", "140 reads/s"}, {99.96, "tx", "100 tx"}, {-1234.5, "tx", "-1,234 tx"},
		{999e12, "tx", "999,000,000,000,000 tx"}, {-1.7e308, "tx", "-1.7e+308 tx"}, {math.Inf(1), "tx", "+∞ tx"}, {math.Inf(-1), "sec", "-∞ days"}, {math.NaN(), "tx", "– tx"},
	} {
		if got := quantity(tc.v, tc.unit); got != tc.want {
			t.Errorf("%v %s: %q, want %q", tc.v, tc.unit, got, tc.want)
		}
	}
}

func TestEstimates(t *testing.T) {
	for _, tc := range []struct {
		m    stats.Interval
		want string
	}{
		{stats.Interval{N: 1, Median: 0.5}, "500 ms"},
		{stats.Interval{N: 3, Median: 0.5, Low: 0.4, High: 0.6}, "500 ms (400 to 600, n=3)"},
		{stats.Interval{N: 3, Median: 0.5, Low: 0.4, High: 1.6}, "500 ms (400 ms to 1.6 s, n=3)"},
	} {
		if got := estimate(tc.m, "sec"); got != tc.want {
			t.Errorf("%s, want %s", got, tc.want)
		}
	}
}
