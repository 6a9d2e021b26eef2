package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/interleave"
)

// A start makes the gates that are missing, of both kinds, on live groups; the next one makes none.
func TestRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds of real time")
	}
	t.Setenv("TMPDIR", t.TempDir())
	o := options{gates: 1, trials: 1, jobs: 2, slowdown: 0.05, stretch: 0.05, seed: 1, out: filepath.Join(t.TempDir(), "gates.jsonl")}
	var first, second bytes.Buffer
	if err := run(t.Context(), o, &first); err != nil {
		t.Fatal(err)
	}
	lines, err := readLines(o.out)
	if err != nil || len(lines) != 2 || lines[0].Kind == lines[1].Kind {
		t.Fatalf("the file holds %v, %v: want a gate of each kind", lines, err)
	}
	for _, l := range lines {
		if l.First.Failed || l.Confirm != nil || l.First.OldSec <= 0 {
			t.Errorf("one trial has a verdict, or no figure: %+v", l)
		}
	}
	if err := run(t.Context(), o, &second); err != nil || strings.Contains(second.String(), " of 2: ") || !strings.Contains(second.String(), "planted: 0 of 1") {
		t.Errorf("the second start said %q, %v", second.String(), err)
	}
}

// Messages of the planted side travel longer, and both sides go by the same names.
func TestPlant(t *testing.T) {
	b, err := newBench(1, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	old, slow := b.cells[interleave.Old], b.cells[interleave.New]
	if old.Network.Delay(0, 1) != 50*time.Millisecond || slow.Network.Delay(0, 1) != 55*time.Millisecond {
		t.Errorf("messages travel %v and %v: want 50ms and 55ms", old.Network.Delay(0, 1), slow.Network.Delay(0, 1))
	}
	if old.Describe() != slow.Describe() {
		t.Errorf("the sides are %s and %s", old.Describe(), slow.Describe())
	}
}

// The figures count each kind by itself, and the gates that are asked for only.
func TestTell(t *testing.T) {
	var lines []line
	for i := range 10 {
		l := line{Kind: planted, Gate: i, First: outcome{Seed: 1, Failed: i < 9, Change: 0.05}}
		if i < 8 {
			l.Confirm = &outcome{Failed: true}
		}
		lines = append(lines, l, line{Kind: same, Gate: i, First: outcome{Seed: 1, Failed: i == 9}})
	}
	var out bytes.Buffer
	tell(&out, options{gates: 10}, lines)
	for _, want := range []string{
		"a/a: 1 of 10 (10.0 %; 95 % interval 0.3 to 44.5 %) failed\n",
		"planted: 9 of 10 (90.0 %; 95 % interval 55.5 to 99.7 %) failed\n  once more with fresh trials: 8 of 8 ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it tells\n%s\nwant %q", out.String(), want)
		}
	}
	out.Reset()
	tell(&out, options{gates: 9}, lines)
	if !strings.Contains(out.String(), "a/a: 0 of 9") {
		t.Errorf("of nine gates it tells\n%s", out.String())
	}
}

func TestWrong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gates.jsonl")
	if err := os.WriteFile(path, []byte("{\"kind\":\"a/a\"}\n{\"kind\":"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run(t.Context(), options{gates: 1, trials: 1, jobs: 1, slowdown: 0.05, out: path}, nil)
	if err == nil || !strings.Contains(err.Error(), path+":2") {
		t.Errorf("a damaged line gives %v: want the place", err)
	}
	if err := run(t.Context(), options{}, nil); err == nil {
		t.Error("no gates are run without an error")
	}
}
