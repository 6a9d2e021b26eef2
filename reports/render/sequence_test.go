package render

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/govbench/govbench/reports/result"
)

// traced is a small sequence: a request, an idle time, two messages of which one is lost and one is of another block,
// and work on both resources.
func traced() result.Sequence {
	return result.Sequence{Schema: result.SequenceSchema, Scenario: "s", Design: "<d>", Load: "city", Replicas: 2, Choice: "p50", Request: 7, Height: 3, AtSec: 1, TookSec: 0.02,
		Messages: []result.SequenceSent{{From: -1, To: 0, Kind: "request", Bytes: 500, ArrivedSec: 0.001, Own: true}, {From: 0, To: 1, Kind: `"><script>`, Bytes: 1500, SentSec: 0.015, ArrivedSec: 0.016, Own: true},
			{From: 1, To: 0, Kind: "Vote", Bytes: 200, SentSec: 0.017, ArrivedSec: 0.018, Lost: true}},
		Spans: []result.SequenceSpan{{Replica: 1, Resource: result.SequenceDisk, AskedSec: 0.016, BeganSec: 0.0165, DoneSec: 0.017, Bytes: 900},
			{Replica: 0, Resource: result.SequenceCPU, AskedSec: 0.001, BeganSec: 0.001, DoneSec: 0.0014, Work: []result.SequenceWork{{Op: "handle", N: 1}, {Op: "check", N: 1}}}},
		Marks: []result.SequenceMark{{Replica: 1, Kind: "committed", Sec: 0.0165}}}
}

// sequenceSection is the part of the page with the diagrams.
func sequenceSection(t *testing.T, s result.Sequence) string {
	t.Helper()
	in := small()
	in.Sequences = []result.Sequence{s}
	page := render(t, writeHTML, in)
	_, page, _ = strings.Cut(page, `<section id="sequence">`)
	page, _, _ = strings.Cut(page, "</section>")
	return page
}

func TestSequenceOnThePage(t *testing.T) {
	page := sequenceSection(t, traced())
	if strings.Contains(page, "<script") || strings.Contains(page, "<d>") {
		t.Error("a name is not escaped")
	}
	for _, want := range []string{`aria-labelledby="seq-t0 seq-d0"`, `<title id="seq-t0">Sequence of &lt;d&gt; on s at city load</title>`, "nothing for 13.6 ms", "m2 other lost",
		"1 message taken in and 1 client&#39;s signature checked, 400 µs", "disk: 900 B written and synced, after waiting 500 µs, 500 µs", "Show 1 message of other blocks too", `class="other"><td`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if arrows, rows, bars := strings.Count(page, "<title>")-3, strings.Count(page, "<td>replica"), strings.Count(page, `class="bar `); arrows != 4 || rows == 0 || bars != 3+3 {
		t.Errorf("%d arrows and marks, %d rows, %d bars", arrows, rows, bars)
	}
}

// A large group is drawn by what its replicas do: those without a part of their own are one lifeline, and what they say
// for one block is one arrow.
func TestSequenceOfLargeGroup(t *testing.T) {
	s := traced()
	s.Replicas, s.Proposer, s.Messages = 16, 2, s.Messages[:1]
	for to := range 16 {
		if to != 2 {
			s.Messages = append(s.Messages, result.SequenceSent{From: 2, To: to, Kind: "Propose", Bytes: 900, SentSec: 0.002, ArrivedSec: 0.003 + float64(to)/1e4, Own: true, Height: 3})
			s.Messages = append(s.Messages, result.SequenceSent{From: to, To: 2, Kind: "Vote", Bytes: 100, SentSec: 0.005 + float64(to)/1e4, ArrivedSec: 0.007 + float64(to)/1e4, Own: true, Height: 3})
		}
	}
	d := newDiagram(s)
	if len(d.lanes) != 4 || len(d.arrows) != 1+2+2 {
		t.Fatalf("%d lifelines and %d arrows, want client, replicas 0 and 2, and the others; a request, two proposals, two votes", len(d.lanes), len(d.arrows))
	}
	sum := 0
	for _, a := range d.arrows {
		sum += a.n
	}
	page := sequenceSection(t, s)
	if sum != len(s.Messages) || !strings.Contains(page, "14 × Propose, 900 B") || !strings.Contains(page, "the other 14 replicas") || strings.Count(page, `class="fan`) != 2 {
		t.Errorf("%d of %d messages are drawn: %s", sum, len(s.Messages), page)
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
	arrows := 0
	svg := string(newDiagram(s).draw(0, "t", "s"))
	for _, m := range regexp.MustCompile(`class="msg [^"]*" marker-end="[^"]*" d="M\S+ (\S+)L\S+ (\S+)"`).FindAllStringSubmatch(svg, -1) {
		arrows++
		from, err := strconv.ParseFloat(m[1], 64)
		to, err2 := strconv.ParseFloat(m[2], 64)
		if err != nil || err2 != nil || to < from {
			t.Error("an arrow goes up: " + fmt.Sprint(m))
		}
	}
	if arrows != 2 {
		t.Errorf("%d arrows arrive, want 2", arrows)
	}
}
