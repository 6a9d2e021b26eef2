package render

import (
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

func with(r result.Record, name string, v float64) result.Record {
	r.Values = append(append([]result.Value(nil), r.Values...), result.Value{Name: name, Value: v})
	return r
}

// Reads are said beside transactions wherever throughput stands, so that a load which is mostly reads
// does not look like one that was not offered.
func TestReadsStandBesideTransactions(t *testing.T) {
	r := with(with(trial("pbft", result.Virtual, 139, 139, 0.01), "read-offered", 1861), "read-throughput", 1861)
	in := Input{Records: []result.Record{r}, Designs: models}
	j := judge(in)
	if got := j.answers[0].Choices[0].Text; !strings.HasPrefix(got, "Carries 139 tx/s + 1,861 reads/s;") {
		t.Errorf("verdict: %s", got)
	}
	if text := render(t, Text, in); !strings.Contains(text, "139 tx/s + 1,861 reads/s") {
		t.Errorf("terminal: %s", text)
	}
	page := render(t, writeHTML, in)
	for _, want := range []string{"139 tx/s + 1,861 reads/s", ">reads offered<", ">reads answered<", "At 2,000 requests/s", "counted apart (reads/s)"} {
		if !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), strings.ReplaceAll(want, "+", "&#43;")) && !strings.Contains(strings.ReplaceAll(page, "\u00a0", " "), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestCrossCheck(t *testing.T) {
	pair := func(pure, lib float64) []result.Record {
		a, b := trial("raft", result.Virtual, 2000, 2000, pure), trial("hashiraft", result.Bubble, 2000, 2000, lib)
		a.Protocol, b.Protocol = "raft", "hashiraft"
		return []result.Record{a, b}
	}
	for name, tc := range map[string]struct {
		records []result.Record
		change  func(r []result.Record)
		want    string
	}{
		"close":          {pair(0.1, 0.114), nil, "is 1.140 times that of raft, within the tolerance of 15 % in all 1"},
		"apart":          {pair(0.1, 0.12), nil, "is 1.200 times that of raft, within the tolerance of 15 % in 0 of 1"},
		"under faults":   {pair(0.1, 0.1), func(r []result.Record) { r[0].Faults, r[1].Faults = "lossy", "lossy" }, "are not checked against each other here: under faults"},
		"other networks": {pair(0.1, 0.1), func(r []result.Record) { r[0].Network = "rack" }, ""},
		"other sizes":    {pair(0.1, 0.1), func(r []result.Record) { r[0].Replicas = 7 }, ""},
		"one is broken":  {pair(0.1, 0.1), func(r []result.Record) { r[0] = broken(r[0]) }, ""},
		"overloaded": {pair(0.1, 0.1), func(r []result.Record) {
			r[1].Values[0].Value *= 10
			r[1] = trial("hashiraft", result.Bubble, 2000, 10, 1)
			r[1].Protocol = "hashiraft"
		}, "load not carried"},
		"on a real disk": {pair(0.1, 0.1), func(r []result.Record) { r[1].Runtime = result.Wall }, "a real clock"},
	} {
		if tc.change != nil {
			tc.change(tc.records)
		}
		got := crossSentence(judge(Input{Records: tc.records, Designs: models}).crossRows())
		if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	in := Input{Records: pair(0.1, 0.105), Designs: models}
	for kind, text := range map[string]string{"html": render(t, writeHTML, in), "markdown": render(t, writeMarkdown, in), "text": render(t, Text, in)} {
		if !strings.Contains(text, "1.050") {
			t.Errorf("%s does not have the ratio", kind)
		}
	}
}

// outageRun answers 100 requests a second over 30 s but for some silent intervals of a second each.
func outageRun(silent ...int) result.Record {
	r := trial("pbft", result.Virtual, 100, 100, 4)
	r.Faults, r.WindowSec = "crash-leader", 20
	for i := range 31 { // the last is a fraction of an interval
		r.Series = append(r.Series, result.Point{AtSec: float64(i), Throughput: 100})
	}
	for _, i := range silent {
		r.Series[i].Throughput = 5
	}
	return r
}

func TestOutages(t *testing.T) {
	for name, tc := range map[string]struct {
		run  result.Record
		want float64
		ok   bool
	}{
		"none":              {outageRun(30), 0, true},
		"two, the longer":   {outageRun(12, 13, 14, 20), 3, true},
		"in the warm-up":    {outageRun(2, 3, 4), 0, true},
		"too few answers":   {with(result.Record{Series: outageRun(12).Series}, "throughput", 10), 0, false},
		"no series":         {trial("pbft", result.Virtual, 100, 100, 1), 0, false},
		"at the window end": {outageRun(28, 29), 2, true},
	} {
		o, ok := outageOf(tc.run)
		if ok != tc.ok || o.lengthSec != tc.want || o.totalSec < tc.want {
			t.Errorf("%s: %v s, %v; want %v s, %v", name, o.lengthSec, ok, tc.want, tc.ok)
		}
	}
	twice := ordeal{}
	twice.add(judge(Input{Records: []result.Record{outageRun(12, 13, 16)}, Designs: models}).cells[0])
	if got := twice.String(); got != "answers stop for about 2 s at a time and 3 s in all" {
		t.Errorf("two outages: %s", got)
	}
	in := Input{Records: []result.Record{with(with(outageRun(12, 13, 14), "view-changes", 1), "latency-max", 4.01)}, Designs: models}
	j := judge(in)
	want := "pbft under crash-leader: answers stop for about 3 s, 1 view change, slowest answer after 4.01 s."
	if got := j.answers[0].Choices[0].Fault; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if text := render(t, Text, in); !strings.Contains(text, "Under faults (crash-leader) at 2,000 requests/s: pbft: answers stop for about 3 s") {
		t.Errorf("terminal: %s", text)
	}
	if page := render(t, writeMarkdown, in); !strings.Contains(page, "| longest pause | 3 s |") || !strings.Contains(page, "| view changes | 1 view |") {
		t.Error("the comparison has neither pause nor view changes")
	}
}

func TestVariedSettings(t *testing.T) {
	run := func(wait string, p99 float64) result.Record {
		r := trial("pbft", result.Virtual, 2000, 2000, p99)
		r.Factors = []result.Factor{{Name: "design.block.max_wait", Value: wait}}
		return r
	}
	j := judge(Input{Records: []result.Record{run("5ms", 0.01), run("20ms", 0.02), run("50ms", 0.05)}, Designs: models})
	want := "design.block.max_wait from 5ms to 50ms, all else equal: pbft: median latency times 5, 99 % times 5, throughput unchanged."
	if got := j.effects(); len(got) != 1 || got[0] != want {
		t.Errorf("got %q", got)
	}
}

func TestTrialsAreComparedPairwise(t *testing.T) {
	var records []result.Record
	for i, p99 := range []float64{0.05, 0.05, 0.3} {
		a, b := trial("pbft", result.Virtual, 2000, 2000, p99), trial("hotstuff", result.Virtual, 2000, 2000, 0.1)
		a.Trial, b.Trial = i, i
		records = append(records, a, b)
	}
	got := judge(Input{Records: records, Designs: models}).answers[0].Choices[0]
	if got.Winner != "pbft" || !strings.Contains(got.Text, "medians of 3 trials") || !strings.Contains(got.Text, "pbft was the faster in 2 of 3 only") {
		t.Errorf("%s: %s", got.Winner, got.Text)
	}
}

// The way back to the figures is the resolved experiment; the command as typed may name a directory that
// is full by now.
func TestDoItAgain(t *testing.T) {
	in := small()
	in.Command = "govbench run --out results/x"
	for kind, text := range map[string]string{"html": render(t, writeHTML, in), "markdown": render(t, writeMarkdown, in)} {
		for _, want := range []string{"experiment.yaml", "govbench run experiment.yaml --out again", "govbench run --out results/x"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", kind, want)
			}
		}
	}
}

func TestWhatIsModelledIsSaid(t *testing.T) {
	page := render(t, writeHTML, small())
	for _, want := range []string{"a lost message is lost", "order of goroutines", "CPU costs of machine reference", "checking a client&#39;s signature: 57", "Think time between the steps", "payload: 2\u00a0kB <span class=\"muted\">(all 2 scenarios)"} {
		if n := strings.Count(page, want); n != 1 {
			t.Errorf("%q stands %d times on the page", want, n)
		}
	}
}
