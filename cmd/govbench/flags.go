package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/govbench/govbench/scenarios/experiment"
	"github.com/govbench/govbench/scenarios/strict"
)

// runFlags are the flags that describe an experiment. A flag that was given overrides the file.
type runFlags struct {
	set       *pflag.FlagSet
	designs   []string
	scenarios []string
	loads     []string
	clients   int
	duration  string
	warmup    string
	replicas  int
	network   string
	machine   string
	faults    string
	clock     string
	trials    int
	seed      uint64
	settings  []string
	vary      []string
	jobs      int
	out       string
	json      bool
	quiet     bool
	dryRun    bool
	resume    bool
}

func (f *runFlags) add(set *pflag.FlagSet) {
	f.set = set
	set.StringArrayVar(&f.designs, "design", nil, "a design's name or file (repeatable)")
	set.StringArrayVar(&f.scenarios, "scenario", nil, "a scenario's id, pattern, file, or category:NAME (repeatable)")
	set.StringArrayVar(&f.loads, "load", nil, "transactions per second, or documented, city, surge (repeatable)")
	set.IntVar(&f.clients, "clients", 0, "closed loop: this many clients instead of a load")
	set.StringVar(&f.duration, "duration", "", "how long load is offered, such as 60s")
	set.StringVar(&f.warmup, "warmup", "", "how much of it is not measured, such as 10s")
	set.IntVar(&f.replicas, "replicas", 0, "replicas of every design")
	set.StringVar(&f.network, "network", "", "a network's name, file, or constant:DELAY")
	set.StringVar(&f.machine, "machine", "", "a machine's name or file; ideal costs nothing")
	set.StringVar(&f.faults, "faults", "", "a fault schedule's name or file, or none")
	set.StringVar(&f.clock, "clock", "", "virtual or wall")
	set.IntVar(&f.trials, "trials", 0, "repetitions, each with its own seed")
	set.Uint64Var(&f.seed, "seed", 0, "seed of the first trial")
	set.StringArrayVar(&f.settings, "set", nil, "KEY=VALUE: any setting by its path, such as design.block.max_txs=1 (repeatable)")
	set.StringArrayVar(&f.vary, "vary", nil, "KEY=V1,V2,...: a setting to vary (repeatable)")
	set.IntVar(&f.jobs, "jobs", runtime.GOMAXPROCS(0), "cells at a time")
	set.StringVar(&f.out, "out", "", "output directory (default results/NAME)")
	set.BoolVar(&f.json, "json", false, "print the run records as JSON lines")
	set.BoolVar(&f.quiet, "quiet", false, "print no progress and no summary")
	set.BoolVar(&f.dryRun, "dry-run", false, "print the plan and run nothing")
	set.BoolVar(&f.resume, "resume", false, "continue in an output directory that holds results: run only what is missing")
}

// apply overrides an experiment by the flags that were given.
func (f *runFlags) apply(x *experiment.File) error {
	if f.set.Changed("design") {
		x.Designs = nil
		for _, name := range f.designs {
			var ref experiment.DesignRef
			if err := ref.Resolve(name); err != nil {
				return fmt.Errorf("--design: %w", err)
			}
			x.Designs = append(x.Designs, ref)
		}
	}
	if f.set.Changed("scenario") {
		x.Scenarios = f.scenarios
	}
	if f.set.Changed("load") {
		x.Load = nil
		for _, text := range f.loads {
			l, err := experiment.ParseLoad(text)
			if err != nil {
				return fmt.Errorf("--load: %w", err)
			}
			x.Load = append(x.Load, l)
		}
	}
	if err := f.applyNumbers(x); err != nil {
		return err
	}
	return f.applyNames(x)
}

func (f *runFlags) applyNumbers(x *experiment.File) error {
	for _, d := range []struct {
		name, text string
		into       *time.Duration
	}{{"duration", f.duration, &x.Duration}, {"warmup", f.warmup, &x.Warmup}} {
		if !f.set.Changed(d.name) {
			continue
		}
		v, err := strict.ParseDuration(d.text)
		if err != nil {
			return fmt.Errorf("--%s: %w", d.name, err)
		}
		*d.into = v
	}
	if f.set.Changed("duration") && !f.set.Changed("warmup") && x.Warmup >= x.Duration {
		x.Warmup = x.Duration / 6
	}
	for _, n := range []struct {
		name  string
		value int
		into  *int
	}{{"clients", f.clients, &x.Clients}, {"replicas", f.replicas, &x.Replicas}, {"trials", f.trials, &x.Trials}, {"jobs", f.jobs, new(int)}} {
		if !f.set.Changed(n.name) {
			continue
		}
		if n.value < 1 {
			return fmt.Errorf("--%s is %d: allowed is 1 or more", n.name, n.value)
		}
		*n.into = n.value
	}
	if f.set.Changed("seed") {
		x.Seed = f.seed
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
	}
	for _, pair := range f.settings {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("--set %q: allowed is KEY=VALUE, such as design.block.max_txs=1", pair)
		}
		if x.Set == nil {
			x.Set = map[string]string{}
		}
		x.Set[key] = value
	}
	for _, pair := range f.vary {
		key, values, ok := strings.Cut(pair, "=")
		if !ok || values == "" {
			return fmt.Errorf("--vary %q: allowed is KEY=V1,V2,..., such as design.block.max_txs=100,500", pair)
		}
		if x.Vary == nil {
			x.Vary = map[string][]string{}
		}
		x.Vary[key] = strings.Split(values, ",")
	}
	return nil
}
