package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
)

// addEarly is for the commands that run each cell once: a search gives up by itself.
func (f *runFlags) addEarly(set *pflag.FlagSet) {
	set.BoolVar(&f.stopEarly, "stop-early", false, "give a run in virtual time up, without figures, once it cannot meet the default objective any more")
}

// runFlags are the flags that describe an experiment. A flag that was given overrides the file.
type runFlags struct {
	command   string                                             // run or sweep
	write     func(*cobra.Command, *runFlags, reportInput) error // tells the result
	set       *pflag.FlagSet
	designs   []string
	scenarios []string
	loads     []string
	clients   int
	trace     string
	speed     int
	duration  string
	warmup    string
	replicas  int
	network   string
	machine   string
	faults    string
	clock     string
	trials    int
	seed      uint64
	prices    string
	settings  []string
	vary      []string
	sample    int
	when      string
	stopEarly bool
	jobs      int
	out       string
	json      bool
	quiet     bool
	dryRun    bool
	resume    bool
	retry     bool
}

func (f *runFlags) add(set *pflag.FlagSet) {
	f.set = set
	set.StringArrayVar(&f.designs, "design", nil, "`NAME|FILE` of a design (repeatable)")
	set.StringArrayVar(&f.scenarios, "scenario", nil, "`ID|GLOB|FILE` of scenarios, or category:NAME (repeatable)")
	set.StringArrayVar(&f.loads, "load", nil, "`RATE|PRESET`: transactions per second, or documented, city, surge, spike, stability (repeatable)")
	set.IntVar(&f.clients, "clients", 0, "a closed loop of `N` clients instead of a load")
	set.StringVar(&f.trace, "trace", "", "replay the requests of `FILE`, CSV or JSON lines, instead of a load; see govbench trace --help")
	set.IntVar(&f.speed, "trace-speed", 0, "replay the trace `N` times as fast")
	set.StringVar(&f.duration, "duration", "", "how `LONG` load is offered, such as 60s")
	set.StringVar(&f.warmup, "warmup", "", "how `LONG` at first nothing is measured, such as 10s (a sixth of --duration, when that is shorter than the experiment's); auto: as a pilot run of each cell says")
	set.IntVar(&f.replicas, "replicas", 0, "`N` replicas in every design")
	set.StringVar(&f.network, "network", "", "`NAME|FILE` of a network, or constant:DELAY")
	set.StringVar(&f.machine, "machine", "", "`NAME|FILE` of a machine; ideal costs nothing")
	set.StringVar(&f.faults, "faults", "", "`NAME|FILE` of a fault schedule, or none")
	set.StringVar(&f.clock, "clock", "", "`CLOCK`: virtual or wall")
	set.IntVar(&f.trials, "trials", 0, "`N` repetitions with the seeds seed, seed+1, ...")
	set.Uint64Var(&f.seed, "seed", 0, "`N`, the seed of the first trial")
	set.StringArrayVar(&f.settings, "set", nil, "`KEY=VALUE`: any setting by its path, such as design.block.max_txs=1 (repeatable)")
	set.StringArrayVar(&f.vary, "vary", nil, "`KEY=V1,V2,...`: a setting to vary (repeatable)")
	set.IntVar(&f.sample, "sample", 0, "`N` points of a Latin hypercube over what --vary lists, or over its ranges such as 1ms..100ms, instead of the grid")
	set.StringVar(&f.when, "when", "", "`CONDITION` between varied settings under which a point is run, such as 'design.block.max_txs>=100 or load<5000'")
	set.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "`N` runs at a time; on the wall clock one, unless this says otherwise")
	set.StringVar(&f.out, "out", "", "output `DIR` (default results/NAME, or results/NAME-2, ... when that holds results)")
	set.BoolVar(&f.json, "json", false, "print the run records as JSON lines instead of the summary")
	set.BoolVar(&f.quiet, "quiet", false, "print no progress and no summary")
	set.BoolVar(&f.dryRun, "dry-run", false, "print the plan and run nothing")
	set.BoolVar(&f.resume, "resume", false, "continue in an output directory: run what is missing; without FILE, of the experiment there")
	set.BoolVar(&f.retry, "retry-failed", false, "with --resume: run again what failed, too")
}

// apply overrides an experiment by the flags that were given.
func (f *runFlags) apply(x *experiment.File) error {
	if f.retry && !f.resume {
		return errors.New("--retry-failed: goes with --resume only: without it nothing has failed yet")
	}
	if f.set.Changed("clients") && f.set.Changed("load") {
		return errors.New("--clients and --load: a closed loop sends as fast as it is answered, so give one of them")
	}
	for _, other := range []string{"load", "clients"} {
		if f.set.Changed("trace") && f.set.Changed(other) {
			return fmt.Errorf("--trace and --%s: a trace says itself when requests come, so give one of them", other)
		}
	}
	for _, step := range []func(*experiment.File) error{f.applyLists, f.applyTrace, f.applyTimes, f.applyNumbers, f.applyNames, f.applySettings} {
		if err := step(x); err != nil {
			return err
		}
	}
	return nil
}

func (f *runFlags) applyLists(x *experiment.File) error {
	var err error
	if f.set.Changed("design") {
		x.Override("designs", "--design")
		x.Designs, err = each("design", f.designs, ownFirst(x.Designs, func(d experiment.Design) string { return d.Name }, (*experiment.Design).Set))
	}
	if err == nil && f.set.Changed("scenario") {
		x.Override("scenarios", "--scenario")
		x.Scenarios, err = each("scenario", f.scenarios, ownFirst(x.Scenarios, func(r experiment.ScenarioRef) string { return r.Name }, (*experiment.ScenarioRef).Set))
	}
	if err == nil && f.set.Changed("load") {
		x.Override("load", "--load")
		x.Clients = 0
		x.Load, err = each("load", f.loads, func(l *experiment.Load, text string) error { return l.UnmarshalText([]byte(text)) })
	}
	return err
}

// applyTrace takes a trace instead of a load, or a load instead of the file's trace.
func (f *runFlags) applyTrace(x *experiment.File) error {
	switch {
	case f.set.Changed("trace") && f.trace == "":
		return errors.New("--trace: found an empty text: allowed is a file of CSV or JSON lines")
	case f.set.Changed("trace"):
		x.Replay(f.trace, "--trace")
	case f.set.Changed("load") || f.set.Changed("clients"):
		x.NoReplay()
	}
	if f.set.Changed("trace-speed") {
		if f.speed < 1 {
			return fmt.Errorf("--trace-speed: found %d: allowed is 1 or more", f.speed)
		}
		x.TraceSpeed = f.speed
		x.Override("trace_speed", "--trace-speed")
	}
	return nil
}

// ownFirst takes what the file describes by that name, as the commands of its report name it, before anything else of the
// name.
func ownFirst[T any](own []T, name func(T) string, set func(*T, string) error) func(*T, string) error {
	return func(to *T, text string) error {
		if i := slices.IndexFunc(own, func(o T) bool { return name(o) == text }); i >= 0 {
			*to = own[i]
			return nil
		}
		return set(to, text)
	}
}

// each reads every value of a repeatable flag.
func each[T any](flag string, texts []string, set func(*T, string) error) ([]T, error) {
	out := make([]T, len(texts))
	for i, text := range texts {
		if err := set(&out[i], text); err != nil {
			return nil, fmt.Errorf("--%s: %w", flag, err)
		}
	}
	return out, nil
}

func (f *runFlags) applyTimes(x *experiment.File) (err error) {
	if f.set.Changed("duration") {
		if x.Duration, err = strict.ParseDuration(f.duration); err != nil {
			return fmt.Errorf("--duration: %w", err)
		}
		x.Override("duration", "--duration")
	}
	if f.set.Changed("warmup") {
		if x.Warmup, err = experiment.ParseWarmup(f.warmup); err != nil {
			return fmt.Errorf("--warmup: %w", err)
		}
		x.Override("warmup", "--warmup")
	} else if f.set.Changed("duration") && time.Duration(x.Warmup) >= x.Duration {
		x.Warmup = experiment.Warmup(x.Duration / 6)
	}
	return nil
}

func (f *runFlags) applyNumbers(x *experiment.File) error {
	for _, n := range []struct {
		name  string
		value int
		into  *int
	}{{"clients", f.clients, &x.Clients}, {"replicas", f.replicas, &x.Replicas}, {"trials", f.trials, &x.Trials}, {"sample", f.sample, &x.Sample}, {"jobs", f.jobs, &f.jobs}} {
		if !f.set.Changed(n.name) {
			continue
		}
		if n.value < 1 {
			return fmt.Errorf("--%s: found %d: allowed is 1 or more", n.name, n.value)
		}
		*n.into = n.value
		x.Override(n.name, "--"+n.name)
	}
	if f.set.Changed("clients") {
		x.Load = nil
		x.Override("load", "--clients")
	}
	if f.set.Changed("stop-early") {
		x.StopEarly = f.stopEarly
		x.Override("stop_early", "--stop-early")
	}
	if f.set.Changed("seed") {
		x.Seed = f.seed
		x.Override("seed", "--seed")
	}
	return nil
}

func (f *runFlags) applyNames(x *experiment.File) error {
	for _, n := range []struct {
		name, value string
		set         func(string) error
	}{
		{"network", f.network, x.Network.Set}, {"machine", f.machine, x.Machine.Set},
		{"faults", f.faults, x.Faults.Set}, {"clock", f.clock, x.Clock.Set},
	} {
		if !f.set.Changed(n.name) {
			continue
		}
		if err := n.set(n.value); err != nil {
			return fmt.Errorf("--%s: %w", n.name, err)
		}
		x.Override(n.name, "--"+n.name)
	}
	return nil
}

// applySettings takes --set and --vary. Each goes before what the file says of the same key under
// either, and where --set leaves nothing to vary, the file's sample and condition have nothing to say.
func (f *runFlags) applySettings(x *experiment.File) error {
	varied := len(x.Vary) > 0
	for _, pair := range f.settings {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || value == "" {
			return fmt.Errorf("--set: found %q: allowed is KEY=VALUE, such as design.block.max_txs=1", pair)
		}
		if x.Set == nil {
			x.Set = map[string]string{}
		}
		x.Set[key] = value
		delete(x.Vary, key)
		x.Override("set."+key, "--set "+key)
	}
	if varied && len(x.Vary) == 0 { // one point of the file's sweep
		x.When = ""
		if !f.set.Changed("sample") {
			x.Sample = 0
		}
	}
	if f.when != "" {
		x.When = f.when
		x.Override("when", "--when")
	}
	for _, pair := range f.vary {
		key, values, ok := strings.Cut(pair, "=")
		if !ok || values == "" {
			return fmt.Errorf("--vary: found %q: allowed is KEY=V1,V2,..., such as design.block.max_txs=100,500", pair)
		}
		if x.Vary == nil {
			x.Vary = map[string][]string{}
		}
		x.Vary[key] = strings.Split(values, ",")
		delete(x.Set, key)
		x.Override("vary."+key, "--vary "+key)
	}
	return nil
}

// cellsAtATime is how many cells run at once: one on the wall clock, where cells would disturb each
// other, unless the user says otherwise.
func (f *runFlags) cellsAtATime(x *experiment.File) int {
	if x.Clock == experiment.WallClock && !f.set.Changed("jobs") {
		return 1
	}
	return f.jobs
}
