package render

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
)

// sequencePaints numbers the colours and dashes of messages by kind; words stand beside each.
const sequencePaints = 6

// laneWidth leaves room for labels, less of it in larger groups.
func (d *diagram) laneWidth() int {
	if d.bundled {
		return 230
	}
	return max(130, 190-15*max(0, len(d.lanes)-5))
}

func (d *diagram) x(lane int) float64 {
	return float64(laneFirst + d.laneWidth()/2 + d.laneWidth()*lane)
}

// painter draws a diagram.
type painter struct {
	*diagram
	strings.Builder
	scale  timeScale
	labels map[int]float64 // by lifeline and side, where the last label stands
	number int             // of the diagram on the page
}

// draw writes the diagram as SVG. Everything in it is a number or escaped. What belongs to other blocks comes first, so
// that it lies below.
func (d *diagram) draw(number int, title, summary string) template.HTML {
	p := &painter{diagram: d, scale: newTimeScale(d.of), labels: map[int]float64{}, number: number}
	esc := template.HTMLEscapeString
	width, height := laneFirst+d.laneWidth()*len(d.lanes), p.scale.bottom()+26
	if d.bundled {
		width += 70 // for what those without a lifeline of their own tell each other
	}
	fmt.Fprintf(p, `<svg class="sequence" viewBox="0 0 %d %.0f" role="img" aria-labelledby="seq-t%d seq-d%d"><title id="seq-t%d">%s</title><desc id="seq-d%d">%s</desc>`,
		width, height, number, number, number, esc("Sequence of "+title), number, esc(summary))
	fmt.Fprintf(p, `<defs><marker id="seq-a%d" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 .8L8 4L0 7.2Z"/></marker>`, number)
	fmt.Fprintf(p, `<pattern id="seq-h%d" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0H4M0 2H4"/></pattern></defs>`, number)
	for i, l := range d.lanes {
		fmt.Fprintf(p, `<text class="who" x="%.1f" y="24" text-anchor="middle">%s</text><path class="life" d="M%.1f %dV%.1f"/>`, d.x(i), l.name, d.x(i), laneTop-12, height-12)
	}
	p.scale.drawBreaks(&p.Builder, width)
	var kinds []string
	for _, a := range d.arrows {
		kinds = unique(append(kinds, a.kind))
	}
	for _, own := range []bool{false, true} {
		p.labels = map[int]float64{}
		for _, a := range d.arrows {
			if a.own == own {
				p.arrow(a, slices.Index(kinds, a.kind)%sequencePaints)
			}
		}
	}
	for _, b := range d.bars {
		p.bar(b)
	}
	for _, m := range d.marks {
		fmt.Fprintf(p, `<path class="mark %s" d="%s"><title>%s %s at %s</title></path>`, esc(m.Kind), markPath(m.Kind, d.x(d.lane(m.Replica)), p.scale.y(m.Sec)),
			d.lanes[d.lane(m.Replica)].name, esc(m.Kind), timeText(m.Sec))
	}
	p.allLabels()
	p.WriteString("</svg>")
	return template.HTML(p.String()) //nolint:gosec // numbers and escaped words
}

// markPath is the shape of a kind of mark, so that colour is not all that tells them apart.
func markPath(kind string, x, y float64) string {
	switch kind {
	case "proposed":
		return fmt.Sprintf("M%.1f %.1fl5 9h-10Z", x, y-5)
	case "committed":
		return fmt.Sprintf("M%.1f %.1fl5.5 5.5l-5.5 5.5l-5.5 -5.5Z", x, y-5.5)
	}
	return fmt.Sprintf("M%.1f %.1fh8v8h-8Z", x-4, y-4)
}

// arrow draws a message; of several the first and the last, and what lies between.
func (p *painter) arrow(a arrow, paint int) {
	class := fmt.Sprintf("msg m%d", paint)
	if !a.own {
		class += " other"
	}
	title := template.HTMLEscapeString(fmt.Sprintf("%s, %s to %s, sent at %s, %s", a.text(), p.lanes[a.from].name, p.lanes[a.to].name, timeText(a.sent), a.arrival()))
	x1, x2, y := p.x(a.from), p.x(a.to), p.scale.y
	switch {
	case a.lost:
		mx, my := (x1+x2)/2, (y(a.sent)+y(a.last))/2
		fmt.Fprintf(p, `<path class="%s lost" d="M%.1f %.1fL%.1f %.1fm-5 -5l10 10m0 -10l-10 10"><title>%s</title></path>`, class, x1, y(a.sent), mx, my, title)
	case a.from == a.to:
		fmt.Fprintf(p, `<path class="%s" marker-end="url(#seq-a%d)" d="M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f"><title>%s</title></path>`, class, p.number, x1, y(a.sent), x1+90, y(a.sent), x1+90, y(a.last), x1, y(a.last), title)
	default:
		if a.sent < a.sentLast || a.first < a.last {
			fmt.Fprintf(p, `<path class="fan %s" d="M%.1f %.1fL%.1f %.1fV%.1fL%.1f %.1fZ"/>`, class, x1, y(a.sent), x2, y(a.first), y(a.last), x1, y(a.sentLast))
			fmt.Fprintf(p, `<path class="%s" d="M%.1f %.1fL%.1f %.1f"/>`, class, x1, y(a.sent), x2, y(a.first))
		}
		fmt.Fprintf(p, `<path class="%s" marker-end="url(#seq-a%d)" d="M%.1f %.1fL%.1f %.1f"><title>%s</title></path>`, class, p.number, x1, y(a.sentLast), x2, y(a.last), title)
	}
}

// allLabels writes what the arrows are beside where they start, a broadcast once, the own ones first: those of other
// blocks are seldom shown.
func (p *painter) allLabels() {
	for _, own := range []bool{true, false} {
		said := map[string]bool{}
		for _, a := range p.arrows {
			key := fmt.Sprint(a.from, a.kind, a.sent, a.to == a.from)
			if a.own != own || said[key] {
				continue
			}
			said[key] = true
			p.label(a.from, a.from == a.to, p.scale.y(a.sent), a.text(), own)
		}
	}
	for _, b := range p.bars {
		top, bottom := p.scale.y(b.BeganSec), p.scale.y(b.DoneSec)
		if bottom-top >= labelGap && p.lanes[b.lane].many == 0 {
			p.label(b.lane, true, (top+bottom)/2, shortWork(b.SequenceSpan), true)
		}
	}
}

// label writes words at a side of a lifeline, below the last ones there.
func (p *painter) label(lane int, right bool, y float64, text string, own bool) {
	x, anchor, key, class := p.x(lane)-14, "end", 2*lane, "label"
	if right {
		x, anchor, key = p.x(lane)+14, "start", 2*lane+1
	}
	if before, ok := p.labels[key]; ok && y+4 < before+labelGap {
		y = before + labelGap - 4
	}
	p.labels[key] = y + 4
	if !own {
		class += " other"
	}
	fmt.Fprintf(p, `<text class="%s" x="%.1f" y="%.1f" text-anchor="%s">%s</text>`, class, x, y+4, anchor, template.HTMLEscapeString(text))
}

// Sides of a lifeline for its bars, in units of the diagram.
const (
	barWidth = 7
	barGap   = 1.5
)

// bar draws CPU time to the right of the lifeline and disk time to the left; what waits is hollow.
func (p *painter) bar(b bar) {
	x, fill := p.x(b.lane)+barGap, "cpu"
	style := ""
	if resourceWord(b.Resource) == "disk" {
		x, fill, style = p.x(b.lane)-barGap-barWidth, "disk", fmt.Sprintf(` style="fill:url(#seq-h%d)"`, p.number)
	}
	asked, began, done := p.scale.y(b.AskedSec), p.scale.y(b.BeganSec), p.scale.y(b.DoneSec)
	title := template.HTMLEscapeString(p.lanes[b.lane].name + ", " + resourceWord(b.Resource) + ": " + b.title())
	if began-asked >= 1 {
		fmt.Fprintf(p, `<rect class="bar waits" x="%.1f" y="%.1f" width="%d" height="%.1f"><title>%s</title></rect>`, x, asked, barWidth, began-asked, title)
	}
	fmt.Fprintf(p, `<rect class="bar %s"%s x="%.1f" y="%.1f" width="%d" height="%.1f"><title>%s</title></rect>`, fill, style, x, began, barWidth, max(done-began, 1.5), title)
}
