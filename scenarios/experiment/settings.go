package experiment

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/network"
)

// draft is a cell before its network, machine and faults are built.
type draft struct {
	scenario scenarios.Scenario
	mixed    *scenarios.Mixed // instead of scenario
	notes    []string         // what has to be said of the settings
	shaped   bool             // the shape of arrivals was set
	design   Design
	network  NetworkRef
	machine  MachineRef
	faults   FaultRef
	load     Load
	seed     uint64
	built    []func(*Setup) // changes to the built network and machine
}

// setting is something that --set and vary can change.
type setting struct {
	key   string // a trailing dot stands for a family of keys
	doc   string
	apply func(d *draft, key, value string) error
}

// settings lists everything that --set and vary reach.
func settings() []setting {
	return slices.Concat(designSettings(), scenarioSettings(), networkSettings(), machineSettings(), []setting{
		{"faults.name", "a fault schedule's name", func(d *draft, _, v string) error {
			return setBuiltin(&d.faults, "fault schedule", v, faultNames())
		}},
		{"load", "a preset or a rate", func(d *draft, _, v string) (err error) { d.load, err = ParseLoad(v); return err }},
		{"replicas", "replicas of the group", func(d *draft, _, v string) error { return setInt(&d.design.Replicas, v) }},
		{"seed", "the seed of the first trial", func(d *draft, _, v string) (err error) {
			if d.seed, err = strconv.ParseUint(v, 10, 64); err != nil {
				err = fmt.Errorf("found %q: allowed is a whole number from 0 to 2^64-1", v)
			}
			return err
		}},
	})
}

func designSettings() []setting {
	return []setting{
		{"design.replicas", "replicas of the group", func(d *draft, _, v string) error { return setInt(&d.design.Replicas, v) }},
		{"design.block.max_txs", "commands in a block", func(d *draft, _, v string) error { return setInt(&d.design.Block.MaxTxs, v) }},
		{"design.block.max_bytes", "bytes of commands in a block", func(d *draft, _, v string) error { return d.design.Block.MaxBytes.UnmarshalText([]byte(v)) }},
		{"design.block.max_wait", "longest wait for a full block", func(d *draft, _, v string) error { return setDuration(&d.design.Block.MaxWait, v) }},
		{"design.pool", "commands that may wait at one replica", func(d *draft, _, v string) error { return setInt(&d.design.Pool, v) }},
		{"design.retry", "until a client or entry replica sends again", func(d *draft, _, v string) error { return setDuration(&d.design.Retry, v) }},
		{"design.signature", "signature scheme", func(d *draft, _, v string) error { d.design.Signature = v; return nil }},
		{"design.params.", "a setting of the protocol; see show designs", func(d *draft, key, v string) error {
			d.design.Params = maps.Clone(d.design.Params)
			if d.design.Params == nil {
				d.design.Params = map[string]string{}
			}
			d.design.Params[strings.TrimPrefix(key, "design.params.")] = v
			return nil
		}},
	}
}

func scenarioSettings() []setting {
	return []setting{
		{"scenario.payload", "on-chain bytes of a write", func(d *draft, _, v string) error { return d.scenario.Params.Payload.UnmarshalText([]byte(v)) }},
		{"scenario.read_percent", "share of queries, 0 to 100", func(d *draft, _, v string) error { return setInt(&d.scenario.Params.ReadPercent, v) }},
		{"scenario.log_reads", "a verification is a transaction", func(d *draft, _, v string) (err error) {
			if v != "true" && v != "false" {
				return fmt.Errorf("found %q: allowed is true or false", v)
			}
			d.scenario.Params.LogReads = v == "true"
			return nil
		}},
		{"scenario.keys", "none, zipf, entity, quota, seq or catalog", func(d *draft, _, v string) error { d.scenario.Params.Keys = v; return nil }},
		{"scenario.population", "entities at the start", func(d *draft, _, v string) error { return setInt(&d.scenario.Params.Population, v) }},
		{"scenario.approvals", "parties that must sign a case", func(d *draft, _, v string) error { return setInt(&d.scenario.Params.Approvals, v) }},
		{"scenario.think", "mean time between the steps of a case", func(d *draft, _, v string) error { return setDuration(&d.scenario.Params.Think, v) }},
		{"scenario.shape", "the shape of arrivals", func(d *draft, _, v string) error {
			d.scenario.Arrival, d.shaped = scenarios.Arrival{Shape: v}, true
			_, err := d.scenario.Arrival.Build()
			return err
		}},
		{"scenario.clients_at", "nearest, leader, or sites joined by +", func(d *draft, _, v string) error {
			d.scenario.ClientsAt = scenarios.ClientsAt{Mode: v}
			if v != scenarios.ClientsNearest && v != scenarios.ClientsLeader {
				d.scenario.ClientsAt = scenarios.ClientsAt{Sites: strings.Split(v, "+")}
			}
			return nil
		}},
		{"scenario.rules.", "one of the program family's own numbers", func(d *draft, key, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err != nil {
				return fmt.Errorf("found %q: allowed is a whole number", v)
			}
			d.scenario.Params.Rules = maps.Clone(d.scenario.Params.Rules)
			if d.scenario.Params.Rules == nil {
				d.scenario.Params.Rules = map[string]int64{}
			}
			d.scenario.Params.Rules[strings.TrimPrefix(key, "scenario.rules.")] = n
			return nil
		}},
	}
}

func networkSettings() []setting {
	return []setting{
		{"network.name", "a network's name or constant:DELAY", func(d *draft, _, v string) error {
			return setBuiltin(&d.network, "network", v, networkNames())
		}},
		{"network.bandwidth", "a node's link, each way", func(d *draft, _, v string) error {
			rate, err := strict.ParseBitRate(v)
			d.built = append(d.built, func(s *Setup) { s.Network.BandwidthBitPerSec = uint64(rate) })
			return err
		}},
		{"network.delay", "one-way delay between every two sites", func(d *draft, _, v string) error {
			delay, err := durationUpTo(v, time.Hour)
			d.built = append(d.built, func(s *Setup) { s.Network.OneWay = equalDelays(len(s.Network.Sites), delay, s.Network.OneWay) })
			return err
		}},
		{"network.jitter", "none, uniform:MAX, normal:DEV, exponential:MEAN or lognormal:MEDIAN (sigma 0.5)", func(d *draft, _, v string) error {
			j, err := parseJitter(v)
			d.built = append(d.built, func(s *Setup) { s.Network.Jitter = j })
			return err
		}},
	}
}

// equalDelays is a matrix in which every two different sites are the same delay apart.
func equalDelays(n int, delay time.Duration, within [][]time.Duration) [][]time.Duration {
	out := make([][]time.Duration, n)
	for i := range out {
		out[i] = slices.Repeat([]time.Duration{delay}, n)
		out[i][i] = within[i][i]
	}
	return out
}

// sigmaPermille is the deviation of the logarithm that a log-normal jitter has where none is given.
//
// assumed: that of the built-in network metro.
const sigmaPermille = 500

func parseJitter(text string) (network.Jitter, error) {
	kind, arg, _ := strings.Cut(text, ":")
	kinds := []string{"none", "uniform", "normal", "exponential", "lognormal"}
	if !slices.Contains(kinds, kind) {
		return network.Jitter{}, strict.UnknownName("jitter", kind, kinds)
	}
	if kind == "none" && arg == "" {
		return network.Jitter{Kind: network.JitterNone}, nil
	}
	d, err := strict.ParseDuration(arg)
	if err != nil {
		return network.Jitter{}, fmt.Errorf("found %q: allowed is %s with a duration, such as %s:1ms", text, kind, kind)
	}
	j := network.Jitter{Kind: network.JitterKind(kind)}
	switch j.Kind {
	case network.JitterUniform:
		j.Max = d
	case network.JitterNormal: // around zero: negative draws count as zero
		j.Dev = d
	case network.JitterExponential:
		j.Mean = d
	case network.JitterLogNormal:
		j.Median, j.SigmaPermille = d, sigmaPermille
	}
	return j, j.Validate()
}

func machineSettings() []setting {
	out := []setting{
		{"machine.name", "a machine's name", func(d *draft, _, v string) error {
			return setBuiltin(&d.machine, "machine", v, machineNames())
		}},
		{"machine.cores", "cores of a node", func(d *draft, _, v string) error {
			n := 0
			err := setInt(&n, v)
			if err == nil && (n < 1 || n > coresMax) {
				err = fmt.Errorf("found %d: allowed are 1 to %d", n, coresMax)
			}
			d.built = append(d.built, func(s *Setup) { s.Machine.Cores = n })
			return err
		}},
		{"machine.fsync", "time of an fsync", func(d *draft, _, v string) error {
			t, err := durationUpTo(v, costMax)
			d.built = append(d.built, func(s *Setup) { s.Machine.Fsync = t })
			return err
		}},
	}
	out = append(out, setting{"machine.disk", "what the disk writes in a second, such as 200MB", func(d *draft, _, v string) error {
		size, err := strict.ParseSize(v)
		if err == nil && size < 1 {
			err = fmt.Errorf("found %q: allowed is 1B or more", v)
		}
		d.built = append(d.built, func(s *Setup) { s.Machine.DiskBytesPerSec = uint64(size) })
		return err
	}})
	for _, o := range operations() {
		out = append(out, setting{"machine." + o.name, "time of one such operation on a core", func(d *draft, _, v string) error {
			t, err := durationUpTo(v, costMax)
			d.built = append(d.built, func(s *Setup) { price(&s.Machine, o.ops, t, "set by the experiment") })
			return err
		}})
	}
	return out
}

// setBuiltin points a reference to a built-in thing. Files are for the experiment's own keys: a setting
// has to mean the same wherever the experiment is run again.
func setBuiltin(r reference, what, name string, known []string) error {
	ok, err := r.named(name)
	if err == nil && !ok {
		err = strict.UnknownName(what, name, known)
	}
	return err
}

func setInt(into *int, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > 1 && (text[0] == '0' || text[0] == '+') {
		return fmt.Errorf("found %q: allowed is a whole number", text)
	}
	*into = n
	return nil
}

// durationUpTo reads a duration and bounds it.
func durationUpTo(text string, most time.Duration) (time.Duration, error) {
	d, err := strict.ParseDuration(text)
	if err == nil && d > most {
		err = fmt.Errorf("found %v: allowed is at most %v", d, most)
	}
	return d, err
}

func setDuration(into *time.Duration, text string) error {
	d, err := strict.ParseDuration(text)
	if err == nil {
		*into = d
	}
	return err
}

// settingFor finds the setting of a key.
func settingFor(key string) (setting, error) {
	for _, s := range settings() {
		if s.key == key || strings.HasSuffix(s.key, ".") && strings.HasPrefix(key, s.key) && len(key) > len(s.key) {
			return s, nil
		}
	}
	var known []string
	for _, d := range Settings() {
		known = append(known, d.Key)
	}
	return setting{}, strict.UnknownName("setting", key, known)
}

// apply changes the draft by one setting.
func (d *draft) apply(key, value string) error {
	s, err := settingFor(key)
	if err != nil {
		return err
	}
	if d.mixed != nil && strings.HasPrefix(key, "scenario.") {
		return d.applyToMembers(s, key, value)
	}
	return s.apply(d, key, value)
}

// applyToMembers changes every service of a mix that the setting makes sense for: its family takes the value.
func (d *draft) applyToMembers(s setting, key, value string) error {
	var first error
	took, total := 0, 0
	d.mixed = d.mixed.Change(func(member *scenarios.Scenario) *scenarios.Scenario {
		one := draft{scenario: *member}
		err := s.apply(&one, key, value)
		if err == nil {
			_, err = one.scenario.Program()
		}
		total++
		if err != nil {
			first = cmp.Or(first, err)
			return member
		}
		took++
		d.shaped = d.shaped || one.shaped
		return &one.scenario
	})
	if took == 0 {
		return first
	}
	if took < total {
		d.notes = append(d.notes, fmt.Sprintf("%s=%s holds for %d of %d services; for the others it makes no sense (%v)", key, value, took, total, first))
	}
	return nil
}

// change changes the scenario, or every service of the mix.
func (d *draft) change(change func(*scenarios.Scenario)) {
	if d.mixed == nil {
		change(&d.scenario)
		return
	}
	d.mixed = d.mixed.Change(func(s *scenarios.Scenario) *scenarios.Scenario {
		changed := *s
		change(&changed)
		return &changed
	})
}

// SettingDoc describes a key that --set and vary reach.
type SettingDoc struct{ Key, Doc string }

// Settings lists every key that --set and vary reach.
func Settings() []SettingDoc {
	var out []SettingDoc
	for _, s := range settings() {
		if strings.HasSuffix(s.key, ".") {
			s.key += "NAME"
		}
		out = append(out, SettingDoc{s.key, s.doc})
	}
	return out
}
