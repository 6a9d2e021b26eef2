package experiment

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/consensus/check"
	"github.com/govbench/govbench/consensus/mempool"
	"github.com/govbench/govbench/reports/record"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/sim/cluster"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/load"
)

// drain is how long a run goes on after the last request was due, so that its answer can arrive.
//
// assumed: longer than any answer takes in a group that keeps up.
const drain = 5 * time.Second

// countedApp counts the operations that a program executed.
type countedApp struct {
	workloads.App
	applied uint64
}

func (a *countedApp) Apply(op []byte) []byte {
	a.applied++
	return a.App.Apply(op)
}

// taps passes events on to several observers.
type taps []consensus.Tap

func (t taps) Observe(ev consensus.Event) {
	for _, tap := range t {
		tap.Observe(ev)
	}
}

// limits are a design's block cutter and pool.
func (d *Design) limits() mempool.Limits {
	return mempool.Limits{MaxTxs: d.Block.MaxTxs, MaxBytes: int(d.Block.MaxBytes), MaxWait: d.Block.MaxWait, Capacity: d.Pool}
}

// newRecorder makes the recorder of a cell.
func (c *Cell) newRecorder(exact bool) *record.Recorder {
	cfg := record.Config{Warmup: c.Warmup, Duration: c.Duration, Exact: exact}
	if c.Workload.Mixed() != nil {
		cfg.Members = len(c.Workload.Members())
	}
	return record.New(cfg)
}

// runVirtual runs a cell of pure machines in the simulator.
func (c *Cell) runVirtual(ctx context.Context, engine Engine) (result.Record, error) {
	hash, err := c.Hash()
	if err != nil {
		return result.Record{}, err
	}
	values, err := consensus.ParseValues(engine.Settings, c.Design.Params)
	if err != nil {
		return result.Record{}, fmt.Errorf("design.params.%w", err)
	}
	sites, err := placeReplicas(&c.Design, &c.Network)
	if err != nil {
		return result.Record{}, err
	}
	app := &countedApp{App: c.Workload.Program.App()}
	checker := check.New(c.Design.Replicas)
	rec := c.newRecorder(true)
	observers, sink := taps{checker, rec}, load.Sink(rec)
	if c.watched != nil {
		observers, sink = append(observers, c.watched), c.watched.sink(rec)
	}
	scales := c.newScales(app.App)
	var driver *load.Driver
	cfg := cluster.Config{
		Protocol: engine.Protocol, Values: values, Replicas: c.Design.Replicas, Placement: sites,
		Topology: c.Network, Profile: c.Machine, Faults: c.Faults,
		Limits: c.Design.limits(), SigBytes: c.Machine.SignatureBytes, Retry: c.Design.Retry,
		Seed: c.seed(), App: func() workloads.App { return app }, Tap: scales.beside(observers...),
		Beat: c.beat(&driver),
	}
	c.watched.listen(&cfg)
	group, err := cluster.New(cfg)
	if err != nil {
		return result.Record{}, err
	}
	var notes []string
	driver, notes, err = c.drive(group, sites, c.early.beside(sink))
	if err != nil {
		return result.Record{}, err
	}
	for _, at := range rec.SampleTimes() {
		group.At(at, func() {
			rec.Sample(at, group.Usage(), c.Machine.Cores)
			c.early.look(at, group, rec)
		})
	}
	c.watch(group, driver)
	if err := group.Run(ctx, c.Duration+drain); err != nil {
		return result.Record{}, err
	}
	driver.Finish()
	out := c.record(hash, result.Virtual)
	out.Warnings = append(out.Warnings, notes...)
	digest := group.Digest()
	out.Digest = hex.EncodeToString(digest[:])
	root := app.Digest()
	out.StateRoot = hex.EncodeToString(root[:])
	c.amendments(&out, app.App)
	scales.read(&out, app.App)
	c.conclude(&out, rec, checker.Verdicts(app.applied), app.Check(), driver)
	return out, nil
}

// drive makes the load driver of a cell and starts it. notes is what has to be said of its requests.
func (c *Cell) drive(rt consensus.Runtime, sites []consensus.SiteID, sink load.Sink) (d *load.Driver, notes []string, err error) {
	places, err := c.clientPlaces(sites)
	if err != nil {
		return nil, nil, err
	}
	place := func(agency uint16) load.Place { return places[int(agency)%len(places)] }
	opts := load.Options{Until: c.Duration}
	if c.Clock == WallClock {
		opts.LagMax = lagMax
	}
	if c.Clients > 0 {
		think := sim.NewStream(c.seed(), "clients/"+c.Scenario.ID)
		clients := load.Clients{N: c.Clients, Ramp: c.Warmup / 2, Think: func() time.Duration { return think.Exp(c.Scenario.Params.Think) }}
		d, err = load.NewClosed(rt, c.Workload.NewGenerator(c.seed()), clients, place, sink, opts)
	} else {
		var source workloads.Follower
		if source, err = c.newSource(); err == nil {
			d, err = load.NewOpen(rt, source, place, sink, opts)
			notes = loneNote(source)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	d.Start()
	return d, notes, nil
}

// A request that leaves late on the wall clock has its latency counted from the intended time, so a
// hiccup is in the figures and is told as a warning from lagTold on. A generator that falls behind for
// longer than lagMax did not offer the load that it was to offer, and the run has no figures.
//
// assumed: a hiccup of a busy machine's scheduler is shorter than 100 ms.
const (
	lagTold = time.Millisecond
	lagMax  = 100 * time.Millisecond
)

// conclude fills in what was measured and what was checked.
func (c *Cell) conclude(out *result.Record, rec *record.Recorder, verdicts []check.Verdict, laws error, driver *load.Driver) {
	out.Warnings = append(out.Warnings, c.Notes...)
	summary := rec.Finish()
	summary.Apply(out)
	c.members(out, summary.Members, laws)
	c.refusals(out, summary.Refusals)
	for _, v := range verdicts {
		out.Checks = append(out.Checks, result.Check{Name: v.Name, OK: v.OK, Detail: v.Detail})
	}
	law := result.Check{Name: "laws of the program", OK: laws == nil}
	if laws != nil {
		law.Detail = laws.Error()
	}
	out.Checks = append(out.Checks, law)
	generator := result.Check{Name: "load generator not the limit", OK: !driver.Limited()}
	if !generator.OK {
		generator.Detail = fmt.Sprintf("a request left %v after its intended time", driver.Stats().LagMax)
	}
	out.Checks = append(out.Checks, generator)
	if lag := driver.Stats().LagMax; lag > lagTold {
		out.Warnings = append(out.Warnings, fmt.Sprintf("%s up to %v late, which its latency includes", result.GeneratorLate, lag.Round(time.Microsecond)))
	}
	c.unsteady(out)
	*out = out.Withheld()
}
