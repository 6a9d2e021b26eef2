package scenarios

import (
	"context"
	"time"

	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/load"
)

// player is a stage that shows every request as it is offered.
type player struct {
	*stage
	offered func(workloads.Request)
}

// Offered implements load.Sink.
func (p player) Offered(r workloads.Request) { p.offered(r) }

// Run implements consensus.Runtime as the stage does, until ctx ends.
func (p player) Run(ctx context.Context, until time.Duration) error {
	for next := time.Duration(0); next < until; {
		if err := ctx.Err(); err != nil {
			return err
		}
		next = min(next+playStep, until)
		if err := p.stage.Run(ctx, next); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// playStep is how much of a run is played before the context is asked again.
const playStep = time.Second

// Play makes the requests of a run without replicas: one copy of the program answers each after 50 ms, so
// that cases go on. It calls offered for each in order of time; of a mix, a request's Member is an index in
// Members. The error tells a broken law.
func (w *Workload) Play(seed uint64, mean arrival.Rate, duration time.Duration, offered func(workloads.Request)) error {
	return w.PlayContext(context.Background(), seed, mean, duration, offered)
}

// PlayContext is Play until ctx ends, whose error it then returns.
func (w *Workload) PlayContext(ctx context.Context, seed uint64, mean arrival.Rate, duration time.Duration, offered func(workloads.Request)) error {
	source, err := w.NewSource(seed, mean, duration)
	if err != nil {
		return err
	}
	p := player{&stage{app: w.Program.App()}, offered}
	here := func(uint16) load.Place { return load.Place{} }
	driver, err := load.NewOpen(p, source, here, p, load.Options{Until: duration})
	if err != nil {
		return err
	}
	driver.Start()
	if err := p.Run(ctx, duration+rehearsalDelay); err != nil {
		return err
	}
	driver.Finish()
	return p.app.Check()
}

// FirstAgencies lists, for each of Members, how many agencies stand before its own in the list of all: a request's
// Agency is an index in that list.
func (w *Workload) FirstAgencies() []uint16 {
	out := make([]uint16, len(w.Members()))
	for i, m := range w.Members() {
		if i+1 < len(out) {
			out[i+1] = out[i] + uint16(m.Scenario.Participants.Count)
		}
	}
	return out
}
