package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/workloads/arrival"
)

// progress tells on stderr how far a plan has come: on a terminal a line a running cell and one for all of them, kept up
// to date in place; elsewhere a line now and then.
type progress struct {
	page  *term.Page
	quiet bool
	now   func() time.Time // the clock
	live  *term.Live       // nil where there is no terminal
	stop  chan struct{}
	ended sync.WaitGroup

	mu          sync.Mutex
	nouns       string // what is counted
	started     time.Time
	last        time.Time // when a line was written
	done, total int
	probes      int      // runs of searches that were begun
	slots       []slot   // of the cells under way
	above       []string // lines to stay above the live ones
}

// slot is a cell under way.
type slot struct {
	experiment.Moment
	what  string // instead of a cell: what is done
	began time.Time
}

// How often progress is told: on a terminal, and elsewhere.
const (
	drawEvery  = 100 * time.Millisecond
	linesEvery = 10 * time.Second
)

// newProgress tells how far the runs of a plan have come.
func newProgress(w io.Writer, quiet bool, s *store) *progress {
	g := beginProgress(w, quiet, "runs", time.Now)
	g.total = len(s.missing)
	head := fmt.Sprintf("experiment %s: %s", s.plan.File.Name, plural(len(s.plan.Cells), "run"))
	if there := len(s.plan.Cells) - len(s.missing); there > 0 {
		head += fmt.Sprintf(", %d of them are there", there)
	}
	g.say(head)
	for _, why := range s.plan.Skipped {
		g.say("skipped: " + why)
	}
	g.begin()
	return g
}

// newSearchProgress tells how far the searches of a plan have come.
func newSearchProgress(w io.Writer, quiet bool, s *store) *progress {
	g := beginProgress(w, quiet, "searches", time.Now)
	g.total = len(s.plan.Cells)
	head := fmt.Sprintf("experiment %s: %d searches", s.plan.File.Name, len(s.plan.Cells))
	if there := len(s.records); there > 0 {
		head += fmt.Sprintf(", %d of their runs are there", there)
	}
	g.say(head)
	g.begin()
	return g
}

// beginProgress prepares to tell of things that are counted.
func beginProgress(w io.Writer, quiet bool, nouns string, now func() time.Time) *progress {
	g := &progress{page: term.Of(w), quiet: quiet, now: now, nouns: nouns, started: now(), last: now(), stop: make(chan struct{})}
	if g.page.Terminal && !g.page.Dumb && !quiet {
		g.live = term.NewLive(g.page)
	}
	return g
}

// begin keeps the live lines up to date from here on.
func (g *progress) begin() {
	if g.live == nil {
		return
	}
	g.ended.Go(func() {
		ticker := time.NewTicker(drawEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				g.draw()
			case <-g.stop:
				return
			}
		}
	})
}

// close ends the telling and takes the live lines away.
func (g *progress) close() {
	close(g.stop)
	g.ended.Wait()
	if g.live != nil {
		g.live.Close(g.above)
	}
}

// say writes a line that stays. The caller holds mu, or is alone.
func (g *progress) say(line string) { g.tell("", term.Clean(line)) }

// tell is say with a badge first, for a line that is clean.
func (g *progress) tell(badge, line string) {
	if badge != "" {
		line = g.page.Paint(term.Bad, badge) + " " + line
	}
	switch {
	case g.quiet:
	case g.live != nil:
		for i, part := range term.Wrap(line, g.page.Columns()-2) {
			g.above = append(g.above, strings.Repeat(" ", 2*min(i, 1))+part)
		}
	default:
		fmt.Fprintln(g.page, line)
	}
}

// due reports whether it is time for another line where there is no terminal.
func (g *progress) due() bool {
	if g.live != nil || g.now().Sub(g.last) < linesEvery {
		return false
	}
	g.last = g.now()
	return true
}

// follow is what hears how far the cells under way have come; nil where nobody sees it.
func (g *progress) follow() func(experiment.Moment) {
	if g.live == nil {
		return nil
	}
	return g.moved
}

func (g *progress) moved(m experiment.Moment) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.slots) <= m.Slot {
		g.slots = append(g.slots, slot{})
	}
	s := &g.slots[m.Slot]
	if s.Cell == nil || m.Now < s.Now || m.End == 0 {
		s.began = g.now()
	}
	s.Moment = m
}

// doing hears what is done now, of which nobody knows how far it is.
func (g *progress) doing(what string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.slots = []slot{{what: term.Clean(what), began: g.now()}}
}

// counted hears how many of the things are done.
func (g *progress) counted(done, total int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done, g.total = done, total
	if g.due() || done == total && g.live == nil {
		g.say(g.sum())
	}
}

// update hears that a run has ended.
func (g *progress) update(done, total int, r result.Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done, g.total = done, total
	if failed := r.Failed(); len(failed) > 0 {
		g.tell("FAILED", term.Clean(fmt.Sprintf("%s on %s at %s: %s: %s", r.Design, r.Scenario, r.Load, failed[0].Name, firstLine(failed[0].Detail))))
	}
	if g.due() || done == total && g.live == nil {
		g.say(fmt.Sprintf("%s: %s on %s at %s", g.sum(), r.Design, r.Scenario, r.Load))
	}
}

// searching hears that a cell's sustained load is being looked for, which takes a dozen runs or two.
func (g *progress) searching(c *experiment.Cell) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.say(fmt.Sprintf("searching for the load that %s sustains on %s", c.Design.Name, c.Scenario.ID))
}

// trying hears which run of which search is made next.
func (g *progress) trying(c *experiment.Cell, role string, rate arrival.Rate, probes int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.probes++
	if g.due() {
		doing := map[string]string{result.RoleSearch: "trying", result.RoleConfirm: "confirming at", result.RoleCurve: "drawing the curve at"}[role]
		g.say(fmt.Sprintf("%s on %s: run %d, %s %.0f requests/s", c.Design.Name, c.Scenario.ID, probes+1, doing, rate.TxPerSec()))
	}
}

// found hears that a search has ended.
func (g *progress) found(done, total int, s result.Saturation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done, g.total = done, total
	what := fmt.Sprintf("%.0f requests/s, %d runs", s.Sustained, len(s.Curve))
	if !s.Found {
		what = s.Problem
	}
	g.say(fmt.Sprintf("%d of %d searches: %s on %s: %s", done, total, s.Series(), s.Scenario, what))
}

// work is how much is done, what is under way by its part.
func (g *progress) work() float64 {
	work := float64(g.done)
	if g.probes > 0 {
		return work // a run of a search says nothing of how many are to come
	}
	for _, s := range g.slots {
		if s.End > 0 {
			work += min(float64(s.Now)/float64(s.End), 1)
		}
	}
	return min(work, float64(g.total))
}

// sum is the line about all cells.
func (g *progress) sum() string {
	line := fmt.Sprintf("%d of %d %s", g.done, g.total, g.nouns)
	if g.probes > 0 {
		line += ", " + plural(g.probes, "run")
	}
	elapsed, work := g.now().Sub(g.started), g.work()
	switch {
	case elapsed < time.Second && g.done < g.total:
		return line
	case work <= 0:
		return line + ", " + clockText(elapsed) + " so far"
	}
	left := time.Duration(float64(elapsed) / work * (float64(g.total) - work))
	return line + fmt.Sprintf(", %s a second, %v left", rateText(work/elapsed.Seconds()), left.Round(time.Second))
}

// rateText writes things a second with two digits, or all that are before the point.
func rateText(rate float64) string {
	if rate >= 10 {
		return fmt.Sprintf("%.0f", rate)
	}
	return fmt.Sprintf("%.2g", rate)
}

// newSizeProgress tells how far a sizing has come.
func newSizeProgress(w io.Writer, quiet bool, s *store, groups int) *progress {
	g := beginProgress(w, quiet, "groups", time.Now)
	g.total = groups
	head := fmt.Sprintf("experiment %s: %s of candidates", s.plan.File.Name, plural(groups, "group"))
	if there := len(s.records); there > 0 {
		head += fmt.Sprintf(", %d of their runs are there", there)
	}
	g.say(head)
	for _, why := range s.plan.Skipped {
		g.say("skipped: " + why)
	}
	g.begin()
	return g
}

// sized hears that the candidates of a design on so many replicas are judged.
func (g *progress) sized(done, total int, group []result.Sizing) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done, g.total = done, total
	what := "nothing carries it"
	if list := result.Cheapest(group); len(list) > 0 {
		what = fmt.Sprintf("%d cores, disk %s, link %s", list[0].Cores, list[0].Disk, list[0].Link)
	}
	g.say(fmt.Sprintf("%d of %d groups: %s on %s, %d replicas: %s", done, total, group[0].Design, group[0].Scenario, group[0].Replicas, what))
}
