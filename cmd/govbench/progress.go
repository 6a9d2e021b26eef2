package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/workloads/arrival"
)

// progress tells how far a plan has come: a bar on a terminal, a line now and then elsewhere.
type progress struct {
	w        io.Writer
	quiet    bool
	terminal bool
	started  time.Time
	last     time.Time
}

// linesEvery is how often progress is told where there is no terminal.
const linesEvery = 10 * time.Second

func newProgress(w io.Writer, quiet bool, s *store) *progress {
	now := time.Now()
	g := &progress{w: w, quiet: quiet, terminal: isTerminal(w), started: now, last: now}
	if !quiet {
		fmt.Fprintf(w, "experiment %s: %d runs", s.plan.File.Name, len(s.plan.Cells))
		if there := len(s.plan.Cells) - len(s.missing); there > 0 {
			fmt.Fprintf(w, ", %d of them are there", there)
		}
		fmt.Fprintln(w)
		for _, why := range s.plan.Skipped {
			fmt.Fprintf(w, "skipped: %s\n", why)
		}
	}
	return g
}

// newSearchProgress tells how far the searches of a plan have come.
func newSearchProgress(w io.Writer, quiet bool, s *store) *progress {
	g := &progress{w: w, quiet: quiet, terminal: isTerminal(w), started: time.Now(), last: time.Now()}
	if !quiet {
		fmt.Fprintf(w, "experiment %s: %d searches", s.plan.File.Name, len(s.plan.Cells))
		if there := len(s.records); there > 0 {
			fmt.Fprintf(w, ", %d of their runs are there", there)
		}
		fmt.Fprintln(w)
	}
	return g
}

// isTerminal reports whether w is a character device, which besides terminals is /dev/null only.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (g *progress) update(done, total int, r result.Record) {
	now := time.Now()
	if g.quiet || !g.terminal && done < total && now.Sub(g.last) < linesEvery {
		return
	}
	g.last = now
	each := float64(now.Sub(g.started)) / float64(done)
	left := time.Duration(each * float64(total-done)).Round(time.Second)
	line := fmt.Sprintf("%d of %d runs, %s a second, %v left: %s on %s at %s", done, total, rateText(float64(time.Second)/max(each, 1)), left, r.Design, r.Scenario, r.Load)
	if !g.terminal {
		fmt.Fprintln(g.w, line)
		return
	}
	const width = 20
	full := width * done / total
	fmt.Fprintf(g.w, "\r\x1b[K[%s%s] %s", strings.Repeat("#", full), strings.Repeat(".", width-full), line)
}

// rateText writes runs a second with two digits, or all that are before the point.
func rateText(rate float64) string {
	if rate >= 10 {
		return fmt.Sprintf("%.0f", rate)
	}
	return fmt.Sprintf("%.2g", rate)
}

// searching tells that a cell's sustained load is being looked for, which takes a dozen runs or two.
func (g *progress) searching(c *experiment.Cell) {
	if g.quiet {
		return
	}
	start, end := "", "\n"
	if g.terminal {
		start, end = "\r\x1b[K", ""
	}
	fmt.Fprintf(g.w, "%ssearching for the load that %s sustains on %s%s", start, c.Design.Name, c.Scenario.ID, end)
}

// trying tells which run of which search is made next.
func (g *progress) trying(c *experiment.Cell, role string, rate arrival.Rate, probes int) {
	if g.quiet || !g.terminal && time.Since(g.last) < linesEvery {
		return
	}
	g.last = time.Now()
	start, end := "", "\n"
	if g.terminal {
		start, end = "\r\x1b[K", ""
	}
	doing := map[string]string{result.RoleSearch: "trying", result.RoleConfirm: "confirming at", result.RoleCurve: "drawing the curve at"}[role]
	fmt.Fprintf(g.w, "%s%s on %s: run %d, %s %.0f requests/s%s", start, c.Design.Name, c.Scenario.ID, probes+1, doing, rate.TxPerSec(), end)
}

// found tells that a search has ended.
func (g *progress) found(done, total int, s result.Saturation) {
	if g.quiet {
		return
	}
	start := ""
	if g.terminal {
		start = "\r\x1b[K"
	}
	what := fmt.Sprintf("%.0f requests/s, %d runs", s.Sustained, len(s.Curve))
	if !s.Found {
		what = s.Problem
	}
	fmt.Fprintf(g.w, "%s%d of %d searches: %s on %s: %s\n", start, done, total, s.Series(), s.Scenario, what)
}

func (g *progress) close() {
	if g.terminal && !g.quiet {
		fmt.Fprint(g.w, "\r\x1b[K")
	}
}
