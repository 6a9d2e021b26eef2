package scenarios

import (
	"container/heap"
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/sim"
	"github.com/govbench/govbench/workloads"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/load"
)

// Program builds the scenario's replicated program and generator.
func (s *Scenario) Program() (workloads.Program, error) {
	family, ok := findFamily(s.Family)
	if !ok {
		return workloads.Program{}, fmt.Errorf("scenario %s: unknown program family %q", s.ID, s.Family)
	}
	p, err := family.New(s.workloadParams())
	if err != nil {
		return workloads.Program{}, fmt.Errorf("scenario %s: %w", s.ID, err)
	}
	return p, nil
}

// Mix is what a workload's arrivals turn into, counted in a rehearsal.
type Mix struct {
	Arrivals uint64 // transactions and cases begun
	Requests uint64 // everything sent, the later steps of cases included
	Reads    uint64 // of the requests, queries
	Cases    uint64 // of the arrivals, those that began a case
	Refused  uint64 // requests that the program refused
}

// Workload is a scenario, or a mix of many, ready to be offered to replicas. Making one costs a rehearsal of
// each scenario, so make it once and share it; it is immutable.
type Workload struct {
	Scenario *Scenario // of a mix, one that stands for it: its names and the mean think time
	Program  workloads.Program
	Mix      Mix // of a mix, the sums over its members

	shape   arrival.Shape
	mixture *mixture // nil: one scenario
}

// Length of the rehearsal.
//
// assumed: two thousand arrivals tell the number of requests a case to within a few percent, and at 20
// a second their cases overlap as they do in a run.
const (
	rehearsalArrivals = 2000
	rehearsalRate     = 20
	rehearsalDelay    = 50 * time.Millisecond
	rehearsalEnd      = 60 * 24 * time.Hour
)

// Workload builds the program and rehearses it: two thousand arrivals against one copy of the program
// that answers everything after 50 ms, always with the same random numbers. It fails when the program
// breaks one of its own laws.
func (s *Scenario) Workload() (*Workload, error) {
	program, err := s.Program()
	if err != nil {
		return nil, err
	}
	shape, err := s.Arrival.Build()
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.ID, err)
	}
	w := &Workload{Scenario: s, Program: program, shape: shape}
	if err := w.rehearse(); err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.ID, err)
	}
	return w, nil
}

// Flat reports whether cases arrive at the same rate all the time.
func (w *Workload) Flat() bool {
	for _, m := range w.Members() {
		if !m.shape.Flat() {
			return false
		}
	}
	return true
}

// WithArrival is the same workload with another shape of arrivals, without another rehearsal.
func (w *Workload) WithArrival(a Arrival) (*Workload, error) {
	if w.mixture != nil {
		return w.mixedWithArrival(a)
	}
	shape, err := a.Build()
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", w.Scenario.ID, err)
	}
	other, scenario := *w, *w.Scenario
	scenario.Arrival = a
	other.Scenario, other.shape = &scenario, shape
	return &other, nil
}

// NewSource makes the requests of one run: mean is the rate of requests, not of cases, averaged over
// the duration over which the shape of arrivals is laid. Equal seeds give equal requests.
//
// The steps of a case come after its begin, so a run that is short beside the think times sees fewer
// of them than the mean says.
func (w *Workload) NewSource(seed uint64, mean arrival.Rate, duration time.Duration) (workloads.Follower, error) {
	if w.mixture != nil {
		return w.mixture.newSource(seed, mean, duration)
	}
	begins := nearest(new(big.Rat).Mul(ratOf(mean), w.beginsPerRequest()))
	arrivals, err := arrival.New(w.shape, begins, duration, sim.NewStream(seed, "arrival/"+w.Scenario.ID))
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", w.Scenario.ID, err)
	}
	return load.NewSource(arrivals, w.NewGenerator(seed)), nil
}

// beginsPerRequest is how many transactions and cases the people begin for each request they send.
func (w *Workload) beginsPerRequest() *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(w.Mix.Arrivals), new(big.Int).SetUint64(w.Mix.Requests))
}

// NewGenerator makes the generator of one run's requests, for closed loops.
func (w *Workload) NewGenerator(seed uint64) workloads.Generator {
	if w.mixture != nil {
		return w.mixture.newGenerator(seed)
	}
	return w.Program.Generator(sim.NewStream(seed, "workload/"+w.Scenario.ID))
}

// Rate is the rate of requests of a preset. Of the relative presets it says that they need a measured
// load, and of documented that nothing was published where that is so.
func (w *Workload) Rate(preset string) (arrival.Rate, error) {
	if w.mixture != nil {
		offer, err := w.ForLoad(preset)
		return offer.Rate, err
	}
	p, err := w.Scenario.Preset(preset)
	if err != nil {
		return arrival.Rate{}, err
	}
	if p.Of != OfCases {
		return p.Rate, nil
	}
	if w.Mix.Cases == 0 {
		return arrival.Rate{}, fmt.Errorf("scenario %s: load %s counts cases, but the workload has none", w.Scenario.ID, preset)
	}
	return p.Rate.Times(w.Mix.Requests, w.Mix.Cases)
}

// Preset returns a load preset of the scenario as its file has it.
func (s *Scenario) Preset(name string) (Preset, error) {
	if p, ok := s.Load[name]; ok {
		return p, nil
	}
	if num, den, ok := Relative(name); ok {
		return Preset{}, fmt.Errorf("scenario %s: load %s is %d/%d of the highest load that a design sustains, which has to be measured first", s.ID, name, num, den)
	}
	if name == PresetDocumented {
		return Preset{}, fmt.Errorf("scenario %s: no volume was published: allowed are city, surge or a rate such as 2000", s.ID)
	}
	return Preset{}, suggestion(fmt.Sprintf("scenario %s: unknown load %q: allowed are documented, city, surge, spike, stability or a rate such as 2000", s.ID, name), "", Nearest(name, Presets()))
}

// NewSource is Workload and its NewSource in one, for a single run.
func (s *Scenario) NewSource(seed uint64, mean arrival.Rate, duration time.Duration) (workloads.Follower, error) {
	w, err := s.Workload()
	if err != nil {
		return nil, err
	}
	return w.NewSource(seed, mean, duration)
}

// rehearse plays arrivals against the program and counts.
func (w *Workload) rehearse() error {
	shape, err := arrival.Find("paced")
	if err != nil {
		return err
	}
	stream := sim.NewStream(1, "rehearsal/"+w.Scenario.ID)
	arrivals, err := arrival.New(shape, arrival.PerSecond(rehearsalRate), rehearsalArrivals/rehearsalRate*time.Second, stream)
	if err != nil {
		return err
	}
	stage := &stage{app: w.Program.App()}
	here := func(uint16) load.Place { return load.Place{} }
	driver, err := load.NewOpen(stage, load.NewSource(arrivals, w.Program.Generator(stream)), here, stage, load.Options{Until: rehearsalEnd})
	if err != nil {
		return err
	}
	driver.Start()
	if err := stage.Run(context.Background(), rehearsalEnd); err != nil {
		return err
	}
	stats := driver.Finish()
	w.Mix = Mix{Arrivals: rehearsalArrivals, Requests: stats.Offered, Reads: stats.Reads, Cases: stats.CasesBegun, Refused: stage.refused}
	if err := stage.app.Check(); err != nil {
		return fmt.Errorf("the rehearsal broke a law of the program: %w", err)
	}
	return nil
}

// stage is the smallest runtime there is: one copy of the program, no replicas, a fixed delay. It is
// the sink of its own requests.
type stage struct {
	app     workloads.App
	now     time.Duration
	calls   calls
	last    uint64
	refused uint64
}

type call struct {
	at  time.Duration
	seq uint64
	fn  func()
}

// calls is a heap in order of time, then of scheduling.
type calls []call

func (c calls) Len() int { return len(c) }
func (c calls) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].seq < c[j].seq
}
func (c calls) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *calls) Push(x any)   { *c = append(*c, x.(call)) }
func (c *calls) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	*c = (*c)[:last]
	return x
}

func (s *stage) Now() time.Duration { return s.now }

func (s *stage) At(t time.Duration, fn func()) {
	s.last++
	heap.Push(&s.calls, call{max(t, s.now), s.last, fn})
}

func (s *stage) Submit(_ consensus.NodeID, cmd *consensus.Command, done func(consensus.Outcome)) {
	s.At(s.now+rehearsalDelay, func() {
		run := s.app.Apply
		if cmd.Read {
			run = s.app.Query
		}
		done(consensus.Outcome{Command: cmd.ID, Result: run(cmd.Op), Done: s.now})
	})
}

func (s *stage) Run(_ context.Context, until time.Duration) error {
	for len(s.calls) > 0 && s.calls[0].at <= until {
		c := heap.Pop(&s.calls).(call)
		s.now = c.at
		c.fn()
	}
	s.now = until
	return nil
}

func (s *stage) Offered(workloads.Request) {}
func (s *stage) Answered(_ workloads.Request, o consensus.Outcome) {
	if _, refused := workloads.Refused(o.Result); refused {
		s.refused++
	}
}
func (s *stage) Missed(workloads.Request, consensus.Outcome) {}
func (s *stage) CaseDone(_ uint64, _, _ time.Duration)       {}
