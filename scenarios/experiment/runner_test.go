package experiment

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/check"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/workloads"
)

// pure is a grid of quick runs of every pure protocol, with jitter and loss.
const pure = `name: pure
designs: [raft, pbft, hotstuff]
scenarios: [court-evidence-deposit, real-estate-registration]
load: [60]
faults: lossy
trials: 2
duration: 3s
warmup: 500ms
`

// TestDeterminism: the records are the same bytes for one job and two, and another seed gives others.
func TestDeterminism(t *testing.T) {
	one := runAll(t, plan(t, pure), 1)
	if two := runAll(t, plan(t, pure), 2); !bytes.Equal(one, two) {
		t.Error("two jobs give other records than one")
	}
	digests := map[string]bool{}
	for _, text := range []string{pure, pure + "seed: 77\n"} {
		records, err := result.Read("runs", bytes.NewReader(runAll(t, plan(t, text), 2)))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if digests[r.Digest] {
				t.Errorf("%s on %s, seed %d: a digest that another run has", r.Design, r.Scenario, r.Seed)
			}
			digests[r.Digest] = true
		}
	}
}

// TestStop: a run that is stopped has kept what was finished, and what is missing completes it.
func TestStop(t *testing.T) {
	p := plan(t, pure)
	want := runAll(t, p, 1)
	ctx, stop := context.WithCancel(t.Context())
	var records []result.Record
	err := Run(ctx, p.Cells, Options{Jobs: 2, Keep: func(r result.Record) error {
		if records = append(records, r); len(records) == 3 {
			stop()
		}
		return nil
	}})
	if !errors.Is(err, context.Canceled) || len(records) < 3 || len(records) >= len(p.Cells) {
		t.Fatalf("%d records, %v", len(records), err)
	}
	missing, foreign := p.Missing(records)
	if len(missing)+len(records) != len(p.Cells) || foreign != 0 {
		t.Fatalf("%d records, %d missing, %d foreign", len(records), len(missing), foreign)
	}
	rest := &Plan{Cells: missing}
	added, err := result.Read("runs", bytes.NewReader(runAll(t, rest, 2)))
	if err != nil {
		t.Fatal(err)
	}
	records = append(records, added...)
	p.Sort(records)
	var got bytes.Buffer
	for _, r := range records {
		line, err := result.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Write(append(line, '\n'))
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("the completed set differs from that of an unbroken run")
	}
	if _, foreign := plan(t, base).Missing(records); foreign != len(records) {
		t.Errorf("%d of %d runs of another experiment are noticed", foreign, len(records))
	}
}

// TestKeepFails: the error of the store ends the run.
func TestKeepFails(t *testing.T) {
	full := errors.New("the disk is full")
	kept := 0
	err := Run(t.Context(), plan(t, pure).Cells, Options{Jobs: 2, Keep: func(result.Record) error {
		kept++
		return full
	}})
	if !errors.Is(err, full) || kept != 1 {
		t.Errorf("%v after %d records", err, kept)
	}
}

// forger is a machine that commits other blocks than the group agreed on.
type forger struct{ consensus.Machine }

func (f forger) Step(now time.Duration, in consensus.Input, fx *consensus.Effects) {
	f.Machine.Step(now, in, fx)
	for i := range fx.List {
		if e := &fx.List[i]; e.Kind == consensus.EffectCommit {
			b := e.Block
			e.Block = consensus.NewBlock(b.Height, b.View+1, b.Proposer, b.Parent, b.Payload)
		}
	}
}

// TestPlantedProtocol: a protocol of which one replica commits other blocks is caught, and the run has no
// figures.
func TestPlantedProtocol(t *testing.T) {
	engine, ok := engineNamed("raft")
	if !ok {
		t.Fatal("no raft")
	}
	honest := engine.New
	engine.New = func(cfg consensus.Config, values consensus.Values) (consensus.Machine, error) {
		m, err := honest(cfg, values)
		if cfg.Self == 2 {
			m = forger{m}
		}
		return m, err
	}
	rec, err := plan(t, base).Cells[0].runVirtual(t.Context(), engine)
	if err != nil {
		t.Fatal(err)
	}
	failed := rec.Failed()
	if len(failed) == 0 || failed[0].Name != check.Agreement || !strings.Contains(failed[0].Detail, "replica 2") || len(rec.Values) > 0 {
		t.Errorf("failed %v, %d values", failed, len(rec.Values))
	}
}

// forgetful is a program that breaks its own law.
type forgetful struct{ workloads.App }

func (forgetful) Check() error { return errors.New("planted: two licences are gone") }

// broken is a program that panics.
type broken struct{ workloads.App }

func (broken) Apply([]byte) []byte { panic("planted: out of paper") }

// TestPlantedPrograms: a run that breaks a law or panics is a record with a failed check and no figures.
func TestPlantedPrograms(t *testing.T) {
	for _, c := range []struct {
		check, detail string
		plant         func(workloads.App) workloads.App
	}{
		{"laws of the program", "planted: two licences are gone", func(a workloads.App) workloads.App { return forgetful{a} }},
		{"the run ended", "planted: out of paper", func(a workloads.App) workloads.App { return broken{a} }},
	} {
		cell := plan(t, base).Cells[0]
		w := *cell.Workload
		app := w.Program.App
		w.Program.App = func() workloads.App { return c.plant(app()) }
		cell.Workload = &w
		rec := runOne(t, cell)
		failed := rec.Failed()
		if len(failed) == 0 || failed[0].Name != c.check || !strings.Contains(failed[0].Detail, c.detail) || len(rec.Values) > 0 {
			t.Errorf("%s: failed %v, %d values", c.check, failed, len(rec.Values))
		}
	}
}

// runOne runs one cell.
func runOne(t *testing.T, c *Cell) (rec result.Record) {
	t.Helper()
	err := Run(t.Context(), []*Cell{c}, Options{Jobs: 1, Keep: func(r result.Record) error {
		rec = r
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}
