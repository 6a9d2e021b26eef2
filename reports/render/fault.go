package render

import (
	"fmt"
	"strings"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
)

const (
	// silentShare is the share of a run's throughput up to which an interval counts as silent.
	//
	// assumed: 10 %, what a replica may still answer from work that had been ordered before.
	silentShare = 0.1
	// answersMin is how many answers an interval must hold on average for silence to mean something.
	//
	// assumed: twenty, of which chance alone leaves fewer than three once in ten million intervals.
	answersMin = 20
)

// outage is the longest stretch of a run's window in which next to nothing was answered.
type outage struct {
	lengthSec   float64
	totalSec    float64 // of all such stretches
	intervalSec float64 // how exactly that is known
}

// outageOf finds a run's outage in its time series; false where answers are too few to tell.
func outageOf(r result.Record) (outage, bool) {
	n := len(r.Series)
	if n < 3 {
		return outage{}, false
	}
	o := outage{intervalSec: r.Series[1].AtSec - r.Series[0].AtSec}
	mean := r.Number("throughput")
	if mean*o.intervalSec < answersMin {
		return outage{}, false
	}
	start, silent := r.Series[n-1].AtSec-r.WindowSec, 0.0
	for _, p := range r.Series[:n-1] { // the last interval may be a fraction of the others
		if p.AtSec < start || p.Throughput > silentShare*mean {
			silent = 0
			continue
		}
		silent += o.intervalSec
		o.totalSec += o.intervalSec
		o.lengthSec = max(o.lengthSec, silent)
	}
	return o, true
}

func faulty(r result.Record) bool { return r.Faults != "" && r.Faults != "none" }

// ordeal sums up what happened to some cells of one design under faults.
type ordeal struct {
	outages, totals, views, slowest []float64 // of each trial
	intervalSec                     float64
}

func (o *ordeal) add(c stats.Cell) {
	for _, r := range c.Trials {
		if out, ok := outageOf(r); ok {
			o.outages, o.totals = append(o.outages, out.lengthSec), append(o.totals, out.totalSec)
			o.intervalSec = max(o.intervalSec, out.intervalSec)
		}
		if v, ok := r.Value("view-changes"); ok {
			o.views = append(o.views, v.Value)
		}
		if v, ok := r.Value("latency-max"); ok {
			o.slowest = append(o.slowest, v.Value)
		}
	}
}

func (o *ordeal) String() string {
	var words []string
	switch low, high := bounds(o.outages); {
	case len(o.outages) == 0:
		words = append(words, "too few answers to see a pause")
	case high == 0:
		words = append(words, "answers never stop for "+timeText(o.intervalSec))
	default:
		text := "answers stop for about " + rangeText(low, high, timeText)
		if all, most := bounds(o.totals); most > high {
			text += " at a time and " + rangeText(all, most, timeText) + " in all"
		}
		words = append(words, text)
	}
	if low, high := bounds(o.views); len(o.views) > 0 && high > 0 {
		noun := " view changes"
		if high == 1 {
			noun = " view change"
		}
		words = append(words, rangeText(low, high, figure)+noun)
	}
	if low, high := bounds(o.slowest); len(o.slowest) > 0 {
		words = append(words, "slowest answer after "+rangeText(low, high, timeText))
	}
	return strings.Join(words, ", ")
}

func bounds(values []float64) (low, high float64) {
	for i, v := range values {
		if i == 0 || v < low {
			low = v
		}
		high = max(high, v)
	}
	return low, high
}

// rangeText writes a range, or one figure where both ends read the same.
func rangeText(low, high float64, text func(float64) string) string {
	if a, b := text(low), text(high); a != b {
		return a + " to " + b
	}
	return text(high)
}

// ordealText says what happened to one cell under its faults; empty without any.
func ordealText(c stats.Cell) string {
	if !sound(c) || !faulty(c.Trials[0]) {
		return ""
	}
	var o ordeal
	o.add(c)
	return fmt.Sprintf("%s under %s: %s.", c.Series, c.Trials[0].Faults, &o)
}

// ordeals says what each design went through at a load that had faults.
func (j *judged) ordeals(load string) string {
	var words []string
	faults := ""
	for _, series := range j.series {
		var o ordeal
		seen := false
		for _, c := range j.cells {
			if c.Series == series && c.Load == load && sound(c) && faulty(c.Trials[0]) {
				o.add(c)
				seen, faults = true, c.Trials[0].Faults
			}
		}
		if seen {
			words = append(words, series+": "+o.String())
		}
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("Under faults (%s) at %s: %s.", faults, loadText(load), strings.Join(words, "; "))
}

// pauseLine is the row of the longest pauses, where any of the cells had faults.
func (j *judged) pauseLine(row []*stats.Cell) (line, bool) {
	l := line{Metric: "longest pause"}
	any := false
	for _, c := range row {
		e := entry{Text: "–"}
		if c != nil && sound(*c) && faulty(c.Trials[0]) {
			var o ordeal
			if o.add(*c); len(o.outages) > 0 {
				any = true
				low, high := bounds(o.outages)
				e.Text = rangeText(low, high, timeText)
				if high == 0 {
					e.Text = "below " + timeText(o.intervalSec)
				}
			}
		}
		l.Entries = append(l.Entries, e)
	}
	return l, any
}
