package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/term"
	"github.com/govbench/govbench/reports/term/termtest"
	"github.com/govbench/govbench/scenarios/experiment"
)

// stage is a progress on a screen, with a clock that stands still.
type stage struct {
	*progress
	screen *termtest.Screen
	clock  time.Time
}

func newStage(columns, rows int, noun string, total int) *stage {
	s := &stage{screen: termtest.New(columns, rows), clock: time.Unix(0, 0)}
	page := term.New(s.screen, term.Look{Terminal: true, Size: s.screen.Size})
	s.progress = beginProgress(page, false, noun, func() time.Time { return s.clock })
	s.total = total
	return s
}

// after lets time pass, draws, and compares what is visible.
func (s *stage) after(t *testing.T, d time.Duration, want string) {
	t.Helper()
	s.clock = s.clock.Add(d)
	s.draw()
	if got := s.screen.String(); got != want {
		t.Errorf("the screen shows\n%s, wanted\n%s", got, want)
	}
}

// cells plans the cells of an experiment.
func cells(t *testing.T, text string) []*experiment.Cell {
	t.Helper()
	f, err := experiment.Parse("experiment.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p.Cells
}

// TestLiveLines: a line a cell under way, with what it is, how far it is, how fast and how long, and one for all.
func TestLiveLines(t *testing.T) {
	c := cells(t, small)
	s := newStage(80, 24, "runs", 4)
	s.say("experiment small: 4 runs")
	s.moved(experiment.Moment{Slot: 1, Cell: c[1]})
	s.moved(experiment.Moment{Slot: 0, Cell: c[0]})
	s.moved(experiment.Moment{Slot: 0, Cell: c[0], Now: 3500 * time.Millisecond, End: 7 * time.Second, Answered: 24000})
	s.after(t, 2*time.Second, `experiment small: 4 runs
raft on court-evidence-deposit at 40      [#####.....] 3.5/7.0 s    12k/s  0:02
pbft on court-evidence-deposit at 40                             starting  0:02
[##..................] 0 of 4 runs, 0.25 a second, 14s left
`)
	s.update(1, 4, result.Record{Design: "raft", Scenario: "x", Load: "40", Checks: []result.Check{{Name: "agreement", Detail: "no\x1b[2J\nmore"}}})
	s.moved(experiment.Moment{Slot: 0, Cell: c[2]})
	s.moved(experiment.Moment{Slot: 1})
	s.after(t, 61*time.Second, `experiment small: 4 runs
FAILED raft on x at 40: agreement: no\u001b[2J
raft on court-evidence-deposit at 80                             starting  1:01
[#####...............] 1 of 4 runs, 0.016 a second, 3m9s left
`)
	s.moved(experiment.Moment{Slot: 0})
	s.close()
	if got := s.screen.String(); got != "experiment small: 4 runs\nFAILED raft on x at 40: agreement: no\\u001b[2J\n" {
		t.Errorf("in the end the screen shows\n%s", got)
	}
}

// TestLiveLinesNarrow: 60 columns and 6 rows hold as much as fits them.
func TestLiveLinesNarrow(t *testing.T) {
	c := cells(t, small)
	s := newStage(60, 6, "searches", 9)
	for i := range 6 {
		s.moved(experiment.Moment{Slot: i, Cell: c[0], Now: time.Second, End: 7 * time.Second, Answered: 24000})
	}
	s.trying(c[0], result.RoleSearch, c[0].Rate, 0)
	s.after(t, 0, `raft on court-evidence… at 40  [#.........] 1.0/7.0 s  0:00
raft on court-evidence… at 40  [#.........] 1.0/7.0 s  0:00
raft on court-evidence… at 40  [#.........] 1.0/7.0 s  0:00
  and 3 more
[....................] 0 of 9 searches, 1 run
`)
	s.screen.Resize(40, 24)
	s.found(3, 9, result.Saturation{Design: "raft", Scenario: "x", Found: true, Sustained: 1234, Curve: make([]result.Loaded, 7)})
	s.after(t, 10*time.Second, `3 of 9 searches: raft on x: 1234
  requests/s, 7 runs
`+strings.Repeat("raft on court-…  [#.........] 1.0/7.0 s\n", 6)+`[######..............] 3 of 9 searches…
`)
}

// TestLiveRun: a whole run on a screen leaves what a run elsewhere does, and never draws more than ten times a second.
func TestLiveRun(t *testing.T) {
	path := write(t, "small.yaml", small)
	screen := termtest.New(80, 24)
	root := newRoot(&strings.Builder{}, &strings.Builder{})
	page := term.New(screen, term.Look{Terminal: true, Size: screen.Size})
	root.SetErr(page)
	root.SetArgs([]string{"run", path, "--out", t.TempDir()})
	began := time.Now()
	if err := root.ExecuteContext(context.Background()); err != nil || page.Err() != nil {
		t.Fatal(err, page.Err())
	}
	if most := int(time.Since(began)/drawEvery) + 2; screen.Writes > most || screen.String() != "experiment small: 4 runs\n" {
		t.Errorf("%d writes, at most %d wanted; the screen shows\n%s", screen.Writes, most, screen)
	}
}

// TestDumbTerminal: a terminal that obeys nothing gets lines.
func TestDumbTerminal(t *testing.T) {
	screen := termtest.New(80, 24)
	g := beginProgress(term.New(screen, term.Look{Terminal: true, Dumb: true, Size: screen.Size}), false, "runs", time.Now)
	if g.begin(); g.live != nil || g.follow() != nil {
		t.Error("it gets live lines")
	}
	g.say("a\x1b[2J")
	g.close()
	if screen.String() != "a\\u001b[2J\n" {
		t.Errorf("%q", screen.String())
	}
}

// TestHaltedTerminal: a terminal that takes nothing, as after Ctrl-S, halts no run.
func TestHaltedTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	g := beginProgress(term.New(w, term.Look{Terminal: true, Size: func() (int, int) { return 80, 24 }}), false, "runs", time.Now)
	g.total = 1
	c := cells(t, small)[0]
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 3000 { // more than a pipe holds
			g.draw()
		}
	}()
	for range 10_000 {
		g.moved(experiment.Moment{Cell: c, End: time.Second})
	}
	g.update(1, 1, result.Record{})
	if err := r.Close(); err != nil { // only now: the writer gives up
		t.Fatal(err)
	}
	<-done
}

// TestLiveCommand: what is no cell has a line with its name and for how long it has been running.
func TestLiveCommand(t *testing.T) {
	s := newStage(60, 24, "runs", 4)
	s.doing("old: ./govbench run --json\x1b[2J " + strings.Repeat("x", 60))
	s.counted(1, 4)
	s.after(t, 75*time.Second, "old: ./govbench run --json\\u001b[2J xxxxxxxxxxxxxxxx…  1:15\n[#####...............] 1 of 4 runs, 0.013 a second, 3m45s …\n")
	s.close()
	if s.screen.String() != "\n" {
		t.Errorf("%q is left", s.screen.String())
	}
}

// TestVerdicts: PASS and FAIL stand out, and are words without colours too.
func TestVerdicts(t *testing.T) {
	for text, want := range map[string]string{
		"PASS: nothing is worse.": "\x1b[30;42mPASS\x1b[0m: nothing is worse.\n",
		"FAIL: worse: a\x1b[m b.": "\x1b[97;41mFAIL\x1b[0m: worse: a\\u001b[m b.\n",
		"neither":                 "neither\n",
	} {
		var out, plain strings.Builder
		if sayVerdict(term.New(&out, term.Look{Color: true}), text); out.String() != want {
			t.Errorf("%q", out.String())
		}
		if sayVerdict(&plain, text); plain.String() != term.Clean(text)+"\n" {
			t.Errorf("%q", plain.String())
		}
	}
}
