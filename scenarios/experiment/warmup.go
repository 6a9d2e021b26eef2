package experiment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/reports/stats"
	"github.com/govbench/govbench/scenarios/strict"
)

// Warmup is how much of the duration is not measured, or WarmupAuto.
type Warmup time.Duration

// WarmupAuto lets a pilot run of each cell say how long its beginning is.
const WarmupAuto Warmup = -1

const warmupAutoName = "auto"

// ParseWarmup reads a length of time or auto.
func ParseWarmup(text string) (Warmup, error) {
	if text == warmupAutoName {
		return WarmupAuto, nil
	}
	d, err := strict.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%w, or %s", err, warmupAutoName)
	}
	return Warmup(d), nil
}

// UnmarshalText reads what ParseWarmup reads.
func (w *Warmup) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWarmup(string(text))
	return err
}

// MarshalText writes what ParseWarmup reads.
func (w Warmup) MarshalText() ([]byte, error) {
	if w == WarmupAuto {
		return []byte(warmupAutoName), nil
	}
	return []byte(time.Duration(w).String()), nil
}

// JSONSchema allows a length of time or auto.
func (Warmup) JSONSchema() map[string]any {
	return map[string]any{"type": []string{"string", "integer"}, "pattern": `^(auto|0|([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+)$`}
}

// settles reports whether the cell can have a steady state: its load is constant and nothing goes wrong.
func (s *Setup) settles() bool {
	return s.Trace == nil && s.Faults.Empty() && (s.Clients > 0 || s.Workload.Flat())
}

// findWarmup leaves a warm-up of auto to a pilot run, where that can tell.
func (b *builder) findWarmup(s *Setup) error {
	if engine, ok := engineNamed(s.Design.Protocol); ok && !engine.Pure {
		return b.file.fail("warmup", "auto: a pilot run of %s is a sample, so that trials would not be of one warm-up: allowed are designs that run in exact virtual time, or a length such as 10s", s.Design.Name)
	}
	if !s.settles() {
		s.Warmup = min(warmupMost, s.Duration/6)
		s.Notes = append(s.Notes, fmt.Sprintf("warm-up auto: the load changes in mid-run or faults happen, so that there is no steady state to find: %v", s.Warmup))
		return nil
	}
	s.WarmupAuto = true
	return nil
}

// plannedWarmup is the warm-up as it is known when the plan is made, for Hash.
func (c *Cell) plannedWarmup() any {
	if c.WarmupAuto {
		return "MSER of a pilot run"
	}
	return c.Warmup
}

// unsteady warns when the run was not steady by the end of its warm-up. A probe of a search is not looked at: beyond the
// highest load nothing is steady.
func (c *Cell) unsteady(out *result.Record) {
	if c.guard != nil || !c.settles() {
		return
	}
	if w := stats.WarmupWarning(out.Series, c.Warmup); w != "" {
		out.Warnings = append(out.Warnings, w)
	}
}

// pilots are the pilot runs of one Run: the trials of a cell share one, with the seed of the first.
type pilots struct {
	mu   sync.Mutex
	made map[string]*pilot
}

type pilot struct {
	once sync.Once
	cut  result.Pilot
	err  error
}

// run runs a cell, after a pilot run where its warm-up is auto.
func (p *pilots) run(ctx context.Context, c *Cell) (result.Record, error) {
	if !c.WarmupAuto {
		return c.run(ctx)
	}
	hash, err := c.Hash()
	if err != nil {
		return result.Record{}, err
	}
	key := fmt.Sprintf("%s seed %d rate %v", hash, c.Seed, c.Rate)
	p.mu.Lock()
	if p.made == nil {
		p.made = map[string]*pilot{}
	}
	one := p.made[key]
	if one == nil {
		one = &pilot{}
		p.made[key] = one
	}
	p.mu.Unlock()
	one.once.Do(func() {
		one.err = errors.New("the pilot run for the warm-up broke") // if it panics
		one.cut, one.err = c.pilot(ctx)
	})
	if one.err != nil {
		return result.Record{}, one.err
	}
	resolved := *c
	resolved.Warmup = time.Duration(one.cut.WarmupSec * float64(time.Second)).Round(time.Nanosecond)
	rec, err := resolved.run(ctx)
	if err == nil {
		rec.Pilot = &one.cut
		rec.Assumptions = append(rec.Assumptions, fmt.Sprintf("the first %v are not measured: there the rule MSER cut a pilot run with seed %d", resolved.Warmup, one.cut.Seed))
	}
	return rec, err
}

// pilot runs the first trial of a cell without a warm-up and lets MSER say where its beginning ends.
func (c *Cell) pilot(ctx context.Context) (result.Pilot, error) {
	first := *c
	first.Trial, first.Warmup, first.WarmupAuto, first.StopEarly = 0, 0, false, false
	rec, err := first.run(ctx)
	if err != nil {
		return result.Pilot{}, err
	}
	end, steady := stats.WarmupEnd(rec.Series)
	if len(rec.Failed()) > 0 { // it has no series; the run itself will tell what broke
		end, steady = min(warmupMost, c.Duration/6).Seconds(), false
	}
	return result.Pilot{Rule: "MSER", Seed: first.seed(), WarmupSec: end, Steady: steady}, nil
}
