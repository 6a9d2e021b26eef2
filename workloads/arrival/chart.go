package arrival

import (
	"fmt"
	"strings"
	"time"
)

// ColumnsMax is the most columns of a chart.
const ColumnsMax = 4096

// blocks are the characters of a chart, by eighths of a line.
const blocks = " ▁▂▃▄▅▆▇█"

// Eighths is how many heights a line of a chart tells apart, besides none.
const Eighths = 8

// Heights draws the shape in so many columns of equal time: each one's height is its mean rate, in proportion to the
// highest, which has height top. A column in which anything arrives has at least height 1. A width that is not
// in 1 ... ColumnsMax, a top below 1 and a shape that is none have no heights.
func Heights(s Shape, width, top int) []int {
	if width < 1 || width > ColumnsMax || top < 1 || s.check() != nil {
		return nil
	}
	areas := make([]uint64, width)
	highest, before := uint64(0), uint64(0)
	for i := range areas {
		upTo := max(before, s.areaUpTo(uint64(i+1), uint64(width))) // rounding may take one away
		areas[i], before = upTo-before, upTo
		highest = max(highest, areas[i])
	}
	heights := make([]int, width)
	for i, area := range areas {
		if area > 0 { // rounded to the nearest
			heights[i] = max(1, int((mulDiv(area, 2*uint64(top), highest)+1)/2))
		}
	}
	return heights
}

// areaUpTo is twice the area under the first num/den of the curve, times den and rounded to a whole. A curve has at most 2^16 positions and
// levels of 2^34, so that with a den of 2^12 nothing overflows.
func (s Shape) areaUpTo(num, den uint64) (area2 uint64) {
	end := s.Points[len(s.Points)-1].At * num
	for i := 1; i < len(s.Points); i++ {
		a, b := s.Points[i-1], s.Points[i]
		from, to := a.At*den, b.At*den
		if from >= end || from == to {
			continue
		}
		if to <= end {
			area2 += (to - from) * (a.Level + b.Level)
			continue
		}
		// The part x of a slope's width holds 2 a x and the triangle (b-a) x x / width, twice each.
		x, width := end-from, to-from
		if a.Level > b.Level {
			area2 += 2*a.Level*x - mulDiv((a.Level-b.Level)*x, x, width)
		} else {
			area2 += 2*a.Level*x + mulDiv((b.Level-a.Level)*x, x, width)
		}
	}
	return area2
}

// Sparkline draws the shape in one line of so many characters, each one's height in eighths of the highest. It is
// empty where [Heights] has none.
func Sparkline(s Shape, width int) string {
	return strings.Join(Chart(s, width, 1), "")
}

// Chart draws the shape in so many lines of so many characters, from the top down; spaces at the end of a line are
// left out. It is empty where [Heights] has nothing to draw.
func Chart(s Shape, width, lines int) []string {
	heights := Heights(s, width, lines*Eighths)
	if heights == nil {
		return nil
	}
	return Draw(heights, lines)
}

// Draw draws heights, in [Eighths] of a line, as Chart does: a superposition of several shapes, for example. What is
// higher than so many lines is cut off.
func Draw(heights []int, lines int) []string {
	block := []rune(blocks)
	chart := make([]string, lines)
	for i := range chart {
		var line strings.Builder
		floor := (lines - 1 - i) * Eighths
		for _, height := range heights {
			line.WriteRune(block[min(max(height-floor, 0), Eighths)])
		}
		chart[i] = strings.TrimRight(line.String(), " ")
	}
	return chart
}

// Describe tells everything about the shape: its name and title, a chart of so many columns and lines with the time
// under it, its parameters and its source. Lines are ended by a newline and texts are broken near the chart's width
// or 72 characters, whichever is wider.
func (s Shape) Describe(width, lines int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s\n\n", s.Name, s.Title)
	for _, line := range Chart(s, width, lines) {
		text.WriteString(line + "\n")
	}
	text.WriteString(s.Axis(width) + "\n\n")
	num, den := s.Peak()
	pace := "random"
	if s.Paced {
		pace = "evenly spaced"
	}
	broad := max(width, 72)
	text.WriteString(wrap(fmt.Sprintf("span %s, %s, busiest moment %s times the mean", short(s.Span), pace, decimal(num, den)), broad))
	text.WriteString(wrap("rate at time: "+s.corners(), broad))
	text.WriteString(wrap("source: "+s.Source, broad))
	return text.String()
}

// corners lists the curve's corners as relative rate and time.
func (s Shape) corners() string {
	list := make([]string, 0, len(s.Points))
	for _, p := range s.Points {
		list = append(list, fmt.Sprintf("%d@%s", p.Level, short(s.timeOf(p.At))))
	}
	return strings.Join(list, " ")
}

// timeOf is the time at a position of the curve.
func (s Shape) timeOf(at uint64) time.Duration {
	return time.Duration(mulDiv(uint64(s.Span), at, s.Points[len(s.Points)-1].At))
}

// Axis is the line to be written under a chart of that width: the quarters of the span.
func (s Shape) Axis(width int) string {
	line := ""
	for quarter := range 5 {
		if at := width * quarter / 4; len(line) < at {
			line += strings.Repeat(" ", at-len(line))
		} else if quarter > 0 {
			line += " "
		}
		line += short(s.Span / 4 * time.Duration(quarter))
	}
	return line
}

// short writes a time in days, hours, minutes and seconds, without those that are zero.
func short(d time.Duration) string {
	text := ""
	for _, unit := range [...]struct {
		size time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / unit.size; n > 0 && !(unit.size == day && d == day) {
			text += fmt.Sprintf("%d%s", n, unit.name)
			d -= n * unit.size
		}
	}
	if text == "" {
		return "0"
	}
	return text
}

// wrap breaks a text at spaces into lines of at most so many characters, where its words allow it.
func wrap(text string, width int) string {
	var out strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		switch {
		case used == 0:
		case used+1+len(word) > width:
			out.WriteString("\n")
			used = 0
		default:
			out.WriteString(" ")
			used++
		}
		out.WriteString(word)
		used += len(word)
	}
	return out.String() + "\n"
}
