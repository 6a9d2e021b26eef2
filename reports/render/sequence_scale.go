package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Measures of the diagram, in its own units.
const (
	laneFirst   = 90
	laneTop     = 46
	laneHeight  = 640 // of the time in which messages are under way
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
	for _, p := range s.Spans {
		add(p.AskedSec, p.DoneSec)
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
