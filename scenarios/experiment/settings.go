package experiment

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
)

// draft is a cell before its network, machine and faults are built.
type draft struct {
	scenario scenarios.Scenario
	shaped   bool // the shape of arrivals was set
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
		{"faults.name", "a fault schedule's name or file", func(d *draft, _, v string) error { return d.faults.Set(v) }},
		{"load", "a preset or a rate", func(d *draft, _, v string) (err error) { d.load, err = ParseLoad(v); return err }},
		{"replicas", "replicas of the group", func(d *draft, _, v string) error { return setInt(&d.design.Replicas, v) }},
		{"seed", "the seed of the first trial", func(d *draft, _, v string) (err error) {
			d.seed, err = strconv.ParseUint(v, 10, 64)
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
				return fmt.Errorf("%q is neither true nor false", v)
			}
			d.scenario.Params.LogReads = v == "true"
			return nil
		}},
		{"scenario.keys", "none, zipf, entity, quota, seq or catalog", func(d *draft, _, v string) error { d.scenario.Params.Keys = v; return nil }},
		{"scenario.population", "entities at the start", func(d *draft, _, v string) error { return setInt(&d.scenario.Params.Population, v) }},
		{"scenario.approvals", "parties that must sign a case", func(d *draft, _, v string) error { return setInt(&d.scenario.Params.Approvals, v) }},
		{"scenario.think", "mean time between the steps of a case", func(d *draft, _, v string) error { return setDuration(&d.scenario.Params.Think, v) }},
		{"scenario.shape", "the shape of arrivals", func(d *draft, _, v string) error {
			d.scenario.Arrival.Shape, d.scenario.Arrival.Peak = v, 0
			return nil
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
				return fmt.Errorf("%q is not a whole number", v)
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
		{"network.name", "a network's name, constant:DELAY or file", func(d *draft, _, v string) error { return d.network.Set(v) }},
		{"network.bandwidth", "a node's link, each way", func(d *draft, _, v string) error {
			rate, err := strict.ParseBitRate(v)
			d.built = append(d.built, func(s *Setup) { s.Network.BandwidthBitPerSec = uint64(rate) })
			return err
		}},
		{"network.delay", "one-way delay between every two sites", func(d *draft, _, v string) error {
			delay, err := strict.ParseDuration(v)
			d.built = append(d.built, func(s *Setup) { s.Network.OneWay = equalDelays(len(s.Network.Sites), delay, s.Network.OneWay) })
			return err
		}},
		{"network.jitter", "none, uniform:MAX, normal:DEV or exponential:MEAN", func(d *draft, _, v string) error {
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

func parseJitter(text string) (network.Jitter, error) {
	kind, arg, _ := strings.Cut(text, ":")
	if kind == "none" && arg == "" {
		return network.Jitter{Kind: network.JitterNone}, nil
	}
	d, err := strict.ParseDuration(arg)
	if err != nil {
		return network.Jitter{}, err
	}
	switch kind {
	case "uniform":
		return network.Jitter{Kind: network.JitterUniform, Max: d}, nil
	case "normal":
		return network.Jitter{Kind: network.JitterNormal, Mean: d, Dev: d}, nil
	case "exponential":
		return network.Jitter{Kind: network.JitterExponential, Mean: d}, nil
	}
	return network.Jitter{}, unknown("jitter", kind, []string{"none", "uniform", "normal", "exponential"})
}

func machineSettings() []setting {
	out := []setting{
		{"machine.name", "a machine's name or file", func(d *draft, _, v string) error { return d.machine.Set(v) }},
		{"machine.cores", "cores of a node", func(d *draft, _, v string) error {
			n := 0
			err := setInt(&n, v)
			if err == nil && (n < 1 || n > 4096) {
				err = fmt.Errorf("%d: allowed are 1 to 4096", n)
			}
			d.built = append(d.built, func(s *Setup) { s.Machine.Cores = n })
			return err
		}},
		{"machine.fsync", "time of an fsync", func(d *draft, _, v string) error {
			t, err := strict.ParseDuration(v)
			d.built = append(d.built, func(s *Setup) { s.Machine.Fsync = t })
			return err
		}},
	}
	for name, ops := range map[string][]consensus.Op{
		"sign": {consensus.OpSign}, "verify": {consensus.OpVerify, consensus.OpCheckPayload},
		"execute": {consensus.OpExecute}, "handle": {consensus.OpHandle},
	} {
		out = append(out, setting{"machine." + name, "time of one such operation on a core", func(d *draft, _, v string) error {
			t, err := strict.ParseDuration(v)
			d.built = append(d.built, func(s *Setup) {
				for _, op := range ops {
					s.Machine.Costs[op] = resource.Cost{Picos: 1000 * uint64(t), Source: "set by the experiment"}
				}
			})
			return err
		}})
	}
	slices.SortFunc(out, func(a, b setting) int { return strings.Compare(a.key, b.key) })
	return out
}

func setInt(into *int, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > 1 && (text[0] == '0' || text[0] == '+') {
		return fmt.Errorf("%q is not a whole number", text)
	}
	*into = n
	return nil
}

func setDuration(into *time.Duration, text string) error {
	d, err := strict.ParseDuration(text)
	if err == nil {
		*into = d
	}
	return err
}

// apply changes the draft by one setting.
func (d *draft) apply(key, value string) error {
	for _, s := range settings() {
		if s.key == key || strings.HasSuffix(s.key, ".") && strings.HasPrefix(key, s.key) && len(key) > len(s.key) {
			if err := s.apply(d, key, value); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			return nil
		}
	}
	return unknown("setting", key, settingKeys())
}

func settingKeys() []string {
	var keys []string
	for _, s := range settings() {
		key := s.key
		if strings.HasSuffix(key, ".") {
			key += "NAME"
		}
		keys = append(keys, key)
	}
	return keys
}

// SettingDocs lists every key that --set and vary reach with its meaning, for show designs.
func SettingDocs() [][2]string {
	var out [][2]string
	for i, key := range settingKeys() {
		out = append(out, [2]string{key, settings()[i].doc})
	}
	return out
}
