package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// traced is a small sequence: a request, an idle time, and two messages of which one is lost.
func traced() result.Sequence {
	return result.Sequence{Schema: result.SequenceSchema, Scenario: "s", Design: "<d>", Load: "city", Replicas: 2, Choice: "p50", Request: 7, Height: 3, AtSec: 1, TookSec: 0.02,
		Messages: []result.SequenceSent{{From: -1, To: 0, Kind: "request", Bytes: 500, ArrivedSec: 0.001}, {From: 0, To: 1, Kind: `"><script>`, Bytes: 1500, SentSec: 0.015, ArrivedSec: 0.016},
			{From: 1, To: 0, Kind: "Vote", Bytes: 200, SentSec: 0.017, ArrivedSec: 0.018, Lost: true}},
		Marks: []result.SequenceMark{{Replica: 1, Kind: "persisted", Sec: 0.0165}}}
}

func TestSequenceOnThePage(t *testing.T) {
	in := small()
	in.Sequences = []result.Sequence{traced()}
	page := render(t, writeHTML, in)
	_, page, _ = strings.Cut(page, `<section id="sequence">`)
	page, _, _ = strings.Cut(page, "</section>")
	if strings.Contains(page, "<script") || strings.Contains(page, "<d>") {
		t.Error("a name is not escaped")
	}
	for _, want := range []string{`aria-labelledby="seq-t0 seq-d0"`, `<title id="seq-t0">Sequence of &lt;d&gt; on s at city load</title>`, "nothing for 14 ms", "m2 lost", "The same as a table: 4 rows"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if arrows, rows := strings.Count(page, `class="msg `), strings.Count(page, "<tr><td"); arrows != 3 || rows != 4 {
		t.Errorf("%d arrows and %d rows", arrows, rows)
	}
	large := traced()
	large.Replicas = lifelinesMax + 1
	in.Sequences = []result.Sequence{large}
	if page := render(t, writeHTML, in); strings.Contains(page, `class="sequence"`) || !strings.Contains(page, "The same as a table") {
		t.Error("a large group is drawn, or has no table")
	}
}

// Arrows never go up, and later is lower.
func TestSequenceScale(t *testing.T) {
	s := traced()
	scale, before := newTimeScale(s), 0.0
	for i := range 200 {
		if y := scale.y(s.TookSec * float64(i) / 199); y < before {
			t.Fatalf("time %d is at %v, after %v", i, y, before)
		} else {
			before = y
		}
	}
	svg := string(drawSequence(s, 0, "t", "s"))
	for _, m := range regexp.MustCompile(`class="msg [^"]*" marker-end="[^"]*" d="M\S+ (\S+)L\S+ (\S+)"`).FindAllStringSubmatch(svg, -1) {
		from, err := strconv.ParseFloat(m[1], 64)
		to, err2 := strconv.ParseFloat(m[2], 64)
		if err != nil || err2 != nil || to < from {
			t.Error("an arrow goes up: " + fmt.Sprint(m))
		}
	}
}
