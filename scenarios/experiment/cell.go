package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/govbench/govbench/reports/result"
	"github.com/govbench/govbench/scenarios"
	"github.com/govbench/govbench/sim/fault"
	"github.com/govbench/govbench/sim/network"
	"github.com/govbench/govbench/sim/resource"
	"github.com/govbench/govbench/workloads/arrival"
)

// Clock says on which clock a cell runs.
type Clock string

// The clocks.
const (
	VirtualClock Clock = "virtual"
	WallClock    Clock = "wall"
)

// Setup is everything that decides what a cell does; equal setups give equal runs.
type Setup struct {
	Scenario *scenarios.Scenario
	workload *scenarios.Workload
	Design   Design
	Network  network.Topology
	Machine  resource.Profile
	Faults   fault.Schedule
	Load     Load
	Rate     arrival.Rate // what Load resolved to; zero in a closed loop
	Clients  int          // closed loop: how many; 0: open loop
	Clock    Clock
	Duration time.Duration
	Warmup   time.Duration
	Seed     uint64
}

// Cell is one point of the plan in one trial.
type Cell struct {
	Setup
	Factors []result.Factor
	Trial   int
}

// Hash identifies the cell by its content: what would change its result changes the hash.
func (c *Cell) Hash() (string, error) {
	scenario, err := json.Marshal(c.Scenario)
	if err != nil {
		return "", fmt.Errorf("hash of the cell: %w", err)
	}
	data, err := json.Marshal(struct {
		Scenario json.RawMessage
		Design   Design
		Network  network.Topology
		Machine  resource.Profile
		Faults   fault.Schedule
		Rate     string
		Clients  int
		Clock    Clock
		Times    [2]time.Duration
		Seed     uint64
		Trial    int
	}{scenario, c.Design, c.Network, c.Machine, c.Faults, c.Rate.String(), c.Clients, c.Clock,
		[2]time.Duration{c.Duration, c.Warmup}, c.Seed, c.Trial})
	if err != nil {
		return "", fmt.Errorf("hash of the cell: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8]), nil
}

// seed is the seed of this trial: equal trials of different cells share it, so that designs meet the
// same arrivals (common random numbers).
func (c *Cell) seed() uint64 { return c.Seed + uint64(c.Trial) }

// record starts the run record of this cell.
func (c *Cell) record(hash string, rt result.Runtime) result.Record {
	factors := c.Factors
	if factors == nil {
		factors = []result.Factor{}
	}
	return result.Record{
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
	return fmt.Sprintf("%s trial %d seed %d", out, c.Trial, c.seed())
}
