package interleave

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/govbench/govbench/reports/result"
)

// Runner makes one run of an arm and returns its records: of every cell the same number at each call.
type Runner func(ctx context.Context, arm Arm) ([]result.Record, error)

// Plan says how a session is made.
type Plan struct {
	Trials int    // runs of each arm; at least 1
	Seed   uint64 // of the order
	Noise  bool   // run the old version as a third arm
	// Progress, when set, hears of every finished run.
	Progress func(done, total int, arm Arm)
}

// Session is what was measured. Every record is one cell in one trial, and its Trial says which.
type Session struct {
	Seed            uint64
	Order           []Arm
	Old, New, Again []result.Record
}

// ErrCells is the cause of an error for a run whose cells are not those of the runs before it.
var ErrCells = errors.New("the cells differ")

// Run makes a session. Any run that fails ends it with an error that names trial and arm, and without a
// session: trials that are missing at random moments are not missing at random.
//
// Several records of one cell in one run, such as those of go test -count, share a process and are no
// independent trials: their medians become the trial's record.
func Run(ctx context.Context, plan Plan, run Runner) (Session, error) {
	arms := []Arm{Old, New}
	if plan.Noise {
		arms = append(arms, Again)
	}
	s := Session{Seed: plan.Seed, Order: Order(plan.Seed, plan.Trials, arms...)}
	var first []string // the cells of the first run
	for i, arm := range s.Order {
		trial := i / len(arms)
		fail := func(err error) (Session, error) {
			return Session{}, fmt.Errorf("trial %d of %d, %s: %w", trial+1, plan.Trials, arm, err)
		}
		if err := ctx.Err(); err != nil {
			return Session{}, err
		}
		records, err := run(ctx, arm)
		if err != nil {
			return fail(err)
		}
		records, cells, err := merge(records, trial)
		if err != nil {
			return fail(err)
		}
		if first == nil {
			first = cells
		}
		if err := same(first, cells); err != nil {
			return fail(err)
		}
		s.add(arm, records)
		if plan.Progress != nil {
			plan.Progress(i+1, len(s.Order), arm)
		}
	}
	return s, nil
}

func (s *Session) add(arm Arm, records []result.Record) {
	into := [...]*[]result.Record{&s.Old, &s.New, &s.Again}[arm]
	*into = append(*into, records...)
}

// same compares the cells of a run with those of the session.
func same(want, got []string) error {
	for _, c := range want {
		if !slices.Contains(got, c) {
			return fmt.Errorf("%w: the first run has %q and this one has not; the commands must measure the same", ErrCells, c)
		}
	}
	for _, c := range got {
		if !slices.Contains(want, c) {
			return fmt.Errorf("%w: this run has %q and the first has not; the commands must measure the same", ErrCells, c)
		}
	}
	return nil
}

// merge makes one record of each cell of a run, and lists the cells in order of their names.
func merge(records []result.Record, trial int) (merged []result.Record, cells []string, err error) {
	if len(records) == 0 {
		return nil, nil, errors.New("the run has no results")
	}
	groups := map[string][]result.Record{}
	for _, r := range records {
		for _, c := range r.Failed() {
			return nil, nil, fmt.Errorf("the check %q of %s failed: %s", c.Name, describe(r), c.Detail)
		}
		if r.GivenUpSec > 0 {
			return nil, nil, fmt.Errorf("%s was given up after %.3g s, so it has no figures: measure without stop_early", describe(r), r.GivenUpSec)
		}
		name := describe(r)
		if len(groups[name]) == 0 {
			cells = append(cells, name)
		}
		groups[name] = append(groups[name], r)
	}
	for _, name := range cells {
		r := groups[name][0]
		r.Trial = trial
		if r.Values, err = medians(groups[name]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		merged = append(merged, r)
	}
	slices.Sort(cells)
	return merged, cells, nil
}

// medians is the median of each figure over the records of one cell in one run.
func medians(records []result.Record) ([]result.Value, error) {
	if len(records) == 1 {
		return records[0].Values, nil
	}
	var out []result.Value
	for _, v := range records[0].Values {
		var all []float64
		for _, r := range records {
			one, ok := r.Value(v.Name)
			if !ok {
				return nil, fmt.Errorf("some of its results have %s and some have not", v.Name)
			}
			all = append(all, one.Value)
		}
		slices.Sort(all)
		mid := len(all) / 2
		v.Value = all[mid]
		if len(all)%2 == 0 {
			v.Value = all[mid-1] + (all[mid]-all[mid-1])/2
		}
		out = append(out, v)
	}
	return out, nil
}

// describe names a cell by all of its settings.
func describe(r result.Record) string {
	parts := []string{r.Design, "on", r.Scenario}
	for _, p := range []struct{ name, value string }{
		{"at", r.Load}, {"network", r.Network}, {"machine", r.Machine}, {"faults", r.Faults}, {"runtime", string(r.Runtime)},
	} {
		if p.value != "" {
			parts = append(parts, p.name, p.value)
		}
	}
	if r.Replicas > 0 {
		parts = append(parts, fmt.Sprintf("replicas %d", r.Replicas))
	}
	for _, f := range r.Factors {
		parts = append(parts, f.Name+"="+f.Value)
	}
	return strings.TrimPrefix(strings.Join(parts, " "), " on ")
}
