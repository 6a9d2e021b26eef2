package experiment

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/reports/result"
)

// ramped is an experiment whose cases have steps with time to think, so that its load takes seconds to come up.
const ramped = `name: ramped
designs: [raft]
scenarios: [real-estate-registration]
load: [1000]
duration: 60s
`

// TestWarmupIsChecked: a warm-up that is too short is told in the record, with the one that is long enough; that one is not.
func TestWarmupIsChecked(t *testing.T) {
	for text, warned := range map[string]bool{"warmup: 1s\n": true, "warmup: 11s\n": false, "warmup: 1s\nfaults: crash-leader\n": false} {
		records := recordsOf(t, plan(t, ramped+text))
		if got := slices.ContainsFunc(records[0].Warnings, func(w string) bool {
			return strings.Contains(w, "MSER cuts throughput at 11s") && strings.Contains(w, "use --warmup 11s")
		}); got != warned {
			t.Errorf("%q: %q", text, records[0].Warnings)
		}
	}
}

// TestWarmupAuto: a pilot run decides, the trials share what it says, the record has it, and the same experiment gives the
// same bytes for any number of jobs.
func TestWarmupAuto(t *testing.T) {
	text := strings.Replace(ramped, "1000", "400", 1) + "warmup: auto\ntrials: 2\n"
	p := plan(t, text)
	one := runAll(t, p, 1)
	if two := runAll(t, plan(t, text), 2); !bytes.Equal(one, two) {
		t.Error("two jobs give other records than one")
	}
	records, err := result.Read("runs", bytes.NewReader(one))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		pilot := r.Pilot
		if pilot == nil || pilot.Rule != "MSER" || pilot.Seed != 1 || !pilot.Steady || pilot.WarmupSec < 5 || pilot.WarmupSec > 25 ||
			r.WindowSec != 60-pilot.WarmupSec || *pilot != *records[0].Pilot || r.Cell != records[0].Cell {
			t.Errorf("trial %d: window %v, %+v", r.Trial, r.WindowSec, pilot)
		}
		if slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "MSER") }) {
			t.Errorf("trial %d: %q", r.Trial, r.Warnings)
		}
	}
	data, err := p.File.Marshal()
	if err != nil || !bytes.Contains(data, []byte("\nwarmup: auto\n")) {
		t.Errorf("%v:\n%s", err, data)
	}
	if fixed := plan(t, ramped+"warmup: 30s\n"); fixed.Cells[0].key.Cell == records[0].Cell {
		t.Error("a warm-up of auto has the hash of one that is as long as it can be")
	}
	if missing, foreign := p.Missing(records); len(missing)+foreign > 0 {
		t.Errorf("%d runs would be made again, %d are of another experiment", len(missing), foreign)
	}
}

// TestWarmupAutoWithoutSteadyState: where there is none to find the warm-up is the usual one, and that is said; a design
// whose runs are samples is refused.
func TestWarmupAutoWithoutSteadyState(t *testing.T) {
	const base = "name: x\ndesigns: [raft]\nscenarios: [court-evidence-deposit]\nduration: 30s\nwarmup: auto\n"
	for _, extra := range []string{"load: [city]\n", "load: [100]\nfaults: crash-leader\n"} {
		c := plan(t, base+extra).Cells[0]
		if c.WarmupAuto || c.Warmup != 5*time.Second || !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "no steady state to find: 5s") }) {
			t.Errorf("%q: %v %q", extra, c.Warmup, c.Notes)
		}
	}
	_, err := parse(t, ".", strings.Replace(base, "raft", "hashiraft", 1)+"load: [100]\n").Plan()
	if err == nil || !strings.Contains(err.Error(), "auto: a pilot run of hashiraft is a sample") {
		t.Errorf("%v", err)
	}
	if _, err := ParseWarmup("never"); err == nil || !strings.Contains(err.Error(), "or auto") {
		t.Errorf("%v", err)
	}
}
