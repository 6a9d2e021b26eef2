package render

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

const sequenceNote = "One transaction's way through each design, as it was in the run: every message between its submission and its answer, those of other blocks included; " +
	"of other clients' requests and answers none. Time runs downward to scale; where no message is under way for long, the scale is broken. Tracing leaves the run's digest as it is."

// lifelinesMax is how many replicas a diagram has room for; a group that is larger has its table.
const lifelinesMax = 10

// sequenceView is one transaction on the page.
type sequenceView struct {
	Title, Summary string
	SVG            template.HTML
	Rows           []sequenceRow
}

// sequenceRow is a message or mark in the table that says the same as the diagram.
type sequenceRow struct{ At, From, To, What, Size string }

func (j *judged) sequenceViews() []sequenceView {
	out := make([]sequenceView, len(j.in.Sequences))
	for i, s := range j.in.Sequences {
		v := sequenceView{Title: fmt.Sprintf("%s on %s at %s", s.Design, j.in.scenarioName(s.Scenario), loadText(s.Load)), Rows: sequenceRows(s)}
		v.Summary = fmt.Sprintf("Request %d (%s), sent %s after the start, was answered after %s in block %d: %s.",
			s.Request, choiceText(s.Choice), timeText(s.AtSec), timeText(s.TookSec), s.Height, kindsText(s))
		if s.LeftOut > 0 {
			v.Summary += fmt.Sprintf(" %s left out.", count(s.LeftOut, "message"))
		}
		if s.Replicas <= lifelinesMax {
			v.SVG = drawSequence(s, i, v.Title, v.Summary)
		}
		out[i] = v
	}
	return out
}

func choiceText(choice string) string {
	switch choice {
	case "p50":
		return "the one at the median latency"
	case "p99":
		return "the one at the 99th percentile"
	}
	return "chosen by its number"
}

// kindsText counts the messages by kind, in the order in which the kinds first appear.
func kindsText(s result.Sequence) string {
	n := map[string]int{}
	var order []string
	for _, m := range s.Messages {
		if n[m.Kind]++; n[m.Kind] == 1 {
			order = append(order, m.Kind)
		}
	}
	for i, k := range order {
		order[i] = fmt.Sprintf("%d %s", n[k], k)
	}
	return list(order, "and")
}

func lifelineName(n int) string {
	if n == result.SequenceClient {
		return "client"
	}
	return fmt.Sprintf("replica %d", n)
}

func sequenceRows(s result.Sequence) []sequenceRow {
	type timed struct {
		sec float64
		row sequenceRow
	}
	var all []timed
	for _, m := range s.Messages {
		what := m.Kind
		if m.Lost {
			what += ", lost"
		} else {
			what += ", arrives at " + timeText(m.ArrivedSec)
		}
		all = append(all, timed{m.SentSec, sequenceRow{timeText(m.SentSec), lifelineName(m.From), lifelineName(m.To), what, bytesText(float64(m.Bytes))}})
	}
	for _, m := range s.Marks {
		all = append(all, timed{m.Sec, sequenceRow{timeText(m.Sec), lifelineName(m.Replica), "", m.Kind, ""}})
	}
	slices.SortStableFunc(all, func(a, b timed) int { return compare(a.sec, b.sec) })
	out := make([]sequenceRow, len(all))
	for i, t := range all {
		out[i] = t.row
	}
	return out
}

// Measures of the diagram, in its own units.
const (
	laneWidth   = 150
	laneFirst   = 90
	laneTop     = 46
	laneHeight  = 620 // of the time in which messages are under way
	breakHeight = 30  // of time in which none is
	breakShare  = 0.04
	labelGap    = 13
)

// timeScale places times: spans in which messages are under way to scale, and breaks between them.
type timeScale struct{ spans []span }

type span struct{ from, to, top, height float64 }

func newTimeScale(s result.Sequence) timeScale {
	var busy []span
	add := func(from, to float64) { busy = append(busy, span{from: from, to: to}) }
	for _, m := range s.Messages {
		add(m.SentSec, max(m.SentSec, m.ArrivedSec))
	}
	for _, m := range s.Marks {
		add(m.Sec, m.Sec)
	}
	add(0, 0)
	add(s.TookSec, s.TookSec)
	slices.SortFunc(busy, func(a, b span) int { return compare(a.from, b.from) })
	end := s.TookSec
	for _, b := range busy {
		end = max(end, b.to)
	}
	var merged []span
	for _, b := range busy {
		if n := len(merged); n > 0 && b.from <= merged[n-1].to+breakShare*end {
			merged[n-1].to = max(merged[n-1].to, b.to)
			continue
		}
		merged = append(merged, b)
	}
	whole := 0.0
	for _, m := range merged {
		whole += m.to - m.from
	}
	top := float64(laneTop + 14)
	for i := range merged {
		m := &merged[i]
		m.top, m.height = top, 6
		if whole > 0 {
			m.height += (m.to - m.from) / whole * laneHeight
		}
		top += m.height + breakHeight
	}
	return timeScale{merged}
}

func (t timeScale) y(sec float64) float64 {
	for i, s := range t.spans {
		sec := max(sec, s.from) // in a break: where it ends
		if sec <= s.to || i == len(t.spans)-1 {
			if s.to <= s.from {
				return s.top
			}
			return s.top + (sec-s.from)/(s.to-s.from)*s.height
		}
	}
	return laneTop
}

func (t timeScale) bottom() float64 {
	last := t.spans[len(t.spans)-1]
	return last.top + last.height
}

// sequencePaints numbers the colours of messages by kind; words stand beside each.
const sequencePaints = 6

// drawSequence draws the diagram. Everything in it is a number or escaped.
func drawSequence(s result.Sequence, number int, title, summary string) template.HTML {
	t := newTimeScale(s)
	var b strings.Builder
	esc := template.HTMLEscapeString
	width, height := laneFirst+laneWidth*s.Replicas+90, t.bottom()+26
	fmt.Fprintf(&b, `<svg class="sequence" viewBox="0 0 %d %.0f" role="img" aria-labelledby="seq-t%d seq-d%d"><title id="seq-t%d">%s</title><desc id="seq-d%d">%s</desc>`,
		width, height, number, number, number, esc("Sequence of "+title), number, esc(summary))
	fmt.Fprintf(&b, `<defs><marker id="seq-a%d" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 .8L8 4L0 7.2Z"/></marker></defs>`, number)
	lane := func(n int) float64 { return float64(laneFirst + laneWidth*(n+1)) }
	for n := -1; n < s.Replicas; n++ {
		fmt.Fprintf(&b, `<text class="who" x="%.1f" y="24" text-anchor="middle">%s</text><path class="life" d="M%.1f %dV%.1f"/>`, lane(n), lifelineName(n), lane(n), laneTop-12, height-12)
	}
	t.drawBreaks(&b, width)
	labels := map[int]float64{}
	said := map[string]bool{}
	var kinds []string
	for _, m := range s.Messages {
		kinds = unique(append(kinds, m.Kind))
		y1, y2 := t.y(m.SentSec), t.y(m.ArrivedSec)
		class := fmt.Sprintf("m%d", slices.Index(kinds, m.Kind)%sequencePaints)
		if m.Lost {
			class += " lost"
		}
		fmt.Fprintf(&b, `<path class="msg %s" marker-end="url(#seq-a%d)" d="M%.1f %.1fL%.1f %.1f"><title>%s</title></path>`, class, number, lane(m.From), y1, lane(m.To), y2,
			esc(fmt.Sprintf("%s, %s to %s, %s, sent at %s, arrives at %s", m.Kind, lifelineName(m.From), lifelineName(m.To), bytesText(float64(m.Bytes)), timeText(m.SentSec), timeText(m.ArrivedSec))))
		key := fmt.Sprint(m.From, m.Kind, m.SentSec)
		if said[key] {
			continue
		}
		said[key] = true
		y := y1 + 4
		if before, ok := labels[m.From]; ok {
			y = max(y, before+labelGap)
		}
		labels[m.From] = y
		fmt.Fprintf(&b, `<text class="label" x="%.1f" y="%.1f" text-anchor="end">%s, %s</text>`, lane(m.From)-7, y, esc(m.Kind), bytesText(float64(m.Bytes)))
	}
	for _, m := range s.Marks {
		fmt.Fprintf(&b, `<circle class="mark %s" cx="%.1f" cy="%.1f" r="4"><title>%s %s at %s</title></circle>`, esc(m.Kind), lane(m.Replica), t.y(m.Sec), lifelineName(m.Replica), esc(m.Kind), timeText(m.Sec))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // numbers and escaped words
}

// drawBreaks marks where time is left out, and when each span begins.
func (t timeScale) drawBreaks(b *strings.Builder, width int) {
	for i, s := range t.spans {
		fmt.Fprintf(b, `<text class="when" x="4" y="%.1f">%s</text>`, s.top+4, timeText(s.from))
		if i > 0 {
			y := s.top - breakHeight/2
			fmt.Fprintf(b, `<path class="gap" d="M0 %.1fH%d"/><text class="when" x="%d" y="%.1f" text-anchor="end">nothing for %s</text>`,
				y, width, width-4, y-4, timeText(s.from-t.spans[i-1].to))
		}
	}
}
