package experiment

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/govbench/govbench/consensus"
	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/scenarios/strict"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads/arrival"
	"github.com/govbench/govbench/workloads/trace"
)

// Clock says on which clock a cell runs.
type Clock string

// The clocks.
const (
	VirtualClock Clock = "virtual"
	WallClock    Clock = "wall"
)

// Setup is everything that decides what a cell does; equal setups with equal seeds give equal runs.
type Setup struct {
	Scenario   *scenarios.Scenario // of a mix, the one that stands for it
	Workload   *scenarios.Workload // of the scenario or mix
	Design     Design
	Network    network.Topology
	Machine    resource.Profile
	Faults     fault.Schedule
	Load       Load
	Rate       arrival.Rate // what Load resolved to; zero in a closed loop
	Trace      *trace.Trace // replayed instead of a load, or nil
	TraceSpeed int          // how many times as fast
	Clients    int          // closed loop: how many; 0: open loop
	Clock      Clock
	Duration   time.Duration
	Warmup     time.Duration
	WarmupAuto bool   // a pilot run says how long; until then Warmup is the most it can be
	Seed       uint64 // of the first trial
	// Unpublished lists the services of a mix, by index, that run at their city rates because Load is
	// documented and nothing was published for them.
	Unpublished []int
	Notes       []string // what has to be said of the load, a sentence each

	StopEarly bool // a run that does not carry its load is given up

	ordersYear uint64 // transactions that a year of the load orders; 0: not known before it runs

	base *Setup // of a load that is relative to the sustained one: what that is searched on
}

// Cell is one point of the plan in one trial.
type Cell struct {
	Setup
	Factors []result.Factor
	Trial   int

	key     Key    // set when the plan is complete
	guard   *guard // of a probe: gives it up
	early   *early // of a run that stops early: gives it up
	weigh   bool   // what replicas keep is measured
	moved   moves  // of a cell under way whose progress somebody follows
	watched *watch // who looks on while it runs, or nil
}

// Hash identifies what the cell is a run of: whatever would change its result, the seed aside, changes the
// hash, and names and titles do not. The trials of a cell share it.
func (c *Cell) Hash() (string, error) {
	fail := func(err error) (string, error) { return "", fmt.Errorf("hash of the cell: %w", err) }
	engine, ok := engineNamed(c.Design.Protocol)
	if !ok {
		return fail(strict.UnknownName("protocol", c.Design.Protocol, engineNames()))
	}
	values, err := consensus.ParseValues(engine.Settings, c.Design.Params)
	if err != nil {
		return fail(err)
	}
	replicas, err := placeReplicas(&c.Design, &c.Network)
	if err != nil {
		return fail(err)
	}
	clients, err := c.clientPlaces(replicas)
	if err != nil {
		return fail(err)
	}
	faults := c.Faults
	faults.Name = ""
	machine := c.Machine
	for i := range machine.Costs {
		machine.Costs[i].Source = ""
	}
	data, err := json.Marshal(append([]any{
		c.loadContent(), clients,
		c.Design.Protocol, values, replicas, c.Design.limits(), c.Design.Retry, c.Design.Signature,
		c.Network.Jitter, c.Network.BandwidthBitPerSec,
		machine.Cores, machine.Costs, machine.Fsync, machine.DiskBytesPerSec,
		faults, c.plannedRate(), c.Clients, c.Clock, c.Duration, c.plannedWarmup(),
	}, slices.Concat(c.traceContent(), c.relativeContent(), c.earlyContent())...))
	if err != nil {
		return fail(err)
	}
	h := sha256.New()
	h.Write(data)
	for _, row := range c.Network.OneWay { // a million delays between a thousand sites
		data = data[:0]
		for _, d := range row {
			data = binary.BigEndian.AppendUint64(data, uint64(d))
		}
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// loadContent is what decides the requests and the program, for Hash.
func (c *Cell) loadContent() []any {
	var out []any
	shares := c.Workload.Shares()
	for i, w := range c.Workload.Members() {
		s := w.Scenario
		out = append(out, s.ID, s.Family, s.Params, s.Amendments, s.Arrival, shares[i]) // the id names random streams
	}
	return append(out, c.Scenario.ID)
}

// Key tells the runs of a result set apart.
type Key struct {
	Cell, Scenario, Design, Network, Machine, Faults, Load, Factors string
	Seed                                                            uint64
	Trial                                                           int
}

// KeyOf is the key of a record.
func KeyOf(r result.Record) Key {
	factors := ""
	for _, f := range r.Factors {
		factors += f.Name + "=" + f.Value + "\n"
	}
	return Key{r.Cell, r.Scenario, r.Design, r.Network, r.Machine, r.Faults, r.Load, factors, r.Seed, r.Trial}
}

// Key is the key of the record that a run of the cell makes.
func (c *Cell) Key() Key { return c.key }

// seed is the seed of this trial: equal trials of different cells share it, so that designs meet the
// same arrivals (common random numbers).
func (c *Cell) seed() uint64 { return c.Seed + uint64(c.Trial) }

// record starts the run record of this cell.
func (c *Cell) record(hash string, rt result.Runtime) result.Record {
	factors := c.Factors
	if factors == nil {
		factors = []result.Factor{}
	}
	var parts *result.Parts
	if rt != result.Wall {
		parts = &result.Parts{Cores: c.Machine.Cores, FsyncSec: c.Machine.Fsync.Seconds(), DiskBytesPerSec: c.Machine.DiskBytesPerSec,
			LinkBitPerSec: c.Network.BandwidthBitPerSec}
	}
	return result.Record{
		Parts:      parts,
		Schema:     result.Schema,
		Cell:       hash,
		Scenario:   c.Scenario.ID,
		Design:     c.Design.Name,
		Protocol:   c.Design.Protocol,
		Runtime:    rt,
		Network:    c.Network.Name,
		Machine:    c.Machine.Name,
		Faults:     c.Faults.Name,
		Replicas:   c.Design.Replicas,
		Load:       c.Load.String(),
		Factors:    factors,
		Seed:       c.seed(),
		Trial:      c.Trial,
		Provenance: string(c.Scenario.Provenance),
		Category:   string(c.Scenario.Category),
	}
}

// Describe names the cell in a line.
func (c *Cell) Describe() string {
	out := fmt.Sprintf("%s on %s at %s (%v replicas, %s, %s, faults %s, %v)", c.Design.Name, c.Scenario.ID,
		c.Load, c.Design.Replicas, c.Network.Name, c.Machine.Name, c.Faults.Name, c.Duration)
	for _, f := range c.Factors {
		out += fmt.Sprintf(" %s=%s", f.Name, f.Value)
	}
	if c.base != nil {
		num, den, _ := scenarios.Relative(c.Load.Preset)
		out += fmt.Sprintf(" at %d/%d of the sustained load, which is searched for first,", num, den)
	}
	return fmt.Sprintf("%s trial %d seed %d", out, c.Trial, c.seed())
}
