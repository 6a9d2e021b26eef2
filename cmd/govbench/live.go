package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios/experiment"
)

// draw brings the live lines up to date: one a cell under way, and one about all of them.
func (g *progress) draw() {
	above, lines := g.picture()
	g.live.Draw(above, lines) // not under the lock: a terminal that is halted halts no run
}

// picture is what is to be drawn now.
func (g *progress) picture() (above, lines []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	columns := g.page.Columns()
	for i := range g.slots {
		switch s := &g.slots[i]; {
		case s.Cell != nil:
			lines = append(lines, g.cellLine(s, columns))
		case s.what != "":
			lines = append(lines, cutTo(s.what, clockText(g.now().Sub(s.began)), columns-1))
		}
	}
	share := 0.0
	if g.total > 0 {
		share = g.work() / float64(g.total)
	}
	lines = append(lines, g.bar(share, 20)+" "+g.sum())
	above, g.above = g.above, nil
	return above, lines
}

// cellLine is the line of a cell: what it is, how far it has come on its own clock, how many answers it has had a second
// of ours, and for how long it has been running.
func (g *progress) cellLine(s *slot, columns int) string {
	elapsed := g.now().Sub(s.began)
	right := "starting"
	if s.End > 0 {
		right = fmt.Sprintf("%s %s/%s s", g.bar(float64(s.Now)/float64(s.End), 10), secondsText(s.Now), secondsText(s.End))
	}
	if columns >= 72 && s.End > 0 {
		right += fmt.Sprintf(" %6s/s", compactText(float64(s.Answered)/max(elapsed.Seconds(), 0.1)))
	}
	if columns >= 56 {
		right += fmt.Sprintf(" %5s", clockText(elapsed))
	}
	return cutTo(cellName(s.Cell, columns-3-term.Width(right)), right, columns-1)
}

// cutTo puts two texts at the ends of a line, of which the first may be cut.
func cutTo(left, right string, columns int) string {
	room := columns - 2 - term.Width(right)
	return term.Pad(term.Cut(left, room), room, false) + "  " + right
}

// cellName says in so many columns what a cell is. The name of the service gives way first.
func cellName(c *experiment.Cell, columns int) string {
	at := fmt.Sprintf(" at %s", c.Load)
	for _, f := range c.Factors {
		if f.Name != "load" {
			at += " " + f.Name[strings.LastIndex(f.Name, ".")+1:] + "=" + f.Value
		}
	}
	if c.Trial > 0 {
		at += fmt.Sprintf(" #%d", c.Trial+1)
	}
	design := term.Clean(c.Design.Name + " on ")
	at = term.Clean(at)
	service := term.Clean(c.Scenario.ID)
	const least = 6
	if room := columns - term.Width(design+at); room >= least {
		service = term.Cut(service, room)
	}
	return term.Cut(design+service+at, columns)
}

// bar draws a share.
func (g *progress) bar(share float64, width int) string {
	full := int(min(max(share, 0), 1) * float64(width))
	return "[" + strings.Repeat("#", full) + strings.Repeat(".", width-full) + "]"
}

// secondsText writes a time of a run in seconds.
func secondsText(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

// clockText writes how long something has taken.
func clockText(d time.Duration) string {
	sec := int(d.Seconds())
	if sec >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", sec/3600, sec/60%60, sec%60)
	}
	return fmt.Sprintf("%d:%02d", sec/60, sec%60)
}

// compactText writes a count in at most five characters.
func compactText(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}
