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

// Play makes the requests of a run without replicas: one copy of the program answers each after 50 ms, so
// that cases go on. It calls offered for each in order of time. The error tells a broken law.
func (w *Workload) Play(seed uint64, mean arrival.Rate, duration time.Duration, offered func(workloads.Request)) error {
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
	if err := p.Run(context.Background(), duration+rehearsalDelay); err != nil {
		return err
	}
	driver.Finish()
	return p.app.Check()
}
